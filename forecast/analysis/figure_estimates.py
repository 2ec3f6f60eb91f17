"""The figures that are compared with published ranges: of a scenario before it is run, and of a run from its counts.

Knows no range: which of them lies outside is forecast.analysis.plausibility's question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from forecast.analysis.figure_counts import CYCLE_BOUNDS, GROWTH_MONTHS, FigureCounts, Ratio
from forecast.model.distributions import encode, mean
from forecast.model.parameters import Parameters
from forecast.model.quantiles import survival
from forecast.model.team_sizes import median_users
from forecast.model.uncertainty import medians, realized, realized_parameters
from forecast.scenario import Distribution, declared
from forecast.types import Floats

_GROWTH = declared("usage.growth")
_TO_PAID, _UPGRADE, _CHURN_PAID = declared("trial.to_paid"), declared("plans.upgrade"), declared("churn.paid")
_DISCOUNT, _ENTERPRISE_PRICE = declared("pricing.discount"), declared("pricing.enterprise")
FEW_ACCOUNTS, FEW_COUNTED, FEW_USERS = 10, 30, 1_000  # with fewer nothing is compared
SURE = 0.995  # a figure is outside when the 99 % interval of its sampling error is
YEAR_DAYS = 365.0


class Estimate(NamedTuple):
    """A figure, its standard error (0: known without one), and the ends between which it surely lies."""

    figure: str
    segment: int | None
    value: float
    error: float
    low: float
    high: float


def known_estimates(parameters: Parameters) -> Iterator[Estimate]:
    """The figures that are known before a run, uncertain parameters at their medians."""
    for segment in range(len(parameters.segments)):
        accounts = int((parameters.account_segment == segment).sum())
        if not accounts:
            continue
        if accounts >= FEW_ACCOUNTS:
            people = median_users(parameters.scenario, medians(parameters.uncertain), segment)
            found = {"eligible_users": people, **_today(parameters, segment)}
            for figure, value in found.items():
                yield _exact(figure, segment, value)
        spreads = parameters.reproduction_number(segment)
        if spreads > 0:
            yield _exact("reproduction_number", segment, spreads)
        yield from _from_values(parameters, segment)


def _exact(figure: str, segment: int, value: float) -> Estimate:
    """A figure without sampling error."""
    return Estimate(figure, segment, value, 0.0, value, value)


def _today(parameters: Parameters, segment: int) -> dict[str, float]:
    """What the accounts file says of a segment: the share that is active, and the seats per eligible person."""
    rows = [each for each in parameters.scenario.present if each.segment == parameters.segments[segment]]
    found = {}
    if len(rows) >= FEW_ACCOUNTS:
        active = sum(each.free_users + each.paid_users for each in rows)
        found["active_today"] = active / sum(each.eligible_users for each in rows)
    under = [each for each in rows if each.seats > 0]
    if len(under) >= FEW_ACCOUNTS:
        found["seats_per_person"] = sum(each.seats for each in under) / sum(each.eligible_users for each in under)
    return found


def _from_values(parameters: Parameters, segment: int) -> Iterator[Estimate]:
    """What the file's own values say: the mean discount, and who still pays after a year."""
    uniforms, values = medians(parameters.uncertain), parameters.scenario.parameters

    def number(path: str) -> float:
        return realized(values[path][segment], uniforms)

    if parameters.stages and number(_ENTERPRISE_PRICE) > 0:
        discount = values[_DISCOUNT][segment]
        assert isinstance(discount, Distribution)
        yield _exact("discount", segment, mean(discount.family, realized_parameters(discount, uniforms)))
    if "usage" in parameters.revenue_sources:
        yield _exact("usage_growth", segment, number(_GROWTH))
    if number(_TO_PAID) > 0 or number(_UPGRADE) > 0:
        tenure = values[_CHURN_PAID][segment]
        assert isinstance(tenure, Distribution)
        row = encode(tenure.family, realized_parameters(tenure, uniforms))
        points = np.zeros(1) if row.points is None else np.array(row.points)
        stay = survival(row.family, float(row.a), float(row.b), float(row.c), row.d, points, YEAR_DAYS)
        yield _exact("self_serve_grr", segment, float(stay))


def run_estimates(parameters: Parameters, counts: FigureCounts) -> Iterator[Estimate]:
    """The figures of a run, over all of its replications; those of which too little is counted are left out."""
    if len(parameters.account_segment) < FEW_ACCOUNTS:
        return
    yield from _whole_estimates(parameters, counts)
    for segment in range(len(parameters.segments)):
        if int((parameters.account_segment == segment).sum()) >= FEW_ACCOUNTS:
            yield from _segment_estimates(counts, segment)


def _whole_estimates(parameters: Parameters, counts: FigureCounts) -> Iterator[Estimate]:
    """The figures of the whole."""
    one = _Estimator(counts, None)
    months = min(GROWTH_MONTHS[1], parameters.months) - GROWTH_MONTHS[0]
    for figure, ratio in (("user_growth", Ratio.ACTIVE), ("paying_user_growth", Ratio.PAYING)):
        yield from one.of(
            figure, ratio, lambda r: max(r, 0.0) ** (1 / months) - 1, FEW_USERS * max(1, counts.replications)
        )
    yield from one.of("self_serve_conversion", Ratio.CONVERSION, enough=FEW_USERS, some=True)
    yield from one.of("organizations_paying", Ratio.ORGANIZATIONS)
    if counts.contract_sizes.sum() >= FEW_COUNTED:
        yield from one.of("unused_seats", Ratio.SEATED, lambda r: 1 - min(r, 1.0))
    yield from one.of("gross_margin", Ratio.MARGIN)
    yield from _of_teams_and_use(one)
    if one.value(Ratio.OUTBOUND) > 0.5:  # sellers find the customers
        yield from one.of("cost_of_new_arr", Ratio.COST)
    margin = one.value(Ratio.MARGIN)
    if margin > 0:
        yield from one.of("cac_payback", Ratio.PAYBACK, lambda r: 12 * r / margin)


def _of_teams_and_use(one: _Estimator) -> Iterator[Estimate]:
    """The figures of team plans, and of use that is counted and billed; nothing where these are off."""
    yield from one.of("team_plan_churn", Ratio.TEAM_PLANS)
    yield from one.of("users_per_paying_team", Ratio.TEAM_USERS)
    yield from one.of("cost_of_use", Ratio.COST_OF_USE, some=True)
    if one.below(Ratio.LOGOS) >= FEW_COUNTED and one.value(Ratio.BILLED_USE) > 0:
        yield from one.of("nrr_with_usage", Ratio.NRR_WITH_USAGE)


def _segment_estimates(counts: FigureCounts, segment: int) -> Iterator[Estimate]:
    """The figures of a segment."""
    one = _Estimator(counts, segment)
    yield from one.of("win_rate", Ratio.WON)
    yield from one.cycle()
    if one.below(Ratio.LOGOS) >= FEW_COUNTED:
        yield from one.of("contract_grr", Ratio.GRR)
        yield from one.of("contract_nrr", Ratio.NRR)
        yield from one.of("logo_churn", Ratio.LOGOS, lambda r: 1 - min(max(r, 0.0), 1.0) ** (1 / 12))
    if counts.contract_sizes[segment].sum() >= FEW_COUNTED:
        yield from one.of("seats_per_person", Ratio.SEATS)


class _Estimator:
    """Ratios of a segment, or of the whole, with their sampling errors."""

    def __init__(self, counts: FigureCounts, segment: int | None) -> None:
        self.counts, self.segment = counts, segment
        self.moments: Floats = counts.moments[:, -1 if segment is None else segment]

    def value(self, ratio: int) -> float:
        """The quotient of the sums over all replications; NaN without a denominator."""
        above, below = (float(each) for each in self.moments[ratio, :2])
        return above / below if below > 0 else math.nan

    def below(self, ratio: int) -> float:
        """The sum of the denominators."""
        return float(self.moments[ratio, 1])

    def error(self, ratio: int) -> float:
        """The standard error of the quotient, by linearization; infinite where there is none."""
        count = self.counts.replications
        _, below, xx, xy, yy = self.moments[ratio].tolist()
        if count < 2 or not below > 0:
            return math.inf
        value = self.value(ratio)
        squares = max(0.0, xx - 2 * value * xy + value * value * yy)
        return math.sqrt(squares * count / (count - 1)) / float(below)

    def reach(self) -> float:
        """How many standard errors a figure surely lies within, by Student's t."""
        return float(stdtrit(self.counts.replications - 1, SURE)) if self.counts.replications > 1 else math.inf

    def of(
        self,
        figure: str,
        ratio: int,
        shown: Callable[[float], float] = float,
        enough: float = FEW_COUNTED,
        *,
        some: bool = False,
    ) -> Iterator[Estimate]:
        """A monotone function of a ratio; nothing where less is counted than is enough, or (`some`) no numerator."""
        value, error = self.value(ratio), self.error(ratio)
        if self.below(ratio) < enough or not math.isfinite(error) or (some and value == 0):
            return
        half = self.reach() * error
        low, high = sorted((shown(value - half), shown(value + half)))
        width = abs(shown(value + error) - shown(value - error)) / 2
        yield Estimate(figure, self.segment, shown(value), width, low, high)

    def cycle(self) -> Iterator[Estimate]:
        """The median days of won deals: whether more than half took longer than a bound is a ratio like the others."""
        assert self.segment is not None
        days = self.counts.won_days[self.segment]
        if days.sum() < FEW_COUNTED or self.counts.replications < 2:
            return
        reached = np.cumsum(days) / days.sum()
        low, high, nearest = 0.0, math.inf, (math.inf, 0.0)
        for place, bound in enumerate(CYCLE_BOUNDS):
            share, error = self.value(Ratio.SLOW + place), self.error(Ratio.SLOW + place)
            nearest = min(nearest, (abs(share - 0.5), error))
            if share - self.reach() * error > 0.5:
                low = math.nextafter(bound, math.inf)
            elif share + self.reach() * error < 0.5 and high == math.inf:
                high = math.nextafter(bound, 0.0)
        middle, first, last = (
            float((reached >= min(max(at, 0.0), 1.0)).argmax()) for at in (0.5, 0.5 - nearest[1], 0.5 + nearest[1])
        )
        yield Estimate("cycle", self.segment, middle, (last - first) / 2, low, high)
