"""AliExpress's samples: the published bytes where they hold together, the published records where their list does not."""

from __future__ import annotations

import json

import pytest

ORDERS, PRODUCTS = "aliexpress.solution.order.get", "aliexpress.solution.product.list.get"
EMPTY_ORDERS = {"success": True, "total_count": 0, "total_page": 0}


def published(specs, method):
    return (specs / "aliexpress" / "examples" / f"{method.replace('.', '_')}_response.json").read_bytes()


def orders(ask, **query):
    return ask.aliexpress(ORDERS, param0={"current_page": 1, "page_size": 50, **query})


@pytest.mark.parametrize("method", ["aliexpress.solution.product.info.get", "aliexpress.solution.merchant.profile.get"])
def test_a_sample_is_served_as_published(ask, specs, method):
    assert ask.aliexpress(method, product_id="1").content == published(specs, method)


def test_the_sample_order_is_shown_among_the_open_ones_once(ask, specs):
    assert orders(ask).content == orders(ask, order_status="PLACE_ORDER_SUCCESS").content == published(specs, ORDERS)
    for query in ({"order_status": "FINISH"}, {"current_page": 2}):
        assert EMPTY_ORDERS.items() <= orders(ask, **query).json()["aliexpress_solution_order_get_response"]["result"].items()


def test_a_listed_product_keeps_its_bytes_and_the_list_counts_what_it_shows(ask, specs):
    answer = ask.aliexpress(PRODUCTS, aeop_a_e_product_list_query={"product_status_type": "onSelling", "current_page": 1})
    result = answer.json()["aliexpress_solution_product_list_get_response"]["result"]
    held = result["aeop_a_e_product_display_d_t_o_list"]["item_display_dto"]
    assert (result["product_count"], result["total_page"], result["current_page"], len(held)) == (1, 1, 1, 1)
    record = published(specs, PRODUCTS).decode().partition('"item_display_dto": [')[2].partition("]")[0].strip()
    assert json.loads(record) == held[0] and record in answer.text
    for query in ({"product_status_type": "offline", "current_page": 1}, {"product_status_type": "onSelling", "current_page": 2}):
        answer = ask.aliexpress(PRODUCTS, aeop_a_e_product_list_query=query).json()
        empty = answer["aliexpress_solution_product_list_get_response"]["result"]
        assert (empty["product_count"], empty["aeop_a_e_product_display_d_t_o_list"]["item_display_dto"]) == (0, [])


def test_what_is_served_counts_each_sku_and_the_product_nobody_shows(ask, told):
    expected = ask.expected("samples_aliexpress_1")
    assert expected["orders"] == [1160045860056286] and expected["account"] == [1234321]
    assert expected["listings"] == ['1234:"200000182:193;200007763:201336100"'] * 2 + [None]
    gaps = told["gaps"]["samples_aliexpress_1"]
    assert set(gaps["orders"]) == {"1160045860056286"} and set(gaps["listings"]) == {""}
