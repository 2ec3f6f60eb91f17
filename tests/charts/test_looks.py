"""Does a chart read as intended?  Faults found by looking at pictures, each as a rule."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from examples import CASES, other  # type: ignore[import-not-found]  # it stands beside this file
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure

from forecast import charts
from forecast.analysis.lost_requirements import read_missing_requirements
from forecast.charts.account_chart import STACKING_ORDER
from forecast.charts.layout import marks, palette, text_fitting
from forecast.charts.layout.axis import set_horizontal_axis
from forecast.charts.layout.chart import Chart, empty_chart, house_style
from forecast.engines import engine
from forecast.model import kinds
from forecast.study.finished_run import Run
from forecast.study.run import run

OF_A_RUN = ("fan", "incidence", "arr_bridge", "funnel", "procurement", "people", "team_path")
NOTHING_TO_SHOW = {
    "usual": ("team_path",),
    "nothing": ("fan", "incidence", "arr_bridge", "procurement", "people", "team_path"),
    "empty": ("fan", "incidence", "arr_bridge", "funnel", "procurement", "team_path"),
    "stageless": ("fan", "incidence", "arr_bridge", "procurement", "people"),
    "shrinking": ("incidence", "funnel", "procurement", "people"),
}
SEEN_APART = 25  # of 255 greys


def words(chart: Chart) -> str:
    """All texts of a chart in one."""
    inside = [text for axes in chart.axes for text in axes.texts]
    return " ".join(text.get_text() for text in [*chart.texts, *inside])


def grey(color: str) -> float:
    """How light a colour is in print without colours, 0 to 255."""
    red, green, blue = to_rgb(color)
    return 255 * (0.299 * red + 0.587 * green + 0.114 * blue)


def is_bare(axes: Any) -> bool:
    """Whether nothing is drawn in axes: no bar, no area, no line but rules, and no word."""
    lines = [line for line in axes.lines if np.isfinite(np.asarray(line.get_ydata(), float)).any()]
    areas = [each for each in axes.collections if any(len(path.vertices) for path in each.get_paths())]
    return not (lines or areas or axes.patches or axes.texts)


@pytest.mark.parametrize("case", NOTHING_TO_SHOW)
def test_a_chart_with_nothing_to_show_says_so_in_a_sentence(runs, case):
    for name in NOTHING_TO_SHOW[case]:
        chart = getattr(charts, name)(runs[case])
        assert chart.axes == [], name
        assert chart.description.endswith(".")
        assert chart.description in words(chart)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", OF_A_RUN)
def test_no_panel_is_empty_without_a_word(runs, case, name):
    assert not [axes for axes in getattr(charts, name)(runs[case]).axes if is_bare(axes)]


def test_a_life_in_which_nothing_happens_says_so(runs):
    for name in ("life", "adoption", "life_and_adoption"):
        assert "No trial, purchase or contract" in words(
            getattr(charts, name)(charts.replay_account(runs["nothing"], "only-1"))
        )


@pytest.mark.parametrize("name", OF_A_RUN)
def test_of_a_single_replication_no_range_is_spoken_of(runs, name):
    text = words(getattr(charts, name)(runs["once"]))
    assert "1 simulated futures" not in text
    assert "80% of" not in text
    assert "middle" not in text


@pytest.mark.parametrize("dpi", [72, 144, 200])
def test_a_text_is_as_wide_as_was_measured_at_every_resolution(dpi):
    text = "W" * 30
    with house_style():
        chart = Chart("title", "", 40.0)
        chart.set_dpi(dpi)
        chart.add_text(6.0, 20.0, text, text_fitting.LARGE, weight="bold")
        renderer: Any = FigureCanvasAgg(chart).get_renderer()
        drawn = chart.texts[-1].get_window_extent(renderer).width * 72 / dpi
    assert drawn == pytest.approx(text_fitting.text_width(text, text_fitting.LARGE, "bold"), abs=1.0)


def test_neighbours_differ_in_grey():
    waits, states = (
        list(palette.STAGE_TIME_COLORS.values()),
        [palette.USER_STATE_COLORS[name] for name in STACKING_ORDER],
    )
    pairs = [(one, other) for one in waits for other in waits if one != other]  # any of them may be 0 days
    pairs += list(pairwise(states))
    pairs += [(palette.SIGNED, palette.BANNED), (palette.BANNED, palette.PALE), (palette.FIFTY, palette.EIGHTY)]
    pairs += [(palette.MORE, palette.LESS), (palette.WON, palette.BANNED), (palette.BANNED, palette.LEVEL)]
    assert not [pair for pair in pairs if abs(grey(pair[0]) - grey(pair[1])) < SEEN_APART]


def test_a_minus_is_a_minus_and_a_name_keeps_its_hyphen(comparison):
    assert text_fitting.renderable("-3.4k (-2–-1) smb-3 a - b") == "−3.4k (−2–−1) smb-3 a - b"
    assert not re.search(r"(?<!\S)-\d", words(charts.outcomes(comparison, "npv")))


def test_what_is_signed_has_one_colour_and_all_panels_the_same_figures(runs):
    for case in ("usual", "large", "two"):
        chart = charts.incidence(runs[case])
        area = next(each for each in chart.axes[0].collections if each.get_label() == "signed")
        marks = [text.get_color() for text in chart.texts if text.get_text() == "■"]
        faces: Any = area.get_facecolor()
        assert tuple(faces[0]) == to_rgba(str(marks[0]))
        heads = [text.get_text() for text in chart.texts if text.get_text().startswith(("signed ", "banned "))]
        assert len({"(" in head for head in heads}) == 1
        assert ("(" in heads[0]) == ("brackets" in words(chart))


def test_people_are_counted_in_whole_ones(runs):
    for case in ("usual", "shrinking", "two"):
        life = charts.replay_account(runs[case], runs[case].parameters.account_names[0])
        for name in ("life", "adoption", "life_and_adoption"):
            ticks = getattr(charts, name)(life).axes[0].get_yticks()
            assert list(ticks) == [round(tick) for tick in ticks]


def test_a_short_stage_is_seen_also_on_the_last_day():
    with house_style():
        axes = Figure().add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0.0, 3650.0)
        for days in ((10.0, 11.0), (3649.5, 3650.0)):
            marks.draw_day_bar(axes, 0.5, days, "black", points=0.1)
    for bar in axes.patches:
        box: Any = bar
        assert box.get_width() * 0.1 >= marks.MIN_BAR_WIDTH
        assert box.get_linewidth() == 0.0  # a white edge would hide it
        assert box.get_x() + box.get_width() <= 3650.0


def test_dark_lines_on_dark_ground_have_a_white_outline(usual):
    axes = charts.funnel(usual).axes[0]
    lines: list[Any] = list(axes.lines)
    ranges = [line for line in lines if len(line.get_xdata()) == 2 and line.get_linewidth() > 0.8]
    colors = [line.get_color() for line in ranges]
    assert colors[::2] == ["white"] * (len(colors) // 2)
    assert colors[1::2] == [palette.INK] * (len(colors) // 2)


def test_a_month_between_gaps_is_a_dot():
    with house_style():
        axes = Figure().add_axes((0.0, 0.0, 1.0, 1.0))
        values = np.array([1.0, np.nan, 2.0, np.nan, 3.0, 4.0])
        marks.draw_line_with_gaps(axes, np.arange(6.0), values, "black")
    assert axes.lines[1].get_xdata() == pytest.approx([0.0, 2.0])


def test_small_money_is_not_zero(runs):
    text = words(charts.arr_bridge(runs["poor"]))
    assert not re.search(r"[+−]0(?![\d.])", text)


def test_long_names_can_be_told_apart(twenty):
    chart = charts.differences(twenty, "arr")
    ends = [text.get_text() for text in chart.texts if text.get_text().split()[-1:] == [text.get_text().split(" ")[-1]]]
    for place in range(1, 20):
        assert any(end.endswith(f" {place}") for end in ends)
    lines = text_fitting.folded_name(
        "procurement.requirements.soc2.needed.by_segment.enterprise", 180.0, text_fitting.SMALL
    )
    assert "".join(lines) == "procurement.requirements.soc2.needed.by_segment.enterprise"
    assert len(text_fitting.folded_name("W" * 200, 180.0)) == 2


def test_the_interval_of_every_mean_is_within_the_axes(twenty):
    chart = charts.differences(twenty, "arr")  # of two replications: intervals far wider than the differences
    low, high = chart.axes[0].get_xlim()
    for name in twenty.names[1:]:
        mean = twenty.pair("arr", twenty.names[0], name).mean
        assert mean.low is not None
        assert mean.high is not None
        assert low <= mean.low <= mean.high <= high


def test_equal_scenarios_have_no_axis_of_fractions(alike):
    assert "No scenario differs" in words(charts.differences(alike, "arr"))
    assert [tick.get_text() for tick in charts.outcomes(alike, "arr").axes[0].get_xticklabels()] == ["0"]


def test_differences_of_shares_are_points_on_the_axis_too(comparison):
    ticks = [tick.get_text() for tick in charts.differences(comparison, "contract_share_36").axes[0].get_xticklabels()]
    assert all(tick.endswith(" pts") for tick in ticks)


@pytest.mark.parametrize("unit", ["points", "share", "cents", "days"])
@pytest.mark.parametrize(
    "limits", [(0.0, 0.0018), (0.101, 0.1034), (0.0, 0.7), (-0.0004, 0.0), (10_000_000.0, 10_001_000.0)]
)
def test_no_two_ticks_have_one_label(unit: str, limits: tuple[float, float]) -> None:
    axes = Figure().add_subplot()
    set_horizontal_axis(axes, limits, 400.0, unit)
    labels = [tick.get_text() for tick in axes.get_xticklabels()]
    assert len(set(labels)) == len(labels)
    assert max(map(len, labels)) <= 16


@pytest.fixture(scope="module")
def lacking_twice(tmp_path_factory) -> Run:
    """Deals are asked twice; of what they lack first, sso comes, and something else never does."""
    never = "requirements: {on_premises: {needed: 90%, if_missing: {waive: 50%, lose: 50%}}, "
    text = other(
        "lacking twice",
        (
            "requirements: {sso: {needed: 50%, if_missing: {wait: 50%, waive: 20%, lose: 30%}}}",
            never + "sso: {needed: 80%, if_missing: {waive: 100%}}}",
        ),
        ("gate: fiscal_quarter, duration: 9 days", "requirements: true, gate: fiscal_quarter, duration: 9 days"),
        ("replications: 6", "replications: 40"),
    )
    folder = tmp_path_factory.mktemp("twice")
    (folder / "twice.yaml").write_text(f"schema: 1\n{text}", encoding="utf-8")
    return run(folder / "twice.yaml", folder=folder / "run", workers=1)


@pytest.mark.parametrize("which", ["large", "twice"])
def test_a_deal_that_is_asked_in_several_stages_is_one_deal(runs, lacking_twice, which):
    made = runs["large"] if which == "large" else lacking_twice
    count = made.manifest["replications"]
    answers = (kinds.REQUIREMENT_AWAITED, kinds.REQUIREMENT_WAIVED, kinds.REQUIREMENT_REFUSED)
    asked: dict[str, set[tuple[int, int, int]]] = defaultdict(set)
    refused: dict[str, set[tuple[int, int, int]]] = defaultdict(set)
    for replication in range(count):
        log: list[Any] = []
        engine("compiled").run(made.parameters, 3, replication, log)
        ordinal: dict[int, int] = defaultdict(int)
        for _, _, account, kind, _, value in log:
            ordinal[account] += kind == kinds.OPPORTUNITY_OPENED
            if kind in answers:
                name, deal = made.parameters.requirements[int(value)], (replication, account, ordinal[account])
                asked[name].add(deal)
                refused[name] |= {deal} if kind == kinds.REQUIREMENT_REFUSED else set()
    assert sum(map(len, refused.values())) > 20
    for each in read_missing_requirements(made.folder / "opportunities.parquet", made.parameters.requirements, count):
        assert each.missing == pytest.approx(len(asked[each.name]) / count)
        assert each.lost == pytest.approx(len(refused[each.name]) / count)


def test_a_silent_chart_wraps_its_sentence():
    chart = empty_chart("title", "note", "word " * 60)
    assert max(text_fitting.text_width(text.get_text()) for text in chart.texts) < chart.bbox.width
