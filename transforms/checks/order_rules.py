"""Rules of an order and what hangs on it: sums, counts, parcels; and the arithmetic inside an order or line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from transforms.checks.facts import BatchFacts
from transforms.checks.rows import Broken, Rows, places_of

DAY_MICROS = 86_400_000_000
_PARTS = ("items_minor", "discount_minor", "shipping_minor", "tax_minor")


def table_rules(rows: Rows) -> Iterator[Broken]:
    """Rules that need only the table's own row."""
    if rows.table.name in ("orders", "order_lines"):
        yield _total_adds_up(rows)
    if rows.table.name == "order_lines":
        yield Broken("shipped_within_ordered", "shipped_quantity", rows.numbers("shipped_quantity") > rows.numbers("quantity"))
    if rows.table.name == "shipments":
        both = rows.has("shipped_at") & rows.has("delivered_at")
        early = rows.numbers("delivered_at") < rows.numbers("shipped_at") - DAY_MICROS
        yield Broken("delivered_after_shipped", "delivered_at", both & early)


def family_rules(chunk: Mapping[str, Rows], parents: Mapping[str, np.ndarray], facts: BatchFacts) -> Iterator[tuple[str, Broken]]:
    """Rules between orders and their children.

    Args:
        parents: child table → place of each row's order in ``chunk["orders"]``, -1 for orphans.
    Yields:
        (table, broken)
    """
    if "orders" not in chunk:
        return
    orders = chunk["orders"]
    if "order_lines" in chunk:
        lines, place = chunk["order_lines"], parents["order_lines"]
        yield "orders", _unit_count(orders, lines, place)
        for name in facts.line_sums:
            yield "orders", _lines_add_up(orders, lines, place, name)
        yield "order_lines", _same_currency(orders, lines, place)
    if "shipments" in chunk:
        yield "shipments", _shipped_after_placed(orders, chunk["shipments"], parents["shipments"])
    if "shipment_lines" in chunk:
        yield from (("shipment_lines", broken) for broken in _parcels_are_whole(chunk))


def _total_adds_up(rows: Rows) -> Broken:
    items, discount, shipping, tax = (rows.numbers(name) for name in _PARTS)
    expected = items - discount + shipping + tax
    has_all = np.logical_and.reduce([rows.has(name) for name in (*_PARTS, "total_minor")])
    return Broken("total_adds_up", "total_minor", has_all & (rows.numbers("total_minor") != expected), expected)


def _sum_by_order(values: np.ndarray, place: np.ndarray, orders: int) -> np.ndarray:
    total = np.zeros(orders, dtype=np.int64)  # not bincount: its weights are floats
    met = place >= 0
    np.add.at(total, place[met], values[met])
    return total


def _unit_count(orders: Rows, lines: Rows, place: np.ndarray) -> Broken:
    expected = _sum_by_order(lines.numbers("quantity"), place, len(orders))
    return Broken("unit_count", "unit_count", orders.has("unit_count") & (orders.numbers("unit_count") != expected), expected)


def _lines_add_up(orders: Rows, lines: Rows, place: np.ndarray, name: str) -> Broken:
    """Only where the order and each of its lines show the amount: a pending order shows none."""
    shown = lines.has(name)
    expected = _sum_by_order(lines.numbers(name), place, len(orders))
    hidden = _sum_by_order((~shown).astype(np.int64), place, len(orders))
    count = _sum_by_order(np.ones(len(lines), dtype=np.int64), place, len(orders))
    comparable = orders.has(name) & (hidden == 0) & (count > 0)
    return Broken("lines_add_up", name, comparable & (orders.numbers(name) != expected), expected)


def _same_currency(orders: Rows, lines: Rows, place: np.ndarray) -> Broken:
    if not len(orders):
        return Broken("currency_of_order", "currency", np.zeros(len(lines), dtype=bool))
    own, of_order = lines.currency_places(), orders.currency_places()[np.maximum(place, 0)]
    return Broken("currency_of_order", "currency", (place >= 0) & (own >= 0) & (of_order >= 0) & (own != of_order))


def _shipped_after_placed(orders: Rows, parcels: Rows, place: np.ndarray) -> Broken:
    met = place >= 0
    at = np.maximum(place, 0)
    if not len(orders):
        return Broken("shipped_after_placed", "shipped_at", np.zeros(len(parcels), dtype=bool))
    both = met & parcels.has("shipped_at") & orders.has("placed_at")[at]
    early = parcels.numbers("shipped_at") < orders.numbers("placed_at")[at] - DAY_MICROS
    return Broken("shipped_after_placed", "shipped_at", both & early)


def _parcels_are_whole(chunk: Mapping[str, Rows]) -> Iterator[Broken]:
    rows = chunk["shipment_lines"]
    for name, column in (("shipments", "shipment_id"), ("order_lines", "line_id")):
        if name in chunk:
            wanted = ("client", "shop", "order_id", column)
            yield Broken("orphan", column, places_of(rows.link(wanted, wanted), chunk[name].key) < 0)
