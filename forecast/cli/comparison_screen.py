"""How does a comparison look on a terminal?  The answer in sentences, what differs, then each headline.

Takes a comparison; computes nothing but texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rich.table import Table

from forecast.cli.screen import add, console, line, month_name
from forecast.results.comparison import Comparison
from forecast.results.headlines import Headline
from forecast.results.intervals import Interval
from forecast.results.paired import Pair, Standing
from forecast.results.words import apart, counted, figure, number, share

COMMON = re.compile(r"[,:] ")  # where the part ends that names may share
LONGEST_NAME, LONGEST_VALUE = 36, 70
MOST_CHANGES = 12  # of a scenario; the rest is counted
VERDICTS = {
    "equal": "{name} is the same as {base} in every replication",
    "no matter": "{name} is not noticeably different from {base}",
    "better": "{name} is better than {base}",
    "somewhat better": "{name} is better than {base}, perhaps by too little to matter",
    "worse": "{name} is worse than {base}",
    "somewhat worse": "{name} is worse than {base}, perhaps by too little to matter",
    "open": "{name} and {base}: not known yet which is better",
}


def show_comparison(comparison: Comparison) -> None:
    """Nothing; the comparison is on stdout."""
    comparison = with_short_names(comparison)
    screen = console()
    for sentence in answer(comparison):
        screen.print(line(sentence))
    screen.print()
    for change in changes_lines(comparison):
        screen.print(line(change))
    for headline in comparison.headlines:
        screen.print()
        screen.print(line(title(comparison, headline)), style="bold")
        screen.print(headline_table(comparison, headline))
    screen.print()
    for sentence in explanation(comparison):
        screen.print(line(sentence))


def with_short_names(comparison: Comparison) -> Comparison:
    """The same without what all names begin with, such as the product's: `bottom-up`, `top-down sales`."""
    first = comparison.names[0]
    ends = (found.end() for found in COMMON.finditer(first))
    start = max((end for end in ends if all(name.startswith(first[:end]) for name in comparison.names)), default=0)
    if any(not name[start:].strip() for name in comparison.names):
        return comparison
    changes = {name[start:]: found for name, found in comparison.changes.items()}
    return replace(comparison, names=tuple(name[start:] for name in comparison.names), changes=changes)


def answer(comparison: Comparison) -> Iterator[str]:
    """Which is better, how surely, and by how much: on ARR and on NPV, where there is a difference to tell of."""
    base, start = comparison.names[0], comparison.start
    end = month_name(start, comparison.months - 1)
    yield f"{', '.join(comparison.names[1:])} compared with {base}, {month_name(start, 0)} to {end}"
    yield ""
    for code in ("arr", "npv"):
        headline = comparison.headline(code)
        if len(comparison.names) == 2:
            yield verdict_sentence(comparison, headline, comparison.pair(code, *comparison.names))
        else:
            yield best_sentence(comparison, headline)


def verdict_sentence(comparison: Comparison, headline: Headline, pair: Pair) -> str:
    """`ARR at the horizon: B is better than A. The difference is USD +1.2M (+1.1M to +1.3M) on average ...`"""
    told = VERDICTS[pair.verdict].format(name=pair.second, base=pair.first)
    if pair.verdict == "equal":
        return f"{sentence_case(headline.label)}: {told}."
    by = f"{comparison.currency} {interval(pair.mean, headline)}"
    relative = share_of_base(comparison, headline, pair)
    return f"{sentence_case(headline.label)}: {told}. The difference is {by} on average{relative}; {odds(pair)}."


def odds(pair: Pair) -> str:
    """`it is better in 94% of the replications and the same in 3%`."""
    ties = f" and the same in {percent(pair.equal)}" if pair.equal else ""
    better = (pair.better.value or 0.0) - pair.equal / 2
    return f"it is better in {percent(better)} of the replications{ties}"


def share_of_base(comparison: Comparison, headline: Headline, pair: Pair) -> str:
    """`, +1.4% of the base's`; nothing where the base has none."""
    base = comparison.distribution(headline.code, pair.first).mean.value
    return f", {100 * (pair.mean.value or 0.0) / abs(base):+.1f}%" if base else ""


def best_sentence(comparison: Comparison, headline: Headline) -> str:
    """`ARR at the horizon: B is best in 85% of the replications; always choosing it costs USD 18.0k on average.`"""
    standings = comparison.standings(headline.code)
    first = min(standings, key=lambda standing: standing.regret.value or 0.0)
    tied = [each.scenario for each in standings if each.best == first.best and each.regret == first.regret]
    if len(tied) == len(standings):
        return f"{sentence_case(headline.label)}: all are the same in every replication."
    return (
        f"{sentence_case(headline.label)}: {' and '.join(tied)} is best in {chance(first.best)} of the replications. "
        f"Always choosing it costs {comparison.currency} {figure(first.regret.value, headline.unit)} on average "
        "against the best of each replication."
    )


def changes_lines(comparison: Comparison) -> Iterator[str]:
    """What differs from the base, path by path: there → here."""
    for name, changes in comparison.changes.items():
        yield f"{name} differs in {counted(len(changes), 'value') if changes else 'nothing'}"
        for change in changes[:MOST_CHANGES]:
            yield f"  {change.path}: {cut(change.base, LONGEST_VALUE)} → {cut(change.here, LONGEST_VALUE)}"
        if len(changes) > MOST_CHANGES:
            yield f"  and {len(changes) - MOST_CHANGES} more, all of them in comparison.json"


def title(comparison: Comparison, headline: Headline) -> str:
    """`ARR at the horizon, USD`."""
    return sentence_case(headline.label) + (f", {comparison.currency}" if headline.unit == "cents" else "")


def headline_table(comparison: Comparison, headline: Headline) -> Table:
    """One headline: each scenario's mean and spread, and its difference with the base."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(max_width=LONGEST_NAME, overflow="fold")
    more = ("best", "regret") if len(comparison.names) > 2 else ()
    for name in ("mean (p10–p90)", "difference (95%)", "better", *more, "pairing"):
        table.add_column(line(name), justify="right")
    standings = {standing.scenario: standing for standing in comparison.standings(headline.code)}
    for name in comparison.names:
        extra = standing_cells(standings[name], headline) if more else ()
        add(table, cut(name), spread(comparison, headline, name), *pair_cells(comparison, headline, name, extra))
    return table


def pair_cells(comparison: Comparison, headline: Headline, name: str, extra: tuple[str, ...]) -> Iterator[str]:
    """The cells of a scenario's difference with the base, `extra` among them; those of the base are empty."""
    if name == comparison.names[0]:
        yield from ("", "", *extra, "")
        return
    pair = comparison.pair(headline.code, comparison.names[0], name)
    yield give_or_take(pair.mean, headline)
    yield chance(pair.better)
    yield from extra
    yield "same" if pair.verdict == "equal" else "–" if pair.pairing is None else f"×{number(pair.pairing)}"


def standing_cells(standing: Standing, headline: Headline) -> tuple[str, str]:
    """P(best) and the expected regret."""
    return percent(standing.best.value), figure(standing.regret.value, headline.unit)


def spread(comparison: Comparison, headline: Headline, name: str) -> str:
    """`4.10M (2.90M–5.60M)`: the mean, and where 80 % of the replications lie."""
    found = comparison.distribution(headline.code, name)
    low, high = (figure(found.quantiles[place].value, headline.unit) for place in ("p10", "p90"))
    between = " to " if "-" in low + high else "–"
    return f"{figure(found.mean.value, headline.unit)} ({low.removesuffix('%')}{between}{high})"


def interval(found: Interval, headline: Headline) -> str:
    """`+38.5k (+15.8k to +61.3k)`."""
    if found.low is None:
        return apart(found.value, headline.unit)
    low, high = apart(found.low, headline.unit), apart(found.high, headline.unit)
    return f"{apart(found.value, headline.unit).removesuffix(' pts')} ({low.removesuffix(' pts')} to {high})"


def give_or_take(found: Interval, headline: Headline) -> str:
    """`+38.5k ± 22.7k`: the interval of a mean lies evenly around it."""
    mean = apart(found.value, headline.unit)
    if found.value is None or found.high is None:
        return mean
    half = apart(found.high - found.value, headline.unit).removeprefix("+")
    return f"{mean.removesuffix(' pts')} ± {half}"


def chance(found: Interval) -> str:
    """`85% (71–93%)`."""
    if found.value is None:
        return "–"
    return f"{percent(found.value)} ({percent(found.low).removesuffix('%')}–{percent(found.high)})"


def percent(value: float | None) -> str:
    """A probability in whole per cent, `<1%` and `>99%` where that would be rounded away; a dash where undefined."""
    if value is None:
        return "–"
    if 0 < value < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= value < 1 else f"{100 * value:.0f}%"


def sentence_case(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def cut(text: str, longest: int = LONGEST_NAME) -> str:
    """The text, cut where it is too long for its place."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def explanation(comparison: Comparison) -> Iterator[str]:
    """What the columns mean, in a few lines."""
    count = counted(comparison.replications, "replication")
    yield f"{count} of each under the same chance. mean (p10–p90): 80% of the replications lie there."
    yield "difference: less the first, replication by replication, mean ± half of its 95% interval."
    yield "better: share of the replications in which it beats the first; ties count half."
    if len(comparison.names) > 2:
        yield "best: share in which it beats all; ties shared. regret: how much less than the best, on average."
    yield "pairing: how many times more replications independent chance would need for the same certainty."
    yield f"Differences up to {share(comparison.zone)} of the first's mean count as none."
