"""Reviews → ``reviews``; the shop's own page → ``seller_accounts``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.etsy.values import blanked, either, gather, moments
from connectors.flatten import Flattener
from connectors.frames import Draft
from transforms.sites import site
from transforms.tables import REVIEWS, SELLER_ACCOUNTS

REVIEW = Flattener(
    {
        "id": "transaction_id", "listing": "listing_id", "rating": "rating", "text": "review", "created": "created_timestamp",
        "create": "create_timestamp", "updated": "updated_timestamp", "update": "update_timestamp",
    }
)
ACCOUNT = Flattener(
    {
        "id": "shop_id", "is_vacation": "is_vacation", "is_onboarded": "is_etsy_payments_onboarded", "country": "shop_location_country_iso",
        "ships_from": "shipping_from_country_iso", "reviews": "review_count", "average": "review_average", "created": "created_timestamp",
        "create": "create_date",
    }
)
BEST_RATING = 5


def map_reviews(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """A review has no number of its own: the transaction has one review, which the buyer may edit."""
    found = gather(pages, "reviews")
    reviews = Draft(REVIEWS, shop, found)
    raw = REVIEW(found.values, reviews.faults)
    reviews.text("review_id", raw["id"])
    reviews.constant("kind", "product")
    reviews.text("product_id", raw["listing"])
    reviews.text("line_id", raw["id"])
    reviews.integer("rating", raw["rating"])
    reviews.text("text", blanked(raw["text"]))
    moments(reviews, "reviewed_at", either(raw["created"], raw["create"]))
    reviews.day("reviewed_date", "reviewed_at", [site(shop.sites[0]).zone] * reviews.size)
    moments(reviews, "source_updated_at", either(raw["updated"], raw["update"], raw["created"]))
    return {"reviews": reviews.frame()}


def map_account(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    """A shop on vacation takes no orders; one that cannot be paid by Etsy yet is not ready to sell."""
    found = gather(pages, "shop")
    accounts = Draft(SELLER_ACCOUNTS, shop, found)
    raw = ACCOUNT(found.values, accounts.faults)
    accounts.text("account_id", raw["id"])
    flags = list(zip(raw["is_vacation"], raw["is_onboarded"], strict=True))
    accounts.text("status", [_status(*pair) for pair in flags])
    accounts.text("status_raw", [_raw(*pair) for pair in flags])
    accounts.text("country", either(blanked(raw["country"]), blanked(raw["ships_from"])))
    accounts.integer("rating_count", raw["reviews"])
    accounts.put("rating_percent", _percents(accounts, raw["average"]))
    moments(accounts, "opened_at", either(raw["created"], raw["create"]))
    return {"seller_accounts": accounts.frame()}


def _status(is_vacation: Any, is_onboarded: Any) -> str | None:
    if not isinstance(is_vacation, bool):
        return None
    return "on_holiday" if is_vacation else "pending" if is_onboarded is False else "verified"


def _raw(is_vacation: Any, is_onboarded: Any) -> str:
    words = {"is_etsy_payments_onboarded": is_onboarded, "is_vacation": is_vacation}
    return ",".join(word for word, value in words.items() if value is True) or "none of is_etsy_payments_onboarded, is_vacation"


def _percents(accounts: Draft, averages: Sequence[Any]) -> pa.Array:
    """``4.7`` of five is 94 per cent, exact."""
    found: list[Decimal | None] = [None] * len(averages)
    for row, average in enumerate(averages):
        try:
            found[row] = None if average is None else (Decimal(str(average)) * 100 / BEST_RATING).quantize(Decimal("1.00000000"))
        except InvalidOperation:
            accounts.faults.add_value(row, "rating_percent", average, "is not an average")
    return pa.array(found, SELLER_ACCOUNTS.by_name["rating_percent"].kind.arrow)
