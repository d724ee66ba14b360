"""Judged by others: eBay's own description files, and a client library somebody else wrote."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import jsonschema
import pytest
import yaml

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[4] / "shared" / "specs")) / "ebay"
needs_specs = pytest.mark.skipif(not SPECS.is_dir(), reason="eBay's description files do not lie beside (DAIYUN_SPECS)")
ORDERS, INVENTORY, FINANCES = "/sell/fulfillment/v1/order", "/sell/inventory/v1", "/sell/finances/v1"
FULFILMENT_FILE, INVENTORY_FILE, MONEY_FILE = "sell_fulfillment_v1_oas3.json", "sell_inventory_v1_oas3.json", "sell_finances_v1_oas3.yml"
SHOPS = ("northpeak_ebay", "kiln_ebay")


def closed(node):
    """OpenAPI 3.0 → JSON Schema in which a field the description does not know is a fault (it marks nothing as required)."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    unused = [name for name in ("example", "xml") if not isinstance(node.get(name), dict) or "type" not in node[name]]
    kept = {name: closed(value) for name, value in node.items() if name not in unused}
    if kept.get("properties") and "additionalProperties" not in kept:
        kept["additionalProperties"] = False
    return kept


@lru_cache
def _schemas(file):
    text = (SPECS / file).read_text()
    document = yaml.safe_load(text) if file.endswith(".yml") else json.loads(text)
    return closed(document["components"]["schemas"])


def check(file, schema, answer):
    body = json.loads(answer.text, parse_float=Decimal) if hasattr(answer, "text") else answer
    whole = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": _schemas(file)}}
    jsonschema.Draft4Validator(whole).validate(body)
    return body


@needs_specs
@pytest.mark.parametrize("shop", SHOPS)
def test_every_reading_answer_is_what_ebays_own_files_describe(stand, shop):
    stand.shop = shop
    found = check(FULFILMENT_FILE, "OrderSearchPagedCollection", stand.get(
        ORDERS, filter=stand.window("lastmodifieddate"), limit=200, fieldGroups="TAX_BREAKDOWN"))
    for order in found["orders"][:4]:
        check(FULFILMENT_FILE, "Order", stand.get(f"{ORDERS}/{order['orderId']}"))
        check(FULFILMENT_FILE, "ShippingFulfillmentPagedCollection", stand.get(f"{ORDERS}/{order['orderId']}/shipping_fulfillment"))
    items = check(INVENTORY_FILE, "InventoryItems", stand.get(f"{INVENTORY}/inventory_item", limit=200))
    for item in items["inventoryItems"][:4]:
        answer = stand.get(f"{INVENTORY}/offer", sku=item["sku"])
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            check(INVENTORY_FILE, "Offers", answer)
    assert check(MONEY_FILE, "Transactions", stand.money(f"{FINANCES}/transaction", limit=1000))["transactions"]
    assert check(MONEY_FILE, "Payouts", stand.money(f"{FINANCES}/payout", limit=200))["payouts"]
    who = {"user_id": stand.market.account(shop)["seller_id"]}
    check("commerce_feedback_v1_beta_oas3.json", "GetFeedbackResponse", stand.get(
        "/commerce/feedback/v1/feedback", **who, feedback_type="FEEDBACK_RECEIVED"))
    check("commerce_feedback_v1_beta_oas3.json", "GetFeedbackRatingSummaryResponse", stand.get(
        "/commerce/feedback/v1/feedback_rating_summary", **who, filter="ratingType:OVERALL_EXPERIENCE"))
    check("sell_account_v1_oas3.json", "SellingPrivileges", stand.get("/sell/account/v1/privilege"))
    check("commerce_identity_v1_oas3.json", "UserResponse", stand.ask("GET", "/commerce/identity/v1/user/", host="apiz"))
    cancelled = "unofficial_post_order/cancellation_search_with_schemas.json"
    assert check(cancelled, "FindCancelResponse", stand.post_order("/cancellation/search"))["cancellations"]


@needs_specs
def test_answers_to_writes_and_tasks_are_what_ebays_own_files_describe(stand):
    row = next(row for row in stand.truth("listings") if row["title"] and row["status"] == "active")
    for sku in (row["sku"], "nobodys"):
        body = {"requests": [{"sku": sku, "shipToLocationAvailability": {"quantity": 3}}]}
        check(INVENTORY_FILE, "BulkPriceQuantityResponse", stand.ask("POST", f"{INVENTORY}/bulk_update_price_quantity", json=body))
    alone = next(each for each in stand.truth("listings") if each["status_raw"] == "ACTIVE,PUBLISHED" and "/" not in each["listing_id"])
    number = stand.get(f"{INVENTORY}/offer", sku=alone["sku"]).json()["offers"][0]["offerId"]
    check(INVENTORY_FILE, "PublishResponse", stand.ask("POST", f"{INVENTORY}/offer/{number}/publish", json={}))
    feed = {"feedType": "LMS_ACTIVE_INVENTORY_REPORT", "schemaVersion": "1.0"}
    made = stand.ask("POST", "/sell/feed/v1/inventory_task", json=feed, headers={"X-EBAY-C-MARKETPLACE-ID": "EBAY_GB"})
    number = made.headers["Location"].rpartition("/")[2]
    check("sell_feed_v1_oas3.json", "InventoryTask", stand.get(f"/sell/feed/v1/inventory_task/{number}"))
    for error in stand.get(ORDERS, limit=201).json()["errors"]:
        check(FULFILMENT_FILE, "Error", error)


@needs_specs
def test_the_check_itself_can_fail():
    with pytest.raises(jsonschema.ValidationError, match="Additional properties"):
        check(FULFILMENT_FILE, "Order", {"orderId": "1", "order_id": "2"})
    with pytest.raises(jsonschema.ValidationError, match="is not of type 'string'"):
        check(FULFILMENT_FILE, "Amount", {"value": 12.5, "currency": "GBP"})


@pytest.fixture
def stranger(stand, monkeypatch):
    """``bidkit`` pointed at loopback: (the API's client, the money host's client).

    It signs by the machine's clock, and leaves a port out of the authority: so its Host header leaves it out too.
    """
    bidkit = pytest.importorskip("bidkit")
    import httpx2
    from bidkit.config import EbaySigningConfig

    monkeypatch.setattr(stand.house.clock, "now", lambda: max(datetime.now(UTC), stand.house.clock.horizon))
    secrets = stand.market.credentials(stand.shop)
    keys = {"app_id": secrets["client_id"], "cert_id": secrets["client_secret"]}
    signing = EbaySigningConfig(jwe=secrets["signing_jwe"], private_key=secrets["signing_key"])
    first = bidkit.EbayClient(bidkit.EbayConfig(
        **keys, refresh_token=secrets["refresh_token"], base_url_override=f"{stand.base}/api", marketplace_id="EBAY_GB"))
    money = bidkit.EbayClient(bidkit.EbayConfig(
        **keys, access_token=stand.token(), base_url_override=f"{stand.base}/apiz", marketplace_id="EBAY_GB", signing=signing,
        auto_refresh=False), http_client=httpx2.Client(headers={"host": "127.0.0.1"}))
    yield first, money
    first.http.close()
    money.http.close()


def test_a_foreign_library_reads_orders_offers_and_feedback(stand, stranger):
    client, _ = stranger
    page = client.sell.fulfillment.get_orders(filter=stand.window("lastmodifieddate", 400), limit="200")
    assert {order.order_id for order in page.orders} == {row["order_id"] for row in stand.truth("orders")}
    sku = client.sell.inventory.get_inventory_items(limit="5").inventory_items[0].sku
    assert client.sell.inventory.get_offers(sku=sku).offers[0].sku == sku
    said = client.commerce.feedback.get_feedback(user_id="northpeak-outdoor", feedback_type="FEEDBACK_RECEIVED")
    assert len(said.feedback_entries) == min(len(stand.truth("reviews")), 25)


def test_a_foreign_librarys_own_signature_opens_the_money_host(stand, stranger):
    _, money = stranger
    found = money.sell.finances.get_transactions(limit="1000", x_ebay_c_marketplace_id="EBAY_GB")
    assert len(found.transactions) == len({row["transaction_id"] for row in stand.truth("ledger_entries")})
