"""A scenario as its users hold it: loaded, shown in one line, and changed into another one."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from forecast.errors import InputWarning
from forecast.files import scratch_folder, write_bytes, write_text
from forecast.scenario.format.overrides import Overrides
from forecast.scenario.loader import read_scenario
from forecast.scenario.records import ScenarioRecord, ScenarioWarning
from forecast.scenario.text.yaml_tree import Raw


class Scenario(ScenarioRecord):
    """A checked scenario: every value of its file, what it extends and the defaults, in base units.

    Scenarios come from `forecast.load`; they are not changed, `replace` gives another one.

    Attributes
    ----------
    name, description : str
        As written in the file, or the file's name.
    start : datetime.date
        The first day.
    months : int
        The horizon.
    segments : tuple of str
        The names of the segments, in the order of the file.
    accounts : tuple of int
        The generated accounts of each segment; those of an accounts file are in `present`.
    parameters : mapping of str to tuple
        The values of each YAML path, one for each segment: days, hazards per day, fractions, cents.
    resolved : str
        The whole scenario as YAML, nothing left to look up.
    sha256 : str
        The hash of `resolved` and of the files beside it.
    warnings : tuple of ScenarioWarning
        What is allowed and probably not meant, such as a price that a later entry of the timeline takes back; each has
        a `path`, a `message` and `places`. The same are issued as `InputWarning` when the scenario is loaded.

    Examples
    --------
    >>> import forecast
    >>> forecast.load("bottom_up", {"run.replications": 100})
    Scenario AI coding assistant, bottom-up: 1,000 accounts in 3 segments, 36 months from 2026-01-01, USD, ...
    """

    def replace(
        self, overrides: Overrides = (), *, seed: int | None = None, replications: int | None = None
    ) -> Scenario:
        """Another scenario with some values changed.

        Parameters
        ----------
        overrides : mapping of str to value, or sequence of str
            Values by YAML path, written as in a file (`{"pricing.enterprise": "45 USD"}`), or texts `PATH=VALUE`.
        seed, replications : int, optional
            The same as `run.seed` and `run.replications`.

        Returns
        -------
        Scenario
            This one where nothing changes.

        Raises
        ------
        InputError
            With all that is wrong with the overrides.

        Examples
        --------
        >>> import forecast
        >>> base = forecast.load("bottom_up")
        >>> [base.replace({"pricing.paid": f"{price} USD"}).parameters["pricing.paid"][0] for price in (20, 25, 30)]
        [2000, 2500, 3000]
        """
        if not overrides and replications in {None, self.replications} and seed in {None, self.seed}:
            return self
        with scratch_folder() as folder:
            path = folder / "scenario.yaml"
            write_text(path, self.resolved)
            for name, data in self.files.items():
                write_bytes(path.parent / name, data)
            run_values = {"seed": seed, "replications": replications}
            changed = _scenario(read_scenario(path, overrides, run_values, ("scenario.yaml", self.origins)))
        if not overrides or changed.replication_sha256 == self.replication_sha256:  # what was said still holds
            changed = replace(changed, warnings=tuple(dict.fromkeys((*self.warnings, *changed.warnings))))
        _issue_warnings(changed, known=self.warnings)
        return changed

    def __repr__(self) -> str:
        """One line."""
        accounts = sum(self.accounts) + len(self.present)
        segments = f"{len(self.segments)} segment{'s' if len(self.segments) != 1 else ''}"
        return (
            f"Scenario {self.name}: {accounts:,} accounts in {segments}, {self.months} months from {self.start}, "
            f"{self.currency}, {self.replications:,} replications"
        )


def load(
    source: Scenario | str | Path | Mapping[str, Raw],
    overrides: Overrides = (),
    *,
    seed: int | None = None,
    replications: int | None = None,
) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    source : str, Path or mapping
        A scenario file, the name of a shipped scenario (`"bottom_up"`), or the same keys and values as a mapping.
        Values are written as in a file, units included: `"36 months"`, `"25 USD"`, `"4%"`.
    overrides : mapping of str to value, or sequence of str
        Values by YAML path (`{"pricing.enterprise": "45 USD"}`), or texts `PATH=VALUE` as on the command line.
    seed : int, optional
        The random seed, in place of the file's.
    replications : int, optional
        How many simulated futures, in place of the file's.

    Returns
    -------
    Scenario
        With defaults filled in, in base units.

    Raises
    ------
    InputError
        With all problems at once: where, what was found, what is allowed, the nearest name.

    Examples
    --------
    >>> import forecast
    >>> dearer = forecast.load("bottom_up", {"pricing.enterprise": "45 USD"}, seed=2)
    >>> dearer.seed, dearer.parameters["pricing.enterprise"][0]
    (2, 4500)
    >>> forecast.load({"extends": "bottom_up", "name": "Two years", "clock": {"horizon": "24 months"}}).months
    24
    >>> forecast.load("bottom_up", {"pricing.enterprize": "45 USD"})
    Traceback (most recent call last):
    ...
    forecast.errors.InputError: overrides: `pricing.enterprize`: unknown name ...
    """
    if isinstance(source, Scenario):
        return source.replace(overrides, seed=seed, replications=replications)
    scenario = _scenario(read_scenario(source, overrides, {"seed": seed, "replications": replications}))
    _issue_warnings(scenario, known=())
    return scenario


def load_recorded(path: Path, warned: tuple[ScenarioWarning, ...]) -> Scenario:
    """The resolved scenario of a finished run, with the warnings that were issued when the run was asked for."""
    return replace(_scenario(read_scenario(path, (), {})), warnings=warned)


def _issue_warnings(scenario: Scenario, known: tuple[ScenarioWarning, ...]) -> None:
    """Issue the warnings that were not known before, as those of who called the function that calls this."""
    for each in scenario.warnings:
        if each.kind == "warning" and each not in known:
            warnings.warn(str(each), InputWarning, stacklevel=3)


def _scenario(record: ScenarioRecord) -> Scenario:
    """The record with the methods of a scenario."""
    return Scenario(**{field.name: getattr(record, field.name) for field in fields(record)})
