"""Every query of ours, every word Shopify knows, and the loopback store's own schema, held against the official one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connectors.shopify import queries, words
from sandbox.shopify.cost import MOST, Price
from sandbox.shopify.sdl import SDL

graphql = pytest.importorskip("graphql")
SPECS = os.environ.get("DAIYUN_SPECS") or Path(__file__).resolve().parents[3] / "shared" / "specs"
OFFICIAL = Path(SPECS) / "shopify" / "admin-2026-10.pruned.graphql"
TEXTS = {
    name: text for name, text in vars(queries).items()
    if name[0].isupper() and isinstance(text, str) and text.lstrip().startswith(("query", "mutation", "{ p"))
} | {"orders_file": queries.orders_file("updated_at:>='2026-11-01T00:00:00Z'")}
SIZES = {"ORDERS": 25, "VARIANTS": 50, "RETURNING": 250, "LEDGER": 100, "PAYOUTS": 100, "PAYMENTS": 100, "DISPUTES": 50}
IDS = {"PARCELS": queries.PARCELS_A_CALL, "RETURNS": queries.RETURNS_A_CALL, "STOCK_SHOWN": 25, "PRICES_SHOWN": 100}


@pytest.fixture(scope="module")
def official():
    if not OFFICIAL.exists():
        pytest.skip(f"the official schema is not at {OFFICIAL} (DAIYUN_SPECS)")
    return graphql.build_schema(OFFICIAL.read_text())


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_query_validates_against_the_official_schema(official, name):
    assert graphql.validate(official, graphql.parse(TEXTS[name])) == []


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_query_is_answered_by_the_loopback_store_and_costs_less_than_a_query_may(name):
    schema, document = graphql.build_schema(SDL), graphql.parse(TEXTS[name])
    assert graphql.validate(schema, document) == []
    variables = {"first": SIZES.get(name), "ids": ["gid://shopify/Order/1"] * IDS.get(name, 0)}
    assert Price(schema, document, document.definitions[0], variables).requested() <= MOST


def test_bulk_queries_have_no_sort_key_no_nodes_and_no_connection_in_a_list():
    for text in (queries.orders_file("x"), queries.VARIANTS_FILE):
        assert "sortKey" not in text and "nodes" not in text and "first:" not in text
        assert "fulfillmentLineItems" not in text and "refundLineItems" not in text


@pytest.mark.parametrize(
    ("enum", "known"),
    (
        ("OrderDisplayFinancialStatus", words.IS_PAID), ("OrderDisplayFulfillmentStatus", words.FULFILLMENT_WORDS),
        ("OrderReturnStatus", words.RETURN_WORDS), ("FulfillmentDisplayStatus", words.PARCEL_STATUS),
        ("FulfillmentStatus", {**words.FULFILLMENT_FAILED, **words.FULFILLMENT_PLAIN}), ("ProductStatus", words.PRODUCT_STATUS),
        ("ReturnStatus", words.RETURN_STATUS), ("RefundLineItemRestockType", words.RESTOCK_KIND),
        ("ShopifyPaymentsPayoutStatus", words.PAYOUT_STATUS), ("ShopifyPaymentsPayoutTransactionType", words.PAYOUT_SIGN),
        ("ShopifyPaymentsBalanceTransactionPayoutStatus", words.BALANCE_STATUS), ("DisputeStatus", words.DISPUTE_STATUS),
        ("ShopifyPaymentsDisputeReason", words.DISPUTE_KIND),
    ),
)
def test_every_word_of_the_official_schema_is_known_and_no_other(official, enum, known):
    assert set(official.type_map[enum].values) == set(known)


def test_every_booked_kind_is_one_of_shopifys(official):
    assert set(words.ENTRY_KIND) <= set(official.type_map["ShopifyPaymentsTransactionType"].values)


def test_the_loopback_stores_schema_is_a_part_of_the_official_one(official):
    ours = graphql.build_schema(SDL)
    strange = []
    for name, kind in ours.type_map.items():
        if name.startswith("__"):
            continue
        real = official.type_map.get(name)
        strange += [f"{name}.{value}" for value in getattr(kind, "values", {}) or {} if real is None or value not in real.values]
        for field, told in (getattr(kind, "fields", None) or {}).items():
            there = real.fields.get(field) if real else None
            strange += [] if there and str(there.type) == str(told.type) else [f"{name}.{field}: {told.type}"]
            for argument, asked in (getattr(told, "args", None) or {}).items():
                known = there.args.get(argument) if there else None
                strange += [] if known and str(known.type) == str(asked.type) else [f"{name}.{field}({argument})"]
    assert strange == []
