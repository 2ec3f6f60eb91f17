"""Can a notebook read a statement by names, and does it say which names there are?"""

from __future__ import annotations

import numpy as np
import pytest

import forecast
from forecast.errors import InputError


def test_years_are_made_of_months(whole_run):
    months = forecast.statement(whole_run, "Revenue and deferred", by="month", path="P90", segment="big")
    years = forecast.statement(whole_run, "Revenue and deferred", by="year", path="P90", segment="big")
    assert years.periods == ("FY2026", "FY2027", "FY2028")
    spans = (slice(0, 2), slice(2, 14), slice(14, 17))
    assert years["billings"] == pytest.approx([months["billings"][span].sum() for span in spans])
    assert years["deferred_revenue"].tolist() == [months["deferred_revenue"][place] for place in (1, 13, 16)]
    assert years["deferred_opening"].tolist() == [months["deferred_opening"][place] for place in (0, 2, 14)]
    with np.errstate(invalid="ignore", divide="ignore"):
        margin = years["gross_margin"] / years["revenue"]  # of the sums, not the mean of the months' shares
    assert years["gross_margin_share"] == pytest.approx(margin, nan_ok=True)


def test_a_frame_has_a_row_a_line(whole_run):
    frame = forecast.statement(whole_run, "Cash", by="quarter").frame()
    assert frame.loc["npv", "label"] == "NPV to date"
    assert list(frame.columns[:3]) == ["label", "unit", "FY2026 Q4"]
    assert frame["how"].str.len().min() > 3


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "ARR brige"}, "unknown statement `ARR brige`; did you mean `ARR bridge`"),
        ({"by": "years"}, "unknown period `years`; did you mean `year`"),
        ({"path": "p10"}, "unknown path `p10`; did you mean `P10`"),
        ({"segment": "bigg"}, "unknown segment `bigg`; did you mean `big`"),
        ({"name": "Cash", "segment": "big"}, r"unknown segment `big` \(known: total\)"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(whole_run, asked, words):
    with pytest.raises(InputError, match=words):
        forecast.statement(whole_run, **asked)


def test_an_unknown_line_is_refused(whole_run):
    with pytest.raises(InputError, match=r"unknown line `ar`; did you mean `arr`"):
        forecast.statement(whole_run)["ar"]


def test_a_statement_shows_itself_with_its_periods_and_dashes_for_no_denominator(whole_run):
    shown = forecast.statement(whole_run, "ARR bridge", by="year")
    html = shown._repr_html_()
    assert all(f'<th scope="col">{period}</th>' in html for period in shown.periods)
    assert html.count("<tr>") == 1 + len(shown.lines)
    assert "nan" not in html
    assert repr(shown) == "Statement ARR bridge: total, mean path, FY2026 to FY2028"
    assert f"money in {shown.currency}" in html


def test_team_plans_are_a_part_of_self_serve_revenue_and_one_of_arr(whole_paths):
    metrics = whole_paths.metrics
    for name in ("team_arr_cents", "team_absorbed_arr_cents", "team_revenue_cents", "paying_teams"):
        assert (metrics[name] >= 0).all()
        assert metrics[name].any(), name
    assert (metrics["team_revenue_cents"] <= metrics["self_serve_revenue_cents"]).all()
    started, ended = metrics["team_plans_started"][1:], metrics["team_plans_ended"][1:]
    np.testing.assert_allclose(np.diff(metrics["paying_teams"], axis=0), started - ended, atol=1e-9)
