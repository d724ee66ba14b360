"""Trade-assurance orders: the list, one order's detail, funds, vouchers, tracking; and the declaration of vouchers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.alibaba import ids
from sandbox.alibaba.asked import Asked, invalid
from sandbox.alibaba.view import OrderView, order, orders
from sandbox.alibaba.written import Written
from sandbox.iop.errors import Refused
from sandbox.market import House

STATUSES = (
    "to_be_audited", "intention_processing", "unpay", "paying", "paid", "captured", "relating", "undeliver", "delivering",
    "wait_confirm_receipt", "trade_success", "trade_close", "wait_confirm_modify", "frozen", "charge_back", "trade_unavailable",
)
STEPS = {"deposit": "ADVANCE", "balance": "BALANCE", "full": "FULL"}
BANK_FEE = 2500  # what some banks keep of a transfer, in cents


def order_list(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    role, status = asked.fields.get("role", "buyer"), asked.fields.get("status")
    if role not in ("buyer", "seller"):
        raise invalid(f"role: {role!r} is neither buyer nor seller")
    if status is not None and status not in STATUSES:
        raise invalid(f"status: {status!r} is none of {', '.join(STATUSES)}")
    size, page = asked.whole("page_size", 10, 1, 100), asked.whole("start_page", 0, 0, 100_000)
    bounds = {name: asked.moment(name) for name in ("create_date_start", "create_date_end", "modified_date_start", "modified_date_end")}
    found = [
        each for each in (orders(house, written, asked.shop) if role == "seller" else ())
        if status in (None, each.status) and _is_inside(each.contract.created_at, bounds, "create")
        and _is_inside(each.modified_at, bounds, "modified")
    ]
    shown = found[page * size: (page + 1) * size]
    return {"value": {"total_count": len(found), "order_list": [_header(each, asked) for each in shown]}}


def _is_inside(at, bounds: dict[str, Any], stem: str) -> bool:
    start, end = bounds[f"{stem}_date_start"], bounds[f"{stem}_date_end"]
    return (start is None or start <= at) and (end is None or at <= end)


def _header(each: OrderView, asked: Asked) -> dict[str, Any]:
    return {
        "trade_id": ids.masked(each.trade_id) if asked.app.is_masked else each.trade_id, "trade_status": each.status,
        "create_date": ids.stamp(each.contract.created_at), "modify_date": ids.stamp(each.modified_at),
    }


def wanted(house: House, written: Written, asked: Asked, name: str) -> OrderView:
    """The order that is asked for; a masked number is none."""
    found = order(house, written, asked.shop, asked.text(name)) if not asked.app.is_masked else None
    if found is None:
        raise Refused("404", "order not exist")
    return found


def order_get(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    each = wanted(house, written, asked, "e_trade_id")
    deal, terms, currency = each.deal, each.contract.terms, each.deal.currency
    due = terms.due_minor
    ship_by = {"type": "relative", "duration": 30, "date": "null"}
    if ids.lot(deal) % 2 == 0:
        ship_by = {"type": "absolute", "date": f"{deal.ship_by} 00:00:00"}
    goods = sum((line.amount for line in terms.lines), Decimal(0))
    return {"value": {
        "trade_id": each.trade_id, "trade_status": each.status, "create_date": ids.stamp(each.contract.created_at), "pay_step": each.step,
        "trade_term": deal.incoterm, "shipment_method": "sea freight", "fulfillment_channel": "TAD", "export_service_type": "null",
        "remark": "null", "dropshipping": False, "semi_manage": False, "tags": [], "attachments": [],
        "seller": {"immutable_eid": f"S{ids.seller_id(deal.shop)}", "full_name": "Harborline Tools"},
        "buyer": {"immutable_eid": ids.buyer_id(deal.firm), "full_name": deal.firm.contact},
        "order_products": [_line(house, each, line) for line in terms.lines],
        "product_total_amount": ids.exact(goods, currency), "shipment_fee": ids.money(terms.shipping_minor, currency),
        "shipment_insurance_fee": ids.money(terms.insurance_minor, currency), "discount_amount": ids.money(terms.discount_minor, currency),
        "adjust_amount": ids.money(0, currency), "vat_amount": ids.money(terms.tax_minor, currency), "duty_amount": None,
        "total_amount": ids.money(terms.total_minor, currency), "advance_amount": ids.money(due.get("deposit", 0), currency),
        "balance_amount": ids.money(due.get("balance", 0), currency), "shipment_date": ship_by,
        "shipping_address": {
            "country_code": deal.firm.country, "city": deal.firm.city, "contact_person": deal.firm.contact, "address": deal.firm.name,
        },
    }}


def _line(house: House, each: OrderView, line) -> dict[str, Any]:
    is_listed = (each.deal.shop, each.deal.site, line.product.sku) in house.world.listing
    return {
        "id": ids.line_id(each.deal, line.index), "product_id": str(1_600_000_000_000 + ids.noun(line.product)),
        "sku_id": str(ids.sku_id(line.product)), "sku_code": line.product.sku if is_listed else "null", "name": line.product.titles["en"],
        "model_number": line.product.sku, "quantity": f"{line.quantity:.4f}", "unit": line.unit,
        "unit_price": ids.exact(line.unit_price, each.deal.currency), "sku_attributes": [{"key": "Finish", "value": "as ordered"}],
    }


def fund(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """The whole of it, as the method tells it; the path tells the fee alone."""
    each = wanted(house, written, asked, "e_trade_id")
    selected, currency = set(asked.text("data_select").split(",")), each.deal.currency
    if "fund_transaction_fee" in selected:
        return {"value": {"payment_transaction_fee": ids.money(fee(each), currency)}}
    shown: dict[str, Any] = {}
    if "fund_serviceFee" in selected:
        shown["service_fee"] = ids.money(fee(each), currency)
    if "fund_fundPay" in selected:
        shown["fund_pay_list"] = [_pay(each, name, due) for name, due in each.contract.terms.due_minor.items()]
    if "fund_refund" in selected:
        shown["refund_list"] = [
            {"id": each.deal.number * 10 + place, "amount": ids.money(amount, currency), "refund_time": ids.stamp(at)}
            for place, (at, _, amount) in enumerate(each.contract.refunds)
        ]
    return {"value": shown}


def _pay(each: OrderView, name: str, due: int) -> dict[str, Any]:
    state, currency = each.contract.milestones[name], each.deal.currency
    word = pay_status(each, name)
    shown = {"pay_step": STEPS[name], "pay_method": "TT", "pay_status": word, "should_pay_amount": ids.money(due, currency)}
    if word != "UNPAY":
        shown |= {"pay_amount": ids.money(due, currency), "pay_time": ids.stamp(state.remitted_at)}
    if state.paid_at:
        shown |= {"receive_amount": ids.money(received(each, due), currency), "receive_time": ids.stamp(state.paid_at)}
    return shown


def pay_status(each: OrderView, name: str) -> str:
    state = each.contract.milestones[name]
    if state.paid_at:
        return "FULFILLED" if each.status == "trade_success" else "CAPTURED"
    return "RELATING" if state.status == "remitted" else "UNPAY"


def received(each: OrderView, due: int) -> int:
    return due - BANK_FEE if ids.lot(each.deal) % 4 == 0 and due > BANK_FEE else due


def fee(each: OrderView) -> int:
    """Two in a hundred of what was paid."""
    due = each.contract.terms.due_minor
    return sum(due[name] for name, state in each.contract.milestones.items() if state.paid_at) * 2 // 100


def logistics(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    each = wanted(house, written, asked, "trade_id" if "trade_id" in asked.fields else "e_trade_id")
    status = "CONFIRM_RECEIPT" if each.status == "trade_success" else "DELIVERED" if each.vouchers else "UNDELIVERED"
    first = min((voucher.at for voucher in each.vouchers), default=None)
    return {"value": {
        "logistic_status": status, "shipment_date": ids.stamp(first),
        "shipping_order_list": [_voucher(each, voucher) for voucher in each.vouchers],
    }}


def _voucher(each: OrderView, voucher) -> dict[str, Any]:
    told = {"tracking_number": voucher.number, "service_provider": voucher.provider, "logistics_type": voucher.kind}
    skus = {line.index: ids.sku_id(line.product) for line in each.contract.terms.lines}
    goods = [{"trade_id": each.trade_id, "product_id": skus[index], "quantity": f"{units:.4f}"} for index, units in voucher.goods]
    return {"voucher": told, **({"goods": goods} if goods else {})}


def tracking(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    each = wanted(house, written, asked, "trade_id")
    return {"tracking_list": [
        {
            "carrier": voucher.provider, "tracking_number": voucher.number, "current_event_code": voucher.events[-1][1], "event_list": [
                {"event_code": code, "event_name": code.title(), "event_location": "Port", "event_time": f"{at:%Y-%m-%d %H:%M:%S}"}
                for at, code in voucher.events
            ],
        }
        for voucher in each.vouchers
    ]}


def channels(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    return {"value": {"carrier_list": [{"code": code, "name": name} for name, code in ids.CARRIERS.items()]}}


def shipping(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    return {"voucher_id": _declare(house, written, asked, asked.fields)}


def multi_shipping(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    requests = asked.fields.get("requests")
    if not isinstance(requests, list) or not requests:
        raise Refused("402", "invalidate request")
    wishes = [each.get("shipping_request") if isinstance(each, dict) else None for each in requests]
    if not all(isinstance(each, dict) and each.get("goods") for each in wishes):
        raise Refused("402", "goods must not be null")
    return {"voucher_ids": [_declare(house, written, asked, each) for each in wishes]}


def _declare(house: House, written: Written, asked: Asked, request) -> int:
    """Each call makes a voucher, also of a number the order has already."""
    for name in ("trade_id", "service_provider", "tracking_number", "logistics_type"):
        if not request.get(name):
            raise Refused("402", f"{name} must not be null")
    if request["logistics_type"] not in ("EXPRESS", "POST"):
        raise Refused("402", "logisticsType must equals EXPRESS or POST")
    if request["service_provider"] not in ids.CARRIERS.values():
        raise Refused("402", "invalidate request: unknown serviceProvider")
    each = order(house, written, asked.shop, str(request["trade_id"]))
    if each is None:
        raise Refused("404", "order not exist")
    if each.status not in ("paid", "captured", "undeliver", "delivering"):
        raise Refused("402", f"invalidate request: an order that is {each.status} cannot be shipped")
    skus = {str(ids.sku_id(line.product)) for line in each.contract.terms.lines}
    for good in request.get("goods") or ():
        if str(good.get("product_id")) not in skus or not _is_quantity(good.get("quantity")):
            raise Refused("402", "invalidate request: goods")
    kept = {name: request[name] for name in ("service_provider", "tracking_number", "logistics_type")}
    return written.write("voucher", asked.shop, each.trade_id, {**kept, "goods": request.get("goods") or []})


def _is_quantity(value: object) -> bool:
    try:
        return Decimal(str(value)) > 0
    except InvalidOperation:
        return False
