"""Several scenarios side by side: distributions, differences, which is best, and how certain that is.

Everything is computed from one array, [replication, scenario, headline]; knows no folders and no screens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.analysis import paired
from forecast.analysis.formatting import (
    format_difference,
    format_difference_interval,
    format_probability,
    format_range,
    format_value,
    sentence_case,
)
from forecast.analysis.intervals import CONFIDENCE, mean_interval
from forecast.analysis.key_metrics import KeyMetric, decisive_codes, key_metric_index
from forecast.analysis.notebook import html_table, to_pandas
from forecast.analysis.paired import DistributionSummary, PairedDifference, Standing
from forecast.analysis.scenario_diff import ScenarioDifference
from forecast.errors import InputError, unknown
from forecast.scenario import ScenarioWarning
from forecast.types import Floats

if TYPE_CHECKING:
    import pandas as pd

INDIFFERENCE_ZONE = 0.01  # of the base's mean: the default size of differences that do not matter


@dataclass(frozen=True)
class Comparison:
    """Scenarios side by side with common random numbers; the first is the base.

    Attributes
    ----------
    names : tuple of str
        The scenarios.
    headlines : tuple of KeyMetric
        The key figures that a decision turns on, each with `code`, `label`, `unit` and what is `better`.
    values : numpy.ndarray
        [replication, scenario, key figure]; money in cents, NaN where undefined.
    changes : mapping of str to tuple
        By scenario: what differs from the base.
    warnings : mapping of str to tuple
        By scenario: what was warned of when it was loaded, such as values that something else overrules.
    runs : mapping of str to Path
        By scenario: the folder of its run.

    Examples
    --------
    >>> import forecast
    >>> both = forecast.open_comparison("runs/soc2")
    >>> base, earlier = both.names
    >>> difference = both.pair("arr", base, earlier)
    >>> difference.mean.low < difference.mean.value < difference.mean.high
    True
    >>> round(sum(standing.best.value for standing in both.standings("arr")), 6)
    1.0
    """

    names: tuple[str, ...]
    headlines: tuple[KeyMetric, ...]
    values: Floats  # [replication, scenario, headline], money in cents; NaN where undefined
    start: str  # the scenarios' first day
    months: int
    currency: str
    seed: int
    zone: float = INDIFFERENCE_ZONE  # share of the base's mean
    changes: dict[str, tuple[ScenarioDifference, ...]] = field(
        default_factory=dict
    )  # by scenario: what differs from the base
    warnings: dict[str, tuple[ScenarioWarning, ...]] = field(default_factory=dict)  # of each scenario that has some
    runs: dict[str, Path] = field(default_factory=dict)  # by scenario: the folder of its run
    folder: Path = field(default=Path(), compare=False)  # of the comparison itself
    _pairs: dict[tuple[str, str, str], PairedDifference] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # computed before: every sentence, cell and mark shows the same one

    @property
    def replications(self) -> int:
        """The number of replications of each scenario."""
        return len(self.values)

    def headline(self, code: str) -> KeyMetric:
        """The headline of a code; raises InputError when there is none."""
        return self.headlines[key_metric_index(self.headlines, code)]

    def figures(self, code: str) -> Floats:
        """A headline's figures, [replication, scenario], of the replications in which all scenarios have one.

        Examples
        --------
        >>> import forecast
        >>> both = forecast.open_comparison("runs/soc2")
        >>> both.figures("arr").shape
        (20, 2)
        """
        values = self.values[:, :, key_metric_index(self.headlines, code)]
        complete: Floats = values[~np.isnan(values).any(axis=1)]
        return complete

    def place(self, scenario: str) -> int:
        """The place of a scenario; raises InputError when there is none of that name."""
        if scenario not in self.names:
            raise InputError([unknown("scenario", scenario, self.names)])
        return self.names.index(scenario)

    def distribution(self, code: str, scenario: str) -> DistributionSummary:
        """One scenario's distribution of a headline.

        Examples
        --------
        >>> import forecast
        >>> both = forecast.open_comparison("runs/soc2")
        >>> both.distribution("arr", both.names[0]).mean.value > 0
        True
        """
        return paired.summarize_distribution(self.figures(code)[:, self.place(scenario)])

    def pair(self, code: str, first: str, second: str) -> PairedDifference:
        """The second scenario less the first."""
        if (code, first, second) not in self._pairs:
            figures = self.figures(code)
            sides = figures[:, self.place(first)], figures[:, self.place(second)]
            self._pairs[code, first, second] = paired.paired_difference(
                (first, second), *sides, self.headline(code).better, self.tolerance(code)
            )
        return self._pairs[code, first, second]

    def pairs(self, code: str) -> list[PairedDifference]:
        """All differences, the later less the earlier; those with the base come first."""
        return [self.pair(code, first, second) for first, second in combinations(self.names, 2)]

    def standings(self, code: str) -> list[Standing]:
        """P(best) and expected regret of each scenario."""
        return paired.standings(self.names, self.figures(code), self.headline(code).better)

    def sentence(self, code: str, second: str, first: str = "") -> str:
        """The mean difference of two scenarios in words, how sure it is, and how often the second is better.

        `first` is the base by default.

        Examples
        --------
        >>> import forecast
        >>> both = forecast.open_comparison("runs/soc2")
        >>> print(both.sentence("arr", both.names[1]))
        ARR ... on average (95% interval ...); better in ... of the replications.
        """
        first, headline = first or self.names[0], self.headline(code)
        found = self.pair(code, first, second)
        mean, low, high = (format_difference(value, headline.unit) for value in found.mean)
        unit = f" {self.currency}" if headline.unit == "cents" else " days" if headline.unit == "days" else ""
        subject = f"{sentence_case(headline.label)}, {second} less {first}"
        better = f"better in {format_range(found.better, format_probability)} of the replications"
        return f"{subject}: {mean}{unit} on average (95% interval {low.removesuffix(' pts')} to {high}); {better}."

    def tolerance(self, code: str) -> float:
        """The size of a difference that does not matter, in the headline's unit: a share of the base's mean."""
        mean = mean_interval(self.figures(code)[:, 0]).value
        return self.zone * abs(mean or 0.0)

    def precision(self) -> dict[str, float | None]:
        """The precision of the differences with the base: the widest 95 % interval of each decisive headline.

        Half of it, relative to the base's mean, or to the other's where that is zero; None where neither is known.
        """
        return {code: _widest_half_width(self.figures(code)) for code in decisive_codes(self.months)}

    def document(self) -> dict[str, Any]:
        """The whole comparison as a JSON document."""
        return {
            "scenarios": list(self.names),
            "base": self.names[0],
            "seed": self.seed,
            "replications": self.replications,
            "start": self.start,
            "months": self.months,
            "currency": self.currency,
            "confidence": CONFIDENCE,
            "indifference": self.zone,
            "precision": self.precision(),
            "changes": {name: [change._asdict() for change in changes] for name, changes in self.changes.items()},
            "warnings": {name: [each.document() for each in found] for name, found in self.warnings.items()},
            "headlines": [self.key_metric_document(headline) for headline in self.headlines],
        }

    def key_metric_document(self, headline: KeyMetric) -> dict[str, Any]:
        """One headline of the document."""
        code = headline.code
        return {
            **headline._asdict(),
            "indifference": self.tolerance(code),
            "distributions": {name: to_json_value(self.distribution(code, name)) for name in self.names},
            "standings": [to_json_value(standing) for standing in self.standings(code)],
            "pairs": [to_json_value(pair) for pair in self.pairs(code)],
        }

    def frame(self) -> pd.DataFrame:
        """The figures of every replication: scenario, replication, a column for each headline.  Needs pandas."""
        import pyarrow as pa  # noqa: PLC0415  # a comparison that is shown needs no tables

        return to_pandas(pa.table(self.columns()))

    def columns(self) -> dict[str, Any]:
        """The figures as columns, one row for each scenario and replication."""
        count, scenarios, _ = self.values.shape
        rows = self.values.transpose(1, 0, 2).reshape(count * scenarios, len(self.headlines))
        return {
            "scenario": [name for name in self.names for _ in range(count)],
            "replication": np.tile(np.arange(count, dtype=np.int32), scenarios),
            **{headline.code: rows[:, place] for place, headline in enumerate(self.headlines)},
        }

    def __repr__(self) -> str:
        """The scenarios, the replications and the seed, in one line."""
        return f"Comparison of {', '.join(self.names)}: {self.replications} replications, seed {self.seed}"

    def _repr_html_(self) -> str:
        """Two tables for a notebook: means, and differences with the base."""
        base, others = self.names[0], self.names[1:]
        labels = [each.label_in(self.currency) for each in self.headlines]
        means = [[self._format_mean(each, name) for name in self.names] for each in self.headlines]
        differences = [[self._format_difference(each, name) for name in others] for each in self.headlines]
        return html_table(
            f"Means of {self.replications} replications",
            ["", *self.names],
            [[label, *row] for label, row in zip(labels, means, strict=True)],
        ) + html_table(
            f"Difference with {base}, and the 95% interval of its mean",
            ["", *others],
            [[label, *row] for label, row in zip(labels, differences, strict=True)],
        )

    def _format_mean(self, metric: KeyMetric, name: str) -> str:
        """A scenario's mean: `4.10M`."""
        return format_value(self.distribution(metric.code, name).mean.value, metric.unit)

    def _format_difference(self, metric: KeyMetric, name: str) -> str:
        """A scenario's mean difference with the base: `+1.20M (+1.10M to +1.30M)`."""
        return format_difference_interval(self.pair(metric.code, self.names[0], name).mean, metric.unit)


def best_sentence(standings: list[Standing]) -> str:
    """`B is best in 85% (80–89%) of the simulated futures.`: which is best has the least expected regret."""
    first, tied = leaders(standings)
    if len(tied) == len(standings):
        return "all are the same in every simulated future."
    shown = format_range(first.best, format_probability)
    return f"{' and '.join(tied)} {'is' if len(tied) == 1 else 'are'} best in {shown} of the simulated futures."


def leaders(standings: list[Standing]) -> tuple[Standing, list[str]]:
    """The scenario with the least expected regret, and the names of all that stand exactly where it does."""
    first = min(standings, key=lambda standing: standing.regret.value or 0.0)
    return first, [each.scenario for each in standings if each.best == first.best and each.regret == first.regret]


def _widest_half_width(figures: Floats) -> float | None:
    """Half of the widest interval of a difference with the first column, relative to the first column's mean."""
    if len(figures) < paired.LEAST_FOR_VARIANCE:
        return None
    means = [abs(mean_interval(column).value or 0.0) for column in figures.T]
    widths = []
    for column, mean in zip(figures.T[1:], means[1:], strict=True):
        found = mean_interval(column - figures[:, 0])
        assert found.low is not None
        assert found.high is not None
        half, scale = (found.high - found.low) / 2, means[0] or mean
        widths.append(0.0 if half == 0 else half / scale if scale else None)
    known = [width for width in widths if width is not None]
    return max(known, default=0.0) if len(known) == len(widths) else None


def to_json_value(record: Any) -> Any:
    """Convert a record of records to mappings, for JSON."""
    if isinstance(record, tuple) and hasattr(record, "_asdict"):
        return {name: to_json_value(part) for name, part in record._asdict().items()}
    if isinstance(record, dict):
        return {name: to_json_value(part) for name, part in record.items()}
    return [to_json_value(part) for part in record] if isinstance(record, tuple) else record
