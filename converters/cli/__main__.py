"""`python -m converters.cli`, for where the command `utsushi` is not on the path."""

import sys

from converters.cli import main

sys.exit(main())
