"""One ASGI application: the marketplaces under their names, and beside them the sandbox's own answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from importlib import import_module

from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.control import control_routes
from sandbox.frontline import Frontline
from sandbox.market import House, Market
from sandbox.world.cast import OPEN

HEARTBEAT_SECONDS = 5.0
STALL_SECONDS = 45.0  # longer than most callers wait


def open_markets(house: House, names: Sequence[str] = OPEN) -> dict[str, Market]:
    """Raises ModuleNotFoundError for a name that is no marketplace of the sandbox."""
    return {name: import_module(f"sandbox.{name}").open_market(house) for name in names}


def application(house: House, markets: dict[str, Market], stall_seconds: float = STALL_SECONDS) -> Starlette:
    """The whole sandbox; also for tests that serve it in a thread."""
    fronts = {name: Frontline(Starlette(routes=market.routes()), market, house, stall_seconds) for name, market in markets.items()}
    mounts = [Mount(f"/{name}", app=front) for name, front in fronts.items()]
    return Starlette(routes=[*control_routes(house, markets), *mounts], lifespan=remember_clock(house))


def remember_clock(house: House):
    """Write the clock down now and then and at the end, so that a restarted sandbox never goes back in time."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            house.journal.mark(house.clock.now())

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        beating = asyncio.create_task(beat())
        yield
        beating.cancel()
        house.journal.mark(house.clock.now())

    return lifespan
