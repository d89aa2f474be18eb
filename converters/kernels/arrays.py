"""The array types that kernels take, for readers and the type checker."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Bools", "Bytes", "Cells", "Ints", "Small", "Views"]

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Cells = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Views = npt.NDArray[np.uint64]
