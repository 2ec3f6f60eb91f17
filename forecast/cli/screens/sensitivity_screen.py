"""A sensitivity analysis on a terminal: how much parameters explain, then each of them, the most important first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forecast.analysis.formatting import (
    count_futures,
    format_probability,
    format_range,
    format_value,
    pluralize,
    sentence_case,
)
from forecast.cli.screens.figure_table import FigureTable
from forecast.cli.screens.terminal import (
    Screen,
    add_row,
    figure_table,
    plain_line,
)

if TYPE_CHECKING:
    from forecast.analysis.sensitivity import Sensitivity, VarianceShare

COLUMNS_NOTE = (
    "correlation: between the ranks of draw and figure. low to high: the figure's mean in the fifth of the "
    "replications with the lowest draws, and with the highest."
)
SHARED_NOTE = (
    "draw of market.level and procurement.pace: the mean of the month's factors, as logarithms, over the horizon."
)
GRADES_NOTE = "grade: A to C, from the strongest evidence to the weakest; U: nothing published, an assumption."


def show_sensitivity(scenario: str, sensitivity: Sensitivity) -> None:
    """Write on stdout where the spread of a figure comes from; `scenario` is the name of the run's scenario."""
    screen = Screen()
    for sentence in _variance_sentences(scenario, sensitivity):
        screen.print(plain_line(sentence))
    if sensitivity.effects:
        screen.print()
        screen.print(_parameter_table(sensitivity))
        screen.print()
        screen.print(plain_line(COLUMNS_NOTE))
        if sensitivity.joint_share:
            screen.print(plain_line(f"draws: {sensitivity.joint_share}"))
        if sensitivity.common_factors:
            screen.print(plain_line(SHARED_NOTE))
        screen.print(plain_line(GRADES_NOTE))


def _variance_sentences(scenario: str, sensitivity: Sensitivity) -> Iterator[str]:
    """How much of the variance is parameter uncertainty, in sentences."""
    label = sentence_case(sensitivity.headline.label)
    yield f"{scenario}: {label}, {count_futures(sensitivity.replications)}"
    yield ""
    if sensitivity.aleatory is None:
        yield f"Where its spread comes from cannot be computed: {sensitivity.reason}."
        yield f"It is a spread {sensitivity.held_fixed.condition()}. {sensitivity.held_fixed.caveat()}"
        return
    if sensitivity.epistemic is not None:
        yield (
            f"{_share_with_range(sensitivity.epistemic)} of its variance is uncertainty of the {sensitivity.marked}, "
            f"which better evidence would remove ({sensitivity.epistemic.method})."
        )
    for each in sensitivity.common_factors:
        yield (
            f"{_share_with_range(each.first_order)} of its variance is {each.path}: chance that all accounts share, "
            f"which neither better evidence nor more accounts would remove ({each.first_order.method})."
        )
    yield (
        f"The rest is simulation variability: chance, {sensitivity.held_fixed.condition()}. "
        f"{sensitivity.held_fixed.caveat()}"
    )


def _share_with_range(share: VarianceShare) -> str:
    """`30% (24–36%)`."""
    return format_range((share.value, share.low, share.high), format_probability)


def _parameter_table(sensitivity: Sensitivity) -> FigureTable:
    """The uncertain parameters and what all accounts share, the most important first."""
    names = ("of variance", "correlation", "low to high", "grade", "sources")
    first = "Uncertain, or shared" if sensitivity.common_factors else "Uncertain parameter"
    table = figure_table(first, *names, texts=["sources"])
    if sensitivity.draws:
        count = sum(each.drawn for each in sensitivity.parameters)
        together = pluralize(count, "column")
        add_row(table, f"draws: {together} together", _share_with_range(sensitivity.draws), "–", "–", "–", "")
    for each in sensitivity.effects:
        ends = (format_value(mean, sensitivity.headline.unit) for mean in (each.low_mean, each.high_mean))
        correlation = each.rank_correlation.value
        add_row(
            table,
            f"draws: {each.path}" if each.drawn else each.path,
            _share_with_range(each.first_order),
            "–" if correlation is None else f"{correlation:+.2f}",
            " to ".join(ends),
            each.grade or "–",
            " ".join(each.sources),
        )
    return table
