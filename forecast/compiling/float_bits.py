"""The 64 bits of a float as an integer and back, in plain Python and in compiled code."""

from __future__ import annotations

import struct
from typing import cast

from forecast.compiling.numba_names import MISSING, Numba, extending, numba


def float_bits(x: float) -> int:
    """The 64 bits of a float as a signed integer."""
    return cast(int, struct.unpack("<q", struct.pack("<d", x))[0])


def bits_float(bits: int) -> float:
    """The float with these 64 bits, given as a signed integer."""
    return cast(float, struct.unpack("<d", struct.pack("<q", bits))[0])


if not MISSING:

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def _bits_of_float(_typing: Numba, _x: Numba) -> Numba:
        def cast_bits(context: Numba, builder: Numba, _signature: Numba, values: Numba) -> Numba:
            return builder.bitcast(values[0], context.get_value_type(numba.int64))

        return numba.int64(numba.float64), cast_bits

    @extending.intrinsic  # type: ignore[untyped-decorator]
    def _float_of_bits(_typing: Numba, _bits: Numba) -> Numba:
        def cast_bits(context: Numba, builder: Numba, _signature: Numba, values: Numba) -> Numba:
            return builder.bitcast(values[0], context.get_value_type(numba.float64))

        return numba.float64(numba.int64), cast_bits

    @extending.overload(float_bits)  # type: ignore[untyped-decorator]
    def _float_bits(x: Numba) -> Numba:  # noqa: ARG001
        def bits_of(x: Numba) -> Numba:
            return _bits_of_float(x)

        return bits_of

    @extending.overload(bits_float)  # type: ignore[untyped-decorator]
    def _bits_float(bits: Numba) -> Numba:  # noqa: ARG001
        def float_of(bits: Numba) -> Numba:
            return _float_of_bits(bits)

        return float_of
