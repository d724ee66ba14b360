"""What an order's life does to the shop's account: bookings, and the payouts they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from sandbox.world.cast import SHOPS, ZONES
from sandbox.world.fold import LineState, OrderState, order_at
from sandbox.world.model import Order, Payout, Posting

PERIOD_DAYS = {"amazon": 14, "lazada": 7, "ebay": 7, "etsy": 7, "aliexpress": 7, "shopify": 1, "woocommerce": 7}
_ANCHOR = datetime(2024, 1, 1)  # a Monday: periods begin on Mondays, 00:00 at the site
COMMISSION_PERCENT = {"amazon": 15, "lazada": 6, "ebay": 12, "etsy": 7, "aliexpress": 8, "shopify": 3, "woocommerce": 0}
ANY_PERIOD_DAYS, ANY_PERCENT = 7, 10  # of a marketplace that nobody has given its own


def period_of(shop: str, site: str, at: datetime) -> int:
    """Number of the statement period an instant falls into, at the site's calendar."""
    local = at.astimezone(ZONES[site]).replace(tzinfo=None)
    return (local - _ANCHOR).days // PERIOD_DAYS.get(SHOPS[shop].marketplace, ANY_PERIOD_DAYS)


def period_bounds(shop: str, site: str, period: int) -> tuple[datetime, datetime]:
    days = PERIOD_DAYS.get(SHOPS[shop].marketplace, ANY_PERIOD_DAYS)
    start = _ANCHOR + timedelta(days=period * days)
    return tuple((start + timedelta(days=days * step)).replace(tzinfo=ZONES[site]).astimezone(UTC) for step in (0, 1))


def payout_number(shop: str, site: str, period: int) -> int:
    return SHOPS[shop].number * 1_000_000 + SHOPS[shop].sites.index(site) * 100_000 + period


def postings_of(order: Order) -> list[Posting]:
    """One sale a line when it first leaves (Amazon) or arrives (Lazada), one refund a refunded request."""
    found: list[Posting] = []
    wanted = "shipped" if SHOPS[order.shop].marketplace == "amazon" else "delivered"
    booked: set[int] = set()
    for event in order.events:
        if event.kind != wanted:
            continue
        state = order_at(order, event.at + timedelta(seconds=1))
        for index, _ in order.parcels[event.parcel].contents:
            if index not in booked:
                booked.add(index)
                found.append(_sale(order, state, index, event.at))
    for request in order.returns:
        ended = [at for at, word in request.steps if word == "refunded"]
        if ended and request.kind != "cancel":
            found.append(_refund(order, request.number, request.line, request.refund_minor, ended[0]))
    return found


def _sale(order: Order, state: OrderState, index: int, at: datetime) -> Posting:
    line = state.lines[index]
    arrivals = [event.at for event in order.events if event.kind == "delivered"]
    # Held back until a week after delivery, never longer than nine days: who looks back ten days sees every release.
    released = min(max(arrivals, default=at) + timedelta(days=7), at + timedelta(days=9))
    amounts = _sale_amounts(SHOPS[order.shop].marketplace, line)
    return _posting(order.number * 100 + index, order.shop, order.site, at, "sale", amounts, released, order, index)


def _sale_amounts(marketplace: str, state: LineState) -> tuple[tuple[str, int], ...]:
    goods = state.items_minor - state.discount_minor
    amounts = [("principal", state.items_minor)]
    optional = (
        ("discount", -state.discount_minor), ("shipping", state.shipping_minor), ("tax", state.tax_minor),
        ("commission", -(goods * COMMISSION_PERCENT.get(marketplace, ANY_PERCENT) // 100)),
        ("payment_fee", -(goods * 2 // 100) if marketplace == "lazada" else 0),
        ("fulfilment_fee", -(goods * 9 // 100) if marketplace == "amazon" and state.line.fulfilled_by == "marketplace" else 0),
    )
    return tuple(amounts + [(name, value) for name, value in optional if value])


def _refund(order: Order, number: int, index: int, refund_minor: int, at: datetime) -> Posting:
    back = refund_minor * COMMISSION_PERCENT.get(SHOPS[order.shop].marketplace, ANY_PERCENT) // 100
    amounts = (("principal", -refund_minor), *((("commission", back),) if back else ()))
    return _posting(number + 50, order.shop, order.site, at, "refund", amounts, at, order, index)


def _posting(number, shop, site, at, kind, amounts, released, order=None, line=None) -> Posting:
    if SHOPS[shop].marketplace == "lazada":  # its money is free when the statement it was booked in is paid
        period = period_of(shop, site, at)
        released = payout_time(shop, site, period)
    else:
        period = period_of(shop, site, released)
    return Posting(number, shop, site, at, kind, amounts, released, payout_number(shop, site, period), order, line)


def payout_time(shop: str, site: str, period: int) -> datetime:
    """Money moves 38 hours after the statement closed."""
    return period_bounds(shop, site, period)[1] + timedelta(hours=38)


def standing_charges(seed: int, start: datetime, end: datetime) -> list[Posting]:
    """Weekly service fees, and now and then an adjustment (found goods), for every shop and site, booked in [start, end)."""
    found, week = [], start - timedelta(days=start.weekday() + 7)
    while week < end:
        monday = week.date()
        for shop in SHOPS.values():
            for place, site in enumerate(shop.sites):
                rng = Random(f"{seed}:charges:{shop.name}:{site}:{monday}")
                at = datetime(monday.year, monday.month, monday.day, rng.randrange(24), rng.randrange(60), rng.randrange(60), tzinfo=UTC)
                number = monday.toordinal() * 1000 + shop.number * 20 + place * 2
                booked = [(number, at, "service_fee", (("subscription", -rng.randint(300, 3900)),))]
                if rng.random() < 0.3:
                    later = at + timedelta(seconds=rng.randrange(6 * 86400))
                    booked.append((number + 1, later, "adjustment", (("adjustment", rng.randint(-900, 4000) or 1),)))
                found += [
                    _posting(number, shop.name, site, at, kind, amounts, at)
                    for number, at, kind, amounts in booked if start <= at < end
                ]
        week += timedelta(days=7)
    return found


def payouts(postings: Iterable[Posting], seed: int, horizon: datetime) -> list[Payout]:
    """Statements closed before ``horizon``; a negative one is carried into the next."""
    sums: dict[int, dict[str, int]] = {}
    for posting in postings:
        mine = sums.setdefault(posting.payout, {})
        for name, value in posting.amounts:
            key = "refund" if posting.kind == "refund" and name == "principal" else name
            mine[key] = mine.get(key, 0) + value
    found = []
    for shop in SHOPS.values():
        for site in shop.sites:
            found += _statements(shop.name, site, sums, seed, horizon)
    return found


def _statements(shop: str, site: str, sums: dict[int, dict[str, int]], seed: int, horizon: datetime) -> list[Payout]:
    base = payout_number(shop, site, 0)
    mine = sorted(number for number in sums if base <= number < base + 100_000)
    found, carried = [], 0
    for number in mine:
        start, end = period_bounds(shop, site, number - base)
        if end >= horizon:
            break
        opening = carried
        balance = opening + sum(sums[number].values())
        paid, carried = max(balance, 0), min(balance, 0)
        fails = Random(f"{seed}:payout:{number}").random() < 0.06
        found.append(Payout(number, shop, site, start, end, payout_time(shop, site, number - base), opening, paid, fails, sums[number]))
    return found
