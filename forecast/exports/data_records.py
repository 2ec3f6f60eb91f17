"""What a data file says, as records: where each export lies, which column holds what, and what its values mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from forecast.foreign.cells import ISO
from forecast.foreign.large_tables import ExportSource
from forecast.imports.map_file import Rule

ANY = "any"  # every event has this meaning
OTHERS = "*"  # every other value
ACCOUNT_MEANINGS = ("banned", "ban_lifted", "won_back")  # of events of an account as a whole: rows without a user


class EligibleRule(NamedTuple):
    """How many people of an account could use the product: a share of a column, and no fewer than it has users."""

    rule: Rule | None
    users: float | None = None  # at least so many times the people seen


@dataclass(frozen=True)
class TableBlock:
    """An export: its name in the data file, where it lies, our names with its columns, the zone of its times.

    `own`: its columns have our names, so that of those it need not have some may be missing.
    """

    name: str
    source: ExportSource
    columns: Mapping[str, str]
    time_zone: str | None = None
    own: bool = False
    identity: tuple[str, ...] = ()  # the columns that together tell rows apart; none: `id`

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.source.address or ", ".join(label for _, label in self.source.files)

    def has(self, name: str) -> bool:
        """Whether there is a column of this name of ours."""
        return name in self.columns


@dataclass(frozen=True)
class AccountsBlock:
    """The whole market."""

    table: TableBlock
    segment: Rule
    eligible: EligibleRule


@dataclass(frozen=True)
class EventsBlock:
    """Product events: what those of each name mean; `any` stands for every name.  `lapse_after` in days."""

    table: TableBlock
    meaning: Mapping[str, tuple[str, ...]]
    lapse_after: float | None = None


@dataclass(frozen=True)
class OpportunitiesBlock:
    """Opportunities: our stages by theirs, the stages that are won, the reasons of those that are lost."""

    table: TableBlock
    stages: Mapping[str, str]
    won: tuple[str, ...]
    lost: Mapping[str, Mapping[str, str]]  # by stage: our reason by theirs
    outbound: tuple[str, ...] = ()  # values of the source's column
    history: TableBlock | None = None  # a row for each stage entered, where the opportunities have none


@dataclass(frozen=True)
class LeftOut:
    """What is no part of the market: our own people, demonstrations."""

    domains: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataFile:
    """A whole data file."""

    path: Path
    until: date | None = None  # the last day that the exports hold completely
    since: date | None = None  # the first
    cut: bool = False  # whether `until` is an earlier day than the file's, asked for to see less
    time_zone: str | None = None
    date_format: str = ISO
    prior: str | None = None
    accounts: AccountsBlock | None = None
    events: EventsBlock | None = None
    opportunities: OpportunitiesBlock | None = None
    contracts: TableBlock | None = None
    monthly: TableBlock | None = None
    merge: TableBlock | None = None
    leave_out: LeftOut = field(default_factory=LeftOut)
    allow: Mapping[str, float] = field(default_factory=dict)  # by rule: the share above which it is an error
    monthly_active: Mapping[str, int] = field(default_factory=dict)  # by month: people active, as the user knows it
