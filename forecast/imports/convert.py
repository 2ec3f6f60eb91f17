"""From exports to the rows of an accounts file: accounts, with their open deals and running subscriptions.

Nothing is repaired: a row that cannot be used is a problem, and what is left out by the map is counted in a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from forecast.errors import Problem, quoted
from forecast.imports.cell_rules import RowReader
from forecast.imports.map_file import LEFT_OUT, FileBlock, ImportMap, Rule
from forecast.imports.sources import ExportFile
from forecast.imports.systems import ACCOUNTS, DEALS, SUBSCRIPTIONS, usual_column
from forecast.scenario.checks.account_states import STATE_COLUMNS
from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS, USUAL_COLUMNS, AccountRows

COUNTS = ("eligible_users", "free_users", "paid_users", "lapsed_users", "seats", "in_trial", "team_users", "teams")
AMOUNTS = ("price_per_seat_month", "frailty_shape", "frailty_rate", "usage_intensity")
DAYS = ("stage_entered", "banned_since", "cooling_until")
NO_BREAK_SPACES = str.maketrans("\u00a0\u202f", "  ")
ANY_CURRENCY = "the scenario's currency"  # amounts of an export stand without one


@dataclass
class ImportedAccounts:
    """What an import came to: the rows of an accounts file, or problems; and notes with their counts."""

    rows: list[dict[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


class _Deal(NamedTuple):
    """An open deal: when it was opened, its stage, and the day on which it came there, as an accounts file has it."""

    opened: date
    stage: str
    entered: str


@dataclass
class _Subscriptions:
    """What the running subscriptions of an account come to."""

    users: Counter[str] = field(default_factory=Counter)
    ends: list[str] = field(default_factory=list)
    prices: set[str] = field(default_factory=set)


@dataclass
class _SeenAccounts:
    """The names and keys of the accounts so far, with their lines, so that each stands there once."""

    has_keys: bool  # whether other files name accounts by a key
    names: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    def check(self, reader: RowReader, block: FileBlock, name: str, key: str) -> None:
        """Report an account whose name or key was there before; what is empty is reported as that."""
        for lines, rule, text, what in (
            (self.names, block.rules["account"], name, "account"),
            (self.keys, block.rules.get("key", Rule()), key if self.has_keys else "", "key of an account"),
        ):
            line = lines.setdefault(text, reader.line) if text else reader.line
            if line != reader.line:
                reader.wrong(rule.column or "account", text, f"each {what} once: it stands on line {line} already")
                return


def import_accounts(plan: ImportMap, files: Mapping[str, ExportFile]) -> ImportedAccounts:
    """The accounts of the exports."""
    result = ImportedAccounts()
    deals = _open_deals(plan, files, result)
    subscriptions = _running_subscriptions(plan, files, result)
    block, file = plan.blocks[ACCOUNTS], files[ACCOUNTS]
    checks = AccountRows(file.label, plan.segments, plan.stages, ANY_CURRENCY, plan.start, result.problems.append)
    seen = _SeenAccounts(has_keys=len(files) > 1 and "key" in block.rules)
    keys: set[str] = set()
    # Where a file lists deals or subscriptions too, an account stands in a row of each: it is taken from the first one.
    repeats = any(files[name] is file for name in files if name != ACCOUNTS)
    for reader in _rows(plan, block, file, result):
        before, key = len(result.problems), reader.key(block.rules.get("key", block.rules["account"]))
        if repeats and key in keys:
            continue
        keys.add(key)
        cells = _account_cells(reader, block, result)
        if cells["segment"] == LEFT_OUT:
            result.notes[f"rows of {file.label} left out by their segment"] += 1
            continue
        joined = None if None in cells.values() else {name: text or "" for name, text in cells.items()}
        if joined is not None:
            _add_subscriptions(joined, subscriptions.get(key), reader, result)
            _add_deal(joined, deals.get(key), result)
            _check(checks, joined, reader, block)
            seen.check(reader, block, joined["account"], key)
            result.notes.update(_employees_note(block))
        if joined is not None and len(result.problems) == before:
            result.rows.append(joined)
    for name, found in ((DEALS, deals), (SUBSCRIPTIONS, subscriptions)):
        others = [key for key in found if key not in keys]
        if others:
            note = f"accounts of {files[name].label} left out, as {file.label} does not have them, such as"
            result.notes[f"{note} {quoted(others[0])}"] += len(others)
    return result


def _rows(plan: ImportMap, block: FileBlock, file: ExportFile, result: ImportedAccounts) -> Iterator[RowReader]:
    """The rows of a file that its block takes, one after the other in one reader."""
    reader = RowReader(plan, file, result.problems.append)
    for reader.line, reader.row in file.row_dicts(block.columns):
        if block.only and reader.row[block.only[0]] not in block.only[1]:
            result.notes[f"rows of {file.label} left out by their {quoted(block.only[0])}"] += 1
            continue
        yield reader


def _account_cells(reader: RowReader, block: FileBlock, result: ImportedAccounts) -> dict[str, str | None]:
    """The cells of `ACCOUNT_COLUMNS` as the accounts' own file has them; None for a cell that was reported."""
    rules = {name: block.rules.get(name, Rule()) for name in ACCOUNT_COLUMNS}
    cells: dict[str, str | None] = {}
    for name, rule in rules.items():
        if name == "contract_end":
            cells[name] = reader.contract_end(rule)
        elif name in COUNTS:
            cells[name] = reader.count(rule)
        elif name in DAYS:
            cells[name] = reader.day_text(rule)
        else:
            cells[name] = reader.amount(rule) if name in AMOUNTS else reader.text(rule)
    name = (cells["account"] or "").translate(NO_BREAK_SPACES).strip()
    if cells["account"] not in (None, name):
        result.notes["names whose no-break spaces (U+00A0, U+202F) became plain ones"] += 1
        cells["account"] = name
    if cells["contract_end"] == "" and _is_over(reader, rules["contract_end"]):
        result.notes["contracts left out that ended by the start"] += 1
        cells["seats"] = cells["price_per_seat_month"] = ""
    return cells


def _is_over(reader: RowReader, rule: Rule) -> bool:
    """Whether the row has a contract that has ended, and that the map leaves out."""
    return bool(rule.column and reader.row[rule.column])


def _employees_note(block: FileBlock) -> Iterator[str]:
    """What is said where all employees of an account count as people who could use the product."""
    rule = block.rules["eligible_users"]
    if rule.column and usual_column([rule.column], ACCOUNTS, "eligible_users") and rule.share in (None, 1.0):
        yield (
            f"accounts in which everybody employed ({quoted(rule.column)}) counts as one who could use the product; "
            "where fewer could, write their `share` into the map"
        )


def _open_deals(plan: ImportMap, files: Mapping[str, ExportFile], result: ImportedAccounts) -> dict[str, _Deal]:
    """The open deal of each account, by its key; of several the one that was opened last."""
    deals: dict[str, _Deal] = {}
    if DEALS not in files:
        return {}
    block, file = plan.blocks[DEALS], files[DEALS]
    opened = block.rules.get("opened", Rule()).column
    for reader in _rows(plan, block, file, result):
        stage, key = reader.text(block.rules["opportunity_stage"]), reader.key(block.rules["key"])
        day = reader.day(opened) if opened else None
        entered = reader.day_text(block.rules.get("stage_entered", Rule()))
        if not stage or stage == LEFT_OUT:
            continue  # closed, or reported
        key, *others = (part.strip() for part in key.split(";"))
        if others:
            result.notes[f"open deals of {file.label} that name several accounts, and count for the first one"] += 1
        if not key:
            result.notes[f"open deals of {file.label} left out that name no account"] += 1
            continue
        if key in deals:
            result.notes[f"open deals of {file.label} left out that are not their account's latest"] += 1
        if entered and entered > plan.start.isoformat():
            result.notes[f"stages of {file.label} entered after the start, which begin with it"] += 1
            entered = ""
        deal = _Deal(day or date.min, stage, entered or "")
        deals[key] = max(deals.get(key, deal), deal, key=lambda each: each.opened)
    return deals


def _running_subscriptions(
    plan: ImportMap, files: Mapping[str, ExportFile], result: ImportedAccounts
) -> dict[str, _Subscriptions]:
    """The subscriptions of each account, by its key."""
    found: dict[str, _Subscriptions] = {}
    if SUBSCRIPTIONS not in files:
        return {}
    block, file = plan.blocks[SUBSCRIPTIONS], files[SUBSCRIPTIONS]
    for reader in _rows(plan, block, file, result):
        sort, quantity = reader.text(block.rules["plan"]), reader.count(block.rules["quantity"])
        key = reader.key(block.rules["key"])
        if sort == LEFT_OUT:
            result.notes[f"rows of {file.label} left out by their plan"] += 1
            continue
        for name, text, allowed in (("key", key, "the account that it belongs to"), ("plan", sort, "a plan")):
            if text == "":
                reader.wrong(block.rules[name].column or name, text, allowed)
        if sort and quantity is not None:
            account = found.setdefault(key, _Subscriptions())
            _add_subscription(account, sort, int(quantity or 0), reader, block, result)
    return found


def _add_subscription(
    account: _Subscriptions, sort: str, quantity: int, reader: RowReader, block: FileBlock, result: ImportedAccounts
) -> None:
    """Add the subscription of the row to those of its account."""
    if sort == "seats":
        rule = block.rules.get("contract_end", Rule())
        end = reader.contract_end(rule)
        if end == "" and _is_over(reader, rule):
            result.notes["contracts left out that ended by the start"] += 1
            return
        price = reader.amount(block.rules.get("price_per_seat_month", Rule()))
        account.ends += [end] if end else []
        account.prices |= {price} if price else set()
    account.users[sort] += quantity
    if sort == "team_users" and quantity:
        account.users["teams"] += 1  # each team pays for itself


def _add_subscriptions(
    cells: dict[str, str], found: _Subscriptions | None, reader: RowReader, result: ImportedAccounts
) -> None:
    """Put what an account's subscriptions come to into its cells."""
    if found is None:
        return
    for name, count in found.users.items():
        cells[name] = str(int(cells[name] or 0) + count) if count else cells[name]
    if found.ends:
        cells["contract_end"] = min(found.ends)
        if len(set(found.ends)) > 1:
            result.notes[
                "accounts with several contracts, whose seats are added up and whose earliest end is taken"
            ] += 1
    if len(found.prices) > 1:
        allowed = "one price for all contracts of an account"
        reader.report(
            Problem(reader.file.label, reader.line, "price_per_seat_month", " and ".join(sorted(found.prices)), allowed)
        )
    elif found.prices:
        cells["price_per_seat_month"] = next(iter(found.prices))


def _add_deal(cells: dict[str, str], deal: _Deal | None, result: ImportedAccounts) -> None:
    """Put the stage of an open deal into an account's cells, unless it is under contract."""
    stage = deal.stage if deal else cells["opportunity_stage"]
    entered = deal.entered if deal else cells["stage_entered"]
    if stage and cells["contract_end"]:
        result.notes["open deals left out of accounts under contract (renewals come by themselves)"] += 1
        stage = entered = ""
    cells["opportunity_stage"], cells["stage_entered"] = stage, entered


def _check(checks: AccountRows, cells: dict[str, str], reader: RowReader, block: FileBlock) -> None:
    """Report what an accounts file would be refused for, with the column of the export."""

    def report(problem: Problem) -> None:
        rule = block.rules.get(problem.path or "")
        column = rule.column if rule and rule.column else None
        reader.report(replace(problem, path=f"{column} ({problem.path})" if column else problem.path))

    checks.report, checks.line = report, reader.line
    states = {name: cells[name] for name in STATE_COLUMNS if cells[name]}
    checks.account([cells[name] for name in USUAL_COLUMNS], states)
