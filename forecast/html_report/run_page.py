"""What does the report of one run say?  The answer first, then how far it may be off, where it comes from, and why."""

from __future__ import annotations

from typing import Any

from forecast import charts
from forecast.analysis.formatting import (
    format_cell,
    format_money,
    format_number,
    format_share,
    humanize,
    pluralize,
    rough_note,
)
from forecast.charts.layout.chart import Chart, ChartData
from forecast.html_report.assumptions import assumption_blocks, evidence_summary
from forecast.html_report.inline_figures import inline_figure
from forecast.html_report.page import Page, PageSection, PageTable
from forecast.months import month_end_label
from forecast.study.finished_run import Run

REPEAT = ["cd the-folder-of-this-run", "forecast run scenario.yaml -o again", "forecast report again"]
NO_STAGES = "Nobody buys by contract: the scenario names no stages of a purchase."
MAX_NAMED_SEGMENTS = 8  # segments in a sentence
KEY_METRICS = (
    ("ARR", "monthly", "arr_cents", format_money),
    ("self-serve ARR", "monthly", "self_serve_arr_cents", format_money),
    ("ARR under contract", "monthly", "enterprise_arr_cents", format_money),
    ("revenue to date", "to_date", "revenue_cents", format_money),
    ("cash collected to date", "to_date", "cash_cents", format_money),
    ("bookings to date", "to_date", "bookings_cents", format_money),
    ("contracts", "monthly", "contracts", format_number),
    ("seats", "monthly", "seats", format_number),
    ("free users", "monthly", "free_users", format_number),
    ("paid users", "monthly", "paid_users", format_number),
    ("seated users", "monthly", "seated_users", format_number),
)


def run_page(run: Run) -> Page:
    """The page of a run."""
    drawn = {
        "arr": charts.fan(run),
        "signing": charts.incidence(run),
        "bridge": charts.arr_bridge(run),
        "funnel": charts.funnel(run),
        "deals": charts.procurement(run),
        "people": charts.people(run),
    }
    drawn = {name: chart for name, chart in drawn.items() if _has_chart(run, name)}
    sensitivity = run.sensitivity("arr")
    if sensitivity.parameters:
        drawn["sensitivity"] = charts.tornado(sensitivity)
    figures = [inline_figure(name, chart) for name, chart in drawn.items()]
    start, months = run.scenario.start, run.scenario.months
    return Page(
        title=run.scenario.name,
        about=run.scenario.description,
        span=(
            f"{month_end_label(start, 1)} to {month_end_label(start, months)}, "
            f"{pluralize(run.summary['accounts'], 'account')}"
        ),
        answer=_answer_sentences(run, drawn),
        tables=[_key_figures_table(run)],
        sections=[PageSection(name, HEADINGS[name], [each]) for name, each in zip(drawn, figures, strict=True)],
        blocks=assumption_blocks(run.scenario),
        evidence=evidence_summary(assumption_blocks(run.scenario)),
        changes=[],
        facts=_run_facts(run),
        repeat=_repeat_commands(run),
    )


HEADINGS = {
    "arr": "What they pay",
    "signing": "Who signs when",
    "bridge": "Where ARR comes from",
    "funnel": "How far accounts come",
    "deals": "What stands in the way",
    "people": "People",
    "sensitivity": "Which assumption matters",
}


def _has_chart(run: Run, name: str) -> bool:
    """Whether the scenario has what the chart is about."""
    return bool({"deals": run.scenario.stages, "people": run.scenario.resources}.get(name, True))


def _answer_sentences(run: Run, drawn: dict[str, Chart]) -> list[str]:
    """The answer in plain sentences."""
    summary, currency = run.summary, run.scenario.currency
    last = str(summary["months"])
    end = month_end_label(run.scenario.start, summary["months"])
    arr = summary["monthly"]["arr_cents"][last]
    first = (
        f"ARR in {end}: {currency} {format_money(arr['mean'])} on average; "
        f"80% of the replications lie between {format_money(arr['p10'])} and {format_money(arr['p90'])}."
    )
    sentences = [first, _signing_sentence(summary, last) if run.scenario.stages else NO_STAGES]
    revenue, cash = (summary["to_date"][name][last] for name in ("revenue_cents", "cash_cents"))
    sentences.append(
        f"Until then revenue is {currency} {format_cell(revenue, format_money)}, cash "
        f"collected {format_cell(cash, format_money)}."
    )
    if "deals" in drawn:
        sentences.append(drawn["deals"].description)
    if "sensitivity" in drawn:
        sentences.append(drawn["sensitivity"].description)
    count = summary["replications"]
    sentences.append(
        f"Means of {pluralize(count, 'replication')}{rough_note(count)}. In brackets: where 80% of them lie."
    )
    return sentences


def _repeat_commands(run: Run) -> list[str]:
    """The commands that simulate the same again; with processes of one's own, what stands in Python."""
    if not run.processes:
        return REPEAT
    own = ", ".join(run.processes)
    return [REPEAT[0], f'forecast.run("scenario.yaml", processes=[{own}], folder="again")', REPEAT[2]]


def _signing_sentence(summary: dict[str, Any], last: str) -> str:
    """Who has signed by the horizon."""
    segments = summary["segments"]
    cells = {name: block["contract_incidence"][last] for name, block in segments.items()}
    known = {name: cell for name, cell in cells.items() if cell["mean"] is not None}
    if not known:
        return "There are no accounts that could sign."
    total = summary["total"]["contract_incidence"][last]
    sentence = f"{format_cell(total, format_share)} of the accounts have signed by then"
    if len(known) == 1:
        return f"{sentence}."
    means = {name: format_share(cell["mean"]) for name, cell in known.items()}
    if len(known) <= MAX_NAMED_SEGMENTS:
        return f"{sentence}: {', '.join(f'{humanize(name)} {means[name]}' for name in known)}."
    ordered = sorted(known, key=lambda name: known[name]["mean"])
    low, high = ordered[0], ordered[-1]
    return f"{sentence}: from {means[low]} ({humanize(low)}) to {means[high]} ({humanize(high)})."


def _key_figures_table(run: Run) -> PageTable:
    """Shares and money at the reported months."""
    summary = run.summary
    months = list(summary["total"]["contract_incidence"])
    cells = summary["total"]["contract_incidence"]
    rows = [("accounts signed", *(format_cell(cells[month], format_share) for month in months))]
    for name, block, metric, said in KEY_METRICS:
        of = summary[block][metric]
        if any(of[month]["mean"] for month in months):
            rows.append((name, *(format_cell(of[month], said) for month in months)))
    heads = [month_end_label(run.scenario.start, int(month)) for month in months]
    caption = f"Key figures by the end of each month, money in {run.scenario.currency}: mean (P10–P90)"
    return PageTable(caption, ChartData(("", *heads), rows))


def _run_facts(run: Run) -> list[tuple[str, str]]:
    """What was run."""
    manifest = run.manifest
    versions = manifest.get("versions", {})
    return [
        ("Scenario", f"{manifest['scenario']} (SHA-256 {manifest['scenario_sha256']})"),
        ("Replications", f"{manifest['replications']:,}"),
        ("Seed", str(manifest["seed"])),
        ("Engine", f"{manifest['engine']}, {manifest['events']:,} events"),
        *([("Processes of one's own", ", ".join(run.processes))] if run.processes else []),
        ("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("Quantiles", run.summary["quantiles"]),
    ]
