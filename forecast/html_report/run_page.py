"""The report of a run: the answer first, then its range, where it comes from, and its assumptions."""

from __future__ import annotations

from typing import Any

from forecast import charts
from forecast.analysis.formatting import (
    count_futures,
    format_cell,
    format_money,
    format_number,
    format_share,
    pluralize,
    rough_note,
)
from forecast.analysis.plausibility_text import plausibility_sentences
from forecast.analysis.price_response_text import money_only_sentence
from forecast.charts.layout.chart import Chart, ChartData
from forecast.html_report.assumptions import assumption_blocks, evidence_summary
from forecast.html_report.inline_figures import inline_figure
from forecast.html_report.page import Page, PageSection, PageTable
from forecast.months import month_end_label
from forecast.scenario.records import Labels
from forecast.study.finished_run import Run

REPEAT = ["cd the-folder-of-this-run", "forecast run scenario.yaml -o again", "forecast report again"]
NO_STAGES = "No contracts: the scenario has no procurement stages."
MAX_NAMED_SEGMENTS = 8  # in a sentence
KEY_METRICS = (
    ("ARR", "monthly", "arr_cents", format_money),
    ("self-serve ARR", "monthly", "self_serve_arr_cents", format_money),
    ("ARR of team plans", "monthly", "team_arr_cents", format_money),
    ("ARR under contract", "monthly", "enterprise_arr_cents", format_money),
    ("revenue to date", "to_date", "revenue_cents", format_money),
    ("of which usage", "to_date", "usage_revenue_cents", format_money),
    ("usage run rate", "monthly", "usage_run_rate_cents", format_money),
    ("cash collected to date", "to_date", "cash_cents", format_money),
    ("bookings to date", "to_date", "bookings_cents", format_money),
    ("contracts", "monthly", "contracts", format_number),
    ("seats", "monthly", "seats", format_number),
    ("free users", "monthly", "free_users", format_number),
    ("paid users", "monthly", "paid_users", format_number),
    ("users on team plans", "monthly", "team_users", format_number),
    ("seated users", "monthly", "seated_users", format_number),
    ("paying teams", "monthly", "paying_teams", format_number),
)


def run_page(run: Run) -> Page:
    """The page of a run."""
    drawn_charts = {
        "arr": charts.fan(run),
        "signing": charts.incidence(run),
        **({"teams": charts.team_path(run)} if run.parameters.sells_team_plans else {}),
        "bridge": charts.arr_bridge(run),
        "funnel": charts.funnel(run),
        "deals": charts.procurement(run),
        "people": charts.people(run),
    }
    drawn_charts = {name: chart for name, chart in drawn_charts.items() if _has_chart(run, name)}
    sensitivity = run.sensitivity("arr")
    if sensitivity.effects:
        drawn_charts["sensitivity"] = charts.tornado(sensitivity)
    figures = [inline_figure(name, chart) for name, chart in drawn_charts.items()]
    start, months = run.scenario.start, run.scenario.months
    return Page(
        title=run.scenario.name,
        about=run.scenario.description,
        span=(
            f"{month_end_label(start, 1)} to {month_end_label(start, months)}, "
            f"{pluralize(run.summary['accounts'], 'account')}"
        ),
        answer=_answer_sentences(run, drawn_charts),
        tables=[_key_figures_table(run)],
        sections=[PageSection(name, HEADINGS[name], [each]) for name, each in zip(drawn_charts, figures, strict=True)],
        blocks=assumption_blocks(run.scenario),
        evidence=f"{evidence_summary(assumption_blocks(run.scenario))} {money_only_sentence(run.scenario)}".strip(),
        changes=[],
        facts=_run_facts(run),
        repeat=_repeat_commands(run),
        flags=plausibility_sentences(run.plausibility, run.scenario.labels),
        warnings=[each.sentence for each in run.warnings],
    )


HEADINGS = {
    "arr": "Annual recurring revenue",
    "signing": "Accounts signed",
    "teams": "From the first person to a paying team",
    "bridge": "ARR bridge",
    "funnel": "Account funnel",
    "deals": "Procurement: waits and outcomes",
    "people": "People",
    "sensitivity": "Assumptions that matter most",
}


def _has_chart(run: Run, name: str) -> bool:
    """Whether the scenario has stages or resources for the chart."""
    return bool({"deals": run.scenario.stages, "people": run.scenario.resources}.get(name, True))


def _answer_sentences(run: Run, drawn_charts: dict[str, Chart]) -> list[str]:
    """The answer in plain sentences."""
    summary, currency = run.summary, run.scenario.currency
    last = str(summary["months"])
    end = month_end_label(run.scenario.start, summary["months"])
    arr = summary["monthly"]["arr_cents"][last]
    first = (
        f"ARR in {end}: {currency} {format_money(arr['mean'])} on average; "
        f"in 80% of the simulated futures it is between {format_money(arr['p10'])} and {format_money(arr['p90'])}."
    )
    sentences = [first, _signing_sentence(summary, last, run.scenario.labels) if run.scenario.stages else NO_STAGES]
    revenue, cash = (summary["to_date"][name][last] for name in ("revenue_cents", "cash_cents"))
    sentences.append(
        f"Revenue to that date: {currency} {format_cell(revenue, format_money)}; cash collected: "
        f"{format_cell(cash, format_money)}."
    )
    if "usage" in run.parameters.revenue_sources:
        billed, rate = summary["to_date"]["usage_revenue_cents"][last], summary["monthly"]["usage_run_rate_cents"][last]
        sentences.append(
            f"Of this revenue {format_cell(billed, format_money)} is for use. Beside ARR, use then brings "
            f"{format_cell(rate, format_money)} a year (usage run rate)."
        )
    if "teams" in drawn_charts:
        sentences.append(drawn_charts["teams"].description)
    if "deals" in drawn_charts:
        sentences.append(drawn_charts["deals"].description)
    if "sensitivity" in drawn_charts:
        sentences.append(drawn_charts["sensitivity"].description)
    sentences += _entry_sentences(summary, run.scenario.labels)
    count = summary["replications"]
    sentences.append(
        f"Means of {count_futures(count)}{rough_note(count)}. Each is the company played out once, with different "
        "chance events. In brackets: the range of 80% of them (P10–P90)."
    )
    return sentences


def _repeat_commands(run: Run) -> list[str]:
    """The commands that repeat the run; with custom processes, the call in Python."""
    if not run.processes:
        return REPEAT
    processes = ", ".join(run.processes)
    return [REPEAT[0], f'forecast.run("scenario.yaml", processes=[{processes}], folder="again")', REPEAT[2]]


def _signing_sentence(summary: dict[str, Any], last: str, labels: Labels) -> str:
    """The share of accounts signed by the horizon, in all and by segment."""
    segments = summary["segments"]
    cells = {name: block["contract_incidence"][last] for name, block in segments.items()}
    known = {name: cell for name, cell in cells.items() if cell["mean"] is not None}
    if not known:
        return "No account can sign: there are none, or all are under contract at the start."
    total = summary["total"]["contract_incidence"][last]
    sentence = f"{format_cell(total, format_share)} of the accounts have signed by then"
    if len(known) == 1:
        return f"{sentence}."
    shares = {name: format_share(cell["mean"]) for name, cell in known.items()}
    if len(known) <= MAX_NAMED_SEGMENTS:
        return f"{sentence}: {', '.join(f'{labels.segment(name)} {shares[name]}' for name in known)}."
    ordered = sorted(known, key=lambda name: known[name]["mean"])
    low, high = ordered[0], ordered[-1]
    return f"{sentence}: from {shares[low]} ({labels.segment(low)}) to {shares[high]} ({labels.segment(high)})."


def _entry_sentences(summary: dict[str, Any], labels: Labels) -> list[str]:
    """What the shares are of where accounts enter the market later, and the same from entry."""
    blocks = {name: block.get("entry_to_contract") for name, block in summary["segments"].items()}
    shares = [
        f"{labels.segment(name)} {format_share(entry['12'])}"
        for name, entry in blocks.items()
        if entry and entry["12"] is not None
    ][:MAX_NAMED_SEGMENTS]
    if not any(blocks.values()):
        return []
    later = sum(entry["entered_later"] for entry in blocks.values() if entry)
    sentence = f"{format_number(later)} accounts enter the market after the start; shares are of those in it by then."
    return [f"{sentence} Signed within 12 months of entry: {', '.join(shares)}." if shares else sentence]


def _key_figures_table(run: Run) -> PageTable:
    """Key figures at the reported months."""
    summary = run.summary
    months = list(summary["total"]["contract_incidence"])
    cells = summary["total"]["contract_incidence"]
    signed = ("accounts signed", *(format_cell(cells[month], format_share) for month in months))
    rows = [signed] if run.scenario.stages else []
    for name, block, metric, show in KEY_METRICS:
        cells = summary[block].get(metric)  # summaries of before have no use
        if cells and any(cells[month]["mean"] for month in months):
            rows.append((name, *(format_cell(cells[month], show) for month in months)))
    heads = [month_end_label(run.scenario.start, int(month)) for month in months]
    caption = f"Key figures by the end of each month, money in {run.scenario.currency}: mean (P10–P90)"
    return PageTable(caption, ChartData(("", *heads), rows))


def _run_facts(run: Run) -> list[tuple[str, str]]:
    """What was run, for the end of the page."""
    manifest = run.manifest
    versions = manifest.get("versions", {})
    return [
        ("Scenario", f"{manifest['scenario']} (SHA-256 {manifest['scenario_sha256']})"),
        ("Simulated futures (replications)", f"{manifest['replications']:,}"),
        ("Seed", str(manifest["seed"])),
        ("Engine", f"{manifest['engine']}, {manifest['events']:,} events"),
        *([("Custom processes", ", ".join(run.processes))] if run.processes else []),
        ("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("Quantiles", run.summary["quantiles"]),
    ]
