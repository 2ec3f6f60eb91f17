"""The traits of the accounts, drawn once, before anything happens (docs/model.md, 4).

Traits may follow any family: SciPy's quantile functions, rounded to 9 significant digits so that machines agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv

from forecast.elementary import exp, log1p
from forecast.errors import InputError, Problem
from forecast.model import streams
from forecast.model.distributions import NARROW, round_significant, trait_quantile
from forecast.model.uncertainty import Uniforms, realized, realized_parameters
from forecast.randomness import account_key, key, stream_of, uniform, uniforms
from forecast.scenario import ELIGIBLE_USERS_PATH, ENTERS_PATH, Distribution, PresentAccount, Scenario, declared
from forecast.types import Flags, Floats, Integers

_FRAILTY_CV, _DISCOUNT = declared("market.frailty_cv"), declared("pricing.discount")
_INTENSITY_CV = declared("usage.intensity_cv")
_NEEDED = declared("procurement.requirements.{}.needed")
MOST_USERS = 2**31 - 1  # of one account: a user's number is one word of an address, with room for those who rejoin


class Traits(NamedTuple):
    """What each account is born with, [account]."""

    keys: Integers  # [account, 2]: the two words of its key
    numbers: Integers  # its number within the key
    users: Integers  # N, eligible users
    frailty: Floats  # Z, mean 1
    discount: Floats  # on the enterprise price
    needs: Flags  # [account, requirement]
    usage_intensity: Floats  # how many times the units of its plans an account uses, mean 1
    entry: Floats  # days from the start until it is in the market


class _Addresses(NamedTuple):
    """The addresses of one segment's accounts: its own key for the generated ones, one each for the file's."""

    keys: Integers
    numbers: Integers

    def draw(self, replication: int, stream: int) -> Floats:
        """One uniform for each account."""
        generated = int((self.numbers >= 0).sum())
        out = np.empty(len(self.numbers))
        if generated:
            k0, k1 = self.keys[0].tolist()
            out[:generated] = uniforms(k0, k1, replication, generated, stream, 0)
        for place in range(generated, len(out)):
            k0, k1 = self.keys[place].tolist()
            out[place] = uniform(k0, k1, replication, 0, stream, 0)
        return out


def addresses(scenario: Scenario, seed: int, segment: int) -> _Addresses:
    """The addresses of a segment's accounts; number -1 marks an account of the file, which has a key of its own."""
    name = scenario.segments[segment]
    own = key(seed, name)
    count = scenario.accounts[segment]
    present = [each for each in scenario.present if each.segment == name]
    keys = np.empty((count + len(present), 2), np.int64)
    keys[:count] = own
    for place, each in enumerate(present, count):
        keys[place] = account_key(seed, name, each.account)
    numbers = np.concatenate([np.arange(count), np.full(len(present), -1)]).astype(np.int64)
    return _Addresses(keys, numbers)


def frailty(cv: float, u: Floats) -> Floats:
    """How eager each account is: gamma with mean 1, all 1 when the CV is 0, or so small that its square is."""
    if cv < NARROW:
        return np.ones(len(u))
    shape = 1.0 / (cv * cv)
    # The smallest draws of a wide gamma underflow; an account that never starts is what they mean.
    return round_significant(np.asarray(gammaincinv(shape, u) / shape, np.float64))


def _usage_intensity(cv: float, where: _Addresses, replication: int) -> Floats:
    """How much each account uses: lognormal with mean 1, all 1 when the CV is 0, or so small that its square is."""
    if cv < NARROW:
        return np.ones(len(where.numbers))
    square = log1p(cv * cv)
    u = where.draw(replication, streams.USAGE_INTENSITY)
    return trait_quantile("lognormal", {"median": exp(-0.5 * square), "sigma": sqrt(square)}, u)


def _with_known_intensity(values: Floats, present: Sequence[PresentAccount]) -> Floats:
    """The same with the intensity of the accounts of the file that have one of their own."""
    for place, each in enumerate(present, len(values) - len(present)):
        if each.usage_intensity is not None:
            values[place] = each.usage_intensity
    return values


def _with_known_frailty(values: Floats, u: Floats, present: Sequence[PresentAccount]) -> Floats:
    """The same with Z from its own gamma distribution, at the same `u`, where an account of the file has one."""
    first = len(values) - len(present)
    known = [(place, *each.frailty) for place, each in enumerate(present, first) if each.frailty]
    if known:
        at, shape, rate = (np.array(column) for column in zip(*known, strict=True))
        values[at] = round_significant(gammaincinv(shape, u[at]) / rate)
    return values


def _from_distribution(value: object, u: Floats, parameter_uniforms: Uniforms) -> Floats:
    """A trait's values at `u`, of any family."""
    assert isinstance(value, Distribution)
    return trait_quantile(value.family, realized_parameters(value, parameter_uniforms), u)


def _eligible_users(value: object, u: Floats, parameter_uniforms: Uniforms) -> Integers:
    """N of each account: a draw, rounded half up, at least 1."""
    drawn = np.floor(_from_distribution(value, u, parameter_uniforms) + 0.5)
    if drawn.size and drawn.max() > MOST_USERS:
        problem = Problem(
            None, None, ELIGIBLE_USERS_PATH, f"a draw of {drawn.max():.3g} users", f"at most {MOST_USERS:,} an account"
        )
        raise InputError([problem])
    return np.maximum(drawn, 1).astype(np.int64)


def _segment_traits(
    scenario: Scenario,
    requirements: tuple[str, ...],
    parameter_uniforms: Uniforms,
    address: tuple[int, int],
    segment: int,
) -> Traits:
    """The traits of one segment's accounts: the generated ones first, then the file's."""
    seed, replication = address
    where = addresses(scenario, seed, segment)
    present = [each for each in scenario.present if each.segment == scenario.segments[segment]]

    def value(path: str) -> object:
        return scenario.parameters[path][segment]

    u = where.draw(replication, streams.ELIGIBLE_USERS)
    users = _eligible_users(value(ELIGIBLE_USERS_PATH), u, parameter_uniforms)
    users[len(users) - len(present) :] = [each.eligible_users for each in present]
    needs = np.zeros((len(users), len(requirements)), np.bool_)
    for place, name in enumerate(requirements):
        share = realized(value(_NEEDED.format(name)), parameter_uniforms)
        needs[:, place] = where.draw(replication, stream_of("needed", name)) < share
    cv = realized(value(_FRAILTY_CV), parameter_uniforms)
    intensity_cv = realized(value(_INTENSITY_CV), parameter_uniforms)
    u_frailty = where.draw(replication, streams.FRAILTY)
    discount = _from_distribution(value(_DISCOUNT), where.draw(replication, streams.DISCOUNT), parameter_uniforms)
    entry = _from_distribution(value(ENTERS_PATH), where.draw(replication, streams.ENTRY), parameter_uniforms)
    entry[len(entry) - len(present) :] = 0.0  # those of the file are there
    return Traits(
        where.keys,
        np.maximum(where.numbers, 0),
        users,
        _with_known_frailty(frailty(cv, u_frailty), u_frailty, present),
        np.clip(discount, 0.0, 1.0),
        needs,
        _with_known_intensity(_usage_intensity(intensity_cv, where, replication), present),
        np.maximum(entry, 0.0),
    )


def draw_traits(
    scenario: Scenario, requirements: tuple[str, ...], parameter_uniforms: Uniforms, address: tuple[int, int]
) -> Traits:
    """The traits of all accounts in one replication, segment by segment; address: (seed, replication)."""
    parts = [
        _segment_traits(scenario, requirements, parameter_uniforms, address, segment)
        for segment in range(len(scenario.segments))
    ]
    return Traits(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
