"""Requests for quotation, and offers to them (methods of the old platform)."""

from __future__ import annotations

from typing import Any

from sandbox.alibaba import ids
from sandbox.alibaba.asked import Asked
from sandbox.alibaba.written import Written
from sandbox.iop.errors import missing
from sandbox.market import House
from sandbox.world.deal_state import DealState

LONGEST_PAGE = 50
REQUIRED = ("rfq_id", "details", "payment_terms", "expiry_date", "price_list")
ITEM = ("item_name", "quantity", "quantity_unit", "fob_price", "fob_price_unit", "port", "shipping_terms", "remark")


def rfqs(house: House, shop: str) -> list[DealState]:
    """Every request posted since the history began, the newest first."""
    states = house.world.deals_at(shop, house.clock.horizon)
    found = [state for state in states if state.rfq_status and state.deal.rfq.at >= house.world.first_at]
    return sorted(found, key=lambda state: (state.deal.rfq.at, state.deal.number), reverse=True)


def quotes_left(state: DealState) -> int:
    return max(state.deal.rfq.quotes_left - len(state.quotations), 0)


def search(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    words, since = asked.text("search_text").casefold(), asked.fields.get("open_time")
    size, page = asked.whole("page_size", 20, 1, LONGEST_PAGE), asked.whole("current_page", 1, 1, 10_000)
    found = [
        state for state in rfqs(house, asked.shop)
        if words in state.deal.rfq.subject.casefold() and (since is None or state.deal.rfq.at.timestamp() >= int(since))
    ]
    shown = [_listed(state) for state in found[(page - 1) * size: page * size]]
    return {"result": {"success": True, "result": {"message": "", "total": len(found), "request_list": shown}}}


def _listed(state: DealState) -> dict[str, Any]:
    rfq = state.deal.rfq
    return {
        "rfq_id": ids.rfq_id(state.deal), "unique_rfq_id": f"U{ids.rfq_id(state.deal)}", "category_id": 1427, "subject": rfq.subject,
        "description": "null", "quantity": f"{rfq.quantity:f}", "quantity_unit": rfq.unit, "country_simple": state.deal.firm.country,
        "left_count": quotes_left(state), "open_time": int(rfq.at.timestamp()), "expirate_time": int(rfq.expires_at.timestamp()),
        "lang_src": "en", "annex_files": [],
    }


def detail(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    number = asked.text("rfq_id")
    state = next((each for each in rfqs(house, asked.shop) if ids.rfq_id(each.deal) == number), None)
    if state is None:
        return {"result": {"success": False, "error_type": "RFQ_NOT_FOUND", "message": "the request does not exist"}}
    rfq = state.deal.rfq
    price = {} if rfq.target_price is None else {"fob_price": f"{rfq.target_price:f}", "fob_price_unit": "US Dollar"}
    told = {
        **_listed(state), "status": state.rfq_status, "payment_terms": rfq.payment_terms, "shipping_terms": rfq.incoterm,
        "destination_port": "null", "category_name": "Tools", **price,
    }
    return {"result": {"success": True, "result": {"message": "", "rfq_detail_dto": told, "attachments": []}}}


def quotation_post(house: House, written: Written, asked: Asked) -> dict[str, Any]:
    """One offer a request."""
    for name in REQUIRED:
        if not asked.fields.get(name):
            raise missing(name)
    for item in asked.fields["price_list"]:
        for name in ITEM:
            if not item.get(name):
                raise missing(f"price_list.{name}")
    number = asked.text("rfq_id")
    state = next((each for each in rfqs(house, asked.shop) if ids.rfq_id(each.deal) == number), None)
    why = "RFQ_NOT_FOUND" if state is None else "RFQ_CLOSED" if state.rfq_status != "open" else None
    if why or written.value("quotation", asked.shop, number):
        return {"result": {"success": False, "err_type": why or "ALREADY_QUOTED", "message": "no quotation is taken"}}
    taken = written.write("quotation", asked.shop, number, dict(asked.fields))
    return {"result": {"success": True, "result": {"id": 7_000_000 + taken}}}
