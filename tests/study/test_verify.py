"""Is what is no longer as it was simulated found, and nothing else?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.cli import main
from forecast.errors import InputError
from forecast.files import sha256_of
from forecast.study.compare import compare
from forecast.study.finished_run import Run
from forecast.study.verify import folders_to_verify, verify


@pytest.fixture
def copy(small_run: Run, tmp_path: Path) -> Path:
    """A copy of the small run, to be spoilt."""
    return Path(shutil.copytree(small_run.folder, tmp_path / "copy"))


def rehashed(folder: Path, **told: Any) -> None:
    """Nothing; the manifest has the hashes of the files as they are now: only another simulation can tell."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    files = {name: sha256_of(folder / name) for name in manifest["files"]}
    path.write_text(json.dumps({**manifest, "files": files, **told}), encoding="utf-8")


def test_a_run_as_it_was_written_is_verified_by_both_engines(copy: Path) -> None:
    for engine in ("simpy", "compiled", None):
        found = verify(copy, replications=4, engine=engine)
        assert (found.wrong, found.replications, found.files) == ((), (0, 1, 2, 3), 7)


def test_some_replications_are_picked_by_chance_and_never_more_than_there_are(copy: Path) -> None:
    picked = {verify(copy, replications=1).replications for _ in range(30)}
    assert len(picked) > 1  # all the same one: once in 4 ** 29
    assert verify(copy, replications=0).replications == ()
    assert verify(copy, replications=99).replications == (0, 1, 2, 3)
    with pytest.raises(InputError, match="a whole number from 0"):
        verify(copy, replications=-1)


@pytest.mark.parametrize("name", ["monthly.parquet", "scenario.yaml", "summary.json"])
def test_a_changed_file_is_named(copy: Path, name: str) -> None:
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert verify(copy).wrong == (f"{copy / name} has changed since it was written: its SHA-256 differs",)


@pytest.mark.parametrize(("table", "column"), [("accounts", "contract_day"), ("monthly", "cash_cents")])
def test_a_changed_figure_is_found_when_its_replication_is_simulated_again(copy: Path, table: str, column: str) -> None:
    path = copy / f"{table}.parquet"
    rows = pq.read_table(path)
    place = rows.column_names.index(column)
    values = rows[column].to_pylist()
    row = next(at for at in range(len(values) - 1, -1, -1) if values[at] == values[at] and values[at])  # no NaN
    values[row] = values[row] * (1 + 2**-52) if table == "accounts" else values[row] + 1  # one bit, one cent
    changed = rows.set_column(place, column, pa.array(values, rows[column].type))
    pq.write_table(changed, path)
    rehashed(copy)
    wrong = verify(copy, replications=4).wrong
    assert len(wrong) == 1
    assert f"{path}: replication {rows['replication'][row].as_py()} of seed 3, simulated again" in wrong[0]
    assert wrong[0].endswith(f"differs in {column}")


def test_rows_that_are_gone_are_found(copy: Path) -> None:
    path = copy / "opportunities.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    rehashed(copy)
    assert any("differs in number of rows or columns" in wrong for wrong in verify(copy, replications=4).wrong)


@pytest.mark.parametrize(("name", "value"), [("seed", 4), ("replications", 3), ("scenario_sha256", "0")])
def test_a_manifest_that_says_otherwise_than_the_scenario_is_found(copy: Path, name: str, value: object) -> None:
    rehashed(copy, **{name: value})
    assert verify(copy).wrong == (f"{copy / 'manifest.json'}: {name} differs from the scenario beside it",)


def test_a_run_of_another_version_is_not_simulated_again(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    rehashed(copy, versions={**manifest["versions"], "forecast": "0.0.1"})
    with pytest.raises(InputError, match=r"a run of version 0\.0\.1"):
        verify(copy)
    assert verify(copy, replications=0).wrong == ()


def test_the_command_verifies_a_comparison_and_its_runs(
    small_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dearer = tmp_path / "dearer.yaml"
    dearer.write_text(f"extends: {small_file}\nname: dearer\npricing: {{enterprise: 31 USD}}\n", encoding="utf-8")
    folder = tmp_path / "c"
    compare(small_file, dearer, folder=folder, workers=1, engine="simpy")
    assert [path.name for path in folders_to_verify(folder)] == ["c", "small", "dearer"]
    assert main(["verify", str(folder), "-k", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [str(path) for path in folders_to_verify(folder)]
    assert lines[0].endswith(": 3 files as written.")
    assert "simulated again, the same bit for bit: replication " in lines[1]
    (folder / "dearer" / "summary.csv").write_bytes(b"half")
    assert main(["verify", str(folder)]) == 1
    assert capsys.readouterr().err.strip().endswith("summary.csv has changed since it was written: its SHA-256 differs")
    assert main(["verify", str(tmp_path)]) == 2
    assert main(["verify", str(folder), "--engine", "simpl"]) == 2
    assert "did you mean `simpy`" in capsys.readouterr().err
