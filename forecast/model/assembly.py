"""From a scenario's values to tables: one value for each path, period and segment, uncertain ones drawn.

Runs once a scenario, or once a replication when something is uncertain.  Knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor, inf, prod
from typing import Any, TypeAlias, TypeVar

import numpy as np

from forecast.model.dates import GATES
from forecast.model.distributions import encode
from forecast.model.names import ScenarioNames
from forecast.model.price_response import demand_factor, shifted_odds
from forecast.model.tables import SEGMENT_BLOCKS, ParameterTables, SegmentRules
from forecast.model.uncertainty import Uniforms, realized, realized_parameters
from forecast.scenario import TEAM_SIZE_PATH, Distribution, Scenario, block_path, declared
from forecast.scenario.format.declarations import Block, Column
from forecast.scenario.format.schema import RequirementRules, StageRules
from forecast.types import Floats

Array: TypeAlias = Any  # [period, segment] of what its column names
RecordType = TypeVar("RecordType", bound=Block)

_SEASONALITY = declared("adoption.seasonality")
_STAGE_SEASONALITY = declared("procurement.seasonality")
_RENEWAL_SEASONALITY = declared("renewal.seasonality")
_TIERS = declared("pricing.tiers")
_REDUCED_BY = declared("ban.reduced_by.{}")
_STAGE = block_path(StageRules)
_REQUIREMENT = block_path(RequirementRules)


class Assembly:
    """The tables of one set of uniforms."""

    def __init__(self, scenario: Scenario, names: ScenarioNames, uniforms: Uniforms) -> None:
        self.scenario = scenario
        self.names = names
        self.uniforms = uniforms
        self.numbers: dict[tuple[float, ...], int] = {}  # of distributions
        self.points: list[float] = []
        self.places: dict[tuple[float, ...], int] = {}
        self.periods = self._values_by_period()
        self.readers: Mapping[str, Callable[[object], float]] = {
            "float": self._realized,
            "int": lambda value: floor(self._realized(value) + 0.5),
            "DistributionNumber": self._distribution_number,
            "GateNumber": lambda value: GATES.index(str(value)),
            "ResourceNumber": lambda value: -1 if value is None else names.resources.index(str(value)),
            "ReasonNumber": lambda value: names.reasons.index(str(value)),
        }

    def tables(self) -> ParameterTables:
        """All tables of one replication."""
        records: dict[str, Any] = {name: self._record(block, name) for name, block in SEGMENT_BLOCKS.items()}
        stages = self._stacked(StageRules, [_STAGE.format(name) for name in self.names.stages])
        requirements = self._stacked(RequirementRules, [_REQUIREMENT.format(name) for name in self.names.requirements])
        seasons, stage_seasons, renewal_seasons = (
            np.array(self._table(path, self._factors), np.float64)
            for path in (_SEASONALITY, _STAGE_SEASONALITY, _RENEWAL_SEASONALITY)
        )
        team_sizes = np.array([self._team_size(each) for each in self.scenario.parameters[TEAM_SIZE_PATH]], np.int64)
        distributions = np.array(list(self.numbers), np.float64).reshape(-1, 5)
        return ParameterTables(
            _with_price_response(SegmentRules(**records)),
            stages,
            requirements,
            self._reductions(),
            seasons,
            stage_seasons,
            renewal_seasons,
            self._tiers(),
            team_sizes,
            distributions,
            np.array(self.points or [0.0], np.float64),
        )

    def _reductions(self) -> Floats:
        """By how much each capability makes bans rarer, [period, segment, capability]."""
        out = np.zeros((len(self.names.period_days), len(self.names.segments), len(self.names.capabilities)))
        for place, name in enumerate(self.names.capabilities):
            path = _REDUCED_BY.format(name)
            if path in self.scenario.parameters:  # a capability that this block does not name reduces nothing
                out[:, :, place] = self._table(path, self._realized)
        return out

    def _tiers(self) -> Floats:
        """The volume tiers, [period, segment, tier, (from seats, discount)]; one that is not there begins nowhere."""
        rows = self._table(_TIERS, self._factors)
        most = max((len(tiers) // 2 for row in rows for tiers in row), default=0)
        out = np.zeros((len(self.names.period_days), len(self.names.segments), most, 2))
        out[..., 0] = inf
        for period, row in enumerate(rows):
            for segment, tiers in enumerate(row):
                out[period, segment, : len(tiers) // 2] = np.reshape(tiers, (-1, 2))
        return out

    def _record(self, block: type[RecordType], path: str) -> RecordType:
        """The record of the block at a path, [period, segment]."""
        return block(self._column(column, path) for column in block.columns.values())

    def _column(self, column: Column, path: str) -> Array:
        """The column of the block at a path: whole numbers, or the product of the values at its paths."""
        first, *rest = (self._column_part(f"{path}.{part}", column.sort) for part in column.paths)
        return prod(rest, start=first) if rest else first

    def _column_part(self, path: str, sort: str) -> Array:
        """What the values at a path are read as, [period, segment]."""
        return np.array(self._table(path, self.readers[sort]), np.float64 if sort == "float" else np.int64)

    def _stacked(self, block: type[RecordType], paths: list[str]) -> RecordType:
        """The records of the blocks at some paths side by side, [period, segment, path]."""
        shape = (len(self.names.period_days), len(self.names.segments), len(paths))
        columns = []
        for column in block.columns.values():
            columns.append(np.zeros(shape, np.float64 if column.sort == "float" else np.int64))
            for place, path in enumerate(paths):
                columns[-1][:, :, place] = self._column(column, path)
        return block(columns)

    def _realized(self, value: object) -> float:
        """A scalar as a number."""
        return realized(value, self.uniforms)

    def _factors(self, value: object) -> list[float]:
        """A list of scalars as numbers."""
        assert isinstance(value, tuple)
        return [realized(each, self.uniforms) for each in value]

    def _distribution_number(self, value: object) -> int:
        """The number of a distribution, the same for equal ones."""
        assert isinstance(value, Distribution)
        encoded = encode(value.family, realized_parameters(value, self.uniforms))
        a = encoded.a if encoded.points is None else float(self._first_point(encoded.points))
        return self.numbers.setdefault((float(encoded.family), a, encoded.b, encoded.c, encoded.d), len(self.numbers))

    def _team_size(self, value: object) -> int:
        """The number of the distribution of teams' sizes, -1 where an account is one team."""
        assert isinstance(value, Distribution)
        return -1 if value.family == "never" else self._distribution_number(value)

    def _first_point(self, points: tuple[float, ...]) -> int:
        """The place of a discrete distribution's points, the same for equal ones."""
        if points not in self.places:
            self.places[points] = len(self.points)
            self.points.extend(points)
        return self.places[points]

    def _values_by_period(self) -> list[dict[str, tuple[object, ...]]]:
        """What the timeline has changed by each period, by path."""
        changed: dict[str, tuple[object, ...]] = {}
        periods = []
        for day in self.names.period_days:
            changed |= {each.path: each.values for each in self.scenario.changes if max(each.day, 0) == day}
            periods.append(dict(changed))
        return periods

    def _table(self, path: str, read: Callable[[object], Any]) -> list[list[Any]]:
        """What the values at a path are read as, [period][segment]."""
        base = self.scenario.parameters[path]
        return [[read(value) for value in changed.get(path, base)] for changed in self.periods]


def _with_price_response(rules: SegmentRules) -> SegmentRules:
    """The rules with what prices of a period and segment do to demand in them; that of a contract is the account's."""
    pricing, plans = rules.pricing, rules.plans
    paid = _demand_factors(pricing.paid, pricing.paid_reference, pricing.paid_elasticity)
    team = _demand_factors(plans.team_price, pricing.team_reference, pricing.team_elasticity)
    before = np.ravel(rules.trial.to_paid).tolist()
    to_paid = np.array(list(map(shifted_odds, before, paid.ravel().tolist())))
    return rules._replace(
        trial=_with(rules.trial, to_paid=to_paid.reshape(paid.shape)),
        plans=_with(plans, upgrade=plans.upgrade * paid, team_rate=plans.team_rate * team),
    )


def _demand_factors(*columns: Array) -> Floats:
    """By how much prices move demand, of columns of prices, references and elasticities, [period, segment]."""
    flat = (np.asarray(column, np.float64).ravel().tolist() for column in columns)
    return np.array(list(map(demand_factor, *flat))).reshape(columns[0].shape)


def _with(record: RecordType, **columns: Array) -> RecordType:
    """The record with other arrays for some columns."""
    return type(record)(columns.get(name, array) for name, array in zip(record.columns, record, strict=True))
