"""What does the report of one run say?  The answer first, then how far it may be off, where it comes from, and why."""

from __future__ import annotations

from typing import Any

from forecast import charts
from forecast.charts.axis import month_name
from forecast.charts.chart import Chart, Data
from forecast.report.assumptions import blocks, weakest
from forecast.report.figures import figure
from forecast.report.page import Page, Section, Table
from forecast.results.opened import Run
from forecast.results.words import counted, number, plain, share, short

REPEAT = ["cd the-folder-of-this-run", "forecast run scenario.yaml -o again", "forecast report again"]
NO_STAGES = "Nobody buys by contract: the scenario names no stages of a purchase."
FEW = 30  # replications: below, ranges are rough
MOST_NAMED = 8  # segments in a sentence
METRICS = (
    ("ARR", "monthly", "arr_cents", short),
    ("self-serve ARR", "monthly", "self_serve_arr_cents", short),
    ("ARR under contract", "monthly", "enterprise_arr_cents", short),
    ("revenue to date", "to_date", "revenue_cents", short),
    ("cash collected to date", "to_date", "cash_cents", short),
    ("bookings to date", "to_date", "bookings_cents", short),
    ("contracts", "monthly", "contracts", number),
    ("seats", "monthly", "seats", number),
    ("free users", "monthly", "free_users", number),
    ("paid users", "monthly", "paid_users", number),
    ("seated users", "monthly", "seated_users", number),
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
    drawn = {name: chart for name, chart in drawn.items() if useful(run, name)}
    sensitivity = run.sensitivity("arr")
    if sensitivity.parameters:
        drawn["sensitivity"] = charts.tornado(sensitivity)
    figures = [figure(name, chart) for name, chart in drawn.items()]
    start, months = run.scenario.start, run.scenario.months
    return Page(
        title=run.scenario.name,
        about=run.scenario.description,
        span=f"{month_name(start, 1)} to {month_name(start, months)}, {counted(run.summary['accounts'], 'account')}",
        answer=answer(run, drawn),
        tables=[key_figures(run)],
        sections=[Section(name, HEADINGS[name], [each]) for name, each in zip(drawn, figures, strict=True)],
        blocks=blocks(run.scenario),
        evidence=weakest(blocks(run.scenario)),
        changes=[],
        facts=facts(run),
        repeat=repeat(run),
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


def useful(run: Run, name: str) -> bool:
    """Whether the scenario has what the chart is about."""
    return bool({"deals": run.scenario.stages, "people": run.scenario.resources}.get(name, True))


def answer(run: Run, drawn: dict[str, Chart]) -> list[str]:
    """The answer in plain sentences."""
    summary, currency = run.summary, run.scenario.currency
    last = str(summary["months"])
    end = month_name(run.scenario.start, summary["months"])
    arr = summary["monthly"]["arr_cents"][last]
    first = (
        f"ARR in {end}: {currency} {short(arr['mean'])} on average; "
        f"80% of the replications lie between {short(arr['p10'])} and {short(arr['p90'])}."
    )
    sentences = [first, signed(summary, last) if run.scenario.stages else NO_STAGES]
    revenue, cash = (summary["to_date"][name][last] for name in ("revenue_cents", "cash_cents"))
    sentences.append(
        f"Until then revenue is {currency} {ranged(revenue, short)}, cash collected {ranged(cash, short)}."
    )
    if "deals" in drawn:
        sentences.append(drawn["deals"].description)
    if "sensitivity" in drawn:
        sentences.append(drawn["sensitivity"].description)
    count = summary["replications"]
    rough = "; so few that ranges are rough" if count < FEW else ""
    sentences.append(f"Means of {counted(count, 'replication')}{rough}. In brackets: where 80% of them lie.")
    return sentences


def repeat(run: Run) -> list[str]:
    """The commands that simulate the same again; with processes of one's own, what stands in Python."""
    if not run.processes:
        return REPEAT
    own = ", ".join(run.processes)
    return [REPEAT[0], f'forecast.run("scenario.yaml", processes=[{own}], folder="again")', REPEAT[2]]


def signed(summary: dict[str, Any], last: str) -> str:
    """Who has signed by the horizon."""
    segments = summary["segments"]
    cells = {name: block["contract_incidence"][last] for name, block in segments.items()}
    known = {name: cell for name, cell in cells.items() if cell["mean"] is not None}
    if not known:
        return "There are no accounts that could sign."
    total = summary["total"]["contract_incidence"][last]
    sentence = f"{ranged(total, share)} of the accounts have signed by then"
    if len(known) == 1:
        return f"{sentence}."
    means = {name: share(cell["mean"]) for name, cell in known.items()}
    if len(known) <= MOST_NAMED:
        return f"{sentence}: {', '.join(f'{plain(name)} {means[name]}' for name in known)}."
    ordered = sorted(known, key=lambda name: known[name]["mean"])
    low, high = ordered[0], ordered[-1]
    return f"{sentence}: from {means[low]} ({plain(low)}) to {means[high]} ({plain(high)})."


def ranged(cell: dict[str, float | None], said: Any) -> str:
    """`9.3% (7.6–11.1%)`."""
    return f"{said(cell['mean'])} ({said(cell['p10']).removesuffix('%')}–{said(cell['p90'])})"


def key_figures(run: Run) -> Table:
    """Shares and money at the reported months."""
    summary = run.summary
    months = list(summary["total"]["contract_incidence"])
    cells = summary["total"]["contract_incidence"]
    rows = [("accounts signed", *(ranged(cells[month], share) for month in months))]
    for name, block, metric, said in METRICS:
        of = summary[block][metric]
        if any(of[month]["mean"] for month in months):
            rows.append((name, *(ranged(of[month], said) for month in months)))
    heads = [month_name(run.scenario.start, int(month)) for month in months]
    caption = f"Key figures by the end of each month, money in {run.scenario.currency}: mean (P10–P90)"
    return Table(caption, Data(("", *heads), rows))


def facts(run: Run) -> list[tuple[str, str]]:
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
