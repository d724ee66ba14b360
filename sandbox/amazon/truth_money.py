"""The truth about bookings and payouts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.finances import LEAVES, TYPES, status_of, visible
from sandbox.amazon.transfers import history, paid_out
from sandbox.clock import iso
from sandbox.market import House
from sandbox.world.cast import SITES, ZONES
from sandbox.world.model import Posting, Shop

Rows = Iterator[dict[str, Any]]

KINDS = {
    "tax": "tax", "shipping": "shipping", "discount": "discount", "commission": "fee", "fulfilment_fee": "fee", "subscription": "fee",
    "adjustment": "adjustment",
}
STATUS = {"DEFERRED": "deferred", "DEFERRED_RELEASED": "released", "RELEASED": "released"}
PAYOUT_STATUS = {"STARTED": "pending", "IN_TRANSIT": "pending", "PAID": "paid", "FAILED": "failed"}


def ledger_entries(house: House, shop: Shop) -> Rows:
    for posting in visible(house, shop):
        order = posting.order
        about = {
            "client": shop.client, "shop": shop.name, "transaction_id": numbers.transaction_id(posting),
            "order_id": numbers.order_id(order) if order else None, "line_id": None,
            "sku": order.lines[posting.line].listing.sku if order else None, "status": STATUS[status_of(posting, house.clock.horizon)],
            "currency": SITES[posting.site].currency, "posted_at": iso(posting.at),
            "posted_date": posting.at.astimezone(ZONES[posting.site]).date().isoformat(),
            "payout_id": numbers.settlement_id(posting.payout),
        }
        for place, name, minor in _leaves(posting):
            kind = ("refund" if posting.kind == "refund" else "sale") if name == "principal" else KINDS[name]
            yield {
                **about, "entry_id": f"{about['transaction_id']}/{place}", "kind": kind,
                "kind_raw": "/".join((TYPES[posting.kind][0], *LEAVES[name])), "amount_minor": minor,
            }


def _leaves(posting: Posting) -> list[tuple[str, str, int]]:
    """(place in the transaction, what, minor units): amounts stand under branches, in order of first appearance."""
    root, branches, found = "i0" if posting.order else "t", {}, []
    for name, minor in posting.amounts:
        siblings = branches.setdefault(LEAVES[name][0], [])
        siblings.append(name)
        found.append((f"{root}/{list(branches).index(LEAVES[name][0])}/{len(siblings) - 1}", name, minor))
    return found


def payouts(house: House, shop: Shop) -> Rows:
    for payout in paid_out(house, shop):
        status = history(payout, house.clock.horizon)[-1][0]
        yield {
            "client": shop.client, "shop": shop.name, "payout_id": numbers.settlement_id(payout.number), "status": PAYOUT_STATUS[status],
            "status_raw": status, "currency": SITES[payout.site].currency, "amount_minor": payout.amount_minor,
            "initiated_at": iso(payout.ends_at), "initiated_date": payout.ends_at.astimezone(ZONES[payout.site]).date().isoformat(),
        }
