"""Options that commands share: what was typed is read, or refused in a sentence."""

from __future__ import annotations

import pytest

from forecast.cli.options import parse_precision
from forecast.errors import InputError


@pytest.mark.parametrize(("text", "value"), [("2%", 0.02), ("0.02", 0.02), ("12.5%", 0.125), (" 5% ", 0.05)])
def test_a_share_is_read(text: str, value: float) -> None:
    assert parse_precision(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "two", "0%", "-2%", "100%", "2", "nan", "inf%", "2 %%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--precision: found `.*`; expected a share between 0 and 100%"):
        parse_precision(text)
