"""What stands in front of every marketplace: counting calls that run at once, and trouble on purpose."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.market import House, Market

TIMEOUT_SECONDS = 45.0
_PAGE = "<!DOCTYPE html><html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>Sorry!</h1></body></html>"


class Frontline:
    """Strikes by path: the second try of a struck call meets fresh dice, so that patience is always rewarded."""

    def __init__(self, app: ASGIApp, market: Market, house: House) -> None:
        self._app, self._market, self._house = app, market, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._house.stats.enter()
        try:
            await self._answer(scope, receive, send)
        finally:
            self._house.stats.leave()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = self._house.faults.strike(scope["path"])
        if kind is None:
            await self._app(scope, receive, send)
            return
        self._house.stats.fault(kind)
        if kind in ("error", "throttled"):
            await self._market.refusal(kind)(scope, receive, send)
        elif kind == "html":
            await HTMLResponse(_PAGE, 503)(scope, receive, send)
        elif kind == "truncated":
            await self._app(scope, receive, _cut_short(send))
        else:
            await _stall()
            await self._app(scope, receive, send)


async def _stall() -> None:
    """Longer than most callers wait. The sandbox's own end cuts it short."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(TIMEOUT_SECONDS)


def _cut_short(send: Send) -> Send:
    """Send the first half of each body under a length that agrees: a proxy's broken page, not a broken connection."""
    held: list[Message] = []

    async def half(message: Message) -> None:
        if message["type"] == "http.response.start":
            held.append(message)
            return
        body = message.get("body", b"")[: len(message.get("body", b"")) // 2]
        if held:
            start = held.pop()
            start["headers"] = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            start["headers"].append((b"content-length", str(len(body)).encode()))
            await send(start)
        await send({**message, "body": body})

    return half
