"""What a perfect reader of Lazada would store, stated from the world (never from the answers), by canonical table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.clock import iso
from sandbox.lazada import answer_goods, answer_money, answer_service, ids
from sandbox.lazada.truth_orders import ORDER_TRUTH, day
from sandbox.market import House
from sandbox.world import SITES

Row = Mapping[str, object]
_LISTING_STATUS = {
    "Active": "active", "InActive": "inactive", "Suspended": "suppressed", "Pending QC": "pending", "Deleted": "deleted",
}
_REQUEST_STATUS = {
    "requested": "requested", "approved": "requested", "rejected": "rejected", "cancelled": "cancelled",
    "refunded": "refunded",
}
_KINDS = {"13": "sale", "14": "refund", "3": "fee", "15": "fee", "16": "fee", "7": "shipping", "8": "shipping"}


def listings(house: House, shop: str) -> Iterator[Row]:
    for site in _sites(house, shop):
        for item, group in answer_goods.variants(house, shop, site).items():
            product = answer_goods.product_status(group)
            for listing in group:
                own = "active" if listing.status == "active" else "inactive"
                yield {
                    "site": site, "listing_id": str(ids.sku_id(listing)), "product_id": str(item), "sku": listing.sku,
                    "title": ids.title(group[0]), "status": own if product == "Active" else _LISTING_STATUS[product],
                    "status_raw": ",".join(sorted({product, own})), "fulfilled_by": "seller", "currency": SITES[site].currency,
                    "price_minor": answer_goods.price_now(house, listing), "listed_at": iso(min(each.listed_at for each in group)),
                    "listed_date": day(min(each.listed_at for each in group), site),
                    "source_updated_at": iso(max(each.changed_at for each in group)),
                }


def inventory(house: House, shop: str) -> Iterator[Row]:
    withheld, occupied = answer_goods.units_held(house.snapshot, shop)
    for listing in house.world.listings_of(shop):
        key = (listing.site, listing.sku)
        has_place = answer_goods.has_warehouses(listing)
        yield {
            "site": listing.site, "sku": listing.sku, "location": "dropshipping" if has_place else "DEFAULT", "fulfilled_by": "seller",
            "sellable_quantity": house.stock.quantity(shop, *key),
            "reserved_quantity": withheld[key] + occupied[key] if has_place else None, "inbound_quantity": None,
        }


def returns(house: House, shop: str) -> Iterator[Row]:
    for seen in house.snapshot.returns[shop]:
        request, site = seen.request, seen.order.site
        yield {
            "return_id": str(ids.request_id_of(request)), "return_line_id": str(ids.request_line_id(request)),
            "order_id": str(ids.order_id(seen.order)), "line_id": str(ids.item_line_id(seen.order, request.line)),
            "sku": seen.order.lines[request.line].listing.sku, "kind": request.kind, "status": _REQUEST_STATUS[seen.status],
            "status_raw": answer_service.reverse_status(seen), "quantity": 1, "reason": answer_service.REASON_TEXT[request.reason],
            "currency": SITES[site].currency, "refund_minor": request.refund_minor, "requested_at": iso(seen.requested_at),
            "requested_date": day(seen.requested_at, site), "source_updated_at": iso(seen.updated_at),
        }


def ledger_entries(house: House, shop: str) -> Iterator[Row]:
    for posting in house.snapshot.postings[shop]:
        booked = ids.local(posting.at, posting.site).replace(hour=0, minute=0, second=0)
        line = posting.order.lines[posting.line] if posting.order else None
        line_id = str(ids.item_line_id(posting.order, posting.line)) if line else None
        for place, (what, value) in enumerate(posting.amounts):
            fee, name, kind = answer_money.FEES[posting.kind, what]
            number = answer_money.transaction_number(posting, place)
            yield {
                "entry_id": f"{number}/{fee}/{line_id or ''}", "transaction_id": number,
                "order_id": str(ids.order_id(posting.order)) if line else None, "line_id": line_id,
                "sku": line.listing.sku if line else None,
                "kind": _KINDS.get(fee, "other"), "kind_raw": f"{fee} {name} ({kind})",
                "status": "released" if answer_money.is_paid(house, posting) else "deferred", "currency": SITES[posting.site].currency,
                "amount_minor": value, "posted_at": iso(booked), "posted_date": booked.date().isoformat(),
                "payout_id": answer_money.statement_text(posting),
            }


def payouts(house: House, shop: str) -> Iterator[Row]:
    for payout in house.snapshot.payouts[shop]:
        is_paid = answer_money.paid_out(house, payout)
        yield {
            "payout_id": answer_money.statement_number(payout), "status": "paid" if is_paid else "pending", "status_raw": str(int(is_paid)),
            "currency": SITES[payout.site].currency, "amount_minor": payout.amount_minor, "initiated_at": iso(payout.ends_at),
            "initiated_date": day(payout.ends_at, payout.site), "source_updated_at": iso(payout.paid_at if is_paid else payout.ends_at),
        }


def reviews(house: House, shop: str) -> Iterator[Row]:
    for seen in house.snapshot.reviews[shop]:
        review = seen.review
        yield {
            "review_id": str(ids.review_id(review)), "kind": review.kind,
            "product_id": str(ids.item_id(seen.order.lines[review.line].listing)), "order_id": str(ids.order_id(seen.order)),
            "rating": review.rating, "text": review.text, "reply": seen.reply, "reviewed_at": iso(review.at),
            "reviewed_date": day(review.at, seen.order.site),
        }


def _sites(house: House, shop: str) -> list[str]:
    return sorted({listing.site for listing in house.world.listings_of(shop)})


TRUTH: Mapping[str, Callable[[House, str], Iterator[Row]]] = {
    **ORDER_TRUTH, "listings": listings, "inventory": inventory, "returns": returns, "ledger_entries": ledger_entries, "payouts": payouts,
    "reviews": reviews,
}
