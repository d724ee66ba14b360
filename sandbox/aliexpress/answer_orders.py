"""Orders, and one order's details."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.aliexpress import ids
from sandbox.aliexpress.asked import Asked, invalid
from sandbox.aliexpress.view import LineView, OrderView, ParcelView, states, view, views
from sandbox.aliexpress.wire import Typed
from sandbox.aliexpress.written import Written
from sandbox.iop.errors import missing
from sandbox.market import House

STATUSES = (
    "PLACE_ORDER_SUCCESS", "IN_CANCEL", "WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING",
    "IN_ISSUE", "IN_FROZEN", "WAIT_SELLER_EXAMINE_MONEY", "RISK_CONTROL", "FINISH",
)
ISSUE, LOAN, LOGISTICS, BUYER, REFUND = 1, 2, 4, 8, 16
LONGEST = {"FINISH": timedelta(days=30), "": timedelta(days=180)}


def orders_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    query = asked.query("param0")
    size, page = query.whole("page_size", None, 1, 50), query.whole("current_page", None, 1, 10_000)
    found = _selected(house, written, asked)
    shown = found[(page - 1) * size: page * size]
    return {"result": {
        "success": True, "error_message": "1", "error_code": "1", "time_stamp": "1", "page_size": size, "current_page": page,
        "total_page": -(-len(found) // size), "total_count": sum(not _is_uncounted(each) for each in found),
        "target_list": Typed("order_dto", [_order(each) for each in shown]),
    }}


def _is_uncounted(seen: OrderView) -> bool:
    """A kind of order that ``total_count`` leaves out."""
    return seen.order.number // 7 % 19 == 0


def _selected(house: House, written: Written, asked: Asked) -> list[OrderView]:
    query = asked.query("param0")
    words = {query.word("order_status", STATUSES)} if query.fields.get("order_status") else set(query.fields.get("order_status_list") or ())
    if not words <= set(STATUSES):
        raise invalid(f"order_status_list: {sorted(words)}")
    created = query.since("create_date_start"), query.until("create_date_end")
    changed = query.since("modified_date_start"), query.until("modified_date_end")
    if any(changed) and not all(created):
        raise missing("create_date_start")
    if all(created) and created[1] - created[0] > LONGEST["FINISH" if "FINISH" in words else ""]:
        raise invalid("create_date_start to create_date_end is too long a span for this order status")
    buyer = query.fields.get("buyer_login_id")
    return [
        each for each in views(house, written, asked.shop)
        if (each.status in words if words else each.status != "FINISH")
        and _is_inside(each.state.placed_at, created) and _is_inside(each.updated_at, changed)
        and buyer in (None, ids.login_id(each.order.buyer))
    ]


def _is_inside(at, bounds) -> bool:
    start, end = bounds
    return (start is None or start <= at) and (end is None or at <= end)


def _order(seen: OrderView) -> dict[str, Any]:
    state, order = seen.state, seen.order
    open_, over = _issues(seen)
    return {
        "order_id": ids.order_id(order), "order_status": seen.status, "biz_type": "AE_COMMON", "payment_type": "ebanx101",
        "gmt_create": ids.wall(state.placed_at), "gmt_update": ids.wall(seen.updated_at), "end_reason": seen.reason,
        **({"gmt_pay_time": ids.wall(state.paid_at)} if state.paid_at else {}),
        **({"gmt_send_goods_time": ids.wall(max(each.sent_at for each in seen.parcels))} if seen.parcels else {}),
        "pay_amount": ids.simple_money(total(seen), order.site), "escrow_fee_rate": 1, "has_request_loan": False, "phone": False,
        "logistics_status": seen.logistics, "fund_status": "PAY_SUCCESS" if state.paid_at else "NOT_PAY",
        "issue_status": "IN_ISSUE" if open_ else "END_ISSUE" if over else "NO_ISSUE",
        "frozen_status": "IN_FROZEN" if seen.status == "IN_FROZEN" else "NO_FROZEN", "timeout_left_time": 120_340_569,
        "buyer_login_id": ids.login_id(order.buyer), "buyer_signer_fullname": order.buyer.name, "seller_login_id": f"cn{order.shop}",
        "product_list": Typed("order_product_dto", [_product(seen, line) for line in seen.lines]),
    }


def _issues(seen: OrderView) -> tuple[bool, bool]:
    """Whether a dispute is open, and whether one is over."""
    words = [word for line in seen.lines for _, word, _ in line.requests]
    return any(word in ("requested", "approved") for word in words), bool(words)


def _product(seen: OrderView, line: LineView) -> dict[str, Any]:
    state, listing, site = line.state, line.state.line.listing, seen.order.site
    return {
        "child_id": ids.child_id(seen.order, state.line.index), "order_id": ids.child_id(seen.order, state.line.index),
        "product_id": ids.product_id(listing), "sku_code": listing.sku, "product_name": state.line.title, "product_unit": "piece",
        "product_count": state.line.quantity, "product_unit_price": ids.simple_money(state.unit_price_minor, site),
        "total_product_amount": ids.simple_money(state.items_minor, site), "son_order_status": line.status, "show_status": line.status,
        **({"send_goods_time": ids.wall(line.sent_at)} if line.sent_at else {}), "send_goods_operator": "SELLER_SEND_GOODS",
        "logistics_type": "CAINIAO_STANDARD", "logistics_service_name": "AliExpress Standard Shipping", "goods_prepare_time": 3,
        "logistics_amount": ids.simple_money(999, site),  # means nothing on a line
        "issue_status": "NO_ISSUE" if not line.requests else "IN_ISSUE" if line.status == "IN_ISSUE" else "END_ISSUE",
        "fund_status": "PAY_SUCCESS" if seen.state.paid_at else "NOT_PAY", "money_back3x": False, "memo": "", "can_submit_issue": False,
    }


def discount(seen: OrderView) -> int:
    return sum(line.state.discount_minor for line in seen.lines)


def freight(seen: OrderView) -> int:
    return sum(line.state.shipping_minor for line in seen.lines)


def total(seen: OrderView) -> int:
    """What the seller's order comes to; a sales tax the platform collects is not part of it."""
    return sum(line.state.items_minor for line in seen.lines) - discount(seen) + freight(seen)


def order_info_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    query = asked.query("param1")
    wanted = query.whole("order_id", None, 1, 2**63 - 1)
    flags = query.whole("ext_info_bit_flag", 31, 0, 31)
    number = ids.order_number(wanted, asked.shop)
    state = states(house, asked.shop).get(number)
    if state is None or ids.order_id(state.order) != wanted:
        return {"result": {"error_code": "ORDER_NOT_FOUND", "error_message": "The order does not exist", "time_stamp": "1"}}
    return {"result": {"error_code": "", "error_message": "", "time_stamp": "1", "data": _detail(view(house, written, state), flags)}}


def _detail(seen: OrderView, flags: int) -> dict[str, Any]:
    state, order, site = seen.state, seen.order, seen.order.site
    buyer = order.buyer
    found = {
        "id": ids.order_id(order), "order_status": seen.status, "gmt_create": ids.wall(state.placed_at),
        "gmt_modified": ids.wall(seen.updated_at), "order_end_reason": seen.reason, "logistics_status": seen.logistics,
        "fund_status": "PAY_SUCCESS" if state.paid_at else "NOT_PAY", "settlement_currency": "USD", "opr_log_dto_list": {},
        "order_amount": ids.money(total(seen), site), "init_oder_amount": ids.money(total(seen), site),
        "logistics_amount": ids.money(freight(seen), site), "buyerloginid": ids.login_id(buyer),
        "receipt_address": {
            "country": buyer.country, "city": buyer.city, "zip": buyer.postcode, "contact_person": f"{buyer.name[:1]}*********",
            "detail_address": "********", "mobile_no": "83****334",
        },
        "child_order_list": Typed("global_aeop_tp_child_order_dto", [_child(seen, line, flags) for line in seen.lines]),
        **({"gmt_pay_success": ids.wall(state.paid_at)} if state.paid_at else {}),
        **({"order_discount_info": ids.money(discount(seen), site)} if discount(seen) else {}),
    }
    if flags & LOGISTICS:
        found["logistic_info_list"] = Typed("global_aeop_tp_logistic_info_dto", [_parcel(each) for each in seen.parcels])
    if flags & BUYER:
        first, _, last = buyer.name.rpartition(" ")
        found["buyer_info"] = {"login_id": ids.login_id(buyer), "first_name": first, "last_name": last, "country": buyer.country}
    return found


def _parcel(parcel: ParcelView) -> dict[str, Any]:
    return {
        "logistics_no": parcel.number, "logistics_service_name": parcel.carrier, "logistics_type_code": parcel.carrier_key,
        "gmt_send": ids.wall(parcel.sent_at), "receive_status": parcel.status, "have_tracking_info": True,
        **({"gmt_received": ids.wall(parcel.received_at)} if parcel.received_at else {}),
    }


def _child(seen: OrderView, line: LineView, flags: int) -> dict[str, Any]:
    state, order, site = line.state, seen.order, seen.order.site
    number = ids.child_id(order, state.line.index)
    found = {
        "id": number, "child_order_id": str(number), "order_status": line.status, "product_id": ids.product_id(state.line.listing),
        "sku_code": state.line.listing.sku, "product_count": state.line.quantity, "product_name": state.line.title,
        "product_price": ids.money(state.unit_price_minor, site), "init_order_amt": ids.money(state.items_minor, site), "lot_num": 1,
        "logistics_amount": ids.money(0, site, "amount_str"),
        **({"child_order_discount_info": ids.money(state.discount_minor, site)} if state.discount_minor else {}),
    }
    for request, word, at in line.requests:
        if flags & ISSUE:
            found["child_issue_info"] = {"issue_status": ISSUE_STATUS[word], "issue_time": ids.wall(request.steps[0][0])}
        if flags & REFUND and word == "refunded":
            money = ids.money(request.refund_minor, site, "amount_str")
            found["refund_info"] = {"refund_status": "refund_ok", "refund_cash_amt": money, "refund_time": ids.wall(at)}
    return found


ISSUE_STATUS = {
    "requested": "processing", "approved": "processing", "cancelled": "canceled_issue", "rejected": "finish", "refunded": "finish",
}
