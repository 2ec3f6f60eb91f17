"""The folder of a fit: scenario, draws, today's accounts, what was learned, and what was left out of the exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from forecast.exports.read_exports import ReadExports, write_problems
from forecast.files import scratch_folder, write_bytes, write_text
from forecast.fitting.fit import NEVER, Fitted
from forecast.fitting.fitted_scenario import ACCOUNTS_FILE, DRAWS_FILE, PRIOR_FILE, scenario_text, written_draws
from forecast.html_report.fit_page import fit_page
from forecast.html_report.page import render_page
from forecast.learning.learned import Learned
from forecast.scenario import Scenario, load
from forecast.scenario.checks.accounts import accounts_text
from forecast.scenario.draws import write_draws
from forecast.study.folder import FIT, FIT_FILE, REPORT_FILE, check_target, json_text, publish_files

SCENARIO_FILE, PROBLEMS_FILE = "scenario.yaml", "problems.csv"
BAND = (0.1, 0.9)  # of what is called an 80 % interval
_NAMES = ("median", "low", "high")


def default_fit_folder(fitted: Fitted) -> Path:
    """`fits/` and the month in which what was seen ends."""
    return Path("fits") / f"{fitted.last_month}"


def check_fit_folder(folder: Path) -> None:
    """Raise InputError unless a fit may be written there."""
    check_target(folder, FIT)


def write_fit(fitted: Fitted, exports: ReadExports, folder: Path) -> Scenario:
    """Write the folder, and return the scenario in it, loaded.

    Raises
    ------
    InputError
        Where the scenario cannot be loaded: with the sentences that say why.
    """
    check_fit_folder(folder)
    with scratch_folder() as prepared:
        write_scenario(fitted, prepared)
        write_problems(exports, prepared / PROBLEMS_FILE)
        document = fit_document(fitted)
        write_text(prepared / FIT_FILE, json_text(document))
        write_text(prepared / REPORT_FILE, render_page(fit_page(document)))
        load(prepared / SCENARIO_FILE)
        publish_files(prepared, folder, FIT)
    return load(folder / SCENARIO_FILE)


def write_scenario(fitted: Fitted, folder: Path) -> Path:
    """Write what a run needs into a folder, and return the scenario file."""
    if fitted.scenario.extends == PRIOR_FILE:
        write_text(folder / PRIOR_FILE, fitted.prior.scenario.resolved)
        for name, data in fitted.prior.scenario.files.items():
            write_bytes(folder / name, data)
    write_text(folder / ACCOUNTS_FILE, accounts_text(fitted.rows))
    write_draws(folder / DRAWS_FILE, fitted.scenario.draws())
    path = folder / SCENARIO_FILE
    write_text(path, scenario_text(fitted.scenario, fitted.prior))
    return path


def fit_document(fitted: Fitted) -> dict[str, Any]:
    """What was learned, as fit.json has it."""
    return {
        "data": fitted.plan.path.name,
        "begin": str(fitted.begin),
        "start": str(fitted.start),
        "prior": fitted.prior_name,
        "segments": dict(zip(fitted.codes, fitted.labels, strict=True)),
        "draws": fitted.chance.draws,
        "seed": fitted.chance.seed,
        "counts": dict(fitted.counts),
        "notes": list(fitted.notes),
        "values": [value for each in fitted.scenario.learned for value in _values(each, fitted.codes)],
        "level": {path.rpartition(".")[2]: _band(draws.tolist()) for path, draws in fitted.scenario.level.items()},
        "accounts": list(fitted.names),
        "not_learned": [{"what": what, "why": why} for what, why in fitted.not_learned.items()],
        "never_from_such_data": list(NEVER),
    }


def _values(each: Learned, segments: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """What was learned of a value, by segment."""
    of = segments if each.draws.shape[1] == len(segments) else ("",)
    draws = written_draws(each)
    for place, segment in enumerate(of):
        prior = {name: _digits(value) for name, value in zip(_NAMES, each.prior_band(place), strict=True)}
        yield {
            "path": each.path,
            "segment": segment or None,
            "unit": each.unit.strip(),
            "events": int(each.events[place]),
            "exposure": round(float(each.exposure[place]), 4),
            "prior": prior,
            "posterior": _band(draws[:, place].tolist()),
            "data_share": round(float(each.data_share[place]), 4),
            "effective": round(each.effective, 4),
            "remark": each.remarks[place],
        }


def _band(draws: list[float]) -> dict[str, float]:
    """The median and the 80 % interval."""
    found = np.quantile(draws, [0.5, *BAND]).tolist()
    return {name: _digits(value) for name, value in zip(_NAMES, found, strict=True)}


def _digits(value: float) -> float:
    return float(f"{value:.6g}")
