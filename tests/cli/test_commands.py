"""Does each command do what its help says, results on stdout and the rest on stderr?"""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

import forecast.versions
from forecast.cli import main
from forecast.cli.command_group import COMMANDS
from forecast.scenario import load

RUN = ("--engine", "simpy", "--workers", "1")
CELL = {"mean", "se", "p10", "p50", "p90"}


@pytest.fixture
def ran(tiny: Path, capsys) -> Path:
    """The folder of a run of the small scenario."""
    assert main(["run", "tiny.yaml", *RUN, "-o", "out"]) == 0
    capsys.readouterr()
    return tiny.parent / "out"


def test_a_run_answers_the_question_first(tiny: Path, capsys) -> None:
    assert main(["run", "tiny.yaml", *RUN]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0] == "Tiny [market]: 8 accounts, January 2026 to January 2027"
    assert lines[2].startswith("By the end of January 2027, ")
    assert "Means of 3 simulated futures (replications)" in shown.out
    assert "R: new trials that one trial brings about; above 1, use spreads by itself." in shown.out
    for words in (
        "Accounts signed by the end of",
        "month 12",
        "month 13",
        "ARR",
        "lost: review",
        "engineer",
        "win rate",
    ):
        assert words in shown.out
    assert "Everything is in runs/tiny-market" in shown.err
    assert "Precision (95% interval" in shown.err
    assert (tiny.parent / "runs" / "tiny-market" / "manifest.json").exists()


def test_a_run_without_stages_is_not_told_about_contracts(tiny: Path, capsys) -> None:
    lines = [line for line in tiny.read_text().splitlines() if "stages" not in line]
    Path("plain.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert main(["run", "plain.yaml", *RUN]) == 0
    shown = capsys.readouterr()
    assert "no account can sign: there are no procurement stages." in " ".join(shown.out.split())
    assert "signed" not in shown.out.lower()
    assert "R: new trials that one trial brings about" in shown.out
    assert "accounts signed ±" not in shown.err
    assert "ARR ±" in shown.err


def test_who_never_tries_it_has_no_time_from_the_first_trial(tiny: Path, capsys) -> None:
    never = ["--set", "adoption.organic=0 per month", "--set", "outbound.rate=20% per month"]
    assert main(["run", "tiny.yaml", *RUN, *never]) == 0
    shown = capsys.readouterr().out
    assert "They then pay" in " ".join(shown.split())
    (line,) = [each for each in shown.split("Signed after")[1].splitlines() if each.startswith("smb")]
    assert "beyond horizon" not in line


def test_show_shows_the_same_again(tiny: Path, capsys) -> None:
    main(["run", "tiny.yaml", *RUN, "-o", "out"])
    first = capsys.readouterr().out
    assert main(["show", "out"]) == 0
    assert capsys.readouterr().out == first


def test_json_is_one_document_of_the_documented_shape(tiny: Path, capsys) -> None:
    assert main(["run", "tiny.yaml", *RUN, "--json", "-n", "2", "--seed", "8", "--set", "pricing.paid=11 USD"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == [
        *("scenario", "seed", "replications", "engine", "events", "seconds", "segments", "total", "monthly"),
        "plausibility",
        "warnings",
    ]
    assert (document["seed"], document["replications"], document["engine"]) == (8, 2, "simpy")
    assert set(document["segments"]) == {"smb", "enterprise"}
    for block in document["segments"].values():
        assert list(block) == ["R", "contract_incidence", "first_trial_to_contract"]
        assert set(block["contract_incidence"]) == {"12", "13"}
        assert {"6", "12", "24"} < set(block["first_trial_to_contract"])
    assert set(document["total"]) == {"contract_incidence"}
    assert set(document["total"]["contract_incidence"]["12"]) == CELL
    assert "lost_review" in document["monthly"]
    for cells in document["monthly"].values():
        assert set(cells) == {"12", "13"}
        assert set(cells["13"]) == CELL


def test_a_run_keeps_the_command_that_made_it(ran: Path) -> None:
    manifest = json.loads((ran / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"].startswith("forecast")


def test_validate_tells_key_figures(tiny: Path, capsys) -> None:
    assert main(["validate", "tiny.yaml", str(tiny)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("Tiny [market]: valid. 13 months from January 2026.") == 2
    assert "smb" in shown
    assert "72" in shown
    assert "R: new trials that one trial brings about" in shown
    assert "A run has 3 simulated futures (replications) of about " in shown
    assert "events each, counted in replication 0." in shown


def test_init_writes_a_commented_scenario_that_is_valid(tiny: Path, capsys) -> None:
    assert main(["init"]) == 0
    assert "#" in (tiny.parent / "scenario.yaml").read_text(encoding="utf-8")
    assert main(["init", "ai_chat", "-o", "chat.yaml"]) == 0
    assert load("scenario.yaml").parameters == load("bottom_up").parameters
    assert load("chat.yaml").parameters == load("ai_chat").parameters
    assert capsys.readouterr().out == ""


def test_init_replaces_no_file_unasked(tiny: Path, capsys) -> None:
    before = tiny.read_text(encoding="utf-8")
    assert main(["init", "-o", "tiny.yaml"]) == 2
    assert "tiny.yaml: already exists; give another name with -o, or --force" in capsys.readouterr().err
    assert tiny.read_text(encoding="utf-8") == before
    assert main(["init", "-o", "tiny.yaml", "--force"]) == 0
    assert tiny.read_text(encoding="utf-8") != before
    assert main(["init", "botom_up", "-o", "new.yaml"]) == 2
    assert "unknown preset `botom_up`; did you mean `bottom_up`? (known: " in capsys.readouterr().err
    assert not (tiny.parent / "new.yaml").exists()


def test_the_schema_is_json(capsys) -> None:
    assert main(["schema"]) == 0
    assert "properties" in json.loads(capsys.readouterr().out)


def test_explain_tells_the_same_of_a_file_and_of_its_run(ran: Path, capsys) -> None:
    assert main(["explain", "tiny.yaml", "--account", "smb-2", "--replication", "1", "--engine", "simpy"]) == 0
    first = capsys.readouterr().out
    assert main(["explain", str(ran), "--account", "smb-2", "--replication", "1", "--engine", "simpy"]) == 0
    assert capsys.readouterr().out == first
    assert first.startswith("smb-2: 12 eligible people, segment smb; replication 1 of seed 5")
    assert "The horizon: " in first.splitlines()[-1]


def test_precision_is_an_upper_limit_with_n(tiny: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecast.montecarlo.stopping.MIN_REPLICATIONS", 2)
    monkeypatch.setattr("forecast.montecarlo.stopping.CHECK_EVERY", 1)
    assert main(["run", "tiny.yaml", *RUN, "-n", "5", "--precision", "99.9%", "-o", "out", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["replications"] < 5
    resolved = load("out/scenario.yaml")
    manifest: Any = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert resolved.replications == manifest["replications"]
    assert resolved.sha256 == manifest["scenario_sha256"]
    assert main(["run", "tiny.yaml", *RUN, "-n", "3", "--precision", "0.001%", "-o", "out"]) == 0
    assert "Not all within 0.0% after 3 replications" in capsys.readouterr().err


def test_presets_serve_wherever_a_file_does(capsys) -> None:
    assert main(["validate", "bottom_upp"]) == 2
    assert "did you mean `bottom_up`" in capsys.readouterr().err


def test_help_names_every_command_in_a_line_that_is_not_cut(capsys) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    listed = shown.split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert not any("..." in line for line in listed)
    assert max(map(len, listed)) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys) -> None:
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: forecast {command} ")


def test_the_version_is_shown(capsys) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("forecast ")


def test_sources_that_are_not_installed_say_so_in_place_of_their_version(capsys, monkeypatch) -> None:
    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(forecast.versions, "version", missing)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "forecast not installed\n"
    assert forecast.__version__ == "not installed"


def test_joint_draws_are_told_before_a_run(tiny: Path, capsys) -> None:
    Path("fit.csv").write_text("pricing.paid,pricing.enterprise\n19,30\n21,40\n20,35\n", encoding="utf-8")
    draws = ["--set", "draws.file=fit.csv", "--set", "pricing.paid=20 USD"]
    assert main(["validate", "tiny.yaml", *draws]) == 0
    told = (
        "Joint draws of fit.csv: 3 rows, of which each replication takes one, for pricing.enterprise. Other values take"
    )
    assert f"{told} the place of its columns pricing.paid." in " ".join(capsys.readouterr().out.split())
    assert main(["validate", "tiny.yaml", "--json", *draws]) == 0
    found = json.loads(capsys.readouterr().out)["draws"]
    assert found == {"file": "fit.csv", "rows": 3, "columns": ["pricing.enterprise"], "replaced": ["pricing.paid"]}
    assert main(["validate", "tiny.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["draws"] is None


def test_versions_are_looked_up_in_one_module() -> None:
    files = Path(forecast.versions.__file__).parent.rglob("*.py")
    assert [file.name for file in files if "importlib.metadata" in file.read_text(encoding="utf-8")] == ["versions.py"]


def test_labels_are_shown_in_place_of_names(tiny: Path, capsys) -> None:
    text = tiny.read_text(encoding="utf-8").replace("smb: {", "smb: {label: Small firms, ")
    text = text.replace("{resource: engineer,", "{label: Security review, resource: engineer,")
    tiny.write_text(text.replace("engineer: {count", "engineer: {label: Our engineers, count"), encoding="utf-8")
    assert main(["validate", "tiny.yaml"]) == 0
    assert "Small firms" in capsys.readouterr().out
    assert main(["run", "tiny.yaml", *RUN, "-o", "out"]) == 0
    shown = capsys.readouterr().out
    for label in ("Small firms", "lost: Security review", "Our engineers"):
        assert label in shown
    assert main(["show", "out"]) == 0
    assert capsys.readouterr().out == shown
