"""A finished run: its manifest, its summary and its tables, read on first use."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.analysis.notebook import to_pandas
from forecast.errors import InputError, Problem, RunError, quoted, unknown
from forecast.study.documents import read_summary
from forecast.study.folder import RUN, TABLE_FILES, read_complete_manifest
from forecast.user_paths import user_path
from forecast.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd
    import pyarrow as pa

    from forecast.analysis.incidence import Incidence
    from forecast.analysis.intervals import Interval
    from forecast.analysis.key_metrics import KeyMetric
    from forecast.analysis.sensitivity import Sensitivity
    from forecast.analysis.team_path import TeamPath
    from forecast.model.parameters import Parameters
    from forecast.scenario import Scenario, ScenarioWarning
    from forecast.types import Floats


@dataclass(frozen=True)
class Run:
    """A finished run, read from its folder when something is asked for.

    Attributes
    ----------
    folder : Path
        Where it lies.
    manifest : dict
        What was simulated: seed, replications, engine, versions, the hash of each file.

    Examples
    --------
    >>> import forecast
    >>> run = forecast.open_run("runs/first")
    >>> run.manifest["replications"], sorted(run.summary["monthly"])[:2]
    (20, ['accounts_in_market', 'acquisition_cost_cents'])
    >>> run.monthly().column_names[:3]
    ['replication', 'month', 'segment']
    """

    folder: Path
    manifest: dict[str, Any]

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The statistics of summary.json."""
        return read_summary(self.folder / "summary.json", self.scenario, RUN.remedy)

    @property
    def plausibility(self) -> list[dict[str, Any]]:
        """The figures outside of their published ranges, a flag each (docs/plausibility.md); empty when all are inside.

        Examples
        --------
        >>> import forecast
        >>> run = forecast.open_run("runs/first")
        >>> [flag for flag in run.plausibility if flag["figure"] == "eligible_users"]
        []
        """
        flags: list[dict[str, Any]] = self.summary["plausibility"]
        return flags

    @cached_property
    def scenario(self) -> Scenario:
        """The resolved scenario."""
        from forecast.scenario import load_recorded  # noqa: PLC0415  # `show` needs only what is written

        return load_recorded(self.folder / "scenario.yaml", self.warnings)

    @property
    def warnings(self) -> tuple[ScenarioWarning, ...]:
        """What was warned of when the scenario was loaded, such as values that something else overrules; and notes."""
        from forecast.scenario import recorded_warnings  # noqa: PLC0415

        return recorded_warnings(self.manifest.get("warnings"))

    @cached_property
    def parameters(self) -> Parameters:
        """The scenario as an engine takes it: names, months, metrics; raises RunError where the tables are of another.

        Whoever reads the tables needs it to tell what is in them.
        """
        from forecast.model.parameters import Parameters  # noqa: PLC0415
        from forecast.study.table_check import check_tables  # noqa: PLC0415  # `show` needs no tables

        parameters = Parameters(self.scenario)
        check_tables(self.folder, parameters, self.manifest["replications"])
        return parameters

    @cached_property
    def incidence(self) -> Incidence:
        """The cumulative incidence of signing and of bans, with bands over the replications."""
        from forecast.analysis.incidence import read_incidence  # noqa: PLC0415

        return read_incidence(self.folder / "accounts.parquet", self.parameters)

    @cached_property
    def team_path(self) -> TeamPath:
        """From an account's first person to its first paying team, and from there to a contract."""
        from forecast.analysis.team_path import read_team_path  # noqa: PLC0415

        return read_team_path(self.folder / "accounts.parquet", self.parameters)

    @property
    def headlines(self) -> tuple[KeyMetric, ...]:
        """The figures that a decision turns on."""
        from forecast.analysis.key_metrics import key_metrics  # noqa: PLC0415

        return key_metrics(self.parameters.months)

    @cached_property
    def headline_values(self) -> Floats:
        """The headlines of each replication, [replication, headline]; money in cents, NaN where undefined."""
        from forecast.analysis.key_metrics import key_metric_values  # noqa: PLC0415

        return key_metric_values(self.folder, self.parameters, self.manifest["seed"])

    @property
    def processes(self) -> tuple[str, ...]:
        """The names of the custom processes that took part; what they do is in no file."""
        return tuple(self.manifest.get("processes", ()))

    def require_same_version(self) -> Run:
        """The run itself; raises InputError when another version made it: the same seed may give other draws there."""
        made, ours = str(self.manifest.get("versions", {}).get("forecast")), version_of("forecast")
        if made != ours:
            allowed = f"version {ours}, this one: run its scenario.yaml again"
            raise InputError([Problem(str(self.folder), None, None, f"a run of version {made}", allowed)])
        return self

    def check_repeatable(self) -> None:
        """Raise InputError where a custom process took part: the folder does not hold it."""
        if self.processes:
            found = f"a run with {', '.join(map(quoted, self.processes))}"
            allowed = "a run without custom processes: no folder holds them, so nothing can be replayed"
            raise InputError([Problem(str(self.folder), None, None, found, allowed)])

    def sensitivity(self, code: str = "arr") -> Sensitivity:
        """The variance of a key figure: parameter uncertainty, chance that all share, other simulation variability.

        By the run's own draws.

        Examples
        --------
        >>> import forecast
        >>> run = forecast.open_run("runs/first")
        >>> run.sensitivity("arr").headline.code
        'arr'
        """
        from forecast.analysis.common_factors import with_common_factors  # noqa: PLC0415
        from forecast.analysis.key_metrics import key_metric_index  # noqa: PLC0415
        from forecast.analysis.sensitivity import sensitivity  # noqa: PLC0415

        place = key_metric_index(self.headlines, code)
        figures = self.headline_values[:, place]
        seed = self.manifest["seed"]
        found = sensitivity(self.parameters, seed, self.headlines[place], figures)
        return with_common_factors(found, self.parameters, seed, figures)

    def monthly(self) -> pa.Table:
        """One row per (replication, month, segment): the metrics; money in cents."""
        return self.table("monthly")

    def accounts(self) -> pa.Table:
        """One row per (replication, account): what became of it by the horizon."""
        return self.table("accounts")

    def opportunities(self) -> pa.Table:
        """One row per opportunity, with its days in each stage."""
        return self.table("opportunities")

    def resources(self) -> pa.Table:
        """One row per (replication, month, resource): requests, waits, and how busy they were."""
        return self.table("resources")

    def table(self, name: str) -> pa.Table:
        """A table by name; raises RunError when its file is damaged.

        Examples
        --------
        >>> import forecast
        >>> run = forecast.open_run("runs/first")
        >>> run.table("resources").column_names[:3]
        ['replication', 'month', 'resource']
        """
        import pyarrow as pa  # noqa: PLC0415  # `show` needs no tables
        import pyarrow.parquet as pq  # noqa: PLC0415

        path = self.folder / f"{name}.parquet"
        if path.name not in TABLE_FILES:
            known = [Path(file).stem for file in TABLE_FILES]
            raise InputError([unknown("table", name, known)])
        try:
            return pq.read_table(path)
        except pa.ArrowInvalid as error:
            raise RunError(f"{path} cannot be read ({error}): run the scenario again") from error

    def frame(self, name: str = "monthly") -> pd.DataFrame:
        """A table as a data frame.  Needs pandas.

        Parameters
        ----------
        name : {"monthly", "vendor", "accounts", "opportunities", "resources"}
            `monthly` has a row for each replication, month and segment, with the last day of the month; `vendor` the
            same for what the vendor spends for all segments together.

        Returns
        -------
        pandas.DataFrame
            Money in cents, days from the start.

        Raises
        ------
        InputError
            When there is no such table.
        RunError
            When pandas is not installed, or the file is damaged.

        Examples
        --------
        >>> import forecast
        >>> run = forecast.open_run("runs/first")
        >>> run.frame()[["replication", "month", "date", "segment", "paid_users"]].head(3)
           replication  month        date     segment  paid_users
        0            0      0  2025-12-31         smb           0
        1            0      0  2025-12-31  mid_market           0
        2            0      0  2025-12-31  enterprise           0
        """
        if name in {"monthly", "vendor"}:
            from forecast.analysis.run_metrics import dated_rows  # noqa: PLC0415  # `show` needs no tables

            return to_pandas(dated_rows(self.table("monthly"), self.parameters, vendor=name == "vendor"))
        return to_pandas(self.table(name))

    def metric(self, name: str, segment: str | None = None) -> Floats:
        """A metric of each month in every replication.

        Parameters
        ----------
        name : str
            A column of monthly.parquet; money with or without `_cents`.
        segment : str, optional
            The name of a segment; all together when None.

        Returns
        -------
        numpy.ndarray
            [replication, month 0..]; money in units of currency.

        Raises
        ------
        InputError
            When there is no such metric or segment.

        Examples
        --------
        >>> import forecast
        >>> run = forecast.open_run("runs/first")
        >>> run.metric("paid_users", segment="smb").shape
        (20, 37)
        """
        from forecast.analysis.run_metrics import monthly_metric  # noqa: PLC0415  # `show` needs no tables

        return monthly_metric(self._monthly_file, self.parameters, name, segment).amounts

    def quantiles(self, metric: str, q: Sequence[float] = (0.1, 0.5, 0.9), segment: str | None = None) -> pd.DataFrame:
        """The mean and quantiles of a metric, month by month.  Needs pandas.

        Parameters
        ----------
        metric, segment : str
            As for `Run.metric`.
        q : sequence of float
            The quantiles, from 0 to 1.

        Returns
        -------
        pandas.DataFrame
            A row a month, by its last day: `month`, `mean`, `p10` and the like.  Quantiles do not add up.

        Raises
        ------
        InputError
            When there is no such metric or segment, or a quantile is outside 0 to 1.

        Examples
        --------
        >>> import forecast
        >>> run = forecast.open_run("runs/first")
        >>> run.quantiles("arr").columns.tolist()
        ['month', 'mean', 'p10', 'p50', 'p90']
        """
        from forecast.analysis.run_metrics import monthly_metric, quantile_frame  # noqa: PLC0415  # the same

        wrong = [each for each in q if not 0 <= each <= 1]
        if wrong:
            raise InputError([Problem(None, None, "q", quoted(str(each)), "a number from 0 to 1") for each in wrong])
        return quantile_frame(monthly_metric(self._monthly_file, self.parameters, metric, segment), self.parameters, q)

    def probability(
        self,
        metric: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        by: str | date | None = None,
        segment: str | None = None,
    ) -> Interval:
        """The probability that a metric lies within bounds at the end of a month.

        Parameters
        ----------
        metric, segment : str
            As for `Run.metric`.  A level, such as `arr`, is taken at the month's end; an amount of each month, such as
            `revenue` or `won`, is summed from the start.
        at_least, at_most : float, optional
            The bounds, money in units of currency; at least one of them.
        by : str or datetime.date, optional
            The month, such as "2027-12"; the horizon when None.

        Returns
        -------
        Interval
            The share of the replications, and its 95 % interval (Wilson's score).

        Raises
        ------
        InputError
            When there is no such metric, segment or month, or no bound.

        References
        ----------
        Brown, Cai and DasGupta (2001), doi:10.1214/ss/1009213286.

        Examples
        --------
        >>> import forecast
        >>> run = forecast.open_run("runs/first")
        >>> run.probability("arr", at_least=1, by="2027-12").value
        1.0
        """
        from forecast.analysis.intervals import share_interval  # noqa: PLC0415  # `show` needs no tables
        from forecast.analysis.run_metrics import monthly_metric, values_by  # noqa: PLC0415  # the same

        if at_least is None and at_most is None:
            raise InputError([Problem(None, None, "at_least", "no bound", "a number for `at_least` or `at_most`")])
        found = monthly_metric(self._monthly_file, self.parameters, metric, segment)
        figures = values_by(found, self.parameters, by)
        low, high = (-math.inf if at_least is None else at_least), (math.inf if at_most is None else at_most)
        return share_interval(int(((figures >= low) & (figures <= high)).sum()), len(figures))

    @property
    def _monthly_file(self) -> Path:
        """The table of the months."""
        return self.folder / "monthly.parquet"

    def __repr__(self) -> str:
        """The scenario, the replications and the seed, in one line."""
        manifest = self.manifest
        joined = f", with {', '.join(self.processes)}" if self.processes else ""
        played = f"{manifest['replications']} replications, seed {manifest['seed']}"
        return f"Run of {manifest['scenario']}: {played}{joined}"

    def _repr_html_(self) -> str:
        """A small table for a notebook."""
        from forecast.analysis.summary import summary_html  # noqa: PLC0415  # slow to import

        return summary_html(self.summary)


def open_run(folder: str | Path) -> Run:
    """Open a finished run.

    Parameters
    ----------
    folder : str or Path
        The run's folder.

    Returns
    -------
    Run
        Nothing of it is read before it is asked for.

    Raises
    ------
    InputError
        When there is no run, or it is not complete, or of another schema.

    Examples
    --------
    >>> import forecast
    >>> forecast.open_run("runs/first")
    Run of AI coding assistant, bottom-up: 20 replications, seed ...
    """
    path = user_path(folder)
    return Run(path, read_complete_manifest(path))
