"""A short run of benchmarks/fuzz.py: files broken at random give a scenario or sentences, and no traceback."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from numba.core.compiler_lock import global_compiler_lock

from forecast.errors import Problem

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from broken import CASES, FINE, PLAYED, TooLongError, at_most, examined, is_sentence, warm

COUNTS = {"scenarios": 300, "accounts": 200, "draws": 100, "overlays": 100, "overrides": 150}


@pytest.mark.parametrize("what", CASES)
def test_broken_files_are_taken_or_refused_in_sentences(what):
    warm()
    found = [examined(CASES[what](0, number), number) for number in range(COUNTS[what])]
    assert [outcome for outcome in found if outcome.kind not in FINE] == []
    kinds = Counter(outcome.kind for outcome in found)
    assert kinds["refused"] > COUNTS[what] / 2
    assert kinds[PLAYED] > 0


def test_a_case_is_the_same_again():
    for what, case in CASES.items():
        assert case(1, 7) == case(1, 7), what
        assert case(1, 7) != case(2, 7), what


@pytest.mark.parametrize(
    ("file", "found", "allowed"),
    [
        ("a.yaml", "", "a share"),
        ("a.yaml", "`3`", ""),
        ("a.yaml", "NoneType", "a share"),
        ("a.yaml", "`3`", "x" * 6000),
        (None, "`3`", "a share"),
    ],
)
def test_what_says_nothing_is_no_sentence(file, found, allowed):
    assert is_sentence(Problem("a.yaml", 1, "trial", "`None`", "a share"))
    assert not is_sentence(Problem(file, 1, "trial", found, allowed))


def busy(seconds: float) -> None:
    """Use so many seconds of the processor."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_what_takes_too_long_is_interrupted():
    with pytest.raises(TooLongError), at_most(0.01):
        busy(60)


def test_what_compiles_is_not_interrupted_before_its_end():
    compiled = []

    def compile_and_go_on() -> None:
        with global_compiler_lock:
            busy(0.05)
            compiled.append(True)
        busy(60)

    with pytest.raises(TooLongError), at_most(0.01):
        compile_and_go_on()
    assert compiled
