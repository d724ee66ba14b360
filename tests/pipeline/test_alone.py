"""Two runs at once on one shop: each pull is worked on by one of them at a time, and lost pages block nobody."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from pipeline import alone, opened, steps
from pipeline.alone import alone_with
from pipeline.errors import Stopped, TryLater, Uncertified
from pipeline.opened import OpenShop
from warehouse import ledger
from warehouse.landing import LandingError

SHOP, UNTIL = "lumora_lazada_sg", datetime(2026, 11, 16, 3, tzinfo=UTC)


@pytest.fixture
def landed(tmp_path, database_url, monkeypatch):
    """``landed(entity)``: a pull of it that waits for its checks."""
    values = {
        "DATABASE_URL": database_url, "LANDING": str(tmp_path), "CLOCK": "system",
        "SECRET_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"DAIYUN_{name}", value)
    opened.forget()

    def make(entity: str) -> ledger.Pull:
        with session() as conn:
            pull = ledger.open_pull(conn, "lumora", SHOP, entity, UNTIL - timedelta(days=1), UNTIL, "night")
            ledger.set_state(conn, pull.pull_id, "landed")
        return replace(pull, state="landed")

    yield make
    opened.engine().dispose()
    opened.forget()


def session():
    return opened.open_shop(SHOP).session()


def state_of(pull: ledger.Pull) -> tuple[str, int]:
    with session() as conn:
        now = ledger.get_pull(conn, pull.pull_id)
    return now.state, now.attempt


def test_a_pull_another_run_works_on_is_left_to_it(landed, monkeypatch):
    monkeypatch.setattr(alone, "PATIENCE_SECONDS", 0.2)
    pull = landed("orders")
    with alone_with(pull), pytest.raises(TryLater, match="another run is working on pull"), alone_with(pull):
        pass
    with alone_with(pull):
        pass  # free again


def test_a_step_another_run_has_done_meanwhile_is_not_done_again(landed, monkeypatch):
    pull, done = landed("orders"), []
    with session() as conn:
        seen = ledger.open_pulls(conn, "lumora", SHOP)
        ledger.set_state(conn, pull.pull_id, "validated")
    monkeypatch.setattr(steps, "ledger", SimpleNamespace(**{**vars(ledger), "open_pulls": lambda *_: seen}))
    assert steps._each(SHOP, {"landed"}, lambda *told: done.append(told)) == {} and not done


def test_lost_pages_are_told_and_read_again_and_hold_up_no_other_entity(landed):
    lost, whole = landed("orders"), landed("payouts")

    def verb(shop: OpenShop, endpoint, pull: ledger.Pull) -> str:
        if pull.entity == "orders":
            raise LandingError("page 2 of 3 is missing")
        return "checked"

    with pytest.raises(Stopped, match="page 2 of 3 is missing"):
        steps._each(SHOP, {"landed"}, verb)
    assert state_of(lost) == ("open", 1) and state_of(whole) == ("landed", 0)
    assert steps._each(SHOP, {"landed"}, verb) == {"payouts": "checked"}, "the next night is not stopped by it"


def test_an_entity_another_run_reads_keeps_no_other_from_being_read(landed, monkeypatch):
    asked = []

    def pull_entity(shop: OpenShop, endpoint, *_) -> str:
        asked.append(endpoint.entity)
        if len(asked) == 1:
            raise TryLater(20, "another run is working on it")
        return "p"

    monkeypatch.setattr(steps, "pull_entity", pull_entity)
    with pytest.raises(TryLater, match="another run"):
        steps.pull_shop(SHOP, until=UNTIL, run_id="night")
    assert asked == list(opened.open_shop(SHOP).endpoints)


def test_a_pull_whose_window_another_run_has_proven_is_no_fault_of_this_one(landed):
    pull = landed("orders")
    with pytest.raises(Uncertified, match="orders: is still landed"):
        steps.certify_shop(SHOP, run_id="night")
    with session() as conn:
        ledger.set_state(conn, pull.pull_id, "superseded", "its window lies within a certified pull")
    assert steps.certify_shop(SHOP, run_id="night") == {}
