"""Disputes, evaluations, the seller's profile, carriers, and the write that declares a parcel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.aliexpress import ids
from sandbox.aliexpress.answer_orders import ISSUE_STATUS
from sandbox.aliexpress.asked import Asked, invalid
from sandbox.aliexpress.view import states, view
from sandbox.aliexpress.wire import Typed
from sandbox.aliexpress.written import Written
from sandbox.market import House
from sandbox.world.model import Order, Review
from sandbox.world.snapshot import ReturnState

REASONS = {
    "DEFECTIVE": "Quality problem: the item is broken", "NOT_AS_DESCRIBED": "Product not as described", "ARRIVED_LATE": "Late delivery",
    "ORDERED_WRONG_ITEM": "I ordered something else", "CHANGED_MIND": "I no longer want it",
}
CARRIERS = (
    ("UPS_US", "UPS", "UPS", r"^US[0-9]{12}$"), ("USPS", "USPS", "USPS", r"^US[0-9]{12}$"),
    ("CPAM", "China Post Registered Air Mail", "CPAM", r"^[a-zA-Z]{2}[A-Za-z0-9]{9}[a-zA-Z]{2}$"), ("Other", "Other", "Other", r"^.+$"),
)


def issue_list_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """Newest first by creation; there is no filter by change."""
    query = asked.query("query_dto")
    size, page = query.whole("page_size", 20, 1, 50), query.whole("current_page", 1, 1, 10_000)
    status = query.word("issue_status", ("processing", "canceled_issue", "finish"), "processing")
    wanted = query.fields.get("order_no")
    found = [
        seen for seen in house.snapshot.returns[asked.shop]
        if ISSUE_STATUS[seen.status] == status and wanted in (None, *map(str, _orders_of(seen)), *_orders_of(seen))
    ]
    found.sort(key=lambda seen: (seen.requested_at, seen.request.number), reverse=True)
    shown = [_issue(seen) for seen in found[(page - 1) * size: page * size]]
    return {"current_page": page, "page_size": size, "total_item": len(found), "data_list": Typed("issue_api_issue_dto", shown)}


def _orders_of(seen: ReturnState) -> tuple[int, int]:
    return ids.child_id(seen.order, seen.request.line), ids.order_id(seen.order)


def _issue(seen: ReturnState) -> dict[str, Any]:
    child, parent = _orders_of(seen)
    return {
        "issue_id": ids.issue_id(seen.request), "order_id": child, "parent_order_id": parent, "issue_status": ISSUE_STATUS[seen.status],
        "gmt_create": ids.wall(seen.requested_at), "gmt_modified": ids.wall(seen.updated_at),
        "reason_english": REASONS[seen.request.reason], "reason_chinese": "", "buyer_login_id": ids.login_id(seen.order.buyer),
    }


def evaluations_of(house: House, shop: str) -> Iterator[tuple[Order, Review, str | None, Review | None, datetime]]:
    """(order, review, reply, what was added later, last change), as far as visible."""
    horizon = house.snapshot.at
    for seen in house.snapshot.reviews[shop]:
        if seen.review.kind == "product":
            added = next((each for each in seen.order.reviews if each.kind == "follow_up" and each.at < horizon), None)
            moments = [seen.review.at, added.at if added else None, seen.review.reply_at if seen.reply else None]
            yield seen.order, seen.review, seen.reply, added, max(at for at in moments if at)


def list_evaluations(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    query = asked.query("trade_evaluation_request")
    since, until = query.since("start_valid_date"), query.until("end_valid_date")
    parents = query.fields.get("parent_order_ids")
    if parents is not None and (not isinstance(parents, list) or len(parents) > 50):
        raise invalid("parent_order_ids: at most 50")
    if parents is None and since is None:
        raise invalid("start_valid_date or parent_order_ids")
    found = [
        _evaluation(*each) for each in evaluations_of(house, asked.shop)
        if (since is None or since <= each[1].at) and (until is None or each[1].at <= until)
        and (parents is None or ids.order_id(each[0]) in map(int, parents))
    ]
    return {"time_stamp": "1", "target_list": Typed("trade_evaluation_open_dto", found)}


def _evaluation(order: Order, review: Review, reply: str | None, added: Review | None, changed: datetime) -> dict[str, Any]:
    return {
        "order_id": ids.child_id(order, review.line), "parent_order_id": ids.order_id(order),
        "product_id": ids.product_id(order.lines[review.line].listing), "buyer_evaluation": str(review.rating),
        "buyer_feedback": review.text, "buyer_fb_date": ids.wall(review.at), "valid_date": ids.wall(review.at),
        "gmt_create": ids.wall(review.at), "gmt_modified": ids.wall(changed), "buyer_login_id": ids.login_id(order.buyer),
        **({"seller_reply": reply} if reply else {}), **({"buyer_reply": added.text} if added else {}),
    }


def profile_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    number = ids.shop_id(asked.shop)
    return {
        "country_code": "CN", "product_posting_forbidden": False, "merchant_login_id": f"cn{ids.seller_id(asked.shop)}", "shop_id": number,
        "shop_name": asked.shop, "shop_type": "official", "shop_url": f"//www.aliexpress.example/store/{number}",
    }


def carriers_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    found = [
        {"service_name": key, "display_name": name, "logistics_company": company, "tracking_no_regex": pattern, "min_process_day": 1,
         "max_process_day": 5, "recommend_order": 11}
        for key, name, company, pattern in CARRIERS
    ]
    return {"result_success": True, "result_list": Typed("aeop_logistics_service_result", found)}


def order_fulfil(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """Declaring a number twice fails, as does an order that has nothing left to send."""
    wanted, number, key, kind = (asked.text(name) for name in ("out_ref", "logistics_no", "service_name", "send_type"))
    carrier = next((each for each in CARRIERS if each[0] == key), None)
    order = ids.order_number(int(wanted), asked.shop) if wanted.isdecimal() else None
    state = states(house, asked.shop).get(order)
    if kind not in ("all", "part") or carrier is None or not re.match(carrier[3], number):
        return _refused("PARAM_INVALID", "send_type, service_name or logistics_no is wrong")
    if key == "Other" and not asked.parameters.get("tracking_website"):
        return _refused("PARAM_INVALID", "tracking_website is needed for Other")
    if state is None or ids.order_id(state.order) != int(wanted):
        return _refused("ORDER_NOT_FOUND", "The order does not exist")
    seen = view(house, written, state)
    if written.is_told(asked.shop, order, number) or number in [each.number for each in seen.parcels]:
        return _refused("ALREADY_DECLARED", "The logistics number was declared already")
    if seen.stands not in ("WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS"):
        return _refused("ORDER_STATUS_ERROR", "The order has nothing left to be sent")
    written.tell_parcel(asked.shop, order, number, key, kind)
    return {"result": {"result_success": True}}


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"result": {"result_success": False, "error_code": code, "error_message": message}}
