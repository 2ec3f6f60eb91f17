"""The report of a fit: what was read, what the data say of each value, and what they do not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecast import charts
from forecast.html_report.inline_figures import inline_figure
from forecast.html_report.page import Page, PageSection
from forecast.learning.learned import is_prior


def fit_page(document: Mapping[str, Any]) -> Page:
    """The page of what fit.json says."""
    chart = charts.learned_values(document)
    values = document["values"]
    known = sum(not is_prior(value["remark"]) for value in values)
    counts = ", ".join(f"{number:,} {what}" for what, number in document["counts"].items())
    answer = [
        f"Of {len(values)} values the data say something of {known}; the others are as wide as before.",
        f"Read: {counts}.",
        *document["notes"],
    ]
    level = document["level"]
    if level:
        now = level["now"]
        answer.append(
            f"The market's level is now {now['median']:.2f} ({now['low']:.2f}–{now['high']:.2f}) of that of the first "
            f"month, and moves by {level['sd']['median']:.0%} a month."
        )
    reasons = [f"{each['what']}: {each['why']}" for each in document["not_learned"]]
    answer.append(f"Never known from such data: {', '.join(document['never_from_such_data'])}.")
    return Page(
        title="What the data say",
        about=f"From {document['data']}, on top of {document['prior']}.",
        span=f"{document['begin']} to {document['start']}",
        answer=answer,
        tables=[],
        sections=[PageSection("values", "Prior and posterior", [inline_figure("learned-values", chart)])],
        evidence="",
        blocks=[],
        changes=[],
        facts=[
            ("Draws", f"{document['draws']:,}"),
            ("Seed", str(document["seed"])),
            ("Segments", ", ".join(document["segments"].values())),
        ],
        repeat=[],
        warnings=reasons,
    )
