"""After delivery (or after a paid order was called off): returns, refunds, cancellation requests, reviews."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sandbox.world.cast import SITES
from sandbox.world.model import Event, Line, Parcel, Return, Review, Shop

REASONS = ("DEFECTIVE", "NOT_AS_DESCRIBED", "ORDERED_WRONG_ITEM", "CHANGED_MIND", "ARRIVED_LATE")
_WORDS = {
    "en": ("Does what it should.", "Broke after a week :(", "Lovely! 😀", "Packaging could be better; item is \"fine\"."),
    "de": ("Sehr schön, schnelle Lieferung.", "Größe passt nicht."), "fr": ("Très bien, merci !", "Déçu de la qualité."),
    "ja": ("とても良いです。", "思ったより小さい。"), "vi": ("Hàng đẹp, giao nhanh.", "Không giống hình."),
    "th": ("สินค้าดีมาก", "จัดส่งช้า"),
}


def returns_of(
    rng: Random, number: int, shop: Shop, lines: tuple[Line, ...], parcels: tuple[Parcel, ...], events: tuple[Event, ...],
) -> tuple[tuple[Return, ...], list[Event]]:
    """Requests about an order and the order events their end brings."""
    kinds = [event.kind for event in events]
    arrived = {index: _arrival(parcels, events, index) for index in range(len(lines))}
    back = [line for line in lines if arrived[line.index]]
    if shop.marketplace == "lazada" and "paid" in kinds and "cancelled" in kinds and rng.random() < 0.7:
        return _called_off(rng, number, lines, events), []
    if not back or rng.random() > 0.09:
        return (), []
    chosen = back if rng.random() < 0.2 else [rng.choice(back)]
    start = max(arrived[line.index] for line in chosen) + timedelta(seconds=rng.randint(3600, 11 * 86400))
    kind = "refund_only" if shop.marketplace == "lazada" and rng.random() < 0.25 else "return"
    steps = _steps(rng, start)
    found = tuple(_request(rng, number, line, kind, steps) for line in chosen)
    done = [at for at, word in steps if word == "refunded"]
    gone = [Event(at, "returned", lines=tuple(line.index for line in chosen)) for at in done if kind == "return"]
    return found, gone


def _arrival(parcels: tuple[Parcel, ...], events: tuple[Event, ...], index: int) -> datetime | None:
    """When the last of a line's parcels was delivered; None where one is not (lost, or the line was never sent)."""
    mine = [parcel.index for parcel in parcels if any(line == index for line, _ in parcel.contents)]
    times = [event.at for event in events if event.kind == "delivered" and event.parcel in mine]
    return max(times) if mine and len(times) == len(mine) else None


def _steps(rng: Random, start: datetime) -> tuple[tuple[datetime, str], ...]:
    """Every step falls within ten days of the request: a reader that looks back that far misses none."""
    approved = start + timedelta(seconds=rng.randint(1800, 2 * 86400))
    ended = approved + timedelta(seconds=rng.randint(86400, 6 * 86400))
    fate = rng.random()
    if fate < 0.12:
        return (start, "requested"), (approved, "rejected")
    if fate < 0.2:
        return (start, "requested"), (approved, "cancelled")
    return (start, "requested"), (approved, "approved"), (ended, "refunded")


def _request(rng: Random, number: int, line: Line, kind: str, steps: tuple[tuple[datetime, str], ...]) -> Return:
    quantity = rng.randint(1, line.quantity)
    refund = (line.unit_price_minor * line.quantity - line.discount_minor) * quantity // line.quantity
    return Return(number * 100 + line.index, number, line.index, kind, quantity, rng.choice(REASONS), refund, steps)


def _called_off(rng: Random, number: int, lines: tuple[Line, ...], events: tuple[Event, ...]) -> tuple[Return, ...]:
    """The cancellation requests behind a paid order's cancelled lines."""
    event = next(event for event in events if event.kind == "cancelled")
    paid = next(event.at for event in events if event.kind == "paid")
    asked = paid + (event.at - paid) * rng.uniform(0.2, 0.8)
    steps = ((asked.replace(microsecond=0), "requested"), (event.at, "refunded"))
    chosen = range(len(lines)) if event.lines is None else event.lines
    return tuple(_request(rng, number, lines[index], "cancel", steps) for index in chosen)


def reviews_of(rng: Random, number: int, shop: Shop, site: str, lines: tuple[Line, ...], events: tuple[Event, ...]) -> tuple[Review, ...]:
    """A tenth of delivered orders is reviewed; a reply comes within three days; a few buyers write again."""
    delivered = [event.at for event in events if event.kind == "delivered"]
    if not delivered or rng.random() > 0.14:
        return ()
    at = max(delivered) + timedelta(seconds=rng.randint(3600, 9 * 86400))
    line = rng.choice(lines).index
    words = _WORDS[SITES[site].language]
    replied = at + timedelta(seconds=rng.randint(1800, 3 * 86400)) if rng.random() < 0.3 else None
    first = Review(number * 100 + 50 + 1, line, "product", rng.choices((1, 2, 3, 4, 5), weights=(6, 4, 10, 25, 55))[0],
                   rng.choice(words), at, "Thank you!" if replied else None, replied)
    if rng.random() > 0.15:
        return (first,)
    again = at + timedelta(days=rng.randint(3, 12), seconds=rng.randrange(86400))
    return first, Review(number * 100 + 50 + 2, line, "follow_up", rng.randint(1, 5), rng.choice(words), again)
