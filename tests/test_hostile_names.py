"""Names and texts that mean harm: none reaches a shell or leaves its folder, and whatever is written is read as text.

One scenario has all of them, as far as the format allows; it is run, compared, exported, reported, drawn and explained.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from matplotlib.text import Text

from forecast import charts, compare, export, open_run, run
from forecast.charts.layout.text_fitting import renderable
from forecast.cli import main
from forecast.html_report.report import report_html
from forecast.scenario import load
from forecast.spreadsheet_text import FORMULA_PREFIXES, escape_formula
from forecast.study.folder import default_folder

NAME = r"""</title><script>alert('n')</script> "q" & $\frac{x}$ a_$b$ [bold]b[/bold] {{7*7}} %s `id` _x0041_ ../../x"""
DESCRIPTION = '=HYPERLINK("http://evil.example")\n@SUM(1)\n<img src=x onerror=alert(1)> ]]> {% raw %} \u202e'
ACCOUNTS = [
    "<script>alert(1)</script>",
    "' onmouseover='alert(1)",
    '" style="x',
    '"; rm -rf / #',
    "$(touch pwned)",
    "`touch pwned`",
    "../../outside",
    "/dev/null",
    r"$\frac$",
    "a_$b",
    "[red]x[/red]",
    "{{7*7}}{% x %}",
    "1,5;x|y",
    "javascript:alert(1)",
    "x--><script>alert(1)</script>",
    "_x000D_",
    "null -",
    "&lt;é\N{GRINNING FACE}",
    "%s%n{0}",
]
SOURCES = ["A<script>alert(2)</script>", 'S" onload="x', "javascript:alert(3)"]
SEGMENTS = ["__proto__", "null-", "TOTALS", "e1e5"]
HEADER = (
    "account,segment,eligible_users,free_users,paid_users,lapsed_users,"
    "seats,price_per_seat_month,contract_end,opportunity_stage,months_of_use"
)
SCENARIO = """\
schema: 1
name: NAME
description: DESCRIPTION
clock: {start: 2026-01-01, horizon: 13 months}
run: {replications: 4, seed: 5}
market: {accounts_file: "in put/../in put/=1+1 & accounts.csv", segments: {SEGMENTS}}
adoption: {organic: 10% per month, imitation: 0.6 per month}  # [SOURCE0][SOURCE1] B
trial:
  activation: {uncertain: {uniform: {low: 50%, high: 70%}}}  # [SOURCE2] C
  to_paid: 30%
churn: {free: 9 months}
awareness: {base: 40% per month, ban: 5%}
procurement:
  requirements: {__init__: {needed: 50%}}
  stages:
    constructor: {requirements: true, resource: NaN-, touch: 10 days, loss: 30%, reason: onerror}
    con: {after: [constructor], duration: 5 days}
contract: {min_seats: 5}
pricing: {paid: 10 USD, enterprise: 30 USD}
vendor: {capabilities: {__init__: 2026-06-01}, resources: {NaN-: {count: 1}}}
"""
HARMLESS = re.compile(r"(#.*|data:,)")


class Page(HTMLParser):
    """What a browser would make of a page: its elements, attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.texts.append(data)


def scenario_text() -> str:
    segments = ", ".join(f"{json.dumps(name)}: {{accounts: 2, eligible_users: 20}}" for name in SEGMENTS)
    texts = {"NAME": json.dumps(NAME), "DESCRIPTION": json.dumps(DESCRIPTION), "SEGMENTS": segments}
    texts |= {f"SOURCE{place}": source for place, source in enumerate(SOURCES)}
    return re.sub("|".join(texts), lambda found: texts[found[0]], SCENARIO)


def accounts_text() -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER.split(","))
    for place, name in enumerate(ACCOUNTS):
        writer.writerow([name, SEGMENTS[place % len(SEGMENTS)], 30, 3, 2, 0, *("", "", "", ""), 1])
    return text.getvalue()


def files_below(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder in which everything was done with the hostile scenario; whatever was written lies in `out`."""
    root: Path = tmp_path_factory.mktemp("hostile")
    work = root / "deep" / "work $(touch pwned);"
    inputs = work / "in put"
    inputs.mkdir(parents=True)
    (inputs / "=1+1 & accounts.csv").write_text(accounts_text(), encoding="utf-8")
    first, second = work / "=1;\n<b>\x1b[31m.yaml", inputs / "=1;\n<b>\x1b[31m.yaml"
    base = work / "base $(touch pwned).yaml"
    for path in (first, base):
        path.write_text(scenario_text(), encoding="utf-8")
    second.write_text(f"extends: {json.dumps('../' + base.name)}\nname: {json.dumps(NAME)}\npricing: {{paid: 11 USD}}")
    (work / "canary").write_text("alive")
    earlier, programs = files_below(root), []
    sys.addaudithook(lambda event, what: programs.append(what) if event in PROGRAMS else None)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(work)
        options: dict[str, Any] = {"engine": "simpy", "workers": 1}
        done = run(first, folder=work / "out" / "run", **options)
        both = compare(first, second, folder=work / "out" / "comparison", **options)
        export(done, ("xlsx", "csv", "parquet"))
        for name in ("run", "comparison"):
            (work / "out" / f"{name}.html").write_text(report_html(work / "out" / name), encoding="utf-8")
        shown = done._repr_html_() + both._repr_html_()
        (work / "out" / "notebook.html").write_text(shown, encoding="utf-8")
    later = files_below(root)
    assert {path for path in later if not path.is_relative_to(work / "out")} == set(earlier)
    assert all(later[path] == data for path, data in earlier.items())
    assert not any("pwned" in str(what) or "alert" in str(what) for what in programs)
    return work / "out"


PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"}


def test_the_files_of_a_run_have_the_packages_own_names(place):
    for path in place.rglob("*"):
        assert re.fullmatch(r"[a-z0-9_-]+(\.[a-z]+)?", path.name), path
    assert (place / "run" / "accounts.csv").read_text(encoding="utf-8") == (
        next((place.parent / "in put").glob("*.csv")).read_text(encoding="utf-8")
    )


def test_the_scenario_survives(place):
    ours, again = load(place.parent / "=1;\n<b>\x1b[31m.yaml"), load(place / "run" / "scenario.yaml")
    assert ours == again
    assert (again.name, again.description) == (NAME, DESCRIPTION)
    assert again.evidence["trial.activation"].sources == (SOURCES[2],)


@pytest.mark.parametrize("name", ["run", "comparison", "notebook"])
def test_a_page_has_no_elements_of_theirs(place, name):
    page = Page((place / f"{name}.html").read_text(encoding="utf-8"))
    assert page.tags.isdisjoint({"script", "img", "b", "iframe", "object", "embed", "base", "form", "image"})
    assert [name for name, _ in page.attributes if name.startswith("on")] == []
    links = [value for name, value in page.attributes if name in {"href", "src", "xlink:href", "action"}]
    assert [link for link in links if not HARMLESS.fullmatch(link)] == []
    assert NAME in "".join(page.texts)
    if name == "run":
        assert all(source in "".join(page.texts) for source in SOURCES)


def test_no_cell_of_a_csv_is_a_formula(place):
    files = list(place.rglob("*.csv"))
    assert {path.name for path in files} >= {"summary.csv", "comparison.csv", "facts.csv", "scenarios.csv"}
    for path in files:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}, path
        for cell in {cell for row in rows for cell in row}:
            assert not cell.startswith(FORMULA_PREFIXES) or is_number(cell), (path, cell)
    assert NAME in (place / "run" / "finance" / "scenarios.csv").read_text(encoding="utf-8").replace('""', '"')


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", cell) is not None


@pytest.mark.parametrize("first", [*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_text_that_would_be_calculated_has_an_apostrophe(first):
    assert escape_formula(f"{first}1+1") == f"'{first}1+1"
    assert escape_formula(f"a{first}") == f"a{first}"


def test_the_workbook_has_texts_and_only_our_formulas(place):
    path = place / "run" / "finance" / "plan.xlsx"
    book = openpyxl.load_workbook(path)
    texts, formulas = set[str](), set[str]()
    for sheet in book.worksheets:
        assert re.fullmatch(r"[A-Za-z ]+", sheet.title)
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            (formulas if cell.data_type == "f" else texts).add(str(cell.value))
            assert cell.hyperlink is None or not cell.hyperlink.target
    assert NAME in texts
    assert DESCRIPTION in texts
    assert book.properties.title.replace("_x005F_", "_") == NAME[:200]  # the reader does not undo this escape here
    assert not any(bad in formula for formula in formulas for bad in ("HYPERLINK", "script", "alert", "WEBSERVICE"))
    for name in SEGMENTS:
        assert any(name in text for text in texts)
    with zipfile.ZipFile(path) as parts:
        for part in parts.namelist():
            assert "external" not in part.lower()
            text = parts.read(part)
            if part.endswith((".xml", ".rels")):
                ET.fromstring(text)  # noqa: S314  # what we have just written
                assert b'TargetMode="External"' not in text


def test_tables_and_documents_have_the_names_as_they_are(place):
    accounts = set(pq.read_table(place / "run" / "accounts.parquet")["account"].to_pylist())
    assert accounts >= set(ACCOUNTS)
    columns = pq.read_schema(place / "run" / "opportunities.parquet").names
    assert "constructor_entered_day" in columns
    assert "lost_onerror" in pq.read_schema(place / "run" / "monthly.parquet").names
    for path in place.rglob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert NAME in json.dumps(document, ensure_ascii=False).replace('\\"', '"').replace("\\\\", "\\"), path
    assert set(open_run(place / "run").summary["segments"]) == set(SEGMENTS)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_chart_writes_a_name_letter_by_letter(place, account):
    replay = charts.replay_account(open_run(place / "run"), account)
    for chart in (charts.life(replay), charts.adoption(replay)):
        texts = [text for text in chart.findobj(Text) if "alert" in text.get_text() or account in text.get_text()]
        assert not any(text.get_parse_math() for text in texts)
        assert renderable(account) in chart.title
        root = ET.fromstring(chart.svg())  # noqa: S314  # what has just been drawn
        assert {element.tag.rpartition("}")[2] for element in root.iter()}.isdisjoint({"script", "image", "a"})


def test_a_terminal_is_shown_letters_only(place, capsys):
    for asked in (
        ("show", str(place / "run")),
        ("show", str(place / "comparison")),
        ("sensitivity", str(place / "run")),
        *(("explain", str(place / "run"), "--account", account, "--engine", "simpy") for account in ACCOUNTS),
        ("explain", str(place / "run"), "--account", "\x1b[31m<nobody>"),
        ("validate", str(place / "run" / "scenario.yaml")),
        ("run", "\x1b[31m.yaml"),
    ):
        main(asked)
        shown = capsys.readouterr()
        for text in (shown.out, shown.err):
            assert not [letter for letter in text if not letter.isprintable() and letter != "\n"], asked
        assert "Traceback" not in shown.err
        assert asked[-1] not in ACCOUNTS or asked[-1] in shown.out
    main(["show", str(place / "run")])
    assert NAME in re.sub(r"\s*\n", " ", capsys.readouterr().out)


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "..", "C:\\x", "a\0b", "\u2024\u2024/x", "-rf *", "~", "$(x)"]
)
def test_a_name_makes_a_folder_in_runs(name):
    folder = default_folder(name)
    assert folder.parts[0] == "runs"
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", folder.parts[1])
    assert len(folder.parts) == 2
