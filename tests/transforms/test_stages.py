from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.schema import SchemaError
from transforms.sites import SITES, local_dates, site
from transforms.stages import order_stages
from transforms.tables import ORDERS, RETURNS, SHIPMENTS

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def hours(n):
    return NOON + timedelta(hours=n)


@pytest.fixture
def stages(row, table_of):
    def derive(order=None, shipments=(), returns=()):
        events = order_stages(
            table_of(ORDERS, [row(ORDERS, **(order or {}))]), table_of(SHIPMENTS, [row(SHIPMENTS, **s) for s in shipments]),
            table_of(RETURNS, [row(RETURNS, **r) for r in returns]),
        )
        return {e.stage: (e.entered_at, e.evidence) for e in events.itertuples()}
    return derive


def test_an_order_that_only_was_placed_has_one_stage(stages):
    assert stages() == {"ordered": (NOON, "orders.placed_at")}


def test_shipped_is_the_first_parcel_and_delivered_the_last(stages):
    found = stages({"paid_at": hours(1)}, [
        {"shipment_id": "1", "shipped_at": hours(5), "delivered_at": hours(40), "status": "delivered"},
        {"shipment_id": "2", "shipped_at": hours(4), "delivered_at": hours(60), "status": "returned"},
        {"shipment_id": "3", "status": "cancelled"},
    ])
    assert found["paid"] == (hours(1), "orders.paid_at")
    assert found["shipped"] == (hours(4), "shipments.shipped_at")
    assert found["delivered"] == (hours(60), "shipments.delivered_at")


def test_one_parcel_on_its_way_keeps_the_order_undelivered(stages):
    assert "delivered" not in stages(None, [
        {"shipment_id": "1", "shipped_at": NOON, "delivered_at": hours(40), "status": "delivered"},
        {"shipment_id": "2", "shipped_at": NOON, "status": "in_transit"},
    ])


def test_a_cancellation_is_no_after_sales(stages):
    cancel, later = {"kind": "cancel", "requested_at": hours(1)}, {"return_line_id": "2", "kind": "return", "requested_at": hours(9)}
    assert "after_sales" not in stages(None, [], [cancel])
    assert stages(None, [], [cancel, later])["after_sales"] == (hours(9), "returns.requested_at")


def test_the_day_is_the_sites(row, table_of):
    rows = [row(ORDERS, order_id=code, site=code, placed_at=datetime(2026, 11, 10, 3, tzinfo=UTC)) for code in ("US", "JP", "GB")]
    events = order_stages(table_of(ORDERS, rows), SHIPMENTS.empty(), RETURNS.empty())
    assert dict(zip(events["order_id"], events["entered_date"], strict=True)) == {
        "US": date(2026, 11, 9), "JP": date(2026, 11, 10), "GB": date(2026, 11, 10),
    }


def test_no_orders_no_stages_and_two_of_one_key_are_refused(row, table_of):
    assert len(order_stages(ORDERS.empty(), SHIPMENTS.empty(), RETURNS.empty())) == 0
    with pytest.raises(SchemaError, match="share"):
        order_stages(table_of(ORDERS, [row(ORDERS), row(ORDERS)]), SHIPMENTS.empty(), RETURNS.empty())


def maybe(low, high):
    return st.one_of(st.none(), st.integers(low, high).map(hours))


parcel = st.tuples(st.sampled_from("ABC"), maybe(0, 9), maybe(10, 19))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(parcel, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing_about_stages(row, table_of, parcels, shuffler):
    orders = table_of(ORDERS, [row(ORDERS, order_id=key) for key in "ABC"])
    rows = [
        row(SHIPMENTS, order_id=key, shipment_id=str(n), shipped_at=shipped, delivered_at=delivered)
        for n, (key, shipped, delivered) in enumerate(parcels)
    ]
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    first = order_stages(orders, table_of(SHIPMENTS, rows), RETURNS.empty())
    pd.testing.assert_frame_equal(first, order_stages(orders.iloc[::-1], table_of(SHIPMENTS, shuffled), RETURNS.empty()))


def test_every_site_has_a_real_zone_and_currency():
    from zoneinfo import ZoneInfo

    from transforms.money import minor_exponent

    for one in SITES.values():
        assert ZoneInfo(one.zone) and minor_exponent(one.currency) >= 0
    with pytest.raises(SchemaError, match="'UK'"):
        site("UK")


def test_a_null_instant_has_no_day():
    instants = pd.Series([None, NOON], dtype="timestamp[us, tz=UTC][pyarrow]")
    days = local_dates(instants, pd.Series(["DE", None], dtype="string[pyarrow]"))
    assert days.isna().all()
