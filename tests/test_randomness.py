"""Every draw has an address: published vectors, what an address may be, whether the draws look uniform and unrelated.

Statistical tests: seeds are fixed, and each test gives a false alarm with probability 1e-6 over the choice of its seed.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from forecast.randomness import (
    PARAMETERS,
    VENDOR,
    account_key,
    key,
    philox,
    stream_of,
    uniform,
    uniform_and_word,
    uniform_of_word,
    uniforms,
)

FALSE_ALARM = 1e-6
WORD = st.integers(0, 2**32 - 1)
ALL = 0xFFFFFFFF

# Random123 1.14.0, tests/kat_vectors, lines `philox4x32 10`: counter, key, result
VECTORS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ALL, ALL, ALL, ALL), (ALL, ALL), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]

KEPT_KEY = (0xE755A998, 0x00682165)
KEPT_STREAM = 0xCA8EAA26


@pytest.mark.parametrize(("counter", "words", "result"), VECTORS)
def test_the_published_vectors_come_out(counter, words, result):
    assert philox(*words, *counter) == result


def test_a_draw_is_the_upper_52_bits_of_two_words_and_a_half():
    for counter, words, (first, second, _, _) in VECTORS:
        assert uniform(*words, *counter) == ((first * 2**20 + second // 2**12) + 0.5) / 2**52


@given(WORD, WORD, WORD, WORD, WORD, WORD)
def test_a_draw_and_its_complement_are_exact_and_never_0_or_1(k0, k1, replication, account, stream, index):
    u = uniform(k0, k1, replication, account, stream, index)
    assert 0.0 < u < 1.0
    assert u * 2**53 % 2 == 1.0
    assert 1.0 - (1.0 - u) == u


def test_a_draw_leaves_a_word_over():
    for counter, words, (_, _, third, _) in VECTORS:
        assert uniform_and_word(*words, *counter) == (uniform(*words, *counter), third)
        assert uniform_of_word(third) == (third + 0.5) / 2**32
    assert 0.0 < uniform_of_word(0) < uniform_of_word(ALL) < 1.0


@given(WORD, WORD, st.integers(0, 50), WORD, WORD)
def test_the_draws_of_many_accounts_are_those_of_each(k0, k1, count, stream, index):
    one_by_one = [uniform(k0, k1, 7, account, stream, index) for account in range(count)]
    assert uniforms(k0, k1, 7, count, stream, index).tolist() == one_by_one


def test_every_part_of_an_address_counts():
    address = (1, 2, 3, 4, 5, 6)
    changed = [tuple(value + (place == part) for place, value in enumerate(address)) for part in range(6)]
    assert len({uniform(*each) for each in [address, *changed]}) == 7


def test_numpy_integers_address_the_same_draw():
    plain = (ALL, ALL - 1, 3, 2**31, ALL, 6)
    k0, k1, replication, account, stream, index = np.array(plain)
    assert uniform(*plain) == uniform(k0, k1, replication, account, stream, index)


def test_keys_of_segments_accounts_and_vendor_cannot_be_equal():
    segments = {key(seed, f"segment-{number}") for seed in range(50) for number in range(50)}
    accounts = {account_key(seed, "smb", f"account-{number}") for seed in range(50) for number in range(50)}
    reserved = {key(seed, name) for seed in range(50) for name in (VENDOR, PARAMETERS)}
    assert [len(segments), len(accounts), len(reserved)] == [2500, 2500, 100]
    kinds = [{second >> 30 for _, second in keys} for keys in (segments, accounts, reserved)]
    assert kinds == [{0}, {1}, {2}]


def test_names_are_not_run_together():
    assert account_key(1, "ab", "c") != account_key(1, "a", "bc")
    assert stream_of("ab", "c") != stream_of("a", "bc")
    assert key(1, "2x") != key(12, "x")


def test_named_streams_stay_clear_of_numbered_ones():
    streams = [stream_of("stage", str(number)) for number in range(1000)]
    assert all(2**31 <= stream < 2**32 for stream in streams)
    assert len(set(streams)) == 1000


def test_a_scenario_keeps_its_draws_from_release_to_release():
    assert key(20260101, "enterprise") == KEPT_KEY
    assert stream_of("stage", "security") == KEPT_STREAM


def grid(axis: int, size: int) -> np.ndarray:
    """Draws along one part of the address, the others fixed."""
    address = np.tile([0x1234, 0x5678, 3, 4, 5, 6], (size, 1))
    address[:, axis] = range(size)
    return np.array([uniform(*each) for each in address.tolist()])


@pytest.mark.parametrize("axis", range(6))
def test_draws_along_each_part_of_the_address_are_uniform(axis):
    draws = grid(axis, 20_000)
    assert stats.kstest(draws, "uniform").pvalue > FALSE_ALARM / 2
    counts = np.histogram(draws, 256, (0, 1))[0]
    assert stats.chisquare(counts).pvalue > FALSE_ALARM / 2


@pytest.mark.parametrize("axis", range(6))
def test_neighbours_along_each_part_of_the_address_are_unrelated(axis):
    draws = grid(axis, 20_000)
    cells = np.histogram2d(draws[0::2], draws[1::2], 16, ((0, 1), (0, 1)))[0]
    assert stats.chisquare(cells.ravel()).pvalue > FALSE_ALARM / 2
    assert stats.pearsonr(draws[:-1], draws[1:]).pvalue > FALSE_ALARM / 2


def test_low_bits_are_fair_coins():
    draws = uniforms(9, 8, 7, 20_000, 6, 5) * 2.0**52
    for bit in range(1, 21):
        heads = int(np.sum(np.floor(draws / 2.0 ** (bit - 1)) % 2))
        assert stats.binomtest(heads, draws.size).pvalue > FALSE_ALARM / 20


def test_segments_draw_independently_of_each_other():
    keys = [key(1, name) for name in ("smb", "mid_market", "enterprise", VENDOR)]
    draws = [uniforms(*words, 0, 20_000, 1, 0) for words in keys]
    pairs = list(itertools.combinations(draws, 2))
    assert all(stats.pearsonr(*pair).pvalue > FALSE_ALARM / len(pairs) for pair in pairs)
