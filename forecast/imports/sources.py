"""The files of an import: each read once, and given to the block of the map that describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import InputError, Problem, ProblemKind, ReportProblem, listed, quoted
from forecast.foreign.table import AS_IT_IS, FileForm, ForeignTable, read_table
from forecast.imports.map_file import FileBlock
from forecast.scenario.text.read_file import read_bytes

LARGEST_EXPORT = 256 << 20


@dataclass(frozen=True)
class ExportFile:
    """An export that has been read: its columns, and its rows with their lines."""

    label: str
    header: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[int, list[str]], ...]
    decimal_comma: bool

    def row_dicts(self, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """The cells of these columns in each row, without spaces around them."""
        places = [(name, self.header.index(name)) for name in columns]
        for line, cells in self.rows:
            yield line, {name: cells[place].strip(" \t\r\n") for name, place in places}


def read_export(path: Path, report: ReportProblem, form: FileForm = AS_IT_IS) -> ExportFile | None:
    """An export; None after a problem."""
    data = read_bytes(path, str(path), report, LARGEST_EXPORT)
    table = None if data is None else read_table(data, str(path), report, form)
    if table is None:
        return None
    return ExportFile(str(path), table.header, table.header_line, tuple(table.rows), table.decimal_comma)


def sources_by_block(paths: Sequence[Path], blocks: Mapping[str, FileBlock]) -> dict[str, ExportFile]:
    """The file of each block: the one of the name in the map, else the one that has its columns.

    Raises InputError where a block has no file or a file no block, and where a file cannot be read or lacks a column.
    """
    problems: list[Problem] = []
    forms = {block.file: block.form for block in blocks.values()}
    only_form = next(iter(forms.values())) if len(forms) == 1 else AS_IT_IS
    read = {path: read_export(path, problems.append, forms.get(path.name, only_form)) for path in paths}
    files = {path: file for path, file in read.items() if file is not None}
    if problems:
        raise InputError(problems)
    found: dict[str, ExportFile] = {}
    for name, block in blocks.items():
        file = _file_of(block, files) or (next(iter(files.values())) if len(blocks) == len(files) == 1 else None)
        if file is None:
            missing = _nearest_missing(block, files)
            advice = f"a file of the name {quoted(block.file)}, or one with its columns{missing}"
            problems.append(Problem(None, None, name, "no file of this block", advice))
        else:
            found[name] = file
            problems += _column_problems(block, file)
    used = {file.label for file in found.values()}
    for path in files:
        if str(path) not in used and not problems:
            advice = f"no block of the map has its name or its columns; blocks: {listed(blocks)}"
            problems.append(Problem(str(path), None, None, "this file", advice, kind=ProblemKind.NOT_ALLOWED))
    if problems:
        raise InputError(problems)
    return found


def _file_of(block: FileBlock, files: Mapping[Path, ExportFile]) -> ExportFile | None:
    """The file that a block describes; None when there is none."""
    named = [file for path, file in files.items() if path.name == block.file]
    fitting = [file for file in files.values() if set(block.columns) <= set(file.header)]
    return next(iter([*named, *fitting]), None)


def _nearest_missing(block: FileBlock, files: Mapping[Path, ExportFile]) -> str:
    """Which columns the file lacks that has the most of them."""
    lacking = [(path, [name for name in block.columns if name not in file.header]) for path, file in files.items()]
    path, missing = min(lacking, key=lambda each: len(each[1]))
    return f"; {path.name} lacks {listed(map(quoted, missing))}"


def _column_problems(block: FileBlock, file: ExportFile) -> list[Problem]:
    """The columns of a block that the file lacks or has twice."""
    problems: list[Problem] = []
    table = ForeignTable(file.label, file.header, file.header_line, iter(()))
    for name in block.columns:
        if name not in file.header:
            table.report_missing(name, problems.append)
    table.report_doubled(block.columns, problems.append)
    return problems
