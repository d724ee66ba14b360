"""Money that one side tells and the other does not know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd

from transforms.metrics import Period
from transforms.tables import ORDERS, PAYMENTS
from transforms.unmatched import payment_week

WEEK = Period(date(2026, 11, 9), date(2026, 11, 16))
TUESDAY = datetime(2026, 11, 10, 12, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC)
SERVICES = {"acme_paypal": "paypal"}


def frame(table, rows):
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=table.by_name[name].kind.dtype) for name in table.names})


def payment(number, order_id="7", amount=1990, **changes):
    """A completed payment at PayPal on Tuesday."""
    return {
        "client": "acme", "shop": "acme_paypal", "payment_id": number, "transaction_id": number, "order_id": order_id, "kind": "payment",
        "status": "completed", "provider": "paypal", "currency": "EUR", "amount_minor": amount, "paid_at": TUESDAY, **changes,
    }  # fmt: skip


def said(number, order_id="7", **changes):
    """What the store says of it."""
    return payment(number, order_id, shop="acme_store", **changes)


def order(order_id="7", total=1990, **changes):
    return {"client": "acme", "shop": "acme_store", "order_id": order_id, "currency": "EUR", "total_minor": total, **changes}


def week(payments, orders, services=SERVICES, since=SINCE, until=UNTIL, zone="UTC"):
    return payment_week(frame(PAYMENTS, payments), frame(ORDERS, orders), services, WEEK, zone, since, until)


def told(found):
    return [(one.kind, one.account, one.currency, one.count, one.amount_minor, one.references) for one in found.exceptions]


def test_a_payment_with_its_order_and_an_order_with_its_payment_are_no_exception():
    found = week([payment("A"), said("A")], [order()])
    assert (found.exceptions, found.compared, found.providers, found.until) == ((), 1, ("paypal",), UNTIL.isoformat())


def test_payments_of_no_known_order_are_counted_and_summed_by_currency():
    rows = [payment("A", "INV-1"), payment("B", "INV-2", 10), payment("C", None, 500, currency="USD")]
    assert told(week(rows, [order()])) == [
        ("no_order", "acme_paypal", "EUR", 2, 2000, ("INV-1", "INV-2")), ("no_order", "acme_paypal", "USD", 1, 500, ()),
    ]


def test_an_order_said_to_be_paid_there_without_a_payment_is_named():
    rows = [payment("A"), said("A"), said("B", "8", amount=700), said("C", "9", provider="PAYPAL", amount=1)]
    found = week(rows, [order(), order("8"), order("9")])
    assert told(found) == [("no_payment", "acme_store", "EUR", 2, 701, ("8", "9"))]


def test_what_another_service_took_is_never_looked_for():
    assert told(week([said("B", provider="stripe"), said("C", provider="cod"), said("D", status="pending")], [order()])) == []


def test_nothing_is_missed_outside_the_time_over_which_the_service_is_proven():
    row = [said("B")]
    assert len(week(row, [order()]).exceptions) == 1
    assert week(row, [order()], until=TUESDAY).exceptions == week(row, [order()], since=TUESDAY + timedelta(seconds=1)).exceptions == ()
    unproven = week(row, [order()], since=None, until=None)
    assert (unproven.exceptions, unproven.until) == ((), None)


def test_a_payment_the_service_dates_days_away_is_found_and_one_outside_the_week_is_not_counted():
    late = payment("A", paid_at=TUESDAY + timedelta(days=6))
    found = week([late, said("A"), payment("B", "INV-9", paid_at=TUESDAY - timedelta(days=6))], [order()])
    assert (told(found), found.compared) == ([], 0)


def test_a_marketplaces_own_payment_for_an_order_it_does_not_show_is_an_exception_of_that_shop():
    rows = [said("A", "7", provider="shopify_payments"), said("B", "8", provider="shopify_payments"), said("C", None, provider="cash")]
    assert told(week(rows, [order(), order("8", shop="acme_other")])) == [("no_order", "acme_store", "EUR", 1, 1990, ("8",))]


def test_refunds_and_payments_that_never_came_are_no_money_without_an_order():
    rows = [payment("A", "INV", kind="refund", amount=-5), payment("B", "INV", status="failed"), payment("C", "INV", status="pending")]
    assert told(week(rows, [])) == []


def test_a_client_without_a_payment_service_has_no_section():
    assert week([said("A")], [order()], services={}) is None


def test_the_clients_zone_decides_whose_week_a_payment_is():
    row = [payment("A", "INV-1", paid_at=datetime(2026, 11, 15, 20, tzinfo=UTC))]
    assert len(week(row, []).exceptions) == 1 and week(row, [], zone="Asia/Shanghai").exceptions == ()
