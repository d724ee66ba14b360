"""The three tracking services over a loopback: what is asked, in which order, and what a kill leaves to do."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from connectors import registry
from connectors.contract import Credentials, ParcelToFollow, Shop, Window
from connectors.errors import FatalError, RetryableError

SECRETS = {"track17": {"token": "very-secret-word"}, "aftership": {"api_key": "very-secret-word"}, "dhl": {"api_key": "very-secret-word"}}
REGISTER, INFO = "/track/v2.2/register", "/track/v2.2/gettrackinfo"
SHIPMENTS, TRACKINGS = "/track/shipments", "/tracking/2026-07/trackings"


def parcel(number, **changes):
    return ParcelToFollow("acme_de", f"order of {number}", number, "DHL", "DE", **changes)


def known(number, status="in_transit"):
    return parcel(number, followed_by="acme", status=status)


@pytest.fixture
def opened(loopback, lend):
    def make(market, *parcels):
        credentials = Credentials(loopback.url, loopback.url, SECRETS[market])
        return registry.connect(Shop("acme", "acme", market, ("DE",)), credentials, lend(parcels=lambda: parcels))

    return make


@pytest.fixture
def window(clock):
    return Window(clock.now() - timedelta(days=1), clock.now())


def rows(connector, pages, table="tracked_parcels"):
    return connector.map("parcels", pages)[table].to_dict("records")


def in_pieces(connector, window):
    """The pages of a pull killed after every page and continued from its cursor by another process."""
    pages, cursor = [], None
    while True:
        page = next(connector.read("parcels", window, cursor))
        cursor = json.loads(json.dumps(page.cursor))
        pages.append(page)
        if cursor is None:
            return pages


def info(*numbers, status="InTransit", sub="InTransit_PickedUp", rejected=()):
    event = {"time_iso": "2026-11-14T10:00:00+01:00", "description": "Picked up", "location": "Leipzig", "stage": status, "sub_status": sub}
    return {"code": 0, "data": {
        "accepted": [{"number": number, "carrier": 100001, "tag": "A-1", "track_info": {
            "latest_status": {"status": status, "sub_status": sub},
            "tracking": {"providers": [{"provider": {"name": "DHL"}, "events": [event]}]}}} for number in numbers],
        "rejected": [{"number": number, "error": {"code": code, "message": "?"}} for number, code in rejected]}}


def registered(asked):
    return {"code": 0, "data": {"accepted": [{"number": each["number"]} for each in asked.json], "rejected": []}}


def test_17track_registers_forty_new_numbers_a_call_and_reads_known_ones_without_registering(loopback, said, opened, window):
    loopback.on("POST", REGISTER, lambda asked: said(registered(asked)))
    loopback.on("POST", INFO, lambda asked: said(info(*(each["number"] for each in asked.json))))
    parcels = [parcel(f"NEW{number:04}") for number in range(45)] + [known("OLD0001")]
    connector = opened("track17", *parcels)
    pages = list(connector.read("parcels", window))
    assert [len(asked.json) for asked in loopback.calls(REGISTER)] == [40, 5]
    assert [len(asked.json) for asked in loopback.calls(INFO)] == [40, 6]
    assert loopback.calls(REGISTER)[0].json[0] == {"number": "NEW0000", "tag": "order of NEW0000"}
    assert len(rows(connector, pages)) == 46 and set(connector.record_ids("parcels", pages)) == {each.tracking_number for each in parcels}


def test_17track_a_number_registered_already_is_a_success_and_one_without_news_is_pending(loopback, said, opened, window):
    refused = [{"number": number, "error": {"code": code}} for number, code in (("NEW0001", -18019901), ("NEW0002", -18019903))]
    loopback.on("POST", REGISTER, said({"code": 0, "data": {"accepted": [], "rejected": refused}}))
    loopback.on("POST", INFO, said(info(rejected=[("NEW0001", -18019909)])))
    connector = opened("track17", parcel("NEW0001"), parcel("NEW0002"))
    found = rows(connector, list(connector.read("parcels", window)))
    assert [(row["tracking_number"], row["status"]) for row in found] == [("NEW0001", "pending")]
    assert [each["number"] for each in loopback.calls(INFO)[0].json] == ["NEW0001"], "a carrier it does not recognise is not read"


def test_17track_a_number_it_lost_is_registered_once_more_and_read(loopback, said, opened, window):
    loopback.on("POST", REGISTER, lambda asked: said(registered(asked)))
    loopback.on("POST", INFO, said(info(rejected=[("OLD0001", -18019902)])), said(info("OLD0001")))
    connector = opened("track17", known("OLD0001"))
    pages = list(connector.read("parcels", window))
    assert [page.part for page in pages] == ["list", "gettrackinfo", "register", "gettrackinfo"]
    assert [row["status"] for row in rows(connector, pages)] == ["in_transit"]


def test_17track_a_spent_quota_stops_registering_and_known_parcels_are_read_all_the_same(loopback, said, opened, window):
    refused = [{"number": f"NEW{number:04}", "error": {"code": -18019908, "message": "quota"}} for number in range(40)]
    loopback.on("POST", REGISTER, said({"code": 0, "data": {"accepted": [], "rejected": refused}}))
    loopback.on("POST", INFO, said(info("OLD0001")))
    connector = opened("track17", *(parcel(f"NEW{number:04}") for number in range(45)), known("OLD0001"))
    pages = list(connector.read("parcels", window))
    assert len(loopback.calls(REGISTER)) == 1 and [each["number"] for each in loopback.calls(INFO)[0].json] == ["OLD0001"]
    assert connector.record_ids("parcels", pages) == ["OLD0001"]


def test_17track_an_unknown_main_word_is_the_faults_of_its_row_alone_and_an_unknown_sub_status_is_none(loopback, said, opened, window):
    answer = info("OLD0001", status="Teleported", sub="Teleported_Other")
    answer["data"]["accepted"] += info("OLD0002", sub="InTransit_Hyperloop")["data"]["accepted"]
    loopback.on("POST", INFO, said(answer))
    connector = opened("track17", known("OLD0001"), known("OLD0002"))
    first, second = rows(connector, list(connector.read("parcels", window)))
    assert "Teleported" in first["fault"] and second["status"] == "in_transit" and not isinstance(second["fault"], str)


def test_17track_of_a_delivered_other_the_true_time_is_in_time_raw(loopback, said, opened, window):
    answer = info("OLD0001", status="Delivered", sub="Delivered_Other")
    event = answer["data"]["accepted"][0]["track_info"]["tracking"]["providers"][0]["events"][0]
    event["time_raw"] = {"date": "2026-11-13", "time": "09:15:00", "timezone": "+01:00"}
    loopback.on("POST", INFO, said(answer))
    connector = opened("track17", known("OLD0001"))
    row = rows(connector, list(connector.read("parcels", window)))[0]
    assert row["delivered_at"].isoformat() == "2026-11-13T08:15:00+00:00" and row["delivered_date"].isoformat() == "2026-11-13"


@pytest.mark.parametrize(
    ("market", "method", "path", "body", "status"),
    [
        ("track17", "POST", INFO, {"code": -18010002, "data": {"errors": [{"code": -18010002, "message": "very-secret-word"}]}}, 200),
        ("aftership", "GET", TRACKINGS, {"meta": {"code": 401, "type": "Unauthorized", "message": "very-secret-word"}, "data": {}}, 401),
        ("dhl", "GET", SHIPMENTS, {"title": "Unauthorized", "status": 401, "detail": "very-secret-word"}, 401),
    ],
)
def test_a_refused_key_is_named_with_its_remedy_and_never_shown(loopback, said, opened, window, market, method, path, body, status):
    loopback.on(method, path, said(body, status))
    with pytest.raises(FatalError, match=re.compile("key", re.IGNORECASE)) as refused:
        list(opened(market, known("OLD0001")).read("parcels", window))
    assert "very-secret-word" not in str(refused.value) and f"{market} " in str(refused.value)


def shipment(number, code="transit", text="Sorted", stamp="2026-11-14T10:00:00", **changes):
    event = {"timestamp": stamp, "statusCode": code, "status": text, "location": {"address": {"addressLocality": "Leipzig"}}}
    return {"id": number, "service": "parcel-de", "status": event, "events": [event], **changes}


NOT_FOUND = {"title": "No result found", "status": 404, "detail": "No shipment with given tracking number found."}


def test_dhl_names_the_division_and_asks_one_number_a_call_one_a_second(loopback, said, opened, window, clock):
    loopback.on("GET", SHIPMENTS, lambda asked: said({"shipments": [shipment(asked.query["trackingNumber"])]}))
    connector = opened("dhl", *(known(f"D{number}") for number in range(4)))
    found = rows(connector, list(connector.read("parcels", window)))
    assert [row["tracking_number"] for row in found] == ["D0", "D1", "D2", "D3"] and sum(clock.slept) >= 2.9
    assert {asked.query["service"] for asked in loopback.calls(SHIPMENTS)} == {"parcel-de"}


def test_dhl_not_found_is_pending_for_a_new_number_and_takes_nothing_back_from_one_it_knew(loopback, said, opened, window):
    loopback.on("GET", SHIPMENTS, said(NOT_FOUND, 404))
    connector = opened("dhl", parcel("NEW1"), known("WAIT1", "pending"), known("OLD1"))
    pages = list(connector.read("parcels", window))
    assert {row["tracking_number"]: row["status"] for row in rows(connector, pages)} == {"NEW1": "pending", "WAIT1": "pending"}
    assert connector.record_ids("parcels", pages) == ["NEW1", "WAIT1"]


def test_dhl_a_spent_day_ends_the_pull_with_what_was_asked(loopback, said, opened, window):
    loopback.on("GET", SHIPMENTS, said({"shipments": [shipment("D0")]}), said({"title": "Too Many Requests", "status": 429}, 429))
    connector = opened("dhl", known("D0"), known("D1"), known("D2"))
    pages = list(connector.read("parcels", window))
    assert [page.part for page in pages] == ["list", "told/D0", "spent"] and pages[-1].cursor is None
    assert [row["tracking_number"] for row in rows(connector, pages)] == ["D0"]


def test_dhl_refusing_the_very_first_parcel_again_and_again_is_an_error_and_no_empty_night(loopback, said, opened, window):
    loopback.on("GET", SHIPMENTS, said({"title": "Too Many Requests", "status": 429}, 429))
    with pytest.raises(RetryableError, match=r"dhl shipments, shop 'acme/acme': HTTP 429, 3 times, .* asked for again later\.$"):
        list(opened("dhl", known("D0"), known("D1")).read("parcels", window))


def test_dhl_waits_as_long_as_it_is_told_to(loopback, said, opened, window, clock):
    refused = said({"title": "Too Many Requests", "status": 429}, 429, {"Retry-After": "17"})
    loopback.on("GET", SHIPMENTS, refused, said({"shipments": [shipment("D0")]}))
    list(opened("dhl", known("D0")).read("parcels", window))
    assert sum(clock.slept) >= 17


def test_dhl_never_asks_more_than_its_calls_of_a_day(loopback, said, opened, window):
    loopback.on("GET", SHIPMENTS, lambda asked: said({"shipments": [shipment(asked.query["trackingNumber"])]}))
    connector = opened("dhl", *(known(f"D{number}") for number in range(260)))
    pages = list(connector.read("parcels", window))
    assert 250 <= len(loopback.calls(SHIPMENTS)) < 255, "what the day gives back while the pull lasts may be used"
    assert pages[-1].part == "spent"


def test_dhl_the_answer_about_another_parcel_with_this_number_is_a_fault_of_its_row(loopback, said, opened, window):
    loopback.on("GET", SHIPMENTS, said({"shipments": [shipment("OTHER")]}))
    connector = opened("dhl", known("D0"))
    assert "another parcel" in rows(connector, list(connector.read("parcels", window)))[0]["fault"]


@pytest.mark.parametrize(
    ("code", "text", "ours"),
    [
        ("pre-transit", "Label created", "info_received"), ("transit", "Out for delivery", "out_for_delivery"),
        ("transit", "The shipment is ready for pick-up", "available_for_pickup"), ("failure", "Recipient not at home", "attempt_failed"),
        ("failure", "The shipment is being returned to the sender", "returned"), ("failure", "The shipment was damaged", "exception"),
        ("unknown", "", "exception"), ("delivered", "Delivered to a neighbour", "delivered"),
    ],
)
def test_dhl_what_the_code_leaves_open_the_text_says(loopback, said, opened, window, code, text, ours):
    loopback.on("GET", SHIPMENTS, said({"shipments": [shipment("D0", code, text)]}))
    connector = opened("dhl", known("D0"))
    pages = list(connector.read("parcels", window))
    assert rows(connector, pages)[0]["status"] == ours
    event = rows(connector, pages, "tracking_events")[0]
    assert pd.isna(event["occurred_at"])
    assert event["occurred_local"] == "2026-11-14T10:00:00", "a local time is kept and given no offset"


def tracking(number, tag="InTransit", subtag="InTransit_001", **changes):
    return {"id": "f" * 32, "tracking_number": number, "slug": "dhl", "order_id": "A-1", "tag": tag, "subtag": subtag,
            "updated_at": "2026-11-15T10:00:00+00:00", "checkpoints": [], **changes}


def listed(*trackings, following=None):
    pagination = {"total": len(trackings), "next_cursor": following, "has_next_page": following is not None}
    return {"meta": {"code": 200}, "data": {"pagination": pagination, "trackings": list(trackings)}}


def test_aftership_registers_one_by_one_and_looks_a_duplicate_up(loopback, said, opened, window):
    made = {"meta": {"code": 201}, "data": tracking("NEW1", "Pending", "Pending_001")}
    twice = {"meta": {"code": 4003, "type": "BadRequest", "message": "Tracking already exists."}, "data": {}}
    loopback.on("POST", TRACKINGS, said(made, 201), said(twice, 400))
    pages = (listed(tracking("OLD1")), listed(tracking("X1"), following="c1"), listed(tracking("X2")))
    loopback.on("GET", TRACKINGS, *map(said, pages))
    connector = opened("aftership", parcel("NEW1"), parcel("OLD1"))
    pages = list(connector.read("parcels", window))
    asked = [call.query for call in loopback.asked if call.method == "GET"]
    assert asked[0]["tracking_numbers"] == "OLD1" and asked[1]["updated_at_min"].endswith("Z") and asked[2]["cursor"] == "c1"
    found = {row["tracking_number"]: row["status"] for row in rows(connector, pages)}
    assert found == {"NEW1": "pending", "OLD1": "in_transit", "X1": "in_transit", "X2": "in_transit"}
    assert connector.record_ids("parcels", pages) == ["NEW1", "OLD1", "X1", "X2"]


def test_aftership_a_number_it_refuses_does_not_keep_the_others_from_being_followed(loopback, said, opened, window):
    bad = {"meta": {"code": 4005, "type": "BadRequest", "message": "invalid"}, "data": {}}
    loopback.on("POST", TRACKINGS, said(bad, 400), said({"meta": {"code": 201}, "data": tracking("NEW2")}, 201))
    loopback.on("GET", TRACKINGS, said(listed()))
    connector = opened("aftership", parcel("NEW1"), parcel("NEW2"))
    assert connector.record_ids("parcels", list(connector.read("parcels", window))) == ["NEW2"]


def test_aftership_an_exception_with_return_to_sender_is_a_return(loopback, said, opened, window):
    back = tracking("X1", "Exception", "Exception_001", return_to_sender=True)
    loopback.on("GET", TRACKINGS, said(listed(back, tracking("X2", "Exception"))))
    connector = opened("aftership")
    assert [row["status"] for row in rows(connector, list(connector.read("parcels", window)))] == ["returned", "exception"]


@pytest.mark.parametrize("market", ["track17", "aftership", "dhl"])
def test_a_pull_killed_after_every_page_goes_on_with_the_same_list(loopback, said, opened, window, market):
    loopback.on("POST", REGISTER, lambda asked: said(registered(asked)))
    loopback.on("POST", INFO, lambda asked: said(info(*(each["number"] for each in asked.json))))
    loopback.on("GET", SHIPMENTS, lambda asked: said({"shipments": [shipment(asked.query["trackingNumber"])]}))
    loopback.on("POST", TRACKINGS, lambda asked: said({"meta": {"code": 201}, "data": tracking(asked.json["tracking_number"])}, 201))
    loopback.on("GET", TRACKINGS, said(listed()))
    parcels = [parcel(f"N{number:05}") for number in range(43)] + [known("OLD0001")]
    connector = opened(market, *parcels)
    whole = list(connector.read("parcels", window))
    fickle = opened(market, *parcels)
    object.__setattr__(fickle.parcels, "services", lending(fickle, [*parcels]))
    pieces = in_pieces(fickle, window)
    assert [page.part for page in pieces] == [page.part for page in whole]
    assert str(rows(connector, pieces)) == str(rows(connector, whole))


def lending(connector, parcels):
    """Services whose list of parcels is another one each time it is asked for."""
    def grow():
        parcels.append(parcel(f"LATE{len(parcels):04}"))
        return tuple(parcels[:-1])

    return replace(connector.services, parcels=grow)
