"""How do a scenario's values become tables?  One value for each path, period and segment, uncertain ones drawn.

Runs once a scenario, or once a replication when something is uncertain.  Knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from forecast.model.dates import GATES
from forecast.model.distributions import encode
from forecast.model.tables import PATHS, Choices, Durations, Hazards, ParameterTables, Requirements, Stages, Wholes
from forecast.model.uncertainty import Draws, realized, realized_parameters
from forecast.scenario import Distribution

if TYPE_CHECKING:
    from forecast.model.parameters import Parameters

Column: TypeAlias = Any  # an array [period, segment] of what its field names (forecast.model.tables)


class Assembly:
    """The tables of one set of draws."""

    def __init__(self, parameters: Parameters, draws: Draws) -> None:
        self.parameters = parameters
        self.draws = draws
        self.rows: dict[tuple[float, ...], int] = {}
        self.points: list[float] = []
        self.places: dict[tuple[float, ...], int] = {}
        self.periods = self._periods()

    def tables(self) -> ParameterTables:
        """All tables of one replication."""
        hazards = self._hazards()
        choices = Choices(**{field: self.floats(path) for field, path in PATHS["choices"].items()})
        wholes = Wholes(**{field: self.wholes(path) for field, path in PATHS["wholes"].items()})
        durations = Durations(**{field: self.numbers(path) for field, path in PATHS["durations"].items()})
        stages, requirements = self._stages(), self._requirements()
        reduced = [self.floats(f"ban.reduced_by.{name}") for name in self.parameters.capabilities]
        seasons = self._table("adoption.seasonality", lambda value: [realized(each, self.draws) for each in value])  # type: ignore[attr-defined]
        distributions = np.array(list(self.rows), np.float64).reshape(-1, 5)
        return ParameterTables(
            hazards,
            choices,
            wholes,
            durations,
            stages,
            requirements,
            self._stacked(reduced, np.float64),
            np.array(seasons, np.float64),
            distributions,
            np.array(self.points or [0.0], np.float64),
        )

    def floats(self, path: str) -> Column:
        """A scalar as float64[period, segment]; a path that the scenario doesn't name is 0."""
        return np.array(self._table(path, lambda value: realized(value, self.draws)), np.float64)

    def wholes(self, path: str) -> Column:
        """A whole number as int64[period, segment], a drawn one rounded half up."""
        return np.array(self._table(path, lambda value: floor(realized(value, self.draws) + 0.5)), np.int64)

    def numbers(self, path: str) -> Column:
        """A distribution's number as int64[period, segment]."""
        return np.array(self._table(path, self._number), np.int64)

    def _hazards(self) -> Hazards:
        hazards = Hazards(**{field: self.floats(path) for field, path in PATHS["hazards"].items()})
        return hazards._replace(imitation=hazards.imitation * self.floats("adoption.imitation.acceptance"))

    def _stages(self) -> Stages:
        resources = self.parameters.resources
        kinds: dict[str, tuple[str, Callable[[object], object]]] = {
            "gate": ("gate", lambda value: GATES.index(str(value))),
            "requirements": ("requirements", int),  # type: ignore[dict-item]
            "resource": ("resource", lambda value: -1 if value is None else resources.index(str(value))),
            "touch": ("touch", self._number),
            "duration": ("duration", self._number),
            "patience": ("patience", self._number),
            "reason": ("reason", lambda value: self.parameters.reasons.index(str(value))),
            "prior_use": ("prior_use", int),  # type: ignore[dict-item]
        }
        columns = {
            field: self._by_name("procurement.stages", self.parameters.stages, key, convert, np.int64)
            for field, (key, convert) in kinds.items()
        }
        loss = self._by_name(
            "procurement.stages", self.parameters.stages, "loss", lambda value: realized(value, self.draws), np.float64
        )
        return Stages(loss=loss, **columns)

    def _requirements(self) -> Requirements:
        def column(key: str) -> Column:
            path, names = "procurement.requirements", self.parameters.requirements
            return self._by_name(path, names, key, lambda value: realized(value, self.draws), np.float64)

        return Requirements(column("if_missing.waive"), column("if_missing.lose"), column("waive_factor"))

    def _by_name(
        self, path: str, names: tuple[str, ...], key: str, convert: Callable[[object], object], dtype: type
    ) -> Column:
        return self._stacked([np.array(self._table(f"{path}.{name}.{key}", convert)) for name in names], dtype)

    def _stacked(self, columns: list[Column], dtype: type) -> Column:
        shape = (len(self.parameters.period_days), len(self.parameters.segments), len(columns))
        out: Column = np.zeros(shape, dtype)
        for place, column in enumerate(columns):
            out[:, :, place] = column
        return out

    def _number(self, value: object) -> int:
        """The number of a distribution, the same for equal ones."""
        assert isinstance(value, Distribution)
        encoded = encode(value.family, realized_parameters(value, self.draws))
        a = encoded.a if encoded.points is None else float(self._place(encoded.points))
        return self.rows.setdefault((float(encoded.family), a, encoded.b, encoded.c, encoded.d), len(self.rows))

    def _place(self, points: tuple[float, ...]) -> int:
        if points not in self.places:
            self.places[points] = len(self.points)
            self.points.extend(points)
        return self.places[points]

    def _periods(self) -> list[dict[str, tuple[object, ...]]]:
        """What the timeline has changed by each period, by path."""
        changed: dict[str, tuple[object, ...]] = {}
        periods = []
        for day in self.parameters.period_days:
            changed |= {each.path: each.values for each in self.parameters.scenario.changes if max(each.day, 0) == day}
            periods.append(dict(changed))
        return periods

    def _table(self, path: str, convert: Callable[[object], object]) -> list[list[object]]:
        base = self.parameters.scenario.parameters.get(path, (0,) * len(self.parameters.segments))
        return [[convert(value) for value in changed.get(path, base)] for changed in self.periods]
