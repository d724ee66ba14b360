"""Units that left since the brand counted, and what must be said of old ground."""

from datetime import timedelta

import pandas as pd
import pytest

from transforms.stock import Basis, Limits, Proof, guard, left_since, ordered_since, together
from transforms.tables import INVENTORY, ORDER_LINES, ORDERS, SHIPMENT_LINES, SHIPMENTS

HOUR = timedelta(hours=1)


@pytest.fixture
def sold(row, table_of):
    """``sold((order_id, changes of order, of line, parcels as (shipped_at, quantity)), …)`` → the four frames."""

    def make(*orders):
        rows = {table.name: [] for table in (ORDERS, ORDER_LINES, SHIPMENTS, SHIPMENT_LINES)}
        for order_id, order, line, parcels in orders:
            rows["orders"].append(row(ORDERS, order_id=order_id, **order))
            rows["order_lines"].append(row(ORDER_LINES, order_id=order_id, line_id="1", **({"sku": "A"} | line)))
            for number, (shipped_at, quantity) in enumerate(parcels):
                place = {"order_id": order_id, "shipment_id": str(number)}
                rows["shipments"].append(row(SHIPMENTS, **place, shipped_at=shipped_at))
                rows["shipment_lines"].append(row(SHIPMENT_LINES, **place, line_id="1", quantity=quantity))
        return [table_of(table, rows[table.name]) for table in (ORDERS, ORDER_LINES, SHIPMENTS, SHIPMENT_LINES)]

    return make


def units(frame):
    return dict(zip(frame["sku"], frame["quantity"], strict=True))


def test_only_parcels_known_to_have_left_before_the_count_stay_out(row, sold):
    at = row(ORDERS)["placed_at"]
    frames = sold(
        ("before", {}, {"sku": "A", "shipped_quantity": 4}, [(at - HOUR, 4)]),
        ("at that very instant", {}, {"sku": "B", "shipped_quantity": 4}, [(at, 4)]),
        ("half before, half after", {}, {"sku": "C", "shipped_quantity": 5}, [(at - HOUR, 2), (at + HOUR, 3)]),
        ("nobody says when", {}, {"sku": "D", "shipped_quantity": 2}, [(None, 2)]),
        ("no parcel is shown", {}, {"sku": "E", "shipped_quantity": 1}, []),
        ("theirs", {"fulfilled_by": "marketplace"}, {"sku": "F", "shipped_quantity": 9}, [(at + HOUR, 9)]),
        ("packed", {}, {"sku": "G", "shipped_quantity": 0}, [(None, 3)]),
        ("without an article", {}, {"sku": None, "shipped_quantity": 1}, [(at + HOUR, 1)]),
    )
    assert units(left_since(*frames, at)) == {"B": 4, "C": 3, "D": 2, "E": 1}


def test_a_parcel_that_arrived_before_the_count_had_left_before_it(row, sold):
    at = row(ORDERS)["placed_at"]
    orders, lines, shipments, contents = sold(("1", {}, {"shipped_quantity": 1}, [(None, 1)]))
    shipments["delivered_at"] = pd.Series([at - HOUR], dtype=shipments["delivered_at"].dtype)
    assert len(left_since(orders, lines, shipments, contents, at)) == 0


def test_what_is_taken_adds_up_by_article():
    one = pd.DataFrame({"client": ["c", "c"], "sku": ["A", "B"], "quantity": [1, 2]})
    assert units(together(one, one[:1], one[:0])) == {"A": 2, "B": 2}


def test_units_ordered_since_leave_out_older_cancelled_and_foreign_ones(row, sold):
    at = row(ORDERS)["placed_at"]
    orders, lines, *_ = sold(
        ("new", {"placed_at": at}, {"quantity": 3}, []), ("old", {"placed_at": at - HOUR}, {"quantity": 5}, []),
        ("off", {"placed_at": at}, {"quantity": 7, "status": "cancelled"}, []),
        ("theirs", {"placed_at": at, "fulfilled_by": "marketplace"}, {"quantity": 9}, []),
    )  # fmt: skip
    assert ordered_since(orders, lines, at) == 3


def jobs(*shops):
    rows = [{"shop": shop, "site": "DE", "sku": "A", "observed_quantity": 5, "wanted_quantity": 4} for shop in shops]
    return pd.DataFrame(rows, columns=["shop", "site", "sku", "observed_quantity", "wanted_quantity"])


@pytest.fixture
def reasons(row, table_of):
    at = row(ORDERS)["placed_at"]

    def judge(changed, *proofs, **basis):
        inventory = table_of(INVENTORY, [row(INVENTORY, sku=f"S{n}") for n in range(10)])
        made = tuple(Proof(shop, entity, entity == "orders", hours and at - hours * HOUR) for shop, entity, hours in proofs)
        return guard(jobs(*changed), inventory, Limits(), Basis(now=at, **({"master_at": at, "proofs": made} | basis))).reasons

    return judge


def test_unproven_orders_of_any_shop_count_and_unproven_stock_only_where_a_change_is_planned(reasons):
    far = [("a", "orders", 1), ("b", "orders", 13), ("a", "listings", 1), ("b", "listings", 13), ("c", "listings", None)]
    assert [reason.split(": ")[0] for reason in reasons(["a"], *far)] == [
        "orders of b are not proven complete for 13 hours (since 2026-11-09 23:00 UTC, allowed 12 hours)",
    ]
    assert [reason.split()[:3] for reason in reasons(["a", "b"], *far)] == [["orders", "of", "b"], ["listings", "of", "b"]]


def test_nothing_to_change_is_nothing_to_doubt(reasons):
    assert reasons([], ("a", "orders", None), held_orders={"a": 3}) == []
