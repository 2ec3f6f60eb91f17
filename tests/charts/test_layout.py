"""Does every text stand free, and within the picture?  Every chart, from one segment to six, one month to 120."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from examples import CASES  # type: ignore[import-not-found]  # it stands beside this file
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from forecast import charts
from forecast.charts.layout.chart import Chart, house_style

OF_AN_ACCOUNT = ("life", "adoption", "life_and_adoption", "teams")
OF_A_RUN = ("fan", "incidence", "arr_bridge", "funnel", "procurement", "people", "team_path")
TOUCHING = 1.0  # points by which boxes may meet: they include the font's own margins
CLEAR = 3.0  # points that a text keeps from the edges of the picture


def texts_of(chart: Chart) -> Iterator[Text]:
    """Every text that is drawn."""
    yield from chart.texts
    for axes in chart.axes:
        yield from axes.texts
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            edge = 1e-6 * (high - low)
            for tick in axis.get_major_ticks():
                if low - edge <= tick.get_loc() <= high + edge and tick.label1.get_visible():
                    yield tick.label1


def boxes(chart: Chart) -> list[tuple[str, Bbox]]:
    """Each text and where it stands, in points."""
    canvas = FigureCanvasAgg(chart)
    renderer: Any = canvas.get_renderer()
    chart.draw(renderer)
    with house_style():
        found = [(text.get_text(), text.get_window_extent(renderer)) for text in texts_of(chart)]
    return [(text, box) for text, box in found if text.strip()]


def faults(chart: Chart) -> list[str]:
    """Texts that are cut off, and pairs of them that overlap."""
    found = boxes(chart)
    edge = chart.bbox
    cut = [
        f"cut off: {text!r}"
        for text, box in found
        if box.x0 < edge.x0 + CLEAR or box.x1 > edge.x1 - CLEAR or box.y0 < edge.y0 or box.y1 > edge.y1
    ]
    pairs = [
        f"{one!r} on {other!r}"
        for (one, first), (other, second) in combinations(found, 2)
        if min(first.x1, second.x1) - max(first.x0, second.x0) > TOUCHING
        and min(first.y1, second.y1) - max(first.y0, second.y0) > TOUCHING
    ]
    return cut + pairs


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", OF_A_RUN)
def test_every_text_of_a_run_s_charts_stands_free(runs, case, name):
    assert faults(getattr(charts, name)(runs[case])) == []


@pytest.mark.parametrize("metric", ["revenue_cents", "seats", "lost_no_money", "receivables_cents"])
def test_every_text_of_a_fan_of_another_metric_stands_free(usual, metric):
    assert faults(charts.fan(usual, metric)) == []


@pytest.mark.parametrize("case", [case for case in CASES if case != "empty"])
@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
def test_every_text_of_an_account_s_charts_stands_free(runs, case, name):
    run = runs[case]
    for account in (run.parameters.account_names[0], run.parameters.account_names[-1]):
        assert faults(getattr(charts, name)(charts.replay_account(run, account))) == []


@pytest.mark.parametrize("code", ["arr", "contract_share_36", "time_to_contract", "npv", "cash_trough"])
@pytest.mark.parametrize("name", ["outcomes", "differences"])
def test_every_text_of_a_comparison_s_charts_stands_free(comparison, code, name):
    assert faults(getattr(charts, name)(comparison, code)) == []


@pytest.mark.parametrize("name", ["outcomes", "differences"])
def test_every_text_of_twenty_or_of_equal_scenarios_stands_free(twenty, alike, name):
    for comparison in (twenty, alike):
        assert faults(getattr(charts, name)(comparison, "arr")) == []


def test_texts_that_overlap_or_are_cut_off_are_found():
    chart = Chart("title", "note", 100.0)
    chart.add_text(20.0, 50.0, "here")
    assert faults(chart) == []
    chart.add_text(24.0, 53.0, "there")
    chart.add_text(450.0, 20.0, "too far to the right")
    assert [fault.split(":")[0] for fault in faults(chart)] == ["cut off", "'here' on 'there'"]


@pytest.mark.parametrize("name", OF_A_RUN)
def test_the_same_run_gives_the_same_bytes(usual, name):
    draw: Callable[..., Chart] = getattr(charts, name)
    first, second = draw(usual), draw(usual)
    assert first.svg() == second.svg()
    assert first.png(50) == second.png(50)


def test_no_setting_of_matplotlib_changes_or_is_changed(usual):
    import matplotlib as mpl  # noqa: PLC0415

    before = charts.funnel(usual).svg()
    with mpl.rc_context({"font.size": 30, "text.parse_math": True, "axes.facecolor": "red", "svg.fonttype": "none"}):
        settings = dict(mpl.rcParams)
        assert charts.funnel(usual).svg() == before
        assert dict(mpl.rcParams) == settings


def test_a_chart_shows_itself_in_jupyter_and_says_what_it_shows(usual):
    chart = charts.fan(usual)
    assert chart._repr_png_().startswith(b"\x89PNG")
    assert "2028" in chart.description
    assert len(chart.data.rows) == 37
    assert {len(row) for row in chart.data.rows} == {len(chart.data.columns)}


def test_in_jupyter_pyplot_does_not_draw_it_anew(usual, monkeypatch):
    shown: list[tuple[Any, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata, **_: shown.append((data, metadata)))
    chart = charts.fan(usual)
    chart._ipython_display_()  # what IPython asks for before any formatter of pyplot's
    assert shown == [({"text/plain": chart.description, "image/png": chart.png()}, {"image/png": {"width": 613}})]


def test_every_name_leads_to_a_chart_whatever_was_imported_before(usual):
    for name in charts.__all__:
        assert callable(getattr(charts, name))
        assert callable(getattr(charts, name))  # a module of the same name would have taken its place
    with pytest.raises(AttributeError, match="it has"):
        charts.nonsense  # noqa: B018
