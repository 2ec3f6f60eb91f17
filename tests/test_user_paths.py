"""Is `~` the home folder wherever a user writes a path, and does no folder get this name?"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from factories import SMALL_SCENARIO

import forecast
from forecast import InputError
from forecast.cli import main
from forecast.cli.command_group import COMMANDS
from forecast.scenario import load
from forecast.scenario.records import Distribution
from forecast.user_paths import user_path

OPTIONS = ["--engine", "simpy", "--workers", "1", "-n", "1"]
PATH_OPTIONS = {"DIR", "FILE"}  # how a parameter of the command line shows that it is a path
TAKEN_AS_TEXT = {"source", "file", "files", "sources"}  # which may name a preset; `load` and the others expand them


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own; the working folder is another one."""
    folder, work = tmp_path / "home", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.chdir(work)
    (folder / "small.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    return folder


def test_a_path_is_expanded_once(home: Path) -> None:
    assert user_path("~/x") == user_path(Path("~/x")) == home / "x"
    assert user_path("~") == home
    assert user_path("a/~/x") == Path("a/~/x")
    assert user_path("./~/x") == user_path(user_path("./~/x")) == Path.cwd() / "~" / "x"
    (home.parent / "work" / "~notes").write_text("")
    assert user_path("~notes") == user_path(user_path("~notes")) == Path.cwd() / "~notes"


@pytest.mark.parametrize("text", ["~nobody-has-this-name/x", "~nobody-has-this-name", f"~{'a' * 300}", "~a\0b/x"])
def test_an_unknown_user_is_a_sentence(home: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"found no home folder for `~.*`; expected `~/`, a user of this machine, or"):
        user_path(text)


@pytest.mark.parametrize("text", ["$HOME/x", "${HOME}", "%USERPROFILE%\\x", "$nothing"])
def test_a_variable_that_no_shell_has_replaced_is_a_sentence(home: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"found the variable `.+`; expected a path as it is, such as `~/x`, or `./"):
        user_path(text)
    with pytest.raises(InputError, match="found the variable"):
        forecast.run("~/small.yaml", replications=1, engine="simpy", workers=1, folder=text)
    assert list(Path().iterdir()) == []
    (Path() / Path(text).parts[0]).mkdir()
    assert user_path(text) == user_path(f"./{text}") == Path(text)


@pytest.mark.parametrize("text", ["a$HOME", "5%of%x", "$", "$ x", "./$HOME"])
def test_a_sign_of_money_is_no_variable(home: Path, text: str) -> None:
    assert user_path(text) == Path(text)


def test_every_command_takes_its_paths_from_the_home_folder(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (
        ["init", "-o", "~/mine.yaml"],
        ["validate", "~/small.yaml"],
        ["run", "~/small.yaml", *OPTIONS, "-o", "~/runs/first"],
        ["compare", "~/small.yaml", "~/runs/first", *OPTIONS, "-o", "~/both"],
        ["show", "~/runs/first"],
        ["show", "~/both"],
        ["export", "~/runs/first", "--to", "csv", "-o", "~/finance"],
        ["report", "~/runs/first", "-o", "~/report.html"],
        ["sensitivity", "~/runs/first"],
        ["explain", "~/runs/first", "--account", "smb-1", "--engine", "simpy", "--chart", "~/life.svg"],
        ["explain", "~/small.yaml", "--account", "smb-1", "--engine", "simpy"],
        ["verify", "~/both", "-k", "0"],
    ):
        assert main(asked) == 0, (asked, capsys.readouterr().err)
    assert list(Path().iterdir()) == []
    made = {path.name for path in home.iterdir() if not path.name.startswith(".")}
    assert made == {"mine.yaml", "small.yaml", "runs", "both", "finance", "report.html", "life.svg"}


def test_every_function_does_too(home: Path) -> None:
    run = forecast.run("~/small.yaml", replications=1, engine="simpy", workers=1, folder="~/first")
    both = forecast.compare(Path("~/small.yaml"), "~/first", engine="simpy", workers=1, folder=Path("~/both"))
    assert forecast.open_run("~/first").folder == run.folder == home / "first"
    assert forecast.open_comparison("~/both").names == both.names
    assert forecast.validate("~/small.yaml")
    assert forecast.explain("~/small.yaml", "smb-1", engine="simpy").lines
    assert forecast.verify("~/both").wrong == ()
    assert forecast.report("~/first", "~/first.html") == home / "first.html"
    assert forecast.export(run, ["csv"], folder="~/finance")[0].path.parent == home / "finance"
    assert list(Path().iterdir()) == []


def test_a_file_names_files_in_the_home_folder(home: Path) -> None:
    (home / "sizes.csv").write_text("users\n10\n20\n", encoding="utf-8")
    own = Path("own.yaml")
    own.write_text(
        "extends: ~/small.yaml\nmarket: {segments: {smb: {eligible_users: {empirical: ~/sizes.csv:users}}}}\n",
        encoding="utf-8",
    )
    [users, *_] = load(own).parameters["market.segments.eligible_users"]
    assert isinstance(users, Distribution)
    assert users.parameters["values"] == (10.0, 20.0)
    own.write_text("extends: ~/small.yaml\nmarket: {accounts_file: ~/accounts.csv}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"own.yaml:2: market.accounts_file: file not found: `~/accounts.csv`"):
        load(own)
    own.write_text("extends: ~nobody-has-this-name/small.yaml\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"own.yaml:1: extends: found no home folder for `~nobody-has-this-name`"):
        load(own)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_parameter_that_is_a_path_is_expanded(command: str) -> None:
    declared = getattr(import_module(f"forecast.cli.commands.{command}"), f"{command}_command")
    groups = getattr(declared, "commands", None)
    for each in groups.values() if groups else [declared]:
        for parameter in each.params:
            shown = {*(parameter.metavar or "").replace("|", " ").split()}
            if shown & PATH_OPTIONS or "folder" in (parameter.name or ""):
                expanded = getattr(parameter.type, "func", None) is user_path or parameter.name in TAKEN_AS_TEXT
                assert expanded, f"{command}: {parameter.name} is a path: give it type=user_path"
