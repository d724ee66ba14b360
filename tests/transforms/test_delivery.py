"""How a week's parcels went, on rows small enough to check by eye."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from transforms.delivery import SilentParcel, delivery_week
from transforms.metrics import Period
from transforms.schema import SchemaError
from transforms.tables import FOLLOWED_SHIPMENTS

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
WEEK = Period(date(2026, 11, 2), date(2026, 11, 9))
NOW = MONDAY + timedelta(days=7)
DAY = 86_400


def days(n):
    return MONDAY + timedelta(days=n)


def parcel(**changes):
    """On its way since Monday, followed by DHL, which said nothing yet."""
    plain = {
        "status": "in_transit", "status_evidence": "shipments.status", "shipped_at": MONDAY, "shipped_evidence": "shipments.shipped_at",
        "delivered_at": None, "delivered_evidence": None, "delivered_date": None, "service": "dhl", "tracking_status": "in_transit",
        "last_event_at": None, "tracking_number": "P1",
    }  # fmt: skip
    if "delivered_at" in changes:
        plain |= {"status": "delivered", "delivered_evidence": "shipments.delivered_at"}
    return plain | changes


@pytest.fixture
def week(row, table_of):
    def figures(*parcels, zone="UTC", period=WEEK, now=NOW):
        rows = [row(FOLLOWED_SHIPMENTS, **{"shipment_id": f"{n:03}"} | each) for n, each in enumerate(parcels)]
        return delivery_week(table_of(FOLLOWED_SHIPMENTS, rows), period, zone, now)

    return figures


def test_median_and_nine_tenths_are_times_within_which_that_share_of_the_weeks_arrivals_came(week):
    """Ten parcels that arrived on Friday, after one to ten days."""
    found = week(*(parcel(shipped_at=days(4 - n), delivered_at=days(4)) for n in range(1, 11)))
    assert (found.delivered, found.timed, found.median_seconds, found.p90_seconds) == (10, 10, 5 * DAY, 9 * DAY)


def test_sent_counts_what_left_in_the_week_and_delivered_what_arrived_in_it_whenever_it_left(week):
    found = week(parcel(), parcel(shipped_at=days(-4), delivered_at=days(1)), parcel(delivered_at=days(7)), parcel(shipped_at=days(-30)))
    assert (found.sent, found.delivered, found.median_seconds) == (2, 1, 5 * DAY)


def test_a_delivery_of_which_only_the_day_is_known_counts_in_whole_days(week):
    found = week(parcel(status="delivered", delivered_date=date(2026, 11, 6), delivered_evidence="tracked_parcels.delivered_date"))
    assert (found.delivered, found.timed, found.median_seconds, found.under_way) == (1, 1, 4 * DAY, 0)


def test_an_arrival_without_a_start_is_an_arrival_of_unknown_length(week):
    found = week(parcel(shipped_at=None, shipped_evidence=None, delivered_at=days(1)))
    assert (found.sent, found.delivered, found.timed, found.median_seconds, found.p90_seconds) == (0, 1, 0, None, None)


def test_clocks_that_differ_make_no_time_below_nothing(week):
    assert week(parcel(delivered_at=MONDAY - timedelta(hours=2))).median_seconds == 0


def test_a_cancelled_parcel_counts_nowhere_and_what_ended_is_not_on_its_way(week):
    found = week(parcel(status="cancelled"), parcel(status="returned"), parcel(status="undeliverable"))
    assert (found.sent, found.delivered, found.under_way, found.silent, found.untold) == (2, 0, 0, 0, 0)


def test_a_parcel_is_silent_after_seven_days_without_an_event_counted_from_the_last_one(week):
    found = week(
        parcel(shipped_at=days(-9), last_event_at=days(0), tracking_number="OLD", order_id="7"),
        parcel(shipped_at=days(-9), last_event_at=days(1)), parcel(shipped_at=days(-20), tracking_number="OLDER", order_id="8"),
    )
    assert (found.silent, found.silent_since, found.silent_days, found.under_way) == (2, "2026-10-13", 7, 1)
    shop = "lumora_amazon_eu"
    assert found.named == (SilentParcel(shop, "8", "OLDER", "2026-10-13"), SilentParcel(shop, "7", "OLD", "2026-11-02"))


def test_where_nobody_would_tell_of_an_arrival_silence_means_nothing_and_is_said_apart(week):
    quiet = {"service": None, "tracking_status": None, "shipped_at": days(-20)}
    found = week(parcel(**quiet), parcel(**quiet | {"shipped_at": days(3)}))
    assert (found.silent, found.untold, found.under_way) == (0, 1, 1)
    telling = week(parcel(**quiet), parcel(shop="lumora_amazon_eu", delivered_at=days(1)))
    assert (telling.silent, telling.untold) == (1, 0), "a shop that tells one arrival would have told the other"


def test_an_arrival_the_shop_does_not_date_is_no_weeks_arrival_and_is_said_apart(week):
    found = week(parcel(status="delivered"), parcel(status="delivered", shipped_at=NOW - timedelta(days=60)))
    assert (found.delivered, found.under_way, found.undated) == (0, 0, 1)


def test_what_left_more_than_sixty_days_ago_is_no_parcel_on_its_way(week):
    found = week(parcel(shipped_at=NOW - timedelta(days=60)))
    assert (found.silent, found.untold, found.under_way) == (0, 0, 0)


def test_the_clients_zone_decides_the_week(week):
    sunday_night = parcel(shipped_at=datetime(2026, 11, 8, 20, tzinfo=UTC))
    assert (week(sunday_night).sent, week(sunday_night, zone="Asia/Shanghai").sent) == (1, 0)


def test_a_week_without_parcels_has_figures_of_nothing_and_no_times(week):
    found = week()
    assert (found.sent, found.delivered, found.under_way, found.silent, found.untold) == (0,) * 5
    assert (found.median_seconds, found.p90_seconds, found.silent_since, found.named) == (None, None, None, ())


def test_rows_of_two_clients_are_refused(week):
    with pytest.raises(SchemaError, match="several clients"):
        week(parcel(), parcel(client="other"))
