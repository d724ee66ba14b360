"""Rules about one row of any table: what it must have, which words, which money, which times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from transforms.checks.facts import BatchFacts
from transforms.checks.rows import KNOWN_CURRENCIES, Broken, Rows
from transforms.schema import Kind, Table

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # no marketplace we read is older
MAY_BE_AHEAD = timedelta(hours=2)  # a vendor's clock beside ours
DEADLINES = ("respond_by_at", "expires_at", "valid_until_date", "ship_by_date", "due_date", "expected_date")  # lie ahead by their nature
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Amounts and counts that cannot be below zero; ledger entries and payouts are signed.
NON_NEGATIVE = {
    "orders": ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor", "unit_count"),
    "order_lines": (
        "unit_price_minor", "items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor", "quantity", "shipped_quantity",
    ),
    "shipment_lines": ("quantity",),
    "listings": ("price_minor",),
    "inventory": ("sellable_quantity", "reserved_quantity", "inbound_quantity"),
    "returns": ("refund_minor", "quantity"),
    "disputes": ("amount_minor",),
    "seller_accounts": ("rating_count",),
    "ad_spend": ("impression_count", "click_count", "attributed_order_count"),
    "traffic": ("view_count", "visit_count", "order_count", "unit_count"),
    "price_tiers": ("minimum_quantity", "unit_price", "highest_price"),
    "inquiries": ("quantity", "target_price"),
    "rfqs": ("quantity", "target_price", "quotes_left"),
    "quotations": ("total_minor",),
    "quotation_lines": ("quantity", "unit_price", "minimum_quantity", "total_minor", "lead_time_days"),
    "contracts": ("items_minor", "shipping_minor", "discount_minor", "tax_minor", "total_minor", "deposit_minor"),
    "contract_lines": ("quantity", "unit_price", "total_minor"),
    "payment_milestones": ("due_minor",),
    "trade_shipments": ("quantity",),
    "inspections": ("sample_size", "critical_count", "major_count", "minor_count"),
    "acceptances": ("accepted_quantity", "rejected_quantity", "claim_minor"),
    "fx_rates": ("rate_per_eur",),
}


def local_days(table: Table) -> list[tuple[str, str]]:
    """Pairs of an instant and the local day beside it (``placed_at``, ``placed_date``)."""
    names = table.by_name
    return [(n, f"{n[:-3]}_date") for n in names if n.endswith("_at") and f"{n[:-3]}_date" in names]


def column_rules(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    """Every rule of one row alone; masks that break nothing are left out."""
    for check in (_mapping_fault, _required, _allowed_words, _currencies, _site_currency, _non_negative, _plausible, _local_day, _rating):
        yield from (broken for broken in check(rows, facts) if broken.mask.any())


def _mapping_fault(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    if rows.faults.null_count < len(rows):
        yield Broken("mapping_fault", None, rows.faults.is_valid().to_numpy(zero_copy_only=False))


def _required(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    for column in rows.columns:
        if not column.nullable and rows.array(column.name).null_count:
            yield Broken("required", column.name, ~rows.has(column.name))
    for name in rows.table.full_key:
        if rows.table.by_name[name].kind is Kind.TEXT:
            yield Broken("required", name, rows.equals(name, ""))


def _allowed_words(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    for column in rows.columns:
        if column.allowed is not None:
            yield Broken("known_word", column.name, ~rows.is_in(column.name, pa.array(column.allowed)) & rows.has(column.name))


def _currencies(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    if "currency" not in rows.table.by_name:
        return
    has_currency = rows.has("currency")
    yield Broken("known_currency", "currency", has_currency & ~rows.is_in("currency", KNOWN_CURRENCIES))
    amounts = [column.name for column in rows.columns if column.kind is Kind.MINOR]
    if amounts and not has_currency.all():
        has_money = np.logical_or.reduce([rows.has(name) for name in amounts])
        yield Broken("currency_beside_money", "currency", has_money & ~has_currency)


def _site_currency(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    """A wrong but real currency would pass every other rule and be off by its exchange rate, or by a hundred."""
    if not facts.currency_of_site or not {"site", "currency"} <= rows.table.by_name.keys():
        return
    expected = np.full(len(rows), None, dtype=object)
    wrong = np.zeros(len(rows), dtype=bool)
    for site in rows.array("site").unique().to_pylist():
        if currency := facts.currency_of_site.get(site):
            here = rows.equals("site", site)
            expected[here] = currency
            wrong |= here & rows.has("currency") & ~rows.equals("currency", currency)
    yield Broken("currency_of_site", "currency", wrong, expected)


def _non_negative(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    for name in NON_NEGATIVE.get(rows.table.name, ()):
        yield Broken("not_negative", name, rows.numbers(name) < 0)
    if rows.table.name == "fx_rates":
        yield Broken("not_negative", "rate_per_eur", rows.has("rate_per_eur") & (rows.numbers("rate_per_eur") == 0))


def _plausible(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    first, last = _micros(EARLIEST), _micros(facts.now + MAY_BE_AHEAD)
    # A day may be one ahead of its instant (Auckland) or stand without one (rates).
    first_day, last_day = (EARLIEST.date() - date(1970, 1, 1)).days - 1, (facts.now.date() - date(1970, 1, 1)).days + 1
    for column in rows.columns:
        if column.name in DEADLINES:
            continue
        if column.kind is Kind.INSTANT:
            low, high = first, last
        elif column.kind is Kind.DAY:
            low, high = first_day, last_day
        else:
            continue
        values = rows.numbers(column.name)
        yield Broken("plausible_time", column.name, rows.has(column.name) & ((values < low) | (values > high)))


def _local_day(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    for instant, day in local_days(rows.table):
        utc_day = rows.numbers(instant) // 86_400_000_000
        both = rows.has(instant) & rows.has(day)
        yield Broken("day_fits_instant", day, both & (np.abs(rows.numbers(day) - utc_day) > 1))


def _rating(rows: Rows, facts: BatchFacts) -> Iterator[Broken]:
    if "rating" in rows.table.by_name:
        value = rows.numbers("rating")
        yield Broken("rating_1_to_5", "rating", rows.has("rating") & ((value < 1) | (value > 5)))


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def fault_parts(fault: str, table: Table) -> tuple[str | None, str]:
    """A mapping fault's column (where it names one) and the rest."""
    name, found, rest = fault.partition(": ")
    return (name, rest) if found and name in table.by_name else (None, fault)


