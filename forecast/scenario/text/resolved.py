"""The resolved text of a scenario, with nothing left to look up, and the hashes that name what is simulated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeAlias

from forecast.scenario.records import LABELED_BLOCKS
from forecast.scenario.text.draws_file import DRAWS_FILE
from forecast.scenario.text.emit import yaml_text
from forecast.scenario.text.evidence import without_remarks
from forecast.scenario.text.yaml_tree import Node

ACCOUNTS_FILE = "accounts.csv"
Files: TypeAlias = Mapping[str, bytes]


def resolved_text(tree: Node, files: Files) -> str:
    """The scenario as YAML, with nothing left to look up except the files beside it."""
    top = {key: part for key, part in tree.mapping.items() if key != "extends"}
    if ACCOUNTS_FILE in files:
        market = top["market"]
        own = {**market.mapping, "accounts_file": market.with_value(ACCOUNTS_FILE)}
        own.pop("date_format", None)  # the file beside it has the dates of ISO 8601
        top["market"] = market.with_value(own)
    draws = top.pop("draws", None)
    if draws and DRAWS_FILE in files:
        top["draws"] = draws.with_value({"file": draws.mapping["file"].with_value(DRAWS_FILE)})
    return yaml_text(tree.with_value(top))


def replication_text(tree: Node, files: Files) -> str:
    """The same without what no replication depends on: texts for people, and how many there are."""
    for path in ("name", "description", "run.replications", "plausibility"):
        tree = _without(tree, path.split("."))
    for block in LABELED_BLOCKS.values():
        tree = _without(tree, [*block.split("."), "*", "label"])
    return resolved_text(tree, files)


def _without(node: Node, words: list[str]) -> Node:
    """The tree without what stands at the end of the words; `*` is every entry of a block."""
    first, *rest = words
    names = [name for name in node.mapping if first in (name, "*")]
    inner = {name: _without(node.mapping[name], rest) for name in names} if rest else {}
    kept = {key: inner.get(key, part) for key, part in node.mapping.items() if rest or key not in names}
    return node.with_value(kept)


def digest(resolved: str, files: Files) -> str:
    """The SHA-256 of a resolved text, its comments left out, and of the files beside it."""
    found = hashlib.sha256(without_remarks(resolved).encode())
    for name, data in sorted(files.items()):
        found.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return found.hexdigest()
