"""The worked example of docs/extending.md runs as it stands, and does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"


def example() -> dict[str, Any]:
    """What the page's own code leaves behind, on a market small enough for a test."""
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL))
    small = (
        '"market.segments.mid_market.accounts=4", "market.segments.enterprise.accounts=1", "clock.horizon=12 months"'
    )
    code = code.replace('["market.segments.smb.accounts=20"]', f'["market.segments.smb.accounts=20", {small}]')
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
    return names


def test_the_worked_example_changes_what_comes_after_the_launch_and_nothing_before(capsys):
    names = example()
    with_rival, without, trials = names["with_rival"], names["without"], names["trials"]
    assert "->" in capsys.readouterr().out
    launch = 6  # day 200 lies in the seventh month
    assert np.array_equal(with_rival.monthly[: launch + 1], without.monthly[: launch + 1])
    assert with_rival.monthly[launch + 1 :, :, trials].sum() < without.monthly[launch + 1 :, :, trials].sum()


def test_users_who_leave_in_a_process_of_ones_own_are_counted():
    names = example()
    metrics = names["parameters"].metrics
    monthly = names["with_rival"].monthly
    lapsed, lapses, back = (metrics.index(name) for name in ("lapsed_users", "lapses", "win_backs"))
    change = np.diff(monthly[:, :, lapsed], axis=0)
    assert np.array_equal(change, monthly[1:, :, lapses] - monthly[1:, :, back])
