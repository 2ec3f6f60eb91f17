"""What the tools that receive our tables make of a name: take it for something else, or merge it with another one.

Spreadsheets, readers of CSV, BI tools, databases and file systems each have rules of their own; a name that all of them
take as it is misleads nobody. Knows no scenario.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Missing values of pandas.read_csv, pyarrow.csv, R and Power Query, in small letters.
_MISSING = frozenset(
    [
        "#n/a",
        "#n/a n/a",
        "#na",
        "-1.#ind",
        "-1.#qnan",
        "-nan",
        "1.#ind",
        "1.#qnan",
        "<na>",
        "n/a",
        "na",
        "null",
        "nan",
        "none",
        "nil",
        "(null)",
        "nat",
        "\\n",
    ]
)
_EXCEL_ERRORS = frozenset(["#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!", "#spill!", "#calc!"])
_BOOLEANS = frozenset(("true", "false"))
_YAML_WORDS = frozenset(("yes", "no", "on", "off", "~"))
_NUMBER = re.compile(
    r"[+-]?[$€£]?\s?(?:\d+(?:[.,' \u00a0\u202f]\d+)*[.,]?|\.\d+)\s?(?:[$€£%]|e[+-]?\d+)?|[+-]?inf(?:inity)?",
    re.IGNORECASE,
)
_PROGRAMMERS_NUMBER = re.compile(r"0x[0-9a-f]+|0o[0-7]+|0b[01]+|\d[\d_]*_[\d_]*", re.IGNORECASE)
_NUMERIC_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,4})(?:\2(\d{1,4}))?")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_MONTH_DATE = re.compile(
    rf"{_MONTH}[-/ .]?\d{{1,4}}|\d{{1,4}}[-/ .]?{_MONTH}(?:[-/ .,]*\d{{2,4}})?|{_MONTH}[- .]\d{{1,2}},?[- ]\d{{2,4}}",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}(?::\d{1,2}){1,2}(?: ?[ap]m?)?|\d{1,2} [ap]m?", re.IGNORECASE)
_MARKS_THAT_ARE_LETTERS = (0, 7, 9)  # combining classes of vowel signs, nukta and virama: other words without them
_WINDOWS_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)
_LONGEST_SLUG = 60
_HASH_DIGITS = 8


def misreading(name: str) -> str | None:
    """Who would take the name for what, as the end of a sentence; None where everybody takes it as a text."""
    text = unicodedata.normalize("NFKC", name).strip()
    small = text.lower()
    if small in _MISSING:
        yaml = ", and YAML for nothing unless it is in quotes" if small == "null" else ""
        return f"pandas and R take it for a missing value{yaml}"
    if small in _EXCEL_ERRORS:
        return "Excel takes it for an error"
    if small in _BOOLEANS:
        return "Excel and pandas take it for a truth value, and YAML too unless it is in quotes"
    if small in _YAML_WORDS:
        return "YAML takes it for a truth value or for nothing, unless it is in quotes"
    if _is_numeric_date(text) or _MONTH_DATE.fullmatch(text):
        return "Excel takes it for a date"
    if _NUMBER.fullmatch(text):
        return "Excel and pandas take it for a number"
    if _PROGRAMMERS_NUMBER.fullmatch(text):
        return "YAML and R take it for a number"
    return "Excel takes it for a time" if _TIME.fullmatch(text) else None


def _is_numeric_date(text: str) -> bool:
    """Whether a spreadsheet may read numbers with separators as a day or a month, in the order of any country."""
    found = _NUMERIC_DATE.fullmatch(text)
    if not found:
        return False
    texts = [part for part in (found[1], found[3], found[4]) if part]
    if len(texts) == 2 and found[2] == ".":
        return False  # a number with a decimal point
    months, days, years = ([_in_range(part, *limits) for part in texts] for limits in ((1, 12), (1, 31), (1900, 9999)))
    years = [year or len(part) <= 2 for year, part in zip(years, texts, strict=True)]
    first, second, *third = range(len(texts))
    if not third:
        return (months[first] and (days[second] or years[second])) or (months[second] and (days[first] or years[first]))
    day_and_month = (months[first] and days[second]) or (days[first] and months[second])
    return (day_and_month and years[2]) or (years[first] and months[second] and days[2])


def _in_range(text: str, low: int, high: int) -> bool:
    """Whether the number lies in a range."""
    return low <= int(text) <= high


def merge_key(name: str) -> str:
    """What is left of a name where no capitals, accents, widths, dashes or spaces count: equal for names that merge."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(each for each in text if unicodedata.combining(each) in _MARKS_THAT_ARE_LETTERS)
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_\-\u2010-\u2015\u2212]+", " ", text).strip()


def merging(name: str, other: str) -> str:
    """Who would take two names with one merge key for the same, as the end of a sentence."""
    forms = [unicodedata.normalize("NFC", each) for each in (name, other)]
    if forms[0] == forms[1]:
        return "macOS and databases do not tell the two ways to write its letters apart"
    if forms[0].casefold() == forms[1].casefold():
        return "Excel, Power BI and file systems do not tell capitals apart"
    spaced = [" ".join(re.split(r"[\s_\-\u2010-\u2015\u2212]+", each)).strip().casefold() for each in forms]
    if spaced[0] == spaced[1]:
        return "screens, web pages and BI tools do not tell spaces, `_` and `-` apart"
    return "databases do not tell accents and the widths of letters apart"


def is_device(name: str) -> bool:
    """Whether Windows keeps the name for a device, in every folder."""
    return _WINDOWS_DEVICES.fullmatch(name) is not None


def name_code(name: str, joint: str = "_", fallback: str = "scenario") -> str:
    """A code for a name, of small letters, digits and `joint`: the same on every machine, and for no other name.

    A name that is its own code stays as it is. Any other one becomes a part that can be read, and eight digits of its
    SHA-256.

    >>> name_code("base_case"), name_code("Plan A!"), name_code("計画")
    ('base_case', 'plan_a_9ea947fe', 'scenario_5a025aa4')
    """
    text = unicodedata.normalize("NFC", name)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", joint, plain).strip(joint)[:_LONGEST_SLUG].strip(joint)
    hashed = rf"(?:.*{re.escape(joint)})?[0-9a-f]{{{_HASH_DIGITS}}}"
    if slug == text and not is_device(slug) and not re.fullmatch(hashed, slug):
        return slug
    return f"{slug or fallback}{joint}{hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]}"
