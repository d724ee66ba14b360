"""What a marketplace module is given and what it offers: the plug-in border inside the sandbox.

A marketplace is a package ``sandbox/<name>/`` whose ``open_market(house) -> Market`` is listed in ``sandbox/server.py``.
Endpoints are ``async def`` (one thread, one event loop: no locks); they answer only what is visible in ``house.snapshot``
(the world at the horizon), plus writes that have taken effect. Anything about quotas, tokens, report generation and
delays reads ``house.clock.now()``; never the machine's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from starlette.responses import Response
from starlette.routing import BaseRoute

if TYPE_CHECKING:
    from sandbox.clock import WorldClock
    from sandbox.faults import Faults
    from sandbox.journal import Journal
    from sandbox.quotas import Quotas, Stats
    from sandbox.stock import Stock
    from sandbox.world import World
    from sandbox.world.snapshot import Snapshot


@dataclass
class House:
    """Everything the marketplaces share.

    Attributes:
        world: seeded facts (cast, listings, orders with their whole lives).
        clock: ``now()``, ``horizon``, ``speed``.
        quotas: ``take(operation, holder, rate_per_second, burst) -> float``: 0.0 = go, else seconds until it would be.
        stats: ``call(shop, operation)`` once a request whose shop is known; ``reject(shop, operation, why)`` when refused.
        stock: ``quantity(shop, site, sku)`` now; ``write(shop, site, sku, quantity) -> str`` takes effect later (journalled).
        faults: ``draw(kind, key) -> bool`` deterministic by seed; kinds a market looks at itself: ``repeated_page``,
            ``expired_token``. 500s, timeouts, HTML, truncation and throttling are done by the server in front of it.
        journal: ``add(kind, row, at)`` for what must outlive the process (``--state``); ``rows(kind)`` at the start.
    """

    seed: int
    world: World
    clock: WorldClock
    quotas: Quotas
    stats: Stats
    stock: Stock
    faults: Faults
    journal: Journal

    @property
    def snapshot(self) -> Snapshot:
        """The world as visible at the horizon (cached per horizon)."""
        return self.world.at(self.clock.horizon)


class Market(Protocol):
    """One marketplace, mounted at ``/<name>``."""

    name: str

    def routes(self) -> list[BaseRoute]:
        """Starlette routes relative to the mount."""

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        """(base_url, auth_url) of a shop, where ``base`` is ``http://127.0.0.1:P/<name>``."""

    def account(self, shop: str) -> Mapping[str, str]:
        """The vendor's non-secret numbers of a shop, ``seller_id`` at least."""

    def credentials(self, shop: str) -> Mapping[str, str]:
        """The vendor's secrets under the vendor's names."""

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        """Canonical rows of one table over all its shops as of the horizon, JSON-able values; empty where it has none.

        Instants as ISO 8601 with +00:00, days as ISO dates, money as int minor units.
        """

    def refusal(self, kind: str) -> Response:
        """The vendor's shape of a passing fault: ``error`` (500 or its like) or ``throttled`` (no hint how long)."""
