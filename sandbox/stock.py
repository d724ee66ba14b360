"""What is in stock: opening levels, minus what was sold since, overruled by what was written from outside.

Writes are taken at once, take effect after a while on the clock, and are kept in the journal.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sandbox.clock import WorldClock, instant, iso
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.world import SHOPS, World
from sandbox.world.goods import warehouse_level

Key = tuple[str, str, str]  # shop, site, sku


@dataclass(frozen=True)
class Write:
    """A wanted level. ``horizon``: the world's visible end when it was taken; later sales count against it.

    ``applies_at`` is None for a write the marketplace took and then forgot.
    """

    number: int
    key: Key
    quantity: int
    taken_at: datetime
    applies_at: datetime | None
    horizon: datetime


class Stock:
    """Stock of every seller-kept listing, as of now."""

    def __init__(self, world: World, clock: WorldClock, faults: Faults, journal: Journal, seed: int) -> None:
        self._world, self._clock, self._faults, self._journal, self._seed = world, clock, faults, journal, seed
        self._writes: dict[Key, list[Write]] = defaultdict(list)
        self._count = 0
        self._sold: dict[Key, list[tuple[datetime, int]]] = {}
        self._sold_until: datetime | None = None
        for row in journal.rows("stock"):
            self._keep(_write(row))

    def write(self, shop: str, site: str, sku: str, quantity: int) -> str:
        """Take a wanted level; returns a reference. The caller has checked that the listing exists and is the seller's."""
        number, now = self._count + 1, self._clock.now()
        rng = Random(f"{self._seed}:write:{shop}:{site}:{sku}:{number}")
        delay = rng.uniform(30, 120) * (30 if self._faults.draw("slow_write", shop) else 1)
        due = (now + timedelta(seconds=delay)).replace(microsecond=0)  # no marketplace shows finer instants than it writes
        due = None if self._faults.draw("lost_write", shop) else due
        taken = Write(number, (shop, site, sku), quantity, now, due, self._clock.horizon)
        self._keep(taken)
        self._journal.add("stock", _row(taken), now)
        return f"w{number:08d}"

    def quantity(self, shop: str, site: str, sku: str) -> int:
        """Units sellable now, writes in effect included."""
        key = (shop, site, sku)
        listing, now = self._world.listing.get(key), self._clock.now()  # None: made from outside, with nothing in stock
        level, since = listing.opening_stock if listing else 0, self._world.origin
        # Among writes in effect the one that was asked for last stands, whichever was carried out last.
        for write in self._writes.get(key, ()):
            if write.applies_at and write.applies_at <= now:
                level, since = write.quantity, write.horizon
        return max(level - self._sold_since(key, since), 0)

    def writes(self) -> list[Write]:
        return sorted((write for found in self._writes.values() for write in found), key=lambda write: write.number)

    def _keep(self, write: Write) -> None:
        self._count = max(self._count, write.number)
        self._writes[write.key].append(write)

    def _sold_since(self, key: Key, since: datetime) -> int:
        if self._sold_until != self._clock.horizon:
            self._sold, self._sold_until = self._sales(), self._clock.horizon
        return sum(units for at, units in self._sold.get(key, ()) if at >= since)

    def _sales(self) -> dict[Key, list[tuple[datetime, int]]]:
        """Units ordered per listing since the origin, up to the horizon."""
        sold: dict[Key, list[tuple[datetime, int]]] = defaultdict(list)
        if self._clock.horizon == self._world.origin:
            return sold
        for shop in {listing.shop for listing in self._world.listings}:
            for state in self._world.at(self._clock.horizon).placed(shop, self._world.origin):
                for line in state.order.lines:
                    sold[shop, state.order.site, line.listing.sku].append((state.placed_at, line.quantity))
        return sold


def promised(world: World, at: datetime) -> Counter[tuple[str, str]]:
    """(client, sku) → units of open orders the seller has yet to ship, as visible at ``at``."""
    open_units: Counter[tuple[str, str]] = Counter()
    for shop in SHOPS.values():
        for state in world.at(at).orders(shop.name):
            if state.order.fulfilled_by != "seller":
                continue
            for line in state.lines:
                if line.status != "cancelled":
                    open_units[shop.client, line.line.listing.sku] += line.line.quantity - line.shipped_quantity
    return open_units


def master_rows(world: World, client: str, horizon: datetime) -> list[tuple[str, int]]:
    """(sku, on_hand) of the brand's own stock list, as it would drop it at ``horizon``.

    At the origin: what can be offered, plus what is promised, plus a buffer of two; teahaus has three small corrections,
    the others a list their shops have long drifted away from, with an article that ran out. Later: minus what has left.
    """
    before = promised(world, world.origin)
    left = _left_since_origin(world, client, horizon)
    rows = []
    listed = {listing.sku for listing in world.listings if listing.product.client == client}
    for position, product in enumerate(world.products[client]):
        if product.sku not in listed:
            continue
        wanted = warehouse_level(world.seed, product) + _correction(client, position)
        on_hand = 0 if client != "teahaus" and position in (2, 10) else wanted + before[client, product.sku] + 2
        rows.append((product.sku, max(on_hand - left[product.sku], 0)))
    return rows


def _correction(client: str, position: int) -> int:
    return {3: 4, 7: -3, 12: 1}.get(position, 0) if client == "teahaus" else 0


def _left_since_origin(world: World, client: str, horizon: datetime) -> Counter[str]:
    """Seller-kept units that left the brand's own shelves between the origin and ``horizon``."""
    gone: Counter[str] = Counter()
    if horizon <= world.origin:
        return gone
    for instant_, sign in ((horizon, 1), (world.origin, -1)):
        for shop in (each for each in SHOPS.values() if each.client == client):
            for state in world.at(instant_).orders(shop.name):
                if state.order.fulfilled_by == "seller":
                    for line in state.lines:
                        gone[line.line.listing.sku] += sign * line.shipped_quantity
    return gone


def _row(write: Write) -> dict[str, object]:
    shop, site, sku = write.key
    return {
        "number": write.number, "shop": shop, "site": site, "sku": sku, "quantity": write.quantity,
        "taken_at": iso(write.taken_at), "applies_at": iso(write.applies_at), "horizon": iso(write.horizon),
    }


def _write(row: dict[str, object]) -> Write:
    applies = row["applies_at"]
    return Write(
        row["number"], (row["shop"], row["site"], row["sku"]), row["quantity"], instant(row["taken_at"]),
        instant(applies) if applies else None, instant(row["horizon"]),
    )
