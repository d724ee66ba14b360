"""The rules by name: what each demands, and which of them a table must keep."""

from __future__ import annotations

from transforms.checks.column_rules import NON_NEGATIVE, local_days
from transforms.schema import Kind, Table

RULES = {
    "mapping_fault": "Every value the marketplace sent could be read.",
    "required": "A column that may not be null has a value; a key is not empty.",
    "key_unique": "Two records with one key and one version say the same.",
    "known_word": "A status, kind or role is one of our words.",
    "known_currency": "A currency is a code of ISO 4217 that has minor units.",
    "currency_of_site": "Where a marketplace's site has one currency, the row's is that one.",
    "currency_beside_money": "Where there is an amount there is its currency.",
    "not_negative": "Amounts and counts that are no movements are zero or more (rates: more).",
    "plausible_time": "An instant lies between 1995 and two hours from now; a day between 1994-12-31 and tomorrow.",
    "day_fits_instant": "A local day is the instant's UTC day or a neighbour of it.",
    "rating_1_to_5": "A rating is 1, 2, 3, 4 or 5.",
    "total_adds_up": "total = items - discount + shipping + tax, where all five are shown.",
    "lines_add_up": "Each amount of an order is the sum of its lines', where all of them show it.",
    "unit_count": "An order's unit count is the sum of its lines' quantities.",
    "currency_of_order": "A line is in its order's currency.",
    "shipped_within_ordered": "Not more units are shipped than were ordered.",
    "shipped_after_placed": "A parcel leaves no earlier than a day before its order was placed.",
    "delivered_after_shipped": "A parcel arrives no earlier than a day before it left.",
    "orphan": "A row's parent (order; for a parcel's line also the parcel and the line) came with it.",
    "parent_quarantined": "The row's order was not quarantined.",
    "child_quarantined": "No line or parcel of the order was quarantined: an order is stored whole or not at all.",
}

_OWN = {
    "orders": ("total_adds_up", "lines_add_up", "unit_count", "child_quarantined"),
    "order_lines": ("total_adds_up", "currency_of_order", "shipped_within_ordered"),
    "shipments": ("shipped_after_placed", "delivered_after_shipped"),
    "reviews": ("rating_1_to_5",),
}


def rules_of(table: Table) -> tuple[str, ...]:
    """Names of the table's rules, in the order of ``RULES``; a derived table has none, for its sources were checked."""
    if table.is_derived:
        return ()
    names = {"mapping_fault", "required", "key_unique", "plausible_time", *_OWN.get(table.name, ())}
    if any(column.allowed for column in table.columns):
        names.add("known_word")
    if "currency" in table.by_name:
        names.add("known_currency")
        if "site" in table.by_name:
            names.add("currency_of_site")
        if any(column.kind is Kind.MINOR for column in table.columns):
            names.add("currency_beside_money")
    if table.name in NON_NEGATIVE:
        names.add("not_negative")
    if local_days(table):
        names.add("day_fits_instant")
    if table.parent:
        names |= {"orphan", "parent_quarantined"}
    return tuple(rule for rule in RULES if rule in names)
