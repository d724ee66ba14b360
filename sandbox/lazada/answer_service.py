"""What buyers send back, what they say, and who the seller is."""

from __future__ import annotations

from datetime import timedelta

from sandbox.iop.errors import Refused
from sandbox.lazada import ids
from sandbox.lazada.asked import Asked
from sandbox.market import House
from sandbox.world import SHOPS, SITES
from sandbox.world.snapshot import ReturnState, ReviewState

REQUEST_TYPE = {"return": "RETURN", "refund_only": "ONLY_REFUND", "cancel": "CANCEL"}
REASON_TEXT = {
    "DEFECTIVE": "Item is defective", "NOT_AS_DESCRIBED": "Item does not match the description", "ORDERED_WRONG_ITEM": "Ordered by mistake",
    "CHANGED_MIND": "Change of mind", "ARRIVED_LATE": "Delivery took too long",
}
HISTORY_PAGE = 20
LOOK_BACK = timedelta(days=90)


def reverse_status(seen: ReturnState) -> str:
    """Lazada's word. An approved request keeps its word and moves only its ofc_status."""
    if seen.status == "refunded":
        return {"return": "REFUND_SUCCESS", "refund_only": "REFUND_ISSUED", "cancel": "CANCEL_SUCCESS"}[seen.request.kind]
    return {"requested": "REQUEST_INITIATE", "approved": "REQUEST_INITIATE", "rejected": "REQUEST_REJECT", "cancelled": "REQUEST_CANCEL"}[
        seen.status]


def reverse_orders(house: House, asked: Asked) -> dict[str, object]:
    size = asked.whole("page_size", None, 1, 100, "IllegalParameter")
    page = asked.whole("page_no", None, 1, 10_000, "IllegalParameter")
    groups = [group for group in _groups(house, asked) if _is_wanted(asked, group)]
    shown = groups[(page - 1) * size: page * size]
    return {"result": {
        "success": True, "total": len(groups), "page_no": page, "page_size": size, "items": [_request(group) for group in shown],
    }}


def _groups(house: House, asked: Asked) -> list[list[ReturnState]]:
    """Lines asked for together, oldest change first."""
    found: dict[int, list[ReturnState]] = {}
    for seen in house.snapshot.returns[asked.shop]:
        if seen.order.site == asked.site:
            found.setdefault(seen.request.request, []).append(seen)
    return sorted(found.values(), key=lambda group: (max(seen.updated_at for seen in group), group[0].request.request))


def _is_wanted(asked: Asked, group: list[ReturnState]) -> bool:
    first = group[0]
    ranges = (
        ("ReverseOrderLineModifiedTimeRange", [seen.updated_at for seen in group]),
        ("ReverseOrderLineTimeRange", [seen.requested_at for seen in group]),
        ("TradeOrderLineCreatedTimeRange", [first.order.placed_at]),
    )
    for name, times in ranges:
        start, end = asked.milliseconds(f"{name}Start"), asked.milliseconds(f"{name}End")
        if not any((start is None or start <= at) and (end is None or at <= end) for at in times):
            return False
    words = {"request_type_list": {REQUEST_TYPE[first.request.kind]}, "reverse_status_list": {reverse_status(seen) for seen in group}}
    for name, has in words.items():
        if asked.parameters.get(name) and has.isdisjoint(asked.list_of(name, 50, "IllegalParameter", str)):
            return False
    exact = {"reverse_order_id": ids.request_id_of(first.request), "trade_order_id": ids.order_id(first.order)}
    return all(asked.parameters.get(name) in (None, "", str(value)) for name, value in exact.items())


def _request(group: list[ReturnState]) -> dict[str, object]:
    first = group[0]
    return {
        "reverse_order_id": ids.request_id_of(first.request), "trade_order_id": ids.order_id(first.order),
        "request_type": REQUEST_TYPE[first.request.kind], "is_rtm": first.request.kind == "return", "shipping_type": "PICK_UP",
        "reverse_order_lines": [_request_line(seen) for seen in group],
    }


def _request_line(seen: ReturnState) -> dict[str, object]:
    order, request, site = seen.order, seen.request, seen.order.site
    line = order.lines[request.line]
    return {
        "reverse_order_line_id": ids.request_line_id(request), "trade_order_line_id": ids.item_line_id(order, request.line),
        "reverse_status": reverse_status(seen), "ofc_status": {"approved": "RETURN_APPROVED"}.get(seen.status, "INITIAL"),
        "refund_amount": in_cents(request.refund_minor, site), "item_unit_price": in_cents(line.unit_price_minor, site),
        "refund_payment_method": "Wallet", "is_need_refund": "true", "reason_code": 1000 + list(REASON_TEXT).index(request.reason),
        "reason_text": REASON_TEXT[request.reason], "seller_sku_id": line.listing.sku, "platform_sku_id": ids.shop_sku(line.listing),
        "product": {"product_id": ids.item_id(line.listing), "product_sku": ids.sku_id(line.listing)},
        "buyer": {"buyer_id": order.buyer.number}, "tracking_number": "", "receiver_address": "", "is_dispute": False, "whqc_decision": "",
        "sla": ids.ms(seen.requested_at + timedelta(days=3)), "trade_order_gmt_create": ids.ms(order.placed_at),
        "return_order_line_gmt_create": ids.ms(seen.requested_at), "return_order_line_gmt_modified": ids.ms(seen.updated_at),
    }


def in_cents(minor: int, site: str) -> int:
    """Hundredths of the currency; whole dong in Vietnam."""
    return minor if SITES[site].decimals in (0, 2) else minor * 100


def return_detail(house: House, asked: Asked) -> dict[str, object]:
    wanted = asked.text("reverse_order_id")
    group = next((each for each in _groups(house, asked) if str(ids.request_id_of(each[0].request)) == wanted), None)
    if group is None:
        raise Refused("20", f"reverse order {wanted!r} not found")
    found = _request(group)
    lines = [
        {**line, "productDTO": {"product_id": line["product"]["product_id"], "sku": line["product"]["product_sku"]},
         "buyer": {"user_id": line["buyer"]["buyer_id"]}, "is_need_refund": True}
        for line in found.pop("reverse_order_lines")
    ]
    return {"data": {**found, "reverseOrderLineDTOList": lines}}


def review_history(house: House, asked: Asked) -> dict[str, object]:
    item = asked.text("item_id")
    start, end = asked.milliseconds("start_time", required=True), asked.milliseconds("end_time", required=True)
    current = asked.whole("current", None, 1, 50, "IllegalParameter")
    if end < start or end - start > timedelta(days=7):
        raise Refused("IllegalParameter", "start_time to end_time must span at most 7 days")
    if start < house.clock.now() - LOOK_BACK:
        raise Refused("IllegalParameter", "reviews of the last 90 days only")
    found = [
        ids.review_id(seen.review) for seen in house.snapshot.reviews[asked.shop]
        if seen.order.site == asked.site and str(ids.item_id(_listing(seen))) == item and start <= seen.review.at <= end
        and asked.parameters.get("order_id") in (None, "", str(ids.order_id(seen.order)))
    ]
    page = found[(current - 1) * HISTORY_PAGE: current * HISTORY_PAGE]
    return {
        "data": {"current": current, "total": len(found), "page_size": HISTORY_PAGE, "id_list": page}, "success": True, "error_code": None,
        "error_msg": None,
    }


def review_list(house: House, asked: Asked) -> dict[str, object]:
    wanted = asked.list_of("id_list", 10, "IllegalParameter")
    known = {ids.review_id(seen.review): seen for seen in house.snapshot.reviews[asked.shop] if seen.order.site == asked.site}
    shown = [_review(known[each]) for each in wanted if each in known]
    data = {"review_list": shown, "outdated_reviews": [each for each in wanted if each not in known]}
    return {"data": data, "success": True, "error_code": None, "error_msg": None}


def _listing(seen: ReviewState):
    return seen.order.lines[seen.review.line].listing


def _review(seen: ReviewState) -> dict[str, object]:
    review = seen.review
    ratings = dict.fromkeys(("overall_rating", "product_rating", "seller_rating", "logistics_rating"), review.rating)
    return {
        "id": ids.review_id(review), "product_id": ids.item_id(_listing(seen)), "order_id": ids.order_id(seen.order),
        "review_type": {"product": "PRODUCT_REVIEW", "follow_up": "FOLLOW_UP_REVIEW"}[review.kind], "review_content": review.text,
        "ratings": ratings, "review_images": [], "review_videos": [], "can_reply": seen.reply is None, "seller_reply": seen.reply,
        "create_time": ids.ms(review.at), "submit_time": ids.ms(review.at),
    }


def seller_get(house: House, asked: Asked) -> dict[str, object]:
    shop = SHOPS[asked.shop]
    return {"data": {
        "seller_id": ids.seller_id(shop.name), "name": shop.client.capitalize(), "name_company": f"{shop.client.capitalize()} Trading",
        "short_code": f"{asked.site}{ids.seller_id(shop.name)}", "email": f"{shop.name}@sellers.example", "logo_url": "",
        "cb": len(shop.sites) > 1, "location": ids.COUNTRY_NAMES[asked.site], "status": "ACTIVE", "verified": True,
        "marketplaceEaseMode": False,
    }}
