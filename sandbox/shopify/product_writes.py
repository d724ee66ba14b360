"""productSet and productUpdate: new products (one variant each, and no more than that here) and products' words."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.shopify import ids
from sandbox.shopify.roots import Root
from sandbox.world import SITES
from sandbox.world.model import Listing

LONGEST = 255


class ProductWrites:
    def __init__(self, root: Root) -> None:
        self._root, self._shelf = root, root.shelf

    def set(self, info: Any, input: dict[str, Any], identifier: dict[str, Any] | None = None, synchronous: bool = True) -> dict[str, Any]:
        """An upsert by handle. A product of several variants cannot be set here: the real one would delete those it is not told of."""
        handle = (identifier or {}).get("handle")
        if not handle or set(identifier or {}) != {"handle"} or not synchronous:
            return _refused("INVALID_INPUT", ["identifier"], "This store sets products by their handle, synchronously.")
        if input.get("handle") not in (None, handle):
            return _refused("INPUT_MISMATCH", ["identifier"], "The identifier value does not match the value of the corresponding field.")
        trouble = self._trouble(input)
        if trouble:
            return _refused(*trouble)
        variant = input["variants"][0]
        price, sku = variant.get("price"), variant.get("sku") or ""
        found = self._shelf.told.at_handle(self._shelf.shop, handle)
        if found is None:
            found = self._shelf.told.make(self._shelf.shop, handle, sku, input["title"], minor_of(price or "0", self._shelf.site) or 0)
            self._say(ids.product_id(found), {"status": "ACTIVE", **input})
        else:
            self._say(ids.product_id(found), input)
            if price is not None:
                self._shelf.told.set_price(found, minor_of(price, self._shelf.site) or 0)
        return {"product": self._root.goods.product(ids.product_id(found)), "userErrors": []}

    def _trouble(self, input: dict[str, Any]) -> tuple[str, list[str], str] | None:
        variants = input.get("variants") or []
        if not _is_title(input.get("title")):
            return "INVALID_INPUT", ["input", "title"], "Title can't be blank"
        options = {(option.get("name"), value.get("name")) for option in input.get("productOptions") or () for value in option["values"]}
        if len(variants) != 1 or len(options) != 1:
            return "INVALID_VARIANT", ["input", "variants"], "This store makes products of one variant."
        if {(each.get("optionName"), each.get("name")) for each in variants[0]["optionValues"]} != options:
            return "OPTION_VALUES_MISSING", ["input", "variants", "0", "optionValues"], "Option values are missing."
        if "price" in variants[0] and minor_of(variants[0]["price"], self._shelf.site) is None:
            return "INVALID_VARIANT", ["input", "variants", "0", "price"], "Price must be greater than or equal to 0"
        return None

    def update(self, info: Any, product: dict[str, Any] | None = None) -> dict[str, Any]:
        number = int((product or {}).get("id", "0").rpartition("/")[2] or 0)
        variants: list[Listing] = self._root.goods.products().get(number, [])
        if not variants:
            return {"product": None, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]}
        if "title" in product and not _is_title(product["title"]):
            return {"product": None, "userErrors": [{"field": ["title"], "message": "Title can't be blank"}]}
        self._say(number, product)
        return {"product": self._root.goods.product(number), "userErrors": []}

    def _say(self, number: int, told: dict[str, Any]) -> None:
        names = {"title": "title", "descriptionHtml": "description", "status": "status"}
        self._shelf.told.say(number, **{ours: told[theirs] for theirs, ours in names.items() if told.get(theirs) is not None})


def minor_of(price: Any, site: str) -> int | None:
    """An amount in minor units of the site's currency; None for what is none, or below zero."""
    try:
        scaled = Decimal(str(price)).scaleb(SITES[site].decimals)
    except InvalidOperation:
        return None
    return int(scaled) if scaled >= 0 else None


def _is_title(title: Any) -> bool:
    return isinstance(title, str) and 0 < len(title.strip()) <= LONGEST


def _refused(code: str, field: list[str], message: str) -> dict[str, Any]:
    return {"product": None, "userErrors": [{"code": code, "field": field, "message": message}]}
