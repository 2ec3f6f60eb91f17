"""A fit from a data file to its folder: `forecast.fit`, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.analysis.notebook import to_pandas
from forecast.exports.data_file import read_data_file
from forecast.exports.read_exports import read_exports
from forecast.fitting.fit import USUAL_DRAWS, USUAL_SEED, FitOptions, Fitted, learn_from
from forecast.fitting.fit_folder import check_fit_folder, default_fit_folder, fit_document, write_fit
from forecast.learning.learned import is_prior
from forecast.montecarlo import Progress, default_progress
from forecast.montecarlo.progress import status_if_slow
from forecast.scenario import Scenario
from forecast.user_paths import user_path

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Fit:
    """What was learned of a company's exports.

    Attributes
    ----------
    folder : Path
        Where scenario, draws, accounts and fit.json lie.
    scenario : Scenario
        The fitted one, as `forecast.run` takes it.
    document : dict
        What fit.json says: events, exposure, prior, posterior and the share of data of each value.

    Examples
    --------
    >>> import forecast
    >>> forecast.fit("data.yaml", draws=50, folder="fits/second")
    Fit of data.yaml: ... of 5 values from data, in fits/second
    """

    folder: Path
    scenario: Scenario
    document: dict[str, Any]
    fitted: Fitted

    def frame(self) -> pd.DataFrame:
        """The values as a data frame: a row for each path and segment.

        Raises
        ------
        RunError
            Where pandas is not installed.
        """
        import pyarrow as pa  # noqa: PLC0415  # takes a quarter of a second

        rows = [
            {**{key: value for key, value in each.items() if key not in ("prior", "posterior")}}
            | {f"{what}_{name}": each[what][name] for what in ("prior", "posterior") for name in each[what]}
            for each in self.document["values"]
        ]
        return to_pandas(pa.Table.from_pylist(rows))

    def __repr__(self) -> str:
        """One line."""
        values, data = self.document["values"], sum(not is_prior(each["remark"]) for each in self.document["values"])
        return f"Fit of {self.document['data']}: {data} of {len(values)} values from data, in {self.folder}"


def fit(
    data: str | Path,
    *,
    prior: str | None = None,
    until: date | None = None,
    draws: int = USUAL_DRAWS,
    seed: int = USUAL_SEED,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Fit:
    """Learn a scenario's values from a company's own exports, and keep what was learned in a folder.

    Parameters
    ----------
    data : str or Path
        The data file, which names the exports (`forecast fit --init` writes one).
    prior : str, optional
        What is believed beforehand: a scenario file or a shipped one; that of the data file, else "bottom_up".
    until : datetime.date, optional
        Look at nothing after this day.
    draws : int
        Joint draws of the posterior.
    seed : int
        Of their chance.
    folder : str or Path, optional
        Where to; `fits/` and the month in which the exports end when None.
    progress : Progress, optional
        Where it says what takes long.

    Returns
    -------
    Fit
        The folder, the scenario, and what was learned of each value.

    Raises
    ------
    InputError
        With all that is wrong with the data file and the exports; nothing is written then.

    Examples
    --------
    >>> import forecast
    >>> learned = forecast.fit("data.yaml", draws=50, folder="fits/first")
    >>> learned.scenario.start, learned.document["counts"]["accounts"]
    (datetime.date(2026, 3, 1), 4)
    """
    if folder is not None:
        check_fit_folder(user_path(folder))
    plan = read_data_file(user_path(data), until)
    with progress or default_progress(0) as shown, read_exports(plan) as exports:
        with status_if_slow(shown, "learning node by node"):
            fitted = learn_from(exports, FitOptions(prior, draws, seed))
        target = user_path(folder) if folder is not None else default_fit_folder(fitted)
        scenario = write_fit(fitted, exports, target)
    return Fit(target, scenario, fit_document(fitted), fitted)
