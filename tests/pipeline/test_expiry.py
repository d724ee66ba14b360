"""Landed pages go with their age: never while something needs them, and whoever asks for them afterwards is told so."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from connectors.contract import Page
from pipeline import opened, steps
from pipeline.errors import SettingsError, Stopped
from pipeline.replay import replay_shop
from pipeline.settings import settings
from warehouse import ledger, quarantine

SHOP, OWNER, NIGHT = "lumora_lazada_sg", ("lumora", "lumora_lazada_sg"), datetime(2026, 11, 16, 3, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
NOTHING = {"removed": 0, "held": 0, "unfinished": 0}


@pytest.fixture
def landed(tmp_path, database_url, monkeypatch):
    """``landed(state, days=…, held=…)``: a pull with two pages, the newer of them landed ``days`` ago."""
    key = base64.urlsafe_b64encode(b"k" * 32).decode()
    for name, value in {"DATABASE_URL": database_url, "LANDING": str(tmp_path / "landing"), "SECRET_KEY": key, "CLOCK": "system"}.items():
        monkeypatch.setenv(f"DAIYUN_{name}", value)
    secrets = {"app_key": "1", "app_secret": "s", "refresh_token": "r"}
    connection = {"conn_type": "http", "host": "http://127.0.0.1:9/rest", "extra": {"auth_host": "http://127.0.0.1:9", "secrets": secrets}}
    monkeypatch.setenv(f"AIRFLOW_CONN_{SHOP.upper()}", json.dumps(connection))
    opened.forget()
    nights = iter(range(100))

    def make(state: str, days: float = 31, held: bool = False) -> ledger.Pull:
        end = NIGHT - timedelta(days=next(nights))
        with session() as conn:
            pull = ledger.open_pull(conn, *OWNER, "orders", end - timedelta(days=1), end, "night")
            for index in range(2):
                opened.landing().write_page(pull.ref, 0, index, Page(b'{"data": {"orders": []}}', end, "orders/get", part="orders"))
                ledger.save_cursor(conn, pull.pull_id, index, None, None)
            conn.execute(text("UPDATE pulls SET state = :s WHERE pull_id = :p"), {"s": state, "p": pull.pull_id})
            age = {"age": timedelta(days=days), "p": pull.pull_id}
            conn.execute(text("UPDATE pulls SET landed_at = now() - CAST(:age AS interval) WHERE pull_id = :p"), age)
            if held:
                quarantine.put(conn, pull.pull_id, a_fault(pull.pull_id))
        return pull

    yield make
    opened.engine().dispose()
    opened.forget()


def a_fault(order_id: str) -> pd.DataFrame:
    row = json.dumps({"client": OWNER[0], "shop": SHOP, "order_id": order_id})
    told = {"table": "orders", "key": row, "rule": "known_word", "column": "status", "value": "teleported", "landing_ref": "p/0#0"}
    return pd.DataFrame([{**told, "row": row}])


def session():
    return opened.open_shop(SHOP).session()


def files(pull: ledger.Pull) -> int:
    folder = opened.landing().root / pull.ref.place
    return sum(file.is_file() for file in folder.rglob("*")) if folder.exists() else 0


def look_up(pull: ledger.Pull) -> ledger.Pull:
    with session() as conn:
        return ledger.get_pull(conn, pull.pull_id)


@pytest.mark.parametrize("state", ["certified", "superseded"])
def test_pages_of_an_ended_pull_go_when_they_are_old_enough(landed, state):
    old, young = landed(state), landed(state, days=29)
    assert steps.expire_landing() == {**NOTHING, "removed": 1}
    assert (files(old), files(young)) == (0, 2)
    assert look_up(old).expired_at and look_up(young).expired_at is None
    assert steps.expire_landing() == NOTHING, "what is gone is not looked for every night"


@pytest.mark.parametrize("state", ["open", "landed", "validated", "merged", "failed"])
def test_pages_that_a_pull_still_needs_are_kept_however_old_and_counted(landed, state):
    pull = landed(state, days=1000)
    assert steps.expire_landing() == {**NOTHING, "unfinished": 1}
    assert files(pull) == 2 and look_up(pull).expired_at is None


def test_pages_of_quarantined_rows_are_kept_for_a_replay_but_not_for_ever(landed):
    held, resolved, too_old = landed("certified", held=True), landed("certified", held=True), landed("certified", days=181, held=True)
    with session() as conn:
        quarantine.resolve(conn, [row["id"] for row in quarantine.of_pull(conn, resolved.pull_id)], "a test order")
    assert steps.expire_landing() == {**NOTHING, "removed": 2, "held": 1}
    assert [files(pull) for pull in (held, resolved, too_old)] == [2, 0, 0]


def test_a_replay_of_expired_pages_says_so_and_how_to_read_them_again_and_changes_nothing(landed):
    pull = landed("certified", days=181, held=True)
    steps.expire_landing()
    before = look_up(pull)
    (row,) = replay_shop(SHOP)
    assert f"expired on {before.expired_at:%Y-%m-%d}" in row["fault"] and row["still_quarantined"] == 1
    assert f"daiyun sync --shop {SHOP} --since 2026-11-15T03:00:00Z --until 2026-11-16T03:00:00Z" in row["fault"]
    assert look_up(pull) == before


def test_a_replay_of_a_page_that_is_lost_says_so_and_leaves_the_pull_proven(landed):
    pull, other = landed("certified", held=True), landed("certified", held=True)
    (opened.landing().root / pull.ref.place / "0" / "000001.page").unlink()
    rows = {row["pull_id"]: row for row in replay_shop(SHOP)}
    assert "page 1 of 2 is missing" in rows[pull.pull_id]["fault"] and look_up(pull).state == "certified"
    assert rows[other.pull_id]["fault"] is None and look_up(other).derivation == 1, "the others are replayed all the same"


def test_pages_given_up_are_mapped_by_nobody_even_while_their_files_are_there(landed):
    pull = look_up(landed("certified"))
    with session() as conn:
        conn.execute(text("UPDATE pulls SET expired_at = now()"))
    with pytest.raises(ledger.PagesExpired, match="expired on"), session() as conn:
        ledger.begin_derivation(conn, pull)


def test_a_pull_taken_up_again_keeps_its_pages(landed):
    pull = look_up(landed("certified", held=True))
    with session() as conn:
        ledger.begin_derivation(conn, pull)
        quarantine.clear(conn, pull.pull_id)
    assert steps.expire_landing() == {**NOTHING, "unfinished": 1} and files(pull) == 2


KILLED = """
import os, signal
from pipeline import expire, steps
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
{patch}
steps.expire_landing()
"""


@pytest.mark.parametrize(
    ("patch", "left"),
    [("expire._remove = die", 2), ("expire.expiry.note_removed = die", 0)],
    ids=["before the files are removed", "before that is noted"],
)
def test_a_kill_anywhere_leaves_a_pull_that_says_it_is_expired_and_the_next_night_finishes(landed, patch, left):
    pull = landed("certified", held=True, days=200)
    done = subprocess.run([sys.executable, "-c", KILLED.format(patch=patch)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL and files(pull) == left
    assert "expired on" in replay_shop(SHOP)[0]["fault"]
    assert steps.expire_landing() == {**NOTHING, "removed": 1} and files(pull) == 0
    assert steps.expire_landing() == NOTHING


def test_a_landing_that_refuses_one_pull_loses_the_others_and_says_which(landed, monkeypatch):
    first, second = landed("certified"), landed("certified")
    remove = opened.landing().remove

    def refuse(ref):
        if ref.pull_id == first.pull_id:
            raise PermissionError(13, "denied")
        remove(ref)

    monkeypatch.setattr(opened.landing(), "remove", refuse)
    with pytest.raises(Stopped, match=rf"1 of 2 pulls could not be removed, such as .*{first.pull_id} \(PermissionError\)"):
        steps.expire_landing()
    assert (files(first), files(second)) == (2, 0)
    monkeypatch.undo()


def test_files_of_pulls_the_warehouse_does_not_know_go_by_their_own_age_and_only_on_request(landed):
    known, stray, young = landed("landed"), landed("certified"), landed("certified")
    with session() as conn:
        conn.execute(text("DELETE FROM pulls WHERE pull_id = ANY(:ids)"), {"ids": [stray.pull_id, young.pull_id]})
    old = (datetime.now(UTC) - timedelta(days=31)).timestamp()
    for pull in (known, stray):
        for file in (opened.landing().root / pull.ref.place).rglob("*.page"):
            os.utime(file, (old, old))
    assert steps.expire_landing()["removed"] == 0
    assert steps.expire_strays() == 2
    assert [files(pull) for pull in (known, stray, young)] == [2, 0, 2]


def test_no_days_at_all_is_no_setting(landed, monkeypatch):
    with monkeypatch.context() as wrong:
        wrong.setenv("DAIYUN_LANDING_DAYS", "0")
        opened.forget()
        with pytest.raises(SettingsError, match="DAIYUN_LANDING_DAYS"):
            settings()
    opened.forget()
