"""How long parcels take, by what marketplaces and carriers tell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from transforms.delivery import delivery_weeks, with_tracking
from transforms.tables import SHIPMENTS, TRACKED_PARCELS

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOW = MONDAY + timedelta(days=20)


def days(n):
    return MONDAY + timedelta(days=n)


@pytest.fixture
def tables(row, table_of):
    def make(parcels, tracked=()):
        base = {"status": "in_transit", "shipped_at": MONDAY, "delivered_at": None}
        shipments = [row(SHIPMENTS, **base | {"shipment_id": f"{n}", "tracking_number": f"P{n}"} | each) for n, each in enumerate(parcels)]
        nothing = {"shop": "tracker", "shipped_at": None, "delivered_at": None, "delivered_date": None}
        told = [row(TRACKED_PARCELS, **nothing | {"tracking_number": f"P{n}", "service": "dhl"} | each) for n, each in tracked]
        return table_of(SHIPMENTS, shipments), table_of(TRACKED_PARCELS, told)
    return make


def weeks(tables, parcels, tracked=(), zone="UTC"):
    shipments, told = tables(parcels, tracked)
    return delivery_weeks(shipments, told, {client: zone for client in set(shipments["client"])}, NOW)


def test_where_the_marketplace_does_not_tell_the_carrier_does_and_never_against_the_marketplace(tables):
    shipments, told = tables([{}, {"delivered_at": days(2)}, {}], [(0, {"status": "delivered", "delivered_at": days(3)}),
                                                                (1, {"status": "delivered", "delivered_at": days(9)})])
    found = with_tracking(shipments, told)
    assert [moment.to_pydatetime() for moment in found["delivered_at"].dropna()] == [days(3), days(2)]
    assert found["delivered_at"].isna().tolist() == [False, False, True]
    assert found["tracking_status"].isna().tolist() == [False, False, True] and len(found) == 3


def test_median_and_p90_are_times_within_which_that_share_arrived(tables):
    week, = weeks(tables, [{"delivered_at": days(n)} for n in range(1, 11)])
    assert (week.parcels, week.delivered, week.median_days, week.p90_days) == (10, 10, Fraction(5), Fraction(9))
    assert week.late == 3 and week.late_share == Fraction(3, 10)


def test_a_parcel_on_its_way_for_too_long_is_late_and_the_oldest_is_named(tables):
    week, = weeks(tables, [{}, {"shipped_at": days(1)}, {"delivered_at": days(2)}])
    assert (week.undelivered, week.late, week.undelivered_since.to_pydatetime()) == (2, 2, MONDAY)


def test_a_delivery_of_which_only_the_day_is_known_counts_in_whole_days(tables):
    week, = weeks(tables, [{}], [(0, {"status": "delivered", "delivered_date": date(2026, 11, 6)})])
    assert (week.delivered, week.median_days, week.undelivered) == (1, Fraction(4), 0)


def test_a_return_is_neither_delivered_nor_on_its_way_and_a_cancelled_parcel_counts_nowhere(tables):
    week, = weeks(tables, [{}, {"status": "cancelled"}], [(0, {"status": "returned"})])
    assert (week.parcels, week.returned, week.undelivered, week.delivered, week.median_days) == (1, 1, 0, 0, None)


def test_the_clients_zone_decides_the_week(tables):
    sunday_night = datetime(2026, 11, 8, 20, tzinfo=UTC)
    parcels = [{"shipped_at": sunday_night}]
    assert [week.week_start for week in weeks(tables, parcels)] == [date(2026, 11, 2)]
    assert [week.week_start for week in weeks(tables, parcels, zone="Asia/Shanghai")] == [date(2026, 11, 9)]
