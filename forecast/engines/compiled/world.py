"""How compiled code finds its arrays: by one pointer, as `world.accounts` and the like, from every function.

Handing two dozen arrays from function to function would cost more to compile than the engine itself, and a hundred
words a call.  A `World` holds the arrays and a header of their addresses and shapes; compiled code is given the
header (see `state_type`).  In plain Python the same names are the arrays themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.engines.compiled.records import ARRAYS

WORDS = 4  # of the header for each array: its address and up to three dimensions


class World:
    """The arrays of one replication, by the names of `records.ARRAYS`; a buffer that has run full is replaced."""

    _numba_type_: Any = None  # set where rules are compiled (`state_type`)

    def __init__(self, **arrays: Any) -> None:
        self.header = np.zeros(WORDS * len(ARRAYS), np.int64)
        self.address = self.header.ctypes.data
        self.replace(**arrays)

    def replace(self, **arrays: Any) -> None:
        """Take other arrays for some names."""
        for name, array in arrays.items():
            place = WORDS * list(ARRAYS).index(name)
            dtype, dimensions = ARRAYS[name]
            assert (array.dtype, array.ndim) == (dtype, dimensions), name
            assert array.flags.c_contiguous, name
            setattr(self, name, array)
            self.header[place] = array.ctypes.data
            self.header[place + 1 : place + 1 + dimensions] = array.shape

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"there is no array {name!r} in a world")
