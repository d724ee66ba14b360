"""Finances v1: what was booked on the seller's account, and what was paid out of it. Amounts are what is left after fees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import JSONResponse, Response

from sandbox.ebay import ids
from sandbox.ebay.asked import Asked, criteria, span
from sandbox.ebay.errors import Refused
from sandbox.market import House
from sandbox.world import SHOPS
from sandbox.world.model import Payout, Posting

DOMAIN = "API_FINANCES"
TYPES = {"sale": "SALE", "refund": "REFUND", "service_fee": "NON_SALE_CHARGE", "adjustment": "ADJUSTMENT"}


@dataclass(frozen=True)
class Booking:
    """A posting as eBay books it. Sales tax never passes through the seller's account."""

    posting: Posting

    @property
    def type(self) -> str:
        return TYPES[self.posting.kind]

    @property
    def number(self) -> str:
        """A sale and its refund share a number."""
        order = self.posting.order
        return f"{order.number * 100 + self.posting.line}" if order else f"{self.posting.number}"

    @property
    def gross(self) -> int:
        """Signed, before fees."""
        return sum(value for name, value in self.posting.amounts if name not in ("tax", "commission"))

    @property
    def fee(self) -> int:
        """Signed: negative where it is kept, positive where it comes back."""
        return sum(value for name, value in self.posting.amounts if name == "commission")

    @property
    def tax(self) -> int:
        return sum(value for name, value in self.posting.amounts if name == "tax")

    @property
    def net(self) -> int:
        return self.gross + self.fee


def status(house: House, posting: Posting) -> str:
    if posting.released_at >= house.snapshot.at:
        return "FUNDS_PROCESSING"
    return "PAYOUT" if payout_of(house, posting) else "FUNDS_AVAILABLE_FOR_PAYOUT"


def payouts(house: House, shop: str) -> list[tuple[Payout, int]]:
    """Each begun payout with its amount: without the taxes that never came in, less what an earlier one still owed."""
    found, owed = [], {site: None for site in SHOPS[shop].sites}
    for payout in house.snapshot.payouts[shop]:
        before = payout.opening_minor if owed[payout.site] is None else owed[payout.site]
        balance = before + sum(payout.sums.values()) - payout.sums.get("tax", 0)
        owed[payout.site] = min(balance, 0)
        if balance > 0:
            found.append((payout, balance))
    return found


def payout_of(house: House, posting: Posting) -> str | None:
    numbers = {payout.number for payout, _ in payouts(house, posting.shop)}
    return str(posting.payout) if posting.payout in numbers else None


def payout_status(house: House, payout: Payout) -> str:
    if payout.paid_at >= house.snapshot.at:
        return "INITIATED"
    return "TERMINAL_FAILED" if payout.fails else "SUCCEEDED"


def transactions(asked: Asked) -> Response:
    limit, offset = asked.whole("limit", 20, 1, 1000, 135003, DOMAIN), asked.whole("offset", 0, 0, 10**8, 135003, DOMAIN)
    wanted = _wanted(asked, "transactionDate", 135008)
    kind = criteria(asked.query.get("filter", "")).get("transactionType", "").strip("{}")
    if kind and kind not in TYPES.values():
        raise Refused(400, 135006, "The value of transaction type filter is invalid.", DOMAIN)
    found = [Booking(posting) for posting in asked.house.snapshot.postings[asked.shop] if _is_inside(wanted, posting.at)]
    found = [booking for booking in found if not kind or booking.type == kind]
    found.sort(key=lambda booking: (booking.posting.at, booking.posting.number), reverse=asked.query.get("sort") != "transactionDate")
    return _page(asked, "transactions", [_transaction(asked.house, booking) for booking in found], limit, offset)


def payout_list(asked: Asked) -> Response:
    limit, offset = asked.whole("limit", 20, 1, 200, 135003, DOMAIN), asked.whole("offset", 0, 0, 10**8, 135003, DOMAIN)
    wanted = _wanted(asked, "payoutDate", 135004)
    found = [pair for pair in payouts(asked.house, asked.shop) if _is_inside(wanted, pair[0].ends_at)]
    found.sort(key=lambda pair: (pair[0].ends_at, pair[0].number), reverse=asked.query.get("sort") != "payoutDate")
    return _page(asked, "payouts", [_payout(asked.house, *pair) for pair in found], limit, offset)


def _wanted(asked: Asked, name: str, number: int) -> tuple[datetime, datetime] | None:
    if asked.query.get("sort") not in (None, name, f"-{name}"):
        raise Refused(400, 135005, "The value of sorting is invalid.", DOMAIN)
    told = criteria(asked.query.get("filter", ""))
    word = asked.headers.get("x-ebay-c-marketplace-id", "EBAY_US")
    if word not in [ids.marketplace(site) for site in SHOPS[asked.shop].sites]:
        raise Refused(400, 135001, f"The marketplace {word} is not the seller's.", DOMAIN)
    return span(told[name], number, asked.now, DOMAIN) if name in told else None


def _is_inside(wanted: tuple[datetime, datetime] | None, at: datetime) -> bool:
    return wanted is None or wanted[0] <= at <= wanted[1]


def _page(asked: Asked, name: str, rows: list[dict[str, object]], limit: int, offset: int) -> Response:
    """Nothing found: 204 and not a byte."""
    if not rows[offset : offset + limit]:
        return Response(status_code=204)
    more = {"next": asked.href(limit=limit, offset=offset + limit)} if offset + limit < len(rows) else {}
    shown = {"href": asked.href(), "limit": limit, "offset": offset, "total": len(rows), name: rows[offset : offset + limit]}
    return JSONResponse({**shown, **more})


def _transaction(house: House, booking: Booking) -> dict[str, object]:
    posting, site = booking.posting, booking.posting.site
    order, payout = posting.order, payout_of(house, posting)
    answer: dict[str, object] = {
        "transactionId": booking.number, "transactionType": booking.type, "transactionStatus": status(house, posting),
        "transactionDate": ids.stamp(posting.at), "bookingEntry": "CREDIT" if booking.net >= 0 else "DEBIT",
        "amount": ids.amount(abs(booking.net), site), "paymentsEntity": "eBay Marketplaces GmbH",
        **({"payoutId": payout} if payout else {}), **({"feeType": "OTHER_FEES"} if posting.kind == "service_fee" else {}),
    }
    if order:
        answer |= {
            "orderId": ids.order_id(order), "buyer": {"username": ids.buyer_name(order.buyer)}, "salesRecordReference": "0",
            "totalFeeBasisAmount": ids.amount(abs(booking.gross), site), "totalFeeAmount": ids.amount(abs(booking.fee), site),
            "orderLineItems": [_fees(booking)], **({"eBayCollectedTaxAmount": ids.amount(booking.tax, site)} if booking.tax else {}),
        }
    return answer


def _fees(booking: Booking) -> dict[str, object]:
    """The final value fee in two parts, as eBay splits it."""
    posting = booking.posting
    fixed = min(abs(booking.fee), 30)
    parts = (("FINAL_VALUE_FEE", abs(booking.fee) - fixed), ("FINAL_VALUE_FEE_FIXED_PER_ORDER", fixed))
    return {
        "lineItemId": ids.line_id(posting.order, posting.line), "feeBasisAmount": ids.amount(abs(booking.gross), posting.site),
        "marketplaceFees": [{"feeType": name, "amount": ids.amount(value, posting.site)} for name, value in parts if value],
    }


def fee_parts(booking: Booking) -> Iterator[tuple[str, int]]:
    """(type, signed amount) of each fee, for the truth: stated from the world's commission."""
    fixed = min(abs(booking.fee), 30)
    sign = -1 if booking.fee < 0 else 1
    for name, value in (("FINAL_VALUE_FEE", abs(booking.fee) - fixed), ("FINAL_VALUE_FEE_FIXED_PER_ORDER", fixed)):
        if value:
            yield name, sign * value


def _payout(house: House, payout: Payout, minor: int) -> dict[str, object]:
    word = payout_status(house, payout)
    return {
        "payoutId": str(payout.number), "payoutStatus": word, "payoutStatusDescription": word.title(),
        "amount": ids.amount(minor, payout.site),
        "payoutDate": ids.stamp(payout.ends_at), "transactionCount": 1, "payoutInstrument": {"instrumentType": "BANK", "nickname": "Main"},
        **({"lastAttemptedPayoutDate": ids.stamp(payout.paid_at)} if word != "INITIATED" else {}),
    }
