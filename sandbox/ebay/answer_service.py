"""Post-Order v2 (returns, cancellations), Feedback v1, and who the seller is (Account v1, Identity v1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from starlette.responses import JSONResponse, Response

from sandbox.ebay import ids, view
from sandbox.ebay.asked import Asked, criteria, instant
from sandbox.ebay.errors import Refused
from sandbox.ebay.view import Seen
from sandbox.ebay.written import Written
from sandbox.market import House
from sandbox.world import SITES
from sandbox.world.fold import LineState
from sandbox.world.snapshot import ReturnState, ReviewState

# The world's step of a request → eBay's (state, status).
RETURN_WORDS = {
    "requested": ("INITIAL", "RETURN_REQUESTED"), "approved": ("ITEM_READY_TO_SHIP", "READY_FOR_SHIPPING"),
    "refunded": ("CLOSED", "CLOSED"), "cancelled": ("CLOSED", "CLOSED"), "rejected": ("RETURN_REJECTED", "RETURN_REJECTED"),
}
REASON_WORDS = {
    "DEFECTIVE": "DEFECTIVE_ITEM", "NOT_AS_DESCRIBED": "NOT_AS_DESCRIBED", "ORDERED_WRONG_ITEM": "ORDERED_WRONG_ITEM",
    "CHANGED_MIND": "NO_LONGER_NEED_ITEM", "ARRIVED_LATE": "ARRIVED_LATE",
}
COMMENT_TYPE = {1: "NEGATIVE", 2: "NEGATIVE", 3: "NEUTRAL", 4: "POSITIVE", 5: "POSITIVE"}
PERIODS = ("7", "30", "90", "180", "365")


class Cancellation:
    """Lines of one order that were called off together."""

    def __init__(self, seen: Seen, place: int, at: datetime, lines: list[LineState]) -> None:
        self.seen, self.at, self.lines = seen, at, lines
        self.number = ids.cancel_id(seen.order, place)

    @property
    def refund(self) -> int | None:
        return sum(line.total_minor for line in self.lines) if self.seen.state.paid_at else None

    @property
    def words(self) -> tuple[str, str]:
        return "CLOSED", "CANCEL_CLOSED_NO_REFUND" if self.refund is None else "CANCEL_CLOSED_WITH_REFUND"


def cancellations(house: House, written: Written, shop: str) -> Iterator[Cancellation]:
    """Those eBay remembers, of the orders it shows."""
    for seen in view.orders(house, written, shop):
        events = [event for event in seen.order.events if event.kind == "cancelled" and event.at < house.clock.horizon]
        for place, event in enumerate(events):
            if event.at >= house.snapshot.first_at:
                lines = [line for line in seen.state.lines if event.lines is None or line.line.index in event.lines]
                yield Cancellation(seen, place, event.at, lines)


class Service:
    """Answers about one house's after-sales."""

    def __init__(self, written: Written) -> None:
        self._written = written

    def returns(self, asked: Asked) -> Response:
        found = [each for each in asked.house.snapshot.returns[asked.shop] if _is_inside(asked, each.requested_at)]
        found.sort(key=lambda each: (each.requested_at, each.request.number), reverse=True)
        return _page(asked, "members", [_return(each) for each in found])

    def cancellations(self, asked: Asked) -> Response:
        found = [each for each in cancellations(asked.house, self._written, asked.shop) if _is_inside(asked, each.at)]
        found.sort(key=lambda each: (each.at, each.number), reverse=True)
        return _page(asked, "cancellations", [_cancellation(asked.shop, each) for each in found])

    def feedback(self, asked: Asked) -> Response:
        if asked.query.get("user_id") != ids.username(asked.shop):
            raise Refused(400, 501000, "User Id request parameter is required or is invalid.", "API_FEEDBACK")
        if asked.query.get("feedback_type") not in ("FEEDBACK_RECEIVED", "FEEDBACK_SENT"):
            raise Refused(400, 501001, "Feedback type request parameter is required or invalid.", "API_FEEDBACK")
        if asked.query.get("sort", "RELEVANCE") not in ("RELEVANCE", "TIME"):
            raise Refused(400, 501035, "Invalid sort type value. Must be RELEVANCE or TIME.", "API_FEEDBACK")
        limit = asked.whole("limit", 25, 25, 200, 501002, "API_FEEDBACK")
        offset = asked.whole("offset", 0, 0, 10**8, 501002, "API_FEEDBACK")
        is_sent = asked.query["feedback_type"] == "FEEDBACK_SENT"
        found = [] if is_sent else [each for each in feedback(asked.house, asked.shop) if _is_wanted(asked, each)]
        # by the time of the purchase, not of the words
        found.sort(key=lambda each: (each.order.placed_at, each.review.number), reverse=True)
        page = found[offset : offset + limit]
        paging = {"count": len(page), "limit": limit, "offset": offset, "total": len(found)}
        return JSONResponse({"feedbackEntries": [_feedback(each) for each in page], "pagination": paging})

    def ratings(self, asked: Asked) -> Response:
        if asked.query.get("user_id") != ids.username(asked.shop) or "ratingType" not in criteria(asked.query.get("filter", "")):
            raise Refused(400, 501000, "User Id and ratingType are required.", "API_FEEDBACK")
        counts = rating_counts(asked.house, asked.shop)
        values = [{"value": word, "count": counts[word]} for word in ("POSITIVE", "NEUTRAL", "NEGATIVE")]
        summary = {"userRoleType": "SELLER", "feedbackRatingValueDistribution": values, "feedbackMetrics": []}
        return JSONResponse({"feedbackRatingSummary": [{"ratingType": "OVERALL_EXPERIENCE", "ratingSummaryByRatingType": [summary]}]})

    def privileges(self, asked: Asked) -> Response:
        limit = {"amount": {"value": "50000.0", "currency": SITES[ids.home(asked.shop)].currency}, "quantity": 5000}
        return JSONResponse({"sellerRegistrationCompleted": True, "sellingLimit": limit})

    def user(self, asked: Asked) -> Response:
        account, shop = account_type(asked.shop), asked.shop
        inner = {"email": f"{shop}@sellers.example"}
        person = {"individualAccount": {**inner, "firstName": "Mara", "lastName": "Voss"}}
        company = {"businessAccount": {**inner, "name": ids.username(shop).title(), "address": {"country": ids.home(shop)}}}
        return JSONResponse({
            "userId": ids.user_id(shop), "username": ids.username(shop), "accountType": account, "status": "CONFIRMED",
            "registrationMarketplaceId": ids.marketplace(ids.home(shop)), **(company if account == "BUSINESS" else person),
        })


def account_type(shop: str) -> str:
    return "INDIVIDUAL" if shop == "kiln_ebay" else "BUSINESS"


def feedback(house: House, shop: str) -> list[ReviewState]:
    """One entry a purchase: what a buyer adds later is part of it, without a date of its own."""
    return [each for each in house.snapshot.reviews[shop] if each.review.kind == "product"]


def rating_counts(house: House, shop: str) -> Counter[str]:
    return Counter(COMMENT_TYPE[each.review.rating] for each in feedback(house, shop))


def _is_wanted(asked: Asked, each: ReviewState) -> bool:
    wanted = criteria(asked.query.get("filter", ""))
    period, kind, role = wanted.get("period"), wanted.get("commentType"), wanted.get("role", "BUYER")
    if period is not None and period not in PERIODS:
        raise Refused(400, 501037, "Invalid period value. Must be 30, 60, or 365.", "API_FEEDBACK")
    is_recent = period is None or each.review.at >= asked.now - timedelta(days=int(period))
    return is_recent and kind in (None, COMMENT_TYPE[each.review.rating]) and role == "BUYER"


def _is_inside(asked: Asked, at: datetime) -> bool:
    start, end = (asked.query.get(f"creation_date_range_{side}") for side in ("from", "to"))
    low, high = (instant(text) if text else None for text in (start, end))
    if (start and low is None) or (end and high is None):
        raise Refused(400, 1616, "The date range is not valid.", "returnErrorDomain")
    return (low is None or at >= low) and (high is None or at <= high)


def _page(asked: Asked, name: str, rows: list[dict[str, object]]) -> Response:
    if asked.query.get("role", "SELLER") not in ("SELLER", "BUYER"):
        raise Refused(400, 1617, "The role is not valid.", "returnErrorDomain")
    limit, offset = asked.whole("limit", 25, 1, 200, 1618), asked.whole("offset", 0, 0, 10**8, 1618)
    paging = {"limit": limit, "offset": offset, "totalEntries": len(rows), "totalPages": -(-len(rows) // limit)}
    return JSONResponse({name: rows[offset : offset + limit], "total": len(rows), "paginationOutput": paging})


def _return(seen: ReturnState) -> dict[str, object]:
    request, order, site = seen.request, seen.order, seen.order.site
    state, word = RETURN_WORDS[seen.status]
    amount = ids.number(request.refund_minor, site)
    return {
        "returnId": ids.return_id(request), "orderId": ids.order_id(order), "buyerLoginName": ids.buyer_name(order.buyer),
        "sellerLoginName": ids.username(order.shop), "currentType": "MONEY_BACK", "state": state, "status": word,
        "creationInfo": {
            "type": "MONEY_BACK", "reason": REASON_WORDS[request.reason], "reasonType": "SNAD", "comments": {"content": "please"},
            "creationDate": ids.dated(seen.requested_at),
            "item": {
                "itemId": ids.item_id(order.lines[request.line].listing), "transactionId": ids.line_id(order, request.line),
                "returnQuantity": request.quantity,
            },
        },
        "buyerTotalRefund": {"estimatedRefundAmount": amount, **({"actualRefundAmount": amount} if seen.status == "refunded" else {})},
    }


def _cancellation(shop: str, each: Cancellation) -> dict[str, object]:
    order = each.seen.order
    state, word = each.words
    lines = [
        {"itemId": ids.item_id(line.line.listing), "transactionId": ids.line_id(order, line.line.index), "itemTitle": line.line.title,
         "cancelQuantity": line.line.quantity}
        for line in each.lines
    ]
    return {
        "cancelId": each.number, "legacyOrderId": ids.order_id(order), "marketplaceId": ids.marketplace(order.site), "cancelState": state,
        "cancelStatus": word, "cancelReason": "BUYER_CANCEL_ORDER", "requestorType": "BUYER", "lineItems": lines,
        "buyerLoginName": ids.buyer_name(order.buyer), "sellerLoginName": ids.username(shop), "cancelRequestDate": ids.dated(each.at),
        "cancelCloseDate": ids.dated(each.at), "lastModifiedDate": ids.dated(each.at),
        **({"requestRefundAmount": ids.number(each.refund, order.site)} if each.refund is not None else {}),
    }


def _feedback(seen: ReviewState) -> dict[str, object]:
    review, order = seen.review, seen.order
    listing = order.lines[review.line].listing
    reply = {"replyComment": {"commentText": seen.reply, "state": "ENTERED"}} if seen.reply else {}
    return {
        "feedbackId": ids.feedback_id(review), "commentType": COMMENT_TYPE[review.rating], "feedbackState": "ENTERED",
        "feedbackComment": {"commentText": review.text, "state": "ENTERED"}, "feedbackEnteredDate": ids.stamp(review.at),
        "feedbackEnteredPeriod": {"unit": "DAY", "value": 30}, "automatedFeedback": False,
        "providerUserDetail": {"userId": ids.buyer_name(order.buyer), "role": "BUYER", "feedbackScore": 12},
        "orderLineItemSummary": {
            "listingId": ids.item_id(listing), "listingTitle": order.lines[review.line].title,
            "orderLineItemId": f"{ids.item_id(listing)}-{ids.line_id(order, review.line)}",
        },
        **reply,
    }
