"""What stands in front of every marketplace: counting calls that run at once, and trouble on purpose."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import sleep
from email.utils import format_datetime

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.market import House, Market

_PAGE = "<!DOCTYPE html><html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>Sorry!</h1></body></html>"


class Frontline:
    """Strikes by path: the second try of a struck call meets fresh dice, so that patience is always rewarded.

    Args:
        stall_seconds: of the wall; how long an answer is held back that is meant to come too late.
    """

    def __init__(self, app: ASGIApp, market: Market, house: House, stall_seconds: float) -> None:
        self._app, self._market, self._house, self._stall_seconds = app, market, house, stall_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._house.stats.enter()
        try:
            await self._answer(scope, receive, self._dated(send))
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
            await self._app(scope, receive, self._held_back(send))

    def _dated(self, send: Send) -> Send:
        """Under the sandbox's own time: a caller may judge its clock by ours."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = format_datetime(self._house.clock.now(), usegmt=True)
                message = {**message, "headers": [*message["headers"], (b"date", now.encode())]}
            await send(message)

        return dated

    def _held_back(self, send: Send) -> Send:
        """Judged and done when it came, answered later than most callers wait. The sandbox's own end cuts it short."""

        async def late(message: Message) -> None:
            if message["type"] == "http.response.start":
                with contextlib.suppress(asyncio.CancelledError):
                    await sleep(self._stall_seconds)
            await send(message)

        return late


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
