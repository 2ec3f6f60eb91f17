"""What comes out of a scenario, beside what is published of such figures: every figure that can be compared.

    python benchmarks/published.py [SCENARIO]     # bottom_up; half a minute

The ranges are those of `forecast/analysis/published_ranges.py`, the sources are listed in docs/sources.md.  Outside of
a range something is to be explained, not necessarily wrong (docs/plausibility.md).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from forecast import run
from forecast.analysis.figure_counts import count_figures, run_counts
from forecast.analysis.figure_estimates import Estimate, known_estimates, run_estimates
from forecast.analysis.plausibility import is_outside, range_of
from forecast.analysis.published_ranges import FIGURES, PublishedRange, format_quantity, range_text
from forecast.model.parameters import Parameters

REPLICATIONS = 200


def compared(parameters: Parameters, folder: Path) -> Iterator[tuple[Estimate, PublishedRange]]:
    """Every figure of a run with its range, in the order of the table."""
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in ("monthly", "accounts", "opportunities")}
    counts = run_counts(count_figures(tables, parameters, range(REPLICATIONS)))
    found = [*known_estimates(parameters), *run_estimates(parameters, counts)]
    for estimate in sorted(found, key=lambda each: list(FIGURES).index(each.figure)):
        yield estimate, range_of(estimate, parameters, counts)


def place_of(estimate: Estimate, row: PublishedRange) -> str:
    """Where a figure lies; outside, but not surely, where its sampling error reaches into the range."""
    below, above = (row.low is not None and estimate.value < row.low), (row.high or estimate.value) < estimate.value
    if not below and not above:
        return "within"
    return f"{'below' if below else 'above'}{'' if is_outside(estimate, row) else ', not surely'}"


def table_row(estimate: Estimate, row: PublishedRange, segments: tuple[str, ...]) -> str:
    """The row of a Markdown table."""
    figure = FIGURES[estimate.figure]
    where = "" if estimate.segment is None else f", {segments[estimate.segment]}"
    value = format_quantity(estimate.value, figure.unit)
    error = f" ({format_quantity(estimate.error, figure.unit).split('%')[0].split(' ')[0]})" if estimate.error else ""
    sources = " ".join(f"[{key}]" for key in row.sources) or row.applies
    return (
        f"| {figure.label}{where} | {value}{error} | {range_text(row)} | {row.grade} {sources} "
        f"| {place_of(estimate, row)} |"
    )


def main() -> int:
    """0: nothing here is passed or failed."""
    name = sys.argv[1] if len(sys.argv) > 1 else "bottom_up"
    print(f"{name}, {REPLICATIONS} replications; in parentheses the standard error\n")
    print("| | here | published | grade, source | |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        done = run(name, replications=REPLICATIONS, folder=Path(folder) / "run")
        for estimate, row in compared(done.parameters, done.folder):
            print(table_row(estimate, row, done.parameters.segments), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
