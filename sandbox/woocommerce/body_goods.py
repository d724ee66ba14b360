"""Products, variations and reviews as a store writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sandbox.woocommerce import ids
from sandbox.woocommerce.body_orders import Body, Desk
from sandbox.world.model import Listing
from sandbox.world.snapshot import ReviewState

PRODUCT_STATUS = {"active": "publish", "inactive": "draft", "suppressed": "private", "pending": "pending"}
VARIATION_STATUS = {"active": "publish", "inactive": "private", "suppressed": "private"}
_NO_SALE_DATES = dict.fromkeys(("date_on_sale_from", "date_on_sale_from_gmt", "date_on_sale_to", "date_on_sale_to_gmt"))


def product_body(desk: Desk, listing: Listing) -> Body:
    """An article without variations."""
    quantity = desk.stores.quantity(listing)
    prices = _prices(*desk.stores.prices(listing), desk.stores.price(listing))
    return _product(
        desk, ids.listing_id(listing), "simple", ids.title(listing), PRODUCT_STATUS[listing.status], listing.sku, prices, quantity,
        listing.listed_at, desk.stores.modified_at(listing),
    )


def parent_body(desk: Desk, variations: Sequence[Listing]) -> Body:
    """The product above some variations; it has no SKU, stock or regular price of its own."""
    first = variations[0]
    prices = {**_prices("", "", min((desk.stores.price(each) for each in variations), key=float))}
    body = _product(
        desk, ids.parent_id(first), "variable", ids.noun_and_sort(first)[0], "publish", "", prices, None,
        min(each.listed_at for each in variations), max(desk.stores.modified_at(each) for each in variations),
    )
    sorts = [ids.noun_and_sort(each)[1] for each in variations]
    sort = {"id": 0, "name": "Sort", "slug": "Sort", "position": 0, "visible": True, "variation": True, "options": sorts}
    return {**body, "attributes": [sort], "variations": [ids.listing_id(each) for each in variations], "has_options": True,
            "stock_status": "instock"}


def variation_body(desk: Desk, listing: Listing) -> Body:
    number, parent = ids.listing_id(listing), ids.parent_id(listing)
    quantity, sort = desk.stores.quantity(listing), ids.noun_and_sort(listing)[1]
    return {
        "id": number, "type": "variation", **_dates(desk, listing.listed_at, desk.stores.modified_at(listing)), "description": "",
        "permalink": f"{desk.base}/product/{parent}/?attribute_sort={number}", "sku": listing.sku, "global_unique_id": "",
        **_prices(*desk.stores.prices(listing), desk.stores.price(listing)), **_NO_SALE_DATES, "status": VARIATION_STATUS[listing.status],
        "purchasable": listing.status == "active", "virtual": False, "downloadable": False, "downloads": [], "download_limit": -1,
        "download_expiry": -1, "tax_status": "taxable", "tax_class": "parent", **_stock(quantity), "weight": _weight(listing),
        "dimensions": {"length": "", "width": "", "height": ""}, "shipping_class": "", "shipping_class_id": 0, "image": None,
        "attributes": [{"id": 0, "name": "Sort", "slug": "sort", "option": sort}], "menu_order": 0, "meta_data": [], "name": sort,
        "parent_id": parent, "_links": desk.links(f"products/{parent}/variations/{number}", f"products/{parent}/variations",
                                                  f"products/{parent}"),
    }


def review_body(desk: Desk, found: ReviewState) -> Body:
    review, line = found.review, found.order.lines[found.review.line]
    number, (product, _) = ids.review_id(review), ids.product_and_variation(line)
    face = f"http://0.gravatar.com/avatar/{hashlib.md5(str(found.order.buyer.number).encode(), usedforsecurity=False).hexdigest()}"
    return {
        "id": number, "date_created": desk.local(review.at), "date_created_gmt": ids.gmt_text(review.at), "product_id": product,
        "product_name": ids.noun_and_sort(line.listing)[0], "product_permalink": f"{desk.base}/product/{product}/",
        "status": "hold" if ids.is_held(review) else "approved", "reviewer": found.order.buyer.name,
        "reviewer_email": f"buyer{found.order.buyer.number}@mail.example", "review": f"<p>{_escaped(review.text)}</p>\n",
        "rating": review.rating, "verified": True,
        "reviewer_avatar_urls": {size: f"{face}?s={size}&d=mm&r=g" for size in ("24", "48", "96")},
        "_links": desk.links(f"products/reviews/{number}", "products/reviews", f"products/{product}"),
    }


def _product(
    desk: Desk, number: int, kind: str, name: str, status: str, sku: str, prices: Body, quantity: int | None,
    listed_at: datetime, modified_at: datetime,
) -> Body:
    slug = f"{kind}-{number}"
    return {
        "id": number, "name": name, "slug": slug, "permalink": f"{desk.base}/product/{slug}/", **_dates(desk, listed_at, modified_at),
        "type": kind, "status": status, "featured": False, "catalog_visibility": "visible", "description": "", "short_description": "",
        "sku": sku, **prices, **_NO_SALE_DATES, "purchasable": kind == "simple" and status == "publish", "total_sales": 0, "virtual": False,
        "downloadable": False, "downloads": [], "download_limit": -1, "download_expiry": -1, "external_url": "", "button_text": "",
        "tax_status": "taxable", "tax_class": "", **_stock(quantity), "sold_individually": False, "weight": "",
        "dimensions": {"length": "", "width": "", "height": ""}, "shipping_required": True, "shipping_taxable": True, "shipping_class": "",
        "shipping_class_id": 0, "reviews_allowed": True, "average_rating": "0", "rating_count": 0, "upsell_ids": [], "cross_sell_ids": [],
        "parent_id": 0, "purchase_note": "", "categories": [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}], "tags": [],
        "images": [], "attributes": [], "default_attributes": [], "variations": [], "grouped_products": [], "menu_order": 0,
        "price_html": f"<span class=\"amount\">{prices['price']}</span>", "related_ids": [], "meta_data": [], "has_options": False,
        "post_password": "", "global_unique_id": "", "permalink_template": f"{desk.base}/product/%pagename%/", "generated_slug": slug,
        "_links": desk.links(f"products/{number}", "products"),
    }


def _dates(desk: Desk, listed_at: datetime, modified_at: datetime) -> Body:
    return {
        "date_created": desk.local(listed_at), "date_created_gmt": ids.gmt_text(listed_at), "date_modified": desk.local(modified_at),
        "date_modified_gmt": ids.gmt_text(modified_at),
    }


def _prices(regular: str, sale: str, price: str) -> Body:
    return {"price": price, "regular_price": regular, "sale_price": sale, "on_sale": bool(sale) and price == sale}


def _stock(quantity: int | None) -> Body:
    return {
        "manage_stock": quantity is not None, "stock_quantity": quantity,
        "stock_status": "instock" if quantity is None or quantity > 0 else "outofstock", "backorders": "no", "backorders_allowed": False,
        "backordered": False, "low_stock_amount": None,
    }


def _weight(listing: Listing) -> str:
    return str(listing.product.weight_g / 1000)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
