"""Start the sandbox and say, in one line of JSON, where everything is."""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sandbox.clock import instant
from sandbox.dropping import Dropping
from sandbox.faults import PROFILES
from sandbox.house import DEFAULT_HORIZON, Settings, open_house
from sandbox.market import House, Market
from sandbox.samples import samples_app
from sandbox.server import STALL_SECONDS, application, open_markets
from sandbox.world import CLIENTS, SHOPS
from sandbox.world.cast import OPEN, SERVICES


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 after a wanted end (SIGTERM, SIGINT), 2 for settings that cannot be."""
    wanted = _parser().parse_args(arguments)
    if wanted.verb == "samples":
        return _serve_samples(wanted.dir, wanted.port)
    settings = Settings(
        wanted.seed, wanted.days, wanted.orders_per_day, wanted.horizon, wanted.speed, wanted.state, wanted.faults,
    )
    try:
        house = open_house(settings)
        listener = _listen(wanted.port)
    except (ValueError, OSError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    markets = open_markets(house, wanted.marketplaces)
    house.snapshot  # noqa: B018  the first night is made before anybody may ask
    _serve(house, markets, listener, wanted.stall_seconds)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    samples = verbs.add_parser("samples", help="serve the vendors' published samples, and nothing else")
    samples.add_argument("--dir", type=Path, required=True, help="holds amazon/*.json and lazada/examples/*_resp.json")
    samples.add_argument("--port", type=int, default=0, help="0: any free port")
    samples.add_argument("--json", action="store_true", help="(always so) one JSON line when ready")
    serve = verbs.add_parser("serve", help="serve the marketplaces until ended")
    serve.add_argument("--seed", type=int, default=1)
    serve.add_argument("--port", type=int, default=0, help="0: any free port")
    serve.add_argument("--days", type=int, default=30, help="length of the history before the first horizon")
    serve.add_argument("--orders-per-day", type=int, default=40, help="over all shops together")
    serve.add_argument("--horizon", type=instant, default=DEFAULT_HORIZON, help="ISO 8601 with offset: the night's end")
    serve.add_argument("--speed", type=float, default=1.0, help="how many times faster than the wall the clock runs")
    serve.add_argument("--state", type=Path, default=None, help="JSON lines that outlive the process")
    serve.add_argument("--faults", choices=sorted(PROFILES), default="none")
    serve.add_argument("--stall-seconds", type=float, default=STALL_SECONDS, help="of the wall: how late an answer is that comes too late")
    serve.add_argument("--marketplaces", nargs="+", choices=OPEN, default=list(OPEN))
    serve.add_argument("--json", action="store_true", help="(always so) one JSON line when ready")
    return parser


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _serve_samples(folder: Path, port: int) -> int:
    try:
        app, listener = samples_app(folder), _listen(port)
    except (KeyError, ValueError, OSError) as error:
        print(f"sandbox: no samples to serve below {folder}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    _run(app, app.state.announce(_address(listener)), listener)
    return 0


def _serve(house: House, markets: Mapping[str, Market], listener: socket.socket, stall_seconds: float) -> None:
    _run(application(house, markets, stall_seconds), announcement(markets, _address(listener)), listener)


def _address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _run(app: Starlette, line: Mapping[str, object], listener: socket.socket) -> None:
    """Answer until ended; say the line when connections are answered."""
    quiet = {"log_level": "warning", "access_log": False}
    config = uvicorn.Config(app, **quiet, date_header=False, timeout_graceful_shutdown=1, lifespan="on")  # dates: Frontline
    server = _Announcing(config, json.dumps(line, ensure_ascii=False))
    # uvicorn raises the signal again after its graceful end; by then there is nothing left to do.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    server.run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """Says its line once connections are answered."""

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._line, flush=True)


def announcement(markets: Mapping[str, Market], base: str) -> dict[str, object]:
    """Where a client of any make finds truth, clock, rates, masters, and each shop with its credentials."""
    has_drops = any(isinstance(market, Dropping) for market in markets.values())
    return {
        "truth": f"{base}/truth", "clock": f"{base}/clock", "horizon": f"{base}/horizon", "stats": f"{base}/stats",
        "buyers": f"{base}/buyers",
        "marketplaces": {name: _told(market, f"{base}/{name}") for name, market in markets.items()},
        "ecb": f"{base}/ecb/eurofxref-hist.xml", "fx_other": f"{base}/fx/other.csv",
        "masters": f"{base}/masters", "clients": list(CLIENTS), **({"drops": f"{base}/drops"} if has_drops else {}),
    }


def _told(market: Market, base: str) -> dict[str, object]:
    shops = {}
    for shop in (each for each in (*SHOPS.values(), *SERVICES.values()) if each.marketplace == market.name):
        base_url, auth_url = market.addresses(shop.name, base)
        shops[shop.name] = {
            "client": shop.client, "sites": list(shop.sites), "base_url": base_url, "auth_url": auth_url,
            "account": dict(market.account(shop.name)), "credentials": dict(market.credentials(shop.name)),
        }
    first = next(iter(shops.values()))
    return {**{name: first[name] for name in ("base_url", "auth_url", "credentials", "account")}, "shops": shops}
