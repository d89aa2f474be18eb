"""One run is one directory: everything is written beside it and appears under its name at once.

    runs/1/  outputs · findings.parquet · rejects/ · report.json · manifest.json (the last one)

Directories are made 0700 and files 0600, since they hold residents' data.
"""

from converters.rundir.directory import RunDirectory, put
from converters.rundir.findings_file import FINDINGS, FindingsFile
from converters.rundir.published import Published, published, unchanged
from converters.rundir.purge import Purged, purge, purgeable
from converters.rundir.rejects import Rejects, reject_names
from converters.rundir.sink import Sink, Stream, standard_output

__all__ = [
    "FINDINGS",
    "FindingsFile",
    "Published",
    "Purged",
    "Rejects",
    "RunDirectory",
    "Sink",
    "Stream",
    "published",
    "purge",
    "purgeable",
    "put",
    "reject_names",
    "standard_output",
    "unchanged",
]
