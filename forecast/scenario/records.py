"""The records of a scenario in base units: days, hazards per day, fractions, cents. Knows no YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import floor
from typing import NamedTuple, TypeAlias

from forecast.errors import printable


@dataclass(frozen=True)
class Distribution:
    """A family and its parameters in base units; `discrete` has the tuples `values` and `weights`."""

    family: str
    parameters: Mapping[str, Scalar | tuple[float, ...]]


@dataclass(frozen=True)
class Uncertain:
    """A scalar with one draw per replication; `path` is the draw's address, and equal paths share their draw."""

    path: str
    distribution: Distribution


@dataclass(frozen=True)
class Multiplied:
    """An uncertain scalar times the factors of dated events, kept between two bounds; money is rounded to cents."""

    value: float | Uncertain
    factors: tuple[float | Uncertain, ...]
    least: float
    most: float
    in_cents: bool = False

    def product(self, value: float, factors: Iterable[float]) -> float:
        """The product of numbers in the place of the value and its factors."""
        for factor in factors:
            value *= factor
        bounded = min(max(value, self.least), self.most)
        return floor(bounded + 0.5) if self.in_cents else bounded


@dataclass(frozen=True)
class Capability:
    """The day from which the vendor has a capability (0 from the start, infinity never), and how it may slip."""

    day: float
    slip: Distribution | None


Scalar: TypeAlias = float | int | Uncertain | Multiplied
Value: TypeAlias = Scalar | bool | str | Distribution | Capability | tuple[Scalar, ...] | None


@dataclass(frozen=True)
class Change:
    """From 00:00 of `day` a parameter has `values`, one per segment (one only if it has no segments)."""

    day: int
    path: str
    values: tuple[Value, ...]


class Hire(NamedTuple):
    """People who join on a day, or leave (negative), and for how many days those who join are in ramp."""

    day: int
    people: int
    ramp_days: float = 0.0


class Event(NamedTuple):
    """What multiplies parameters from one day to another (None: to the end), and costs something on its first day.

    A day before the start is negative; `factors` has one factor for each segment (one only if there are none).
    """

    name: str
    day: int
    until: int | None
    factors: Mapping[str, tuple[float | Uncertain, ...]]
    cost: Scalar

    def holds(self, day: int) -> bool:
        """Whether it holds on a day."""
        return self.day <= day and (self.until is None or day < self.until)


class Cohort(NamedTuple):
    """Users of one age in days; AGE_UNKNOWN: of users in trial of whom it is not known when they began."""

    users: int
    age_days: float


AGE_UNKNOWN = -1.0


@dataclass(frozen=True)
class PresentAccount:
    """An account as it is at the start; `price_cents` is None for the list price less the discount.

    Days are counted from the start, those of the past are negative.  Where there are `cohorts`, the active users have
    their ages, and not `age_days`.
    """

    account: str
    segment: str
    eligible_users: int
    free_users: int
    paid_users: int
    lapsed_users: int
    seats: int
    price_cents: int | None
    contract_end: int | None
    opportunity_stage: str | None
    age_days: float
    cohorts: tuple[Cohort, ...] = ()
    in_trial: tuple[Cohort, ...] = ()
    stage_entered: int | None = None
    banned_since: int | None = None
    cooling_until: int | None = None
    champion_left: bool = False
    frailty: tuple[float, float] | None = None  # shape and rate of the gamma distribution of Z
    usage_intensity: float | None = None  # in place of the one that is drawn
    team_users: int = 0
    teams: int = 0  # on a team plan, that of `team_users`

    @property
    def active_users(self) -> int:
        """How many use the product: free, paying, on team plans."""
        return self.free_users + self.paid_users + self.team_users

    @property
    def trial_users(self) -> int:
        """How many users are in trial."""
        return sum(each.users for each in self.in_trial) if self.in_trial else 0


class Evidence(NamedTuple):
    """What a value rests on, as its comment says: a grade (A, B, C; U: nothing published) and sources by their keys."""

    grade: str
    sources: tuple[str, ...]


class JointDraws(NamedTuple):
    """What a scenario has of its file of joint draws: each replication takes one row of the columns.

    `file` is what messages call it; `columns` are the paths that it is in force at, `replaced` those of its columns of
    which something else takes the place, whole or in part.
    """

    file: str
    rows: int
    columns: tuple[str, ...]
    replaced: tuple[str, ...]


class Origin(NamedTuple):
    """Where a value was written, as messages name it, and its layer: what overrides a value has a higher one."""

    place: str
    layer: int


class ScenarioWarning(NamedTuple):
    """Something in a scenario that is allowed and probably not meant; `str()` is the sentence.

    `kind` is `warning`, or `note` for what is shown and never issued as a warning of Python; `places` are all places
    of the input that it is about, the one to look at first.
    """

    path: str
    message: str
    places: tuple[str, ...]
    kind: str = "warning"

    def __str__(self) -> str:
        """The sentence: where, which path, and what."""
        return printable(f"{self.places[0]}: {self.path}: {self.message}")

    @property
    def sentence(self) -> str:
        """The sentence after what it is: `note: --set: pricing.paid: ...`."""
        return printable(f"{self.kind}: {self}")

    def document(self) -> dict[str, str | list[str]]:
        """The warning in a JSON document."""
        return {"kind": self.kind, "path": self.path, "message": self.message, "places": list(self.places)}


def recorded_warnings(documents: object) -> tuple[ScenarioWarning, ...]:
    """The warnings of a JSON document; what is none, in a file that somebody changed, is left out."""
    found = []
    for each in documents if isinstance(documents, list) else []:
        places = each.get("places") if isinstance(each, dict) else None
        if isinstance(places, list) and places:
            path, message, kind = (str(each.get(key, "")) for key in ("path", "message", "kind"))
            found.append(ScenarioWarning(path, message, tuple(map(str, places)), kind))
    return tuple(found)


def is_within(path: str, block: str) -> bool:
    """Whether a path is that of a block, or of something in it: `pricing.paid` is within `pricing`."""
    return f"{path}.".startswith(f"{block}.")


LABELED_BLOCKS = {
    "segments": "market.segments",
    "stages": "procurement.stages",
    "requirements": "procurement.requirements",
    "resources": "vendor.resources",
}


def is_label_path(path: str) -> bool:
    """Whether a path of the file is a `label`, which is shown and never simulated."""
    block, _, key = path.rpartition(".")
    return key == "label" and block.rpartition(".")[0] in LABELED_BLOCKS.values()


@dataclass(frozen=True)
class Labels:
    """The texts to show for names: the `label` of the file, else the name with spaces for underscores.

    The four mappings hold only the labels that the file has; the methods answer for every name.
    """

    segments: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    requirements: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)

    def segment(self, name: str) -> str:
        """The text to show for a segment."""
        return _text_for(name, self.segments)

    def stage(self, name: str) -> str:
        """The text to show for a stage of procurement."""
        return _text_for(name, self.stages)

    def requirement(self, name: str) -> str:
        """The text to show for a requirement, or for the capability that bears its name."""
        return _text_for(name, self.requirements)

    def resource(self, name: str) -> str:
        """The text to show for a resource of the vendor."""
        return _text_for(name, self.resources)

    def reason(self, name: str) -> str:
        """The text to show for the reason of a loss: a stage that names no reason lends its own name, and its label."""
        return _text_for(name, self.stages)


# Why a figure lies outside of its published range, by figure and segment; None: in every segment, or as a whole.
Explanations: TypeAlias = Mapping[tuple[str, str | None], str]


def _text_for(name: str, labels: Mapping[str, str]) -> str:
    """The name's label, or the name as words."""
    return labels.get(name) or name.replace("_", " ")


@dataclass(frozen=True)
class ScenarioRecord:
    """Everything that a user may set, defaults filled in; `parameters` maps each YAML path to its values."""

    name: str
    description: str
    start: date
    months: int
    fiscal_year_start: int
    currency: str
    replications: int
    seed: int
    segments: tuple[str, ...]
    accounts: tuple[int, ...]
    parameters: Mapping[str, tuple[Value, ...]]
    stages: tuple[str, ...]
    after: tuple[tuple[int, ...], ...]
    requirements: tuple[str, ...]
    capabilities: tuple[str, ...]
    resources: tuple[str, ...]
    hires: tuple[tuple[Hire, ...], ...]
    changes: tuple[Change, ...]
    correlations: tuple[tuple[str, str, float], ...]
    present: tuple[PresentAccount, ...]
    resolved: str = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    sha256: str = ""
    replication_sha256: str = ""  # of all that a replication depends on: not of how many there are
    evidence: Mapping[str, Evidence] = field(default_factory=dict, repr=False, compare=False)
    labels: Labels = field(default_factory=Labels, repr=False)
    explanations: Explanations = field(default_factory=dict, repr=False)
    events: tuple[Event, ...] = ()  # their factors are in `changes` already
    warnings: tuple[ScenarioWarning, ...] = field(default=(), repr=False, compare=False)
    origins: Mapping[str, Origin] = field(default_factory=dict, repr=False, compare=False)  # of what was written
    joint_draws: JointDraws | None = field(default=None, repr=False, compare=False)
