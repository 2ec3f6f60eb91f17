"""Folders that somebody changed by hand, or that another program wrote: a sentence with file and field, no crash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import forecast
from forecast.cli import main
from forecast.errors import ForecastError, InputError, RunError
from forecast.study.folder import MANIFEST, TABLE_FILES

DOCUMENTS = {"run": ("summary.json", MANIFEST), "comparison": ("comparison.json", MANIFEST)}
REMOVED = object()
STEPS = (0, 3, 7, 11, 16)
STRANGE: tuple[Any, ...] = (
    *(REMOVED, None, True, -1, 0, 7, 1.5, 10**400, 1e300, -(2**70), "", "x", "2026-01-01", "\x1b[31m\ud800"),
    *([], {}, [1], ["x", None], {"x": 1}, {"": {}}, [[[[]]]], {"mean": "x"}),
)
CASES = 40  # of each document, beside those of the first level
READERS: dict[str, dict[str, Callable[[Path, Path], list[str]]]] = {
    "run": {
        "show": lambda folder, _: ["show", str(folder)],
        "sensitivity": lambda folder, _: ["sensitivity", str(folder)],
        "explain": lambda folder, _: ["explain", str(folder), "--account", "smb-1", "--engine", "simpy"],
        "verify": lambda folder, _: ["verify", str(folder), "-k", "1"],
        "export": lambda folder, out: ["export", str(folder), "--to", "csv", "-o", str(out / "finance")],
        "report": lambda folder, out: ["report", str(folder), "-o", str(out / "report.html")],
    },
    "comparison": {
        "show": lambda folder, _: ["show", str(folder)],
        "verify": lambda folder, _: ["verify", str(folder), "-k", "0"],
        "report": lambda folder, out: ["report", str(folder), "-o", str(out / "report.html")],
    },
}


@pytest.fixture
def folders(small_run: Any, both: Any, tmp_path: Path) -> dict[str, Path]:
    """A run and a comparison that may be spoiled."""
    shutil.copytree(small_run.folder, tmp_path / "run")
    shutil.copytree(both.folder, tmp_path / "comparison")
    return {"run": tmp_path / "run", "comparison": tmp_path / "comparison"}


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all fields, blocks and items."""
    parts = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, part in parts:
        yield (*path, key)
        yield from places(part, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at the path, or without it."""
    copy = json.loads(json.dumps(document))
    at = copy
    for key in path[:-1]:
        at = at[key]
    if value is REMOVED:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return copy


def cases(document: Any, count: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every field of the first level with some values in its place, and so many others at random."""
    random = Random(f"foreign {count}")  # noqa: S311  # chance, not secrets
    known = list(places(document))
    top = [path for path in known if len(path) == 1]
    # Every field with some of the values, and every value at some of the fields.
    yield from ((path, STRANGE[(place + step) % len(STRANGE)]) for place, path in enumerate(top) for step in STEPS)
    yield from ((random.choice(known), random.choice(STRANGE)) for _ in range(count))


def spoiled(path: Path, document: Any) -> None:
    """Write the document, whatever is in it."""
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in DOCUMENTS.items() for name in names])
def test_any_field_changed_is_read_or_refused_in_a_sentence(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, name: str
) -> None:
    folder, readers = folders[kind], [*READERS[kind].items()]
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    refused, played = 0, set()
    for number, (path, value) in enumerate(cases(document, CASES)):
        spoiled(folder / name, changed(document, path, value))
        sentence = refusal(kind, folder)
        if sentence is not None:
            refused += 1
            assert str(folder) in sentence, (path, value)
            assert all(line.isprintable() for line in sentence.splitlines())
            continue
        reader, command = readers[number % len(readers)]
        if (path[0], reader) in played:  # once for each field and reader: they take most of the time
            continue
        played.add((path[0], reader))
        status = main(command(folder, tmp_path))
        told = capsys.readouterr().err
        assert "internal error" not in told, (path, value, reader, told)
        assert status in (0, 1, 2)
    assert refused > 2 * len(STEPS)


def refusal(kind: str, folder: Path) -> str | None:
    """Why a folder is not opened, None where it is."""
    try:
        _ = forecast.open_run(folder).summary if kind == "run" else forecast.open_comparison(folder)
    except ForecastError as error:
        return str(error)
    return None


SUMMARY, COMPARED, AGAIN = "summary.json", "comparison.json", "run the scenario again"
SENTENCES: list[tuple[str, str, tuple[Any, ...], Any, str]] = [
    ("run", SUMMARY, ("total", "contract_incidence", "12", "mean"), "x", r"12\.mean: found `\"x\"`; expected a number"),
    ("run", SUMMARY, ("monthly", "arr_cents"), REMOVED, rf"monthly: missing key `arr_cents`: {AGAIN}"),
    ("run", SUMMARY, ("months",), 36, r"months: found `36`; expected 14, as in scenario\.yaml"),
    ("run", MANIFEST, ("replications",), "many", r"replications: found `\"many\"`; expected a whole number from 1"),
    ("run", MANIFEST, ("engine",), REMOVED, rf"manifest\.json: missing key `engine`: {AGAIN}"),
    ("run", MANIFEST, ("files",), {"../../secret": ""}, r"files: found the name `\.\./\.\./secret`"),
    ("comparison", COMPARED, ("indifference",), 3, r"indifference: found `3`; expected a share"),
    ("comparison", COMPARED, ("replications",), 9, r"does not hold 9 replications of each scenario"),
    ("comparison", MANIFEST, ("runs",), {"a": "b"}, r"found runs of `a`; expected those of .*: compare the"),
]


@pytest.mark.parametrize(("kind", "name", "path", "value", "sentence"), SENTENCES)
def test_the_sentence_names_file_field_and_way_out(
    folders: dict[str, Path], kind: str, name: str, path: tuple[Any, ...], value: Any, sentence: str
) -> None:
    file = folders[kind] / name
    spoiled(file, changed(json.loads(file.read_text(encoding="utf-8")), path, value))
    with pytest.raises(ForecastError, match=sentence) as caught:
        _ = forecast.open_run(folders[kind]).summary if kind == "run" else forecast.open_comparison(folders[kind])
    assert str(folders[kind]) in str(caught.value)


@pytest.mark.parametrize("text", ["", "[", "NaN", '{"months": NaN}', "[" * 100_000, "1" * 5000, "null", "3", '"x"'])
@pytest.mark.parametrize("name", ["summary.json", "comparison.json"])
def test_what_is_no_document_is_told(folders: dict[str, Path], name: str, text: str) -> None:
    kind = "run" if name == "summary.json" else "comparison"
    (folders[kind] / name).write_text(text)
    with pytest.raises((RunError, InputError), match=name.replace(".", r"\.")):
        _ = forecast.open_run(folders[kind]).summary if kind == "run" else forecast.open_comparison(folders[kind])


def shorter(table: pa.Table) -> pa.Table:
    return table.slice(0, max(0, table.num_rows - 1))


def with_gaps(table: pa.Table) -> pa.Table:
    return table.set_column(0, table.column_names[0], pa.nulls(table.num_rows, pa.int32()))


TABLE_CHANGES: dict[str, Callable[[pa.Table], pa.Table]] = {
    "a row less": shorter,
    "a column less": lambda table: table.drop_columns(table.column_names[-1]),
    "another type": lambda table: table.set_column(
        0, table.column_names[0], table.column(0).cast(pa.string()).combine_chunks()
    ),
    "gaps": with_gaps,
    "another order": lambda table: table.select(table.column_names[::-1]),
    "empty": lambda table: table.slice(0, 0),
    "foreign": lambda _: pa.table({"x": ["y"]}),
}


@pytest.mark.parametrize("name", TABLE_FILES)
@pytest.mark.parametrize("change", [*TABLE_CHANGES, "cut", "no bytes", "text"])
def test_a_table_that_is_not_the_runs_is_told_by_whoever_reads_it(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, change: str
) -> None:
    path = folders["run"] / name
    before = path.read_bytes()
    if change in TABLE_CHANGES:
        pq.write_table(TABLE_CHANGES[change](pq.read_table(path)), path)
    else:
        path.write_bytes({"cut": before[:-20], "no bytes": b"", "text": b"a,b\n1,2\n"}[change])
    same_rows = name == "opportunities.parquet" and change in ("a row less", "empty")  # any number of deals may be
    for reader in ("sensitivity", "export", "report", "verify"):
        status = main(READERS["run"][reader](folders["run"], tmp_path))
        told = capsys.readouterr().err
        assert "internal error" not in told, (reader, told)
        if reader != "sensitivity" and not same_rows:  # four replications have no sensitivity
            assert status == 1
            assert name in told
