"""What leaves a run: whole or not at all, the same in every format, and nothing that a spreadsheet would execute."""

from __future__ import annotations

import csv
import errno
import io
import math
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from forecast.cli import main
from forecast.errors import InputError, nearest
from forecast.finance import export as exporting
from forecast.finance.export import export
from forecast.finance.flat_files import FACT_COLUMNS, FlatTable, csv_bytes, flat_tables, parquet_bytes
from forecast.finance.percentiles import line_percentiles
from forecast.finance.sample_paths import choose_sample_paths
from forecast.finance.statement import statement
from forecast.model.arr_parts import ARR_MOVEMENTS, MOVEMENTS

FRACTIONS = ("discounted_cash_flow", "npv")  # not whole cents
FLAT = ("facts", "totals", "percentiles", "metrics", "periods", "segments", "versions", "scenarios")


@pytest.fixture(scope="module")
def flat(whole_run, whole_paths) -> dict[str, FlatTable]:
    """The flat tables of the small run."""
    return {sheet.name: sheet for sheet in flat_tables(whole_paths, line_percentiles(whole_run))}


def read(sheet: FlatTable) -> list[dict[str, str]]:
    """The rows of its CSV."""
    return list(csv.DictReader(io.StringIO(csv_bytes(sheet).decode())))


def test_facts_name_every_value_once(flat):
    rows = read(flat["facts"])
    assert tuple(rows[0]) == FACT_COLUMNS
    keys = {tuple(row[name] for name in FACT_COLUMNS[:5]) for row in rows}
    assert len(keys) == len(rows)
    assert {row["version"] for row in rows} == {"mean", "P10", "P50", "P90"}
    assert {row["scenario_code"] for row in rows} == {"small_and_odd_a6ab9bbb"}
    for row in rows:
        assert math.isfinite(float(row["value"]))
        assert row["currency"] == ("EUR" if row["unit"] == "money" else "")


def test_no_figure_is_there_twice_under_two_names(flat, whole_paths):
    repeated = {line.code for definition in whole_paths.statements for line in definition.lines if line.repeats}
    codes = {row["metric_code"] for row in read(flat["facts"])}
    assert {"rpo_booked", "company_revenue", "arr_opening"} <= repeated
    assert not repeated & codes
    assert {"revenue", "bookings", "arr", "npv", "engineer_people"} <= codes


def test_every_code_of_the_facts_is_in_its_dimension(flat):
    rows = read(flat["facts"])
    for dimension, code in (("metrics", "metric_code"), ("segments", "segment_code"), ("versions", "version")):
        known = {row[code] for row in read(flat[dimension])}
        assert {row[code] for row in rows} <= known
    assert {row["period_end"] for row in rows} <= {row["period_end"] for row in read(flat["periods"])}
    assert [row["scenario_code"] for row in read(flat["scenarios"])] == ["small_and_odd_a6ab9bbb"]


def test_a_naive_sum_of_facts_is_the_statement_to_the_cent(flat, whole_run):
    # A pivot table over facts sums whatever a metric has in a month: leaves only, so the total comes out once.
    additive = {row["metric_code"] for row in read(flat["metrics"]) if not row["aggregation"].startswith("none")}
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in read(flat["facts"]):
        sums[row["version"], row["metric_code"], row["period_end"]] += Decimal(row["value"])
    ends = [row["period_end"] for row in read(flat["periods"])][1:]
    for name in ("ARR bridge", "Revenue and deferred", "Cash"):
        for path in ("mean", "P10"):
            found = statement(whole_run, name, by="month", path=path)
            for line in found.lines:
                if line.repeats or line.code not in additive or line.unit != "money" or line.code in FRACTIONS:
                    continue
                shown = [round(Decimal(value), 2) for value in found[line.code].tolist()]
                assert [sums[path, line.code, end] for end in ends] == shown, line.code


def test_totals_are_what_facts_add_up_to(flat):
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    additive = {row["metric_code"] for row in read(flat["metrics"]) if row["segments"] == "segments add up to total"}
    for name, sign in (("facts", 1), ("totals", -1)):
        for row in read(flat[name]):
            if row["metric_code"] in additive and row["unit"] == "money":
                sums[row["version"], row["metric_code"], row["period_end"]] += sign * Decimal(row["value"])
    assert len(sums) > 1000
    assert set(sums.values()) == {Decimal(0)}
    assert {row["segment_code"] for row in read(flat["totals"])} == {"total"}


def test_a_year_of_facts_rolls_forward(flat):
    rows = [*read(flat["facts"]), *read(flat["totals"])]
    facts = {tuple(row[name] for name in FACT_COLUMNS[1:5]): Decimal(row["value"]) for row in rows}
    assert len(facts) == len(rows)
    year = [row["period_end"] for row in read(flat["periods"]) if row["fiscal_year"] == "FY2027"]
    assert len(year) == 12
    for version in ("mean", "P10", "P50", "P90"):
        for segment in ("smb", "mid", "big", "total"):

            def figure(code: str, end: str, at: tuple[str, str] = (version, segment)) -> Decimal:
                return facts[at[0], code, at[1], end]

            totals = [f"{name}_arr" for name in MOVEMENTS]
            leaves = [each.column.removesuffix("_cents") for each in ARR_MOVEMENTS]
            for names in (totals, leaves):
                moved = sum(figure(name, end) for name in names for end in year)
                assert figure("arr", "2026-03-31") + moved == figure("arr", "2027-03-31")
            billed = sum(figure("billings", end) - figure("revenue", end) for end in year)
            assert figure("deferred_revenue", "2026-03-31") + billed == figure("deferred_revenue", "2027-03-31")


def test_what_is_undefined_has_no_row(flat):
    rows = [row for row in read(flat["facts"]) if row["metric_code"] == "magic_number" and row["version"] == "mean"]
    assert len(rows) == 12  # of 17 months the first five are blank


def test_percentiles_are_apart_and_say_so(flat):
    rows = read(flat["percentiles"])
    assert {row["statistic"] for row in rows} == {"marginal percentile, not additive"}
    assert {row["segment_code"] for row in rows} == {"total"}
    assert {row["statistic"] for row in read(flat["facts"])} == {"mean", "replication"}


def test_parquet_holds_what_csv_holds(flat, tmp_path):
    for name in FLAT:
        path = tmp_path / f"{name}.parquet"
        path.write_bytes(parquet_bytes(flat[name]))
        table = pq.read_table(path)
        rows = read(flat[name])
        assert tuple(table.column_names) == flat[name].header
        assert table.num_rows == len(rows)
        if "value" in table.column_names:
            assert table["value"].to_pylist() == [float(row["value"]) for row in rows]
            assert [day.isoformat() for day in table["period_end"].to_pylist()] == [row["period_end"] for row in rows]


@pytest.mark.parametrize("text", ['=cmd|" /C calc"!A0', "@SUM(1)", "+1", "-1", "\tx", "\rx"])
def test_no_text_of_a_csv_is_a_formula(whole_run, whole_paths, text):
    paths = replace(whole_paths, scenario=replace(whole_paths.scenario, name=text, currency=text))
    for sheet in flat_tables(paths, line_percentiles(whole_run)):
        for row in csv.reader(io.StringIO(csv_bytes(sheet).decode(), newline="")):
            for field in row:
                number = field.removeprefix("-").replace(".", "", 1).replace("e-", "", 1).isdigit()
                assert number or not field.startswith(("=", "+", "-", "@", "\t", "\r")), field


def test_the_same_run_gives_the_same_files(whole_run, tmp_path):
    first = export(whole_run, exporting.FORMATS, folder=tmp_path / "one")
    second = export(whole_run, exporting.FORMATS, folder=tmp_path / "two")
    assert [each.path.name for each in first] == [
        "plan.xlsx",
        *(f"{name}.{end}" for name in FLAT for end in ("csv", "parquet")),
    ]
    for one, two in zip(first, second, strict=True):
        assert one.path.read_bytes() == two.path.read_bytes(), one.path.name


def test_a_full_disk_leaves_what_was_there(whole_run, tmp_path, monkeypatch):
    target = tmp_path / "finance"
    export(whole_run, ("csv",), folder=target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    written: list[Path] = []

    def full(path: Path, data: bytes) -> None:
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        path.write_bytes(data[: len(data) // 2])

    monkeypatch.setattr("forecast.study.export_folder.write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        export(whole_run, ("csv",), headline="revenue", folder=target)
    written.clear()
    with pytest.raises(OSError, match="No space left"):
        export(whole_run, ("csv", "xlsx"), folder=tmp_path / "new")
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert not (tmp_path / "new").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["finance"]


def test_wrong_formats_are_refused_all_at_once(whole_run, tmp_path):
    with pytest.raises(InputError) as refused:
        export(whole_run, ("xls", "csv", "pdf"), folder=tmp_path / "new")
    assert [problem.found for problem in refused.value.problems] == ["format `xls`", "format `pdf`"]
    assert "did you mean `xlsx`?" in str(refused.value)
    assert nearest("xls", exporting.FORMATS) == "xlsx"
    assert not (tmp_path / "new").exists()


def test_the_command_tells_each_file_in_a_line(whole_run, capsys):
    assert main(["export", str(whole_run.folder)]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert [line.split()[0] for line in lines] == ["plan.xlsx", *(f"{name}.csv" for name in FLAT)]
    assert all((whole_run.folder / "finance" / line.split()[0]).is_file() for line in lines)
    assert f"Everything is in {whole_run.folder / 'finance'}" in shown.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "xls"], "--to: unknown format `xls`; did you mean `xlsx`? (known: xlsx, csv, parquet)"),
        (["--headline", "ar"], "did you mean `arr`?"),
        (["--headline", ""], "--headline: unknown headline `` (known: "),
        (["-o", "/dev/null"], "/dev/null: found a file; expected a folder"),
    ],
)
def test_mistakes_end_in_one_sentence_and_status_2(whole_run, capsys, arguments, words):
    assert main(["export", str(whole_run.folder), *arguments]) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert len(shown.err.strip().splitlines()) == 1
    assert shown.out == ""


def test_a_folder_that_is_no_run_is_refused(tmp_path, capsys):
    assert main(["export", str(tmp_path)]) == 2
    assert "the folder of a run" in capsys.readouterr().err


SMALLEST = """
schema: 1
clock: {start: 2026-01-01, horizon: 2 months}
run: {replications: 1, seed: 1}
market: {segments: {a: {accounts: 2, eligible_users: 3}}}
"""


@pytest.mark.parametrize(
    "blocks", ["", "adoption: {organic: 50% per month}\npricing: {paid: 3 USD}\ntrial: {to_paid: 90%}\n"]
)
def test_a_market_without_contracts_or_people_is_exported_with_run(tmp_path, monkeypatch, capsys, blocks):
    monkeypatch.chdir(tmp_path)
    Path("smallest.yaml").write_text(SMALLEST + blocks, encoding="utf-8")
    assert main(["run", "smallest.yaml", "--engine", "simpy", "--workers", "1", "-o", "out", "--export", "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("{")
    assert shown.out.rstrip().endswith("}")
    assert "plan.xlsx" in shown.err
    assert (tmp_path / "out" / "finance" / "plan.xlsx").is_file()


def test_paths_of_one_replication_are_that_replication(tmp_path):
    from forecast.study.run import run  # noqa: PLC0415

    (tmp_path / "smallest.yaml").write_text(SMALLEST, encoding="utf-8")
    paths = choose_sample_paths(run(tmp_path / "smallest.yaml", folder=tmp_path / "run", workers=1, engine="simpy"))
    assert [path.replication for path in paths.paths] == [None, 0, 0, 0]
    assert not any(values.any() for name, values in paths.metrics.items() if name.endswith("_cents"))
