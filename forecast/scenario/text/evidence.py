"""Evidence of values: the sources and the grade in the comment beside a value, above it, or of its block.

A comment names sources in brackets and grades by a letter before a full stop, a comma, a bracket or the line's end:
`activation: 55%  # tries it seriously [A1][A2] B`.  Where it names several grades the weakest counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from forecast.scenario.records import Evidence
from forecast.scenario.text.yaml_tree import Node

GRADES = "ABCU"  # from the strongest to the weakest
GRADE = re.compile(r"(?<![\w\[&-])([ABCU])(?=\s*(?:$|[;,:)/]|\.(?!\w)))", re.MULTILINE)
SOURCE = re.compile(r"\[([A-Za-z][^\[\]]{0,39})\]")
REMARK = re.compile(r"  # ((?:\[[^\[\]]+\])* ?[ABCU])$", re.MULTILINE)
WITHOUT_EVIDENCE = ("schema", "name", "description", "extends", "currency", "clock", "run")


def with_remarks(root: Node) -> Node:
    """The tree of a file with a remark at each value: its own, else that of the nearest block around it."""
    entries = {
        key: part if key in WITHOUT_EVIDENCE else _node_with_remark(part, "") for key, part in root.mapping.items()
    }
    return root.with_value(entries) if isinstance(root.value, dict) else root


def _node_with_remark(node: Node, around: str) -> Node:
    """The node and all below it with remarks."""
    own = remark(_comment_on_line(node)) or remark(_comments_above(node)) or around
    if isinstance(node.value, dict):
        below = {key: _node_with_remark(part, own) for key, part in node.mapping.items()}
        return replace(node, value=below, remark=own)
    if isinstance(node.value, list):
        return replace(node, value=[_node_with_remark(part, own) for part in node.items], remark=own)
    return replace(node, remark=own)


def _comment_on_line(node: Node) -> str:
    """The comment on the node's line."""
    comment = node.source.comments.get(node.line or 0)
    return comment.text if comment else ""


def _comments_above(node: Node) -> str:
    """The comments on the lines directly above it that have nothing else on them."""
    line, found = (node.line or 0) - 1, []
    while (comment := node.source.comments.get(line)) and comment.alone:
        found.append(comment.text)
        line -= 1
    return "\n".join(reversed(found))


def remark(comment: str) -> str:
    """`[A1][A2] B`: what a comment says of evidence; empty where it names no grade."""
    grades = GRADE.findall(comment)
    return (
        _evidence_text(Evidence(max(grades, key=GRADES.index), tuple(dict.fromkeys(_sources_in(comment)))))
        if grades
        else ""
    )


def _sources_in(comment: str) -> list[str]:
    """The keys in brackets; without those that cannot be printed."""
    return [source for source in SOURCE.findall(comment) if source.isprintable()]


def _evidence_text(evidence: Evidence) -> str:
    """`[A1][A2] B`."""
    sources = "".join(f"[{source}]" for source in evidence.sources)
    return f"{sources} {evidence.grade}".strip()


def remark_of(node: Node) -> str:
    """The remark of all that stands in a node: the sources of all its values, and the weakest grade."""
    remarks = [text for text in _remarks_in(node) if text]
    return remark("\n".join(remarks))


def _remarks_in(node: Node) -> Iterator[str]:
    """The remarks of the values in a node."""
    parts = [*node.mapping.values(), *node.items]
    if not parts:
        yield node.remark
    for part in parts:
        yield from _remarks_in(part)


def evidence_by_path(leaves: Iterable[tuple[str, object, Node]]) -> dict[str, Evidence]:
    """What each value of a completed tree rests on, by its path; those without a grade are left out."""
    texts = {path: remark_of(node) for path, _, node in leaves}
    return {path: Evidence(text[-1], tuple(SOURCE.findall(text))) for path, text in texts.items() if text}


def evidence_at(evidence: Mapping[str, Evidence], path: str) -> Evidence | None:
    """What a value rests on, also for a part of it such as `trial.activation.by_segment.smb`; None: unknown."""
    while path not in evidence and "." in path:
        path = path.rpartition(".")[0]
    return evidence.get(path)


def without_remarks(resolved: str) -> str:
    """A resolved scenario without its comments: what is simulated."""
    return REMARK.sub("", resolved)
