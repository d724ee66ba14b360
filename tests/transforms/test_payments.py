"""Payments beside their orders, on rows small enough to check by eye."""

from __future__ import annotations

import pandas as pd

from transforms.payments import join_payments
from transforms.tables import ORDERS, PAYMENTS


def frame(table, rows):
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=table.by_name[name].kind.dtype) for name in table.names})


def payment(number, order_id="7", amount=1990, **changes):
    return {
        "client": "acme", "shop": "acme_paypal", "payment_id": f"{number}/T0006", "transaction_id": number, "order_id": order_id,
        "kind": "payment", "status": "completed", "currency": "EUR", "amount_minor": amount, **changes,
    }  # fmt: skip


def order(order_id="7", total=1990, **changes):
    return {"client": "acme", "shop": "acme_store", "order_id": order_id, "currency": "EUR", "total_minor": total, **changes}


def joined(payments, orders):
    found = join_payments(frame(PAYMENTS, payments), frame(ORDERS, orders), {"acme_paypal"})
    return [tuple(None if pd.isna(value) else value for value in row) for row in found.drop(columns="client").values]


def test_a_payment_of_the_orders_total_is_matched():
    assert joined([payment("A")], [order()]) == [("acme_paypal", "7", "EUR", 1990, 1, "acme_store", 1990, "matched")]


def test_a_payment_of_no_known_order_is_unmatched_also_without_any_number():
    found = joined([payment("A", "INV-1"), payment("B", None)], [order()])
    assert [(row[1], row[5], row[7]) for row in found] == [("INV-1", None, "unmatched"), (None, None, "unmatched")]


def test_an_order_that_became_cheaper_after_it_was_paid_differs():
    assert joined([payment("A")], [order(total=1791)])[0][3:] == (1990, 1, "acme_store", 1791, "amount_differs")


def test_two_payments_of_one_order_are_added_but_never_over_currencies():
    found = joined([payment("A", amount=1000), payment("B", amount=990), payment("C", amount=500, currency="USD")], [order()])
    assert [(row[2], row[3], row[4], row[7]) for row in found] == [("EUR", 1990, 2, "matched"), ("USD", 500, 1, "amount_differs")]


def test_refunds_fees_holds_and_payments_that_never_came_do_not_count():
    others = [
        payment("B", kind="refund", amount=-1990), payment("C", status="failed"), payment("D", status="pending"),
        payment("E", kind="hold", amount=-1990), payment("F", kind="authorisation"),
    ]  # fmt: skip
    assert joined([payment("A", status="reversed"), *others], [order()])[0][3:5] == (1990, 1)


def test_the_store_that_names_the_transaction_overrules_the_number_told():
    store = {**payment("A", "9"), "shop": "acme_store", "payment_id": "9"}
    found = joined([payment("A", "INV-3"), store], [order("9"), order("INV-3")])
    assert [(row[0], row[1], row[7]) for row in found] == [("acme_paypal", "9", "matched")]


def test_a_number_that_two_stores_use_names_no_order_unless_one_of_them_names_the_transaction():
    orders = [order(), order(shop="acme_other", total=5)]
    assert joined([payment("A")], orders)[0][7] == "unmatched"
    store = {**payment("A"), "shop": "acme_store", "payment_id": "7"}
    assert joined([payment("A"), store], orders)[0][5:] == ("acme_store", 1990, "matched")


def test_another_brands_order_of_the_same_number_is_not_joined():
    assert joined([payment("A")], [order(client="other")])[0][7] == "unmatched"
    assert joined([], []) == []
