"""Exports that are known by their columns: what each of them holds, and which of its columns are ours.

CRM and billing systems are those of the import of accounts (forecast.imports.systems); here are product events, the
history of opportunities, our own tables and panels of counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from forecast.imports.systems import ACCOUNTS, DEALS, KNOWN_EXPORTS, SUBSCRIPTIONS, plain_word, usual_column

_BLOCKS = {ACCOUNTS: "accounts", DEALS: "opportunities", SUBSCRIPTIONS: "contracts"}


@dataclass(frozen=True)
class _FittedExport:
    """An export: its block in a data file, the columns that it is known by, and ours by theirs.

    `columns` may name several of theirs, the likeliest first; `account` starts the names of columns with the account.
    """

    system: str
    block: str
    known_by: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    account: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    time_zone: str | None = None
    remark: str = ""


_EVENTS = (
    _FittedExport(
        "Segment",
        "events",
        ("event", "anonymous_id", "user_id", "timestamp"),
        {
            "time": ("timestamp",),
            "user": ("user_id",),
            "event": ("event",),
            "id": ("id",),
            "received": ("received_at",),
            "email": ("email", "context_traits_email"),
        },
        account=("context_group_id", "group_id", "context_groups_id"),
        time_zone="UTC",
        remark="`timestamp` is corrected for clocks that are wrong; `original_timestamp` is not",
    ),
    _FittedExport(
        "Amplitude",
        "events",
        ("event_type", "event_time", "amplitude_id"),
        {
            "time": ("event_time",),
            "user": ("user_id",),
            "event": ("event_type",),
            "id": ("$insert_id",),
            "received": ("server_upload_time",),
            "first_seen": ("user_creation_time",),
        },
        account=("groups.", "user_properties.company", "user_properties.account"),
        time_zone="UTC",
        remark="the range of dates asked for is by upload: the newest events are in later files",
    ),
    _FittedExport(
        "Mixpanel",
        "events",
        ("event", "properties.distinct_id", "properties.time"),
        {"time": ("properties.time",), "user": ("properties.distinct_id",), "event": ("event",)},
        account=("properties.company_id", "properties.company", "properties.account_id", "properties.workspace"),
        identity=("event", "properties.distinct_id", "properties.time", "properties.$insert_id"),
        time_zone="UTC",
        remark="raw exports have duplicates; `distinct_id` may be the one before login: give a `merge` file",
    ),
    _FittedExport(
        "PostHog",
        "events",
        ("uuid", "event", "distinct_id", "timestamp"),
        {"time": ("timestamp",), "user": ("person_id", "distinct_id"), "event": ("event",), "id": ("uuid",)},
        account=("properties.$group_0", "properties.$group_1"),
        time_zone="UTC",
        remark="`person_id` is never updated when persons merge: give a `merge` file",
    ),
    _FittedExport(
        "our own events",
        "events",
        ("time", "account", "user", "event"),
        {name: (name,) for name in ("time", "user", "event", "account", "id", "by", "received", "first_seen", "email")},
    ),
)
_OTHERS = (
    _FittedExport(
        "Salesforce OpportunityHistory",
        "history",
        ("OpportunityId", "StageName", "CreatedDate"),
        {"opportunity": ("OpportunityId",), "stage": ("StageName",), "entered": ("CreatedDate",)},
        remark="a row also stands there for a change of amount: only changes of the stage count",
    ),
    _FittedExport(
        "our own opportunities",
        "opportunities",
        ("opportunity", "account", "stage", "entered"),
        {
            name: (name,)
            for name in (
                *("opportunity", "account", "source", "stage", "entered", "left", "outcome", "reason", "requirement"),
            )
        },
    ),
    _FittedExport(
        "our own contracts",
        "contracts",
        ("account", "start", "end", "seats"),
        {
            name: (name,)
            for name in (
                *("account", "contract", "signed", "start", "end", "seats", "price_per_seat_month", "list_price"),
                *("renewed_from", "champion_left"),
            )
        },
    ),
    _FittedExport("our own accounts", "accounts", ("account", "segment", "eligible_users"), {}),
)
_MONTHLY = {
    "account": ("account", "company", "customer", "team", "repo", "organization", "workspace", "tenant"),
    "month": ("month", "period", "date"),
    "eligible": ("eligible", "eligible_users", "employees", "people", "headcount"),
    "active": ("active", "active_users", "users"),
    "starts": ("starts", "started", "new_users"),
    "stops": ("stops", "stopped", "churned", "churned_users"),
    "segment": ("segment", "tier", "size"),
}
_CRM_COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "opportunities": {
        "opportunity": ("Record ID", "Id", "Opportunity ID"),
        "source": ("LeadSource", "Lead Source", "Original Traffic Source"),
        "closed": ("Close Date", "CloseDate"),
        "reason": ("Closed Lost Reason", "Loss_Reason__c", "Lost Reason"),
        "currency": ("Currency", "CurrencyIsoCode", "Deal Currency Code"),
    },
    "contracts": {
        "contract": ("id", "Subscription Id", "Subscription ID"),
        "start": (
            *("Start (UTC)", "Start Date (UTC)", "Created (UTC)", "Started On", "Start Date", "Activated On"),
            "Current Billing Term Start Date",
        ),
        "end": ("Ended At (UTC)", "Canceled On", "Cancelled On"),
        "period_end": (
            *("Current Period End (UTC)", "Current Billing Term End Date", "Current Term End", "Contract Term End"),
            "Next Billing At",
        ),
        "seats": ("Quantity", "Plan Quantity", "Seats"),
        "currency": ("Currency",),
    },
}
_CRM_REMARKS = {
    "Salesforce Opportunity": "`CloseDate` is a plan until it is closed; reasons are fields of your own (`__c`)",
    "HubSpot deals": "`Close Date` is set by itself when a deal is made: it counts for closed deals alone",
    "Stripe subscriptions": "the end is `Ended At`; `Canceled At` is when somebody clicked. Export cancelled ones too",
    "Chargebee subscriptions": "`Canceled On` may lie in the future",
}


@dataclass(frozen=True)
class RecognisedExport:
    """An export of a file: its system, block, and the columns of the file by our names."""

    system: str
    block: str
    columns: Mapping[str, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ()
    time_zone: str | None = None
    remark: str = ""


def recognised(header: Sequence[str], nested: Collection[str] = ()) -> RecognisedExport | None:
    """The export of a file with these columns, and these keys inside them; None for one that is not known."""
    there = [*header, *nested]
    for export in (*_EVENTS, *_OTHERS):
        if set(export.known_by) <= set(there):
            return _with_columns(export, there)
    for known in KNOWN_EXPORTS:
        if set(known.columns) <= set(header):
            return _of_crm(known.system, known.block, header)
    columns = _first_columns(_MONTHLY, header)
    if {"month", "starts", "stops"} <= set(columns):
        return RecognisedExport("counts of months", "monthly", columns)
    return None


def _with_columns(export: _FittedExport, there: Sequence[str]) -> RecognisedExport:
    """An export with those of its columns that are there."""
    columns = {ours: name for ours, names in export.columns.items() if (name := _first(names, there))}
    if export.account:
        account = next((name for start in export.account for name in there if _is_column(name, start)), None)
        if account is not None:
            columns["account"] = account
    identity = tuple(name for name in export.identity if name in there)
    return RecognisedExport(export.system, export.block, columns, identity, export.time_zone, export.remark)


def _is_column(name: str, start: str) -> bool:
    """Whether a column is the one that is meant, or a key inside it where a point ends its name."""
    return name == start or (start.endswith(".") and name.startswith(start))


def _first(names: Sequence[str], there: Collection[str]) -> str | None:
    return next((name for name in names if name in there), None)


def _first_columns(known: Mapping[str, tuple[str, ...]], header: Sequence[str]) -> dict[str, str]:
    """The columns of a header that are usual ones, by our names."""
    words = {plain_word(name): name for name in reversed(header)}
    found = {ours: _first([plain_word(name) for name in names], words) for ours, names in known.items()}
    return {ours: words[word] for ours, word in found.items() if word is not None}


def _of_crm(system: str, block: str, header: Sequence[str]) -> RecognisedExport:
    """An export of a CRM or a billing system."""
    ours = _BLOCKS[block]
    columns = _first_columns(_CRM_COLUMNS.get(ours, {}), header)
    keys = {
        "accounts": {"account": "key", "segment": "segment", "eligible_users": "eligible_users"},
        "opportunities": {"account": "key", "stage": "opportunity_stage", "created": "opened"},
        "contracts": {"account": "key"},
    }[ours]
    for name, key in keys.items():
        column = usual_column(header, block, key)
        if column is not None and column not in columns.values():
            columns[name] = column
    return RecognisedExport(system, ours, columns, remark=_CRM_REMARKS.get(system, ""))
