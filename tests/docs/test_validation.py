"""Does everything exist that docs/validation.md names, and does its recipe for a test on one's own past run?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forecast.cli import main

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation.md"
TEXT = PAGE.read_text(encoding="utf-8")
SMALL = """
schema: 1
name: mine
clock: {start: 2026-01-01, horizon: 24 months}
market: {segments: {smb: {accounts: 4, eligible_users: 9}, mid_market: {accounts: 2, eligible_users: 60},
                    enterprise: {accounts: 1, eligible_users: 200}}}
adoption: {organic: 5% per month, imitation: 0.5 per month}
trial: {activation: 60%, to_paid: 20%}
churn: {free: {hazard: 9% per month, heterogeneity_cv: 1}}
procurement: {stages: {security: {duration: 10 days}}}
pricing: {paid: 20 USD, enterprise: 39 USD}
"""


def named() -> list[tuple[str, str]]:
    """(file, test) of each test that the page names; a test without a file is in the one that was named last."""
    found, file = [], ""
    for name in re.findall(r"`(tests/[\w/]+\.py|test_\w+)`", TEXT):
        if name.startswith("tests/"):
            file = name
        else:
            found.append((file, name))
    return found


def anchors(text: str) -> set[str]:
    """What a link into a page may lead to, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def block(language: str) -> str:
    """The first block of code in a language."""
    found = re.search(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)
    assert found, language
    return found[1]


def test_every_file_exists() -> None:
    paths = set(re.findall(r"\b(?:tests|benchmarks|scenarios|docs|forecast)/[\w/.]*\w/?", TEXT))
    assert len(paths) > 40
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(("file", "test"), named())
def test_every_test_exists(file: str, test: str) -> None:
    assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", TEXT)
    assert len(links) > 15
    for link in links:
        page, _, anchor = link.partition("#")
        text = (PAGE.parent / page).read_text(encoding="utf-8") if page else TEXT
        assert not anchor or anchor in anchors(text), link


def test_every_source_is_listed() -> None:
    listed = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    assert [key for key in re.findall(r"\[[A-Z]\d+\]", TEXT) if f"**{key}**" not in listed] == []


def test_every_test_of_exact_answers_is_named() -> None:
    missing = [
        path.name for path in (ROOT / "tests" / "exact").glob("test_*.py") if f"tests/exact/{path.name}" not in TEXT
    ]
    assert missing == []


def test_the_recipe_for_ones_own_past_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    fewer = re.sub(r"accounts: \d+", "accounts: 2", block("yaml"))
    for name, text in (("mine.yaml", SMALL), ("then.yaml", fewer), ("then.csv", block("csv"))):
        Path(name).write_text(text, encoding="utf-8")
    assert main(["validate", "then.yaml"]) == 0
    assert "forecast run then.yaml -n 1000 -o runs/then\n" in TEXT
    assert main(["run", "then.yaml", "-n", "3", "--engine", "simpy", "--workers", "1", "-o", "runs/then"]) == 0
    capsys.readouterr()
    exec(compile(block("python"), str(PAGE), "exec"), {})  # noqa: S102 - the page is ours
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all("% of the replications lie below" in line for line in lines)
