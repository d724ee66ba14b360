"""A parcel as its shop and a tracking service know it together, on rows small enough to check by eye."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from transforms.followed import follow
from transforms.schema import SchemaError
from transforms.stages import CHAINS, StagedShop, derive
from transforms.stages.orders import order_proofs
from transforms.tables import ORDERS, PAYMENTS, RETURNS, REVIEWS, SHIPMENTS, TRACKED_PARCELS

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


def days(n):
    return MONDAY + timedelta(days=n)


@pytest.fixture
def tables(row, table_of):
    """``tables(parcels, tracked)``: one order, placed on Monday, with these parcels; ``tracked``: (which parcel, what was told)."""

    def make(parcels, tracked=()):
        base = {"status": "in_transit", "shipped_at": MONDAY, "delivered_at": None}
        shipments = [row(SHIPMENTS, **base | {"shipment_id": f"{n}", "tracking_number": f"P{n}"} | each) for n, each in enumerate(parcels)]
        nothing = {"shop": "tracker", "shipped_at": None, "delivered_at": None, "delivered_date": None}
        told = [row(TRACKED_PARCELS, **nothing | {"tracking_number": f"P{n}", "service": "dhl"} | each) for n, each in tracked]
        orders = table_of(ORDERS, [row(ORDERS, placed_at=MONDAY)])
        return orders, table_of(SHIPMENTS, shipments), table_of(TRACKED_PARCELS, told)

    return make


def known(tables, parcels, tracked=()):
    rows = follow(*tables(parcels, tracked)).to_dict("records")
    return [{name: None if pd.isna(value) else value for name, value in row.items()} for row in rows]


def test_where_the_marketplace_does_not_tell_the_carrier_does_and_never_against_the_marketplace(tables):
    told = [(0, {"status": "delivered", "delivered_at": days(3)}), (1, {"status": "delivered", "delivered_at": days(9)})]
    first, second, third = known(tables, [{}, {"status": "delivered", "delivered_at": days(2)}, {}], told)
    assert (first["status"], first["status_evidence"], first["delivered_at"]) == ("delivered", "tracked_parcels.status", days(3))
    assert first["delivered_evidence"] == "tracked_parcels.delivered_at" and first["shipped_evidence"] == "shipments.shipped_at"
    assert (second["status"], second["status_evidence"], second["delivered_at"]) == ("delivered", "shipments.status", days(2))
    assert second["delivered_evidence"] == "shipments.delivered_at" and second["tracking_status"] == "delivered"
    assert (third["status"], third["tracking_status"], third["delivered_at"], third["delivered_evidence"]) == ("in_transit", *[None] * 3)


@pytest.mark.parametrize(
    ("own", "heard", "status"),
    [("pending", "in_transit", "in_transit"), ("pending", "info_received", "pending"), ("pending", "delivered", "delivered"),
     ("in_transit", "returned", "returned"), ("in_transit", "undeliverable", "undeliverable"), ("in_transit", "exception", "in_transit"),
     ("in_transit", "expired", "in_transit"), ("delivered", "returned", "delivered"), ("undeliverable", "delivered", "undeliverable"),
     ("returned", "delivered", "returned"), ("cancelled", "delivered", "cancelled")],
)  # fmt: skip
def test_a_services_word_ends_or_moves_an_open_parcel_and_overrules_no_final_word_of_the_shop(tables, own, heard, status):
    found, = known(tables, [{"status": own, "shipped_at": None}], [(0, {"status": heard, "shipped_at": days(1)})])
    assert found["status"] == status
    assert found["status_evidence"] == ("shipments.status" if status == own else "tracked_parcels.status")
    assert (found["shipped_at"], found["shipped_evidence"]) == (days(1), "tracked_parcels.shipped_at")


def test_a_delivery_of_which_only_the_day_is_known_is_one_and_its_instant_stays_unknown(tables):
    found, = known(tables, [{}], [(0, {"status": "delivered", "delivered_date": date(2026, 11, 6)})])
    assert (found["status"], found["delivered_at"], found["delivered_date"]) == ("delivered", None, date(2026, 11, 6))
    assert found["delivered_evidence"] == "tracked_parcels.delivered_date"


def test_the_day_of_a_delivery_the_shop_tells_is_the_sites(tables):
    late = datetime(2026, 11, 6, 23, 30, tzinfo=UTC)
    told = [(0, {"status": "delivered", "delivered_date": date(2026, 11, 6)})]
    found, = known(tables, [{"status": "delivered", "delivered_at": late}], told)
    assert found["delivered_date"] == date(2026, 11, 7)


def test_of_two_services_the_one_that_knows_the_end_counts_then_the_one_heard_last(tables):
    told = [(0, {"service": "dhl", "status": "delivered", "delivered_at": days(3), "source_updated_at": days(4)}),
            (0, {"service": "17track", "status": "in_transit", "source_updated_at": days(5)})]
    assert known(tables, [{}], told)[0]["service"] == "dhl"
    told[0][1].update(status="exception", delivered_at=None)
    assert known(tables, [{}], told)[0]["service"] == "17track"


def test_an_earlier_parcel_that_had_the_same_number_tells_nothing_of_this_one(tables):
    found, = known(tables, [{}], [(0, {"status": "delivered", "delivered_at": days(-30), "last_event_at": days(-30)})])
    assert (found["status"], found["delivered_at"], found["service"], found["last_event_at"]) == ("in_transit", None, None, None)


@pytest.mark.parametrize(("day", "status"), [(date(2026, 10, 3), "in_transit"), (date(2026, 11, 2), "delivered")])
def test_an_earlier_parcel_whose_arrival_has_a_day_and_no_instant_tells_nothing_of_this_one_either(tables, day, status):
    found, = known(tables, [{}], [(0, {"status": "delivered", "delivered_date": day})])
    assert (found["status"], found["delivered_date"]) == (status, day if status == "delivered" else None)


def test_a_parcel_without_a_number_and_another_clients_number_are_never_joined(tables):
    told = [(0, {"status": "delivered", "client": "other"}), (1, {"status": "delivered"})]
    assert [one["service"] for one in known(tables, [{}, {"tracking_number": None}], told)] == [None, None]


def test_two_rows_for_one_parcel_are_refused(tables):
    with pytest.raises(SchemaError, match="shipments"):
        follow(*tables([{"shipment_id": "1"}, {"shipment_id": "1"}]))


def test_a_stage_proven_by_a_carrier_names_the_carriers_column(tables):
    told = [(0, {"status": "delivered", "delivered_at": days(3)})]
    orders, shipments, tracked = tables([{}, {"status": "delivered", "delivered_at": days(2)}], told)
    frames = {"orders": orders, "shipments": follow(orders, shipments, tracked)}
    frames |= {"returns": RETURNS.empty(), "reviews": REVIEWS.empty(), "payments": PAYMENTS.empty()}
    shop = StagedShop("lumora", "lumora_amazon_eu", "b2c", "Europe/Berlin")
    events = derive(CHAINS["b2c"], shop, order_proofs(frames, shop)).events
    found = {event.stage: (event.entered_at, event.evidence) for event in events.itertuples()}
    assert found["delivered"] == (days(3), "tracked_parcels.delivered_at") and found["shipped"] == (MONDAY, "shipments.shipped_at")
