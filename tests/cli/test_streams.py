"""Do commands end well whatever stdout and stderr are: closed, cut short, or of an encoding without the letters?"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forecast.cli import main, streams

ROOT = Path(__file__).parents[2]
SHELL = pytest.mark.skipif(os.name == "nt", reason="closes descriptors as a POSIX shell does")


@pytest.fixture(scope="module")
def odd_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run whose names need more than ASCII."""
    folder: Path = tmp_path_factory.mktemp("streams")
    text = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8").split('TINY = """')[1].split('"""')[0]
    text = text.replace("name: Tiny [market]", "name: Größe – 計画").replace("smb: {", "smb: {label: Büro 계획, ")
    (folder / "tiny.yaml").write_text(text, encoding="utf-8")
    assert main(["run", str(folder / "tiny.yaml"), "--engine", "simpy", "--workers", "1", "-o", str(folder / "r")]) == 0
    return folder / "r"


def in_shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which `forecast` is the command."""
    text = f'forecast() {{ "{sys.executable}" -m forecast "$@"; }}\n{line}'
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env = {**kept, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(["bash", "-c", text], cwd=folder, env=env, capture_output=True, check=False)


ENCODINGS = ["ascii", "latin-1", "cp1252", "cp437", "cp850", "cp932", "cp949"]


@pytest.mark.parametrize(
    ("encoding", "command"),
    [
        *(("ascii", command) for command in ("show", "sensitivity", "validate", "explain")),
        *((encoding, "show") for encoding in ENCODINGS[1:]),
    ],
)
def test_letters_that_an_encoding_lacks_are_replaced(odd_run: Path, encoding: str, command: str) -> None:
    asked = {"validate": "r/scenario.yaml", "explain": "r --account smb-1 --engine simpy"}.get(command, "r")
    done = in_shell(f"forecast {command} {asked}", odd_run.parent, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode(encoding)
    if encoding == "ascii" and command == "show":
        assert b"Gro?e - ??: " in done.stdout.replace(b"\r\n", b"\n")


def test_replaced_letters_leave_the_columns_of_a_table_below_each_other(odd_run: Path) -> None:
    tables = [
        in_shell("forecast show r", odd_run.parent, PYTHONIOENCODING=encoding).stdout.decode(encoding)
        for encoding in ("utf-8", "ascii")
    ]
    wide, plain = ([line for line in table.splitlines() if line.startswith("revenue (last")] for table in tables)
    assert [len(line) for line in wide] == [len(line) for line in plain]


def test_a_plain_locale_and_a_message_on_stderr(odd_run: Path) -> None:
    for asked in ("show r", "validate 計画.yaml", "report r -o –/–.html"):
        done = in_shell(
            f"forecast {asked}",
            odd_run.parent,
            LC_ALL="C",
            PYTHONUTF8="0",
            PYTHONCOERCECLOCALE="0",
            PYTHONUNBUFFERED="1",
        )
        assert b"internal error" not in done.stderr
        assert (done.stdout + done.stderr).isascii()
        assert done.returncode == (0 if asked == "show r" else 2), done.stderr


def test_json_is_json_in_every_encoding(odd_run: Path) -> None:
    for encoding in ("ascii", "cp1252", "utf-8"):
        done = in_shell("forecast sensitivity r --json", odd_run.parent, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        json.loads(done.stdout.decode("utf-8"))


@SHELL
@pytest.mark.parametrize(
    ("line", "cut"),
    [
        *((f"{line}", "| head -1") for line in ("forecast --help", "forecast schema", "forecast show r")),
        *((f"{line}", ">&-") for line in ("forecast --version", "forecast validate r/scenario.yaml")),
        ("forecast explain r --account smb-1 --engine simpy", "| true"),
        ("forecast sensitivity r --json", "| head -1"),
        ("forecast show r", "2>&-"),
    ],
)
def test_a_closed_stdout_and_a_reader_that_has_enough_are_no_failure(odd_run: Path, line: str, cut: str) -> None:
    done = in_shell(f"{line} {cut}; exit ${{PIPESTATUS[0]}}", odd_run.parent, PYTHONUNBUFFERED="1")
    assert (done.returncode, done.stderr) == (0, b"")


@SHELL
def test_what_was_asked_for_is_done_although_nobody_reads(odd_run: Path) -> None:
    asked = "forecast run r/scenario.yaml --engine simpy --workers 1 --export -o"
    for number, cut in enumerate((">&- 2>&-", "2>&1 | true")):
        done = in_shell(f"{asked} new{number} {cut}; exit ${{PIPESTATUS[0]}}", odd_run.parent, PYTHONUNBUFFERED="1")
        assert done.returncode == 0, (cut, done.stderr)
        assert (odd_run.parent / f"new{number}" / "finance" / "plan.xlsx").exists(), cut


@SHELL
def test_a_failure_is_one_also_when_nobody_reads(odd_run: Path) -> None:
    for cut in (">&- 2>&-", "2>&1 | true"):
        assert in_shell(f"forecast show nowhere {cut}; exit ${{PIPESTATUS[0]}}", odd_run.parent).returncode == 2


def test_every_command_writes_through_the_safe_streams() -> None:
    for path in (ROOT / "forecast" / "cli").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called: Any = getattr(node, "func", None)
            name = ast.unparse(called) if called is not None else ""
            assert name not in {"click.echo", "click.secho", "print"}, f"{path}: {ast.unparse(node)}: use write_line"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("1–2", "1-2"), ("a → b", "a -> b"), ("×3", "x3"), ("Müller", "Muller"), ("計画", "??"), ("…", "...")],
)
def test_what_stands_in_for_a_letter(text: str, plain: str) -> None:
    assert text.encode("ascii", streams.REPLACE_ERRORS).decode() == plain
