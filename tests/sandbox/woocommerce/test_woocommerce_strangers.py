"""What nobody here wrote judges the stores on loopback: a real store's recorded answers, and WooCommerce's own Python client."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[4] / "shared" / "specs")) / "woocommerce"
needs_specs = pytest.mark.skipif(not SPECS.is_dir(), reason=f"the marketplaces' descriptions are not at {SPECS.parent}")
SERVERS_OWN = {"content-length", "date", "server", "location"}


@pytest.fixture(scope="module")
def recorded():
    lines = (SPECS / "recorded-9.2.5.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["name"]: line for line in map(json.loads, lines)}


def differences(theirs, ours, place=""):
    """Where two values differ in keys or types; null and empty lists say nothing, whole and broken numbers are one type.

    What stands in meta data is whatever some plugin put there.
    """
    if theirs is None or ours is None or place.endswith("meta_data[].value"):
        return []
    kinds = [float if type(each) in (int, float) else type(each) for each in (theirs, ours)]
    if kinds[0] is not kinds[1]:
        return [f"{place}: {kinds[0].__name__} there, {kinds[1].__name__} here"]
    if isinstance(theirs, dict):
        odd = [f"{place}.{name}: only {'there' if name in theirs else 'here'}" for name in sorted(theirs.keys() ^ ours.keys())]
        return odd + [line for name in theirs.keys() & ours.keys() for line in differences(theirs[name], ours[name], f"{place}.{name}")]
    if isinstance(theirs, list) and theirs and ours:
        return differences(theirs[0], ours[0], f"{place}[]")
    return []


@pytest.fixture
def ours(stand):
    """Recorded name → our answer to the like of it."""
    listings = stand.truth("listings")
    alone = next(row for row in listings if row["product_id"] == row["listing_id"])
    variation = next(row for row in listings if row["product_id"] != row["listing_id"])
    order = next(row for row in stand.truth("orders") if row["status"] == "shipped")["order_id"]
    refund = next(row for row in stand.truth("returns") if row["line_id"])
    product = f"products/{alone['listing_id']}"
    calls = {
        "product_create": (product, {}), "product_stock_update": (product, {"method": "PUT", "body": {"stock_quantity": 7}}),
        "variable_create": (f"products/{variation['product_id']}", {}),
        "variation_create": (f"products/{variation['product_id']}/variations/{variation['listing_id']}", {}),
        "product_price_wrong_type": (product, {"method": "PUT", "body": {"regular_price": 12.5}}),
        "product_not_found": ("products/999999", {}), "route_not_found": ("nope", {}), "per_page_too_big": ("orders", {"per_page": 101}),
        "orders_modified_after_gmt": ("orders", dict(
            modified_after="2020-01-01T00:00:00", dates_are_gmt="true", orderby="modified", order="asc", per_page=2)),
        "orders_bad_date": ("orders", {"modified_after": "2026-13-01"}), "order_create": (f"orders/{order}", {}),
        "order_complete_with_tracking_meta": (f"orders/{order}", {"method": "PUT", "body": {"status": "completed"}}),
        "refund_create": (f"orders/{refund['order_id']}/refunds", {}), "review_create": ("products/reviews", {"status": "all"}),
        "order_note_create": (f"orders/{order}/notes", {"method": "POST", "body": {"note": "on its way", "customer_note": True}}),
        "currency_current": ("data/currencies/current", {}),
        "auth_unknown_key": ("orders", {"spoil": {"oauth_consumer_key": "ck_nobody"}}),
    }
    return lambda name: stand.ask(calls[name][0], **calls[name][1])


NAMES = (
    "product_create", "variable_create", "variation_create", "product_stock_update", "product_price_wrong_type", "product_not_found",
    "route_not_found", "per_page_too_big", "order_create", "refund_create", "order_complete_with_tracking_meta", "order_note_create",
    "orders_modified_after_gmt", "orders_bad_date", "review_create", "currency_current", "auth_unknown_key",
)


@needs_specs
@pytest.mark.parametrize("name", NAMES)
def test_the_stores_answers_have_the_shape_of_a_real_ones(recorded, ours, name):
    theirs, answer = recorded[name]["response"], ours(name)
    body = answer.json()
    if isinstance(body, list) and isinstance(theirs["body"], dict):
        body = body[0]  # one of a list, where the recorded call made one
    assert differences(theirs["body"], body) == []
    if theirs["status"] >= 400:
        assert (answer.status_code, body["code"]) == (theirs["status"], theirs["body"]["code"])
        assert set(body["data"].get("params", ())) == set(theirs["body"]["data"].get("params", ()))
    else:
        assert answer.status_code < 300
    if recorded[name]["request"]["method"] == "GET" or theirs["status"] >= 400:
        known = {each.lower() for each in theirs["headers"]}
        assert {each.lower() for each in answer.headers} - SERVERS_OWN == known - SERVERS_OWN


@needs_specs
def test_every_recorded_answer_but_the_refused_copy_is_compared(recorded):
    assert set(recorded) - set(NAMES) == {"product_create_duplicate_sku"}, "this sandbox lets nobody create products"


@needs_specs
def test_every_route_that_is_served_is_one_of_the_real_index(stand, kiln):
    real = json.loads((SPECS / "wc-v3-index-9.2.5.json").read_text(encoding="utf-8"))["routes"]
    mine = kiln.get("")["routes"]
    assert set(mine) <= {*real, "/wc/v3/system_status", "/wc/v3/data/currencies/current"}
    assert {path: real[path]["methods"] for path in mine if path in real} == {path: mine[path]["methods"] for path in mine if path in real}
    assert set(stand.get("")["routes"]) - set(mine), "a tracking plugin adds routes of its own"


def test_woocommerces_own_python_client_reads_and_writes(stand):
    """It signs by the machine's clock: the house's is set to it."""
    api = pytest.importorskip("woocommerce").API
    now = datetime.now(UTC)
    stand.house.clock.advance((now - stand.house.clock.now()).total_seconds())
    secrets = stand.market.credentials(stand.shop)
    client = api(f"{stand.base}/{stand.shop}", secrets["consumer_key"], secrets["consumer_secret"], version="wc/v3")
    found, page = [], 1
    while rows := client.get("orders", params={"per_page": 40, "page": page, "orderby": "id", "order": "asc", "status": "any"}).json():
        found, page = found + rows, page + 1
        time.sleep(0.05)
    assert [str(row["id"]) for row in found] == [row["order_id"] for row in stand.truth("orders")]
    wrong = api(f"{stand.base}/{stand.shop}", secrets["consumer_key"], "cs_" + "0" * 40).get("orders")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "woocommerce_rest_authentication_error")
    listing = next(row for row in stand.truth("listings") if row["product_id"] == row["listing_id"])
    body = {"update": [{"id": int(listing["listing_id"]), "manage_stock": True, "stock_quantity": 77}, {"id": 999999, "stock_quantity": 1}]}
    done = client.post("products/batch", body).json()["update"]
    assert done[0]["stock_quantity"] == 77 and done[1]["error"]["code"] == "woocommerce_rest_product_invalid_id"
    stand.house.clock.advance(timedelta(minutes=5).total_seconds())
    assert {row["sku"]: row["sellable_quantity"] for row in stand.truth("inventory")}[listing["sku"]] == 77
