"""Judged by others: Etsy's own description of its answers and calls, and a client library somebody else wrote."""

from __future__ import annotations

import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
import uvicorn

from connectors.contract import Credentials, Page, Services, Shop, Window
from connectors.etsy import connect
from connectors.etsy.inventory import writable
from connectors.etsy.read_lists import AccountWay, ListingsWay, ReviewsWay
from connectors.etsy.read_money import LedgerWay
from connectors.etsy.read_orders import OrdersWay
from connectors.etsy.walk import walk
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.verdicts import Reply
from sandbox.etsy.gate import OPERATIONS

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[4] / "shared" / "specs")) / "etsy" / "etsy_open_api_v3.json"
needs_specs = pytest.mark.skipif(not SPECS.is_file(), reason="Etsy's description does not lie beside (DAIYUN_SPECS)")
NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)


@lru_cache
def description() -> dict:
    return json.loads(SPECS.read_text())


def to_schema(node):
    """OpenAPI 3.0 → JSON Schema, and stricter: an object shows no field that is not described."""
    if isinstance(node, list):
        return [to_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    words = ("nullable", "description", "default")  # of the description itself; a field of that name is an object
    kept = {name: to_schema(value) for name, value in node.items() if name not in words or isinstance(value, dict)}
    if node.get("type") == "object" and "properties" in node:
        kept["additionalProperties"] = False
    return {"anyOf": [kept, {"type": "null"}]} if node.get("nullable") is True else kept


@lru_cache
def operations() -> dict[str, tuple[str, str, dict]]:
    """Operation id → (method, path, description)."""
    return {
        told["operationId"]: (method.upper(), path, told)
        for path, methods in description()["paths"].items() for method, told in methods.items()
        if isinstance(told, dict) and "operationId" in told
    }


@lru_cache
def components() -> dict:
    return {name: to_schema(each) for name, each in description()["components"]["schemas"].items()}


def check(schema: dict, body) -> None:
    whole = {**to_schema(schema), "components": {"schemas": components()}}
    jsonschema.Draft7Validator(whole, format_checker=jsonschema.FormatChecker()).validate(body)


def answered(name: str, answer) -> dict:
    """The answer's JSON, which is what Etsy describes for this operation and status."""
    told = operations()[name][2]["responses"][str(answer.status_code)]
    body = answer.json()
    check(told["content"]["application/json"]["schema"], body)
    return body


@needs_specs
def test_every_operation_of_the_sandbox_is_one_of_etsys():
    for operation in OPERATIONS:
        method, path, told = operations()[operation.name]
        assert (operation.method, f"/v3/application/{operation.path}") == (method, path)
        scopes = [scope for each in told.get("security", []) for scope in each.get("oauth2", [])]
        assert ([operation.scope] if operation.scope else []) == scopes, operation.name


@needs_specs
def test_every_reading_answer_is_what_etsys_own_description_says(stand):
    end = int(stand.house.clock.horizon.timestamp())
    receipts = answered("getShopReceipts", stand.get(f"{stand.shop}/receipts", limit=100))["results"]
    assert {"refunds", "shipments"} <= {name for each in receipts for name, value in each.items() if value}
    one = f"{stand.shop}/receipts/{receipts[0]['receipt_id']}"
    answered("getShopReceipt", stand.get(one))
    answered("getShopReceiptTransactionsByReceipt", stand.get(f"{one}/transactions"))
    answered("getShopPaymentByReceiptId", stand.get(f"{one}/payments"))
    bounds = {"min_created": end - 86_400 * 20, "max_created": end, "limit": 100}
    entries = answered("getShopPaymentAccountLedgerEntries", stand.get(f"{stand.shop}/payment-account/ledger-entries", **bounds))["results"]
    asked = ",".join(str(each["entry_id"]) for each in entries if each["reference_type"] in ("shop_payment", "payment_adjustment"))
    payments = stand.get(f"{stand.shop}/payment-account/ledger-entries/payments", ledger_entry_ids=asked)
    found = answered("getPaymentAccountLedgerEntryPayments", payments)["results"]
    answered("getPayments", stand.get(f"{stand.shop}/payments", payment_ids=str(found[0]["payment_id"])))
    numbers = []
    for state in ("active", "inactive", "sold_out", "draft", "expired"):
        shown = stand.get(f"{stand.shop}/listings", state=state, includes="Inventory", legacy="false", limit=100)
        numbers += [each["listing_id"] for each in answered("getListingsByShop", shown)["results"]]
    answered("getListingsByListingIds", stand.get("/listings/batch", listing_ids=",".join(map(str, numbers)), includes="Inventory"))
    answered("getListing", stand.get(f"/listings/{numbers[0]}"))
    answered("getListingInventory", stand.get(f"/listings/{numbers[0]}/inventory", includes="Listing", legacy="false"))
    assert answered("getReviewsByShop", stand.get(f"{stand.shop}/reviews", limit=100))["count"]
    answered("getShop", stand.get(stand.shop))
    answered("getMe", stand.get("/users/me"))
    answered("ping", stand.get("/openapi-ping"))
    answered("getShippingCarriers", stand.get("/shipping-carriers", origin_country_iso="US"))


@needs_specs
def test_refusals_and_writes_are_what_the_description_says(stand):
    answered("getShopReceipts", stand.get(f"{stand.shop}/receipts", limit=1000))
    answered("getShopReceipt", stand.get(f"{stand.shop}/receipts/5"))
    row = next(row for row in stand.truth("listings") if row["status"] == "active")
    inventory = stand.get(f"/listings/{row['product_id']}/inventory", legacy="false").json()
    body = writable(inventory)
    asked = operations()["updateListingInventory"][2]["requestBody"]["content"]["application/json"]["schema"]
    check(asked, body)
    answered("updateListingInventory", stand.ask("PUT", f"/listings/{row['product_id']}/inventory", json=body))
    answered("updateListing", stand.ask("PATCH", f"{stand.shop}/listings/{row['product_id']}", data={"state": "inactive"}))
    order = next(row for row in stand.truth("orders") if row["status"] == "paid")
    told = {"tracking_code": "9400", "carrier_name": "USPS"}
    answered("createReceiptShipment", stand.ask("POST", f"{stand.shop}/receipts/{order['order_id']}/tracking", data=told))


class Listener:
    """A gateway over the stand that remembers what our ways ask."""

    def __init__(self, stand) -> None:
        self._stand, self.calls = stand, []

    def get(self, operation, path, parameters=None, *, note="", tolerates=()):
        self.calls.append((operation, path, dict(parameters or {})))
        answer = self._stand.get(path, **(parameters or {}))
        return Reply(answer.status_code, answer.headers, answer.content, NOW)


@needs_specs
def test_every_reading_call_of_ours_is_one_of_etsys_with_parameters_it_knows(stand):
    listener, number = Listener(stand), stand.market.account("kiln_etsy")["shop_id"]
    window = Window(stand.house.clock.horizon - timedelta(days=25), stand.house.clock.horizon)
    for way in (OrdersWay, ListingsWay, ReviewsWay, LedgerWay, AccountWay):
        list(walk(way(number), listener, lambda: NOW, window, None))
    for name, path, parameters in listener.calls:
        method, address, told = operations()[name]
        pattern = f"/v3/application{path}".split("/")
        assert method == "GET" and len(pattern) == len(address.split("/"))
        assert all(theirs.startswith("{") or ours == theirs for ours, theirs in zip(pattern, address.split("/"), strict=True))
        known = {each["name"]: each["schema"] for each in told.get("parameters", [])}
        assert set(parameters) <= set(known), name
        for each, value in parameters.items():
            check({**known[each], "default": None}, _typed(known[each], value))
        needed = {each["name"] for each in told.get("parameters", []) if each.get("required") and each["in"] == "query"}
        assert needed <= set(parameters), name


def _typed(schema: dict, value: str):
    kind = schema["type"]
    if kind == "array":
        return [_typed(schema["items"], each) for each in value.split(",")]
    return int(value) if kind == "integer" else value == "true" if kind == "boolean" else value


def smallest(schema: dict):
    """A value made from the description alone: null wherever it may be, the least number, the first word."""
    if "$ref" in schema:
        return smallest(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if schema.get("nullable") and "allOf" not in schema:
        return None
    if "allOf" in schema:
        return smallest(schema["allOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: smallest(each) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [smallest(schema["items"])] if "items" in schema else []
    return {"integer": schema.get("minimum", 0), "number": 0, "boolean": False}.get(kind, "")


@needs_specs
@pytest.mark.parametrize(
    ("entity", "part", "schema"),
    [
        ("orders", "receipts", "ShopReceipts"), ("listings", "listings", "ShopListingsWithAssociations"), ("account", "shop", "Shop"),
        ("reviews", "reviews", "TransactionReviews"), ("ledger", "entries", "PaymentAccountLedgerEntries"),
    ],
)
def test_an_answer_made_from_the_description_alone_is_a_row(entity, part, schema):
    """The description holds no examples; this is the barest answer it allows."""
    clock = SimpleNamespace(now=lambda: NOW)
    services = Services(clock, MemoryLimiter(clock), MemoryTokens(), pseudonym=lambda text: "nobody")
    keys = {"client_id": "k", "shared_secret": "s", "refresh_token": "1.r"}
    shop = Shop("kiln", "kiln_etsy", "etsy", ("US",), {"shop_id": "7"})
    etsy = connect(shop, Credentials("http://127.0.0.1:9", "http://127.0.0.1:9", keys), services)
    pages = [Page(json.dumps(smallest({"$ref": f"#/components/schemas/{schema}"})).encode(), NOW, "bare", part=part)]
    if entity == "ledger":
        pages.append(Page(json.dumps(smallest({"$ref": "#/components/schemas/Payments"})).encode(), NOW, "bare", part="payments"))
    frames = etsy.map(entity, pages)
    assert set(frames) == set(etsy.endpoints[entity].tables)
    assert len(next(iter(frames.values()))) == len(etsy.record_ids(entity, pages)) == 1


def test_a_client_somebody_else_wrote_reads_here(stand, monkeypatch):
    etsyv3 = pytest.importorskip("etsyv3")
    from etsyv3 import etsy_api

    server = uvicorn.Server(uvicorn.Config(stand.client.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    monkeypatch.setattr(etsy_api, "ETSY_API_BASEURL", f"http://127.0.0.1:{port}/v3/application")
    try:
        keys, shop = stand.secrets, int(stand.market.account("kiln_etsy")["shop_id"])
        ends = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)
        client = etsyv3.EtsyAPI(f"{keys['client_id']}:{keys['shared_secret']}", stand.token(), keys["refresh_token"], ends)
        sent = client.get_shop_receipts(shop, limit=100, was_shipped=True)["results"]
        shown = {(str(receipt["receipt_id"]), parcel["tracking_code"]) for receipt in sent for parcel in receipt["shipments"]}
        assert shown == {(row["order_id"], row["tracking_number"]) for row in stand.truth("shipments")}
        stock = {row["sku"]: row["sellable_quantity"] for row in stand.truth("inventory")}
        listings = client.get_listings_by_shop(shop, limit=100)["results"]
        for listing in listings:
            stand.house.clock.advance(1)
            for product in client.get_listing_inventory(listing["listing_id"])["products"]:
                assert product["offerings"][0]["quantity"] == stock[product["sku"]]
    finally:
        server.should_exit = True
        thread.join(5)
