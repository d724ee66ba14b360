"""Who deals with whom over what: one calendar day of new inquiries and requests of one shop, from the seed and the day alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sandbox.world.cast import TRADERS, ZONES
from sandbox.world.deal_life import Draft, live
from sandbox.world.firms import some_firm
from sandbox.world.ladders import Trait, fine_price, trait
from sandbox.world.model import Product
from sandbox.world.trade import Deal, Firm, Inquiry, Rfq

# Deals that began this long before the first instant are made too: a sea-borne one lives that long.
DEAL_PRELUDE = timedelta(days=110)
PEOPLE = ("Lin Wei", "陈静", "Zhao Min")
TERMS = ("T/T 30/70", "T/T 50/50", "30% deposit, 70% before shipment", "L/C at sight")


def deals_of_day(seed: int, day: date, shop: str, products: Sequence[Product]) -> list[Deal]:
    """The deals a shop's calendar day begins, oldest first."""
    site, number = TRADERS[shop]
    rng = Random(f"{seed}:deals:{shop}:{day}")
    began = sorted(_moment(rng, day, site) for _ in range(rng.choices((0, 1, 2, 3, 4), weights=(10, 30, 30, 20, 10))[0]))
    return [_deal(seed, day.toordinal() * 1000 + number * 10 + index, shop, site, at, products) for index, at in enumerate(began)]


def _moment(rng: Random, day: date, site: str) -> datetime:
    """Buyers write at all hours; now and then on a day's first or last second."""
    clock = rng.choice((time(0, 0, 0), time(23, 59, 59))) if rng.random() < 0.03 else time(*(rng.randrange(n) for n in (24, 60, 60)))
    return datetime.combine(day, clock, ZONES[site]).astimezone(UTC)


def _deal(seed: int, number: int, shop: str, site: str, at: datetime, products: Sequence[Product]) -> Deal:
    rng = Random(f"{seed}:deal:{number}")
    buyer, product = some_firm(rng), rng.choice(products)
    source = rng.choices(("inquiry", "rfq", "trade_show"), weights=(62, 28, 10))[0]
    if source == "rfq":
        inquiry, rfq = None, _request(rng, at, buyer, product)
    else:
        inquiry, rfq = _inquiry(rng, at, source, product), None
    others = [each for each in products if each is not product]
    beside = tuple(rng.sample(others, k=rng.choices((0, 1, 2, 4), (50, 30, 14, 6))[0]))
    draft = Draft(number, shop, site, buyer, inquiry, rfq, product, beside)
    return live(rng, draft, at)


def _inquiry(rng: Random, at: datetime, kind: str, product: Product) -> Inquiry:
    mine, title = trait(product), product.titles["en"]
    subject = rng.choice((f"Inquiry about {title}", f"Price for {title}?", f"询价: {product.titles['zh']}", f'Re: "{title}", MOQ; samples'))
    target = _below(rng, fine_price(product)) if rng.random() < 0.4 else None
    wanted = quantity(rng, mine) if rng.random() < 0.8 else None
    return Inquiry(at, kind, subject, product, wanted, mine.unit, target, rng.choice((*PEOPLE, None)))


def _request(rng: Random, at: datetime, buyer: Firm, product: Product) -> Rfq:
    mine, target = trait(product), _below(rng, fine_price(product)) if rng.random() < 0.6 else None
    ends = at + timedelta(days=rng.choice((3, 7, 14)))
    return Rfq(
        at, ends, f"Looking for {product.titles['en'].partition(' ')[2]}", product, quantity(rng, mine), mine.unit, target,
        rng.choice(("FOB", "CIF", "EXW", "DDP")), rng.choice(TERMS), buyer.country, rng.randint(1, 10),
    )


def quantity(rng: Random, mine: Trait) -> Decimal:
    """A lot of the goods, in the multiples they are sold in; one in eight is an odd number of them."""
    lots = mine.least * rng.choice((1, 1, 2, 3, 5, 10))
    return lots + (mine.step * rng.randrange(1, 400) if rng.random() < 0.125 else Decimal(0))


def _below(rng: Random, price: Decimal) -> Decimal:
    return (price * rng.randint(70, 99) / 100).quantize(Decimal("0.0001"))
