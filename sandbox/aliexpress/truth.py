"""What a perfect reader of AliExpress would store, stated from the world (never from the answers), by canonical table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.aliexpress import answer_goods, answer_service, ids
from sandbox.aliexpress.truth_orders import ORDER_TRUTH
from sandbox.aliexpress.written import Written
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world import SITES
from sandbox.world.snapshot import ReturnState

Row = Mapping[str, object]
_PRODUCT = {"onSelling": "active", "auditing": "pending", "editingRequired": "suppressed"}
_KIND = {
    "DEFECTIVE": "not_as_described", "NOT_AS_DESCRIBED": "not_as_described", "ARRIVED_LATE": "not_received", "CHANGED_MIND": "cancelled",
}
_DISPUTE = {"requested": "open", "approved": "open", "cancelled": "withdrawn", "rejected": "closed", "refunded": "closed"}
_RETURN = {"requested": "requested", "approved": "requested", "cancelled": "cancelled", "rejected": "closed", "refunded": "refunded"}
_RAW = {"requested": "processing", "approved": "processing", "cancelled": "canceled_issue", "rejected": "finish", "refunded": "finish"}


def listings(house: House, written: Written, shop: str) -> Iterator[Row]:
    for number, skus in answer_goods.products(house, shop).items():
        word, why_off = answer_goods.product_status(skus)
        listed = min(listing.listed_at for listing in skus)
        status = _PRODUCT.get(word) or ("suppressed" if why_off == "violate_offline" else "inactive")
        changed = ids.told_version(answer_goods.changed_at(written, skus), house.clock.now())
        for listing in skus:
            price, discount = answer_goods.prices(written, listing)
            yield {
                "site": listing.site, "listing_id": f"{number}:{ids.sku_id(listing)}", "product_id": str(number), "sku": listing.sku,
                "title": answer_goods.title(skus[0]), "status": status, "status_raw": ",".join(filter(None, sorted((word, why_off)))),
                "fulfilled_by": "seller", "currency": SITES[listing.site].currency, "price_minor": price if discount is None else discount,
                "listed_at": iso(ids.told(listed)), "listed_date": ids.day(listed), "source_updated_at": iso(changed),
            }


def inventory(house: House, written: Written, shop: str) -> Iterator[Row]:
    for skus in answer_goods.products(house, shop).values():
        for listing in skus:
            yield {
                "site": listing.site, "sku": listing.sku, "location": "DEFAULT", "fulfilled_by": "seller", "reserved_quantity": None,
                "sellable_quantity": house.stock.quantity(shop, listing.site, listing.sku), "inbound_quantity": None,
            }


def disputes(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in house.snapshot.returns[shop]:
        refund = _refund(seen)
        yield {
            "dispute_id": str(ids.issue_id(seen.request)), "order_id": str(ids.order_id(seen.order)), "payment_id": None,
            "kind": _KIND.get(seen.request.reason, "other"), "kind_raw": answer_service.REASONS[seen.request.reason],
            "status": _DISPUTE[seen.status], "status_raw": _RAW[seen.status], "currency": refund["currency"],
            "amount_minor": refund["refund_minor"], "opened_at": iso(ids.told(seen.requested_at)),
            "opened_date": ids.day(seen.requested_at), "respond_by_at": None,
            "source_updated_at": iso(ids.told_version(seen.updated_at, house.clock.now())),
        }


def returns(house: House, written: Written, shop: str) -> Iterator[Row]:
    for seen in house.snapshot.returns[shop]:
        line, child = seen.order.lines[seen.request.line], str(ids.child_id(seen.order, seen.request.line))
        raw = [_RAW[seen.status], *(["refund_ok"] if seen.status == "refunded" else [])]
        yield {
            "return_id": str(ids.issue_id(seen.request)), "return_line_id": child, "order_id": str(ids.order_id(seen.order)),
            "line_id": child, "sku": line.listing.sku, "kind": "refund_only", "status": _RETURN[seen.status], "status_raw": ",".join(raw),
            "quantity": line.quantity, "reason": answer_service.REASONS[seen.request.reason], **_refund(seen),
            "requested_at": iso(ids.told(seen.requested_at)), "requested_date": ids.day(seen.requested_at),
            "source_updated_at": iso(ids.told_version(seen.updated_at, house.clock.now())),
        }


def _refund(seen: ReturnState) -> dict[str, object]:
    """Money is shown once it is refunded."""
    if seen.status != "refunded":
        return {"currency": None, "refund_minor": None}
    return {"currency": SITES[seen.order.site].currency, "refund_minor": seen.request.refund_minor}


def reviews(house: House, written: Written, shop: str) -> Iterator[Row]:
    for order, review, reply, added, changed in answer_service.evaluations_of(house, shop):
        yield {
            "review_id": str(ids.child_id(order, review.line)), "kind": "product", "rating": review.rating, "verdict": None, "reply": reply,
            "product_id": str(ids.product_id(order.lines[review.line].listing)), "order_id": str(ids.order_id(order)),
            "text": f"{review.text}\n{added.text}" if added else review.text, "reviewed_at": iso(ids.told(review.at)),
            "reviewed_date": ids.day(review.at), "source_updated_at": iso(ids.told_version(changed, house.clock.now())),
        }


def seller_accounts(house: House, written: Written, shop: str) -> Iterator[Row]:
    yield {
        "account_id": str(ids.shop_id(shop)), "status": "verified", "status_raw": "official,posting allowed", "kind": None, "country": "CN",
        "rating_count": None, "rating_percent": None, "opened_at": None,
    }


TRUTH: Mapping[str, Callable[[House, Written, str], Iterator[Row]]] = {
    **ORDER_TRUTH, "listings": listings, "inventory": inventory, "disputes": disputes, "returns": returns, "reviews": reviews,
    "seller_accounts": seller_accounts,
}
