"""A folder that a stranger made: nothing outside it is deleted or written, and reading it changes no terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from forecast import compare, export, open_comparison, run
from forecast.cli import main
from forecast.errors import InputError
from forecast.html_report.report import report_html
from forecast.scenario import load
from forecast.study.folder import json_text, publish

TINY = """\
clock: {start: 2026-01-01, horizon: 12 months}
run: {replications: 2}
market: {segments: {smb: {accounts: 2, eligible_users: 5}}}
adoption: {organic: 10% per month}
"""
OPTIONS: dict[str, Any] = {"engine": "simpy", "workers": 1}
EARLIER = {"kind": "forecast run", "schema": 1, "complete": True}


@pytest.fixture
def scenario(tmp_path) -> Path:
    path: Path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


NAMES = [
    *("../canary", "../../canary", "x/../../canary", "link", "link/canary", "beyond/canary", ".", "..", "", "/", "sub"),
    *(
        "sub/../../canary",
        "~/canary",
        "canary\0",
        "\n",
        "$(rm canary)",
        "x" * 5000,
        "\ud800",
        "*",
        "sub/.",
        "Notes.txt",
    ),
]


def test_a_manifest_deletes_nothing_outside_its_folder(tmp_path):
    canary, folder, prepared = tmp_path / "canary", tmp_path / "run", tmp_path / "prepared"
    for path in (folder / "sub", prepared, tmp_path / "elsewhere"):
        path.mkdir(parents=True)
    kept = [canary, tmp_path / "elsewhere" / "canary", folder / "Notes.txt", folder / "sub" / "notes.txt"]
    for path in kept:
        path.write_text("alive")
    (folder / "beyond").symlink_to(tmp_path / "elsewhere")
    (folder / "link").symlink_to(canary)
    (folder / "old.parquet").write_text("of the earlier run")
    (prepared / "new.parquet").write_text("of the run")
    names = dict.fromkeys([*NAMES, str(canary), "old.parquet"], "")
    (folder / "manifest.json").write_text(json_text({**EARLIER, "files": names}))
    publish(prepared, folder, {**EARLIER, "files": {"new.parquet": ""}})
    assert [path.read_text() for path in kept] == ["alive"] * len(kept)
    assert not (folder / "old.parquet").exists()
    assert (folder / "new.parquet").read_text() == "of the run"


@pytest.mark.parametrize("files", [None, 5, "x", ["../canary"], [[1]], {"../canary": 1}, {}])
def test_a_manifest_of_any_form_is_replaced(tmp_path, scenario, files):
    (tmp_path / "canary").write_text("alive")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text(json.dumps({**EARLIER, "files": files}))
    assert run(scenario, folder=tmp_path / "run", **OPTIONS).manifest["complete"] is True
    assert (tmp_path / "canary").read_text() == "alive"


def test_a_link_leads_no_run_out_of_its_folder(tmp_path, scenario):
    precious = tmp_path / "precious" / "sub" / "file"
    precious.parent.mkdir(parents=True)
    precious.write_text("alive")
    other = tmp_path / "other.yaml"
    other.write_text(TINY.replace("10%", "11%"))
    done = run(scenario, folder=tmp_path / "run", **OPTIONS)
    compare(scenario, other, folder=tmp_path / "both", **OPTIONS)
    earlier = {path: path.read_bytes() for path in (tmp_path / "precious").rglob("*") if path.is_file()}

    (done.folder / "finance").symlink_to(tmp_path / "precious")
    with pytest.raises(InputError, match="a link out of the run's folder"):
        export(done, ("csv",))
    for name in ("lock", "new", "work.json", "x.batch", ""):
        (work := done.folder / "unfinished").mkdir()
        if name:
            (work / name).symlink_to(tmp_path / "precious" / ("sub" if name == "new" else "nothing"))
        else:
            work.rmdir()
            work.symlink_to(tmp_path / "precious")
        with pytest.raises(InputError, match="is not a run's"):
            run(scenario, folder=done.folder, **OPTIONS)
        shutil.rmtree(work) if name else work.unlink()
    shutil.rmtree(tmp_path / "both" / "tiny")
    (tmp_path / "both" / "tiny").symlink_to(tmp_path / "run")
    with pytest.raises(InputError, match="a link out of the comparison's folder"):
        compare(scenario, other, folder=tmp_path / "both", **OPTIONS)
    assert earlier == {path: path.read_bytes() for path in (tmp_path / "precious").rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", [[], {}, None, 1, "forecast", ["forecast run"]])
def test_what_is_no_manifest_protects_its_folder(tmp_path, scenario, kind):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text(json.dumps({**EARLIER, "kind": kind}))
    with pytest.raises(InputError, match="a folder with other files in it"):
        run(scenario, folder=tmp_path / "run", **OPTIONS)


@pytest.mark.parametrize("place", ["/etc", "../../..", "http://evil.example/", "javascript:alert(1)", "\x1b[31m$(x)"])
def test_the_runs_of_a_comparison_are_named_and_never_written(tmp_path, scenario, place, capsys):
    other = tmp_path / "other.yaml"
    other.write_text(TINY.replace("10%", "11%"))
    compare(scenario, other, folder=tmp_path / "both", **OPTIONS)
    manifest = json.loads((tmp_path / "both" / "manifest.json").read_text())
    manifest["runs"] = dict.fromkeys(manifest["runs"], place)
    (tmp_path / "both" / "manifest.json").write_text(json.dumps(manifest))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    text = report_html(tmp_path / "both")
    assert "<a href=" not in text.replace('<a href="#', "").replace('class="skip" href="#', "")
    assert "\x1b" not in text
    assert main(["show", str(tmp_path / "both")]) == 0
    assert capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_texts_of_a_strangers_folder_change_no_terminal(tmp_path, scenario, capsys):
    other = tmp_path / "other.yaml"
    other.write_text(TINY.replace("10%", "11%"))
    compare(scenario, other, folder=tmp_path / "both", **OPTIONS)
    for path in tmp_path.rglob("*.json"):
        path.write_text(path.read_text().replace("tiny", r"\u001b[31mti\nny\u009b2J\u202e"))
    names = open_comparison(tmp_path / "both").names
    assert any("\x1b" in name for name in names)
    for folder in (tmp_path / "both", tmp_path / "both" / "tiny"):
        assert main(["show", str(folder)]) == 0
        shown = capsys.readouterr().out
        assert [letter for letter in shown if not letter.isprintable() and letter != "\n"] == []


@pytest.mark.skipif(sys.platform == "darwin" or os.name == "nt", reason="file names are Unicode there")
def test_a_scenario_may_have_a_name_that_is_no_unicode_and_a_folder_not(tmp_path, scenario, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["forecast", "run", "\udcff.yaml"])
    odd = scenario.rename(tmp_path / "\udcff.yaml")
    asked = ["run", str(odd), "--engine", "simpy", "--workers", "1", "-o"]
    assert main([*asked, str(tmp_path / "run")]) == 0
    assert main(["report", str(tmp_path / "run")]) == 0
    assert main([*asked, str(tmp_path / "\udcfe" / "run")]) == 2
    command = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))["command"]
    assert command.encode("utf-8", "surrogateescape") == b"forecast run '\xff.yaml'"


PATHS = [
    "/dev/zero",
    "/dev/tty",
    "/",
    ".",
    "..",
    "../..",
    "/proc/self/mem",
    "a\\0b",
    "x" * 5000,
    "~",
    "$(x)",
    "|x",
    "loop",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "more", ["extends: %s", "market: {accounts_file: %s}", "trial: {length: {empirical: %s}}"], ids=["1", "2", "3"]
)
def test_a_path_of_a_scenario_is_read_or_refused_and_nothing_else(tmp_path, more, path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    named = f"{path}:days" if "empirical" in more else path
    (tmp_path / "a.yaml").write_text(f"clock: {{start: 2026-01-01, horizon: 1 year}}\n{more % json.dumps(named)}\n")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "a.yaml")
    assert all(str(problem).isprintable() and problem.found.strip() for problem in caught.value.problems)
    assert {each.name for each in tmp_path.iterdir()} == {"a.yaml", "loop"}
