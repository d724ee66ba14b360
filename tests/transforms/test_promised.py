"""Whether goods came by the promised day, on rows small enough to check by eye."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from transforms.metrics import Period
from transforms.promised import PromisedWeek, promised_week
from transforms.tables import FOLLOWED_SHIPMENTS, ORDERS

WEEK = Period(date(2026, 11, 9), date(2026, 11, 16))
FRIDAY = datetime(2026, 11, 13, 22, 59, 59, tzinfo=UTC)  # the end of the day in Berlin
NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
TELLING = "lumora_amazon_eu"


@pytest.fixture
def week(row, table_of):
    """``week((order, parcels), …)``: each order promised for Friday and shipped by its seller."""

    def figures(*told, telling=(TELLING,), zone="UTC", now=NOW):
        orders, parcels = [], []
        for number, (order, mine) in enumerate(told):
            orders.append(row(ORDERS, **{"order_id": f"{number}", "deliver_by_at": FRIDAY, "status": "shipped"} | order))
            plain = {"order_id": f"{number}", "status": "in_transit", "delivered_at": None, "delivered_date": None, "service": None}
            parcels += [row(FOLLOWED_SHIPMENTS, **plain | {"shipment_id": f"{place}"} | each) for place, each in enumerate(mine)]
        return promised_week(table_of(ORDERS, orders), table_of(FOLLOWED_SHIPMENTS, parcels), set(telling), WEEK, zone, now)

    return figures


def came(hours=0):
    return {"status": "delivered", "delivered_at": FRIDAY + timedelta(hours=hours)}


def test_an_order_is_in_time_to_the_very_second_and_late_after_it(week):
    assert week(({}, [came()]), ({}, [came(1)])) == PromisedWeek(2, 1, 0)


def test_the_last_parcel_decides_and_a_cancelled_one_does_not(week):
    assert week(({}, [came(-9), came(1)]), ({}, [came(-9), {"status": "cancelled"}])) == PromisedWeek(2, 1, 0)


def test_of_a_day_without_a_time_the_promises_day_at_the_site_counts(week):
    days = [{"status": "delivered", "delivered_date": date(2026, 11, day)} for day in (13, 14)]
    assert week(({}, days[:1]), ({}, days[1:])) == PromisedWeek(2, 1, 0)


def test_what_has_not_arrived_is_late_where_somebody_would_tell_and_unknown_where_nobody_does(week):
    assert week(({}, [{}])) == PromisedWeek(1, 0, 0)
    assert week(({}, [{}]), telling=()) == PromisedWeek(0, 0, 1)
    assert week(({}, [{"service": "dhl"}]), telling=()) == PromisedWeek(1, 0, 0)
    assert week(({}, [{"status": "delivered"}])) == PromisedWeek(0, 0, 1), "arrived, and nobody says when"


def test_an_order_of_which_nothing_left_is_late_whoever_tells(week):
    assert week(({"status": "paid"}, []), telling=()) == PromisedWeek(1, 0, 0)


def test_cancelled_orders_the_marketplaces_own_and_other_weeks_promises_do_not_count(week):
    later = {"deliver_by_at": FRIDAY + timedelta(days=3)}
    others = ({"status": "cancelled"}, {"fulfilled_by": "marketplace"}, later, {"deliver_by_at": None})
    assert week(*((order, [came()]) for order in others)) is None
    assert week(*((order, [came()]) for order in others), ({}, [came()])) == PromisedWeek(1, 1, 0)


def test_a_promise_that_has_not_ended_yet_is_not_due(week):
    assert week(({}, [{}]), now=FRIDAY - timedelta(seconds=1)) is None
