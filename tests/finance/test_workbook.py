"""Does the workbook say what the simulation says, when a spreadsheet program computes it anew?"""

from __future__ import annotations

import math
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from libreoffice import (  # type: ignore[import-not-found]  # it stands beside this file
    Cells,
    formulas_of,
    program,
    recalculated,
    values_of,
)
from openpyxl.formula.translate import Translator

from forecast.finance.evaluate import monthly_values
from forecast.finance.flat_files import fact_rows
from forecast.finance.percentiles import line_percentiles
from forecast.finance.sample_paths import choose_sample_paths
from forecast.finance.statements.lines import MONEY
from forecast.finance.workbook import layout as at
from forecast.finance.workbook.plan import workbook_bytes
from forecast.study.run import run

needs_office = pytest.mark.skipif(program() is None, reason="LibreOffice is not installed: nothing recalculates here")
CLOSE = 1e-9
NAMES = [
    *("README", "Inputs", "Paths", "ARR bridge", "Charts", "Revenue and deferred", "Cash", "Unit economics"),
    *("Headcount", "Fiscal quarters", "Fiscal years", "Percentiles", "Checks", "Manifest"),
]


@pytest.fixture(scope="module")
def plan(whole_run, whole_paths, tmp_path_factory) -> Path:
    """The workbook of the small run."""
    path: Path = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    path.write_bytes(workbook_bytes(whole_run, whole_paths, line_percentiles(whole_run)))
    return path


def differences(cells: Cells, others: Cells, where: Any) -> list[str]:
    """The cells that are not alike: numbers within CLOSE, of their size where that is more than one."""
    found = []
    for place in where:
        one, other = cells.get(place), others.get(place)
        if isinstance(one, int | float) and isinstance(other, int | float):
            alike = abs(one - other) <= CLOSE * max(1.0, abs(one))
        else:
            alike = (one or "") == (other or "")
        if not alike:
            found.append(f"{place}: {one!r}, not {other!r}")
    return found


def with_choice(plan: Path, path: str, segment: str, folder: Path) -> Path:
    """A copy in which another path and segment are chosen, its cached values thrown away."""
    book = openpyxl.load_workbook(plan)
    book["Inputs"]["B4"], book["Inputs"]["B5"] = path, segment
    copy = folder / "chosen.xlsx"
    book.save(copy)
    return copy


def test_the_same_run_gives_the_same_bytes(whole_run, whole_paths, plan):
    again = workbook_bytes(whole_run, choose_sample_paths(whole_run), line_percentiles(whole_run))
    assert again == plan.read_bytes()
    with zipfile.ZipFile(plan) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_all_sheets_are_there_and_show_the_master_check(plan):
    book = openpyxl.load_workbook(plan)
    assert book.sheetnames == NAMES
    for sheet in book:
        formulas = [
            cell.value for row in sheet.iter_rows(max_row=8, max_col=2) for cell in row if cell.data_type == "f"
        ]
        assert any("Checks!$B$4" in str(text) for text in formulas) or sheet.title == "Checks", sheet.title
        assert sheet.print_area, sheet.title
    for name in ("ARR bridge", "Revenue and deferred", "Cash", "Unit economics", "Headcount", "Paths", "Charts"):
        sheet = book[name]
        assert sheet.freeze_panes == "C9"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet["G6"].number_format == "mmm yy"
        assert sheet["F5"].value in {0, "=Paths!F$5"}
        assert sheet["W5"].value in {17, "=Paths!W$5"}  # one time axis in the same columns
        assert sheet["X5"].value is None


def test_every_cached_value_is_what_libreoffice_computes(plan, tmp_path):
    if program() is None:
        pytest.skip("LibreOffice is not installed: nothing recalculates here")
    anew = values_of(recalculated(plan, tmp_path))
    formulas = formulas_of(plan)
    assert len(formulas) > 3000
    assert differences(values_of(plan), anew, formulas) == []
    checks = [value for (sheet, cell), value in anew.items() if sheet == "Checks" and cell[0] == "B" and value]
    assert checks.count("ok") > 30
    assert set(checks) == {"ok", "Result"}


@needs_office
def test_wrong_cached_values_are_noticed(plan, tmp_path):
    wrong = tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(plan) as source, zipfile.ZipFile(wrong, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet4.xml":  # ARR bridge
                data = re.sub(rb"</f><v>[0-9.-]+</v>", b"</f><v>4321</v>", data)
            target.writestr(entry, data)
    found = differences(values_of(wrong), values_of(recalculated(wrong, tmp_path)), formulas_of(wrong))
    assert len(found) > 300
    assert all("ARR bridge" in each for each in found)
    assert differences(values_of(plan), values_of(tmp_path / "out" / "wrong.xlsx"), formulas_of(plan)) == []


@needs_office
@pytest.mark.parametrize(("path", "segment"), [("P50", "total"), ("P90", "big"), ("P10", "S_ (2)")])
def test_another_choice_shows_the_lines_of_that_path_and_segment(plan, whole_paths, tmp_path, path, segment):
    anew = values_of(recalculated(with_choice(plan, path, segment, tmp_path), tmp_path))
    place = [each.name for each in whole_paths.paths].index(path)
    names = {"S_ (2)": "mid"}
    row = whole_paths.rows.index(names.get(segment, segment))
    for definition in whole_paths.statements:
        values = monthly_values(definition, whole_paths.metrics, whole_paths.days_and_rates)
        rows = [number for number in range(10, 150) if anew.get((definition.name, f"B{number}"))]
        assert len(rows) == len(definition.lines)
        for line, number in zip(definition.lines, rows, strict=True):
            assert anew[definition.name, f"A{number}"] == line.label
            series = values[line.code][1:, place, -1 if definition.company else row]
            for column, value in zip("GHIJKLMNOPQRSTUVW", series, strict=True):
                shown = anew[definition.name, f"{column}{number}"]
                if math.isnan(value):
                    assert shown in {None, ""}, (line.code, column)
                else:
                    expected = value / 100 if line.unit == MONEY else value
                    assert shown == pytest.approx(expected, rel=CLOSE, abs=CLOSE), (line.code, column)
    assert anew["Checks", "B4"] == "ok"


@needs_office
def test_a_changed_figure_of_the_simulation_is_not_ok(plan, tmp_path):
    book = openpyxl.load_workbook(plan)
    paths = book["Paths"]
    keys = {paths.cell(row, 3).value: row for row in range(10, paths.max_row + 1)}
    paths.cell(keys["mean|total|self_serve_new_arr_cents"], 9).value += 1  # one cent in one month
    copy = tmp_path / "changed.xlsx"
    book.save(copy)
    anew = values_of(recalculated(copy, tmp_path))
    failed = {anew["Checks", f"A{row}"] for row in range(8, 120) if anew.get(("Checks", f"B{row}")) == "CHECK"}
    closing = {f"ARR bridge: closing {name}" for name in ("arr", "self serve arr")}
    assert {"Paths: segments = total", "ARR bridge: self serve new arr", *closing} <= failed
    assert anew["ARR bridge", "B4"] == "CHECK"


@needs_office
@pytest.mark.parametrize("more", ["", "costs: {paid_user: 50 USD per month}\n"])
def test_without_an_opening_nothing_is_skipped(tmp_path, more):
    # The lowest cumulative cash flow is 0 where cash never falls below 0, and so it is where the opening is empty.
    (tmp_path / "costs.yaml").write_text(
        "schema: 1\nname: no costs\nclock: {start: 2026-01-01, horizon: 3 months}\nrun: {replications: 2, seed: 1}\n"
        "market: {segments: {smb: {accounts: 30, eligible_users: 10}}}\nadoption: {organic: 100 per month}\n"
        f"trial: {{to_paid: 100%}}\npricing: {{paid: 20 USD}}\n{more}",
        encoding="utf-8",
    )
    completed_run = run(tmp_path / "costs.yaml", folder=tmp_path / "run", workers=1, engine="simpy")
    paths = choose_sample_paths(completed_run)
    plan = tmp_path / "plan.xlsx"
    plan.write_bytes(workbook_bytes(completed_run, paths, line_percentiles(completed_run)))
    anew = values_of(recalculated(plan, tmp_path))
    assert differences(values_of(plan), anew, formulas_of(plan)) == []
    trough = next(row for row in range(10, 60) if anew.get(("Cash", f"A{row}")) == "Lowest cumulative cash flow")
    assert (anew["Cash", f"I{trough}"] < 0) == bool(more)
    assert anew["Checks", "B4"] == "ok"
    # The check notices what this workbook once had.
    book = openpyxl.load_workbook(plan)
    for column in "GHI":
        before = chr(ord(column) - 1)
        book["Cash"][f"{column}{trough}"] = f"=MIN({before}{trough},{column}{trough - 1})"
    book.save(tmp_path / "skips.xlsx")
    skips = values_of(recalculated(tmp_path / "skips.xlsx", tmp_path))
    assert skips["Checks", "B4"] == ("ok" if more else "CHECK")


def test_no_formula_skips_cells_that_are_empty_or_text(plan):
    # MIN, MAX, AVERAGE, SUM and COUNT pass over them without a word.  SUMIFS does too: of flows, numbers every month.
    used = {
        token.value.removesuffix("(")
        for text in formulas_of(plan).values()
        for token in openpyxl.formula.Tokenizer(text).items
        if token.type == "FUNC" and token.subtype == "OPEN"
    }
    assert used == {
        *("ABS", "COUNTIF", "DAY", "IF", "INDEX", "ISERROR", "ISNUMBER", "MATCH", "ROUND", "ROWS", "SUMIFS"),
        "SUMPRODUCT",
    }
    values, formulas = values_of(plan), formulas_of(plan)
    summed = {
        (sheet.strip("'"), int(row))
        for (place, _), text in formulas.items()
        for sheet, row in re.findall(r"SUMIFS\((?:('[^']+'|\w+)!)?\$G(\d+):", text)
        if sheet or place
        for sheet in [sheet or place]
    }
    assert len(summed) > 20
    for sheet, row in summed:
        assert all(isinstance(values[sheet, f"{column}{row}"], int | float) for column in "GHIJKLMNOPQRSTUVW"), row


def test_one_formula_a_row_and_no_constant_in_it(plan):
    book = openpyxl.load_workbook(plan)
    for name in ("ARR bridge", "Revenue and deferred", "Cash", "Unit economics", "Headcount"):
        for row in book[name].iter_rows(min_row=10, min_col=7, max_col=23):
            if row[0].value is None:
                continue
            texts = {Translator(cell.value, cell.coordinate).translate_formula(row[0].coordinate) for cell in row}
            assert texts == {row[0].value}, (name, row[0].coordinate)
            numbers = [
                token.value
                for token in openpyxl.formula.Tokenizer(str(row[0].value)).items
                if token.type == "OPERAND" and token.subtype == "NUMBER"
            ]
            assert set(numbers) <= {"0", "1"}, (name, row[0].value)


@pytest.mark.parametrize(
    "hostile", ['=cmd|" /C calc"!A0', "@SUM(A1)", "+1", "-1", "\t=1", "\r=1", "{=1}", "http://a.b"]
)
def test_no_text_is_a_formula_and_no_number_is_none(short_run, tmp_path, hostile):
    # The scenario refuses such names; the workbook does not rely on that.
    paths = choose_sample_paths(short_run)
    paths = replace(paths, scenario=replace(paths.scenario, name=hostile))
    plan = tmp_path / "hostile.xlsx"
    plan.write_bytes(workbook_bytes(short_run, paths, []))
    book, values = openpyxl.load_workbook(plan), values_of(plan)
    formulas = formulas_of(plan)
    assert values["README", "C1"].endswith(hostile.strip())
    assert ("README", "C1") not in formulas
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert "cmd" not in str(cell.value)
                    assert "@" not in str(cell.value)
    inputs = {values["Inputs", f"A{row}"]: row for row in range(1, 200) if ("Inputs", f"A{row}") in values}
    assert values["Inputs", f"B{inputs['description']}"] == "@SUM(1+1)"
    assert ("Inputs", f"B{inputs['description']}") not in formulas
    for place, value in values.items():
        assert not isinstance(value, float) or math.isfinite(value), place
        assert value not in {"nan", "inf", "-inf", "#NUM!", "#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NAME?"}, place


def test_inputs_have_units_sources_and_grades(whole_run, plan):
    values = values_of(plan)
    rows = {values["Inputs", f"A{row}"]: row for row in range(30, 250) if ("Inputs", f"A{row}") in values}

    def value_and_unit(path: str) -> tuple[Any, Any]:
        return values["Inputs", f"B{rows[path]}"], values["Inputs", f"C{rows[path]}"]

    assert value_and_unit("pricing.paid") == (10.01, "EUR")
    assert value_and_unit("trial.activation")[0] == 0.6
    assert value_and_unit("adoption.organic") == (0.1, "per month")
    assert value_and_unit("clock.start")[0] == "2026-02-01"
    assert value_and_unit("vendor.resources.engineer.cost") == (100000, "EUR per year")


def test_segments_that_a_spreadsheet_cannot_distinguish_get_numbers(plan):
    values = values_of(plan)
    column = [values.get(("Inputs", f"A{row}")) for row in range(1, 60)]
    first = column.index("Segments") + 1
    assert column[first : first + 4] == ["S_", "S_ (2)", "big", "total"]


def test_dates_are_the_ends_of_months(plan):
    values = values_of(plan)
    assert values["Paths", "F6"] == datetime(2026, 1, 31)  # noqa: DTZ001
    assert values["Paths", "G6"] == datetime(2026, 2, 28)  # noqa: DTZ001
    assert values["Fiscal years", "G8"] == "FY2026"
    assert values["Fiscal years", "G9"] == 2  # the horizon begins two months before the fiscal year does
    assert at.cell_reference("ARR bridge", 9, 6) == "'ARR bridge'!$G$10"


def test_labels_stand_in_place_of_names_without_wildcards(tmp_path):
    (tmp_path / "labelled.yaml").write_text(
        "schema: 1\nname: labelled\nclock: {start: 2026-01-01, horizon: 2 months}\n"
        "market: {segments: {a: {label: 'Small ~ shops', accounts: 2, eligible_users: 5},"
        " b: {label: 'Big * or ?', accounts: 2, eligible_users: 5}, c_d: {accounts: 1, eligible_users: 5}}}\n"
        "vendor: {resources: {engineer: {label: 'site reliability', count: 1}}}\nrun: {replications: 2}\n",
        encoding="utf-8",
    )
    completed_run = run(tmp_path / "labelled.yaml", folder=tmp_path / "run", workers=1, engine="simpy")
    paths = choose_sample_paths(completed_run)
    path = tmp_path / "plan.xlsx"
    path.write_bytes(workbook_bytes(completed_run, paths, line_percentiles(completed_run)))
    book = openpyxl.load_workbook(path)
    keys = [cell.value for cell in book["Paths"]["C"] if str(cell.value).startswith("mean|")]
    segments = {key.split("|")[1] for key in keys}
    assert segments == {"total", "Small _ shops", "Big _ or _", "c d", "vendor"}
    assert len({key.casefold() for key in keys}) == len(keys)
    assert "Site reliability" in [cell.value for cell in book["Headcount"]["A"]]
    assert "b" in {row[3] for row in fact_rows(paths)}  # codes of flat files stay names
