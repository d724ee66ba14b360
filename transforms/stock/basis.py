"""What a plan stands on: how fresh its tables and its master are, and what must be said to a person where they are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

SKEW = timedelta(hours=1)  # clocks differ; a master dated further ahead than this hides its age


@dataclass(frozen=True)
class Proof:
    """How far one entity of a shop is proven complete (None: never). ``of_orders``: it says what is promised, else what shows."""

    shop: str
    entity: str
    of_orders: bool
    proven_until: datetime | None


@dataclass(frozen=True)
class Basis:
    """What a plan was made from.

    Attributes:
        now: the night's clock.
        master_at: when the brand counted.
        ordered_since: units ordered since then.
        proofs: of every entity that tells of orders or stock, of every shop of the client.
        held_orders: shop → orders in quarantine, whose units nobody counts as promised.
    """

    now: datetime
    master_at: datetime
    ordered_since: int = 0
    proofs: tuple[Proof, ...] = ()
    held_orders: Mapping[str, int] = field(default_factory=dict)


def doubts(basis: Basis, shops: Iterable[str], max_proof_age: timedelta, max_master_age: timedelta) -> list[str]:
    """Why a person must look though the changes are small; in words for that person.

    Orders of any shop count, for all shops sell from one master; what shows counts only where a change is planned.

    Args:
        shops: those the plan would change.
    """
    changed = set(shops)
    judged = [proof for proof in basis.proofs if proof.of_orders or proof.shop in changed]
    unproven = [_unproven(proof, basis.now, max_proof_age) for proof in judged if _is_old(proof.proven_until, basis.now, max_proof_age)]
    return [*_master(basis, max_master_age), *unproven, *_held(basis.held_orders)]


def _is_old(at: datetime | None, now: datetime, limit: timedelta) -> bool:
    return at is None or now - at > limit


def _unproven(proof: Proof, now: datetime, limit: timedelta) -> str:
    risk = "newer orders are not taken off" if proof.of_orders else "it may show something else by now"
    if proof.proven_until is None:
        return f"{proof.entity} of {proof.shop} were never proven complete: {risk}"
    age = f"for {_hours(now - proof.proven_until)} (since {_instant(proof.proven_until)}, allowed {_hours(limit)})"
    return f"{proof.entity} of {proof.shop} are not proven complete {age}: {risk}"


def _master(basis: Basis, limit: timedelta) -> list[str]:
    if basis.master_at > basis.now + SKEW:
        dated = f"dated {_instant(basis.master_at)}, later than now ({_instant(basis.now)})"
        return [f"the stock master is {dated}: nobody knows how old it is"]
    if not _is_old(basis.master_at, basis.now, limit):
        return []
    age = f"{_hours(basis.now - basis.master_at)} old (of {_instant(basis.master_at)}, allowed {_hours(limit)})"
    return [f"the stock master is {age}; {basis.ordered_since} units were ordered since"]


def _held(orders: Mapping[str, int]) -> list[str]:
    return [f"{count} orders of {shop} are in quarantine: their units are not taken off" for shop, count in sorted(orders.items()) if count]


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.0f} hours"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
