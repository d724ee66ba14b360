"""The sandbox's 17TRACK, AfterShip and DHL: their envelopes and refusals, judged also by official descriptions and a foreign client."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import requests
import yaml
from starlette.applications import Starlette

from sandbox.house import Settings, open_house
from sandbox.server import application, open_markets

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[3] / "shared" / "specs"))
AFTERSHIP, DHL = SPECS / "aftership" / "tracking-2026-07.schema.json", SPECS / "dhl" / "utapi-tracking-api-1.4.1.yaml"
NAMES = ("track17", "aftership", "dhl")
SHOPS = {"track17": "lumora_17track", "aftership": "kiln_aftership", "dhl": "northpeak_dhl"}


class Stand:
    """The three services over one small world, in this process. ``numbers``: parcels that left, DHL's own first."""

    def __init__(self, address, holder, state=None):
        self.house = open_house(Settings(seed=3, days=8, orders_per_day=30, state=state, speed=1000))
        self.markets = open_markets(self.house, NAMES)
        holder["app"] = application(self.house, self.markets)
        self.address = address
        parcels = [(parcel.carrier != "DHL", event.at, parcel.tracking) for order in self.house.world.orders(self.house.clock.horizon)
                   for event in order.events if event.kind == "delivered" and event.at < self.house.clock.horizon
                   for parcel in order.parcels if parcel.index == event.parcel]
        self.numbers = [number for _, _, number in sorted(parcels)]

    def next_night(self):
        self.house.clock.move_horizon(self.house.clock.horizon + timedelta(days=1))

    def secret(self, market):
        return next(iter(self.markets[market].credentials(SHOPS[market]).values()))

    def track17(self, call, body):
        address, headers = f"{self.address}/track17/track/v2.2/{call}", {"17token": self.secret("track17")}
        return requests.post(address, json=body, headers=headers, timeout=30)

    def aftership(self, method="GET", **changes):
        address = f"{self.address}/aftership/tracking/2026-07/trackings"
        return requests.request(method, address, headers={"as-api-key": self.secret("aftership")}, timeout=30, **changes)

    def dhl(self, number, **params):
        address, headers = f"{self.address}/dhl/track/shipments", {"DHL-API-Key": self.secret("dhl")}
        self.house.clock.advance(2)
        return requests.get(address, params={"trackingNumber": number, **params}, headers=headers, timeout=30)


@pytest.fixture
def stand(served):
    return Stand(*served)


def test_17track_takes_a_unit_at_registration_alone_and_tells_from_the_next_night_on(stand):
    number = stand.numbers[0]
    assert stand.track17("gettrackinfo", [{"number": number}]).json()["data"]["rejected"][0]["error"]["code"] == -18019902
    assert stand.track17("register", [{"number": number, "tag": "A-1"}]).json()["data"]["accepted"][0]["number"] == number
    assert stand.track17("register", [{"number": number}]).json()["data"]["rejected"][0]["error"]["code"] == -18019901
    stand.house.clock.advance(60)
    assert stand.track17("gettrackinfo", [{"number": number}]).json()["data"]["rejected"][0]["error"]["code"] == -18019909
    stand.next_night()
    item = stand.track17("gettrackinfo", [{"number": number}]).json()["data"]["accepted"][0]
    assert item["tag"] == "A-1" and item["track_info"]["tracking"]["providers"][0]["events"]
    assert stand.track17("getquota", []).json()["data"]["quota_used"] == 1


def test_17track_refuses_more_than_forty_numbers_what_is_no_number_and_a_wrong_key(stand):
    assert stand.track17("register", [{"number": f"N{n:05}"} for n in range(41)]).json()["code"] == -18010014
    assert stand.track17("register", [{"number": "a b"}]).json()["data"]["rejected"][0]["error"]["code"] == -18010012
    wrong = requests.post(f"{stand.address}/track17/track/v2.2/getquota", json=[], headers={"17token": "no"}, timeout=30)
    assert wrong.json()["code"] == -18010002


def test_17track_allows_three_calls_a_second(stand):
    stand.house.clock.speed = 0.001
    found = [stand.track17("getquota", []).status_code for _ in range(6)]
    assert found[:3] == [200] * 3 and 429 in found


def test_dhl_answers_one_number_a_call_and_250_calls_a_day(stand):
    assert stand.dhl(stand.numbers[0]).json()["shipments"][0]["events"]
    assert stand.dhl("NOBODYS1").status_code == 404 and stand.dhl(stand.numbers[0], service="express").status_code == 404
    stand.markets["dhl"]._calls[SHOPS["dhl"], stand.house.clock.now().date().isoformat()] = 250
    assert stand.dhl(stand.numbers[0]).status_code == 429
    stand.next_night()
    assert stand.dhl(stand.numbers[0]).status_code == 200


def test_what_was_registered_and_asked_outlives_the_process(served, tmp_path):
    first = Stand(*served, state=tmp_path / "state.jsonl")
    first.track17("register", [{"number": first.numbers[0], "tag": "A-1"}])
    first.aftership("POST", json={"tracking_number": first.numbers[0]})
    first.dhl(first.numbers[0])
    again = Stand(*served, state=tmp_path / "state.jsonl")
    for market in again.markets.values():
        assert [row["number"] for row in market.desk.known(SHOPS[market.name])] == [first.numbers[0]]
    for market in ("aftership", "dhl"):
        rows = [list(each.markets[market].truth("tracked_parcels")) for each in (first, again)]
        assert rows[0] == rows[1] and rows[0]


@pytest.mark.skipif(not AFTERSHIP.is_file(), reason="AfterShip's models do not lie beside (DAIYUN_SPECS)")
def test_aftership_answers_are_what_its_own_models_describe(stand):
    whole = json.loads(AFTERSHIP.read_text())
    known = whole["$defs"]

    def check(name, answer):
        jsonschema.Draft202012Validator({"$defs": known, "$ref": f"#/$defs/{name}"}).validate(answer)
        unknown = set(answer.get("data") or {}) - set(known["Tracking"]["properties"]) - {"pagination", "trackings"}
        assert not unknown
        for tracking in (answer.get("data") or {}).get("trackings", ()):
            assert set(tracking) <= set(known["Tracking"]["properties"])
            for checkpoint in tracking["checkpoints"]:
                assert set(checkpoint) <= set(known["Checkpoint"]["properties"])

    for number in stand.numbers[:12]:
        check("TrackingResponse", stand.aftership("POST", json={"tracking_number": number}).json())
    check("TrackingResponseForGetTrackings", stand.aftership().json())
    stand.next_night()
    told = stand.aftership(params={"limit": 5}).json()
    check("TrackingResponseForGetTrackings", told)
    assert told["data"]["pagination"]["has_next_page"] and all(each["checkpoints"] for each in told["data"]["trackings"])
    twice = stand.aftership("POST", json={"tracking_number": stand.numbers[0]})
    assert (twice.status_code, twice.json()["meta"]["code"]) == (400, 4003)


@pytest.mark.skipif(not DHL.is_file(), reason="DHL's description does not lie beside (DAIYUN_SPECS)")
def test_dhl_answers_are_what_its_own_description_describes(stand):
    schemas = yaml.safe_load(DHL.read_text())["components"]["schemas"]

    def check(name, answer):
        whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        jsonschema.Draft4Validator(whole).validate(answer)

    kinds = set()
    for number in stand.numbers[:12]:
        answer = stand.dhl(number)
        if answer.status_code == 200:
            check("supermodelIoLogisticsTrackingShipments", answer.json())
            shipment, event = (schemas[f"supermodelIoLogisticsTracking{name}"]["properties"] for name in ("Shipment", "ShipmentEvent"))
            for each in answer.json()["shipments"]:
                assert set(each) <= set(shipment) and all(set(one) <= set(event) for one in each["events"])
                kinds |= {one["statusCode"] for one in each["events"]}
    assert {"pre-transit", "transit", "delivered"} <= kinds
    missing = stand.dhl("NOBODYS1")
    check("supermodelIoLogisticsApiProblemDetail", missing.json())
    assert missing.headers["content-type"].startswith("application/problem+json")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:URL.raw:UserWarning")  # the client's own
def test_aftership_s_own_client_registers_reads_and_pages(stand, served, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    served[1]["app"] = Starlette(routes=stand.markets["aftership"].routes())  # the client knows hosts, no folders
    tracking = pytest.importorskip("tracking", reason="aftership-tracking-sdk is not installed")
    client = tracking.Client(tracking.Configuration(domain=stand.address, api_key=stand.secret("aftership")))
    made = client.tracking.create_tracking(tracking.CreateTrackingRequest(tracking_number=stand.numbers[0], order_id="A-1"))
    assert made.data.tag.value == "Pending" and made.data.order_id == "A-1"
    for number in stand.numbers[1:4]:
        client.tracking.create_tracking({"tracking_number": number})
    stand.next_night()
    first = client.tracking.get_trackings(limit=3).data
    rest = client.tracking.get_trackings(limit=3, cursor=first.pagination.next_cursor).data
    found = {each.tracking_number: each for each in [*first.trackings, *rest.trackings]}
    assert set(found) == set(stand.numbers[:4]) and all(each.checkpoints[0].message for each in found.values())
    assert client.tracking.get_tracking_by_id(made.data.id).data.tracking_number == stand.numbers[0]
