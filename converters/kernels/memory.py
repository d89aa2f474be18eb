"""Words of 4 and 8 bytes, loaded from and stored into byte arrays at any position, little-endian.

`load64(data, i)` is `data[i:i + 8]` as one number. Nothing checks that the word lies inside the
array: the kernels do. With `NUMBA_BOUNDSCHECK=1` the same four functions go byte by byte through
checked indexing, so that a kernel which steps outside raises IndexError instead of reading on.
Compiled kernels are cached without regard to that switch, so such a run needs a cache directory of
its own (`NUMBA_CACHE_DIR`).
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import njit, types
from numba.extending import intrinsic

__all__ = ["load32", "load64", "store32", "store64"]


def _pointer(context: Any, builder: Any, array: Any, place: Any, word: Any) -> Any:
    """The address of byte `place` of an array, as a pointer to `word`."""
    kind, value = array
    data = context.make_array(kind)(context, builder, value).data
    byte = builder.gep(data, [place], inbounds=True)
    return builder.bitcast(byte, word.as_pointer())


def _loader(word: Any) -> Any:
    def load(typing: Any, data: Any, i: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            size = context.get_value_type(word)
            place = context.cast(builder, values[1], signature.args[1], types.intp)
            at = _pointer(context, builder, (signature.args[0], values[0]), place, size)
            return builder.load(at, align=1)

        return word(data, i), generate

    return load


def _storer(word: Any) -> Any:
    def store(typing: Any, data: Any, i: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            size = context.get_value_type(word)
            place = context.cast(builder, values[1], signature.args[1], types.intp)
            at = _pointer(context, builder, (signature.args[0], values[0]), place, size)
            number = context.cast(builder, values[2], signature.args[2], word)
            builder.store(number, at, align=1)
            return context.get_dummy_value()

        return types.void(data, i, value), generate

    return store


settings: Any = numba.config

if settings.BOUNDSCHECK:

    @njit
    def load32(data: Any, i: int) -> np.uint32:
        """Bytes i to i + 3 as one number."""
        word = np.uint32(0)
        for k in range(4):
            word |= np.uint32(data[i + k]) << np.uint32(8 * k)
        return word

    @njit
    def load64(data: Any, i: int) -> np.uint64:
        """Bytes i to i + 7 as one number."""
        word = np.uint64(0)
        for k in range(8):
            word |= np.uint64(data[i + k]) << np.uint64(8 * k)
        return word

    @njit
    def store32(data: Any, i: int, value: np.uint32) -> None:
        """A number into bytes i to i + 3."""
        for k in range(4):
            data[i + k] = np.uint8((np.uint32(value) >> np.uint32(8 * k)) & np.uint32(255))

    @njit
    def store64(data: Any, i: int, value: np.uint64) -> None:
        """A number into bytes i to i + 7."""
        for k in range(8):
            data[i + k] = np.uint8((np.uint64(value) >> np.uint64(8 * k)) & np.uint64(255))

else:
    load32 = intrinsic(_loader(types.uint32))
    load64 = intrinsic(_loader(types.uint64))
    store32 = intrinsic(_storer(types.uint32))
    store64 = intrinsic(_storer(types.uint64))
