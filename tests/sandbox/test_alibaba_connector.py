"""The connector against Alibaba.com's sandbox: goes on after any page, writes and reads back, and survives trouble; no database."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors import alibaba as vendor
from connectors.contract import (
    Credentials,
    Services,
    Shop,
    Window,
)
from connectors.memory import MemoryLimiter, MemoryTokens
from pipeline.demo.truth import compare
from sandbox.alibaba import apps
from transforms.tables import CANONICAL

SHOP, COUNTRY, SEED = "harbor_alibaba", "CN", 1


class Clock:
    """The sandbox's clock, read once and extrapolated at its speed."""

    def __init__(self, sandbox):
        self.sandbox, self.speed = sandbox, sandbox.get("/clock")["speed"]
        self.read()

    def read(self) -> None:
        self.base, self.since = self.sandbox.now(), time.monotonic()

    def now(self) -> datetime:
        return self.base + timedelta(seconds=(time.monotonic() - self.since) * self.speed)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)


class House:
    """One shop's connector over a running sandbox, with one of the platform's apps."""

    def __init__(self, sandbox, app=apps.FULL, **services):
        self.sandbox, self.clock, self.calls = sandbox, Clock(sandbox), []
        told = sandbox.told["marketplaces"]["alibaba"]["shops"][SHOP]
        shop = Shop("harbor", SHOP, "alibaba", (COUNTRY,), told["account"])
        lent = Services(
            self.clock, MemoryLimiter(self.clock), MemoryTokens(), lambda text: text, patience_seconds=3600.0, count_call=self.calls.append,
        )
        secrets = {**told["credentials"], "app_key": app.key, "app_secret": apps.app_secret(SEED, app.key)}
        self.connector = vendor.connect(shop, Credentials(told["base_url"], told["auth_url"], secrets), replace(lent, **services))

    @property
    def history(self) -> Window:
        return Window(self.clock.now() - timedelta(days=40), self.clock.now())

    def truth(self, table):
        return self.sandbox.get(f"/truth/{table}", shop=SHOP)

    def rows(self, entity, pages, *, faults=False):
        """Table → plain rows; faults and places left out unless they are asked for."""
        frames = self.connector.map(entity, pages)
        if not faults:
            assert [fault for frame in frames.values() for fault in frame["fault"].dropna()] == []
        return {name: frame.astype(object).where(frame.notna(), None).to_dict("records") for name, frame in frames.items()}

    def mismatches(self, entity, pages):
        found = {name: compare(CANONICAL[name], self.truth(name), rows) for name, rows in self.rows(entity, pages).items()}
        return {name: table.examples for name, table in found.items() if table.mismatches}

    def pass_time(self):
        self.sandbox.post("/clock", {"advance_seconds": 200})
        self.clock.read()


@pytest.fixture(scope="module")
def market(start_one):
    """A small world whose clock runs fast: quotas and the writes' delays cost nothing."""
    return start_one("--marketplaces", "alibaba", "--days", 12, "--orders-per-day", 1, "--speed", 300)


@pytest.fixture
def house(market):
    return House(market)


@pytest.mark.parametrize("entity", ["contracts", "listings", "rfqs"])
def test_every_row_of_a_whole_pull_equals_the_truth(house, entity):
    pages = list(house.connector.read(entity, house.history))
    assert house.mismatches(entity, pages) == {}
    assert pages[-1].cursor is None and house.connector.record_ids(entity, pages)
