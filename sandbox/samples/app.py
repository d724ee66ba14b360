"""One application over all samples, and its line for whoever starts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox.clock import WorldClock, iso
from sandbox.house import DEFAULT_HORIZON
from sandbox.samples.amazon_desk import AmazonDesk
from sandbox.samples.lazada_desk import SITES, LazadaDesk
from sandbox.samples.published import amazon_samples, lazada_samples

AMAZON_SECRETS = {"client_id": "samples", "client_secret": "samples", "refresh_token": "Atzr|samples"}
LAZADA_SECRETS = {"app_key": "100001", "app_secret": "samples", "refresh_token": "samples"}


def samples_app(folder: Path) -> Starlette:
    """Serve the samples below ``folder`` (``amazon/*.json``, ``lazada/examples/*_resp.json``).

    ``app.state.announce(base)`` is the line to be said when it is ready. Raises OSError where the files are not there.
    """
    shops = _amazon_shops(folder)
    lazada = LazadaDesk(lazada_samples(folder))
    clock = WorldClock(DEFAULT_HORIZON)
    expected = {**{name: desk.expected() for name, desk in shops.items()}, "samples_lazada_1": lazada.expected()}

    async def tell_expected(request: Request) -> Response:
        return JSONResponse(expected)

    async def tell_time(request: Request) -> Response:
        return JSONResponse({"now": iso(clock.now()), "speed": clock.speed, "horizon": iso(clock.horizon)})

    app = Starlette(routes=[
        Route("/expected", tell_expected), Route("/clock", tell_time),
        *(Mount(f"/amazon/{name}", routes=desk.routes()) for name, desk in shops.items()),
        Mount("/lazada/samples_lazada_1/rest", routes=lazada.routes()),
    ])
    app.state.announce = lambda base: announcement(base, shops)
    return app


def _amazon_shops(folder: Path) -> dict[str, AmazonDesk]:
    """As many shops as the operation with most samples has."""
    samples = amazon_samples(folder)
    return {f"samples_amazon_{number + 1}": AmazonDesk(samples, number) for number in range(max(map(len, samples.values())))}


def announcement(base: str, shops: dict[str, AmazonDesk]) -> dict[str, Any]:
    amazon = {
        name: _shop("samples_amazon", desk.sites, f"{base}/amazon/{name}", AMAZON_SECRETS, f"ASAMPLES{name[-1]}")
        for name, desk in shops.items()
    }
    lazada = {"samples_lazada_1": _shop("samples_lazada", SITES, f"{base}/lazada/samples_lazada_1/rest", LAZADA_SECRETS, "1001")}
    return {
        "clock": f"{base}/clock", "expected": f"{base}/expected",
        "marketplaces": {"amazon": _market(amazon), "lazada": _market(lazada)}, "clients": ["samples_amazon", "samples_lazada"],
        "client_settings": {
            "samples_amazon": {"language": "en", "currency": "USD"}, "samples_lazada": {"language": "zh", "currency": "EUR"},
        },
    }


def _shop(client: str, sites: list[str], address: str, secrets: dict[str, str], seller: str) -> dict[str, Any]:
    account = {"seller_id": seller}
    return {"client": client, "sites": sites, "base_url": address, "auth_url": address, "account": account, "credentials": secrets}


def _market(shops: dict[str, dict[str, Any]]) -> dict[str, Any]:
    first = next(iter(shops.values()))
    return {**{name: first[name] for name in ("base_url", "auth_url", "credentials", "account")}, "shops": shops}
