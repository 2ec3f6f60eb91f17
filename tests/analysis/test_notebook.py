"""Does every result show itself in a notebook, turn into a data frame, and say so when pandas is missing?"""

from __future__ import annotations

import re
from typing import Any

import pytest

import forecast
from forecast.analysis import notebook
from forecast.analysis.comparison import Comparison
from forecast.errors import RunError
from forecast.study.finished_run import Run


@pytest.fixture(scope="module")
def both(small_file, tmp_path_factory) -> Comparison:
    """The small scenario and the same with a higher price."""
    dearer = forecast.load(small_file, ["pricing.enterprise=45 USD", "name=dearer <b>"])
    folder = tmp_path_factory.mktemp("both") / "comparison"
    return forecast.compare(small_file, dearer, folder=folder, workers=1, engine="simpy")


def cells(html: str) -> list[list[str]]:
    """The texts of a table, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_incidence_has_a_row_for_each_segment_and_a_frame_of_months(small_run: Run):
    found = small_run.incidence
    frame = found.frame()
    assert len(frame) == len(found.segments) * 15
    last = frame.query("segment == 'total' and month == 14")
    assert float(last[["signed_mean", "banned_mean", "open_mean"]].sum(axis=1).iloc[0]) == pytest.approx(1)
    assert repr(found) == "Incidence of smb, enterprise, total: 4 replications"
    head, *rows = cells(found._repr_html_())
    assert head == ["", "signed", "banned", "open"]
    assert [row[0] for row in rows] == list(found.segments)
    assert rows[-1][1].startswith(f"{100 * float(last['signed_mean'].iloc[0]):.1f}% (")


def test_a_sensitivity_without_an_answer_says_why(small_run: Run):
    found = small_run.sensitivity()
    assert "nothing is uncertain" in found._repr_html_()
    assert repr(found) == "Sensitivity of ARR at the horizon: nothing is uncertain"
    assert found.frame().empty
    assert list(found.frame().columns)[:2] == ["parameter", "grade"]


def test_a_sensitivity_has_a_row_for_each_parameter(small_file, tmp_path):
    unknown = "adoption.imitation={uncertain: {uniform: {low: 0.1 per month, high: 0.9 per month}}}"
    run = forecast.run(small_file, [unknown], replications=60, folder=tmp_path / "run", workers=1)
    found = run.sensitivity("revenue")
    assert found.frame()["parameter"].tolist() == ["adoption.imitation"]
    head, row = cells(found._repr_html_())
    assert (head[1], row[0], row[-1]) == ("share by it alone", "adoption.imitation", "–")
    assert "the rest is simulation variability" in found._repr_html_()


def test_a_sentence_tells_a_difference_and_how_sure_it_is(both: Comparison):
    pair = both.pair("arr", *both.names)
    sentence = both.sentence("arr", "dearer <b>")
    assert sentence.startswith("ARR at the horizon, dearer <b> less small, [and] odd: +")
    assert f"better in {100 * (pair.better.value or 0):.0f}% (" in sentence
    assert both.sentence("arr", *both.names).count("less dearer <b>: -") == 1  # the other way round
    assert " pts on average" in both.sentence("contract_share_14", "dearer <b>")


def test_without_pandas_one_sentence_says_what_to_do(small_run: Run, both: Comparison, monkeypatch):
    monkeypatch.setattr(notebook, "find_spec", lambda _: None)
    results: tuple[Any, ...] = (small_run, both, small_run.incidence, small_run.sensitivity())
    for result in results:
        with pytest.raises(RunError, match="data frames need pandas, which is not installed: pip install pandas"):
            result.frame()
