"""What a perfect reader of Shopify would store, stated from the world (never from the answers), by canonical table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.clock import instant, iso
from sandbox.shopify import ids
from sandbox.shopify.node_goods import opened
from sandbox.shopify.shelf import Shelf, fee_of, gross_of
from sandbox.shopify.truth_orders import ORDER_TRUTH
from sandbox.shopify.truth_returns import returns
from sandbox.world import SHOPS, SITES

Row = Mapping[str, object]
_LISTING = {
    "active": ("active", "ACTIVE"), "inactive": ("inactive", "DRAFT"), "suppressed": ("inactive", "ARCHIVED"),
    "pending": ("active", "UNLISTED"),
}
_KINDS = {
    "sale": ("sale", "CHARGE"), "refund": ("refund", "REFUND"), "service_fee": ("fee", "BILLING_DEBIT"),
    "adjustment": ("adjustment", "ADJUSTMENT"),
}
_PAYOUT = {"PAID": "paid", "FAILED": "failed", "SCHEDULED": "pending", "IN_TRANSIT": "pending"}
_CASE = {"NEEDS_RESPONSE": "waiting_for_seller", "UNDER_REVIEW": "under_review", "WON": "won", "LOST": "lost"}
_CLAIM = {
    "PRODUCT_NOT_RECEIVED": "not_received", "FRAUDULENT": "unauthorised", "PRODUCT_UNACCEPTABLE": "not_as_described",
    "CREDIT_NOT_PROCESSED": "credit_not_processed", "GENERAL": "other",
}


def listings(shelf: Shelf) -> Iterator[Row]:
    siblings: dict[int, list] = {}
    for listing in shelf.listings():
        siblings.setdefault(ids.product_id(listing), []).append(listing)
    for listing in shelf.listings():
        number = ids.product_id(listing)
        noun, _, sort = listing.product.titles[SITES[listing.site].language].rpartition(", ")
        told = shelf.told.words(number)
        raw = told.get("status", _LISTING[listing.status][1])
        status, noun = ("active" if raw in ("ACTIVE", "UNLISTED") else "inactive"), told.get("title", noun)
        yield {
            "site": listing.site, "listing_id": str(ids.variant_id(listing)), "product_id": str(number), "sku": listing.sku,
            "title": f"{noun} - {sort}", "status": status, "status_raw": raw, "fulfilled_by": "seller", "currency": shelf.currency,
            "price_minor": shelf.told.price(listing), "listed_at": iso(listing.listed_at),
            "listed_date": ids.day(listing.listed_at, listing.site),
            "source_updated_at": iso(max([*([instant(told["at"])] if told else []), *(each.changed_at for each in siblings[number])])),
        }


def inventory(shelf: Shelf) -> Iterator[Row]:
    waiting = shelf.committed()
    for listing in shelf.listings():
        for place, units in shelf.levels(listing).items():
            yield {
                "site": listing.site, "sku": listing.sku, "location": str(ids.LOCATIONS[place]), "fulfilled_by": "seller",
                "sellable_quantity": units, "reserved_quantity": waiting[listing.sku] if place == "Warehouse" else 0, "inbound_quantity": 0,
            }


def ledger_entries(shelf: Shelf) -> Iterator[Row]:
    paid = {payout.number: shelf.payout_status(payout) for payout in shelf.payouts()}
    for posting in shelf.postings():
        kind, raw = _KINDS[posting.kind]
        amounts = [("amount", kind, gross_of(posting)), *([("fee", "fee", -fee_of(posting))] if fee_of(posting) else [])]
        for place, sort, minor in amounts:
            yield {
                "entry_id": f"{posting.number}/{place}", "transaction_id": str(posting.number),
                "order_id": str(ids.order_id(posting.order)) if posting.order else None, "line_id": None, "sku": None, "kind": sort,
                "kind_raw": raw if place == "amount" else f"{raw} fee",
                "status": "released" if paid.get(posting.payout) == "PAID" else "deferred", "currency": shelf.currency,
                "amount_minor": minor, "posted_at": iso(posting.at), "posted_date": ids.day(posting.at, posting.site),
                "payout_id": str(posting.payout) if posting.payout in paid else None,
            }


def payouts(shelf: Shelf) -> Iterator[Row]:
    for payout in shelf.payouts():
        word = shelf.payout_status(payout)
        yield {
            "payout_id": str(payout.number), "status": _PAYOUT[word], "status_raw": word, "currency": shelf.currency,
            "amount_minor": payout.amount_minor, "initiated_at": iso(payout.ends_at),
            "initiated_date": ids.day(payout.ends_at, payout.site),
        }


def payments(shelf: Shelf) -> Iterator[Row]:
    for tender in shelf.tenders():
        yield {
            "payment_id": str(tender.number), "transaction_id": tender.reference or str(tender.number), "parent_id": None,
            "order_id": str(ids.order_id(tender.seen.order)), "kind": "payment" if tender.amount_minor > 0 else "refund",
            "kind_raw": tender.method, "status": "completed", "status_raw": "processed", "provider": tender.method,
            "currency": shelf.currency,
            "amount_minor": tender.amount_minor, "fee_minor": None, "paid_at": iso(tender.at), "paid_date": ids.day(tender.at, shelf.site),
            "payer_key": None,
        }


def disputes(shelf: Shelf) -> Iterator[Row]:
    for seen in shelf.disputes():
        case = seen.dispute
        yield {
            "dispute_id": str(case.number), "order_id": str(ids.order_id(seen.order)), "payment_id": None, "kind": _CLAIM[case.reason],
            "kind_raw": case.reason, "status": _CASE[case.status], "status_raw": ",".join(sorted((case.kind, case.status))),
            "currency": shelf.currency, "amount_minor": case.amount_minor, "opened_at": iso(case.at),
            "opened_date": ids.day(case.at, shelf.site),
            "respond_by_at": iso(case.due_at),
        }


def seller_accounts(shelf: Shelf) -> Iterator[Row]:
    shop = SHOPS[shelf.shop]
    yield {
        "account_id": f"{shop.name.replace('_', '-')}.myshopify.com", "status": "verified", "status_raw": "set up", "kind": "business",
        "country": shelf.site, "rating_count": None, "rating_percent": None, "opened_at": iso(opened(shelf)),
    }


TRUTH: Mapping[str, Callable[[Shelf], Iterator[Row]]] = {
    **ORDER_TRUTH, "listings": listings, "inventory": inventory, "returns": returns, "ledger_entries": ledger_entries, "payouts": payouts,
    "payments": payments, "disputes": disputes, "seller_accounts": seller_accounts,
}
