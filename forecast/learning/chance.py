"""The chance in a fit: every draw has an address, which is the seed, the node and the names of what is drawn."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from forecast.randomness import key, stream_of, uniforms
from forecast.types import Floats


def uniforms_at(address: tuple[int, str], *names: str, count: int, index: int = 0) -> Floats:
    """Uniforms of a name, [draw]; `address` is (seed, node)."""
    k0, k1 = key(address[0], "/fit")
    return uniforms(k0, k1, 0, count, stream_of(address[1], *names), index)


def normals_at(address: tuple[int, str], *names: str, count: int, index: int = 0) -> Floats:
    """Standard normals of a name, [draw]; `address` is (seed, node)."""
    return np.asarray(ndtri(uniforms_at(address, *names, count=count, index=index)))
