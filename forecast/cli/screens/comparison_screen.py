"""A comparison on a terminal: the answer in sentences, what differs, then a table for each headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from forecast.analysis.comparison import Comparison, leaders
from forecast.analysis.formatting import (
    count_futures,
    format_difference,
    format_difference_interval,
    format_number,
    format_probability,
    format_range,
    format_share,
    format_value,
    pluralize,
    sentence_case,
)
from forecast.analysis.intervals import Interval
from forecast.analysis.key_metrics import KeyMetric
from forecast.analysis.paired import PairedDifference, Standing
from forecast.cli.screens.figure_table import FigureTable
from forecast.cli.screens.terminal import (
    Screen,
    add_row,
    figure_table,
    plain_line,
)
from forecast.months import month_name

COMMON_PREFIX_END = re.compile(r"[,:] ")  # where the part ends that names may share
MAX_VALUE = 70
MAX_CHANGES = 12  # of a scenario; the rest is counted
VERDICTS = {
    "equal": "{name} is the same as {base} in every replication",
    "no matter": "{name} is not noticeably different from {base}",
    "better": "{name} is better than {base}",
    "somewhat better": "{name} is better than {base}, but the interval reaches into the indifference zone (±{zone})",
    "worse": "{name} is worse than {base}",
    "somewhat worse": "{name} is worse than {base}, but the interval reaches into the indifference zone (±{zone})",
    "open": "{name} and {base}: not known yet which is better",
}


def show_comparison(comparison: Comparison) -> None:
    """Write the comparison on stdout."""
    comparison = _with_short_names(comparison)
    screen = Screen()
    for sentence in _answer_sentences(comparison):
        screen.print(plain_line(sentence))
    screen.print()
    for change in _changes_lines(comparison):
        screen.print(plain_line(change))
    for headline in comparison.headlines:
        screen.print()
        screen.print(plain_line(_headline_title(comparison, headline)), style="bold")
        screen.print(_headline_table(comparison, headline))
    screen.print()
    for sentence in _column_notes(comparison):
        screen.print(plain_line(sentence))


def _with_short_names(comparison: Comparison) -> Comparison:
    """The same without what all names begin with, such as the product's: `bottom-up`, `top-down sales`."""
    first = comparison.names[0]
    ends = (found.end() for found in COMMON_PREFIX_END.finditer(first))
    start = max((end for end in ends if all(name.startswith(first[:end]) for name in comparison.names)), default=0)
    if any(not name[start:].strip() for name in comparison.names):
        return comparison
    changes = {name[start:]: found for name, found in comparison.changes.items()}
    return replace(comparison, names=tuple(name[start:] for name in comparison.names), changes=changes)


def _answer_sentences(comparison: Comparison) -> Iterator[str]:
    """Which is better, how surely, and by how much: on ARR and on NPV, where there is a difference to tell of."""
    base, start = comparison.names[0], date.fromisoformat(comparison.start)
    end = month_name(start, comparison.months - 1)
    yield f"{', '.join(comparison.names[1:])} compared with {base}, {month_name(start, 0)} to {end}"
    yield ""
    for code in ("arr", "npv"):
        headline = comparison.headline(code)
        if len(comparison.names) == 2:
            yield _verdict_sentence(comparison, headline, comparison.pair(code, *comparison.names))
        else:
            yield _best_sentence(comparison, headline)


def _verdict_sentence(comparison: Comparison, headline: KeyMetric, pair: PairedDifference) -> str:
    """`ARR at the horizon: B is better than A. The difference is USD +1.2M (+1.1M to +1.3M) on average ...`"""
    verdict = VERDICTS[pair.verdict].format(name=pair.second, base=pair.first, zone=format_share(comparison.zone))
    if pair.verdict == "equal":
        return f"{sentence_case(headline.label)}: {verdict}."
    by = f"{comparison.currency} {format_difference_interval(pair.mean, headline.unit)}"
    relative = _share_of_base(comparison, headline, pair)
    odds = _odds_sentence(pair)
    return f"{sentence_case(headline.label)}: {verdict}. The difference is {by} on average{relative}; {odds}."


def _odds_sentence(pair: PairedDifference) -> str:
    """`it is better in 96% (91–98%) of the replications, the same in 3%`: ties count half, as in the table."""
    ties = f", the same in {format_probability(pair.equal)}" if pair.equal else ""
    return f"it is better in {format_range(pair.better, format_probability)} of the replications{ties}"


def _share_of_base(comparison: Comparison, headline: KeyMetric, pair: PairedDifference) -> str:
    """`, +1.4% of the base's`; nothing where the base has none."""
    base = comparison.distribution(headline.code, pair.first).mean.value
    return f", {100 * (pair.mean.value or 0.0) / abs(base):+.1f}%" if base else ""


def _best_sentence(comparison: Comparison, headline: KeyMetric) -> str:
    """`ARR at the horizon: B is best in 85% of the replications; always choosing it costs USD 18.0k on average.`"""
    standings = comparison.standings(headline.code)
    first, tied = leaders(standings)
    if len(tied) == len(standings):
        return f"{sentence_case(headline.label)}: all are the same in every replication."
    return (
        f"{sentence_case(headline.label)}: {' and '.join(tied)} {'is' if len(tied) == 1 else 'are'} best in "
        f"{format_range(first.best, format_probability)} of the replications. "
        f"Always choosing it costs {comparison.currency} {format_value(first.regret.value, headline.unit)} on average "
        "against the best of each replication."
    )


def _changes_lines(comparison: Comparison) -> Iterator[str]:
    """What differs from the base, path by path: there → here."""
    for name, changes in comparison.changes.items():
        yield f"{name} differs in {pluralize(len(changes), 'value') if changes else 'nothing'}"
        for change in changes[:MAX_CHANGES]:
            values = f"{_shortened(change.base, MAX_VALUE)} → {_shortened(change.here, MAX_VALUE)}"
            yield f"  {change.path}: {values} {change.in_force}".rstrip()
        if len(changes) > MAX_CHANGES:
            yield f"  and {len(changes) - MAX_CHANGES} more, all of them in comparison.json"


def _headline_title(comparison: Comparison, headline: KeyMetric) -> str:
    """`ARR at the horizon, USD`."""
    return sentence_case(headline.label_in(comparison.currency))


def _headline_table(comparison: Comparison, headline: KeyMetric) -> FigureTable:
    """One headline: each scenario's mean and spread, and its difference with the base."""
    more = ("best", "regret") if len(comparison.names) > 2 else ()
    table = figure_table("", "mean (p10–p90)", "difference (95%)", "better", *more, "variance reduction")
    standings = {standing.scenario: standing for standing in comparison.standings(headline.code)}
    for name in comparison.names:
        extra = _standing_cells(standings[name], headline) if more else ()
        add_row(
            table,
            name,
            _mean_with_range(comparison, headline, name),
            *_pair_cells(comparison, headline, name, extra),
        )
    return table


def _pair_cells(comparison: Comparison, headline: KeyMetric, name: str, extra: tuple[str, ...]) -> Iterator[str]:
    """The cells of a scenario's difference with the base, `extra` among them; those of the base are empty."""
    if name == comparison.names[0]:
        yield from ("", "", *extra, "")
        return
    pair = comparison.pair(headline.code, comparison.names[0], name)
    yield _plus_minus(pair.mean, headline)
    yield format_range(pair.better, format_probability)
    yield from extra
    yield "same" if pair.verdict == "equal" else "–" if pair.pairing is None else f"×{format_number(pair.pairing)}"


def _standing_cells(standing: Standing, headline: KeyMetric) -> tuple[str, str]:
    """P(best) and the expected regret."""
    return format_range(standing.best, format_probability), format_value(standing.regret.value, headline.unit)


def _mean_with_range(comparison: Comparison, headline: KeyMetric, name: str) -> str:
    """`4.10M (2.90M–5.60M)`: the mean, and the range of 80 % of the replications."""
    found = comparison.distribution(headline.code, name)
    values = (found.mean.value, *(found.quantiles[place].value for place in ("p10", "p90")))
    return format_range(values, partial(format_value, unit=headline.unit))


def _plus_minus(found: Interval, headline: KeyMetric) -> str:
    """`+38.5k ± 22.7k`: the interval of a mean lies evenly around it."""
    mean = format_difference(found.value, headline.unit)
    if found.value is None or found.high is None:
        return mean
    half = format_difference(found.high - found.value, headline.unit).removeprefix("+")
    return f"{mean.removesuffix(' pts')} ± {half}"


def _shortened(text: str, longest: int) -> str:
    """The text without its last words where it is too long: a figure in it is whole or not there."""
    if len(text) <= longest:
        return text
    words = text[: longest - 1].rpartition(" ")[0]
    return f"{words} …" if words else text


def _column_notes(comparison: Comparison) -> Iterator[str]:
    """What the columns mean, in a few lines."""
    yield f"{sentence_case(count_futures(comparison.replications))} of each, with common random numbers."
    yield "mean (p10–p90): in brackets, the range of 80% of the replications."
    yield "difference: less the base, replication by replication, mean ± half of its 95% interval."
    yield "better: share of the replications in which it beats the base; ties count half."
    if len(comparison.names) > 2:
        yield "best: share in which it beats all; ties shared. regret: how much less than the best, on average."
    yield "variance reduction: replications that independent runs would need for the same interval, as a multiple."
    yield f"Differences up to {format_share(comparison.zone)} of the base's mean (the indifference zone) do not matter."
