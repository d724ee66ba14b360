"""The store on loopback is as strict as a real one: keys, arguments, clocks, what a write takes and what it forgets."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import requests

from sandbox.woocommerce.keys import signature


def test_the_signature_is_the_one_woocommerces_own_client_makes():
    """Made once with the package WooCommerce 3.0.0: spaces, signs and letters beyond ASCII among the parameters."""
    pairs = [
        ("status", "any,trash"), ("after", "2026-01-01T00:00:00"), ("search", "Öl & tea+100%~"), ("_fields", "id,billing.email"),
        ("oauth_consumer_key", "ck_1"), ("oauth_nonce", "abc"), ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", "1790000000"),
    ]
    made = signature("GET", "http://shop.example/sub/wp-json/wc/v3/orders", pairs, "cs_2")
    assert made == "Veq6z5HAijdFvasWLI+YZo23Yuf/4UUzAoM0j5MeJk8="


@pytest.mark.parametrize(("spoil", "message"), [
    ({"oauth_signature": "bm90IGl0"}, "Invalid signature"), ({"per_page": "7"}, "Invalid signature"),
    ({"oauth_consumer_key": "ck_0"}, "Consumer key is invalid."), ({"oauth_nonce": ""}, "Missing parameter oauth_nonce"),
    ({"oauth_signature_method": "PLAINTEXT"}, "signature method"),
])
def test_a_call_that_was_changed_after_signing_is_refused(stand, spoil, message):
    answer = stand.ask("orders", spoil=spoil)
    assert answer.status_code == 401 and answer.json()["code"] == "woocommerce_rest_authentication_error"
    assert message in answer.json()["message"]


def test_over_plain_http_a_password_is_not_even_looked_at(stand):
    keys = stand.market.credentials(stand.shop)
    answer = requests.get(stand.url("orders"), auth=(keys["consumer_key"], keys["consumer_secret"]), timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_cannot_view")


def test_an_old_call_and_a_call_sent_twice_are_refused(stand):
    first = stand.ask("orders", per_page=1)
    assert first.status_code == 200
    assert "nonce" in requests.get(first.url, timeout=10).json()["message"]
    stand.house.clock.advance(16 * 60)
    assert "timestamp" in requests.get(first.url, timeout=10).json()["message"]


def test_the_keys_of_one_store_open_no_other(stand, kiln):
    assert kiln.ask("orders", spoil={"oauth_consumer_key": stand.market.credentials(stand.shop)["consumer_key"]}).status_code == 401


def test_pages_hold_every_order_once_and_there_is_nothing_behind_the_last(stand):
    found, page = [], 1
    while rows := (answer := stand.ask("orders", per_page=7, page=page, orderby="id", order="asc")).json():
        found, page = found + [str(row["id"]) for row in rows], page + 1
        assert int(answer.headers["X-WP-Total"]) == len(stand.truth("orders"))
    assert answer.status_code == 200 and found == [row["order_id"] for row in stand.truth("orders")]
    assert len(found) == len(set(found)) > 14


def test_an_old_order_does_not_come_back_because_a_parcel_of_it_arrives(stand):
    shown = stand.get("orders", per_page=100, orderby="id", order="asc", dates_are_gmt="true", _fields="id,date_modified_gmt")
    assert shown and all(f"{order['date_modified_gmt']}+00:00" >= stand.house.world.first_at.isoformat() for order in shown)


def test_the_link_to_the_next_page_shows_the_signature_of_this_one(stand):
    """So nobody follows it: the next call needs a signature of its own."""
    assert "oauth_signature=" in stand.ask("orders", per_page=2).headers["Link"]


@pytest.mark.parametrize(
    ("written", "hours"), [("bare with flag", 0), ("Z without flag", 0), ("Z with flag", 8), ("bare without flag", -8)]
)
def test_a_bound_with_z_beside_dates_are_gmt_is_off_by_the_stores_zone(stand, written, hours):
    """The store's clock is eight hours ahead of UTC: only two of the four ways select what was meant."""
    modified = sorted(datetime.fromisoformat(row["source_updated_at"]) for row in stand.truth("orders"))
    bound = modified[len(modified) // 2]
    text = bound.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if written.startswith("Z") else "")
    flag = {"dates_are_gmt": "true"} if "with flag" in written else {}
    found = stand.get("orders", modified_after=text, per_page=100, **flag)
    assert len(found) == sum(at > bound + timedelta(hours=hours) for at in modified)
    assert len({len([at for at in modified if at > bound + timedelta(hours=shift)]) for shift in (-8, 0, 8)}) == 3, "a world that shows it"


def test_an_unknown_name_is_ignored_and_an_unknown_status_refused_with_those_allowed(kiln):
    assert kiln.ask("orders", nonsense="1").status_code == 200
    answer = kiln.ask("orders", status="shipped").json()
    assert answer["code"] == "rest_invalid_param" and "in-production" in answer["data"]["params"]["status"]
    assert {row["status"] for row in kiln.get("orders", status="completed,processing", per_page=100)} <= {"completed", "processing"}


def test_reviews_show_the_approved_ones_unless_all_are_asked_for(stand):
    some, every = stand.get("products/reviews", per_page=100), stand.get("products/reviews", per_page=100, status="all")
    assert {row["status"] for row in some} == {"approved"} and {row["status"] for row in every} == {"approved", "hold"}
    assert len(every) == len(stand.truth("reviews"))


def test_a_quantity_without_manage_stock_is_answered_with_200_and_forgotten(stand):
    managed = {row["sku"] for row in stand.truth("inventory")}
    listing = next(row for row in stand.truth("listings") if row["sku"] not in managed)
    path = f"products/{listing['product_id']}/variations/{listing['listing_id']}"
    path = path if listing["product_id"] != listing["listing_id"] else f"products/{listing['listing_id']}"
    assert stand.ask(path, "PUT", {"stock_quantity": 5}).json()["stock_quantity"] is None
    assert stand.ask(path, "PUT", {"manage_stock": True, "stock_quantity": 5}).json()["stock_quantity"] == 5
    stand.house.clock.advance(300)
    assert {row["sku"]: row["sellable_quantity"] for row in stand.truth("inventory")}[listing["sku"]] == 5


def test_junk_blanks_a_price_and_a_sale_that_is_none_is_dropped(stand):
    listing = next(row for row in stand.truth("listings") if row["product_id"] == row["listing_id"])
    path = f"products/{listing['listing_id']}"
    assert stand.ask(path, "PUT", {"regular_price": "9.00", "sale_price": "10.00"}).json()["sale_price"] == ""
    assert stand.ask(path, "PUT", {"regular_price": "abc"}).json()["price"] == ""
    assert stand.ask(path, "PUT", {"regular_price": 9.5}).json()["data"]["params"]["regular_price"].endswith("not of type string.")


def test_a_batch_of_more_than_a_hundred_is_refused_whole(stand):
    answer = stand.ask("products/batch", "POST", {"update": [{"id": 1}] * 101})
    assert (answer.status_code, answer.json()["code"]) == (413, "woocommerce_rest_request_entity_too_large")


def test_a_variation_batch_calls_an_unknown_number_400_and_a_single_call_404(stand):
    parent = next(row["product_id"] for row in stand.truth("listings") if row["product_id"] != row["listing_id"])
    told = stand.ask(f"products/{parent}/variations/batch", "POST", {"update": [{"id": 5}]}).json()["update"][0]["error"]
    assert told["data"]["status"] == 400
    assert stand.ask(f"products/{parent}/variations/5").status_code == 404


def test_a_host_that_is_asked_too_fast_answers_with_a_web_page(stand):
    clock, stand.house.clock.advance = stand.house.clock.advance, lambda seconds: None
    answers = [stand.ask("data/currencies/current") for _ in range(60)]
    stand.house.clock.advance = clock
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and refused[0].text.startswith("<html>")


def test_what_was_written_outlives_the_process(stand, tmp_path):
    from sandbox.house import Settings, open_house
    from sandbox.woocommerce import open_market

    settings = Settings(seed=7, days=3, orders_per_day=40, state=tmp_path / "state.jsonl")
    market = open_market(open_house(settings))
    order = next(row for row in market.truth("orders") if row["status"] == "paid")
    market.stores.written.write_order(order["shop"], int(order["order_id"]), True, {"_tracking_number": "T1"})
    again = open_market(open_house(settings))
    assert next(row for row in again.truth("orders") if row["order_id"] == order["order_id"])["status"] == "shipped"
