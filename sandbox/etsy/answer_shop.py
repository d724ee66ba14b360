"""The shop's own page, the user behind the token, reviews, carriers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.etsy import ids
from sandbox.etsy.answer_receipts import LARGE
from sandbox.etsy.asked import Asked
from sandbox.etsy.stall import stall
from sandbox.etsy.written import Written
from sandbox.market import House
from sandbox.world import SHOPS
from sandbox.world.model import Order


@dataclass(frozen=True)
class Said:
    """A transaction's only review: what the buyer wrote, or made of it later."""

    order: Order
    line: int
    rating: int
    text: str
    at: datetime
    changed_at: datetime


def said(house: House, shop: str) -> list[Said]:
    """Reviews, oldest first. A second word on the same article is an edit of the first."""
    found: dict[tuple[int, int], Said] = {}
    for seen in house.snapshot.reviews[shop]:
        review, key = seen.review, (seen.order.number, seen.review.line)
        if review.kind == "product":
            found[key] = Said(seen.order, review.line, review.rating, review.text, review.at, review.at)
        elif key in found:
            found[key] = Said(seen.order, review.line, review.rating, review.text, found[key].at, review.at)
    return sorted(found.values(), key=lambda each: (each.at, each.order.number))


def opened_at(house: House, shop: str) -> datetime:
    return (house.world.origin - timedelta(days=900 + SHOPS[shop].number)).replace(microsecond=0)


def average(ratings: list[int]) -> Decimal | None:
    return round(Decimal(sum(ratings)) / len(ratings), 4) if ratings else None


def get_shop(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    shop, ratings = asked.shop, [each.rating for each in said(house, asked.shop)]
    opened, mean = ids.seconds(opened_at(house, shop)), average(ratings)
    return {
        "shop_id": ids.shop_id(shop), "user_id": ids.user_id(shop), "shop_name": "KilnAndAsh", "create_date": opened,
        "created_timestamp": opened, "title": "Stoneware", "announcement": None, "currency_code": ids.currency(shop), "is_vacation": False,
        "vacation_message": None, "sale_message": None, "digital_sale_message": None, "update_date": opened, "updated_timestamp": opened,
        "listing_active_count": sum(each.state == "active" for each in stall(house, written, shop).values()), "digital_listing_count": 0,
        "login_name": "kilnandash", "accepts_custom_requests": False, "url": "https://www.etsy.example/shop/KilnAndAsh", "num_favorers": 40,
        "languages": ["en-US"], "is_using_structured_policies": True, "is_direct_checkout_onboarded": True,
        "is_etsy_payments_onboarded": True, "is_shop_us_based": True, "transaction_sold_count": len(house.snapshot.orders(shop)),
        "shipping_from_country_iso": ids.site(shop), "shop_location_country_iso": ids.site(shop), "review_count": len(ratings),
        "review_average": None if mean is None else float(mean),
    }


def get_me(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    return {"user_id": ids.user_id(asked.shop), "shop_id": ids.shop_id(asked.shop)}


def get_reviews(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    start, end = asked.moment("min_created"), asked.moment("max_created")
    found = [
        each for each in said(house, asked.shop)
        if (start is None or start <= ids.seconds(each.at)) and (end is None or ids.seconds(each.at) <= end)
    ]
    return asked.page([_review(each, asked.shop) for each in reversed(found)])


def _review(each: Said, shop: str) -> dict[str, Any]:
    """Some buyers do not want to be named."""
    buyer = {} if each.order.number // 7 % 4 == 0 else {"buyer_user_id": each.order.buyer.number}
    return {
        "shop_id": ids.shop_id(shop), "listing_id": ids.listing_id(each.order.lines[each.line].listing),
        "transaction_id": ids.transaction_id(each.order, each.line), **buyer, "rating": each.rating, "review": each.text, "language": "en",
        **ids.twins("create", each.at), **ids.twins("update", each.changed_at),
    }


def get_carriers(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    asked.word("origin_country_iso", (ids.site(asked.shop),), "")
    names = [name for name in LARGE if name != "other"]
    results = [{"shipping_carrier_id": place + 1, "name": name, "domestic_classes": [], "international_classes": []}
               for place, name in enumerate(names)]
    return {"count": len(results), "results": results}


def ping(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    return {"application_id": 1}
