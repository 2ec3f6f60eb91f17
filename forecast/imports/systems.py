"""The headers of exports that are known: HubSpot, Salesforce, Stripe, Chargebee; and usual names of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ACCOUNTS, DEALS, SUBSCRIPTIONS = "accounts", "deals", "subscriptions"


@dataclass(frozen=True)
class KnownExport:
    """An export of a system: what it lists, and the columns by which it is recognised."""

    system: str
    block: str
    columns: tuple[str, ...]


KNOWN_EXPORTS = (  # the more particular ones first
    KnownExport("HubSpot deals", DEALS, ("Deal Name", "Deal Stage")),
    KnownExport("HubSpot companies", ACCOUNTS, ("Record ID", "Company name")),
    KnownExport("Salesforce Opportunity", DEALS, ("AccountId", "StageName")),
    KnownExport("a Salesforce report of opportunities", DEALS, ("Account ID", "Stage")),
    KnownExport("a Salesforce report of opportunities", DEALS, ("Opportunity Name", "Account Name", "Stage")),
    KnownExport("Salesforce Account", ACCOUNTS, ("Id", "Name", "NumberOfEmployees")),
    KnownExport("a Salesforce report of accounts", ACCOUNTS, ("Account ID", "Account Name")),
    KnownExport("a Salesforce report of accounts", ACCOUNTS, ("Account Name", "Employees")),
    KnownExport("Stripe subscriptions", SUBSCRIPTIONS, ("Customer ID", "Status", "Plan", "Quantity")),
    KnownExport("Stripe customers", ACCOUNTS, ("id", "Email", "Created (UTC)")),
    KnownExport("Chargebee subscriptions", SUBSCRIPTIONS, ("Customer ID", "Current Plan", "Plan Quantity")),
    KnownExport("Chargebee subscriptions", SUBSCRIPTIONS, ("Customer Id", "Subscription Id", "Plan Quantity")),
    KnownExport("Chargebee customers", ACCOUNTS, ("Customer Id", "Company")),
)

# By block and key of a map: the usual names of its column, the likeliest first; written in any case and with any marks.
USUAL_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    ACCOUNTS: {
        "key": ("Record ID", "Account ID", "Id", "Customer ID", "Company ID"),
        "account": (
            *("Company name", "Account Name", "Company", "Name", "Customer Name", "Customer", "Account"),
            *("Customer Email", "Email", "Customer ID"),
        ),
        "segment": ("Segment", "Customer Segment", "Tier", "Company Size", "Market Segment"),
        "eligible_users": ("Number of Employees", "NumberOfEmployees", "Employees", "Employee Count", "Headcount"),
        "free_users": ("Free Users", "Active Free Users"),
        "paid_users": ("Paid Users", "Paying Users"),
        "lapsed_users": ("Lapsed Users", "Churned Users", "Inactive Users"),
        "in_trial": ("Trial Users", "Users in Trial"),
        "seats": ("Seats", "Licenses", "Licences", "Contracted Seats"),
        "price_per_seat_month": ("Price per Seat", "Seat Price"),
        "contract_end": ("Contract End Date", "Contract End", "Renewal Date", "Subscription End Date"),
    },
    DEALS: {
        "key": (
            *("AccountId", "Account ID", "Associated Company IDs (Primary)", "Associated Company IDs"),
            *("Associated Company (Primary)", "Associated Company", "Account Name", "Company"),
        ),
        "opportunity_stage": ("Deal Stage", "StageName", "Stage"),
        "opened": ("Create Date", "CreatedDate", "Created Date", "Created"),
        "stage_entered": (
            *("Date entered current stage", "Last Stage Change Date", "LastStageChangeDate", "Stage Entered"),
            "Stage Entered Date",
        ),
    },
    SUBSCRIPTIONS: {
        "key": ("Customer ID", "Customer Id", "Customer"),
        "only": ("Status", "Subscription Status"),
        "plan": ("Current Plan", "Plan", "Plan Name", "Plan Id", "Product"),
        "quantity": ("Quantity", "Plan Quantity", "Seats"),
        "contract_end": (
            *("Current Period End (UTC)", "Current Billing Term End Date", "Current Term End"),
            *("Contract Term End", "Next Billing At"),
        ),
    },
}
# Words of statuses and stages, as `plain_word` writes them.
RUNNING_STATUSES = ("active", "pastdue", "nonrenewing")
CLOSED_STAGES = ("closedwon", "closedlost", "won", "lost", "closed")


def plain_word(text: str) -> str:
    """The letters and digits of a name in lower case: `Record ID` and `record_id` are one."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def recognised_export(header: Sequence[str]) -> KnownExport | None:
    """The export that has all of its columns in the header; None when none has."""
    names = set(header)
    return next((export for export in KNOWN_EXPORTS if names >= set(export.columns)), None)


def usual_column(header: Sequence[str], block: str, key: str) -> str | None:
    """The column of the header that usually holds what a key of a map's block asks for."""
    columns = {plain_word(name): name for name in reversed(header) if name}
    usual = (plain_word(name) for name in USUAL_COLUMNS[block].get(key, ()))
    return next((columns[name] for name in usual if name in columns), None)
