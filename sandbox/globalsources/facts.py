"""Which deals an account tells of, when it exports, and what its people know at that instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.world import World
from sandbox.world.deal_state import ContractState, DealState
from sandbox.world.model import Shop
from sandbox.world.trade import Deal, Firm

EXPORTED_BEFORE = timedelta(hours=2)  # the night begins: the evening's exports are in the folder by then
EARLIER = timedelta(days=7)  # somebody has exported once before
FILTER = timedelta(days=30)  # of the platform's inquiry list: older ones are in no later export than the first, and not gone
WHOLE_AFTER = timedelta(minutes=3)
OFFLINE = "harbor_offline"
TOLD = {
    "harbor_globalsources": (
        "inquiries", "rfqs", "quotations", "contracts", "inspections", "acceptances", "shipments", "payments", "listings",
    ),
    OFFLINE: ("inquiries", "quotations", "inspections", "acceptances", "rfqs"),
}
DEALS_OF = {"harbor_globalsources": "harbor_globalsources", OFFLINE: "harbor_alibaba"}


def export_times(world: World, horizon: datetime) -> list[datetime]:
    """A week before the first night, and every evening from then on."""
    first = world.origin - EXPORTED_BEFORE
    nights = max(0, (horizon - world.origin) // timedelta(days=1)) + 1
    return [first_export(world), *(first + timedelta(days=night) for night in range(nights))]


def first_export(world: World) -> datetime:
    return world.origin - EXPORTED_BEFORE - EARLIER


def deals(world: World, shop: Shop, at: datetime) -> list[DealState]:
    return world.deals_at(DEALS_OF[shop.name], at)


def inquiries(world: World, shop: Shop, at: datetime) -> Iterator[DealState]:
    """As the platform's list shows them: all of it to whoever exports for the first time, the last month from then on."""
    is_first = at == first_export(world)
    return (state for state in deals(world, shop, at) if state.deal.inquiry and (is_first or state.deal.inquiry.at >= at - FILTER))


def rfqs(world: World, shop: Shop, at: datetime) -> Iterator[DealState]:
    """Requests the account has on record; where the platform tells of its own, those somebody has quoted for."""
    return (state for state in deals(world, shop, at) if state.deal.rfq and (shop.name != OFFLINE or state.quotations))


def contracts(world: World, shop: Shop, at: datetime) -> Iterator[tuple[DealState, ContractState]]:
    """Those both sides have signed; drafts are in nobody's list."""
    for state in deals(world, shop, at):
        if state.contract and state.contract.signed_at:
            yield state, state.contract


def is_forwarded(deal: Deal) -> bool:
    """One notification in three escapes the forwarding rule, and somebody sends it on after the evening's export."""
    return deal.number % 3 == 1


def mailed(world: World, shop: Shop, since: datetime, until: datetime) -> list[Deal]:
    """Deals whose inquiry the platform has mailed about in that time (it does so for its own messages)."""
    asked = (state.deal for state in deals(world, shop, until) if state.deal.inquiry and state.deal.inquiry.kind == "inquiry")
    return [deal for deal in asked if max(since, until - FILTER) <= deal.inquiry.at]


def only_mailed(world: World, shop: Shop, horizon: datetime) -> list[Deal]:
    """Since the last export, and long enough ago that the file is whole by the night."""
    last = export_times(world, horizon)[-1]
    return [deal for deal in mailed(world, shop, last, horizon - WHOLE_AFTER) if not is_forwarded(deal)]


@dataclass(frozen=True)
class Transfer:
    """One movement at the seller's bank. ``what``: deposit, balance, full, or refund-<n>; ``amount_minor``: signed."""

    what: str
    at: datetime
    amount_minor: int
    payer: Firm


def transfers(state: DealState, contract: ContractState) -> Iterator[Transfer]:
    for name, milestone in contract.milestones.items():
        if milestone.paid_at:
            yield Transfer(name, milestone.paid_at, contract.terms.due_minor[name], state.deal.firm)
    for index, (at, _, amount) in enumerate(contract.refunds):
        yield Transfer(f"refund-{index + 1}", at, -amount, state.deal.firm)
