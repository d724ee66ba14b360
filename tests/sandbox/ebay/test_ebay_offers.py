"""Offers: made, published, changed, withdrawn and read back, each once, through the connector and by eBay's own rules."""

from __future__ import annotations

import pytest

from connectors.contract import Window
from connectors.writes import OfferChange
from sandbox.ebay import ids

ACCOUNT = {"fulfillment_policy_id": "11", "payment_policy_id": "12", "return_policy_id": "13", "location_key": "hall-2"}
OFFERS = "/sell/inventory/v1/offer"
WHOLE = {"currency": "GBP", "price_minor": 1999, "quantity": 4, "category_id": "30120"}
LANGUAGE = {"Content-Language": "en-GB"}


@pytest.fixture
def articles(stand):
    """Status → an article of the shop's inventory that is no variation and has it in the world."""
    known = {}
    for listing in stand.house.world.listings_of(stand.shop):
        if not ids.is_made_elsewhere(listing) and not ids.is_variation(listing):
            known.setdefault(listing.status, listing.sku)
    return known


def offer(sku, is_published=True, job_id="o1", site="GB", **fields):
    return OfferChange(job_id, site, sku, is_published, **fields)


def listed(opened, stand):
    connector, horizon = opened(), stand.house.clock.horizon
    pages = list(connector.read("listings", Window(horizon.replace(day=1), horizon)))
    frame = connector.map("listings", pages)["listings"]
    return {row.listing_id: (row.sku, row.status, row.price_minor) for row in frame.itertuples()}


def true_listings(stand):
    return {row["listing_id"]: (row["sku"], row["status"], row["price_minor"]) for row in stand.truth("listings")}


def test_an_offer_goes_off_sale_and_on_again_as_another_listing_and_each_is_read_back(stand, opened, articles):
    connector, sku = opened(), articles["active"]
    first = connector.push_offers([offer(sku)])[0]
    assert first.is_accepted and "already" in first.message and first.vendor_ref
    away = offer(sku, is_published=False)
    assert connector.push_offers([away])[0].is_accepted and connector.observe_offers([away]) == {"o1": {"is_published": False}}
    assert "already" in connector.push_offers([away])[0].message
    assert listed(opened, stand) == true_listings(stand)
    back = connector.push_offers([offer(sku)])[0]
    assert back.is_accepted and back.vendor_ref != first.vendor_ref
    assert connector.observe_offers([offer(sku)]) == {"o1": {"is_published": True}}
    assert listed(opened, stand) == true_listings(stand)


def test_a_new_offer_is_made_once_with_the_shops_own_policies_and_published(stand, opened, articles):
    connector, wanted = opened(account=ACCOUNT), offer(articles["deleted"], **WHOLE)
    assert connector.observe_offers([wanted]) == {"o1": {"is_published": False, "price_minor": None, "quantity": None, "category_id": None}}
    assert [answer.is_accepted for answer in connector.push_offers([wanted], dry_run=True)] == [True]
    assert connector.push_offers([wanted])[0].is_accepted
    stand.house.clock.advance(4000)
    assert connector.observe_offers([wanted]) == {"o1": wanted.asked}
    assert "already" in connector.push_offers([wanted])[0].message
    shown = stand.get(OFFERS, sku=wanted.sku).json()["offers"]
    assert len(shown) == 1 and shown[0]["merchantLocationKey"] == "hall-2" and shown[0]["listingPolicies"]["returnPolicyId"] == "13"
    assert listed(opened, stand) == true_listings(stand)


def test_a_new_price_goes_out_with_all_the_rest_of_the_offer(stand, opened, articles):
    connector, wanted = opened(), offer(articles["active"], currency="GBP", price_minor=4321)
    before = stand.get(OFFERS, sku=wanted.sku).json()["offers"][0]
    assert connector.push_offers([wanted])[0].is_accepted
    stand.house.clock.advance(4000)
    after = stand.get(OFFERS, sku=wanted.sku).json()["offers"][0]
    assert after.pop("pricingSummary") == {"price": {"value": "43.21", "currency": "GBP"}} and before.pop("pricingSummary")
    assert after == before, "an update replaces the whole offer"


def test_a_new_price_leaves_the_struck_out_price_beside_it(stand, opened, articles):
    connector, sku = opened(), articles["active"]
    before = stand.get(OFFERS, sku=sku).json()["offers"][0]
    kept = {"originalRetailPrice": {"value": "99.00", "currency": "GBP"}, "originallySoldForRetailPriceOn": "ON_EBAY"}
    whole = {**before, "pricingSummary": {**before["pricingSummary"], **kept}}
    assert stand.ask("PUT", f"{OFFERS}/{before['offerId']}", json=whole, headers=LANGUAGE).status_code == 204
    assert connector.push_offers([offer(sku, currency="GBP", price_minor=4321)])[0].is_accepted
    stand.house.clock.advance(4000)
    after = stand.get(OFFERS, sku=sku).json()["offers"][0]["pricingSummary"]
    assert after == {"price": {"value": "43.21", "currency": "GBP"}, **kept}


def test_what_cannot_be_offered_is_refused_before_anything_is_sent(stand, opened, articles):
    world = stand.house.world.listings_of(stand.shop)
    variation = next(each.sku for each in world if ids.is_variation(each) and not ids.is_made_elsewhere(each))
    elsewhere = next(each.sku for each in world if ids.is_made_elsewhere(each) and each.site == "GB" and ids.sku(each))
    told = {
        "variation": opened().push_offers([offer(variation, is_published=False)])[0],
        "elsewhere": opened().push_offers([offer(elsewhere)])[0],
        "new": opened(account=ACCOUNT).push_offers([offer(articles["deleted"], price_minor=100, currency="GBP")])[0],
        "policies": opened(account={"location_key": "x"}).push_offers([offer(articles["deleted"], **WHOLE)])[0],
        "site": opened().push_offers([offer(articles["active"], site="FR")])[0],
        "price": opened().push_offers([offer(articles["active"], price_minor=0, currency="GBP")])[0],
    }
    words = {
        "variation": "several variations", "elsewhere": "no article of this SKU", "new": "needs quantity, category_id", "site": "site FR",
        "policies": "fulfillment_policy_id, payment_policy_id, return_policy_id in the shop's `account`", "price": "no price",
    }
    found = {name: (answer.is_accepted, words[name] in answer.message) for name, answer in told.items()}
    assert found == dict.fromkeys(told, (False, True))


def test_ebays_own_rules_of_offers_are_kept(stand, is_refused, articles):
    sku, gone = articles["active"], articles["deleted"]
    number = stand.get(OFFERS, sku=sku).json()["offers"][0]["offerId"]
    new = {"sku": sku, "marketplaceId": "EBAY_GB", "format": "FIXED_PRICE"}
    assert number in is_refused(stand.ask("POST", OFFERS, json=new, headers=LANGUAGE), 400, 25002)
    is_refused(stand.ask("POST", OFFERS, json={**new, "sku": gone}), 400, 25709)  # which language the words are in
    made = stand.ask("POST", OFFERS, json={**new, "sku": gone}, headers=LANGUAGE).json()["offerId"]
    assert "categoryId" in is_refused(stand.ask("POST", f"{OFFERS}/{made}/publish", json={}), 400, 25020)
    again = stand.ask("POST", f"{OFFERS}/{number}/publish", json={})
    assert again.status_code == 200 and again.json()["warnings"][0]["errorId"] == 25402
    is_refused(stand.ask("POST", f"{OFFERS}/{made}/withdraw", json={}), 400, 25002)
    is_refused(stand.ask("POST", f"{OFFERS}/1/publish", json={}), 404, 25713)
    is_refused(stand.ask("PUT", f"{OFFERS}/{number}", json={"categoryId": "1"}, headers=LANGUAGE), 400, 25709)


def test_offers_outlive_the_sandboxs_process(stand, articles):
    from sandbox.ebay import open_market

    number = stand.get(OFFERS, sku=articles["active"]).json()["offers"][0]["offerId"]
    ended = stand.ask("POST", f"{OFFERS}/{number}/withdraw", json={}).json()["listingId"]
    assert ended and true_listings(stand) == {
        row["listing_id"]: (row["sku"], row["status"], row["price_minor"])
        for row in open_market(stand.house).truth("listings") if row["shop"] == stand.shop
    }
