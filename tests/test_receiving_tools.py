"""Does everybody who receives our tables take a name as it is, and tell it from every other one?"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from factories import SMALL_SCENARIO
from hypothesis import given
from hypothesis import strategies as st

from forecast import InputError, compare
from forecast.receiving_tools import merge_key, merging, misreading, name_code
from forecast.scenario import load, shipped
from forecast.study.folder import default_folder

MISSING = ["NA", "na", "null", "NULL", "nan", "NaN", "None", "N/A", "n/a", "<NA>", "#N/A", "-nan", "\uff2e\uff21"]
NUMBERS = [
    "1",
    "007",
    "2026",
    "1e3",
    "12E5",
    "3.14",
    "1,000",
    "1.000,00",
    "5%",
    "$5",
    "\uff11\uff12",
    "inf",
    "-Infinity",
]
DATES = [
    "1-10",
    "11-50",
    "2026-01",
    "1/2",
    "2026-01-01",
    "1-2-3",
    "MAR1",
    "sep-2",
    "1mar",
    "Dec 25",
    "1.2.2026",
    "10-50",
]
OTHERS = ["TRUE", "False", "yes", "no", "NO", "on", "off", "0x1F", "1_10", "10:30", "5 PM", "#REF!"]
TEXTS = [
    "smb",
    "51-200",
    "mid_market",
    "may",
    "March",
    "v2",
    "Q1",
    "e3",
    "10k",
    "deca",
    "2026-27",
    "plan 2026",
    "nano",
    "T",
]


@pytest.mark.parametrize("name", [*MISSING, *NUMBERS, *DATES, *OTHERS])
def test_a_name_that_somebody_misreads_has_a_sentence(name: str) -> None:
    assert misreading(name)


@pytest.mark.parametrize("name", TEXTS)
def test_a_name_that_nobody_misreads_has_none(name: str) -> None:
    assert misreading(name) is None


@given(st.one_of(st.text(alphabet="0123456789aAeEnNlLuU-_.+", max_size=6), st.sampled_from(MISSING + NUMBERS + TEXTS)))
def test_pandas_reads_what_is_left_as_text(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", name) or misreading(name):
        return
    text = io.StringIO()
    csv.writer(text).writerows([["segment"], [name]])
    text.seek(0)
    assert pd.read_csv(text)["segment"].tolist() == [name]


@pytest.mark.parametrize(
    ("name", "other", "who"),
    [
        ("smb", "SMB", "Excel"),
        ("Straße", "STRASSE", "Excel"),
        ("mid_market", "mid-market", "spaces"),
        ("a  b", "a b ", "spaces"),
        ("Résumé", "Resume", "accents"),
        ("\uff21", "A", "widths"),
        ("\u00e9", "e\u0301", "two ways"),
        ("\ud55c", "\u1112\u1161\u11ab", "two ways"),
    ],
)
def test_names_that_a_tool_merges_have_one_key(name: str, other: str, who: str) -> None:
    assert merge_key(name) == merge_key(other)
    assert who in merging(name, other)


@pytest.mark.parametrize(("name", "other"), [("smb", "smbs"), ("हिन्द", "हन्द"), ("計画", "予算"), ("a1", "a-1")])
def test_other_names_have_keys_of_their_own(name: str, other: str) -> None:
    assert merge_key(name) != merge_key(other)


SAME = [
    "Plan A",
    "plan a",
    "Plan-A",
    "Plan_A",
    "Plan A!",
    "Plan A?",
    "Plan  A",
    "plan_a",
    "計画",
    "予算",
    "План",
    "🚀",
    "🎯",
]


def test_every_name_has_a_code_of_its_own_that_is_short_and_stable() -> None:
    names = [*SAME, "x" * 200, "x" * 199 + "y", "plan_a_" + name_code("Plan A")[-8:]]
    codes = [name_code(name) for name in names]
    assert len({*codes}) == len(codes)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,79}", code) for code in codes)
    assert name_code("plan_a") == "plan_a"
    assert name_code("Plan A!").startswith("plan_a_")
    assert name_code("計画") == "scenario_5a025aa4", "the same on every machine and in every version"
    assert name_code("caf\u00e9") == name_code("cafe\u0301")


def test_runs_of_names_without_ascii_letters_have_folders_of_their_own() -> None:
    folders = [default_folder(name) for name in ("計画", "予算", "План", "CON", "nul", "Größe", "Gre")]
    assert len({str(folder).lower() for folder in folders}) == len(folders)
    assert default_folder("Plan A, 2026") == Path("runs/plan-a-2026")
    assert not {folder.name for folder in folders} & {"con", "nul"}


NAMED = {
    "segment": "market.segments.NAME={accounts: 1, eligible_users: 1}",
    "stage": "procurement.stages.NAME={duration: 1 day}",
    "requirement": "procurement.requirements.NAME={needed: 10%}",
    "capability": "vendor.capabilities.NAME=true",
    "resource": "vendor.resources.NAME={count: 1}",
    "reason": "procurement.stages.review.reason=NAME",
}


def problems_of(scenario: str, tmp_path: Path, *extra: str) -> str:
    """The sentences about a file that says so, with blocks added to it."""
    path = tmp_path / "scenario.yaml"
    path.write_text(scenario, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path, extra)
    return str(caught.value)


def with_names(kind: str, *names: str) -> str:
    """A file that extends the small one and has these names."""
    lines = ["extends: base.yaml"]
    path, _, value = NAMED[kind].partition("=")
    blocks = [word for word in path.split(".") if word != "NAME"]
    for depth, word in enumerate(blocks):
        lines.append(f"{'  ' * depth}{word}:" + (f" '{names[0]}'" if kind == "reason" and depth == 3 else ""))
    if kind != "reason":
        lines += [f"{'  ' * len(blocks)}{name}: {value}" for name in names]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", [*NAMED])
@pytest.mark.parametrize("name", ["NA", "null", "1-10", "1e3", "TRUE", "no"])
def test_a_file_with_such_a_name_is_refused_in_one_sentence(kind: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    sentences = problems_of(with_names(kind, name), tmp_path).split("\n")
    about = [sentence for sentence in sentences if f"the name `{name}`" in sentence]
    assert len(about) == 1
    assert f"choose another, such as `{'capability' if kind == 'requirement' else kind}_{name}`" in about[0]
    assert about[0].startswith("scenario.yaml:") or "scenario.yaml:" in about[0]


def test_a_stage_that_is_called_null_has_no_other_problem(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    assert ".reason" not in problems_of(with_names("stage", "null"), tmp_path)


@pytest.mark.parametrize("stages", [("legal: {}", "b: {reason: Legal}"), ("b: {reason: Legal}", "legal: {}")])
def test_a_reason_is_no_twin_of_a_stage_that_is_a_reason_too(stages: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    text = "extends: base.yaml\nprocurement:\n  stages:\n" + "".join(f"    {stage}\n" for stage in stages)
    found = problems_of(text, tmp_path)
    assert found.count("duplicate name") == found.count("it merges with") == 1


def test_a_character_that_nobody_sees_is_named(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    found = problems_of(with_names("segment", "smb\u200b"), tmp_path)
    assert "found the name `smb ` with the character U+200B (zero width space)" in found


@pytest.mark.parametrize("kind", [kind for kind in NAMED if kind != "reason"])
@pytest.mark.parametrize("twins", [("AE", "ae"), ("mid_market", "mid-market")])
def test_twins_are_refused_with_the_line_of_the_first(kind: str, twins: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    sentences = problems_of(with_names(kind, *twins), tmp_path)
    assert sentences.count("duplicate name") == 1
    assert f"duplicate name `{twins[1]}`; it merges with `{twins[0]}` of line " in sentences


def test_a_requirement_and_a_capability_must_not_be_twins(tmp_path: Path) -> None:
    text = with_names("requirement", "soc2")
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    sentences = problems_of(text + "vendor: {capabilities: {SOC2: true}}\n", tmp_path)
    assert "vendor.capabilities.SOC2: duplicate name `SOC2`; it merges with `soc2`" in sentences


def test_a_twin_in_another_file_is_named_with_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    sentences = problems_of(with_names("resource", "Engineer"), tmp_path)
    assert re.search(r"it merges with `engineer` of line \d+ of \S*base.yaml: Excel", sentences)


@pytest.mark.parametrize("name", ["Total", "TOTAL", "Vendor"])
def test_reserved_names_are_reserved_in_all_capitals(name: str, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    assert f"the name `{name}` is not allowed here" in problems_of(with_names("segment", name), tmp_path)


@pytest.mark.parametrize("name", ["NA", "1-10", "2026", "TRUE"])
def test_the_name_of_a_scenario_is_one_that_nobody_misreads(name: str, tmp_path: Path) -> None:
    assert f"name: the name `{name}`" in problems_of(f"extends: bottom_up\nname: '{name}'\n", tmp_path)
    path = tmp_path / f"{name}.yaml"
    path.write_text("extends: bottom_up\n", encoding="utf-8")
    assert load(path).name == f"scenario {name}"


def test_a_file_without_a_name_gives_its_own_in_any_script(tmp_path: Path) -> None:
    for stem in ("計画", "予算"):
        path = tmp_path / f"{stem}.yaml"
        path.write_text("extends: bottom_up\n", encoding="utf-8")
        assert load(path).name == stem


def test_labels_are_held_to_the_same(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(SMALL_SCENARIO, encoding="utf-8")
    text = "extends: base.yaml\nmarket: {segments: {smb: {label: 'N/A'}}}\n"
    assert "the label `N/A` is not allowed here; pandas and R take it for a missing value" in problems_of(
        text, tmp_path
    )


@pytest.mark.parametrize("other", ["plan a", "Plan  A", "PLAN-A", "Plän A"])
def test_scenarios_of_a_comparison_must_not_be_twins(other: str, tmp_path: Path) -> None:
    files = []
    for place, name in enumerate(("Plan A", other)):
        files.append(tmp_path / f"{place}.yaml")
        files[-1].write_text(f"extends: bottom_up\nname: '{name}'\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"1.yaml: name: found `.*`; expected a name that does not merge with `Plan A`"
    ):
        compare(*files, folder=tmp_path / "both")


def test_all_names_of_the_shipped_files_are_fine() -> None:
    for name in shipped():
        assert load(name).segments, name
