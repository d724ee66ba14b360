"""Who orders what, when: one calendar day of orders, computed from the seed and the day alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sandbox.world.cast import SHOPS, SITES, ZONES
from sandbox.world.goods import sales_tax
from sandbox.world.life import live
from sandbox.world.model import Line, Listing, Order, Shop
from sandbox.world.people import some_buyer

# Orders an hour at the site, 0 to 23 o'clock: asleep at night, a bump at lunch, most in the evening.
HOUR_WEIGHTS = (4, 2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 12, 10, 8, 8, 9, 10, 12, 15, 18, 17, 12, 8)
SHIPPING_MINOR = {
    "USD": 599, "EUR": 490, "GBP": 399, "JPY": 520, "SGD": 299, "MYR": 690, "PHP": 8500, "VND": 22000,
    "THB": 3900, "IDR": 1500000,
}
PAYMENT_METHODS = ("card", "wallet", "cod")


def orders_of_day(seed: int, day: date, count: int, offers: Mapping[tuple[str, str], Sequence[Listing]]) -> list[Order]:
    """``count`` orders over all shops whose sites have this calendar day.

    Args:
        offers: (shop, site) → listings that can be bought.
    """
    rng = Random(f"{seed}:orders:{day}")
    shops = rng.choices(list(SHOPS.values()), weights=[shop.share for shop in SHOPS.values()], k=count)
    placed: dict[str, datetime] = {}
    found = []
    for index, shop in enumerate(shops):
        site = rng.choice(shop.sites)
        at = _moment(rng, day, site)
        if rng.random() < 0.06 and site in placed:
            at = placed[site]  # two orders in the very same second
        placed[site] = at
        found.append(_order(rng, seed, day.toordinal() * 100_000 + index * 7, shop, site, at, offers[shop.name, site], count))
    return found


def _moment(rng: Random, day: date, site: str) -> datetime:
    """An instant of the site's calendar day; a few sit on its last or first second."""
    if rng.random() < 0.02:
        clock = rng.choice((time(0, 0, 0), time(23, 59, 59)))
    else:
        clock = time(rng.choices(range(24), weights=HOUR_WEIGHTS)[0], rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, clock, ZONES[site]).astimezone(UTC)


def _order(
    rng: Random, seed: int, number: int, shop: Shop, site: str, at: datetime, offers: Sequence[Listing], per_day: int,
) -> Order:
    first = rng.choice(offers)
    peers = [offer for offer in offers if offer.fulfilled_by == first.fulfilled_by and offer is not first]
    others = rng.sample(peers, k=min(len(peers), rng.choices((0, 1, 2, 4), weights=(62, 24, 10, 4))[0]))
    if shop.marketplace == "lazada":
        lines = _unit_lines(rng, site, [first, *others])
    else:
        lines = [_line(rng, site, index, offer, _units(rng), offer.fulfilled_by) for index, offer in enumerate([first, *others])]
    buyer = some_buyer(rng, seed, site, 40 + per_day * 6)
    return live(rng, number, shop, site, buyer, tuple(lines), at, rng.choice(PAYMENT_METHODS))


def _units(rng: Random) -> int:
    return rng.choices((1, 2, 3, 6), weights=(80, 13, 5, 2))[0]


def _unit_lines(rng: Random, site: str, offers: Sequence[Listing]) -> list[Line]:
    """Lazada's way: one line a unit. Some orders are stored and shipped by the marketplace, wholly or in part."""
    by_marketplace = rng.choices((0.0, 1.0, 0.5), weights=(90, 8, 2))[0]
    lines: list[Line] = []
    for offer in offers:
        keeper = "marketplace" if rng.random() < by_marketplace else "seller"
        lines += [_line(rng, site, len(lines) + unit, offer, 1, keeper) for unit in range(_units(rng))]
    return lines


def _line(rng: Random, site: str, index: int, offer: Listing, quantity: int, keeper: str) -> Line:
    currency = SITES[site].currency
    price = offer.special_price_minor if offer.special_price_minor and rng.random() < 0.7 else offer.price_minor
    discount = price * quantity * rng.choice((5, 10, 15)) // 100 if rng.random() < 0.18 else 0
    gift_wrap = SHIPPING_MINOR[currency] // 2 if offer.fulfilled_by == "marketplace" and rng.random() < 0.05 else 0
    shipping = 0 if rng.random() < 0.45 else SHIPPING_MINOR[currency]
    tax = sales_tax(site, price * quantity - discount)
    return Line(
        index, offer, offer.product.titles[SITES[site].language], quantity, price, discount, shipping + gift_wrap, gift_wrap, tax, keeper,
    )


def days_between(start: datetime, end: datetime) -> list[date]:
    """Calendar days that can hold an order of [start, end) at any site: one more on each side."""
    first, last = (start - timedelta(days=1)).date(), (end + timedelta(days=1)).date()
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
