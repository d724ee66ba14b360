"""Listings Items and FBA stock: reading, paging, and what a patch does."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from sandbox.amazon.listings import neighbours

SEARCH = "/listings/2021-08-01/items"
FBA = "/fba/inventory/v1/summaries"


def _search(stand, **params):
    return stand.get(f"{SEARCH}/{stand.seller_id}", **{"marketplaceIds": stand.marketplace, **params})


def _own(stand, index=0):
    return [each for each in stand.house.world.listings_of(stand.shop) if each.fulfilled_by == "seller"][index].sku


def _patch(stand, sku, value, op="merge", path="/attributes/fulfillment_availability", product_type="PRODUCT", **params):
    body = {"productType": product_type, "patches": [{"op": op, "path": path, "value": value}]}
    address = f"{SEARCH}/{stand.seller_id}/{quote(sku, safe='')}"
    return stand.ask("PATCH", address, json=body, params={"marketplaceIds": stand.marketplace, **params})


def _stock(quantity, **more):
    return [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity, **more}]


def _shown(stand, sku):
    params = {"marketplaceIds": stand.marketplace, "includedData": "fulfillmentAvailability,attributes"}
    body = stand.get(f"{SEARCH}/{stand.seller_id}/{quote(sku, safe='')}", **params).json()
    return body["fulfillmentAvailability"][0]["quantity"], body["attributes"]["fulfillment_availability"][0]


def test_pages_forward_and_back_show_every_sku(stand):
    found, token = [], {}
    while True:
        body = _search(stand, pageSize=7, sortBy="sku", sortOrder="ASC", **token).json()
        found += [item["sku"] for item in body["items"]]
        if "nextToken" not in body.get("pagination", {}):
            break
        token = {"pageToken": body["pagination"]["nextToken"]}
    assert found == sorted(row["sku"] for row in stand.truth("listings")) and body["numberOfResults"] == len(found)
    back = _search(stand, pageSize=7, sortBy="sku", sortOrder="ASC", pageToken=body["pagination"]["previousToken"]).json()
    assert back["items"][-1]["sku"] < body["items"][0]["sku"]


def test_nobody_pages_beyond_a_thousand():
    assert neighbours(980, 20, 5000) == {"previousToken": 960}
    assert neighbours(960, 20, 5000) == {"nextToken": 980, "previousToken": 940}
    assert neighbours(0, 20, 20) == {}


@pytest.mark.parametrize("params", [
    {"marketplaceIds": ""}, {"pageSize": "21"}, {"identifiers": "A"}, {"identifiersType": "SKU"},
    {"identifiers": ",".join("ABCDEFGHIJKLMNOPQRSTU"), "identifiersType": "SKU"}, {"includedData": "everything"}, {"sortBy": "price"},
    {"sortOrder": "asc"}, {"pageToken": "made-up"}, {"withStatus": "ACTIVE"}, {"createdAfter": "soon"},
    {"identifiers": "A", "identifiersType": "SKU", "variationParentSku": "B"},
])
def test_a_search_that_makes_no_sense_is_refused(stand, is_refused, params):
    is_refused(_search(stand, **params), 400, "InvalidInput")


def test_a_search_without_a_marketplace_is_refused(stand, is_refused):
    is_refused(stand.get(f"{SEARCH}/{stand.seller_id}"), 400, "InvalidInput")
    is_refused(_search(stand, marketplaceIds="A1PA6795UKMFR9"), 403, "Unauthorized")


def test_identifiers_find_awkward_skus_and_only_asked_parts_are_shown(stand):
    sku = "LM #1/blk & co"
    body = _search(stand, identifiers=sku, identifiersType="SKU", includedData="offers,issues").json()
    assert [set(item) for item in body["items"]] == [{"sku", "offers", "issues"}] and body["items"][0]["sku"] == sku
    default = _search(stand, identifiers=sku, identifiersType="SKU").json()["items"][0]
    assert set(default) == {"sku", "summaries"}


def test_a_sku_with_a_slash_is_read_by_its_encoded_path_and_an_unknown_one_is_not_found(stand, is_refused):
    path = f"{SEARCH}/{stand.seller_id}/{quote('LM #1/blk & co', safe='')}"
    assert stand.get(path, marketplaceIds=stand.marketplace).json()["sku"] == "LM #1/blk & co"
    is_refused(stand.get(f"{SEARCH}/{stand.seller_id}/NONE", marketplaceIds=stand.marketplace), 404, "NOT_FOUND")


def test_sorting_is_by_last_update_and_newest_first_unless_asked_otherwise(stand):
    times = [item["summaries"][0]["lastUpdatedDate"] for item in _search(stand, pageSize=20).json()["items"]]
    assert times == sorted(times, reverse=True)
    since = times[5]
    assert all(item["summaries"][0]["lastUpdatedDate"] >= since for item in _search(stand, lastUpdatedAfter=since).json()["items"])


@pytest.mark.parametrize("shop", ["lumora_amazon_us", "teahaus_amazon_jp"])
def test_statuses_on_the_wire_are_the_truths(stand, shop):
    stand.shop = shop
    wanted = [row["status"] for row in stand.truth("listings")]
    assert _search(stand, withStatus="BUYABLE").json()["numberOfResults"] == wanted.count("active") < len(wanted)
    others = _search(stand, withoutStatus="BUYABLE", includedData="summaries,issues", pageSize=20).json()["items"]
    suppressed = [item for item in others if any("enforcements" in issue for issue in item["issues"])]
    assert (len(suppressed), len(others)) == (wanted.count("suppressed"), len(wanted) - wanted.count("active"))


def test_a_merge_changes_the_quantity_later_and_keeps_its_siblings(stand):
    sku = _own(stand)
    before = _shown(stand, sku)
    answer = _patch(stand, sku, _stock(77)).json()
    assert (answer["sku"], answer["status"], answer["issues"]) == (sku, "ACCEPTED", []) and answer["submissionId"]
    assert _shown(stand, sku) == before
    stand.house.clock.advance(121)
    quantity, entry = _shown(stand, sku)
    assert quantity == 77 and entry == {"fulfillment_channel_code": "DEFAULT", "quantity": 77, "lead_time_to_ship_max_days": 3}
    assert next(row for row in stand.truth("inventory") if row["sku"] == sku)["sellable_quantity"] == 77


def test_a_replace_wipes_the_siblings_it_does_not_name(stand):
    sku = _own(stand)
    assert _patch(stand, sku, _stock(12), op="replace").json()["status"] == "ACCEPTED"
    stand.house.clock.advance(121)
    assert _shown(stand, sku) == (12, {"fulfillment_channel_code": "DEFAULT", "quantity": 12})
    _patch(stand, sku, _stock(13, lead_time_to_ship_max_days=5), op="replace")
    stand.house.clock.advance(121)
    assert _shown(stand, sku)[1]["lead_time_to_ship_max_days"] == 5


def test_an_accepted_write_may_never_show(stand):
    sku = _own(stand)
    stand.house.faults._chances = {"lost_write": 1.0}
    before = _shown(stand, sku)
    assert _patch(stand, sku, _stock(999)).json()["status"] == "ACCEPTED"
    stand.house.clock.advance(86400)
    assert _shown(stand, sku) == before


def test_a_preview_judges_and_does_nothing(stand):
    sku = _own(stand)
    before = _shown(stand, sku)
    valid = _patch(stand, sku, _stock(5), mode="VALIDATION_PREVIEW", includedData="identifiers,issues").json()
    assert valid["status"] == "VALID" and valid["identifiers"][0]["asin"]
    assert _patch(stand, sku, _stock(-5), mode="VALIDATION_PREVIEW").json()["status"] == "INVALID"
    stand.house.clock.advance(600)
    assert _shown(stand, sku) == before and not stand.house.stock.writes()


@pytest.mark.parametrize(("value", "category"), [
    ([{"quantity": 4}], "MISSING_ATTRIBUTE"), ([{"fulfillment_channel_code": "DEFAULT"}], "MISSING_ATTRIBUTE"),
    (_stock(-1), "INVALID_ATTRIBUTE"), (_stock("4"), "INVALID_ATTRIBUTE"), (_stock(True), "INVALID_ATTRIBUTE"),
    ([{"fulfillment_channel_code": "AMAZON_NA", "quantity": 4}], "INVALID_ATTRIBUTE"),
])
def test_a_stock_the_article_cannot_take_is_answered_200_with_an_error_issue(stand, value, category):
    answer = _patch(stand, _own(stand), value)
    assert answer.status_code == 200 and answer.json()["status"] == "INVALID"
    assert [(issue["severity"], issue["categories"]) for issue in answer.json()["issues"]] == [("ERROR", [category])]
    assert not stand.house.stock.writes()


def test_stock_that_lies_with_amazon_other_attributes_and_a_foreign_product_type_cannot_be_written(stand):
    theirs = next(each.sku for each in stand.house.world.listings_of(stand.shop) if each.fulfilled_by == "marketplace")
    assert _patch(stand, theirs, _stock(4)).json()["status"] == "INVALID"
    assert _patch(stand, _own(stand), [{"value": "x"}], path="/attributes/item_name").json()["status"] == "INVALID"
    assert _patch(stand, _own(stand), _stock(4), product_type="SHOES").json()["status"] == "INVALID"
    assert not stand.house.stock.writes()


@pytest.mark.parametrize("changes", [
    {"op": "set"}, {"path": "/attributes/fulfillment_availability/0/quantity"}, {"path": "/fulfillment_availability"},
    {"value": {"quantity": 1}}, {"value": []}, {"value": None},
])
def test_a_patch_that_is_no_patch_is_refused(stand, is_refused, changes):
    arguments = {"value": _stock(1), **changes}
    is_refused(_patch(stand, _own(stand), **arguments), 400, "InvalidInput")


def test_a_patch_of_an_unknown_sku_or_mode_or_body_is_refused(stand, is_refused):
    is_refused(_patch(stand, "NONE", _stock(1)), 400, "InvalidInput")
    is_refused(_patch(stand, _own(stand), _stock(1), mode="DRY"), 400, "InvalidInput")
    address = f"{SEARCH}/{stand.seller_id}/{quote(_own(stand))}"
    for body in (b"{", b"[]", b'{"productType": "PRODUCT", "patches": []}'):
        is_refused(stand.ask("PATCH", address, data=body, params={"marketplaceIds": stand.marketplace}), 400, "InvalidInput")


def _fba(stand, **params):
    fixed = {"granularityType": "Marketplace", "granularityId": stand.marketplace, "marketplaceIds": stand.marketplace}
    return stand.get(FBA, **{name: value for name, value in {**fixed, **params}.items() if value is not None})


def test_fba_pages_show_every_article_amazon_keeps_and_details_only_when_asked(stand):
    found, token = [], {}
    while True:
        body = _fba(stand, details="true", **token).json()
        found += body["payload"]["inventorySummaries"]
        if "pagination" not in body:
            break
        token = {"nextToken": body["pagination"]["nextToken"]}
        stand.house.clock.advance(1)
    wanted = {row["sku"]: row["sellable_quantity"] for row in stand.truth("inventory") if row["fulfilled_by"] == "marketplace"}
    assert {each["sellerSku"]: each["inventoryDetails"]["fulfillableQuantity"] for each in found} == wanted and len(found) > 5
    assert all("inventoryDetails" not in each for each in _fba(stand).json()["payload"]["inventorySummaries"])
    assert any("lastUpdatedTime" not in each for each in found)


def test_an_fba_token_dies_after_thirty_seconds(stand, is_refused):
    token = _fba(stand).json()["pagination"]["nextToken"]
    stand.house.clock.advance(31)
    assert "expired" in is_refused(_fba(stand, nextToken=token), 400, "InvalidInput")


def test_an_fba_delta_needs_its_start_beside_the_token(stand, is_refused):
    start = {"startDateTime": "2025-11-01T00:00:00Z"}
    token = _fba(stand, **start).json()["pagination"]["nextToken"]
    stand.house.clock.advance(2)
    is_refused(_fba(stand, nextToken=token), 400, "InvalidInput")
    assert _fba(stand, **start, nextToken=token).status_code == 200


def test_an_fba_delta_shows_what_changed_and_ignores_skus(stand):
    later = {"startDateTime": "2026-11-01T00:00:00Z", "sellerSkus": "NONE"}
    changed = _fba(stand, **later).json()["payload"]["inventorySummaries"]
    assert all(each.get("lastUpdatedTime", "2026-11-01T") >= "2026-11-01T" for each in changed)
    assert _fba(stand, sellerSkus="NONE").json()["payload"]["inventorySummaries"] == []


@pytest.mark.parametrize("params", [
    {"granularityType": None}, {"granularityType": "Region"}, {"granularityId": None}, {"marketplaceIds": None},
    {"marketplaceIds": "ATVPDKIKX0DER,A2EUQ1WTGCTBG2"}, {"granularityId": "A2EUQ1WTGCTBG2"}, {"details": "yes"},
    {"startDateTime": "2024-01-01T00:00:00Z"}, {"nextToken": "made-up"}, {"sellerSkus": ",".join(["A"] * 51)},
])
def test_an_fba_question_that_makes_no_sense_is_refused(stand, is_refused, params):
    is_refused(_fba(stand, **params), 400, "InvalidInput")
