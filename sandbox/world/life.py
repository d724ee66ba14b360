"""How an order lives: the events after it was placed, drawn from one random stream."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sandbox.world.aftermath import returns_of, reviews_of
from sandbox.world.goods import sales_tax
from sandbox.world.model import Buyer, Event, Line, Order, Parcel, Shop

CARRIERS = {
    "US": ("UPS", "USPS"), "DE": ("DHL", "Hermes"), "FR": ("Colissimo", "Chronopost"), "GB": ("Royal Mail", "Evri"),
    "JP": ("ヤマト運輸", "Japan Post"), "SG": ("Ninja Van", "LEX SG"), "MY": ("J&T Express", "LEX MY"), "PH": ("LEX PH", "Flash"),
    "VN": ("LEX VN", "GHN"), "TH": ("Kerry", "LEX TH"), "ID": ("JNE", "LEX ID"),
}


def live(rng: Random, number: int, shop: Shop, site: str, buyer: Buyer, lines: tuple[Line, ...], at: datetime, method: str) -> Order:
    """The whole order: placed at ``at``, then whatever the dice say. Events come back in time order."""
    events = [Event(at, "placed")]
    paid_at = _later(rng, at, 0.02, 1.5) if rng.random() < 0.9 else _later(rng, at, 2, 20)
    fate = rng.random()
    parcels: tuple[Parcel, ...] = ()
    if fate < 0.03:  # never paid
        events.append(Event(_later(rng, at, 0.5, 26), "cancelled"))
    else:
        events.append(Event(paid_at, "paid"))
        if fate < 0.07:
            events.append(Event(_later(rng, paid_at, 0.3, 30), "cancelled"))
        else:
            parcels = _send(rng, site, lines, paid_at, events)
            _change(rng, site, lines, at, paid_at, events)
    events.sort(key=lambda event: event.at)
    # Kept in the order drawn: each stream of dice is consumed whatever the outcome before it.
    returns, returned = returns_of(rng, number, shop, lines, parcels, tuple(events))
    reviews = reviews_of(rng, number, shop, site, lines, tuple(events))
    events = sorted([*events, *returned], key=lambda event: event.at)
    return Order(number, shop.name, site, buyer, lines, parcels, tuple(events), returns, reviews, method)


def _later(rng: Random, at: datetime, least_hours: float, most_hours: float) -> datetime:
    return at + timedelta(seconds=round(rng.uniform(least_hours, most_hours) * 3600))


def _send(rng: Random, site: str, lines: tuple[Line, ...], paid_at: datetime, events: list[Event]) -> tuple[Parcel, ...]:
    """Pack, ship and deliver what is left after a possible partial cancellation; appends the events."""
    left = [(line.index, line.quantity) for line in lines]
    packed_at = _later(rng, paid_at, 1, 40)
    if len(left) > 1 and rng.random() < 0.08:
        dropped = left.pop(rng.randrange(len(left)))
        events.append(Event(_later(rng, paid_at, 0.1, 0.9), "cancelled", lines=(dropped[0],)))
    parcels = _parcels(rng, site, left)
    for parcel in parcels:
        shipped_at = _later(rng, packed_at, 0.5, 14)
        events += [Event(packed_at, "packed", parcel.index), Event(shipped_at, "shipped", parcel.index)]
        arrived_at = _later(rng, shipped_at, 20, 140)
        events.append(Event(arrived_at, "lost" if rng.random() < 0.02 else "delivered", parcel.index))
        packed_at = _later(rng, packed_at, 5, 40)
    return parcels


def _parcels(rng: Random, site: str, units: list[tuple[int, int]]) -> tuple[Parcel, ...]:
    """One parcel, or two where there is more than one unit and the dice say so (a line's units may be parted)."""
    if sum(count for _, count in units) < 2 or rng.random() > 0.3:
        contents = [units]
    else:
        single = [index for index, count in units for _ in range(count)]
        cut = rng.randrange(1, len(single))
        contents = [_counted(single[:cut]), _counted(single[cut:])]
    return tuple(
        Parcel(index, rng.choice(CARRIERS[site]), f"{site}{rng.randrange(10**11, 10**12)}", tuple(part))
        for index, part in enumerate(contents)
    )


def _counted(indexes: list[int]) -> list[tuple[int, int]]:
    return [(index, indexes.count(index)) for index in dict.fromkeys(indexes)]


def _change(rng: Random, site: str, lines: tuple[Line, ...], at: datetime, paid_at: datetime, events: list[Event]) -> None:
    """Amounts that change after placement, and updates nobody can see: some soon, some weeks late, some all at one instant."""
    for chance, least, most in ((0.04, 0.5, 70), (0.025, 24 * 9, 24 * 24)):
        if rng.random() < chance:
            line = rng.choice(lines)
            goods = line.unit_price_minor * line.quantity
            discount = min(line.discount_minor + goods * rng.choice((5, 8, 20)) // 100, goods)
            amounts = {"discount_minor": discount, "tax_minor": sales_tax(site, goods - discount)}
            events.append(Event(_later(rng, paid_at, least, most), "repriced", lines=(line.index,), amounts=amounts))
    if rng.random() < 0.05:
        events.append(Event(_later(rng, at, 30, 24 * 22), "touched"))
    if rng.random() < 0.08:  # a nightly batch at the site touches many orders in one second, on the hour of the night's cut
        day = at + timedelta(days=rng.randint(2, 9))
        events.append(Event(day.replace(hour=3, minute=0, second=0), "touched"))
