"""What opportunities and contracts say: how soon leaders notice, how long stages take and how many are lost, what is
signed, and what is renewed.

From a replay and the prior to what was learned of each value.  A CRM knows no queue and no touch: what a stage takes is
fitted whole, and the part of our own people is taken off by the prior.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from forecast.fitting.prior_values import PriorValues, median_duration
from forecast.fitting.replayed_exports import ReplayedExports
from forecast.fitting.user_nodes import Chance
from forecast.learning.awareness import Exposure, HeldValues, Noticed, fit_awareness
from forecast.learning.contract_terms import fit_discounts, fit_land_multiple, fit_min_seats
from forecast.learning.learned import Learned, Seen
from forecast.learning.rates import fit_rate
from forecast.learning.renewals import TermEnds, fit_renewals
from forecast.learning.stages import StageExits, StageStays, fit_durations, fit_losses
from forecast.model.dates import GATES, gate_opens
from forecast.observed.leader_exposure import leader_exposure
from forecast.observed.purchase_outcomes import (
    LOST_HERE,
    OPEN_HERE,
    StageData,
    renewal_data,
    signing_data,
    stage_data,
)
from forecast.observed.tables import MICROSECONDS, NOBODY
from forecast.observed.user_outcomes import event_rates
from forecast.scenario import Distribution
from forecast.types import Flags, Floats, Integers

STALLED, REQUIREMENT = "stalled", "requirement"  # reasons that are no loss of the stage itself
LEAST_OWN = 0.1  # of what a stage takes is at least the customer's own time
WIDEST_BETA = 0.95
HIGHEST_MULTIPLE = 50.0  # seats per active user: more is a contract that was not made for those who are there


def learn_awareness(history: ReplayedExports, prior: PriorValues, chance: Chance) -> Iterator[Learned]:
    """How soon leaders notice, and how often they forbid."""
    least = prior.medians("awareness.min_users").astype(np.int64).tolist()
    cells = leader_exposure(history.found, history.tables, least)
    kept = cells.enough

    def repeated(number: Integers) -> Exposure:
        times = np.where(kept, number, 0)
        share = np.repeat(cells.active_share, times)
        return Exposure(np.repeat(cells.segment, times), share, np.ones(len(share)))

    pieces = Exposure(cells.segment[kept], cells.active_share[kept], np.ones(int(kept.sum())))
    noticed = Noticed(pieces, cells.months[kept], repeated(cells.opportunities), repeated(cells.bans))
    held = HeldValues(*(float(np.median(prior.medians(f"awareness.{name}"))) for name in ("visibility", "sponsor")))
    priors = [prior.rate("awareness.base"), prior.rate("awareness.peak")]
    priors += [prior.number("awareness.half_share"), prior.number("awareness.sharpness"), prior.share("awareness.ban")]
    yield from fit_awareness(priors, noticed, held, chance.draws, chance.at("awareness"))


def learn_outbound(history: ReplayedExports, prior: PriorValues, chance: Chance) -> Iterator[Learned]:
    """How often accounts are called."""
    counts = event_rates(history.found, history.tables)["outbound"]
    if counts.count.sum() or prior.medians("outbound.rate").any():
        seen = Seen(counts.count, counts.exposure, ("opportunity", "opportunities"))
        yield from fit_rate(prior.rate("outbound.rate"), seen, chance.draws, chance.at("outbound"))


def learn_stages(
    history: ReplayedExports, prior: PriorValues, chance: Chance, *, durations: bool = True
) -> Iterator[Learned]:
    """How long stages take, and how many opportunities are lost at their ends."""
    rows = stage_data(history.found, history.tables)
    names = history.tables.stages.stages
    known = [stage for stage in prior.scenario.stages if stage in names]
    beside = _is_beside(history, rows)
    for stage in known if durations else ():
        own = rows.stage == names.index(stage)
        yield from _durations(stage, rows.rows(own), beside[own], history, prior, chance)
    if known:
        yield from _losses(known, rows, beside, history, prior, chance)


def _durations(
    stage: str, rows: StageData, beside: Flags, history: ReplayedExports, prior: PriorValues, chance: Chance
) -> Iterator[Learned]:
    """Median and sigma of a stage's duration: what the CRM saw, less the work of our own people."""
    path = f"procurement.stages.{stage}"
    if not prior.is_family(f"{path}.duration", "lognormal"):
        return
    times = StageStays(
        rows.segment,
        rows.days,
        gate_days(rows, path, history, prior),
        rows.entered_age,
        (rows.ended != OPEN_HERE) & ~beside,
    )
    touch = touch_days(path, prior)
    median = prior.days(f"{path}.duration", "median", at=f"{path}.duration.lognormal.median")
    whole = replace(median, median=median.median + touch)
    sigma = prior.spread(f"{path}.duration", "sigma", at=f"{path}.duration.lognormal.sigma")
    found, spread = fit_durations((whole, sigma), times, len(history.segments), chance.draws, chance.at(path))
    yield replace(found, draws=np.maximum(found.draws - touch, LEAST_OWN * found.draws))
    yield spread


def touch_days(path: str, prior: PriorValues) -> Floats:
    """The median days of our own people's work in a stage, [segment]; 0 where nobody of ours has any."""
    touches = prior.values(f"{path}.touch")
    return np.array([median_duration(each) if isinstance(each, Distribution) else 0.0 for each in touches])


def gate_days(rows: StageData, path: str, history: ReplayedExports, prior: PriorValues) -> Floats:
    """How many days each stay waited for its gate."""
    begin = np.datetime64(history.window.since, "us")
    origin = int(begin.astype("datetime64[D]").astype(np.int64))
    offset = float((begin - begin.astype("datetime64[D]")) / np.timedelta64(1, "D"))
    kinds = [GATES.index(gate) for gate in prior.values(f"{path}.gate")]
    first_month = prior.scenario.fiscal_year_start
    days = offset + rows.entered / MICROSECONDS
    waits = [
        gate_opens(origin, day, kinds[segment], first_month) - day if kinds[segment] else 0.0
        for day, segment in zip(days.tolist(), rows.segment.tolist(), strict=True)
    ]
    return np.array(waits)


def _losses(
    known: Sequence[str], rows: StageData, beside: Flags, history: ReplayedExports, prior: PriorValues, chance: Chance
) -> Iterator[Learned]:
    """What is lost at the end of each stage."""
    names = history.tables.stages.stages
    places = np.full(len(names), -1)
    places[[names.index(stage) for stage in known]] = np.arange(len(known))
    ended = (rows.ended != OPEN_HERE) & ~beside & (places[rows.stage] >= 0)
    stage = places[rows.stage][ended]
    counts_use = np.array([bool(prior.values(f"procurement.stages.{name}.prior_use")[0]) for name in known])
    exits = StageExits(
        stage,
        rows.segment[ended],
        rows.ended[ended] == LOST_HERE,
        np.where(counts_use[stage], rows.active_share[ended], 0),
    )
    priors = [prior.share(f"procurement.stages.{name}.loss") for name in known]
    full = float(np.median(prior.medians("procurement.prior_use_full_share"))) if counts_use.any() else None
    if full is not None:
        priors.append(prior.common(prior.number("procurement.prior_use_log_odds")))
    yield from fit_losses(priors, exits, full, chance.draws, chance.at("losses"))


def _is_beside(history: ReplayedExports, rows: StageData) -> Flags:
    """Whether a stay ended because of a requirement, or because the customer did not wait: no loss of the stage."""
    reasons = history.tables.stages.reasons
    others = [place for place, reason in enumerate(reasons) if reason in (STALLED, REQUIREMENT)]
    return np.asarray(np.isin(rows.reason, others) & (rows.reason != NOBODY), dtype=np.bool_)


def learn_contracts(history: ReplayedExports, prior: PriorValues, chance: Chance) -> Iterator[Learned]:
    """Seats at signing, discounts, the champion, rollout."""
    signed = signing_data(history.found, history.tables)
    used = (signed.active > 0) & (signed.seats <= HIGHEST_MULTIPLE * signed.active)
    multiples = signed.seats[used] / np.maximum(signed.active[used], 1)
    path = "contract.land_multiple"
    yield from fit_land_multiple(prior.number(path), signed.segment[used], multiples, chance.draws, chance.at(path))
    path = "contract.min_seats"
    yield from fit_min_seats(prior.number(path), signed.segment, signed.seats, chance.draws, chance.at(path))
    listed = np.isfinite(signed.price) & (signed.list_price > 0)
    if prior.is_family("pricing.discount", "beta"):
        of = "pricing.discount"
        mean, cv = prior.share(of, "mean", at=f"{of}.beta.mean"), prior.spread(of, "cv", at=f"{of}.beta.cv")
        discounts = np.clip(1.0 - signed.price[listed] / signed.list_price[listed], 0.0, 1.0)
        share, spread = fit_discounts((mean, cv), signed.segment[listed], discounts, chance.draws, chance.at(of))
        highest = share.draws.max(axis=0)  # any mean may meet any cv
        widest = WIDEST_BETA * np.sqrt((1.0 - highest) / highest)  # of a beta distribution with this mean
        yield from (share, replace(spread, draws=np.minimum(spread.draws, widest)))
    counts = event_rates(history.found, history.tables)
    for name, path, noun in (
        ("rollout", "contract.rollout", ("person given a seat", "people given a seat")),
        ("champion_leaves", "contract.champion_leaves", ("champion left", "champions left")),
    ):
        seen = Seen(counts[name].count, counts[name].exposure, noun)
        yield from fit_rate(prior.rate(path), seen, chance.draws, chance.at(path))


def learn_renewals(history: ReplayedExports, prior: PriorValues, chance: Chance) -> Iterator[Learned]:
    """Who renews."""
    ends = renewal_data(history.found, history.tables)
    priors = [prior.share(f"renewal.{name}") for name in ("base", "champion_left", "healthy_use")]
    priors.append(prior.number("renewal.elasticity"))
    data = TermEnds(ends.segment, ends.use, ends.champion_left, ends.renewed)
    yield from fit_renewals(priors, data, chance.draws, chance.at("renewals"))
