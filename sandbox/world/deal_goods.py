"""The goods' part of a deal: ready, inspected, paid for, sent, arrived, accepted, complained about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from sandbox.world.trade import Acceptance, Consignment, Inspection, Terms

if TYPE_CHECKING:
    from sandbox.world.deal_life import Draft

CARRIERS = {
    "sea": ("COSCO", "Maersk", "MSC", "Evergreen"), "air": ("Cathay Cargo", "Lufthansa Cargo"), "courier": ("DHL", "FedEx", "UPS"),
}
TRAVEL_DAYS = {"sea": (12, 32), "air": (3, 7), "courier": (3, 6)}
AGENCIES = ("SGS", "Bureau Veritas", "QIMA", "Own QC")
REMARKS = ("Goods received in good order.", "Cartons wet, 2 pallets refused", "数量短缺, 见附件", "Rust on some pieces; photos sent")


def send_and_accept(rng: Random, draft: Draft, terms: Terms, started: datetime, courier: bool) -> None:
    """From production to the end, or to where the deal stops."""
    found: list[Inspection] = []
    if not courier and rng.random() < 0.2:
        _inspect(rng, draft, found, _after(rng, started, 2, 6), "during_production", "pass")
    ready = draft.add(_after(rng, started, 6, 24), "ready")
    cleared = ready if courier or rng.random() < 0.25 else _inspected(rng, draft, found, ready)
    draft.inspections = tuple(found)
    if cleared is None:
        return
    modes = ["courier"] if courier else rng.choice((["sea"], ["sea"], ["sea"], ["air"], ["air", "sea"], ["sea", "sea"]))
    # Money before goods at the platform that holds it in trust; elsewhere one in three pays against the bill of lading.
    pays_late = draft.shop != "harbor_alibaba" and rng.random() < 0.33
    if "balance" in terms.due_minor and not pays_late:
        sent = draft.add(_after(rng, cleared, 0.5, 4), "remitted", milestone="balance")
        if rng.random() < 0.06:
            return
        cleared = draft.add(_after(rng, sent, 0.2, 3), "paid", milestone="balance")
    arrivals = _send(rng, draft, terms, modes, cleared)
    if "balance" in terms.due_minor and pays_late:
        draft.add(_after(rng, arrivals[0][0], 2, 7), "paid", milestone="balance")
    if _quarrels(rng, draft, terms, arrivals[0][0]):
        return
    if all(arrived for _, arrived in arrivals):
        _accept(rng, draft, terms, [arrived for _, arrived in arrivals if arrived])


def _after(rng: Random, at: datetime, least_days: float, most_days: float) -> datetime:
    return at + timedelta(seconds=round(rng.uniform(least_days, most_days) * 86400))


def _inspected(rng: Random, draft: Draft, found: list[Inspection], ready: datetime) -> datetime | None:
    """When the goods may leave: after a pass or a conditional one; None where the second one failed too or is pending."""
    at, fate = _after(rng, ready, 0.5, 3), rng.random()
    if fate < 0.2:
        _inspect(rng, draft, found, at, "pre_shipment", "fail")
        at = _after(rng, at, 3, 8)
        if fate < 0.03:
            _inspect(rng, draft, found, at, "pre_shipment", "fail")
            return None
    elif fate < 0.24:
        _inspect(rng, draft, found, at, "pre_shipment", "pending")
        return None
    _inspect(rng, draft, found, at, "pre_shipment", "conditional" if fate > 0.88 else "pass")
    if rng.random() < 0.15:
        at = _after(rng, at, 0.2, 1)
        _inspect(rng, draft, found, at, "container_loading", "pass")
    return at


def _inspect(rng: Random, draft: Draft, found: list[Inspection], at: datetime, kind: str, result: str) -> None:
    major = {"pass": rng.randint(0, 2), "conditional": rng.randint(3, 6), "fail": rng.randint(8, 30), "pending": 0}[result]
    index = len(found)
    found.append(Inspection(
        index, kind, rng.choice(AGENCIES), result, rng.choice((32, 80, 125, 200)), rng.choice(("II, 0/2.5/4.0", "II, 1.0/4.0", "S-3")),
        int(result == "fail" and rng.random() < 0.3), major, rng.randint(0, 12), f"inspection-{draft.number}-{index + 1}.pdf",
    ))
    draft.add(at, "inspected", index=index)


def _send(rng: Random, draft: Draft, terms: Terms, modes: Sequence[str], cleared: datetime) -> list[tuple[datetime, datetime | None]]:
    """(departure, arrival) of each consignment; a few never arrive."""
    parted = _parted(terms, len(modes))
    consignments, moments, at = [], [], cleared
    for index, mode in enumerate(modes):
        at = _after(rng, at, 0.5, 6)
        days = rng.uniform(*TRAVEL_DAYS[mode])
        carrier = rng.choice(CARRIERS[mode])
        number = f"{carrier[:3].upper()}{rng.randrange(10**8, 10**9)}" if mode == "sea" else f"{rng.randrange(10**10, 10**11)}"
        container = f"{carrier[:3].upper()}U{rng.randrange(10**6, 10**7)}" if mode == "sea" else None
        expected = draft.local(at + timedelta(days=round(days) + rng.choice((-1, 0, 0, 2))))
        consignments.append(Consignment(index, mode, carrier, number, container, expected, parted[index]))
        draft.add(at, "shipped", index=index)
        arrived = at + timedelta(seconds=round(days * 86400)) if rng.random() > 0.05 else None
        if arrived:
            draft.add(arrived, "arrived", index=index)
        moments.append((at, arrived))
    draft.consignments = tuple(consignments)
    return moments


def _parted(terms: Terms, count: int) -> list[tuple[tuple[int, Decimal], ...]]:
    """All lines in one; or a third of each first (in whole units), then the rest."""
    if count == 1:
        return [tuple((line.index, line.quantity) for line in terms.lines)]
    first = tuple((line.index, line.quantity // 3) for line in terms.lines)
    return [first, tuple((line.index, line.quantity - line.quantity // 3) for line in terms.lines)]


def _quarrels(rng: Random, draft: Draft, terms: Terms, shipped: datetime) -> bool:
    """Now and then the money is frozen after the goods have left; True where that is the end."""
    if rng.random() > 0.07:
        return False
    frozen = draft.add(_after(rng, shipped, 0.5, 3), "frozen")
    fate = rng.random()
    if fate < 0.4:
        draft.add(_after(rng, frozen, 2, 3), "unfrozen")
        return False
    if fate < 0.7:
        draft.add(_after(rng, frozen, 3, 12), "charged_back")
    return True


def _accept(rng: Random, draft: Draft, terms: Terms, arrivals: Sequence[datetime]) -> None:
    """One acceptance for all, or one a consignment; some refuse a part and claim for it; then the deal is done."""
    if rng.random() < 0.06:  # arrived, and the buyer says nothing
        return
    each = len(arrivals) > 1 and rng.random() < 0.5
    lots = [consignment.quantity for consignment in draft.consignments]
    parts = list(zip(arrivals, lots, strict=True)) if each else [(max(arrivals), sum(lots, Decimal(0)))]
    found, claims, ended = [], 0, max(arrivals)
    for index, (arrived, units) in enumerate(parts):
        at = draft.add(_after(rng, arrived, 1, 6), "accepted", index=index)
        refused = units * rng.choice((1, 2, 5)) // 100 if rng.random() < 0.2 else Decimal(0)
        claim = int(terms.items_minor * refused / units / len(parts)) if refused else 0
        found.append(Acceptance(index, units - refused, refused, claim, REMARKS[1 + index % 3] if refused else REMARKS[0]))
        claims, ended = claims + claim, max(ended, at)
    draft.acceptances = tuple(found)
    if claims and rng.random() < 0.6:
        ended = draft.add(_after(rng, ended, 0.5, 5), "refunded", amount_minor=claims)
    draft.add(_after(rng, ended, 0.01, 4), "completed")
