"""A world that goes on as before is not called changed, one in which people start three times as often is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.cli import main
from forecast.errors import InputError
from forecast.fitting.fitting_run import fit
from forecast.watching.watch import watch

MONTHS, BEFORE = 26, 20
THEN = date(2026, 8, 31)  # the end of the fit: BEFORE months after January 2025


def world(folder: Path, times: float) -> Path:
    """The data file of a panel in which people start so many times as often in the last months."""
    chance = np.random.default_rng(20260101)
    lines = ["account,month,eligible,active,starts,stops\n"]
    for account in range(30):
        active, size = 0, 400
        for month in range(MONTHS + 1):
            pace = times if month > BEFORE else 1.0
            starts = int(min(chance.poisson(pace * 0.02 * (size - active)), size - active)) if month else 0
            stops = int(chance.binomial(active, 0.1))
            active += starts - stops
            lines.append(f"a{account},{2025 + month // 12}-{month % 12 + 1:02}-01,{size},{active},{starts},{stops}\n")
    (folder / "panel.csv").write_text("".join(lines), encoding="utf-8")
    (folder / "data.yaml").write_text("monthly: {file: panel.csv}\n", encoding="utf-8")
    return folder / "data.yaml"


@pytest.mark.parametrize(("times", "changed"), [(1.0, set()), (3.0, {"starts"})])
def test_only_what_changed_is_called_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], times: float, changed: set[str]
) -> None:
    data = world(tmp_path, times)
    fit(data, until=THEN, draws=200, folder=tmp_path / "fit")
    found = watch(tmp_path / "fit", data)
    assert (found.since, found.until) == (date(2026, 9, 1), date(2027, 3, 1))
    assert {part.what for part in found.changed} == changed
    paces = {part.what: part.change for part in found.parts}
    assert paces["starts"].low < times < paces["starts"].high * 1.2
    assert paces["stops"].low < 1.0 < paces["stops"].high
    status = main(["watch", str(tmp_path / "fit"), str(data)])
    assert status == (3 if changed else 0)
    assert ("Changed: starts." in capsys.readouterr().out) == bool(changed)
    assert main(["watch", str(tmp_path / "fit"), str(data), "--json"]) == status
    document = json.loads(capsys.readouterr().out)
    assert {part["what"] for part in document["parts"] if part["verdict"] == "changed"} == changed


def test_exports_that_end_with_the_fit_are_a_sentence(tmp_path: Path) -> None:
    data = world(tmp_path, 1.0)
    fit(data, until=THEN, draws=50, folder=tmp_path / "fit")
    with pytest.raises(InputError, match="expected exports that go on after the fit's end, 2026-09-01"):
        watch(tmp_path / "fit", data, until=THEN)
    with pytest.raises(InputError, match="no such folder"):
        watch(tmp_path / "none", data)
