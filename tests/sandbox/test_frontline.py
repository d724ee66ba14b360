"""In front of the marketplaces: answers carry the sandbox's own time, and one that stalls was judged when it came."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import pytest
import requests
from starlette.responses import PlainTextResponse

from sandbox.frontline import Frontline
from sandbox.house import Settings, open_house


@pytest.mark.parametrize("path", ["/amazon/orders/2026-01-01/orders", "/lazada/sg/rest/orders/get"])
def test_an_answer_is_dated_by_the_sandboxs_clock(start, path):
    found = start("--speed", "60")
    dates = requests.get(f"{found.base}{path}", timeout=30).raw.headers.getlist("Date")
    assert len(dates) == 1 and abs(parsedate_to_datetime(dates[0]) - found.now()) < timedelta(minutes=5)


def test_a_stalled_call_is_judged_when_it_came_and_answered_late(monkeypatch):
    house, order = open_house(Settings(days=2, orders_per_day=2)), []
    house.faults = SimpleNamespace(strike=lambda path: "timeout")

    async def judge(scope, receive, send):
        order.append("judged")
        await PlainTextResponse("done")(scope, receive, send)

    async def hold(seconds):
        order.append(f"held {seconds}")

    async def send(message):
        order.append(message["type"])

    monkeypatch.setattr("sandbox.frontline.sleep", hold)  # this module's name alone: other tests' servers sleep in this process too
    asyncio.run(Frontline(judge, None, house, 45.0)({"type": "http", "path": "/"}, None, send))
    assert order == ["judged", "held 45.0", "http.response.start", "http.response.body"]
