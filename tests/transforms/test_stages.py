from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.schema import SchemaError
from transforms.sites import SITES, local_dates, site
from transforms.stages import CHAINS, StagedShop, derive
from transforms.stages.orders import order_proofs
from transforms.tables import ORDERS, PAYMENTS, RETURNS, REVIEWS, SHIPMENTS

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def hours(n):
    return NOON + timedelta(hours=n)


TABLES = {"orders": ORDERS, "shipments": SHIPMENTS, "returns": RETURNS, "reviews": REVIEWS, "payments": PAYMENTS}
SHOP = StagedShop("lumora", "lumora_amazon_eu", "b2c", "Europe/Berlin")


def order_stages(mode="b2c", **frames):
    """What the chain of ``mode`` makes of these rows; tables that are not given are empty."""
    whole = {name: frames.get(name, table.empty()) for name, table in TABLES.items()}
    return derive(CHAINS[mode], SHOP, order_proofs(whole, SHOP))


@pytest.fixture
def history(row, table_of):
    """``history(order={…}, shipments=[{…}], …, mode=…)`` → (stage → (instant, evidence), refused moves)."""

    def build(order=None, mode="b2c", **rows):
        frames = {name: table_of(TABLES[name], [row(TABLES[name], **each) for each in given]) for name, given in rows.items()}
        derived = order_stages(mode, orders=table_of(ORDERS, [row(ORDERS, **(order or {}))]), **frames)
        events = {e.stage: (e.entered_at, e.evidence) for e in derived.events.itertuples()}
        return events, {(e.stage, e.ref) for e in derived.exceptions.itertuples()}

    return build


@pytest.fixture
def stages(history):
    def events(order=None, shipments=(), returns=()):
        return history(order, shipments=shipments, returns=returns)[0]

    return events


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
    events = order_stages(orders=table_of(ORDERS, rows)).events
    assert dict(zip(events["subject_id"], events["entered_date"], strict=True)) == {
        "US": date(2026, 11, 9), "JP": date(2026, 11, 10), "GB": date(2026, 11, 10),
    }


def test_no_orders_no_stages_and_two_of_one_key_are_refused(row, table_of):
    assert len(order_stages().events) == 0
    with pytest.raises(SchemaError, match="share"):
        order_stages(orders=table_of(ORDERS, [row(ORDERS), row(ORDERS)]))


def test_private_sellers_have_received_and_reviewed_where_shops_have_delivered_and_after_sales(history):
    facts = {
        "shipments": [{"shipped_at": hours(5), "delivered_at": hours(40)}], "returns": [{"kind": "return", "requested_at": hours(60)}],
        "reviews": [{"review_id": "1", "kind": "message", "order_id": "order_id-1", "reviewed_at": hours(1)},
                    {"review_id": "2", "kind": "product", "order_id": "order_id-1", "reviewed_at": hours(70)}],
        "payments": [{"payment_id": "1", "kind": "authorisation", "status": "completed", "order_id": "order_id-1", "paid_at": NOON},
                     {"payment_id": "2", "kind": "payment", "status": "completed", "order_id": "order_id-1", "paid_at": hours(3)}],
    }  # fmt: skip
    b2c, c2c = history(**facts)[0], history(mode="c2c", **facts)[0]
    assert set(b2c) == {"ordered", "confirmed", "shipped", "delivered", "after_sales"}
    assert b2c["confirmed"] == (hours(3), "payments.paid_at")
    assert set(c2c) == {"ordered", "shipped", "received", "reviewed"}
    assert c2c["reviewed"] == (hours(70), "reviews.reviewed_at")


def test_a_move_that_cannot_be_is_refused_and_told_and_spoils_nothing_else(history):
    events, refused = history(shipments=[{"shipped_at": hours(48), "delivered_at": hours(10)}], returns=[{"requested_at": hours(-40)}])
    assert refused == {("delivered", "shipped"), ("after_sales", "ordered")}
    assert set(events) == {"ordered", "shipped"}


def test_within_one_day_no_clock_is_believed(history):
    """Amazon tells the day of a return, not its hour: that day's start lies before the order."""
    events, refused = history({"placed_at": hours(0)}, returns=[{"requested_at": hours(-10)}])
    assert not refused and set(events) == {"ordered", "after_sales"}


def test_the_chains_are_sound_and_their_legal_moves_are_what_their_order_says():
    assert set(CHAINS) == {"b2b", "b2c", "c2c", "agency"}
    moves = CHAINS["b2c"].moves
    assert ("shipped", "paid") in moves, "cash on delivery"
    assert ("delivered", "shipped") not in moves and ("after_sales", "ordered") not in moves
    assert ("listed", "ordered") not in moves, "a listing is no order"
    b2b = CHAINS["b2b"].moves
    assert {("inspected", "shipped"), ("shipped", "inspected"), ("shipped", "paid"), ("paid", "shipped")} <= b2b
    assert not {("completed", "contract"), ("contract", "inquiry"), ("received", "shipped")} & b2b


def test_a_chain_that_contradicts_itself_is_refused():
    from transforms.stages import Chain, Stage

    one, two = Stage("paid", "order", (), after=("ordered",)), Stage("ordered", "order", ())
    with pytest.raises(ValueError, match="no earlier stage"):
        Chain("b2c", (one, two), ended={})
    with pytest.raises(ValueError, match="twice"):
        Chain("b2c", (two, two), ended={})
    with pytest.raises(ValueError, match="service level"):
        Chain("b2c", (Stage("ordered", "order", (), waited="always"),), ended={})


def maybe(low, high):
    return st.one_of(st.none(), st.integers(low, high).map(hours))


parcel = st.tuples(st.sampled_from("ABC"), maybe(-90, 90), maybe(-90, 90))
request = st.tuples(st.sampled_from("ABC"), st.integers(-90, 90).map(hours))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(parcel, max_size=8), st.lists(request, max_size=4), st.randoms(use_true_random=False))
def test_in_any_order_the_same_facts_give_the_same_history_and_no_illegal_move_is_in_it(row, table_of, parcels, requests, shuffler):
    orders = table_of(ORDERS, [row(ORDERS, order_id=key) for key in "ABC"])
    sent = [
        row(SHIPMENTS, order_id=key, shipment_id=str(n), shipped_at=shipped, delivered_at=delivered)
        for n, (key, shipped, delivered) in enumerate(parcels)
    ]
    asked = [row(RETURNS, order_id=key, return_id=str(n), requested_at=at) for n, (key, at) in enumerate(requests)]
    first = order_stages(orders=orders, shipments=table_of(SHIPMENTS, sent), returns=table_of(RETURNS, asked))
    shuffler.shuffle(sent)
    shuffler.shuffle(asked)
    again = order_stages(orders=orders.iloc[::-1], shipments=table_of(SHIPMENTS, sent), returns=table_of(RETURNS, asked))
    pd.testing.assert_frame_equal(first.events, again.events)
    pd.testing.assert_frame_equal(first.exceptions, again.exceptions)
    chain = CHAINS["b2c"]
    for _, found in first.events.groupby("subject_id"):
        told = sorted(zip(found["entered_date"], (chain.place[stage] for stage in found["stage"]), found["stage"], strict=True))
        for (_, _, one), (_, _, other) in pairwise(told):
            assert (one, other) in chain.moves


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
