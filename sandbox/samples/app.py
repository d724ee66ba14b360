"""One application over all samples, and its line for whoever starts it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox.clock import iso
from sandbox.control import control_routes
from sandbox.house import DEFAULT_HORIZON, Settings, open_house
from sandbox.samples import aliexpress, amazon, dhl, lazada, woocommerce
from sandbox.samples.descriptions import looked_into
from sandbox.samples.recordings import recordings_in
from sandbox.samples.stall import Stall
from sandbox.server import remember_clock

VENDORS = (amazon, lazada, aliexpress, woocommerce, dhl)
# Each brand's language and the money its report is in.
BRANDS = {
    "samples_amazon": {"language": "en", "currency": "USD"}, "samples_lazada": {"language": "zh", "currency": "EUR"},
    "samples_aliexpress": {"language": "zh", "currency": "USD"}, "samples_woocommerce": {"language": "en", "currency": "EUR"},
}


def samples_app(folder: Path, state: Path | None = None) -> Starlette:
    """Serve the samples below ``folder``: every marketplace's that has any published.

    ``app.state.announce(base)`` is the line to be said when it is ready.

    Args:
        state: JSON lines by which the clock goes on where it stopped.
    Raises:
        OSError, KeyError, ValueError: the samples of a marketplace are not there, or not what they should be.
    """
    night = night_after(recordings_in(folder / "woocommerce").until)
    house = open_house(Settings(orders_per_day=0, horizon=night, state=state))
    stalls = [stall for vendor in VENDORS for stall in vendor.open_stalls(folder, house)]
    counts = looked_into(folder)

    async def tell_expected(request: Request) -> Response:
        return JSONResponse({stall.shop.name: stall.served() for stall in stalls})

    app = Starlette(lifespan=remember_clock(house), routes=[
        Route("/expected", tell_expected), *control_routes(house, {}),  # clock and exchange rates are the sandbox's own
        *(Mount(f"/{stall.shop.marketplace}/{stall.shop.name}", routes=stall.routes) for stall in stalls),
    ])
    app.state.announce = lambda base: {**announcement(base, stalls), "night": iso(house.clock.horizon), "looked_into": counts}
    return app


def night_after(newest: datetime) -> datetime:
    """The first Monday night (the weekly reports are due) by which everything dated has happened."""
    night = DEFAULT_HORIZON
    while night <= newest:
        night += timedelta(days=7)
    return night


def announcement(base: str, stalls: Sequence[Stall]) -> dict[str, Any]:
    markets: dict[str, dict[str, dict[str, Any]]] = {}
    for stall in stalls:
        markets.setdefault(stall.shop.marketplace, {})[stall.shop.name] = stall.announced(base)
    return {
        "clock": f"{base}/clock", "ecb": f"{base}/ecb/eurofxref-hist.xml", "fx_other": f"{base}/fx/other.csv",
        "expected": f"{base}/expected", "marketplaces": {name: _market(shops) for name, shops in markets.items()},
        "clients": list(BRANDS), "client_settings": BRANDS,
        "gaps": {stall.shop.name: stall.gaps for stall in stalls if stall.gaps},
    }


def _market(shops: dict[str, dict[str, Any]]) -> dict[str, Any]:
    first = next(iter(shops.values()))
    return {**{name: first[name] for name in ("base_url", "auth_url", "credentials", "account")}, "shops": shops}
