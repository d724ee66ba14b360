"""Judged by others: Amazon's own description files, and a client library somebody else wrote."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import jsonschema
import pytest

from sandbox.amazon import traffic
from sandbox.amazon.places import PLACES
from sandbox.world import SHOPS as SHOPS_OF_THE_WORLD

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[4] / "shared" / "specs")) / "amazon"
needs_specs = pytest.mark.skipif(not SPECS.is_dir(), reason="Amazon's description files do not lie beside (DAIYUN_SPECS)")
FORMATS = jsonschema.FormatChecker()


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value) -> bool:
    from datetime import datetime

    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def to_schema(node):
    """Swagger 2.0 → JSON Schema: the same words, but for x-nullable, examples and discriminators."""
    if isinstance(node, list):
        return [to_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    unused = ("example", "discriminator")
    kept = {name: to_schema(value) for name, value in node.items() if not name.startswith("x-") and name not in unused}
    return {"anyOf": [kept, {"type": "null"}]} if node.get("x-nullable") else kept


@lru_cache
def _definitions(file):
    return {name: to_schema(each) for name, each in json.loads((SPECS / file).read_text())["definitions"].items()}


def check(file, definition, answer):
    schema = {"$ref": f"#/definitions/{definition}", "definitions": _definitions(file)}
    body = json.loads(answer.text, parse_float=Decimal) if hasattr(answer, "text") else answer
    jsonschema.Draft4Validator(schema, format_checker=FORMATS).validate(body)
    return body


START = "2026-11-04T00:00:00Z"
EVERYTHING = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT,FULFILLMENT_ORDERS"
ITEM_PARTS = "summaries,attributes,issues,offers,fulfillmentAvailability,procurement,relationships,productTypes"
SHOPS = ("lumora_amazon_us", "lumora_amazon_eu", "northpeak_amazon_eu", "teahaus_amazon_jp")


@needs_specs
@pytest.mark.parametrize("shop", SHOPS)
def test_every_reading_answer_is_what_amazons_own_files_describe(stand, shop):
    stand.shop = shop
    place, items = stand.marketplace, f"/listings/2021-08-01/items/{stand.seller_id}"
    check("sellers.json", "GetMarketplaceParticipationsResponse", stand.get("/sellers/v1/marketplaceParticipations"))
    orders, found = "/orders/2026-01-01/orders", {"lastUpdatedAfter": START, "includedData": EVERYTHING}
    page = check("orders_2026-01-01.json", "SearchOrdersResponse", stand.get(orders, **found))
    check("orders_2026-01-01.json", "SearchOrdersResponse", stand.get(orders, lastUpdatedAfter=START))
    check("orders_2026-01-01.json", "GetOrderResponse", stand.get(f"{orders}/{page['orders'][0]['orderId']}", includedData=EVERYTHING))
    listing = check("listingsItems_2021-08-01.json", "ItemSearchResults", stand.get(
        items, marketplaceIds=place, includedData=ITEM_PARTS, pageSize=20))
    one = f"{items}/{quote(listing['items'][0]['sku'], safe='')}"
    check("listingsItems_2021-08-01.json", "Item", stand.get(one, marketplaceIds=place, includedData=ITEM_PARTS))
    check("fbaInventory.json", "GetInventorySummariesResponse", stand.get(
        "/fba/inventory/v1/summaries", granularityType="Marketplace", granularityId=place, marketplaceIds=place, details="true"))
    money = check("finances_2024-06-19.json", "ListTransactionsResponse", stand.get("/finances/2024-06-19/transactions", postedAfter=START))
    contexts = [context for each in money["payload"]["transactions"] for item in each["items"] for context in item["contexts"]]
    assert contexts
    stand.house.clock.move_horizon(stand.house.clock.horizon.replace(month=12, day=28))
    paid = check("transfers_2024-06-01.json", "ListPayoutsResponse", stand.get("/finances/transfers/2024-06-01/payouts"))
    assert paid["payouts"]


@needs_specs
def test_patch_and_report_answers_are_what_amazons_own_files_describe(stand):
    own = next(each.sku for each in stand.house.world.listings_of(stand.shop) if each.fulfilled_by == "seller")
    address = f"/listings/2021-08-01/items/{stand.seller_id}/{quote(own, safe='')}"
    for entry in ({"fulfillment_channel_code": "DEFAULT", "quantity": 3}, {"quantity": 3}):
        body = {"productType": "PRODUCT", "patches": [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": [entry]}]}
        answer = stand.ask("PATCH", address, json=body, params={"marketplaceIds": stand.marketplace, "mode": "VALIDATION_PREVIEW"})
        check("listingsItems_2021-08-01.json", "ListingsItemSubmissionResponse", answer)
    wanted = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [stand.marketplace]}
    reports = "/reports/2021-06-30/reports"
    number = check("reports_2021-06-30.json", "CreateReportResponse", stand.ask("POST", reports, json=wanted))["reportId"]
    check("reports_2021-06-30.json", "Report", stand.get(f"{reports}/{number}"))
    stand.house.clock.advance(61)
    done = check("reports_2021-06-30.json", "Report", stand.get(f"{reports}/{number}"))
    check("reports_2021-06-30.json", "ReportDocument", stand.get(f"/reports/2021-06-30/documents/{done['reportDocumentId']}"))
    check("reports_2021-06-30.json", "GetReportsResponse", stand.get(reports, reportTypes=wanted["reportType"]))


@needs_specs
@pytest.mark.parametrize("granularity", ["PARENT", "CHILD", "SKU"])
def test_the_traffic_document_is_what_amazons_own_schema_describes(stand, granularity):
    schema = json.loads((SPECS / "schemas" / "sellerSalesAndTrafficReport.json").read_text())
    facts = {"start": "2026-11-10", "end": "2026-11-12", "options": {"asinGranularity": granularity}}
    told = traffic.document(stand.house, SHOPS_OF_THE_WORLD["teahaus_amazon_jp"], PLACES["JP"], facts)
    assert told["salesAndTrafficByDate"] and told["salesAndTrafficByAsin"]
    jsonschema.Draft7Validator(schema, format_checker=FORMATS).validate(told)


@needs_specs
@pytest.mark.parametrize(("file", "path"), [
    ("orders_2026-01-01.json", "/orders/2026-01-01/orders"), ("finances_2024-06-19.json", "/finances/2024-06-19/transactions"),
    ("reports_2021-06-30.json", "/reports/2021-06-30/reports"),
    ("transfers_2024-06-01.json", "/finances/transfers/2024-06-01/payouts?nextToken=x"),
])
def test_refusals_are_what_amazons_own_files_describe(stand, file, path):
    answer = stand.get(path)
    assert answer.status_code == 400
    check(file, "ErrorList", answer)


@needs_specs
def test_the_check_itself_can_fail():
    with pytest.raises(jsonschema.ValidationError, match="required property"):
        check("orders_2026-01-01.json", "SearchOrdersResponse", {"orders": [{"orderId": "1"}]})
    with pytest.raises(jsonschema.ValidationError, match="date-time"):
        check("transfers_2024-06-01.json", "PayoutStatusEntry", {"status": "PAID", "lastUpdatedDate": "yesterday"})
    with pytest.raises(jsonschema.ValidationError, match="is not one of"):
        check("transfers_2024-06-01.json", "PayoutStatusEntry", {"status": "LOST", "lastUpdatedDate": "2026-11-01T00:00:00Z"})


@pytest.fixture
def stranger(stand, monkeypatch):
    """``python-amazon-sp-api`` pointed at loopback; its token cache is one for the process, so each test starts it empty."""
    access = pytest.importorskip("sp_api.auth").AccessTokenClient
    address = urlsplit(stand.base)
    monkeypatch.setattr(access, "scheme", "http://")
    monkeypatch.setattr(access, "host", f"{address.netloc}{address.path}")
    from sp_api.auth import access_token_client

    access_token_client.cache.clear()
    access_token_client.grantless_cache.clear()
    secrets = stand.market.credentials(stand.shop)
    marketplace = SimpleNamespace(endpoint=stand.base, marketplace_id=stand.marketplace, region="us-east-1", name="US")
    credentials = {
        "refresh_token": secrets["refresh_token"], "lwa_app_id": secrets["client_id"], "lwa_client_secret": secrets["client_secret"],
    }
    return {"marketplace": marketplace, "credentials": credentials}


def test_a_foreign_library_reads_orders(stand, stranger):
    from sp_api.api import OrdersV20260101

    client = OrdersV20260101(**stranger)
    answer = client.search_orders(createdAfter=START, includedData=["PROCEEDS", "FULFILLMENT"])
    assert answer.payload["orders"] and "proceeds" in answer.payload["orders"][0]
    one = client.get_order(answer.payload["orders"][0]["orderId"])
    assert one.payload["order"]["orderId"] == answer.payload["orders"][0]["orderId"]


def test_a_foreign_library_reads_listings_and_fba_stock(stand, stranger):
    from sp_api.api import Inventories, ListingsItems

    sku = "LM #1/blk & co"
    answer = ListingsItems(**stranger).get_listings_item(stand.seller_id, sku, includedData=["summaries", "offers"])
    assert answer.payload["sku"] == sku and answer.payload["offers"]
    stock = Inventories(**stranger).get_inventory_summary_marketplace(
        details=True, granularityType="Marketplace", granularityId=stand.marketplace, marketplaceIds=[stand.marketplace]
    )
    assert stock.payload["inventorySummaries"][0]["inventoryDetails"]["fulfillableQuantity"] >= 0


def test_a_foreign_library_sees_a_refusal_as_one(stand, stranger):
    from sp_api.api import OrdersV20260101
    from sp_api.base import SellingApiException

    with pytest.raises(SellingApiException) as refusal:
        OrdersV20260101(**stranger).search_orders()
    assert refusal.value.code == 400
