"""Recorded answers of a real store (WooCommerce 9.2.5) through the connector's mapping: read in place, never copied."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Credentials, Page, Shop

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[3] / "shared" / "specs")) / "woocommerce"
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason=f"the marketplaces' descriptions are not at {SPECS.parent}")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def recorded():
    lines = (SPECS / "recorded-9.2.5.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["name"]: line["response"]["body"] for line in map(json.loads, lines)}


@pytest.fixture
def mapped(lend):
    """``mapped(entity, (part, records), …)``: the frames as lists of dictionaries, and the ids read without the mapping."""
    keys = {"consumer_key": "ck_" + "0" * 40, "consumer_secret": "cs_" + "0" * 40}
    store = registry.connect(Shop("acme", "acme_store", "woocommerce", ("DE",)), Credentials("https://x.example", "", keys), lend())

    def run(entity, *parts):
        pages = [Page(json.dumps(records).encode(), NOW, "recorded", part) for part, records in parts]
        frames = {name: frame.to_dict("records") for name, frame in store.map(entity, pages).items()}
        assert set(frames) == set(store.endpoints[entity].tables)
        return frames, store.record_ids(entity, pages)

    return run


def test_recorded_orders_become_orders_lines_parcels_and_payments_to_the_cent(recorded, mapped):
    frames, ids = mapped("orders", ("orders", [*recorded["orders_modified_after_gmt"], recorded["order_complete_with_tracking_meta"]]))
    orders = {row["order_id"]: row for row in frames["orders"]}
    assert ids == list(orders) == ["14", "25", "29"]
    assert all(row["fault"] is None for frame in frames.values() for row in frame)
    money = ("items_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor", "unit_count")
    assert [tuple(orders[each][name] for name in money) for each in orders] == [
        (3998, 0, 490, 0, 4488, 3), (100, 0, 0, 0, 100, 1), (4500, 0, 490, 0, 4990, 3),
    ]
    assert [(orders[each]["status"], orders[each]["currency"], orders[each]["ship_country"]) for each in orders] == [
        ("shipped", "EUR", "DE"), ("cancelled", "USD", None), ("shipped", "EUR", "DE"),
    ]
    assert str(orders["29"]["placed_at"]) == "2026-11-23 04:24:38+00:00", "the column in GMT, not the store's own clock eight hours on"
    parcels = {row["order_id"]: (row["tracking_number"], row["carrier"], str(row["shipped_at"])) for row in frames["shipments"]}
    assert parcels == {
        "14": ("JD1", "DHL", "2023-11-14 22:13:20+00:00"), "29": ("JD014600003826385712", "dhl", "2026-11-23 04:24:41+00:00"),
    }
    paid = {row["order_id"]: (row["provider"], row["transaction_id"], row["amount_minor"]) for row in frames["payments"]}
    assert paid["29"] == ("paypal", "8MC585209K746392H", 4990) and paid["25"] == ("unknown", "unknown/25", 100)
    lines = {row["line_id"]: (row["sku"], row["unit_price_minor"], row["shipped_quantity"]) for row in frames["order_lines"]}
    assert lines["8"] == ("POT-1", 1250, 2) and lines["9"] == ("JKT-S", 2000, 1) and lines["7"] == (None, 100, 0)


def test_a_recorded_refund_is_one_return_of_one_line(recorded, mapped):
    refund = {**recorded["refund_create"], "parent_id": 29}  # as the list over all orders shows it
    frames, ids = mapped("returns", ("refunds", [refund]), ("currencies", [{"id": 29, "currency": "EUR"}]))
    (row,) = frames["returns"]
    assert ids == ["30"] and row["fault"] is None
    told = ("return_id", "return_line_id", "order_id", "line_id", "sku", "kind", "quantity", "refund_minor", "currency", "reason")
    assert tuple(row[name] for name in told) == ("30", "11", "29", "8", "POT-1", "return", 1, 1250, "EUR", "damaged")


def test_recorded_products_become_one_listing_an_article_and_none_for_the_product_above(recorded, mapped):
    products = ("products/EUR", [recorded["product_stock_update"], recorded["variable_create"]])
    frames, ids = mapped("listings", products, ("variations/EUR/27", [recorded["variation_create"]]))
    assert ids == ["26", "28"]
    told = ("listing_id", "product_id", "sku", "title", "price_minor", "status")
    assert [tuple(row[name] for name in told) for row in frames["listings"]] == [
        ("26", "26", "POT-1", "Tea pot", 1250, "active"), ("28", "27", "JKT-S", "Jacket - S", 2000, "active"),
    ]
    assert [(row["sku"], row["sellable_quantity"]) for row in frames["inventory"]] == [("POT-1", 7), ("JKT-S", 3)]


def test_a_recorded_review_is_read_without_its_writer(recorded, mapped):
    frames, ids = mapped("reviews", ("reviews", [recorded["review_create"]]))
    (row,) = frames["reviews"]
    assert ids == ["20"] and (row["product_id"], row["rating"], row["text"]) == ("26", 5, "Nice pot")
    assert "Ada" not in str(row) and "ada@" not in str(row)
