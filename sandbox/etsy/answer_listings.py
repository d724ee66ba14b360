"""Listings by state and by number, and the inventory that holds their stock and prices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.etsy import ids
from sandbox.etsy.asked import Asked
from sandbox.etsy.errors import unknown, wrong
from sandbox.etsy.stall import Product, Stalled, stall
from sandbox.etsy.written import Written
from sandbox.market import House

STATES = ("active", "inactive", "sold_out", "draft", "expired")
INCLUDES = ("Shipping", "Images", "Shop", "User", "Translations", "Inventory", "Videos")
FOUR_MONTHS = timedelta(days=122)
PROFILE = 77_000_001
NOT_INSIDE = ("skus", "views")  # of a listing that stands inside its inventory, or was just changed


def by_shop(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """Active listings unless another state is asked for; the order is the newest first, whatever is asked."""
    wanted = asked.word("state", STATES, "active")
    asked.word("sort_on", ("created", "price", "updated", "score"), "created")
    found = [each for each in stall(house, written, asked.shop).values() if each.state == wanted]
    found.sort(key=lambda each: (each.listed_at, each.number), reverse=True)
    return asked.page([_with_parts(house, each, asked) for each in found])


def by_ids(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    wanted, known = asked.numbers("listing_ids"), stall(house, written, asked.shop)
    found = [known[number] for number in wanted if number in known]
    return {"count": len(found), "results": [_with_parts(house, each, asked) for each in found]}


def one(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    return _with_parts(house, find(house, written, asked), asked)


def get_inventory(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    found, wanted = find(house, written, asked), asked.query.get("includes") or ""
    if wanted not in ("", "Listing"):
        raise wrong("Invalid value for includes. It must be Listing")
    return {**inventory(found, asked), **({"listing": _bare(house, found, asked)} if wanted else {})}


def find(house: House, written: Written, asked: Asked) -> Stalled:
    found = stall(house, written, asked.shop).get(asked.path["listing_id"])
    if found is None:
        raise unknown(f"a Listing with listing_id = {asked.path['listing_id']}")
    return found


def change(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """Of a listing's text only its state is of this world: on sale or off."""
    found, state = find(house, written, asked), asked.form.get("state")
    if asked.json is not None or state not in ("active", "inactive"):
        raise wrong("state must be active or inactive, in a body that is application/x-www-form-urlencoded")
    if state == "active" and found.state in ("sold_out", "expired"):
        raise wrong("This world does not renew listings, for that costs a fee")
    written.set_state(found.number, state)
    return _bare(house, find(house, written, asked), asked)


def inventory(found: Stalled, asked: Asked) -> dict[str, Any]:
    by = [ids.GLAZE] if len(found.products) > 1 else []
    has_profiles = asked.truth("legacy") is False
    return {
        "products": [_product(each, asked.shop, bool(by), has_profiles) for each in found.products],
        "price_on_property": by, "quantity_on_property": by, "sku_on_property": by, "readiness_state_on_property": [],
    }


def _product(product: Product, shop: str, has_variations: bool, has_profiles: bool) -> dict[str, Any]:
    glaze = {
        "property_id": ids.GLAZE, "property_name": "Glaze", "scale_id": None, "scale_name": None,
        "value_ids": [product.listing.product.number + 1], "values": [ids.sort_word(product.listing)],
    }
    offering = {
        "offering_id": ids.offering_id(product.listing), "quantity": product.quantity, "is_enabled": product.is_enabled,
        "is_deleted": False, "price": ids.money(product.price_minor, shop), "readiness_state_id": PROFILE if has_profiles else None,
    }
    return {
        "product_id": ids.product_id(product.listing), "sku": product.listing.sku, "is_deleted": False, "offerings": [offering],
        "property_values": [glaze] if has_variations else [],
    }


def _body(house: House, found: Stalled, asked: Asked) -> dict[str, Any]:
    renewals = (house.world.origin - found.listed_at) // FOUR_MONTHS
    created, shop = found.listed_at + renewals * FOUR_MONTHS, asked.shop
    return {
        "listing_id": found.number, "user_id": ids.user_id(shop), "shop_id": ids.shop_id(shop), "title": found.title,
        "description": "Thrown and fired by hand.", "state": found.state, "creation_timestamp": ids.seconds(created),
        "created_timestamp": ids.seconds(created), "ending_timestamp": ids.seconds(created + FOUR_MONTHS),
        "original_creation_timestamp": ids.seconds(found.listed_at), "last_modified_timestamp": ids.seconds(found.changed_at),
        "updated_timestamp": ids.seconds(found.changed_at), "state_timestamp": None, "quantity": found.quantity, "shop_section_id": None,
        "featured_rank": -1, "url": f"https://www.etsy.example/listing/{found.number}", "num_favorers": 3, "non_taxable": False,
        "is_taxable": True, "is_customizable": False, "is_personalizable": False, "listing_type": "physical", "tags": ["stoneware"],
        "materials": ["clay"], "shipping_profile_id": None, "return_policy_id": None, "processing_min": 1, "processing_max": 3,
        "who_made": "i_did", "when_made": "made_to_order", "is_supply": False, "item_weight": None, "item_weight_unit": None,
        "is_private": False, "style": [], "file_data": "", "has_variations": len(found.products) > 1, "should_auto_renew": True,
        "language": "en", "price": ids.money(min(each.price_minor for each in found.products), shop), "taxonomy_id": 1633,
        "readiness_state_id": None, "skus": [each.listing.sku for each in found.products], "views": 12,
    }


def _bare(house: House, found: Stalled, asked: Asked) -> dict[str, Any]:
    return {name: value for name, value in _body(house, found, asked).items() if name not in NOT_INSIDE}


def _with_parts(house: House, found: Stalled, asked: Asked) -> dict[str, Any]:
    """A listing with what ``includes`` asks for; of that this world has the inventory."""
    wanted = [name for name in (asked.query.get("includes") or "").split(",") if name]
    if any(name not in INCLUDES for name in wanted):
        raise wrong(f"Invalid value for includes. It must be among {', '.join(INCLUDES)}")
    return {**_body(house, found, asked), **({"inventory": inventory(found, asked)} if "Inventory" in wanted else {})}
