"""The number of a draw. Every draw has an address, and nothing else decides. Knows no distributions.

Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405): the key is a hash of (scheme, seed, name),
the counter is (replication, account, stream, index). The arithmetic is that of 64-bit integers that may wrap, masked to
32 bits: the same text gives the same bits compiled and in plain Python.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecast.compiling.decorators import compiled, inlined

SCHEME: Final = 1  # a new number means other draws: it changes only with a note in the changelog
VENDOR: Final = "/vendor"  # the vendor's name; a slash cannot stand in a segment's name
PARAMETERS: Final = "/parameters"  # the name under which uncertain parameters are drawn, the stream being their path
_SEGMENT, _ACCOUNT, _RESERVED = 0, 1, 2  # the two top bits of a key, so that keys of different kinds cannot be equal

_MASK: Final = 0xFFFFFFFF
_MULTIPLY_0: Final = 0xD2511F53
_MULTIPLY_1: Final = 0xCD9E8D57
_STEP_0: Final = 0x9E3779B9
_STEP_1: Final = 0xBB67AE85


def _hash(*words: object) -> int:
    """64 bits; the lengths stand before the words, so no two lists of words read the same."""
    texts = [str(word).encode() for word in words]
    framed = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    return int.from_bytes(hashlib.blake2b(framed, digest_size=8).digest(), "little")


def _key(kind: int, seed: int, *names: str) -> tuple[int, int]:
    bits = _hash("key", SCHEME, seed, kind, *names)
    return bits & _MASK, (bits >> 34) | kind << 30


def key(seed: int, name: str) -> tuple[int, int]:
    """The key of a segment, or of `VENDOR` or `PARAMETERS`: two 32-bit integers."""
    return _key(_RESERVED if name.startswith("/") else _SEGMENT, seed, name)


def account_key(seed: int, segment: str, account: str) -> tuple[int, int]:
    """The key of an account of an accounts file, wherever it stands in the file: two 32-bit integers."""
    return _key(_ACCOUNT, seed, segment, account)


def stream_of(*words: str) -> int:
    """The stream of what has a name (a stage, a parameter): 32 bits, the top one set; numbered streams stay below."""
    return _hash("stream", SCHEME, *words) & _MASK | 0x80000000


@inlined
def philox(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Four random 32-bit words, as integers from 0 to 2**32 - 1; of key and counter the lower 32 bits count."""
    k0, k1 = int(k0) & _MASK, int(k1) & _MASK
    c0, c1, c2, c3 = int(c0) & _MASK, int(c1) & _MASK, int(c2) & _MASK, int(c3) & _MASK
    for _ in range(10):
        p0 = c0 * _MULTIPLY_0
        p1 = c2 * _MULTIPLY_1
        c0 = ((p1 >> 32) & _MASK) ^ c1 ^ k0
        c2 = ((p0 >> 32) & _MASK) ^ c3 ^ k1
        c1 = p1 & _MASK
        c3 = p0 & _MASK
        k0 = (k0 + _STEP_0) & _MASK
        k1 = (k1 + _STEP_1) & _MASK
    return c0, c1, c2, c3


@inlined
def uniform(k0: int, k1: int, replication: int, account: int, stream: int, index: int) -> float:
    """The draw at this address, in the open interval (0, 1): an odd multiple of 2**-53, so 1 - u is exact too."""
    w0, w1, _w2, _w3 = philox(k0, k1, replication, account, stream, index)
    return ((w0 << 20 | w1 >> 12) + 0.5) * 2.220446049250313e-16


@inlined
def uniform_and_word(k0: int, k1: int, replication: int, account: int, stream: int, index: int) -> tuple[float, int]:
    """The draw at this address, and 32 bits that it leaves over: what goes with it needs no address of its own."""
    w0, w1, w2, _w3 = philox(k0, k1, replication, account, stream, index)
    return ((w0 << 20 | w1 >> 12) + 0.5) * 2.220446049250313e-16, w2


@inlined
def uniform_of_word(word: int) -> float:
    """The uniform of 32 bits, in the open interval (0, 1)."""
    return (word + 0.5) * 2.3283064365386963e-10


@compiled
def uniforms(k0: int, k1: int, replication: int, count: int, stream: int, index: int) -> NDArray[np.float64]:
    """The draws of accounts 0 to count - 1, shape [count]."""
    draws = np.empty(count, dtype=np.float64)
    for account in range(count):
        draws[account] = uniform(k0, k1, replication, account, stream, index)
    return draws
