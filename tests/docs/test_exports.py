"""Does the page on exports say what the readers do?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forecast.exports.data_file import read_data_file
from forecast.exports.reading_rules import RULES

TEXT = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_table_has_every_rule_with_its_words() -> None:
    rows = {match[1]: match[2] for match in re.finditer(r"^\| `(\w+)` \| (.*) \|$", TEXT, re.MULTILINE)}
    assert list(rows) == [rule.name for rule in RULES]
    for rule in RULES:
        assert rows[rule.name].startswith(f"{rule.found} | {rule.done} | ")


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_every_data_file_can_be_read(block: str, tmp_path: Path) -> None:
    accounts = "" if "accounts:" in block or "monthly:" in block else "accounts: {file: accounts.csv}\n"
    (tmp_path / "data.yaml").write_text(accounts + block)
    found = read_data_file(tmp_path / "data.yaml")
    assert found.accounts or found.monthly
