"""Does `forecast compare` answer which is better, and say what is wrong in a sentence?  So for `sensitivity`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest

import forecast
import forecast.errors
from forecast.cli import main

RUN = ("--engine", "simpy", "--workers", "1")
DEARER = "extends: tiny.yaml\nname: Tiny, dearer\npricing: {enterprise: 45 USD}\n"
UNSURE = """extends: tiny.yaml
name: Tiny, unsure
pricing: {enterprise: {uncertain: {uniform: {low: 20 USD, high: 40 USD}}}}
"""


def flat(shown: str) -> str:
    """What is shown, without the ends of its lines."""
    return " ".join(shown.split())


def backquoted(page: str) -> str:
    """A page with backquotes in place of its code."""
    return re.sub("</?code>", "`", page)


@pytest.fixture
def dearer(tiny: Path) -> Path:
    """The small scenario at a higher price."""
    path = tiny.parent / "dearer.yaml"
    path.write_text(DEARER, encoding="utf-8")
    return path


def test_the_answer_comes_first_then_what_differs_then_the_figures(dearer: Path, capsys) -> None:
    assert main(["compare", "tiny.yaml", "dearer.yaml", *RUN, "-n", "5", "-o", "both"]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0] == "Tiny, dearer compared with Tiny [market], January 2026 to January 2027"
    assert lines[2].startswith("ARR at the horizon: Tiny, dearer ")
    assert "  pricing.enterprise: 30 USD → 45 USD" in lines
    for words in (
        "Accounts signed by month 12",
        "Net present value, USD",
        "Deepest cash trough",
        "reduction",
        "p10–p90",
        "same",
    ):
        assert words in shown.out
    assert "Everything is in both" in shown.err
    assert max(map(len, lines)) <= 100
    assert main(["show", "both"]) == 0
    assert capsys.readouterr().out == shown.out


LATER = "timeline: [{at: 2026-07-01, set: {pricing.paid: 25 USD}}]\n"


@pytest.mark.filterwarnings("default::forecast.errors.InputWarning")
def test_a_price_that_the_timeline_takes_back_is_told_in_every_command(tiny: Path, capsys) -> None:
    with tiny.open("a", encoding="utf-8") as file:
        file.write(LATER)
    line = tiny.read_text(encoding="utf-8").splitlines().index(LATER.strip()) + 1
    Path("over.yaml").write_text("extends: tiny.yaml\nname: over\npricing:\n  paid: 60 USD\n", encoding="utf-8")
    overruled = f"pricing.paid: `60 USD` holds until 2026-06-30 only: from 2026-07-01 on tiny.yaml:{line} "
    since = f"USD → 60 USD until 2026-06-30, then 25 USD in both (timeline, tiny.yaml:{line})"

    assert main(["validate", "over.yaml"]) == 0
    assert f"warning: over.yaml:4: {overruled}" in capsys.readouterr().err
    assert main(["validate", "tiny.yaml", "--set", "pricing.paid=60 USD"]) == 0
    assert f"warning: --set: {overruled}" in capsys.readouterr().err

    assert main(["run", "tiny.yaml", "--set", "pricing.paid=60 USD", *RUN, "-n", "2", "-o", "one", "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err.count("warning: ") == 1
    assert f"warning: --set: {overruled}" in shown.err
    [told] = json.loads(shown.out)["warnings"]
    assert (told["path"], told["places"]) == ("pricing.paid", ["--set", f"tiny.yaml:{line}"])
    assert main(["show", "one"]) == 0
    assert f"warning: --set: {overruled}" in capsys.readouterr().err
    assert main(["report", "one"]) == 0
    assert f"<li>warning: --set: {overruled}" in backquoted(Path("one/report.html").read_text(encoding="utf-8"))
    assert main(["export", "one"]) == 0
    cells = openpyxl.load_workbook("one/finance/plan.xlsx")["README"].iter_rows(values_only=True)
    assert any(str(row[0]).startswith(f"warning: --set: {overruled}") for row in cells)
    capsys.readouterr()

    for arguments, place in ((["over.yaml"], "over.yaml:4"), (["--set", "pricing.paid=60 USD"], "--set")):
        assert main(["compare", "tiny.yaml", *arguments, *RUN, "-n", "2", "-o", "both"]) == 0
        shown = capsys.readouterr()
        assert f"warning: {place}: {overruled}" in shown.err
        assert since in flat(shown.out)
        document = json.loads(Path("both/comparison.json").read_text(encoding="utf-8"))
        [[change]] = document["changes"].values()
        assert change["in_force"] == since.partition("60 USD ")[2]
        [[told, noted]] = document["warnings"].values()
        assert told["places"] == [place, f"tiny.yaml:{line}"]
        assert (noted["kind"], noted["places"]) == ("note", [place])
        assert shown.err.count(f"note: {place}: pricing.paid: differs from Tiny") == 1
        assert "moves money only" in noted["message"]
        assert main(["show", "both"]) == 0
        assert (again := capsys.readouterr()).out == shown.out
        assert f"warning: {place}: {overruled}" in again.err
        assert main(["report", "both"]) == 0
        page = backquoted(Path("both/report.html").read_text(encoding="utf-8"))
        assert "then 25 USD in both" in page
        assert f": warning: {place}: {overruled}" in page
        capsys.readouterr()


def test_notes_on_every_scenario_are_told_once_and_kept(tiny: Path, capsys) -> None:
    text = "extends: tiny.yaml\ncurrency: EUR\nfx: 0.9 EUR per USD\n"
    for name in ("one", "two"):
        Path(f"{name}.yaml").write_text(f"{text}name: {name}\n", encoding="utf-8")
    notes = [f"note: {name}.yaml:2: currency: " for name in ("one", "two")]
    assert main(["validate", "one.yaml"]) == 0
    assert "".join(capsys.readouterr()).count("one.yaml:2: currency: ") == 1
    assert main(["compare", "one.yaml", "two.yaml", *RUN, "-n", "2", "--seed", "8", "-o", "both"]) == 0
    first = capsys.readouterr()
    assert [first.err.count(note) for note in notes] == [1, 1]
    assert main(["compare", "both/one", "two.yaml", *RUN, "-n", "2", "--seed", "8", "-o", "again"]) == 0
    second = capsys.readouterr()
    assert [second.err.count(note) for note in notes] == [1, 1]
    assert (
        main(["compare", "one.yaml", "--set", "pricing.paid=20 EUR", *RUN, "-n", "2", "--seed", "9", "-o", "changed"])
        == 0
    )
    assert capsys.readouterr().err.count(notes[0]) == 1
    document = json.loads(Path("changed/comparison.json").read_text(encoding="utf-8"))
    paths = [[each["path"] for each in told] for told in document["warnings"].values()]
    assert paths == [["currency"], ["currency", "pricing.paid"]]


def test_one_file_is_compared_with_itself_changed(tiny: Path, capsys) -> None:
    arguments = ["--set", "pricing.enterprise=45 USD", "--set", "trial.to_paid=15%"]
    assert main(["compare", "tiny.yaml", *arguments, *RUN, "-n", "3", "-o", "both"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Tiny [market] (pricing.enterprise=45 USD, trial.to_paid=15%) compared with Tiny [market]" in lines[0]
    assert "  pricing.enterprise: 30 USD → 45 USD" in lines


def test_several_files_and_set_are_refused_with_the_way_out(dearer: Path, capsys) -> None:
    assert main(["compare", "tiny.yaml", "dearer.yaml", "--set", "pricing.enterprise=45 USD", *RUN]) == 2
    assert (
        "one FILE with --set, or a file of its own for each scenario: `extends: tiny.yaml`" in capsys.readouterr().err
    )


def test_several_scenarios_have_a_best_one(dearer: Path, capsys) -> None:
    assert main(["compare", "tiny.yaml", "dearer.yaml", "tiny.yaml", *RUN, "-n", "4"]) == 0
    shown = capsys.readouterr()
    assert "ARR at the horizon: Tiny, dearer is best in" in shown.out
    assert "Always choosing it costs USD 0 on average" in flat(shown.out)
    assert "regret" in shown.out
    assert "Everything is in runs/tiny-vs-dearer-and-1-more" in shown.err


def test_a_scenario_and_itself_are_the_same(tiny: Path, capsys) -> None:
    assert main(["compare", "tiny.yaml", "tiny.yaml", *RUN]) == 0
    shown = capsys.readouterr().out
    assert (
        "ARR at the horizon: Tiny [market] (tiny) (2) is the same as Tiny [market] (tiny) in every replication."
        in flat(shown)
    )
    assert "differs in nothing" in shown


def test_json_is_the_document_of_the_folder(dearer: Path, capsys) -> None:
    assert main(["compare", "tiny.yaml", "dearer.yaml", *RUN, "--json", "-o", "both", "--indifference", "5%"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads(Path("both/comparison.json").read_text(encoding="utf-8"))
    assert (document["indifference"], document["base"], document["replications"]) == (0.05, "Tiny [market]", 3)
    arr = next(each for each in document["headlines"] if each["code"] == "arr")
    assert {"mean", "better", "equal", "dominance", "pairing", "difference_of_quantiles"} <= set(arr["pairs"][0])
    assert set(arr["standings"][0]) == {"scenario", "best", "regret"}


def test_runs_are_compared_too_and_exported_if_asked_for(dearer: Path, capsys) -> None:
    for name in ("tiny", "dearer"):
        assert main(["run", f"{name}.yaml", *RUN, "-o", f"runs/{name}"]) == 0
    assert main(["compare", "runs/tiny", "runs/dearer", "-o", "both", "--export"]) == 0
    assert "plan.xlsx" in capsys.readouterr().err
    assert len([*Path("runs/dearer").rglob("plan.xlsx")]) == 1
    assert forecast.open_comparison("both").names == ("Tiny [market]", "Tiny, dearer")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tiny.yaml"], "FILE: found `1`; expected 2 to 20 scenarios or folders of runs"),
        (["tiny.yaml", "nosuch.yaml"], "file not found: nosuch.yaml; give a file"),
        (["tiny.yaml", "."], ".: found no manifest.json of a run; expected the folder of a run"),
        (
            ["tiny.yaml", "dearer.yaml", "--indifference", "much"],
            "--indifference: found `much`; expected a share from 0%",
        ),
        (["tiny.yaml", "dearer.yaml", "--precision", "0"], "--precision: found `0`"),
        (
            ["tiny.yaml", "dearer.yaml", "--engine", "simpi"],
            "unknown engine `simpi`; did you mean `simpy`? (known: compiled, simpy)",
        ),
        (
            ["tiny.yaml", "other.yaml"],
            "other.yaml: run.seed: found `6`; expected `5` as in tiny.yaml, or there is nothing",
        ),
        (["tiny.yaml", "dearer.yaml", "-o", "tiny.yaml"], "tiny.yaml: found a file; expected a new or empty folder"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_nothing_is_written(
    dearer: Path, capsys, arguments: list[str], sentence: str
) -> None:
    (dearer.parent / "other.yaml").write_text("extends: tiny.yaml\nrun: {seed: 6}\n", encoding="utf-8")
    before = sorted(dearer.parent.rglob("*"))
    assert main(["compare", *arguments]) == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert shown.out == ""
    assert sorted(dearer.parent.rglob("*")) == before


def test_where_the_spread_comes_from_is_told_with_its_evidence(tiny: Path, capsys) -> None:
    (tiny.parent / "unsure.yaml").write_text(UNSURE.replace("\n", "   # guessed [K1] C\n"), encoding="utf-8")
    assert main(["run", "unsure.yaml", "-n", "50", "--workers", "1", "-o", "run"]) == 0
    capsys.readouterr()
    assert main(["sensitivity", "run"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Tiny, unsure: ARR at the horizon, 50 simulated futures (replications)")
    assert "of its variance is uncertainty of the 1 value marked uncertain, which better evidence" in flat(shown)
    fixed = r"chance, given the (\d+) other numbers of the scenario \(\1 without a grade\) as they are. Those were held"
    found = re.search(fixed, flat(shown))
    assert found
    assert int(found[1]) > 10
    row = next(line for line in shown.splitlines() if line.startswith("pricing.enterprise")).split()
    assert row[-2:] == ["C", "K1"]
    assert main(["sensitivity", "run", "--pairs", "50", "--workers", "1", "--json", "--headline", "revenue"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["headline"]["code"] == "revenue"
    assert document["epistemic"]["method"].startswith("50 replications simulated again")
    assert document["parameters"][0]["path"] == "pricing.enterprise"
    assert document["held_fixed"] == {"values": int(found[1]), "unverified": 0, "ungraded": int(found[1])}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--headline", "ar"], "unknown headline `ar`"),
        (["--pairs", "9"], "pairs: found `9`; expected a run of 50 or more"),
    ],
)
def test_a_question_that_a_run_cannot_answer_is_refused(
    tiny: Path, capsys, arguments: list[str], sentence: str
) -> None:
    (tiny.parent / "unsure.yaml").write_text(UNSURE, encoding="utf-8")
    assert main(["run", "unsure.yaml", *RUN, "-o", "run"]) == 0
    assert main(["sensitivity", "run", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_a_run_in_which_all_is_known_says_so(tiny: Path, capsys) -> None:
    assert main(["run", "tiny.yaml", *RUN, "-o", "run"]) == 0
    capsys.readouterr()
    assert main(["sensitivity", "run", "--pairs", "60"]) == 0
    assert "Where its spread comes from cannot be computed: nothing is uncertain." in capsys.readouterr().out


def test_a_run_shows_itself_in_a_notebook(tiny: Path) -> None:
    found = forecast.run("tiny.yaml", folder="run", workers=1, engine="simpy")
    assert repr(found) == "Run of Tiny [market]: 3 replications, seed 5"
    assert "<table>" in found._repr_html_()
    assert "Tiny [market]: 3 replications, seed 5" in found._repr_html_()
    assert len(found.frame("accounts")) == 3 * 8
    with pytest.raises(forecast.errors.InputError, match=r"unknown table `account`; did you mean `accounts`"):
        found.frame("account")


def test_data_frames_without_pandas_are_refused_in_a_sentence(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = forecast.run("tiny.yaml", folder="run", workers=1, engine="simpy")
    monkeypatch.setattr("forecast.analysis.notebook.find_spec", lambda _: None)
    with pytest.raises(forecast.errors.RunError, match="data frames need pandas, which is not installed: pip install"):
        found.frame()


def test_the_package_has_a_version() -> None:
    assert forecast.__version__
    with pytest.raises(AttributeError, match="it has Backtest, Comparison, Fit, ForecastError"):
        _ = forecast.forecast
