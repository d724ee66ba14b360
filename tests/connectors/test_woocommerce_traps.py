"""What real stores do to those who read them, each under its name: a store on loopback that answers what the test tells it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import requests

from connectors import registry
from connectors.contract import Credentials, Shop, Window
from connectors.errors import FatalError, RetryableError
from connectors.woocommerce import lists
from connectors.woocommerce.auth import signature, signer
from connectors.woocommerce.prices import price_text
from connectors.woocommerce.read_orders import begins_a_week
from connectors.writes import PriceChange, StockChange

API = "/wp-json/wc/v3"
KEY, SECRET = "ck_" + "a1" * 20, "cs_" + "b2" * 20
NIGHT = Window(datetime(2026, 11, 17, 2, 0, 0, 500_000, tzinfo=UTC), datetime(2026, 11, 18, 3, 0, 0, 500_000, tzinfo=UTC))
WEEKEND = Window(datetime(2026, 11, 15, 2, tzinfo=UTC), datetime(2026, 11, 16, 3, tzinfo=UTC))  # a Monday begins in it
WORDS = ["any", "trash", "auto-draft", "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft",
         "baking"]
INDEX = {"routes": {"/wc/v3/orders": {"endpoints": [{"methods": ["GET"], "args": {"status": {"items": {"enum": WORDS}}}}]}}}


def order(number, **changes):
    whole = {
        "id": number, "status": "processing", "currency": "EUR", "prices_include_tax": False, "total": "10.00", "customer_id": 0,
        "billing": {"email": "Ada@Example.com", "country": "DE"}, "shipping": {"country": "AT"}, "payment_method": "stripe",
        "transaction_id": "ch_1", "date_created_gmt": "2026-11-17T05:00:00", "date_modified_gmt": "2026-11-17T06:00:00",
        "date_paid_gmt": "2026-11-17T05:01:00", "date_completed_gmt": None, "meta_data": [], "line_items": [line(number * 10)],
        "fee_lines": [],
    }
    return {**whole, **changes}


def line(number, **changes):
    whole = {"id": number, "name": "Pot", "product_id": 7, "sku": "POT", "quantity": 1, "subtotal": "10.00", "subtotal_tax": "0.00",
             "total": "10.00", "total_tax": "0.00", "price": 9.999999}
    return {**whole, **changes}


def stage_of(query):
    """Which part of an orders pull a call belongs to, by what it asks for."""
    if query["status"] == "trash":
        return "trash"
    return "changed" if "modified_after" in query else "sweep" if "after" in query else "open"


@pytest.fixture
def acme(loopback, lend, said):
    """``acme()`` opens the store; ``acme.serve(path, rows)`` lets a list be paged like WordPress's; ``acme.orders`` by stage."""

    def open_store(host=None, site="DE", **account):
        shop = Shop("acme", "acme_store", "woocommerce", (site,), account)
        return registry.connect(shop, Credentials(host or loopback.url, "", {"consumer_key": KEY, "consumer_secret": SECRET}), lend())

    def page(rows, query):
        size, number = int(query["per_page"]), int(query.get("page", 1))
        return said(rows[(number - 1) * size : number * size], headers={"X-WP-Total": str(len(rows)), "X-WP-TotalPages": "9"})

    open_store.page = page
    open_store.serve = lambda path, rows: loopback.on("GET", f"{API}{path}", lambda asked: page(rows, asked.query))
    open_store.orders = lambda **stages: loopback.on(
        "GET", f"{API}/orders", lambda asked: page(stages.get(stage_of(asked.query), []), asked.query)
    )
    open_store.asked = lambda path: [asked.query for asked in loopback.calls(f"{API}{path}")]
    loopback.on("GET", API, said(INDEX))
    open_store.orders()
    loopback.on("GET", f"{API}/data/currencies/current", said({"code": "EUR"}))
    return open_store


def read(store, entity, window=NIGHT):
    pages = list(store.read(entity, window))
    return pages, {name: frame.to_dict("records") for name, frame in store.map(entity, pages).items()}


# Keys and addresses


def test_over_https_the_key_is_a_password_and_never_in_the_address(clock):
    request = requests.Request("GET", "https://shop.example/wp-json/wc/v3/orders", params={"page": "1"})
    signer(KEY, SECRET, clock)(request, "")
    assert request.headers["Authorization"].startswith("Basic ") and request.params == {"page": "1"}


def test_over_http_each_call_is_signed_and_the_secret_stays_here(acme, loopback):
    list(acme().read("orders", NIGHT))
    for asked in loopback.asked:
        sent = dict(asked.query)
        assert sent.pop("oauth_signature") == signature("GET", f"{loopback.url}{asked.path}", sent, SECRET)
        assert "Authorization" not in asked.headers and SECRET not in str(asked.query)
    assert len({asked.query["oauth_nonce"] for asked in loopback.asked}) == len(loopback.asked)


def test_the_signature_is_the_one_woocommerces_own_client_makes():
    """Made once with the package WooCommerce 3.0.0: spaces, signs and letters beyond ASCII among the parameters."""
    params = {
        "status": "any,trash", "after": "2026-01-01T00:00:00", "search": "Öl & tea+100%~", "_fields": "id,billing.email",
        "oauth_consumer_key": "ck_1", "oauth_nonce": "abc", "oauth_signature_method": "HMAC-SHA256", "oauth_timestamp": "1790000000",
    }
    made = signature("GET", "http://shop.example/sub/wp-json/wc/v3/orders", params, "cs_2")
    assert made == "Veq6z5HAijdFvasWLI+YZo23Yuf/4UUzAoM0j5MeJk8="


def test_the_key_goes_into_the_query_only_where_the_host_strips_the_header(clock):
    request = requests.Request("GET", "https://shop.example/wp-json/wc/v3/orders")
    signer(KEY, SECRET, clock, in_query=True)(request, "")
    assert request.params == {"consumer_key": KEY, "consumer_secret": SECRET} and not request.headers


def test_a_redirect_is_refused_with_what_to_mend_because_it_breaks_the_signature(acme, loopback, said):
    loopback.on("GET", f"{API}/system_status", said(b"", 301, {"Location": "https://www.shop.example/"}))
    with pytest.raises(FatalError, match="final address"):
        acme().check()


def test_a_key_that_is_not_seen_is_a_sentence_about_https_and_proxies(acme, loopback, said):
    answer = {"code": "woocommerce_rest_cannot_view", "message": "Du darfst das nicht &amp; so.", "data": {"status": 401}}
    loopback.on("GET", f"{API}/system_status", said(answer, 401))
    with pytest.raises(FatalError, match="https address"):
        acme().check()


def test_no_secret_and_no_buyer_is_in_an_error_or_a_log(acme, loopback, said, caplog):
    caplog.set_level(logging.DEBUG)
    answer = {"code": "woocommerce_rest_authentication_error", "message": f"key {KEY} of {SECRET} oauth_signature=abc%3D", "data": {}}
    loopback.on("GET", f"{API}/orders", said(answer, 401))
    with pytest.raises(FatalError) as caught:
        list(acme().read("orders", NIGHT))
    assert loopback.calls(f"{API}/orders"), "the call was made"
    for text in (str(caught.value), caplog.text):
        assert KEY not in text and SECRET not in text and "abc%3D" not in text and "oauth_nonce" not in str(caught.value)


@pytest.mark.parametrize("sites", [("DE", "GB"), ("XX",), ()])
def test_a_store_is_exactly_one_known_country(lend, sites):
    keys = {"consumer_key": KEY, "consumer_secret": SECRET}
    with pytest.raises(FatalError, match="one known country"):
        registry.connect(Shop("acme", "s", "woocommerce", sites), Credentials("https://x.example", "", keys), lend())


# Time and windows


def test_bounds_are_bare_utc_with_dates_are_gmt_never_z_with_the_flag(acme):
    read(acme(), "orders")
    for query in acme.asked("/orders"):
        assert query["dates_are_gmt"] == "true"
        assert not [name for name in query if name.endswith(("after", "before")) and query[name].endswith("Z")]


def test_bounds_exclude_their_own_second_so_a_window_reaches_one_further_back(acme):
    read(acme(), "orders")
    changed = next(query for query in acme.asked("/orders") if stage_of(query) == "changed")
    assert (changed["modified_after"], changed["modified_before"]) == ("2026-11-17T01:59:59", "2026-11-18T03:00:01")


def test_reviews_know_no_flag_so_their_bounds_carry_their_zone_and_all_of_them_are_asked_for(acme):
    acme.serve("/products/reviews", [])
    read(acme(), "reviews")
    (query,) = acme.asked("/products/reviews")
    assert query["after"] == "2026-11-17T01:59:59Z" and "dates_are_gmt" not in query and query["status"] == "all"


def test_the_stores_local_times_are_never_read(acme):
    acme.orders(changed=[order(5, date_created="2026-11-17T13:00:00", date_modified="2026-11-17T14:00:00")])
    _, frames = read(acme(), "orders")
    assert str(frames["orders"][0]["placed_at"]) == "2026-11-17 05:00:00+00:00"
    assert str(frames["orders"][0]["source_updated_at"]) == "2026-11-17 06:00:00+00:00"


# What date_modified hides


def test_open_orders_that_were_not_modified_are_read_again_every_night_plugins_words_included(acme):
    acme.orders(changed=[order(5)], open=[order(3, status="on-hold", date_modified_gmt="2026-10-01T06:00:00")])
    pages, frames = read(acme(), "orders")
    again = next(query for query in acme.asked("/orders") if stage_of(query) == "open")
    assert again["status"].split(",") == ["pending", "processing", "on-hold", "baking"]
    assert again["modified_before"] == "2026-11-17T02:00:00", "up to where the changed ones begin: none is read twice"
    assert sorted(row["order_id"] for row in frames["orders"]) == ["3", "5"] and pages[-1].announced == 2


def test_once_a_week_closed_orders_are_swept_for_what_date_modified_missed(acme):
    late = [{"key": "_tracking_number", "value": "T77"}, {"key": "_tracking_provider", "value": "UPS"}]
    swept = order(2, status="completed", meta_data=late, date_completed_gmt="2026-11-02T06:00:00", date_modified_gmt="2026-11-02T06:00:00")
    acme.orders(sweep=[swept])
    assert read(acme(), "orders", NIGHT)[1]["orders"] == []
    pages, frames = read(acme(), "orders", WEEKEND)
    assert [row["tracking_number"] for row in frames["shipments"]] == ["T77"] and pages[-1].announced == 1
    sweep = next(query for query in acme.asked("/orders") if stage_of(query) == "sweep")
    assert (sweep["after"], sweep["modified_before"]) == ("2026-09-17T02:59:59", "2026-11-15T02:00:00")


def test_one_night_a_week_sweeps():
    nights = [Window(datetime(2026, 11, day, 2, tzinfo=UTC), datetime(2026, 11, day + 1, 3, tzinfo=UTC)) for day in range(9, 23)]
    assert [night.end.day for night in nights if begins_a_week(night)] == [16, 23]


def test_trashed_orders_which_any_leaves_out_are_asked_for_and_cancelled(acme):
    acme.orders(trash=[order(9, status="trash")])
    assert [(row["status"], row["status_raw"]) for row in read(acme(), "orders")[1]["orders"]] == [("cancelled", "trash")]


# Pages


def test_a_row_that_leaves_the_list_while_it_is_read_takes_none_with_it(acme, loopback):
    """The first page's orders change meanwhile: what stood behind moves up, and page 2 would begin a row too late."""
    rows = [order(number) for number in range(1, 252)]

    def answer(asked):
        if stage_of(asked.query) != "changed":
            return acme.page([], asked.query)
        if asked.query["page"] == "2" and len(rows) == 251:
            del rows[:2]
        return acme.page(rows, asked.query)

    loopback.on("GET", f"{API}/orders", answer)
    pages, frames = read(acme(), "orders")
    assert {row["order_id"] for row in frames["orders"]} == {str(number) for number in range(1, 252)}
    assert pages[-1].announced == 251, "the two that left were seen before"


def test_a_page_that_repeats_the_one_before_is_asked_again(acme, loopback):
    rows, asked_for = [order(number) for number in range(1, 151)], []

    def answer(asked):
        if stage_of(asked.query) != "changed":
            return acme.page([], asked.query)
        asked_for.append(asked.query["page"])
        return acme.page(rows, {**asked.query, "page": "1"} if asked_for == ["1", "2"] else asked.query)

    loopback.on("GET", f"{API}/orders", answer)
    pages, frames = read(acme(), "orders")
    assert asked_for == ["1", "2", "2"] and len(frames["orders"]) == 150 == pages[-1].announced


def test_a_cache_that_repeats_a_page_for_ever_ends_the_pull(acme, loopback):
    rows = [order(number) for number in range(1, 151)]
    loopback.on("GET", f"{API}/orders", lambda asked: acme.page(rows, {**asked.query, "page": "1"}))
    with pytest.raises(RetryableError, match="again and again"):
        list(acme().read("orders", NIGHT))


def test_a_host_that_strips_the_counts_is_read_to_its_first_short_page(acme, loopback, said):
    rows = [order(number) for number in range(1, 151)]

    def answer(asked):
        found = acme.page(rows if stage_of(asked.query) == "changed" else [], asked.query)
        return said(found.body)

    loopback.on("GET", f"{API}/orders", answer)
    pages, frames = read(acme(), "orders")
    assert len(frames["orders"]) == 150 and pages[-1].announced is None


def test_a_checkout_nobody_finished_is_no_order_and_not_counted(acme):
    acme.orders(changed=[order(1), order(2, status="checkout-draft"), order(3)])
    store = acme()
    pages, frames = read(store, "orders")
    assert [row["order_id"] for row in frames["orders"]] == ["1", "3"] == store.record_ids("orders", pages) and pages[-1].announced == 2


# Answers of the host, and of PHP


@pytest.mark.parametrize("status", [429, 502, 503, 504, 508, 500])
def test_a_web_page_of_the_host_is_passing_trouble(acme, loopback, said, clock, status):
    loopback.on("GET", f"{API}/system_status", said(b"<html>Sorry</html>", status), said({"environment": {"version": "9.2.5"}}))
    assert "WooCommerce 9.2.5" in acme().check() and clock.slept


def test_phps_warnings_before_the_json_are_named_with_what_to_switch_off(acme, loopback, said):
    noise = b"<br />\n<b>Warning</b>:  Undefined array key in <b>/x.php</b> on line <b>3</b><br />\n" + json.dumps([order(1)]).encode()
    loopback.on("GET", f"{API}/orders", said(noise))
    with pytest.raises(FatalError, match="display_errors"):
        list(acme().read("orders", NIGHT))


def test_half_an_answer_under_200_is_asked_again(acme, loopback, said):
    loopback.on("GET", f"{API}/system_status", said(b'{"environment": {"vers'), said({"environment": {"version": "9.2.5"}}))
    assert "9.2.5" in acme().check()


def test_an_unknown_route_says_permalinks(acme, loopback, said):
    loopback.on("GET", f"{API}/system_status", said({"code": "rest_no_route", "message": "Keine Route", "data": {"status": 404}}, 404))
    with pytest.raises(FatalError, match="permalinks"):
        acme().check()


# Orders


def test_a_plugins_status_is_no_closed_one_and_counts_by_payment(acme):
    acme.orders(changed=[order(1, status="baking"), order(2, status="baking", date_paid_gmt=None)])
    rows = read(acme(), "orders")[1]["orders"]
    assert [(row["status"], row["status_raw"]) for row in rows] == [("paid", "baking"), ("pending", "baking")]


def test_amounts_come_from_texts_and_the_float_price_is_never_read(acme):
    lines = [line(1, quantity=3, subtotal="10.00", total="8.50", price=2.8333333333)]
    acme.orders(changed=[order(1, line_items=lines, total="13.40")])
    _, frames = read(acme(), "orders")
    (row,) = frames["order_lines"]
    assert (row["items_minor"], row["discount_minor"], row["unit_price_minor"], row["fault"]) == (1000, 150, 333, None)
    assert (frames["orders"][0]["shipping_minor"], frames["orders"][0]["total_minor"]) == (490, 1340)


def test_a_total_is_not_reduced_by_refunds_and_neither_are_we(acme):
    acme.orders(changed=[order(1, refunds=[{"id": 9, "reason": "", "total": "-10.00"}])])
    _, frames = read(acme(), "orders")
    assert frames["orders"][0]["total_minor"] == 1000 and [row["amount_minor"] for row in frames["payments"]] == [1000]


@pytest.mark.parametrize(("is_inside", "items", "discount", "tax"), [(True, 2380, 1190, 0), (False, 2000, 1000, 190)])
def test_tax_inside_prices_is_shown_in_them_and_tax_on_top_beside_them(acme, is_inside, items, discount, tax):
    taxed = [line(1, subtotal="20.00", subtotal_tax="3.80", total_tax="1.90")]
    acme.orders(changed=[order(1, line_items=taxed, prices_include_tax=is_inside, total="17.85")])  # 5.00 shipping and 19 % of it
    row = read(acme(), "orders")[1]["orders"][0]
    told = ("items_minor", "discount_minor", "tax_minor", "shipping_minor", "total_minor", "fault")
    assert tuple(row[name] for name in told) == (items, discount, tax, 595, 1785, None)


def test_a_fee_is_shipping_and_a_negative_one_a_discount_of_no_units(acme):
    fees = [{"id": 8, "name": "Cash on delivery", "total": "3.00", "total_tax": "0.00"},
            {"id": 9, "name": "Gift card", "total": "-4.00", "total_tax": "0.00"}]
    acme.orders(changed=[order(1, fee_lines=fees, total="9.00")])
    _, frames = read(acme(), "orders")
    told = ("items_minor", "discount_minor", "shipping_minor", "total_minor", "unit_count")
    assert tuple(frames["orders"][0][name] for name in told) == (1000, 400, 300, 900, 1)
    assert [(each["line_id"], each["quantity"], each["discount_minor"]) for each in frames["order_lines"]] == [("10", 1, 0), ("9", 0, 400)]


def test_a_cent_of_rounding_comes_off_the_last_line_and_more_is_a_fault(acme):
    acme.orders(changed=[order(1, total="9.99"), order(2, total="9.90")])
    rows = read(acme(), "orders")[1]["orders"]
    assert (rows[0]["discount_minor"], rows[0]["fault"]) == (1, None) and "less than its lines" in rows[1]["fault"]


def test_one_unreadable_order_takes_no_other_with_it(acme):
    odd = [order(2, total="a lot"), order(3, line_items="none"), 7, order(5, currency="DOGE"), order(6, date_created_gmt="yesterday")]
    acme.orders(changed=[order(1), *odd, order(9)])
    store = acme()
    pages, frames = read(store, "orders")
    assert [row["fault"] is None for row in frames["orders"]] == [True, False, False, False, False, False, True]
    assert store.record_ids("orders", pages) == ["1", "2", "3", "5", "6", "9"]
    assert all(row["fault"] is not None for row in frames["order_lines"] if row["order_id"] in ("2", "5", "6"))


def test_a_buyer_is_the_same_with_and_without_an_account_and_never_named(acme):
    acme.orders(changed=[order(1), order(2, customer_id=12, billing={"email": " ada@example.com ", "country": "DE"}), order(3, billing={})])
    rows = read(acme(), "orders")[1]["orders"]
    assert rows[0]["buyer_key"] == rows[1]["buyer_key"] == f"key of {len('email:ada@example.com')}" and rows[2]["buyer_key"] is None
    fields = acme.asked("/orders")[0]["_fields"].split(",")
    assert not {"billing", "shipping", "customer_note", "customer_ip_address", "billing.phone", "billing.first_name"} & set(fields)


def test_both_plugins_lists_and_a_number_written_by_hand_are_parcels(acme):
    item = {"tracking_provider": "", "custom_tracking_provider": "Bote", "tracking_number": "A1", "date_shipped": "1700000000",
            "tracking_id": "x"}
    meta = [{"key": "_wc_shipment_tracking_items", "value": {"1": item}}, {"key": "_tracking_number", "value": "A1"},
            {"key": "_other", "value": [1]}]
    acme.orders(changed=[order(1, meta_data=meta), order(2, meta_data=[{"key": "_tracking_number", "value": "B2"}])])
    rows = read(acme(), "orders")[1]["shipments"]
    assert [(row["shipment_id"], row["carrier"], row["tracking_number"]) for row in rows] == [("x", "Bote", "A1"), ("B2", None, "B2")]


# Goods


def product(number, **changes):
    whole = {"id": number, "name": "Pot", "type": "simple", "status": "publish", "sku": f"S{number}", "price": "10.00",
             "manage_stock": True, "stock_quantity": 3, "parent_id": 0, "variations": [], "date_created_gmt": "2026-01-01T00:00:00",
             "date_modified_gmt": "2026-11-01T00:00:00"}
    return {**whole, **changes}


def test_variations_are_read_per_product_and_a_product_without_any_is_no_article(acme):
    acme.serve("/products", [product(1), product(2, type="variable", variations=[21, 22]), product(3, type="variable"),
                             product(4, type="grouped", price="", manage_stock=False, stock_quantity=None)])
    small, medium = product(21, name="S", type="variation"), product(22, name="M", type="variation", status="private")
    acme.serve("/products/2/variations", [small, medium])
    acme.serve("/products/3/variations", [])
    pages, frames = read(acme(), "listings")
    rows = [(row["listing_id"], row["product_id"], row["title"], row["status"], row["status_raw"]) for row in frames["listings"]]
    assert rows == [("1", "1", "Pot", "active", "publish"), ("4", "4", "Pot", "active", "publish"),
                    ("21", "2", "Pot - S", "active", "publish"), ("22", "2", "Pot - M", "inactive", "private,publish")]
    assert pages[-1].announced == 4 and [row["sku"] for row in frames["inventory"]] == ["S1", "S21", "S22"]


def test_a_product_that_goes_while_it_is_read_leaves_no_hole(acme, loopback, said):
    acme.serve("/products", [product(2, type="variable"), product(5)])
    gone = {"code": "woocommerce_rest_product_invalid_id", "message": "", "data": {"status": 404}}
    loopback.on("GET", f"{API}/products/2/variations", said(gone, 404))
    pages, frames = read(acme(), "listings")
    assert [row["listing_id"] for row in frames["listings"]] == ["5"] and pages[-1].announced == 1 and pages[-1].cursor is None


def test_a_draft_product_hides_its_variations_and_an_unknown_word_is_a_fault(acme):
    acme.serve("/products", [product(2, type="variable", status="draft"), product(3, status="sleeping")])
    acme.serve("/products/2/variations", [product(21, type="variation")])
    rows = read(acme(), "listings")[1]["listings"]
    assert rows[0]["status"] is None and "'sleeping' is not a known word" in rows[0]["fault"] and rows[1]["status"] == "inactive"


def test_stock_that_is_shared_with_the_product_or_not_managed_has_no_quantity_and_backorders_are_none_for_sale(acme):
    acme.serve("/products", [product(1, manage_stock="parent"), product(2, manage_stock=False, stock_quantity=None),
                             product(3, stock_quantity=-4)])
    assert [(row["sku"], row["sellable_quantity"]) for row in read(acme(), "listings")[1]["inventory"]] == [("S3", 0)]


def test_articles_without_a_sku_are_told_apart_by_their_number(acme):
    acme.serve("/products", [product(1, sku=""), product(2, sku="")])
    assert [row["sku"] for row in read(acme(), "listings")[1]["listings"]] == ["#1", "#2"]


def test_a_price_with_more_decimals_than_money_has_is_a_fault_and_a_blank_one_none(acme):
    acme.serve("/products", [product(1, price="1.239"), product(2, price=""), product(3, price="1.2000")])
    rows = read(acme(), "listings")[1]["listings"]
    assert "more decimals" in rows[0]["fault"] and rows[1]["fault"] is None
    assert [pd.isna(row["price_minor"]) for row in rows] == [True, True, False] and rows[2]["price_minor"] == 120


# Refunds and reviews


def refund(number, parent, amount, lines=(), **changes):
    rows = [{"id": each, "quantity": units, "total": total, "total_tax": "0.00", "sku": "POT",
             "meta_data": [{"key": "_refunded_item_id", "value": str(each * 10)}]} for each, units, total in lines]
    return {"id": number, "parent_id": parent, "amount": amount, "reason": "", "refunded_payment": True,
            "date_created_gmt": "2026-11-17T05:00:00", "line_items": rows, **changes}


def test_the_rows_of_a_refund_add_up_to_its_amount_whatever_its_lines_say(acme):
    acme.serve("/refunds", [refund(1, 50, "12.00", [(7, -1, "-10.00")]), refund(2, 50, "5.00"), refund(3, 50, "9.99", [(8, 0, "-10.00")])])
    acme.serve("/orders", [{"id": 50, "currency": "EUR"}])
    pages, frames = read(acme(), "returns")
    told = ("return_id", "return_line_id", "line_id", "kind", "quantity", "refund_minor")
    assert sorted(tuple(row[name] for name in told) for row in frames["returns"]) == [
        ("1", "7", "70", "return", 1, 1000), ("1", "amount", None, "refund_only", 0, 200), ("2", "amount", None, "refund_only", 0, 500),
        ("3", "8", "80", "refund_only", 0, 999),
    ]
    assert all(row["fault"] is None for row in frames["returns"]) and pages[-1].announced == 3


def test_a_refund_names_no_currency_so_its_orders_are_asked_also_in_the_trash(acme, loopback):
    acme.serve("/refunds", [refund(1, 50, "5.00"), refund(2, 60, "700"), refund(3, 70, "5.00")])
    shown = {"any": [{"id": 50, "currency": "EUR"}], "trash": [{"id": 60, "currency": "JPY"}]}
    loopback.on("GET", f"{API}/orders", lambda asked: acme.page(shown[asked.query["status"]], {**asked.query, "page": "1"}))
    rows = {row["return_id"]: row for row in read(acme(), "returns")[1]["returns"]}
    assert [(rows[each]["currency"], rows[each]["refund_minor"]) for each in ("1", "2")] == [("EUR", 500), ("JPY", 700)]
    assert "does not show the order" in rows["3"]["fault"]
    assert [query["include"] for query in acme.asked("/orders")] == ["50,60,70", "60,70"]


def test_a_review_is_read_without_its_html_and_no_stars_are_no_rating(acme):
    review = {"id": 1, "date_created_gmt": "2026-11-17T05:00:00", "product_id": 7, "rating": 0}
    acme.serve("/products/reviews", [{**review, "review": "<p>Fine &amp; <b>dandy</b></p>\n"}])
    (row,) = read(acme(), "reviews")[1]["reviews"]
    assert row["text"] == "Fine & dandy" and pd.isna(row["rating"])


# Writes


def test_an_item_the_store_does_not_speak_of_or_answers_otherwise_is_refused(acme, loopback, said):
    echo = {"update": [{"id": 1, "manage_stock": True, "stock_quantity": 4}, {"id": 2, "manage_stock": False, "stock_quantity": None}]}
    loopback.on("POST", f"{API}/products/batch", said(echo))
    changes = [StockChange(f"j{number}", "DE", "S", str(number), str(number), 4) for number in (1, 2, 3)]
    assert [answer.is_accepted for answer in acme().push_stock(changes)] == [True, False, False]
    (call,) = loopback.calls(f"{API}/products/batch")
    assert call.json["update"][0] == {"id": 1, "manage_stock": True, "stock_quantity": 4}


def test_more_than_a_hundred_changes_are_several_batches(acme, loopback, said):
    def answer(asked):
        return said({"update": [{**row, "stock_quantity": row["stock_quantity"]} for row in asked.json["update"]]})

    loopback.on("POST", f"{API}/products/batch", answer)
    answers = acme().push_stock([StockChange(f"j{number}", "DE", "S", str(number), None, 4) for number in range(1, 206)])
    assert len(answers) == 205 and all(each.is_accepted for each in answers)
    assert [len(call.json["update"]) for call in loopback.calls(f"{API}/products/batch")] == [100, 100, 5]


@pytest.mark.parametrize(("currency", "minor", "text"), [("EUR", 5, "0.05"), ("JPY", 1200, "1200"), ("KWD", 1234, "1.234")])
def test_a_price_is_sent_as_a_text_with_its_currencys_decimals(currency, minor, text):
    assert price_text(PriceChange("j", "DE", "S", "1", "1", currency, minor)) == text


def test_wordpresss_own_500_is_final_where_asking_twice_would_do_it_twice(acme, loopback, said):
    refused = {"code": "woocommerce_rest_cannot_create", "message": "no", "data": 500}
    loopback.on("POST", f"{API}/orders/5/notes", said(refused, 500))
    with pytest.raises(FatalError, match="woocommerce_rest_cannot_create"):
        acme().store.post("shipment", "/orders/5/notes", {"note": "x"}, is_repeatable=False)
    assert len(loopback.calls(f"{API}/orders/5/notes")) == 1


def test_windows_of_years_have_no_longest_length(acme):
    acme.orders(changed=[order(1)])
    assert len(read(acme(), "orders", Window(NIGHT.end - timedelta(days=900), NIGHT.end))[1]["orders"]) == 1


def test_rows_that_the_store_counts_and_never_shows_are_missing_in_the_proof():
    short = lists.turn(lists.begin(), [1, 2, 3], 4, "reviews")
    assert not short.is_over and short.place["seen"] + short.remaining == 4
    empty = lists.turn(short.place, [], 4, "reviews")
    assert empty.is_over and empty.place["seen"] + empty.remaining == 4


def test_rows_that_left_the_list_while_it_was_read_are_not_missing():
    first = lists.turn(lists.begin(), list(range(1, 101)), 103, "orders")
    back = lists.turn(first.place, [102, 103], 102, "orders")  # number 7 left: 101 moved up onto the page before
    assert not back.is_kept
    again = lists.turn(back.place, [*range(1, 7), *range(8, 102)], 102, "orders")
    last = lists.turn(again.place, [102, 103], 102, "orders")
    assert last.is_over and last.place["seen"] == 103 and last.remaining == 0
