"""The sandbox is as strict as eBay: what the real one refuses it refuses, with its own words."""

from __future__ import annotations

import pytest
import requests

ORDERS = "/sell/fulfillment/v1/order"
INVENTORY = "/sell/inventory/v1"


def test_a_token_is_wanted_under_each_apis_own_word(stand, is_refused):
    is_refused(requests.get(f"{stand.base}/api{ORDERS}", timeout=10), 401, 1001)
    is_refused(requests.get(f"{stand.base}/api{ORDERS}", headers={"Authorization": "Bearer v^1.1#i^1#0.1.1.no"}, timeout=10), 401, 1001)
    is_refused(stand.ask("GET", ORDERS, word="IAF"), 401, 1001)
    wrong = stand.ask("GET", "/post-order/v2/return/search")
    assert wrong.status_code == 401 and wrong.json()["errorMessage"]["error"][0]["errorId"] == 1001
    assert stand.post_order("/return/search").status_code == 200
    stand.house.clock.advance(1)
    token = stand.token()
    stand.house.clock.advance(7201)
    is_refused(requests.get(f"{stand.base}/api{ORDERS}", headers={"Authorization": f"Bearer {token}"}, timeout=10), 401, 1001)


def test_the_token_service_says_no_as_oauth_does(stand):
    address = f"{stand.base}/api/identity/v1/oauth2/token"
    assert requests.post(address, data={"grant_type": "refresh_token"}, timeout=10).json()["error"] == "invalid_client"
    secrets = stand.market.credentials(stand.shop)
    form, keys = {"grant_type": "refresh_token", "refresh_token": "x"}, (secrets["client_id"], secrets["client_secret"])
    wrong = requests.post(address, data=form, auth=keys, timeout=10)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("asked", "number"), [
    ({"limit": 201}, 31100), ({"limit": 0}, 31100), ({"offset": -1}, 31000), ({"fieldGroups": "TAX"}, 32800),
    ({"filter": "lastmodifieddate:[yesterday..]"}, 30810), ({"filter": "modified:[2026-11-01T00:00:00.000Z..]"}, 30700),
    ({"filter": "lastmodifieddate:[2026-11-01T00:00:00.000Z..2026-12-01T00:00:00.000Z]"}, 30850),
    ({"filter": "lastmodifieddate:[2026-11-02T00:00:00.000Z..2026-11-01T00:00:00.000Z]"}, 30840),
    ({"filter": "creationdate:[2022-11-02T00:00:00.000Z..2026-11-01T00:00:00.000Z]"}, 30830),
    ({"filter": "orderfulfillmentstatus:{FULFILLED}"}, 30800), ({"orderIds": ",".join(["1"] * 51)}, 30900),
])
def test_order_questions_ebay_does_not_take_are_refused_with_its_number(stand, is_refused, asked, number):
    is_refused(stand.get(ORDERS, **asked), 400, number)


def test_with_both_dates_only_the_creation_date_counts(stand):
    made, both = stand.window("creationdate", 3), f"{stand.window('lastmodifieddate', 1)},{stand.window('creationdate', 3)}"
    assert stand.get(ORDERS, filter=both).json()["total"] == stand.get(ORDERS, filter=made).json()["total"]
    modified = stand.get(ORDERS, filter=stand.window("lastmodifieddate", 1)).json()
    assert modified["total"] > 0 and modified["orders"]


def test_unpaid_commitments_are_no_orders_and_order_ids_make_all_else_ignored(stand):
    shown = {order["orderId"] for order in stand.get(ORDERS, filter=stand.window("lastmodifieddate"), limit=200).json()["orders"]}
    every = stand.house.snapshot.orders(stand.shop)
    assert len(shown) == len(stand.truth("orders")) < len(every)
    one = sorted(shown)[0]
    assert [order["orderId"] for order in stand.get(ORDERS, orderIds=one, limit=9999).json()["orders"]] == [one]


def test_cancel_requests_are_in_the_single_call_only_and_totals_differ_with_the_tax_breakdown(stand):
    wanted = next(row["order_id"] for row in stand.truth("orders") if row["status"] == "cancelled")
    listed = stand.get(ORDERS, orderIds=wanted).json()["orders"][0]
    assert listed["cancelStatus"]["cancelRequests"] == [] and stand.get(f"{ORDERS}/{wanted}").json()["cancelStatus"]["cancelRequests"]
    stand.shop = "kiln_ebay"
    taxed = next(row["order_id"] for row in stand.truth("orders") if row["tax_minor"])
    bare, whole = (stand.get(f"{ORDERS}/{taxed}", **query).json()["lineItems"][0] for query in ({}, {"fieldGroups": "TAX_BREAKDOWN"}))
    assert float(whole["total"]["value"]) > float(bare["total"]["value"]) and whole["taxes"] and not bare["taxes"]


def test_offers_need_an_sku_and_both_inventory_lists_count_pages(stand, is_refused):
    is_refused(stand.get(f"{INVENTORY}/offer"), 400, 25709)
    first, second = (stand.get(f"{INVENTORY}/inventory_item", limit=5, offset=page).json() for page in (0, 1))
    skus = [item["sku"] for item in (*first["inventoryItems"], *second["inventoryItems"])]
    assert len(set(skus)) == 10 and first["size"] == -(-first["total"] // 5)
    is_refused(stand.get(f"{INVENTORY}/inventory_item", limit=201), 400, 25706)
    assert all(len(stand.get(f"{INVENTORY}/offer", sku=sku).json().get("offers", [])) <= 1 for sku in skus)


def test_listings_made_elsewhere_are_in_the_report_and_not_in_inventory(stand, is_refused):
    inventory = {item["sku"] for item in stand.get(f"{INVENTORY}/inventory_item", limit=200).json()["inventoryItems"]}
    abroad = next(row for row in stand.truth("listings") if row["site"] == "DE" and row["sku"] not in inventory)
    is_refused(stand.get(f"{INVENTORY}/offer", sku=abroad["sku"]), 404, 25713)
    feed = {"feedType": "LMS_ACTIVE_INVENTORY_REPORT", "schemaVersion": "1.0"}
    made = stand.ask("POST", "/sell/feed/v1/inventory_task", json=feed, headers={"X-EBAY-C-MARKETPLACE-ID": "EBAY_DE"})
    assert made.status_code == 202 and made.content == b""
    number = made.headers["Location"].rpartition("/")[2]
    assert stand.get(f"/sell/feed/v1/inventory_task/{number}").json()["status"] == "QUEUED"
    is_refused(stand.get(f"/sell/feed/v1/task/{number}/download_result_file"), 400, 160030)
    stand.house.clock.advance(30)
    assert stand.get(f"/sell/feed/v1/inventory_task/{number}").json()["status"] == "COMPLETED"
    assert stand.get(f"/sell/feed/v1/task/{number}/download_result_file").content[:2] == b"PK"
    for _ in range(24):
        stand.ask("POST", "/sell/feed/v1/inventory_task", json=feed, headers={"X-EBAY-C-MARKETPLACE-ID": "EBAY_DE"})
    is_refused(stand.ask("POST", "/sell/feed/v1/inventory_task", json=feed, headers={"X-EBAY-C-MARKETPLACE-ID": "EBAY_DE"}), 400, 160025)


def test_a_price_and_quantity_write_answers_row_by_row_and_takes_effect_later(stand):
    own = next(row for row in stand.truth("listings") if row["title"] and row["status"] == "active")
    offer = stand.get(f"{INVENTORY}/offer", sku=own["sku"]).json()["offers"][0]
    change = {"offerId": offer["offerId"], "availableQuantity": 17, "price": {"value": "12.34", "currency": "GBP"}}
    rows = [
        {"sku": own["sku"], "shipToLocationAvailability": {"quantity": 17}, "offers": [change]},
        {"sku": "nobodys", "shipToLocationAvailability": {"quantity": 1}},
    ]
    answer = stand.ask("POST", f"{INVENTORY}/bulk_update_price_quantity", json={"requests": rows})
    assert answer.status_code == 207 and [row["statusCode"] for row in answer.json()["responses"]] == [200, 404]
    stand.house.clock.advance(200)
    seen = stand.get(f"{INVENTORY}/offer", sku=own["sku"]).json()["offers"][0]
    assert (seen["availableQuantity"], seen["pricingSummary"]["price"]["value"]) == (17, "12.34")


def test_a_listing_is_revised_250_times_a_day_and_not_once_more(stand):
    own = next(row for row in stand.truth("listings") if row["title"] and row["status"] == "active")
    row = {"sku": own["sku"], "shipToLocationAvailability": {"quantity": 3}}
    inventory = stand.market._doors.goods
    listing = next(each for each in inventory.in_inventory(stand.shop) if each.sku == own["sku"])
    assert all(inventory.is_revisable(listing) for _ in range(250))
    answer = stand.ask("POST", f"{INVENTORY}/bulk_update_price_quantity", json={"requests": [row]}).json()["responses"][0]
    assert answer["statusCode"] == 400 and "250" in answer["errors"][0]["message"]
    stand.house.clock.advance(86400)
    assert inventory.is_revisable(listing)


def test_money_of_european_sellers_is_shown_to_signed_requests_only(stand, is_refused):
    path = "/sell/finances/v1/transaction"
    bare = stand.ask("GET", path, host="apiz", headers={"X-EBAY-C-MARKETPLACE-ID": "EBAY_GB"})
    assert "x-ebay-signature-key" in is_refused(bare, 403, 215001)
    assert stand.money(path).status_code == 200
    is_refused(stand.money(path, spoil={"Signature": "sig1=:AAAA:"}), 403, 215122)
    is_refused(stand.money(path, spoil={"x-ebay-signature-key": "another"}), 403, 215120)
    assert stand.ask("GET", path, headers={"X-EBAY-C-MARKETPLACE-ID": "EBAY_GB"}).status_code == 404, "money lives on its own host"
    stand.shop = "kiln_ebay"
    assert stand.money(path).status_code == 200


def test_nothing_found_in_finances_is_204_without_a_byte(stand, is_refused):
    nothing = stand.money("/sell/finances/v1/transaction", filter="transactionDate:[2020-01-01T00:00:00.000Z..2020-02-01T00:00:00.000Z]")
    assert (nothing.status_code, nothing.content) == (204, b"")
    is_refused(stand.money("/sell/finances/v1/transaction", limit=1001), 400, 135003)
    is_refused(stand.money("/sell/finances/v1/payout", limit=201), 400, 135003)


def test_a_sale_and_its_refund_share_a_number_and_every_value_is_positive(stand):
    found = stand.money("/sell/finances/v1/transaction", limit=1000).json()["transactions"]
    ids = {}
    for each in found:
        ids.setdefault(each["transactionId"], set()).add(each["transactionType"])
        assert float(each["amount"]["value"]) >= 0 and each["bookingEntry"] in ("CREDIT", "DEBIT")
    assert {"SALE", "REFUND"} in ids.values()


def test_feedback_wants_its_seller_and_pages_of_25_at_least(stand, is_refused):
    path, who = "/commerce/feedback/v1/feedback", {"user_id": "northpeak-outdoor", "feedback_type": "FEEDBACK_RECEIVED"}
    assert stand.get(path, **who).json()["pagination"]["limit"] == 25
    is_refused(stand.get(path, **{**who, "limit": 24}), 400, 501002)
    is_refused(stand.get(path, feedback_type="FEEDBACK_RECEIVED"), 400, 501000)
    is_refused(stand.get(path, **{**who, "filter": "period:8"}), 400, 501037)


def test_a_parcel_told_twice_is_there_twice_and_bad_ones_are_refused(stand, is_refused):
    order = next(row["order_id"] for row in stand.truth("orders") if row["status"] == "paid")
    line = next(row for row in stand.truth("order_lines") if row["order_id"] == order and row["status"] == "paid")
    path, lines = f"{ORDERS}/{order}/shipping_fulfillment", [{"lineItemId": line["line_id"], "quantity": line["quantity"]}]
    parcel = {"lineItems": lines, "shippingCarrierCode": "DHL", "trackingNumber": "ABC123"}
    is_refused(stand.ask("POST", path, json={**parcel, "trackingNumber": "ABC-123"}), 400, 32300)
    is_refused(stand.ask("POST", path, json={**parcel, "shippingCarrierCode": None}), 400, 32300)
    is_refused(stand.ask("POST", path, json={**parcel, "lineItems": lines * 2}), 400, 32210)
    is_refused(stand.ask("POST", path, json={**parcel, "lineItems": [{"lineItemId": "1"}]}), 400, 32200)
    is_refused(stand.ask("POST", path, json={**parcel, "shippedDate": "2030-01-01T00:00:00.000Z"}), 400, 32500)
    first = stand.ask("POST", path, json=parcel)
    assert first.status_code == 201 and first.headers["Location"].endswith("/ABC123")
    stand.ask("POST", path, json=parcel)
    assert [each["fulfillmentId"] for each in stand.get(path).json()["fulfillments"]] == ["ABC123", "ABC123"]
    seen = stand.get(f"{ORDERS}/{order}").json()
    assert seen["orderFulfillmentStatus"] in ("FULFILLED", "IN_PROGRESS") and seen["lastModifiedDate"] > seen["creationDate"]


def test_over_the_days_quota_every_call_is_429(stand, is_refused):
    asked = []
    stand.house.quotas.take = lambda operation, holder, rate, burst: asked.append((operation, holder, burst)) or 60.0
    is_refused(stand.get(ORDERS), 429, 2001)
    assert asked == [("ebay.getOrders", "app", 100_000)]
