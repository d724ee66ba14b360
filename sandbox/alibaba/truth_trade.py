"""Contracts, their lines, money and shipments as a perfect reader of Alibaba.com would store them, stated from the world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from sandbox.alibaba import answer_orders, ids
from sandbox.alibaba.view import OrderView, Voucher, orders
from sandbox.alibaba.written import Written
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world import ZONES
from sandbox.world.trade import rounded_minor

Row = Mapping[str, object]
UNPAID, DRAFTS, HELD = ("unpay", "paying", "relating"), ("to_be_audited", "intention_processing"), ("frozen", "charge_back")
FOLLOWED = ("delivering", "wait_confirm_receipt", "frozen")
SHOWN = (*FOLLOWED, "trade_success", "charge_back")  # whose vouchers are told
WORDS = {
    **dict.fromkeys(DRAFTS, "draft"), "wait_confirm_receipt": "shipped", "trade_success": "completed", "trade_close": "cancelled",
    **dict.fromkeys(HELD, "disputed"), "wait_confirm_modify": "on_hold",
}


def contracts(house: House, written: Written, shop: str) -> Iterator[Row]:
    for each in orders(house, written, shop):
        deal, terms = each.deal, each.contract.terms
        goods = sum((line.amount for line in terms.lines), Decimal(0))
        yield {
            **_of(each), "contract_id": each.trade_id, "quotation_id": None, "inquiry_id": None, "status": _status(each),
            "status_raw": f"{each.status},{each.step}", "created_at": iso(each.contract.created_at),
            "created_date": _day(deal.site, each.contract.created_at), "signed_at": None,
            "ship_by_date": deal.ship_by.isoformat() if ids.lot(deal) % 2 == 0 else None, "buyer_key": ids.buyer_id(deal.firm),
            "buyer_country": deal.firm.country, "currency": deal.currency,
            "items_minor": terms.items_minor if goods * 100 == rounded_minor(goods) else None,
            "shipping_minor": terms.shipping_minor + terms.insurance_minor, "discount_minor": terms.discount_minor,
            "tax_minor": terms.tax_minor, "total_minor": terms.total_minor, "deposit_minor": terms.deposit_minor,
            "incoterm": deal.incoterm, "payment_terms": None,
        }


def _of(each: OrderView) -> Row:
    return {"source_updated_at": iso(each.modified_at)}


def _day(site: str, at) -> str:
    return at.astimezone(ZONES[site]).date().isoformat()


def _status(each: OrderView) -> str:
    if each.status in UNPAID:
        return "deposit_paid" if each.step == "BALANCE" else "signed"
    if each.status == "delivering":
        told = all(voucher.goods for voucher in each.vouchers)
        sent = sum((units for voucher in each.vouchers for _, units in voucher.goods), Decimal(0))
        return "shipped" if told and sent == each.contract.quantity else "partially_shipped"
    return WORDS.get(each.status) or ("deposit_paid" if each.step == "ADVANCE" else "paid")


def contract_lines(house: House, written: Written, shop: str) -> Iterator[Row]:
    for each in orders(house, written, shop):
        for line in each.contract.terms.lines:
            is_listed = (shop, each.deal.site, line.product.sku) in house.world.listing
            yield {
                **_of(each), "contract_id": each.trade_id, "line_id": ids.line_id(each.deal, line.index),
                "sku": line.product.sku if is_listed else str(ids.sku_id(line.product)),
                "product_id": str(1_600_000_000_000 + ids.noun(line.product)), "description": line.product.titles["en"],
                "quantity": str(line.quantity), "unit": line.unit, "currency": each.deal.currency, "unit_price": str(line.unit_price),
                "total_minor": line.amount_minor,
            }


def payment_milestones(house: House, written: Written, shop: str) -> Iterator[Row]:
    for each in orders(house, written, shop):
        terms, states = each.contract.terms, each.contract.milestones
        back = sum(amount for _, _, amount in each.contract.refunds)
        paid = sum(due for name, due in terms.due_minor.items() if states[name].paid_at)
        for name, due in terms.due_minor.items():
            is_paid = states[name].paid_at is not None
            word = "refunded" if back and back >= paid else "frozen" if each.status in HELD else "paid"
            yield {
                **_of(each), "contract_id": each.trade_id, "milestone": name, "currency": each.deal.currency, "due_minor": due,
                "due_date": None, "status": word if is_paid else "cancelled" if each.status == "trade_close" else "due",
                "paid_at": iso(states[name].paid_at),
            }


def trade_shipments(house: House, written: Written, shop: str) -> Iterator[Row]:
    for each in orders(house, written, shop):
        for voucher in each.vouchers if each.status in SHOWN else ():
            yield {
                **_of(each), "contract_id": each.trade_id, "shipment_id": voucher.number, "mode": _mode(voucher),
                "carrier": voucher.provider, "tracking_number": voucher.number, "container_number": None,
                "status": "delivered" if _has_arrived(each, voucher) else "in_transit",
                "status_raw": voucher.events[-1][1] if each.status in FOLLOWED else None,
                "shipped_at": iso(voucher.at) if len(each.vouchers) == 1 else None, "expected_date": None, "delivered_at": None,
                "quantity": str(sum(units for _, units in voucher.goods)) if voucher.goods else None,
            }


def _mode(voucher: Voucher) -> str:
    if "OCEAN" in voucher.provider:
        return "sea"
    return "air" if "_AIR_" in voucher.provider else {"EXPRESS": "courier", "POST": "post"}[voucher.kind]


def _has_arrived(each: OrderView, voucher: Voucher) -> bool:
    """A completed order's goods have arrived; after a chargeback nobody follows them."""
    return each.status == "trade_success" or (each.status in FOLLOWED and voucher.is_arrived)


def payments(house: House, written: Written, shop: str) -> Iterator[Row]:
    for each in orders(house, written, shop):
        if each.status not in DRAFTS:
            yield from _payments(each)


def _payments(each: OrderView) -> Iterator[Row]:
    states = each.contract.milestones
    for name, due in each.contract.terms.due_minor.items():
        word, state = answer_orders.pay_status(each, name), states[name]
        if word != "UNPAY":
            net = answer_orders.received(each, due)
            fee = net - due if state.paid_at and net != due else None
            status = "completed" if state.paid_at else "pending"
            yield _payment(each, answer_orders.STEPS[name], "payment", answer_orders.STEPS[name], status, word, due, state.remitted_at, fee)
    for place, (at, _, amount) in enumerate(each.contract.refunds):
        yield _payment(each, f"refund/{each.deal.number * 10 + place}", "refund", "refund", "completed", "completed", -amount, at)
    paid = [state.paid_at for state in states.values() if state.paid_at]
    if paid:
        yield _payment(each, "service_fee", "fee", "service_fee", "completed", "completed", -answer_orders.fee(each), max(paid))


def _payment(each: OrderView, tail, kind, raw, status, status_raw, amount, at, fee=None) -> Row:
    number = f"{each.trade_id}/{tail}"
    return {
        **_of(each), "payment_id": number, "transaction_id": number, "parent_id": None, "order_id": each.trade_id, "kind": kind,
        "kind_raw": raw, "status": status, "status_raw": status_raw, "provider": "trade_assurance", "currency": each.deal.currency,
        "amount_minor": amount, "fee_minor": fee, "paid_at": iso(at), "paid_date": _day(each.deal.site, at), "payer_key": None,
    }
