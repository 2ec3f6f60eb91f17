"""Empirical files: `{empirical: file.csv:column}` becomes the discrete distribution of the column's values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from forecast.errors import Problem, ReportProblem
from forecast.foreign.cells import point_for_comma
from forecast.foreign.table import read_table
from forecast.scenario.text.named_file import read_named_file
from forecast.scenario.text.yaml_tree import INVALID, Node, Source

LARGEST_COLUMN_FILE = 16 << 20
MOST_VALUES = 5_000
EMPIRICAL_FORM = "`file.csv:column`, as in `{empirical: sizes.csv:users}`: a file beside the scenario, and its column"


def with_empirical_values(tree: Node, report: ReportProblem) -> Node:
    """The tree with each empirical distribution as a discrete one, its values as they stand in the file."""

    @cache
    def column(data: bytes, name: str, place: tuple[Path, str]) -> dict[str, _Cells] | tuple[Problem, ...]:
        return _count_values(data, name, place)

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
        read = read_named_file(written, file.strip(), path, report, LARGEST_COLUMN_FILE)
        found = () if read is None else column(read[0], name.strip(), read[1:])
        if isinstance(found, tuple):
            for problem in found:  # in the file; the path says where it is named
                report(replace(problem, path=": ".join(filter(None, (problem.path, path)))))
            return node.with_value(INVALID)
        weights = {value: Node(str(cells.count), cells.source, cells.line) for value, cells in found.items()}
        return node.with_value({"discrete": written.with_value(weights)})

    return replaced(tree, "")


@dataclass
class _Cells:
    """The equal cells of a column: how many, and where the first one stands."""

    source: Source
    line: int
    count: int = 0


def _count_values(data: bytes, name: str, place: tuple[Path, str]) -> dict[str, _Cells] | tuple[Problem, ...]:
    """How often each value stands in the column of a file; its problems where it has some."""
    path, label = place
    problems: list[Problem] = []
    table = read_table(data, label, problems.append)
    found: dict[str, _Cells] = {}
    if table and name not in table.header:
        table.report_missing(name, problems.append)
    elif table and not table.report_doubled([name], problems.append):
        source, number = Source(label, path.parent, name), table.header.index(name)
        for line, cells in table.rows:
            text = cells[number].strip()
            value = point_for_comma(text) if table.decimal_comma else text
            if value:
                found.setdefault(value, _Cells(source, line)).count += 1
        if not problems and not 1 <= len(found) <= MOST_VALUES:
            problems.append(
                Problem(label, None, name, f"{len(found)} different values", f"1 to {MOST_VALUES} different values")
            )
    return tuple(problems) or found
