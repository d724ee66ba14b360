"""WooCommerce's recordings, replayed: the recorded bytes under a store's own lists, filters and refusals."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def recorded(specs):
    lines = next(iter(sorted((specs / "woocommerce").glob("recorded-*.jsonl")))).read_text(encoding="utf-8").splitlines()
    return {exchange["name"]: exchange for exchange in map(json.loads, lines)}


def body(recorded, name):
    return recorded[name]["response"]["body"]


def test_each_record_is_shown_as_it_was_recorded_last(ask, recorded):
    first, second = body(recorded, "orders_modified_after_gmt")
    shown = ask.woocommerce("/orders", orderby="id", order="asc", per_page=100, dp=2)
    assert shown.json() == [first, second, body(recorded, "order_complete_with_tracking_meta")]
    assert (shown.headers["X-WP-Total"], shown.headers["X-WP-TotalPages"]) == ("3", "1")
    products = ask.woocommerce("/products", orderby="id", order="asc", status="any").json()
    assert products == [body(recorded, "product_stock_update"), body(recorded, "variable_create")], "of the two of the pot the later"
    assert ask.woocommerce("/products/27/variations").json() == [body(recorded, "variation_create")]
    assert ask.woocommerce("/refunds").json() == [body(recorded, "refund_create")]
    assert ask.woocommerce("/products/reviews").json() == [body(recorded, "review_create")]
    assert ask.woocommerce("/data/currencies/current").json() == body(recorded, "currency_current")
    assert ask.woocommerce("/orders/29").json() == body(recorded, "order_complete_with_tracking_meta")


def test_the_recorded_call_gets_the_recorded_page(ask, recorded):
    query = recorded["orders_modified_after_gmt"]["request"]["query"]
    shown = ask.woocommerce("/orders", **query)
    told = recorded["orders_modified_after_gmt"]["response"]
    assert shown.json() == told["body"]
    assert all(shown.headers[name] == told["headers"][name] for name in ("X-WP-Total", "X-WP-TotalPages"))
    assert 'rel="next"' in shown.headers["Link"] and 'rel="next"' in told["headers"]["Link"]


@pytest.mark.parametrize("name", ["product_not_found", "route_not_found", "per_page_too_big", "orders_bad_date"])
def test_the_recorded_refusal_is_what_the_store_says(ask, recorded, name):
    wanted = recorded[name]["request"]
    answer = ask.woocommerce(wanted["path"].removeprefix("/wp-json/wc/v3"), **wanted["query"])
    assert answer.status_code == recorded[name]["response"]["status"] and answer.json() == body(recorded, name)


def test_an_unknown_key_is_refused_in_the_recorded_words(ask, recorded):
    answer = ask.woocommerce("/orders", key="ck_unknown")
    assert answer.status_code == 401 and answer.json() == body(recorded, "auth_unknown_key")


@pytest.mark.parametrize(("query", "wanted"), [
    ({"status": "completed"}, [29, 14]), ({"status": "trash"}, []), ({"status": "pending,cancelled"}, [25]),
    ({"modified_after": "2026-11-23T04:24:40", "dates_are_gmt": "true"}, [29]),
    ({"modified_after": "2026-11-23T04:24:40"}, [29, 25, 14]), ({"modified_before": "2026-11-23T12:17:00"}, [14]),
    ({"include": "25"}, [25]), ({"per_page": "1", "page": "2", "orderby": "id"}, [25]),
])
def test_filters_go_by_the_stores_own_clock_or_by_gmt(ask, query, wanted):
    assert [order["id"] for order in ask.woocommerce("/orders", **query).json()] == wanted


def test_the_index_is_the_recorded_one(ask, specs):
    index = next(iter(sorted((specs / "woocommerce").glob("wc-v3-index-*.json"))))
    assert ask.woocommerce("").content == index.read_bytes()


def test_a_product_with_variations_is_no_article_and_the_refund_without_its_order_is_a_gap(ask, told):
    assert ask.expected("samples_woocommerce_1")["listings"] == [26, 28]
    assert set(told["gaps"]["samples_woocommerce_1"]["returns"]) == {"30"}
