"""Who looked at a brand's goods, day by day: the same facts whoever tells them, an export or a marketplace's own report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from sandbox.world.model import Listing


@dataclass(frozen=True)
class Visits:
    """``views``: pages shown; ``visits``: sessions; ``orders``, ``units``: what the marketplace counts beside them."""

    product: str
    sku: str | None
    day: date
    views: int
    visits: int
    orders: int
    units: int


def drawn(rng: Random, product: str, sku: str | None, day: date, *, visits: range, most_orders: int, most_extra: tuple[int, int]) -> Visits:
    """One day of one product (or of a whole shop, ``*``): at least as many views as visits, and as many units as orders."""
    came, orders = rng.randrange(visits.start, visits.stop), rng.randrange(0, most_orders)
    return Visits(product, sku, day, came + rng.randrange(most_extra[0]), came, orders, orders + rng.randrange(most_extra[1]))


def of_listing(seed: int, listing: Listing, day: date, product: str) -> Visits | None:
    """One listing's day at its site; None where nobody came. ``product``: the marketplace's number of it."""
    rng = Random(f"{seed}:visitors:{listing.shop}:{listing.site}:{listing.sku}:{day}")
    if listing.status != "active" or day <= listing.listed_at.date() or rng.random() < 0.3:
        return None
    return drawn(rng, product, listing.sku, day, visits=range(5, 900), most_orders=9, most_extra=(300, 3))
