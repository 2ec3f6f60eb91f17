"""A map guessed from the headers and cells of exports, with comments that say what was guessed and what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from forecast.errors import InputError, Problem
from forecast.foreign import cells
from forecast.imports.map_file import FILL, KEYS, LEFT_OUT, NONE, REQUIRED
from forecast.imports.sources import ExportFile
from forecast.imports.systems import (
    ACCOUNTS,
    CLOSED_STAGES,
    RUNNING_STATUSES,
    KnownExport,
    plain_word,
    recognised_export,
    usual_column,
)
from forecast.scenario.checks.account_states import STATE_COLUMNS
from forecast.scenario.text.emit import scalar_text

MOST_VALUES = 60
GUESSED_SIZES = "guessed sizes; write the segments of your scenario"
SIZES = "{smb: 1, mid_market: 100, enterprise: 1000}"
HEAD = f"""\
# Which columns hold what, for: forecast accounts import {{files}} --map {{map}} -o accounts.csv
# {FILL} is left to you; everything else is a guess from the headers: read it through.
# A key takes the name of a column, `none`, or a block:
#   {{{{column: NAME, share: 30%}}}}               that share of a count, rounded
#   {{{{column: NAME, values: {{{{A: x, B: y}}}}}}}}      what values mean; `none`: empty; `{LEFT_OUT}`: no row
#   {{{{column: NAME, sizes: {{{{x: 1, y: 100}}}}}}}}     x from 1 on, y from 100 on
#   {{{{..., empty: leave_out}}}}               beside those: what an empty cell means
#   {{{{since: NAME}}}}                            the months from that date to the start
#   {{{{value: 6}}}}                               the same for all rows
"""
REMARKS = {
    "account": "its name in forecasts",
    "key": "what deals and subscriptions name the account by",
    "segment": "a segment of your scenario: {value: NAME}, or a column and what its values or sizes mean",
    "eligible_users": "the people who could use the product, not everybody employed: say which share",
    "free_users": "people who use it without paying",
    "paid_users": "people who pay by themselves, or who use it under the contract",
    "lapsed_users": "people who tried it and stopped",
    "seats": "of a running contract, with its end",
    "contract_end": "when the running term ends",
    "price_per_seat_month": "per seat and month; none: the scenario's list price",
    "opportunity_stage": "of an open deal: a stage of your scenario",
    "months_of_use": "how long the users have used it, such as {since: COLUMN}",
    "in_trial": "people who are trying it",
    "stage_entered": "when it came to its stage; none: it begins there at the start",
    "opened": "of several open deals the one opened last counts",
    "only": "only rows with one of these values are read",
    "plan": "what its users are: free_users, paid_users (by card), team_users (a team's own plan), in_trial, seats "
    f"(under a contract) or {LEFT_OUT}",
    "quantity": "users or seats",
}


def guessed_map(files: Sequence[ExportFile], map_name: str) -> str:
    """The text of a map of these files; raises InputError where two of them list the same."""
    blocks = _blocks_of(files)
    names = " ".join(dict.fromkeys(Path(file.label).name for file in files))
    days = [text for name, (file, _) in blocks.items() for text in _dates(file, name)]
    order = _date_format(days)
    lines = [
        HEAD.format(files=names, map=map_name),
        f"start: {FILL}  # the scenario's clock.start, such as 2026-01-01",
        f"date_format: {order or FILL}  # one of {', '.join(cells.DATE_FORMATS)}"
        + ("" if order else f"; {_unclear_day(days)}"),
        f'thousands: {NONE}  # the mark between thousands, such as ",", where numbers have one',
        f"ended_contracts: refuse  # or {LEFT_OUT}: accounts whose contract ended by the start have none",
    ]
    for name, (file, export) in blocks.items():
        lines += ["", *_block_lines(name, file, export)]
    return "\n".join(lines) + "\n"


def _blocks_of(files: Sequence[ExportFile]) -> dict[str, tuple[ExportFile, KnownExport | None]]:
    """The block of each file; the first file lists the accounts too where no other one does."""
    found: dict[str, tuple[ExportFile, KnownExport | None]] = {}
    for file in files:
        export = recognised_export(file.header)
        name = export.block if export else _likely_block(file, found)
        if name in found:
            other = found[name][0].label
            raise InputError([Problem(file.label, None, None, f"a file of {name}", f"one such file: {other} is one")])
        found[name] = file, export
    found.setdefault(ACCOUNTS, (files[0], recognised_export(files[0].header)))
    return {name: found[name] for name in KEYS if name in found}


def _likely_block(file: ExportFile, found: Mapping[str, object]) -> str:
    """The block, of those without a file, of which a file has the most usual columns; accounts first."""
    free = [name for name in KEYS if name not in found] or [ACCOUNTS]
    return max(free, key=lambda name: sum(usual_column(file.header, name, key) is not None for key in REQUIRED[name]))


def _dates(file: ExportFile, block: str) -> list[str]:
    """The cells with dates that the block's guessed columns have."""
    columns = [usual_column(file.header, block, key) for key in ("contract_end", "opened", "stage_entered")]
    texts = (text for name in columns if name for _, row in file.row_dicts([name]) for text in row.values())
    return [cells.without_time(text) for text in texts if text]


def _date_format(days: Sequence[str]) -> str | None:
    """How dates are written; None where day and month may be either."""
    fitting = [order for order in cells.DATE_FORMATS if all(cells.date_in(text, order) for text in days)]
    return fitting[0] if len(fitting) == 1 or not days or cells.ISO in fitting else None


def _unclear_day(days: Sequence[str]) -> str:
    """Why the format of some days is not known."""
    lost = next(
        (text for text in days if all(cells.date_in(text, order) is None for order in cells.DATE_FORMATS)), None
    )
    return f"{scalar_text(days[0])} may be either" if lost is None else f"{scalar_text(lost)} is none of them"


def _block_lines(name: str, file: ExportFile, export: KnownExport | None) -> Iterator[str]:
    """The lines of a block."""
    known = f"{export.system}, by {', '.join(export.columns)}" if export else "an export that is not known"
    yield f"{name}:"
    yield f"  file: {_text(Path(file.label).name)}  # {known}"
    for key in KEYS[name]:
        # Where a list of deals or subscriptions is the list of accounts too, its key names the accounts.
        column = usual_column(file.header, export.block if export and key == "key" else name, key)
        if not column and (key == "only" or key in STATE_COLUMNS):
            continue
        if name == ACCOUNTS and key == "contract_end" and not usual_column(file.header, name, "seats"):
            column = None  # an end without seats is no contract
        yield from _key_lines(key, name, file, column)


def _key_lines(key: str, block: str, file: ExportFile, column: str | None) -> Iterator[str]:
    """The lines of a key."""
    remark = f"  # {REMARKS[key]}" if key in REMARKS else ""
    employees = usual_column(file.header, ACCOUNTS, "eligible_users")
    if key == "eligible_users" and not column:
        whom = REMARKS[key].partition(":")[0]
        yield f"  {key}: {FILL}  # {whom}: {{column: NAME, share: 30%}}, or {{value: 20}} for all"
    elif key == "eligible_users" and column:
        yield f"  {key}: {{column: {_text(column)}, share: {FILL}}}{remark}"
    elif key == "segment" and not column and employees:
        yield f"  {key}: {{column: {_text(employees)}, sizes: {SIZES}}}  # {GUESSED_SIZES}"
    elif column and key in ("segment", "opportunity_stage", "plan", "only"):
        yield from _value_lines(key, file, column)
    elif column:
        yield f"  {key}: {_text(column)}{remark}"
    else:
        yield f"  {key}: {FILL if key in REQUIRED[block] else NONE}{remark}"


def _value_lines(key: str, file: ExportFile, column: str) -> Iterator[str]:
    """The lines of a key whose column has a few values: each of them, with what it means where that is clear."""
    counts = Counter(row[column] for _, row in file.row_dicts([column]) if row[column])
    values = sorted(counts, key=lambda value: (-counts[value], value))
    remark = {"segment": "what the values mean: segments of your scenario"}.get(key, REMARKS[key])
    yield f"  {key}:  # {remark}"
    yield f"    column: {_text(column)}"
    if key == "only":
        running = [value for value in values if plain_word(value) in RUNNING_STATUSES]
        others = [value for value in values if value not in running][:MOST_VALUES]
        yield f"    values: [{', '.join(map(_text, running)) or FILL}]" + (
            f"  # not: {', '.join(map(_text, others))}" if others else ""
        )
        return
    yield "    values:"
    for value in values[:MOST_VALUES]:
        closed = key == "opportunity_stage" and plain_word(value) in CLOSED_STAGES
        yield f"      {_text(value)}: {NONE if closed else FILL}  # rows: {counts[value]:,}"
    if len(values) > MOST_VALUES:
        yield f"      # and {len(values) - MOST_VALUES:,} more values: add those that you need"
    if not values:
        yield f"      {FILL}: {FILL}"


def _text(text: str) -> str:
    """A text of an export as YAML, in quotes where it would read as a word of the map."""
    return f'"{text}"' if text in (NONE, FILL, LEFT_OUT) else scalar_text(text)
