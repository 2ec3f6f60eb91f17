"""SQL that reads times from texts, as people and programs write them (dates in Python: `cells`)."""

from __future__ import annotations

from forecast.foreign.cells import DAY_FIRST, ISO
from forecast.foreign.duckdb_session import literal

_ISO_DAY = r"^\d{4}-\d{2}-\d{2}"
_CLOCK = r"[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?"
_ZONE = r" ?(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)"
_DAY_AND_MONTH = r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"
_HALF_DAY = r"( ?[AaPp][Mm])"
_NAMED_MONTH = r"^\d{1,2}[- ][A-Za-z]{3}[- ]\d{4}"
_NUMBER = r"^\d+(\.\d+)?$"
_SMALLEST_EPOCH = 1e8  # seconds: March 1973; a smaller number is a spreadsheet's serial, or no time
_NOON = "INTERVAL 12 HOUR"

# What a text is that should be a time.
_WITH_ZONE, WITHOUT_ZONE, _DAY, _EPOCH, _EMPTY = "with zone", "without zone", "day", "epoch", "empty"
SERIAL, AMBIGUOUS, NO_TIME = "serial", "ambiguous", "no time"


def time_kind_sql(text: str, date_format: str = ISO) -> str:
    """SQL of what kind of time a text is."""
    either = f"{literal(AMBIGUOUS)}" if date_format == ISO else None
    other = f"{_DAY_AND_MONTH}({_CLOCK}{_HALF_DAY}?)?"
    return (
        f"CASE WHEN {text} IS NULL THEN '{_EMPTY}' "
        f"WHEN regexp_matches({text}, '{_ISO_DAY}$') OR regexp_matches({text}, '{_NAMED_MONTH}$') THEN '{_DAY}' "
        f"WHEN regexp_matches({text}, '{_ISO_DAY}{_CLOCK}$') THEN '{WITHOUT_ZONE}' "
        f"WHEN regexp_matches({text}, '{_NAMED_MONTH}{_CLOCK}{_HALF_DAY}?$') THEN '{WITHOUT_ZONE}' "
        f"WHEN regexp_matches({text}, '{_ISO_DAY}{_CLOCK}{_ZONE}$') THEN '{_WITH_ZONE}' "
        f"WHEN regexp_matches({text}, '{_NUMBER}') THEN "
        f"CASE WHEN try_cast({text} AS DOUBLE) >= {_SMALLEST_EPOCH} THEN '{_EPOCH}' ELSE '{SERIAL}' END "
        f"WHEN regexp_matches({text}, '{_DAY_AND_MONTH}$') THEN {either or literal(_DAY)} "
        f"WHEN regexp_matches({text}, '{other}$') THEN {either or literal(WITHOUT_ZONE)} "
        f"ELSE '{NO_TIME}' END"
    )


def time_sql(text: str, kind: str, date_format: str = ISO, time_zone: str | None = None) -> str:
    """SQL of the time of a text of a kind, as TIMESTAMP in UTC; null where it is none, or its zone is not known.

    A day alone is its noon; a number is seconds, milliseconds or microseconds since 1970, by its size.
    """
    plain = _plain_time(text, date_format)
    instant = f"replace(replace({text}, ',', '.'), 'GMT', 'UTC')"
    zoned = "NULL" if time_zone is None else f"timezone('UTC', timezone({literal(time_zone)}, {plain}))"
    number = f"try_cast({text} AS DOUBLE)"
    micros = (
        f"CASE WHEN {number} < 1e11 THEN {number} * 1e6 WHEN {number} < 1e14 THEN {number} * 1e3 "
        f"WHEN {number} < 1e17 THEN {number} ELSE {number} / 1e3 END"
    )
    return (
        f"CASE {kind} WHEN '{_DAY}' THEN date_trunc('day', {plain}) + {_NOON} "
        f"WHEN '{_WITH_ZONE}' THEN timezone('UTC', try_cast({instant} AS TIMESTAMPTZ)) "
        f"WHEN '{WITHOUT_ZONE}' THEN {zoned} "
        f"WHEN '{_EPOCH}' THEN make_timestamp(CAST(round({micros}) AS BIGINT)) END"
    )


def _plain_time(text: str, date_format: str) -> str:
    """SQL of the time that is written, whatever its zone."""
    first = "%d/%m/%Y" if date_format == DAY_FIRST else "%m/%d/%Y"
    days = [] if date_format == ISO else [first, first.replace("/", "."), first.replace("/", "-")]
    days += ["%d-%b-%Y", "%d %b %Y"]
    clocks = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S.%g", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", "T%H:%M:%S"]
    formats = ", ".join(literal(day + clock) for day in days for clock in clocks)
    return f"coalesce(try_cast(replace({text}, ',', '.') AS TIMESTAMP), try_strptime({text}, [{formats}]))"
