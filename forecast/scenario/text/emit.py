"""Trees as YAML that reads as the same tree, with the evidence as comments."""

from __future__ import annotations

import json
import re

from forecast.scenario.text.evidence import remark_of
from forecast.scenario.text.yaml_tree import NULLS, Node

BARE = re.compile(r"(?:[+-]?[A-Za-z0-9_]|\.[0-9])[A-Za-z0-9_.%+ -]*")


def yaml_text(node: Node) -> str:
    """The tree as YAML: blocks by indentation, lists and empty blocks in one line, remarks as comments."""
    return "".join(f"{line}\n" for line in _block_lines(node, ""))


def _block_lines(node: Node, indent: str) -> list[str]:
    """The lines of a block."""
    written = []
    for key, part in node.mapping.items():
        if isinstance(part.value, dict) and part.mapping:
            written.append(f"{indent}{scalar_text(key)}:")
            written.extend(_block_lines(part, indent + "  "))
        else:
            remark = remark_of(part)
            written.append(f"{indent}{scalar_text(key)}: {flow_text(part)}" + (f"  # {remark}" if remark else ""))
    return written


def flow_text(node: Node) -> str:
    """A node in one line of YAML."""
    if isinstance(node.value, str):
        return scalar_text(node.value)
    if isinstance(node.value, list):
        return f"[{', '.join(flow_text(item) for item in node.items)}]"
    return "{" + ", ".join(f"{scalar_text(key)}: {flow_text(part)}" for key, part in node.mapping.items()) + "}"


def scalar_text(text: str) -> str:
    """A text, in quotes where it needs them."""
    if BARE.fullmatch(text) and not text.endswith(" ") and text not in NULLS:
        return text
    return re.sub(
        r"[\x7f-\xa0\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)
    )
