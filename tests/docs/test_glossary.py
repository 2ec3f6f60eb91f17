"""Is the glossary sorted, with each word once, a meaning, and a place in the code?"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| word")
]


def test_words_are_sorted_and_stand_once() -> None:
    words = [row[0].casefold() for row in ROWS]
    assert len(words) > 80
    assert words == sorted(set(words))


def test_each_word_has_a_meaning_and_a_place_in_the_code() -> None:
    for word, meaning, code, *_ in ROWS:
        assert meaning, word
        assert re.search(r"`forecast/[\w/]+(\.py|/)`", code), word
