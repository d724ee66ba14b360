"""Products, variants, stock, and the shop itself, as objects of the schema."""

from __future__ import annotations

from typing import Any

from sandbox.clock import instant
from sandbox.shopify import ids
from sandbox.shopify.asked import connection
from sandbox.shopify.shelf import Shelf
from sandbox.world import SHOPS, SITES, ZONES
from sandbox.world.model import Listing

Node = dict[str, Any]
SCOPES = (
    "read_all_orders", "read_orders", "write_orders", "read_products", "write_products", "read_inventory", "write_inventory",
    "read_locations",
    "read_fulfillments", "write_fulfillments", "read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders",
    "read_returns", "read_customers", "read_shopify_payments_payouts", "read_shopify_payments_accounts", "read_shopify_payments_disputes",
)


class Goods:
    """Builds the catalogue's nodes of one shop."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def products(self) -> dict[int, list[Listing]]:
        found: dict[int, list[Listing]] = {}
        for listing in self._shelf.listings():
            found.setdefault(ids.product_id(listing), []).append(listing)
        return found

    def product(self, number: int) -> Node:
        variants = self.products()[number]
        prices, first = [self._shelf.told.price(each) for each in variants], variants[0]
        words = self.words(first)
        return {
            "__typename": "Product", "id": ids.gid("Product", number), "legacyResourceId": str(number), "handle": f"product-{number}",
            "title": words["title"], "descriptionHtml": words["description"], "status": words["status"],
            "vendor": first.product.client.capitalize(),
            "productType": first.product.category, "createdAt": ids.stamp(min(each.listed_at for each in variants)),
            "updatedAt": ids.stamp(max(words["changed_at"], *(each.changed_at for each in variants))),
            "priceRangeV2": {
                name: {"amount": ids.amount(most(prices), self._shelf.currency), "currencyCode": self._shelf.currency}
                for name, most in (("minVariantPrice", min), ("maxVariantPrice", max))
            },
            "variants": connection(lambda: variants, self.variant, lambda each: (0, ids.variant_id(each))),
        }

    def words(self, listing: Listing) -> dict[str, Any]:
        """Title, description and status of an article's product, the last that were written, and when its words changed."""
        noun = ids.titles(listing.product.titles[SITES[listing.site].language])[0]
        told = self._shelf.told.words(ids.product_id(listing))
        return {
            "title": told.get("title", noun), "description": told.get("description", f"<p>{noun}</p>"),
            "status": told.get("status", ids.PRODUCT_STATUS[listing.status]),
            "changed_at": instant(told["at"]) if told else listing.changed_at,
        }

    def variant(self, listing: Listing) -> Node:
        noun, sort = self.words(listing)["title"], ids.titles(listing.product.titles[SITES[listing.site].language])[1]
        number = ids.variant_id(listing)
        return {
            "__typename": "ProductVariant", "id": ids.gid("ProductVariant", number), "legacyResourceId": str(number), "sku": listing.sku,
            "title": sort, "displayName": f"{noun} - {sort}", "barcode": None,
            "price": ids.amount(self._shelf.told.price(listing), self._shelf.currency), "compareAtPrice": None,
            "createdAt": ids.stamp(listing.listed_at), "updatedAt": ids.stamp(listing.changed_at),
            "inventoryQuantity": lambda info: sum(self._shelf.levels(listing).values()),
            "product": lambda info: self.product(ids.product_id(listing)), "inventoryItem": lambda info: self.item(listing),
        }

    def item(self, listing: Listing) -> Node:
        number = ids.item_id(listing)
        return {
            "__typename": "InventoryItem", "id": ids.gid("InventoryItem", number), "legacyResourceId": str(number), "sku": listing.sku,
            "tracked": True, "updatedAt": ids.stamp(listing.changed_at),
            "inventoryLevels": connection(
                lambda: list(self._shelf.levels(listing).items()), lambda level: self._level(listing, *level),
                lambda level: (0, ids.LOCATIONS[level[0]]),
            ),
        }

    def _level(self, listing: Listing, place: str, available: int) -> Node:
        committed = self._shelf.committed()[listing.sku] if place == "Warehouse" else 0
        known = {"available": available, "committed": committed, "on_hand": available + committed, "incoming": 0, "reserved": 0}

        def quantities(info: Any, names: list[str]) -> list[Node]:
            return [
                {
                    "__typename": "InventoryQuantity", "id": f"{ids.level_id(listing, place)}&name={name}", "name": name,
                    "quantity": known[name], "updatedAt": None,
                }
                for name in names if name in known
            ]

        return {
            "__typename": "InventoryLevel", "id": ids.level_id(listing, place), "location": self.location(place),
            "updatedAt": ids.stamp(listing.changed_at), "quantities": quantities,
        }

    def location(self, place: str) -> Node:
        number = ids.LOCATIONS[place]
        return {
            "__typename": "Location", "id": ids.gid("Location", number), "legacyResourceId": str(number), "name": place, "isActive": True,
        }

    def shop(self) -> Node:
        shop = SHOPS[self._shelf.shop]
        return {
            "__typename": "Shop", "id": ids.gid("Shop", 64_000_000 + shop.number), "name": shop.client.capitalize(),
            "myshopifyDomain": f"{ids.domain(shop.name)}.myshopify.com", "currencyCode": self._shelf.currency,
            "ianaTimezone": ZONES[self._shelf.site].key, "taxesIncluded": not SITES[self._shelf.site].tax_on_top, "setupRequired": False,
            "createdAt": ids.stamp(opened(self._shelf)),
            "shopAddress": {
                "__typename": "ShopAddress", "id": ids.gid("ShopAddress", 64_000_000 + shop.number), "countryCodeV2": self._shelf.site,
                "city": None,
            },
            "plan": {"publicDisplayName": "Basic", "partnerDevelopment": False},
        }

    def installation(self) -> Node:
        scopes = [{"handle": scope, "description": scope.replace("_", " ")} for scope in SCOPES]
        return {"__typename": "AppInstallation", "id": ids.gid("AppInstallation", 1), "accessScopes": scopes}


def opened(shelf: Shelf):
    """The shop is a little older than its oldest article."""
    return min(listing.listed_at for listing in shelf.house.world.listings_of(shelf.shop)).replace(hour=8, minute=0, second=0)
