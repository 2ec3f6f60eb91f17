"""What a replay finds: the path of each account, and what happened on it, as columns.

All times are microseconds since the window began.  An account is its place in the accounts table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.observed.account_states import FREE, LAPSED, SEATED
from forecast.observed.tables import MONTH, Window
from forecast.types import Floats, Integers


@dataclass(frozen=True)
class Paths:
    """Counts of each account that are constant from a step to the next.

    The steps of account a are those from `first[a]` to before `first[a + 1]`, none where it enters when the window has
    ended; its path begins with the first of them.
    """

    window: Window
    segment: Integers  # [account]
    first: Integers  # [account + 1]
    time: Integers  # [step]
    columns: Integers  # [step, account_states.COLUMNS]: S, T, F, P, M, E, L and what holds for the account
    own_contact: Floats  # [step]: the sum over teams of idle people times the active share of their team

    @property
    def account(self) -> Integers:
        """The account of each step."""
        return np.repeat(np.arange(len(self.segment)), np.diff(self.first))

    @property
    def size(self) -> Integers:
        """Eligible people at each step."""
        people: Integers = self.columns[:, : LAPSED + 1].sum(axis=1)
        return people

    @property
    def active(self) -> Integers:
        """Active people at each step."""
        people: Integers = self.columns[:, FREE : SEATED + 1].sum(axis=1)
        return people

    def step_at(self, account: Integers, time: Integers) -> Integers:
        """The step that holds just before each time; the first one where there is none before."""
        keys = self._keys(self.account, self.time)
        found = np.searchsorted(keys, self._keys(account, time), side="left") - 1
        return np.maximum(found, self.first[account])

    def pieces(self) -> Pieces:
        """The paths cut at the beginnings of months."""
        months = self.window.month_starts()
        begins = np.append(self.time, 0)[np.minimum(self.first[:-1], len(self.time))]
        there = np.flatnonzero(np.diff(self.first) > 0)
        account, month = (each.ravel() for each in np.meshgrid(there, np.arange(len(months)), indexing="ij"))
        later = months[month] > begins[account]
        account, cuts = account[later], months[month][later]
        keys = np.unique(np.concatenate([self._keys(self.account, self.time), self._keys(account, cuts)]))
        step = np.searchsorted(self._keys(self.account, self.time), keys, side="right") - 1
        account, begin = self.account[step], keys % self._span
        end = np.append(begin[1:], 0)
        end[np.append(account[1:] != account[:-1], True)] = self.window.length
        month = np.searchsorted(months, begin, side="right") - 1
        return Pieces(step, account, month, begin, (end - begin) / MONTH)

    @property
    def _span(self) -> int:
        """More than any time of the window."""
        return self.window.length + 1

    def _keys(self, account: Integers, time: Integers) -> Integers:
        """Accounts and times as one whole number, in the order of both."""
        return account * self._span + time


class Pieces(NamedTuple):
    """Parts of paths in which nothing changes, and that lie in one month: [piece]."""

    step: Integers
    account: Integers
    month: Integers  # calendar months of the window, from 0
    begin: Integers
    months: Floats  # how long, in months of 30.4375 days


class Starts(NamedTuple):
    """Trials that began inside the window: [start], by account and time."""

    account: Integers
    time: Integers
    by: Integers  # tables.BY_UNKNOWN ...
    team: Integers


class Trials(NamedTuple):
    """Trials that ended inside the window, or were open at its end: [trial]."""

    account: Integers
    start: Integers
    end: Integers
    outcome: Integers  # account_states.TRIAL_ENDS
    joint: Integers  # 1: under a contract or a team plan, where nobody is asked to pay


class Spells(NamedTuple):
    """Stays on a plan that ended inside the window, or were open at its end: [spell]."""

    account: Integers
    plan: Integers  # account_states.STATES
    entered: Integers  # negative: before the window
    left: Integers
    ending: Integers  # account_states.ENDINGS


class Releases(NamedTuple):
    """Contracts and team plans that ended with people on them: [release]."""

    account: Integers
    time: Integers
    plan: Integers
    people: Integers
    gone: Integers  # of them, those who lapsed at once


class Moments(NamedTuple):
    """What happened at an instant inside the window: [moment]."""

    account: Integers
    what: Integers  # account_states.MOMENTS
    time: Integers


class Replay(NamedTuple):
    """All that a replay finds."""

    paths: Paths
    starts: Starts
    trials: Trials
    spells: Spells
    releases: Releases
    moments: Moments


def summed(place: Integers, weight: Floats, count: int) -> Floats:
    """The sum of the weights that fall on each of so many places."""
    sums: Floats = np.bincount(place, weight, count).astype(np.float64)
    return sums
