"""What a rule makes of the cells of a row; a cell that it cannot use is reported with its row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forecast.errors import NOTHING, Problem, ProblemKind, ReportProblem, listed, quoted
from forecast.foreign import cells
from forecast.imports.map_file import LEFT_OUT, NONE, ImportMap, Rule
from forecast.imports.sources import ExportFile
from forecast.scenario.text.location import Guesses
from forecast.scenario.values.units import DAYS_PER_MONTH

# A Salesforce account id of 18 characters is that of 15 and three that repeat its capitals.
LONG_ID = re.compile(r"(001[A-Za-z0-9]{12})[A-Z0-5]{3}")


@dataclass
class RowReader:
    """A row of an export being read: its cells, and where problems go; a cell that is None has been reported."""

    plan: ImportMap
    file: ExportFile
    report: ReportProblem
    line: int = 0
    row: Mapping[str, str] = field(default_factory=dict)
    guesses: Guesses = field(default_factory=Guesses)

    def wrong(self, column: str, text: str, allowed: str) -> None:
        """Report a cell of the row."""
        found = quoted(text) if text else NOTHING
        self.report(Problem(self.file.label, self.line, column, found, allowed))

    def text(self, rule: Rule) -> str | None:
        """The text of a rule's cell, or what its value means; empty for none."""
        if rule.since:
            return self.months_since(rule.since)
        if rule.column is None:
            return rule.value
        text = self.row[rule.column]
        if not text and rule.empty:
            return _meant(rule.empty)
        if rule.sizes:
            return self.size_name(rule, text)
        if rule.values is not None and text:
            return self.meaning(rule.column, rule.values, text)
        return text

    def meaning(self, column: str, values: Mapping[str, str], text: str) -> str | None:
        """What a value means here."""
        if text not in values:
            found, near = f"value {quoted(text)}", self.guesses.nearest(column, text, values)
            allowed = listed(values)
            self.report(Problem(self.file.label, self.line, column, found, allowed, near, ProblemKind.UNKNOWN))
            return None
        return _meant(values[text])

    def size_name(self, rule: Rule, text: str) -> str | None:
        """The segment in whose bounds a size lies."""
        column = rule.column or ""
        size = self.whole(column, text) if text else None
        name = next((name for bound, name in rule.sizes if size is not None and size >= bound), None)
        if name is None and (size is not None or not text):
            advice = "" if text else f" (or `empty: {LEFT_OUT}`, or a segment, beside `sizes` in the map)"
            least = f"a whole number of at least {rule.sizes[-1][0]}"
            self.wrong(column, text, f"{least}, by which to choose the segment{advice}")
        return name

    def count(self, rule: Rule) -> str | None:
        """The text of a count, the share of it that the rule takes; empty for none."""
        text = self.text(rule)
        if not text or rule.column is None or not self.row[rule.column]:
            return text
        number = self.whole(rule.column, text)
        if number is None or rule.share is None:
            return None if number is None else str(number)
        return str(max(1, int(number * rule.share + 0.5)) if number else 0)

    def whole(self, column: str, text: str) -> int | None:
        """A whole number."""
        number = cells.whole_number(self.number_text(text))
        if number is None:
            groups = f" {cells.NO_GROUPS} (or say `thousands` in the map)" if cells.has_groups(text) else ""
            self.wrong(column, text, f"a whole number{groups}")
        return number

    def number_text(self, text: str) -> str:
        """The text of a number with a point before its decimals and nothing between its thousands."""
        mark = self.plan.thousands
        if mark and re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+(?:[.,][0-9]*)?", text):
            text = text.replace(mark, "")
        return cells.point_for_comma(text) if self.file.decimal_comma or self.plan.thousands == "." else text

    def amount(self, rule: Rule) -> str | None:
        """The text of a price; empty for none."""
        text = self.text(rule)
        return text and self.number_text(text)

    def day(self, column: str) -> date | None:
        """The day of a cell with a date or an instant; None where it is empty too."""
        text = self.row[column]
        day = cells.date_in(cells.without_time(text), self.plan.date_format) if text else None
        if text and day is None:
            self.wrong(column, text, f"a date as {self.plan.date_format} (date_format in the map)")
        return day

    def day_text(self, rule: Rule) -> str | None:
        """A date as it stands in an accounts file; empty for none."""
        if rule.column is None or not self.row[rule.column]:
            return rule.value
        day = self.day(rule.column)
        return None if day is None else day.isoformat()

    def contract_end(self, rule: Rule) -> str | None:
        """The end of a contract as it stands in an accounts file; empty for none, or for one that is over."""
        if rule.column is None:
            return rule.value
        if not self.row[rule.column]:
            return ""
        day = self.day(rule.column)
        if day is not None and day <= self.plan.start:
            if self.plan.ended_contracts == LEFT_OUT:
                return ""
            allowed = f"a date after the start {self.plan.start} (or `ended_contracts: {LEFT_OUT}` in the map)"
            self.wrong(rule.column, self.row[rule.column], allowed)
            return None
        return None if day is None else day.isoformat()

    def months_since(self, column: str) -> str | None:
        """The months from a day to the start, with one decimal; none for a day after it."""
        text, day = self.row[column], self.day(column)
        if day is None:
            return None if text else ""
        return f"{max(0, (self.plan.start - day).days) / DAYS_PER_MONTH:.1f}"

    def key(self, rule: Rule) -> str:
        """What names the account in this file; empty when nothing does."""
        text = (self.row[rule.column] if rule.column else rule.value).strip()
        long = LONG_ID.fullmatch(text)
        return long[1] if long and any(letter.isalpha() for letter in text) else text


def _meant(word: str) -> str:
    """What a meaning in a map stands for: `none` for an empty cell."""
    return "" if word == NONE else word
