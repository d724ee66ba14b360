"""A process that is killed between Etsy's answer and our commit takes the new refresh token with it, and no consent is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine

from warehouse.database import client_session
from warehouse.tokens import PostgresTokens

HERE = Path(__file__)
KEY = bytes(range(32))  # as refresher.py has it
LIFE_SECONDS = 3700  # longer than an access token lives
MOMENTS = ("answered", "committing", "stored")


class Refresher:
    """The parent of the processes that are shot; it outlives them all."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(HERE.parents[2])}
        command = [sys.executable, str(HERE.with_name("refresher.py"))]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, **order: object) -> tuple[int, str]:
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        return told["status"], told["said"]

    def end(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        self.process.stdout.close()


@pytest.fixture(scope="module")
def refresher() -> Iterator[Refresher]:
    found = Refresher()
    yield found
    found.end()


class Stand:
    """A sandbox with its journal, and a warehouse; ``run(moment)`` logs in with a process of its own: (status, what it said)."""

    def __init__(self, refresher: Refresher, told: dict, journal: Path, database: str, engine: Engine) -> None:
        self.refresher, self.told, self.journal, self.database, self.engine = refresher, told, journal, database, engine
        self.shop = told["marketplaces"]["etsy"]["shops"]["kiln_etsy"]

    def run(self, moment: str = "") -> tuple[int, str]:
        return self.refresher.run(database=self.database, clock=self.told["clock"], shop=self.shop, moment=moment)

    def refreshes(self) -> int:
        """How many refresh tokens Etsy has handed out."""
        return sum(json.loads(line)["kind"] == "etsy_refresh" for line in self.journal.read_text().splitlines())

    def wait_an_hour(self) -> None:
        requests.post(self.told["clock"], json={"advance_seconds": LIFE_SECONDS}, timeout=30).raise_for_status()

    def rows(self) -> list:
        with client_session(self.engine, "kiln") as conn:
            return list(conn.exec_driver_sql("SELECT name, secret FROM tokens"))

    def stored(self):
        (row,) = self.rows()
        return PostgresTokens(self.engine, KEY, "kiln").get(row.name)


@pytest.fixture
def stand(nursery, refresher, tmp_path: Path, database_url: str, engine) -> Iterator[Stand]:
    journal = tmp_path / "sandbox.jsonl"
    options = ["serve", "--marketplaces", "etsy", "--days", "2", "--orders-per-day", "5", "--state", str(journal), "--json"]
    with nursery.sandbox(options, tmp_path / "sandbox.log") as told:
        yield Stand(refresher, told, journal, database_url, engine)


ALIVE = (0, "Etsy shop 41000011, user 510000011")


@pytest.mark.parametrize("moment", MOMENTS)
def test_whoever_comes_after_a_kill_around_the_commit_logs_in(stand, moment):
    assert stand.run() == ALIVE  # the shop's first night: the connection's own token is used up
    stand.wait_an_hour()
    before = stand.refreshes()
    assert stand.run(moment) == (-signal.SIGKILL, "")
    assert stand.refreshes() == before + 1, "Etsy had answered when the process died"
    assert stand.run() == ALIVE
    stand.wait_an_hour()
    assert stand.run() == ALIVE
    assert stand.stored().refresh_token not in (None, *stand.stored().former)


def test_kill_after_kill_before_the_commit_loses_nothing_not_even_on_the_first_night(stand):
    for attempt in range(3):
        assert stand.run("answered") == (-signal.SIGKILL, "")
        assert stand.refreshes() == attempt + 1
    assert stand.run() == ALIVE
    stand.wait_an_hour()
    assert stand.run() == ALIVE


def test_tokens_lie_encrypted_and_no_process_says_one(stand):
    stand.run("committing")
    _, said = stand.run()
    kept, (row,) = stand.stored(), stand.rows()
    for secret in (kept.access_token, kept.refresh_token, *kept.former, stand.shop["credentials"]["shared_secret"]):
        assert secret not in said and secret.encode() not in bytes(row.secret)
