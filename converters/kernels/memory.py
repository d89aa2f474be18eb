"""Words of several bytes, loaded from and stored into byte arrays at any position, little-endian.

`load64(data, i)` is `data[i:i + 8]` as one number; `equal64(data, i, byte)` tells for each of 64
bytes whether it is `byte`, the first in the lowest bit. Nothing checks that the word lies inside
the array: the kernels do. With `NUMBA_BOUNDSCHECK=1` the same functions go byte by byte through
checked indexing, so that a kernel which steps outside raises IndexError instead of reading on.
Compiled kernels are cached without regard to that switch, so such a run needs a cache directory of
its own (`NUMBA_CACHE_DIR`).

`window` lets one kernel read any number of columns: they become one array and a place for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

__all__ = [
    "bits",
    "equal64",
    "first",
    "leaf",
    "load8",
    "load32",
    "load64",
    "prefetch",
    "store8",
    "store32",
    "store64",
    "window",
]

BLOCK = 64
"""Bytes that `equal64` looks at."""

Function = TypeVar("Function", bound=Callable[..., Any])


def leaf(function: Function) -> Function:
    """A small function that kernels call for every value: compiled into each of its callers.

    numba counts references for every array argument of every call, with locked instructions that
    take longer than a short value. A leaf goes without, so it must not make or return arrays.
    """
    options: dict[str, Any] = {
        "forceinline": True,
        "no_cfunc_wrapper": True,
        "no_cpython_wrapper": True,
        "_nrt": False,
    }
    return cast(Function, njit(**options)(function))


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


@intrinsic
def _prefetch(typing: Any, data: Any, i: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        byte = ir.IntType(8)
        place = context.cast(builder, values[1], signature.args[1], types.intp)
        at = _pointer(context, builder, (signature.args[0], values[0]), place, byte)
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), word, word, word])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [byte.as_pointer()], fnty=kind)
        # Read, keep in all cache levels, data cache.
        builder.call(hint, [at, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(data, i), generate


def _matcher() -> Any:
    def match(typing: Any, data: Any, i: Any, byte: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            vector = ir.VectorType(ir.IntType(8), BLOCK)
            place = context.cast(builder, values[1], signature.args[1], types.intp)
            at = _pointer(context, builder, (signature.args[0], values[0]), place, vector)
            wanted = context.cast(builder, values[2], signature.args[2], types.uint8)
            one = builder.insert_element(ir.Constant(vector, None), wanted, ir.IntType(32)(0))
            lanes = ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), [0] * BLOCK)
            all_lanes = builder.shuffle_vector(one, ir.Constant(vector, None), lanes)
            same = builder.icmp_unsigned("==", builder.load(at, align=1), all_lanes)
            return builder.bitcast(same, ir.IntType(BLOCK))

        return types.uint64(data, i, byte), generate

    return match


def _counter(operation: str) -> Any:
    def count(typing: Any, mask: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            word = context.cast(builder, values[0], signature.args[0], types.uint64)
            if operation == "ctpop":
                return builder.ctpop(word)
            return builder.cttz(word, ir.IntType(1)(0))

        return types.int64(mask), generate

    return count


first = intrinsic(_counter("cttz"))
"""The place of the lowest bit that is set; 64 when there is none."""
bits = intrinsic(_counter("ctpop"))
"""How many bits are set."""

settings: Any = numba.config

if settings.BOUNDSCHECK:

    @njit
    def equal64(data: Any, i: int, byte: int) -> np.uint64:
        """Which of bytes i to i + 63 are `byte`."""
        mask = np.uint64(0)
        for k in range(BLOCK):
            if data[i + k] == byte:
                mask |= np.uint64(1) << np.uint64(k)
        return mask

    @njit
    def prefetch(data: Any, i: int) -> None:
        """Nothing: a hint has no result, and may point past the end."""

    @njit
    def load8(data: Any, i: int) -> np.uint8:
        """Byte i."""
        return np.uint8(data[i])

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
    def store8(data: Any, i: int, value: np.uint8) -> None:
        """A number into byte i."""
        data[i] = np.uint8(value)

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
    equal64 = intrinsic(_matcher())
    prefetch = _prefetch
    load8 = intrinsic(_loader(types.uint8))
    load32 = intrinsic(_loader(types.uint32))
    load64 = intrinsic(_loader(types.uint64))
    store8 = intrinsic(_storer(types.uint8))
    store32 = intrinsic(_storer(types.uint32))
    store64 = intrinsic(_storer(types.uint64))


class _Memory:
    """A stretch of memory that numpy takes for a read-only array of bytes."""

    __slots__ = ("__array_interface__",)

    def __init__(self, address: int, size: int) -> None:
        self.__array_interface__ = {
            "data": (address, True),
            "shape": (size,),
            "typestr": "|u1",
            "version": 3,
        }


def window(arrays: Sequence[npt.NDArray[Any]]) -> tuple[npt.NDArray[np.uint8], list[int]]:
    """One read-only byte array over all of `arrays`, and the place where each begins in it.

    The arrays must be contiguous and outlive the window. Nothing is copied, and what lies between
    them belongs to others; under `NUMBA_BOUNDSCHECK=1` the window is a copy without gaps.
    """
    if settings.BOUNDSCHECK:
        pool = np.concatenate(
            [np.empty(0, np.uint8), *(a.reshape(-1).view(np.uint8) for a in arrays)]
        )
        pool.setflags(write=False)
        ends = np.cumsum([0, *(array.nbytes for array in arrays)])
        return pool, [int(end) for end in ends[:-1]]
    addresses = [array.__array_interface__["data"][0] for array in arrays]
    base = min(addresses, default=0)
    top = max((a + array.nbytes for a, array in zip(addresses, arrays, strict=True)), default=0)
    return np.asarray(_Memory(base, top - base)), [address - base for address in addresses]
