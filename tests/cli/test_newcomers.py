"""Does each mistake of somebody who is new here end with one sentence, status 2, and nothing written?"""

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forecast.cli import main

ONCE = ["--engine", "simpy", "--workers", "1", "-n", "1"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, its run, and a folder without anything."""
    place: Path = tmp_path_factory.mktemp("newcomer")
    text = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8").split('TINY = """')[1].split('"""')[0]
    (place / "tiny.yaml").write_text(text, encoding="utf-8")
    assert main(["run", str(place / "tiny.yaml"), *ONCE, "-o", str(place / "done")]) == 0
    (place / "empty").mkdir()
    return place


@pytest.fixture
def here(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same, as the working folder; nothing may be added to it."""
    monkeypatch.chdir(runs)
    before = {path: path.stat().st_mtime_ns for path in runs.rglob("*")}
    yield runs
    assert {path: path.stat().st_mtime_ns for path in runs.rglob("*")} == before


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("run done", "done: found the folder of a run; expected a scenario file or a preset; did you mean `done/"),
        ("validate empty", "empty: found a folder; expected a scenario file or a preset"),
        ("run tiny.yml", "did you mean `tiny.yaml`?"),
        ("run TINY.YAML", "did you mean `tiny.yaml`?"),
        ("run tiny", "did you mean `tiny.yaml`?"),
        ("run tiny.yaml --set pricing.paid=60 USD", "A value with spaces needs quotes: --set 'pricing.paid=60 USD'"),
        ("run tiny.yaml tiny.yaml", "`forecast run` takes one scenario, `forecast compare` several."),
        ("compare tiny.yaml", "found `1`; expected 2 to 20 scenarios"),
        ("run tiny.yaml -o tiny.yaml", "tiny.yaml: found a file"),
        ("run tiny.yaml -o tiny.yaml/x", "on the way; expected a folder, new or not"),
        ("compare tiny.yaml tiny.yaml -o tiny.yaml/x", "on the way; expected a folder, new or not"),
        ("export done -o tiny.yaml", "tiny.yaml: found a file; expected a folder, new or not"),
        ("report done -o empty", "empty: found a folder; expected the name of a file"),
        ("report done -o none/x.html", "found no folder `none`; expected a file in a folder that exists"),
        ("report nowhere", "nowhere: found no such folder; expected the folder of a run"),
        ("init -o none/x.yaml", "found no folder `none`"),
        ("init -o tiny.yaml/x.yaml", "found no folder `tiny.yaml`"),
        ("accounts template -o none/x.csv", "found no folder `none`"),
        ("explain done --account smb-1 --chart none/x.svg", "found no folder `none`"),
    ],
)
def test_a_wrong_place_is_a_sentence(here: Path, capsys, asked: str, sentence: str) -> None:
    assert main(asked.split(" ")) == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert shown.out == ""


def test_an_empty_name_is_no_folder(here: Path, capsys) -> None:
    assert main(["validate", ""]) == 2
    assert capsys.readouterr().err == "FILE: found an empty name; expected a scenario file or a preset\n"


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize(
    "asked", ["run tiny.yaml -o empty/x", "init -o empty/x.yaml", "export done -o empty/x", "report done -o empty/x"]
)
def test_a_folder_that_may_not_be_written_to_is_a_sentence(here: Path, capsys, monkeypatch, asked: str) -> None:
    make = Path.mkdir

    def refusing(path: Path, *arguments: Any, **options: Any) -> None:
        if path.parent.name == "empty":  # root has every permission
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        make(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", refusing)
    assert main(asked.split()) == 2
    assert "empty`: permission denied; expected a place where you may write" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that takes no files of ours")
@pytest.mark.parametrize(
    "asked",
    [
        "run tiny.yaml -o /proc/x/y",
        "compare tiny.yaml tiny.yaml -o /proc/x",
        "init -o /proc/x.yaml",
        "export done -o /proc/x",
        "report done -o /proc/x.html",
    ],
)
def test_a_place_in_which_the_system_makes_nothing_is_a_sentence(here: Path, capsys, asked: str) -> None:
    assert main(asked.split()) == 2
    told = capsys.readouterr().err
    place = asked.rpartition(" ")[2]
    assert told == (
        f"{place}: found nothing can be written into `/proc`: no such file or directory; "
        "expected a place where you may write\n"
    )


@pytest.mark.parametrize("place", [f"new/{'n' * 300}", f"{'n' * 300}/new"])
def test_a_name_that_no_disk_takes_is_a_sentence_and_leaves_nothing(here: Path, capsys, place: str) -> None:
    assert main(["run", "tiny.yaml", "-o", place]) == 2
    assert "file name too long; expected a place where you may write" in capsys.readouterr().err
    assert not (here / "new").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"clock:\n\thorizon: 3 months\n", ":2: not valid YAML: a tab; write spaces in its place"),
        (b"name plain\nclock: {}\n", ":2: not valid YAML: a `:` where none can stand; is one missing on the line"),
        ("extends: bottom_up\n".encode("utf-16"), ":1: not valid UTF-8: UTF-16; save it as UTF-8"),
        ("name: plän\n".encode("latin-1"), ":1: not valid UTF-8: byte 0xe4; save it as UTF-8"),
        (b"PK\x03\x04 and so on", "an Excel workbook (.xlsx), or another ZIP file, is not supported"),
        (b"extends: [bottom_up, ai_chat]\n", ":1: extends: found a list of 2; expected the name of one file"),
        (b"extends: bottom_up\nextends: ai_chat\n", ":2: duplicate key `extends`; it stands on line 1 already"),
        (b"extends: wrong.yaml\n", "extends: found `wrong.yaml`; expected a file that does not extend this one"),
        (
            b"extends: done\n",
            "found a folder; expected a file or a preset; did you mean `done/scenario.yaml`?",
        ),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_something_else_is_a_sentence(runs: Path, tmp_path: Path, capsys, text: bytes, sentence) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_bytes(text)
    (tmp_path / "done").symlink_to(runs / "done")
    assert main(["validate", str(path)]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert len(told.splitlines()) == 1


def test_a_long_name_of_a_segment_is_the_only_problem(tmp_path: Path, capsys) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(f"extends: bottom_up\nmarket: {{segments: {{{'s' * 80}: {{accounts: 1, eligible_users: 1}}}}}}\n")
    assert main(["validate", str(path)]) == 2
    assert "expected at least one segment" not in capsys.readouterr().err


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_windows_files_and_paths_with_spaces_and_umlauts_are_taken(
    runs: Path, tmp_path: Path, capsys, monkeypatch, mark: bytes, end: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "Ordner mit Ü"
    folder.mkdir()
    text = (runs / "tiny.yaml").read_bytes().replace(b"\n", end)
    (folder / "mein plän.yaml").write_bytes(mark + text)
    assert main(["validate", "Ordner mit Ü/mein plän.yaml"]) == 0
    assert main(["init", "-o", "Ordner mit Ü/neu er.yaml"]) == 0
    assert "forecast run 'Ordner mit Ü/neu er.yaml'" in capsys.readouterr().err
