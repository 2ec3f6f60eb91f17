"""Empirical files: `{empirical: file.csv:column}` becomes the discrete distribution of the column's values."""

from __future__ import annotations

import csv
import io
from collections import Counter
from functools import cache
from pathlib import Path

from forecast.errors import Problem, ProblemKind, listed, nearest, quoted
from forecast.scenario.text.named_file import named_file
from forecast.scenario.text.yaml_tree import INVALID, Node, ReportProblem, read_bytes, read_text

LARGEST_COLUMN_FILE = 16 << 20
MOST_VALUES = 5_000
EMPIRICAL_FORM = "`file.csv:column`, as in `{empirical: sizes.csv:users}`: a file beside the scenario, and its column"


def with_empirical_values(tree: Node, report: ReportProblem) -> Node:
    """The tree with each empirical distribution as a discrete one, its values as they stand in the file."""

    @cache
    def column(path: Path, name: str, label: str) -> dict[str, int] | None:
        return _count_values(path, name, label, report)

    def replaced(node: Node, path: str) -> Node:
        if isinstance(node.value, list):
            return node.with_value([replaced(item, path) for item in node.items])
        written = node.mapping.get("empirical")
        if not written or len(node.mapping) != 1 or written.value == INVALID:
            inner = {key: replaced(part, f"{path}.{key}".lstrip(".")) for key, part in node.mapping.items()}
            return node.with_value(inner) if inner else node
        source = written.source
        file, colon, name = (written.text or "").rpartition(":")
        if not colon or not file.strip() or not name.strip():
            report(Problem(source.label, written.line, path, written.found, EMPIRICAL_FORM))
            return node.with_value(INVALID)
        place = named_file(written, file.strip(), path, report)
        found = None if place is None else column(place[0], name.strip(), place[1])
        if place is not None and found is None:
            allowed = "`file.csv:column` of a file that can be read"
            report(Problem(source.label, written.line, path, written.found, allowed))
        if found is None:
            return node.with_value(INVALID)
        weights = {value: Node(str(count), source, written.line) for value, count in found.items()}
        return node.with_value({"discrete": written.with_value(weights)})

    return replaced(tree, "")


def _count_values(path: Path, name: str, label: str, report: ReportProblem) -> dict[str, int] | None:
    """How often each value stands in the column; None after a problem."""
    data = read_bytes(path, label, report, LARGEST_COLUMN_FILE)
    text = None if data is None else read_text(data, label, report)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: Counter[str] = Counter()
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if name not in header:
            found_name, near = f"column {quoted(name)}", nearest(name, header)
            report(Problem(label, 1, None, found_name, listed(header) or "none", near, ProblemKind.UNKNOWN))
            return None
        column = header.index(name)
        for cells in reader:
            if len(cells) > column and cells[column].strip():
                found[cells[column].strip()] += 1
    except csv.Error as error:
        report(Problem(label, reader.line_num, None, str(error), "CSV", kind=ProblemKind.INVALID_TEXT))
        return None
    if not 1 <= len(found) <= MOST_VALUES:
        report(Problem(label, None, name, f"{len(found)} different values", f"1 to {MOST_VALUES} different values"))
        return None
    return dict(found)
