"""What a perfect reader of eBay would store, stated from the world (never from the answers), by canonical table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sandbox.clock import iso
from sandbox.ebay import answer_money, answer_service, ids
from sandbox.ebay.answer_money import Booking
from sandbox.ebay.goods import Goods
from sandbox.ebay.truth_orders import ORDER_TRUTH
from sandbox.ebay.written import Written
from sandbox.market import House
from sandbox.world import SITES, ZONES
from sandbox.world.model import Listing

Row = Mapping[str, object]
_OFFER_STATUS = {
    "active": ("active", "ACTIVE,PUBLISHED"), "inactive": ("inactive", "ENDED,PUBLISHED"),
    "suppressed": ("suppressed", "EBAY_ENDED,PUBLISHED"), "pending": ("inactive", "UNPUBLISHED"),
}
_RETURN_STATUS = {"requested": "requested", "approved": "approved", "refunded": "refunded", "rejected": "rejected", "cancelled": "closed"}
_RETURN_RAW = {
    "requested": "INITIAL,RETURN_REQUESTED", "approved": "ITEM_READY_TO_SHIP,READY_FOR_SHIPPING", "refunded": "CLOSED",
    "cancelled": "CLOSED", "rejected": "RETURN_REJECTED",
}
_ENTRY = {"sale": "sale", "refund": "refund", "service_fee": "fee", "adjustment": "adjustment"}
_PAYOUT = {"INITIATED": "pending", "SUCCEEDED": "paid", "TERMINAL_FAILED": "failed"}


def truth_of(table: str, house: House, written: Written, goods: Goods, shop: str) -> Iterator[Row]:
    if table in ORDER_TRUTH:
        yield from ORDER_TRUTH[table](house, written, shop)
    elif table in _GOODS:
        yield from _GOODS[table](goods, shop)
    elif table in _REST:
        yield from _REST[table](house, written, shop)


def home_day(shop: str, at: datetime) -> str:
    """Money, requests and feedback are the account's, not a site's: their days are its home's."""
    return at.astimezone(ZONES[ids.home(shop)]).date().isoformat()


def _shown(goods: Goods, shop: str) -> list[Listing]:
    return [listing for listing in goods.in_inventory(shop) if goods.status(listing) != "deleted"]


def listings(goods: Goods, shop: str) -> Iterator[Row]:
    for listing in _shown(goods, shop):
        status, raw = _OFFER_STATUS[goods.status(listing)]
        if goods.status(listing) == "active" and not goods.quantity(listing):
            raw = "OUT_OF_STOCK,PUBLISHED"
        number = goods.item_id(listing) if goods.status(listing) != "pending" else None
        whole = f"{number}/{listing.sku}" if ids.is_variation(listing) else number or f"offer-{ids.offer_id(listing)}"
        yield _listing(goods, listing, whole, number, listing.sku, status, raw, listing.product.titles[SITES[listing.site].language])
    for listing in goods.elsewhere(shop):
        number = ids.item_id(listing)
        sku = ids.sku(listing) or number
        whole = f"{number}/{sku}" if ids.is_variation(listing) else number
        yield _listing(goods, listing, whole, number, sku, "active", "ACTIVE", None)


def _listing(goods: Goods, listing: Listing, whole: str, number: str | None, sku: str, status: str, raw: str, title: str | None) -> Row:
    return {
        "site": listing.site, "listing_id": whole, "product_id": number, "sku": sku, "title": title, "status": status, "status_raw": raw,
        "fulfilled_by": "seller", "currency": SITES[listing.site].currency, "price_minor": goods.price(listing), "listed_at": None,
        "listed_date": None,
    }


def inventory(goods: Goods, shop: str) -> Iterator[Row]:
    for listing in (*_shown(goods, shop), *goods.elsewhere(shop)):
        yield {
            "site": listing.site, "sku": ids.sku(listing) or ids.item_id(listing), "location": "DEFAULT", "fulfilled_by": "seller",
            "sellable_quantity": goods.quantity(listing), "reserved_quantity": None, "inbound_quantity": None,
        }


def returns(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in house.snapshot.returns[shop]:
        request, order = seen.request, seen.order
        line = ids.line_id(order, request.line)
        yield {
            "return_id": ids.return_id(request), "return_line_id": line, "order_id": ids.order_id(order), "line_id": line, "sku": None,
            "kind": "return", "status": _RETURN_STATUS[seen.status], "status_raw": _RETURN_RAW[seen.status], "quantity": request.quantity,
            "reason": answer_service.REASON_WORDS[request.reason], "currency": SITES[order.site].currency,
            "refund_minor": request.refund_minor, "requested_at": iso(seen.requested_at),
            "requested_date": home_day(shop, seen.requested_at),
        }
    for each in answer_service.cancellations(house, written, shop):
        for place, line in enumerate(each.lines):
            number = ids.line_id(each.seen.order, line.line.index)
            is_paid = each.refund is not None
            yield {
                "return_id": f"cancel/{each.number}", "return_line_id": number, "order_id": ids.order_id(each.seen.order),
                "line_id": number, "sku": None, "kind": "cancel", "status": "refunded" if is_paid else "closed",
                "status_raw": f"{'CANCEL_CLOSED_WITH_REFUND' if is_paid else 'CANCEL_CLOSED_NO_REFUND'},CLOSED",
                "quantity": line.line.quantity, "reason": "BUYER_CANCEL_ORDER",
                "currency": SITES[each.seen.order.site].currency if is_paid else None, "refund_minor": None if place else each.refund,
                "requested_at": iso(each.at), "requested_date": home_day(shop, each.at),
            }


def ledger_entries(house: House, written: Written, shop: str) -> Iterator[Row]:
    for posting in house.snapshot.postings[shop]:
        booking = Booking(posting)
        whole = f"{booking.type}/{booking.number}"
        service = " OTHER_FEES" if posting.kind == "service_fee" else ""
        parts = [("amount", _ENTRY[posting.kind], f"{booking.type}{service}", booking.gross)]
        fees = enumerate(answer_money.fee_parts(booking), 1)
        parts += [(f"fee{nth}", "fee", f"{booking.type} {name}", value) for nth, (name, value) in fees]
        is_free, payout = posting.released_at < house.snapshot.at, answer_money.payout_of(house, posting)
        for place, kind, raw, value in parts:
            yield {
                "entry_id": f"{whole}/{place}", "transaction_id": whole, "order_id": ids.order_id(posting.order) if posting.order else None,
                "line_id": ids.line_id(posting.order, posting.line) if posting.order else None, "sku": None, "kind": kind, "kind_raw": raw,
                "status": "released" if is_free else "deferred",
                "currency": SITES[posting.site].currency, "amount_minor": value, "posted_at": iso(posting.at),
                "posted_date": home_day(shop, posting.at), "payout_id": payout,
            }


def payouts(house: House, written: Written, shop: str) -> Iterator[Row]:
    for payout, minor in answer_money.payouts(house, shop):
        word = answer_money.payout_status(house, payout)
        yield {
            "payout_id": str(payout.number), "status": _PAYOUT[word], "status_raw": word, "currency": SITES[payout.site].currency,
            "amount_minor": minor, "initiated_at": iso(payout.ends_at), "initiated_date": home_day(shop, payout.ends_at),
        }


def reviews(house: House, written: Written, shop: str) -> Iterator[Row]:
    verdicts = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}
    for seen in answer_service.feedback(house, shop):
        review = seen.review
        yield {
            "review_id": ids.feedback_id(review), "kind": "seller", "product_id": ids.item_id(seen.order.lines[review.line].listing),
            "order_id": None, "rating": None, "verdict": verdicts[review.rating], "text": review.text, "reply": seen.reply,
            "reviewed_at": iso(review.at), "reviewed_date": home_day(shop, review.at),
        }


def seller_accounts(house: House, written: Written, shop: str) -> Iterator[Row]:
    counts = answer_service.rating_counts(house, shop)
    sided = counts["POSITIVE"] + counts["NEGATIVE"]
    percent = str((Decimal(100 * counts["POSITIVE"]) / sided).quantize(Decimal("0.01"))) if sided else None
    yield {
        "account_id": ids.user_id(shop), "status": "verified", "status_raw": "CONFIRMED,SELLER_REGISTERED",
        "kind": answer_service.account_type(shop).lower(), "country": ids.home(shop), "rating_count": sum(counts.values()),
        "rating_percent": percent, "opened_at": None,
    }


_GOODS: Mapping[str, Callable[[Goods, str], Iterator[Row]]] = {"listings": listings, "inventory": inventory}
_REST: Mapping[str, Callable[[House, Written, str], Iterator[Row]]] = {
    "returns": returns, "ledger_entries": ledger_entries, "payouts": payouts, "reviews": reviews, "seller_accounts": seller_accounts,
}
