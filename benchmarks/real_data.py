"""Forecasts of real adoption against what came: AI assistants in 21 teams, and three sets of villages and cities.

Each set goes through the door that a company with a table of monthly counts has: `forecast backtest` on a data file.
The teams are in benchmarks/data; the others are read from a folder that is named, where a reader has them
(docs/validation.md, 6).  A year of theirs counts as a month: the rates are then per year.

    python benchmarks/real_data.py                    # the teams, some minutes
    python benchmarks/real_data.py FOLDER             # and korea_family_planning, brazil_hybrid_corn, tetracycline

Prints the losses first; ends with 1 where bands of totals hold fewer than 70 or more than 90 %, or where a naive rule
is better by account.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from forecast.backtesting.backtest import backtest
from forecast.backtesting.one_origin import OURS, Score
from forecast.montecarlo import progress_on

HERE = Path(__file__).parent / "data"
LEAST, MOST = 0.70, 0.90
HORIZONS, REPLICATIONS = (1, 2, 3), 300


class _Set(NamedTuple):
    """A set of groups: its data file's block, and the first origin."""

    name: str
    file: Path
    columns: str
    since: date


def main() -> int:
    """Backtest each set, print its table, and say whether bands and skills are what they must be."""
    fine = True
    with TemporaryDirectory() as scratch:
        for each in [_teams(), *_groups(sys.argv[1:], Path(scratch))]:
            folder = Path(scratch) / each.name
            folder.mkdir()
            data = folder / "data.yaml"
            data.write_text(f"monthly: {{file: {each.file}, columns: {each.columns}}}\n", encoding="utf-8")
            shown = progress_on(sys.stderr, 0)
            options = {"horizons": HORIZONS, "replications": REPLICATIONS, "folder": folder / "out", "progress": shown}
            found = backtest(data, since=each.since, **options)  # type: ignore[arg-type]
            fine &= _show(each.name, found.scores)
    return 0 if fine else 1


def _teams() -> _Set:
    """AI assistants in 21 development teams, from the trailers of their commits."""
    columns = "{account: repo, month: month, eligible: active, active: ai_users, starts: starts, stops: stops}"
    return _Set("AI assistants in 21 teams", HERE / "ai_trailer_panel.csv", columns, date(2025, 9, 1))


def _groups(arguments: Sequence[str], scratch: Path) -> Iterator[_Set]:
    """The sets of a folder, each made a panel of a row for every group and period."""
    columns = "{account: account, month: month, eligible: eligible, active: active, starts: starts, stops: stops}"
    for folder in map(Path, arguments):
        for name, group, when in (
            ("korea_family_planning", "village", "adopted"),
            ("brazil_hybrid_corn", "village", "adopted"),
            ("tetracycline", "city", "adopted_month"),
        ):
            with (folder / f"{name}.csv").open(encoding="utf-8") as file:
                people = [(row[group], int(row[when]) if row[when] else None) for row in csv.DictReader(file)]
            periods = _write_panel(scratch / f"{name}.csv", people)
            # As in a company, the first third is the past of the first origin.
            yield _Set(name, scratch / f"{name}.csv", columns, _month(max(6, periods // 3)))


def _write_panel(path: Path, people: Sequence[tuple[str, int | None]]) -> int:
    """Write the counts of each group and period, a period being a month of the panel; how many periods there are."""
    known = [when for _, when in people if when is not None]
    first, last = min(known), max(known)
    sizes: dict[str, int] = defaultdict(int)
    starts: dict[tuple[str, int], int] = defaultdict(int)
    for group, when in people:
        sizes[group] += 1
        if when is not None:
            starts[group, when - first + 1] += 1
    with path.open("w", encoding="utf-8") as file:
        file.write("account,month,eligible,active,starts,stops\n")
        for group, size in sizes.items():
            active = 0
            for period in range(last - first + 2):
                new = starts[group, period]
                active += new
                file.write(f"group {group},{_month(period)},{size},{active},{new},0\n")
    return last - first + 1


def _month(period: int) -> date:
    """The first day of the month that stands for a period."""
    return date(2001 + period // 12, period % 12 + 1, 1)


def _show(name: str, scores: Sequence[Score]) -> bool:
    """Print the table of a set; whether its bands hold what they must, and no rule is better by account."""
    rows = {
        (level, model): [score for score in scores if (score.level, score.model) == (level, model)]
        for level in ("account", "total")
        for model in dict.fromkeys(score.model for score in scores)
    }
    error = {key: float(np.mean([score.crps for score in each])) for key, each in rows.items() if each}
    print(f"\n{name}")
    losses = [key for key, value in error.items() if value < error[key[0], OURS]]
    for level, model in losses:
        print(f"  better than this forecast: {model}, {level}: {error[level, model]:.3g} : {error[level, OURS]:.3g}")
    print("                     by account                 in total")
    print("                     CRPS  in 80 %  cases       CRPS  in 80 %  cases")
    for model in dict.fromkeys(model for _, model in error):
        cells = []
        for level in ("account", "total"):
            each = rows[level, model]
            held = np.mean([score.inside80 for score in each]) if each else np.nan
            cells.append(f"{error[level, model]:5.3g} {held:7.0%} {len(each):6}" if each else " " * 20)
        print(f"  {model:16} {'       '.join(cells)}")
    held = float(np.mean([score.inside80 for score in rows["total", OURS]]))
    return LEAST <= held <= MOST and not any(level == "account" for level, _ in losses)


if __name__ == "__main__":
    raise SystemExit(main())
