"""Which service follows which parcel: cheapest first, one service a parcel."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from connectors import registry
from connectors.contract import ParcelToFollow, Shop, TrackingSource
from connectors.sources import assign
from connectors.tracking import Event, Told, frames, read_time, standing

SOURCES = {name: registry.tracking_source(market) for name, market in (("seventeen", "track17"), ("ship", "aftership"), ("brand", "dhl"))}


def parcel(number, carrier="Hermes", **changes):
    return ParcelToFollow("shop", f"order of {number}", number, carrier, "DE", **changes)


def numbers(assigned):
    return {name: [each.tracking_number for each in mine] for name, mine in assigned.items()}


def test_dhl_follows_its_own_parcels_and_the_cheapest_other_service_the_rest():
    found = assign([parcel("A1000", "DHL Paket"), parcel("B1000"), parcel("C1000", None)], SOURCES)
    assert numbers(found) == {"brand": ["A1000"], "seventeen": ["B1000", "C1000"], "ship": []}


def test_a_parcel_a_service_knows_already_stays_with_it():
    found = assign([parcel("A1000", "DHL", followed_by="ship", checked_at=datetime(2026, 1, 1, tzinfo=UTC))], SOURCES)
    assert numbers(found) == {"brand": [], "seventeen": [], "ship": ["A1000"]}


def test_a_full_service_leaves_the_rest_to_the_next_one_and_no_parcel_has_two():
    sources = {"brand": TrackingSource(0, 1, ("dhl",), per_night=2), "seventeen": SOURCES["seventeen"]}
    parcels = [parcel(f"P{number:04}", "DHL") for number in range(5)]
    found = numbers(assign([*parcels, *parcels], sources))
    assert [len(found["brand"]), len(found["seventeen"])] == [2, 3]
    assert sorted(found["brand"] + found["seventeen"]) == [each.tracking_number for each in parcels]


def test_of_more_parcels_than_a_days_calls_those_with_the_oldest_check_come_first_and_the_others_wait():
    room = SOURCES["brand"].per_night
    checked = [parcel(f"P{day:04}", "DHL", followed_by="brand", checked_at=datetime.fromtimestamp(day, UTC)) for day in range(1, room + 11)]
    found = numbers(assign(checked[::-1], {"brand": SOURCES["brand"]}))["brand"]
    assert found == [f"P{day:04}" for day in range(1, room + 1)] and room < 250


def test_a_number_that_a_service_does_not_take_goes_to_one_that_does():
    assert numbers(assign([parcel("JJD 00-1")], SOURCES)) == {"brand": [], "seventeen": [], "ship": ["JJD 00-1"]}


@pytest.mark.parametrize(
    ("history", "latest", "ours"),
    [
        (("in_transit", "delivered", "in_transit"), "in_transit", "delivered"),
        (("delivered",), "returned", "returned"),
        (("delivered", "returned", "delivered"), "delivered", "returned"),
        (("expired",), "in_transit", "expired"),
        (("expired",), "delivered", "delivered"),
        (("in_transit",), "attempt_failed", "attempt_failed"),
        ((), "pending", "pending"),
    ],
)
def test_a_backward_status_never_replaces_a_terminal_one_unless_it_is_a_return(history, latest, ours):
    assert standing(latest, history) == ours


@pytest.mark.parametrize(
    ("written", "moment", "day"),
    [
        ("2023-11-21T15:27:20.331986369+01:00", "2023-11-21T14:27:20.331986+00:00", "2023-11-21"),
        ("2023-11-21T15:27:20", None, "2023-11-21"),
        ("2023-11-21 15:27+0800", "2023-11-21T07:27:00+00:00", "2023-11-21"),
        ("2018-03-02T07:53:47Z", "2018-03-02T07:53:47+00:00", "2018-03-02"),
        ("2018-03-02", None, "2018-03-02"),
        ("21.11.2023 um 15 Uhr", None, None),
    ],
)
def test_a_local_time_without_an_offset_is_never_given_one(written, moment, day):
    found, local_day = read_time(written)
    assert (found.isoformat() if found else None, local_day.isoformat() if local_day else None) == (moment, day)


def test_what_is_handed_back_to_its_sender_has_not_arrived():
    way = [("in_transit", 1), ("attempt_failed", 2), ("returned", 3), ("delivered", 9)]
    back = [Event(f"2026-11-0{day}T10:00:00Z", status, status) for status, day in way]
    arrived_first = [Event("2026-11-02T09:00:00Z", "delivered", "delivered"), *back]
    told = [Told(number, "delivered", "x", events=events) for number, events in (("A1", back), ("B1", arrived_first))]
    found = frames(Shop("acme", "acme", "dhl", ("DE",)), "dhl", [(0, at, parcel) for at, parcel in enumerate(told)])
    rows = found["tracked_parcels"].astype(object).to_dict("records")
    assert [row["status"] for row in rows] == ["returned", "returned"]
    assert pd.isna(rows[0]["delivered_at"]) and pd.isna(rows[0]["delivered_date"])
    assert rows[1]["delivered_date"] == date(2026, 11, 2)
