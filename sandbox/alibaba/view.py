"""A deal's contract as the platform sees it: a trade-assurance order with a status, a pay step and vouchers.

Production, inspections and arrivals happen outside the platform: they move neither its status nor its modification date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.alibaba import ids
from sandbox.alibaba.written import Written
from sandbox.market import House
from sandbox.world.deal_state import ContractState, DealState
from sandbox.world.trade import Deal

OUTSIDE = frozenset(("started", "inspected", "arrived", "accepted"))
PAPERS = frozenset(("asked", "read", "replied", "closed", "spam", "posted", "request_expired", "lost", "drafted", "quoted",
                    "quote_rejected", "quote_accepted", "quote_expired"))
FUNDED = ("paid", "captured", "undeliver")


@dataclass(frozen=True)
class Voucher:
    """``goods``: (line index, quantity) where the voucher tells them; ``is_arrived``: as the carrier's tracking says."""

    number: str
    provider: str
    kind: str  # EXPRESS, POST
    at: datetime
    is_arrived: bool
    goods: tuple[tuple[int, Decimal], ...] = ()
    events: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True)
class OrderView:
    deal: Deal
    contract: ContractState
    status: str
    step: str
    modified_at: datetime
    vouchers: tuple[Voucher, ...] = field(default=())

    @property
    def trade_id(self) -> str:
        return ids.trade_id(self.deal)


def orders(house: House, written: Written, shop: str) -> list[OrderView]:
    """Every order of a shop, the newest change first: a platform does not forget, and other papers go on naming old ones."""
    found = [view(house, written, state) for state in _agreed(house, shop)]
    return sorted(found, key=lambda each: (each.modified_at, each.deal.number), reverse=True)


def order(house: House, written: Written, shop: str, trade_id: str) -> OrderView | None:
    number = ids.deal_number(trade_id)
    found = next((state for state in _agreed(house, shop) if state.deal.number == number), None)
    return found and view(house, written, found)


def _agreed(house: House, shop: str) -> Iterator[DealState]:
    return (state for state in house.world.deals_at(shop, house.clock.horizon) if state.contract)


def view(house: House, written: Written, state: DealState) -> OrderView:
    deal, contract = state.deal, state.contract
    told = written.vouchers(deal.shop, ids.trade_id(deal))
    vouchers = (*_world_vouchers(deal, contract), *(_told_voucher(deal, at, request) for at, request in told))
    seen = [event.at for event in deal.events if event.at < house.clock.horizon and event.kind not in OUTSIDE | PAPERS]
    step = _step(contract)
    return OrderView(deal, contract, _status(deal, contract, vouchers, step), step, max([*seen, *(at for at, _ in told)]), vouchers)


def _world_vouchers(deal: Deal, contract: ContractState) -> list[Voucher]:
    """Several consignments tell their goods, a single one does not."""
    are_parts = len(deal.consignments) > 1
    return [
        Voucher(
            each.consignment.number, ids.CARRIERS[each.consignment.carrier], "EXPRESS", each.shipped_at, each.delivered_at is not None,
            each.consignment.contents if are_parts else (),
            ((each.shipped_at, "DEPARTED"), *(((each.delivered_at, "DELIVERED"),) if each.delivered_at else ())),
        )
        for each in contract.consignments
    ]


def _told_voucher(deal: Deal, at: datetime, request: Mapping[str, Any]) -> Voucher:
    lines = {str(ids.sku_id(line.product)): line.index for line in deal.terms.lines}
    goods = tuple((lines[str(each["product_id"])], Decimal(str(each["quantity"]))) for each in request.get("goods") or ())
    number, provider, kind = (request[name] for name in ("tracking_number", "service_provider", "logistics_type"))
    return Voucher(number, provider, kind, at, False, goods, ((at, "ACCEPTED"),))


def _step(contract: ContractState) -> str:
    if "full" in contract.milestones:
        return "FULL"
    balance = contract.milestones["balance"]
    is_asked = contract.ready_at is not None or balance.status in ("remitted", "paid", "refunded")
    return "BALANCE" if is_asked and contract.milestones["deposit"].status == "paid" else "ADVANCE"


def _status(deal: Deal, contract: ContractState, vouchers: tuple[Voucher, ...], step: str) -> str:
    ended = (
        (contract.charged_back_at, "charge_back"), (contract.frozen_at, "frozen"), (contract.cancelled_at, "trade_close"),
        (contract.completed_at, "trade_success"), (contract.proposed, "wait_confirm_modify"),
    )
    found = next((word for since, word in ended if since), None)
    if found:
        return found
    if vouchers:
        return _on_its_way(deal, contract, vouchers)
    if contract.signed_at is None:
        return ("to_be_audited", "intention_processing")[ids.lot(deal) % 2]
    paying = contract.milestones[{"FULL": "full", "ADVANCE": "deposit", "BALANCE": "balance"}[step]].status
    if paying == "paid":
        return FUNDED[ids.lot(deal) % 3]
    return ("paying", "relating")[ids.lot(deal) % 2] if paying == "remitted" else "unpay"


def _on_its_way(deal: Deal, contract: ContractState, vouchers: tuple[Voucher, ...]) -> str:
    """A voucher without goods is for all there is. Some sellers forget to say that the last part has gone."""
    is_all = any(not voucher.goods for voucher in vouchers)
    sent = sum((units for voucher in vouchers for _, units in voucher.goods), Decimal(0))
    if is_all:
        return "wait_confirm_receipt"
    return "wait_confirm_receipt" if sent == contract.quantity and ids.lot(deal) % 2 else "delivering"
