"""Every official example of the operations we read maps without exception: each record ends in rows or in a fault."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Page, Shop
from transforms.tables import CANONICAL

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[3] / "shared" / "specs")) / "amazon"
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason=f"the marketplaces' descriptions are not at {SPECS.parent}")
READ = {
    "orders": ("orders_2026-01-01.json", ("searchOrders", "getOrder")),
    "listings": ("listingsItems_2021-08-01.json", ("searchListingsItems", "getListingsItem")),
    "fba_inventory": ("fbaInventory.json", ("getInventorySummaries",)),
    "ledger": ("finances_2024-06-19.json", ("listTransactions",)),
    "payouts": ("transfers_2024-06-01.json", ("listPayouts",)),
}
PARTS = {"searchListingsItems": "items@US", "getListingsItem": "item@US"}


def _examples(entity):
    name, wanted = READ[entity]
    for methods in json.loads((SPECS / name).read_text())["paths"].values():
        operation = methods.get("get", {})
        if operation.get("operationId") in wanted:
            answer = operation["responses"]["200"]
            static = [case["response"] for case in answer.get("x-amzn-api-sandbox", {}).get("static", ())]
            plain = answer.get("examples") or {}
            for document in [*static, *([plain] if "payload" in plain else plain.values())]:
                yield operation["operationId"], document


def _pages(entity):
    now = datetime(2026, 11, 16, tzinfo=UTC)
    return [
        Page(json.dumps(document).encode(), now, name, PARTS.get(name, "records"), group)
        for group, (name, document) in enumerate(_examples(entity))
    ]


@pytest.fixture
def connector(lend, credentials):
    return registry.connect(
        Shop("lumora", "lumora_amazon_us", "amazon", ("US", "CA", "MX", "BR"), {"seller_id": "A1"}), credentials, lend()
    )


@pytest.mark.parametrize("entity", sorted(READ))
def test_every_official_example_ends_in_rows_or_faults(entity, connector):
    pages, endpoint = _pages(entity), connector.endpoints[entity]
    if entity == "fba_inventory" and not pages:
        pytest.skip("this API has a dynamic sandbox: its description holds no static examples")
    assert pages
    frames = connector.map(entity, pages)
    assert tuple(frames) == endpoint.tables
    leading = frames[endpoint.tables[0]]
    assert set(connector.record_ids(entity, pages) if entity != "orders" else _order_ids(pages)) <= set(
        leading[endpoint.record_id].dropna()
    )
    assert set(leading["landing_page"]) == {at for at, each in enumerate(pages) if _has_records(each)}
    for table, frame in frames.items():
        CANONICAL[table].conform(frame.drop(columns=["source_updated_at", "landing_page", "landing_record", "fault"]), version=False)
        assert set(frame["landing_page"]) <= set(range(len(pages)))


@pytest.mark.parametrize("entity", ["orders", "listings", "payouts"])
def test_official_examples_are_readable_to_the_last_field(entity, connector):
    for frame in connector.map(entity, _pages(entity)).values():
        assert frame["fault"].isna().all()


def test_the_official_transaction_lacks_its_number_and_status_and_says_so(connector):
    frame = connector.map("ledger", _pages("ledger"))["ledger_entries"]
    assert (
        frame["amount_minor"].tolist() == [1000]
        and "status: is missing" in frame["fault"][0]
        and "is not a known marketplace" in frame["fault"][0]
    )


def _order_ids(pages):
    documents = [json.loads(each.body) for each in pages]
    return [record["orderId"] for each in documents for record in each.get("orders", [each.get("order")])]


def _has_records(each):
    return b"nextToken" not in each.body or any(
        word in each.body for word in (b'"orders"', b'"sku"', b'"transactions"', b'"payouts"', b'"sellerSku"')
    )
