"""A small world and its nights: the sandbox as a process, PostgreSQL, and the night's verbs in this process, without Airflow."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from connectors.errors import ConnectorError
from pipeline import opened, steps
from pipeline.demo.environment import Options, drop_masters, environment, sample_clients, sandbox_options
from pipeline.demo.truth import compare_all
from pipeline.errors import PipelineError, PullFailed, TryLater
from pipeline.settings import REPOSITORY, settings
from transforms.tables import CANONICAL
from warehouse.database import client_session

sys.path.insert(0, str(Path(__file__).parent))  # stockroom and nursery, beside the tests that use them

HORIZON = datetime(2026, 11, 16, 3, tzinfo=UTC)
PATIENCE_SECONDS, TRIES = 60.0, 3
_runs = itertools.count(1)


def forget() -> None:
    """Drop what this process remembers of another test's settings."""
    for remembered in (settings, opened.engine, opened.landing, opened.clock, opened.clients):
        remembered.cache_clear()


@dataclasses.dataclass
class World:
    """A running sandbox and a warehouse; ``env`` is what a worker of it needs to know.

    Attributes:
        told: the sandbox's own line: addresses of truth, clock, horizon.
        horizon: end of the night that is to be run.
    """

    told: Mapping[str, Any]
    options: Options
    env: dict[str, str]
    horizon: datetime = HORIZON

    def move_to(self, until: datetime) -> None:
        """Let the world live on until ``until``; the brands drop their stock of that day."""
        requests.post(self.told["horizon"], json={"until": until.isoformat()}, timeout=30).raise_for_status()
        self.horizon = until
        opened.clock.cache_clear()
        drop_masters(self.options, self.told, REPOSITORY / "clients")

    def night(
        self, shops: Sequence[str] | None = None, run_id: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> dict[str, Exception]:
        """All four verbs over the shops, each in its own right as on the scheduler; returns what went wrong, by shop."""
        run_id = run_id or f"night {next(_runs)}"
        patiently(steps.load_rates)
        troubles: dict[str, Exception] = {}
        for shop in shops or steps.list_shops():
            pull = partial(steps.pull_shop, shop, until=until or self.horizon, since=since, run_id=run_id)
            rest = (partial(verb, shop, run_id=run_id) for verb in (steps.validate_shop, steps.merge_shop, steps.certify_shop))
            for verb in (pull, *rest):
                try:
                    patiently(verb)
                except PipelineError as trouble:
                    troubles.setdefault(shop, trouble)
        return troubles

    def stock(self, clients: Sequence[str] | None = None) -> dict[str, int]:
        """Plan, approve, push and observe each client's stock; returns how many jobs each had."""
        found = {}
        for client in clients or steps.list_clients():
            plan = steps.plan_client(client, run_id=f"stock {next(_runs)}")
            steps.record_decision(client, batch=plan["batch"], approved=True, by="the test", reason="", shown=plan["digest"])
            self.push(client, plan["batch"])
            found[client] = plan["jobs"]
        return found

    def push(self, client: str, batch: str) -> None:
        patiently(partial(steps.push_client, client, batch=batch))
        patiently(partial(steps.observe_client, client, batch=batch))

    def mismatches(self, shops: Sequence[str] | None = None) -> dict[str, list[str]]:
        """Table → examples of rows that differ from the truth; empty when the warehouse is right."""
        found = compare_all(opened.engine(), self.told["truth"], shops)
        assert shops or all(found[name].expected for name in ("orders", "order_lines", "inventory", "ledger_entries", "fx_rates"))
        return {name: table.examples for name, table in found.items() if table.mismatches}

    def wrong_after_a_night(self, shops: Sequence[str]) -> dict[str, Any]:
        """What went wrong in a night, by shop; else what differs from the truth, by table."""
        return self.night(shops) or self.mismatches(shops)

    def changed_by_another_night(self, shops: Sequence[str]) -> dict[str, Any]:
        """What went wrong in one more night over the same hours, by shop; else the rows it touched, by table."""
        before = self.fingerprints()
        troubles = self.night(shops)
        return troubles or {name: sorted({*rows} ^ {*before[name]}) for name, rows in self.fingerprints().items() if rows != before[name]}

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        with client_session(opened.engine(), "*") as conn:
            return [dict(row) for row in conn.execute(text(query), values).mappings()]

    def watermarks(self) -> dict[tuple[str, str], datetime]:
        return {(row["shop"], row["entity"]): row["proven_until"] for row in self.rows("SELECT * FROM watermarks")}

    def fingerprints(self) -> dict[str, list[str]]:
        """Every stored row with everything on it and who wrote it: what a night that learns nothing may not touch."""
        return {name: sorted(str(row) for row in self.rows(f"SELECT *, xmin::text AS writer FROM {name}")) for name in CANONICAL}

    def stats(self) -> dict[str, Any]:
        return requests.get(f"{self.told['truth'].removesuffix('/truth')}/stats", timeout=30).json()


def patiently(verb, tries: int = TRIES):
    """Run a verb as the scheduler would: come back when it says so, and again after passing trouble."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return verb()
        except TryLater as wait:
            if time.monotonic() + wait.seconds > deadline:
                raise
            time.sleep(max(wait.seconds, 0.05))
        except (PullFailed, ConnectorError) as trouble:
            tries -= 1
            if not tries or getattr(trouble, "is_fatal", False):
                raise


@pytest.fixture(scope="session")
def nursery() -> Iterator:
    from nursery import Nursery

    opened_once = Nursery()
    yield opened_once
    opened_once.stop()


@pytest.fixture
def world(nursery, tmp_path: Path, database_url: str, admin_database_url: str, monkeypatch) -> Iterator:
    """``world(days=…, faults=…, samples=…)`` starts one; its settings are this process's until the test ends."""
    with contextlib.ExitStack() as ending:

        def begin(*, extra: Mapping[str, str] | None = None, sandbox: list[str] | None = None, **changes: object) -> World:
            plain = Options(seed=3, days=6, orders_per_day=12, out=tmp_path, night=HORIZON, speed=100)
            options = dataclasses.replace(plain, **changes)
            told = ending.enter_context(nursery.sandbox([*sandbox_options(options), *(sandbox or [])], tmp_path / "sandbox.log"))
            addresses, mail = {"admin": admin_database_url, "app": database_url}, {"host": "127.0.0.1", "port": 9}
            clients = sample_clients(told, tmp_path / "clients") if options.samples else REPOSITORY / "clients"
            env = environment(options, addresses, told, mail, clients) | dict(extra or {})
            for name, value in env.items():
                monkeypatch.setenv(name, value)
            forget()
            drop_masters(options, told, clients)
            return World(told, options, env, datetime.fromisoformat(told.get("night", HORIZON.isoformat())))

        yield begin
        with contextlib.suppress(Exception):
            opened.engine().dispose()
        forget()


@pytest.fixture
def brand(tmp_path, database_url, monkeypatch):
    """One client with one shop of ten articles, each showing 10 and proven now; ``brand(A0=7)`` drops its master."""
    from stockroom import stockroom

    with stockroom(tmp_path, database_url, monkeypatch) as drop:
        yield drop
