"""Orders 2026-01-01: what is found, what is shown, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

ORDERS = "/orders/2026-01-01/orders"
START = "2026-11-04T00:00:00Z"
ALL = "PROCEEDS,FULFILLMENT,PACKAGES,CANCELLATION,PROMOTION,TAX"


def _all(stand, after=None, **params):
    """Every order of a search, page by page; ``after``: from the page behind this token on."""
    found, token = [], {"paginationToken": after} if after else {}
    while True:
        body = stand.get(ORDERS, **params, **token).json()
        found += body["orders"]
        if "pagination" not in body:
            return found
        token = {"paginationToken": body["pagination"]["nextToken"]}


def test_paging_shows_every_visible_order_once_and_ends_without_pagination(stand):
    found = _all(stand, lastUpdatedAfter=START, maxResultsPerPage=40)
    assert [order["orderId"] for order in found] == [row["order_id"] for row in stand.truth("orders")]
    assert len(found) == len({order["orderId"] for order in found}) > 80


def test_the_created_and_the_updated_family_select_by_their_own_time(stand):
    day = ("2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z")
    created = _all(stand, createdAfter=day[0], createdBefore=day[1])
    updated = _all(stand, lastUpdatedAfter=day[0], lastUpdatedBefore=day[1])
    assert created and all(day[0] <= order["createdTime"] <= day[1] for order in created)
    assert updated and all(day[0] <= order["lastUpdatedTime"] <= day[1] for order in updated)
    assert {o["orderId"] for o in created} != {o["orderId"] for o in updated}


def test_both_bounds_are_inclusive(stand):
    at = _all(stand, lastUpdatedAfter=START)[5]["lastUpdatedTime"]
    assert {order["lastUpdatedTime"] for order in _all(stand, lastUpdatedAfter=at, lastUpdatedBefore=at)} == {at}


def test_the_answer_says_up_to_when_it_is_complete_and_never_later_than_can_be_seen(stand):
    asked = stand.get(ORDERS, lastUpdatedAfter=START, lastUpdatedBefore="2026-11-10T00:00:00Z").json()
    assert asked["lastUpdatedBefore"] == "2026-11-10T00:00:00Z" and "createdBefore" not in asked
    assert stand.get(ORDERS, lastUpdatedAfter=START).json()["lastUpdatedBefore"] == "2026-11-16T03:00:00Z"
    assert stand.get(ORDERS, createdAfter=START).json()["createdBefore"] == "2026-11-16T03:00:00Z"


@pytest.mark.parametrize("params", [
    {}, {"createdAfter": START, "lastUpdatedAfter": START}, {"createdAfter": START, "lastUpdatedBefore": "2026-11-01T00:00:00Z"},
    {"lastUpdatedBefore": "2026-11-01T00:00:00Z"}, {"lastUpdatedAfter": "yesterday"}, {"lastUpdatedAfter": "2026-11-01T00:00:00"},
    {"lastUpdatedAfter": "2026-11-02T00:00:00Z", "lastUpdatedBefore": "2026-11-01T00:00:00Z"},
    {"lastUpdatedAfter": START, "maxResultsPerPage": "101"}, {"lastUpdatedAfter": START, "maxResultsPerPage": "0"},
    {"lastUpdatedAfter": START, "includedData": "EVERYTHING"}, {"lastUpdatedAfter": START, "fulfillmentStatuses": "Shipped"},
    {"lastUpdatedAfter": START, "fulfilledBy": "ME"}, {"lastUpdatedAfter": START, "marketplaceIds": ",".join(["ATVPDKIKX0DER"] * 51)},
    {"lastUpdatedAfter": START, "paginationToken": "made-up"}, {"lastUpdatedAfter": "2026-12-01T00:00:00Z"},
])
def test_what_the_reference_forbids_is_invalid_input(stand, is_refused, params):
    is_refused(stand.get(ORDERS, **params), 400, "InvalidInput")


def test_an_upper_bound_younger_than_two_minutes_is_refused(stand, is_refused):
    assert stand.get(ORDERS, lastUpdatedAfter=START, lastUpdatedBefore="2026-11-16T03:07:59Z").status_code == 200
    late = stand.get(ORDERS, lastUpdatedAfter=START, lastUpdatedBefore="2026-11-16T03:09:00Z")
    assert "two minutes" in is_refused(late, 400, "InvalidInput")


def test_unknown_query_names_are_ignored(stand):
    assert stand.get(ORDERS, lastUpdatedAfter=START, MarketplaceIds="x", marketplace_ids="y").status_code == 200


def test_a_page_token_only_continues_the_search_it_came_from(stand, is_refused):
    token = stand.get(ORDERS, lastUpdatedAfter=START, maxResultsPerPage=10).json()["pagination"]["nextToken"]
    again = stand.get(ORDERS, lastUpdatedAfter=START, maxResultsPerPage=20, includedData="PROCEEDS", paginationToken=token)
    assert len(again.json()["orders"]) == 20
    is_refused(stand.get(ORDERS, lastUpdatedAfter="2026-11-01T00:00:00Z", paginationToken=token), 400, "InvalidInput")
    stand_token = {"lastUpdatedAfter": START, "paginationToken": token}
    stand.shop = "lumora_amazon_eu"
    is_refused(stand.get(ORDERS, **stand_token), 400, "InvalidInput")


def test_a_page_token_dies_after_a_day(stand, is_refused):
    token = stand.get(ORDERS, lastUpdatedAfter=START, maxResultsPerPage=10).json()["pagination"]["nextToken"]
    stand.house.clock.advance(24 * 3600 - 60)
    assert stand.get(ORDERS, lastUpdatedAfter=START, paginationToken=token).status_code == 200
    stand.house.clock.advance(120)
    assert "expired" in is_refused(stand.get(ORDERS, lastUpdatedAfter=START, paginationToken=token), 400, "InvalidInput")


def test_parts_that_were_not_asked_for_are_absent(stand):
    bare = stand.get(ORDERS, lastUpdatedAfter=START).json()["orders"]
    assert all(not set(order) & {"buyer", "recipient", "proceeds", "fulfillment", "packages", "tax", "payment"} for order in bare)
    assert all(not set(item) & {"proceeds", "fulfillment", "promotion", "cancellation", "tax"} for o in bare for item in o["orderItems"])
    rich = stand.get(ORDERS, lastUpdatedAfter=START, includedData="BUYER,RECIPIENT").json()["orders"]
    assert all("buyerName" in order["buyer"] for order in rich) and any("recipient" in order for order in rich)


def test_pending_orders_show_no_money_and_amazons_own_parcels_are_not_shown(stand):
    stand.shop = next(row["shop"] for row in stand.market.truth("orders") if row["status"] == "pending")
    found = _all(stand, lastUpdatedAfter=START, includedData=ALL)
    pending = [order for order in found if order["fulfillment"]["fulfillmentStatus"] == "PENDING"]
    assert pending and all("proceeds" not in o and "price" not in o["orderItems"][0]["product"] for o in pending)
    by_amazon = [order for order in found if order["fulfillment"]["fulfilledBy"] == "AMAZON"]
    assert by_amazon and all("packages" not in order for order in by_amazon)
    assert any(len(order.get("packages", ())) == 2 for order in found)


def test_filters_by_status_and_fulfiller_hold(stand):
    found = _all(stand, lastUpdatedAfter=START, includedData=ALL, fulfillmentStatuses="UNSHIPPED,PARTIALLY_SHIPPED", fulfilledBy="MERCHANT")
    seen = {(order["fulfillment"]["fulfillmentStatus"], order["fulfillment"]["fulfilledBy"]) for order in found}
    assert seen and seen <= {("UNSHIPPED", "MERCHANT"), ("PARTIALLY_SHIPPED", "MERCHANT")}


def test_a_region_wide_seller_can_ask_for_one_marketplace(stand):
    stand.shop = "lumora_amazon_eu"
    french = _all(stand, lastUpdatedAfter=START, marketplaceIds="A13V1IB3VIYZZH")
    assert {order["salesChannel"]["marketplaceId"] for order in french} == {"A13V1IB3VIYZZH"}
    assert 0 < len(french) < len(_all(stand, lastUpdatedAfter=START))
    assert _all(stand, lastUpdatedAfter=START, marketplaceIds="APJ6JRA9NG5V4") == []


def test_one_order_is_read_by_its_id_and_others_are_not_found(stand, is_refused):
    wanted = stand.truth("orders")[0]["order_id"]
    body = stand.get(f"{ORDERS}/{wanted}", includedData="PROCEEDS").json()["order"]
    assert body["orderId"] == wanted and "fulfillment" not in body
    is_refused(stand.get(f"{ORDERS}/111-0000000-0000000"), 404, "NotFound")
    is_refused(stand.get(f"{ORDERS}/123"), 400, "InvalidInput")
    foreign = next(row["order_id"] for row in stand.market.truth("orders") if row["shop"] != stand.shop)
    is_refused(stand.get(f"{ORDERS}/{foreign}"), 404, "NotFound")


def test_the_wire_adds_up_to_the_truth(stand):
    truth = {row["order_id"]: row for row in stand.truth("orders")}
    for order in _all(stand, lastUpdatedAfter=START, includedData=ALL):
        if "proceeds" in order:
            cents = sum(
                round(float(part["subtotal"]["amount"]) * 100) for item in order["orderItems"] for part in item["proceeds"]["breakdowns"]
            )
            assert cents == truth[order["orderId"]]["total_minor"] == round(float(order["proceeds"]["grandTotal"]["amount"]) * 100)


def test_yen_have_no_decimals(stand):
    stand.shop = "teahaus_amazon_jp"
    order = next(o for o in _all(stand, lastUpdatedAfter=START, includedData="PROCEEDS") if "proceeds" in o)
    assert order["proceeds"]["grandTotal"]["amount"].isdigit()


def test_what_happens_after_the_horizon_shows_when_the_horizon_moved(stand):
    before = {row["order_id"] for row in stand.truth("orders")}
    stand.house.clock.move_horizon(stand.house.clock.horizon.replace(day=18))
    assert before < {row["order_id"] for row in stand.truth("orders")} == {o["orderId"] for o in _all(stand, lastUpdatedAfter=START)}


def test_an_order_that_leaves_the_list_between_two_pages_moves_nobody(stand):
    search = {"lastUpdatedAfter": "2026-11-15T03:00:00Z", "maxResultsPerPage": 20}
    first, listed = stand.get(ORDERS, **search).json(), {order["orderId"]: order for order in _all(stand, **search)}
    stand.house.clock.move_horizon(stand.house.clock.horizon + timedelta(hours=20))  # a token lives for 24
    rest = _all(stand, first["pagination"]["nextToken"], **search)
    now = {order["orderId"]: order for order in _all(stand, **search)}
    changed = {number for number, order in listed.items() if now[number]["lastUpdatedTime"] != order["lastUpdatedTime"]}
    assert changed & {order["orderId"] for order in first["orders"]}, "somebody of the first page has left the list"
    assert {*listed} - changed <= {order["orderId"] for order in [*first["orders"], *rest]}


def test_under_bad_luck_a_page_comes_twice_with_a_fresh_token_and_still_nothing_is_missing(stand):
    stand.house.faults._chances = {"repeated_page": 0.8}
    found = _all(stand, lastUpdatedAfter=START, maxResultsPerPage=30)
    assert len(found) > len(stand.truth("orders"))
    assert {order["orderId"] for order in found} == {row["order_id"] for row in stand.truth("orders")}
