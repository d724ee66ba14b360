"""Limiter, tokens and deliveries: shared by processes, so tested with processes."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from warehouse.database import client_session, make_engine
from warehouse.limits import PostgresLimiter
from warehouse.reports_ledger import Deliveries, deliveries, find_report, freeze_report, set_report, told_reports
from warehouse.tokens import PostgresTokens, StoredToken, TokenError

START = datetime(2026, 11, 16, 3, tzinfo=UTC)
KEY, OTHER_KEY = bytes(32), bytes([1] * 32)


class Wait(Exception):
    def __init__(self, seconds: float, operation: str) -> None:
        super().__init__(f"{operation}: {seconds}")
        self.seconds = seconds


@dataclass
class StillClock:
    moment: datetime = START

    def now(self) -> datetime:
        return self.moment


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class Quota:
    operation: str = "getOrders"
    rate_per_second: float = 1.0
    burst: int = 3


def test_a_bucket_gives_its_burst_at_once_and_then_at_its_rate(engine):
    clock = StillClock()
    limiter = PostgresLimiter(engine, clock, Wait)
    assert [limiter.take(Quota(), "shop", 60) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert limiter.take(Quota(), "another shop", 60) == 0
    clock.moment += timedelta(seconds=4)
    assert limiter.take(Quota(), "shop", 60) == 0


def test_a_wait_beyond_patience_reserves_nothing(engine):
    limiter = PostgresLimiter(engine, StillClock(), Wait)
    for _ in range(3):
        limiter.take(Quota(), "shop", 60)
    for _ in range(2):
        with pytest.raises(Wait) as refused:
            limiter.take(Quota(), "shop", 0.5)
        assert refused.value.seconds == 1
    assert limiter.take(Quota(), "shop", 1) == 1


def test_a_refusal_by_the_vendor_closes_the_bucket_for_everybody(engine):
    clock = StillClock()
    PostgresLimiter(engine, clock, Wait).penalise(Quota(), "shop", 30)
    assert PostgresLimiter(engine, clock, Wait).take(Quota(), "shop", 60) == 30
    clock.moment += timedelta(seconds=31)
    assert PostgresLimiter(engine, clock, Wait).take(Quota(), "shop", 60) == 0


def test_reservations_of_a_clock_that_was_ahead_do_not_stop_a_shop_until_that_hour_comes(engine):
    clock = StillClock(START + timedelta(hours=5))
    limiter = PostgresLimiter(engine, clock, Wait)
    assert [limiter.take(Quota(), "shop", 60) for _ in range(5)] == [0, 0, 0, 1, 2]
    clock.moment = START
    with pytest.raises(Wait) as refused:
        limiter.take(Quota(), "shop", 0.5)
    assert refused.value.seconds == 3, "the queue that was there is still there"
    clock.moment += timedelta(seconds=2)
    assert limiter.take(Quota(), "shop", 60) == 1, "and grows shorter"
    clock.moment += timedelta(seconds=10)
    assert [limiter.take(Quota(), "shop", 60) for _ in range(4)] == [0, 0, 0, 1]


@pytest.mark.parametrize("first", ["take", "penalise"])
def test_a_refusal_met_by_a_clock_that_was_ahead_lasts_as_long_as_the_vendor_said(engine, first):
    clock = StillClock(START + timedelta(days=400))
    limiter = PostgresLimiter(engine, clock, Wait)
    limiter.penalise(Quota(), "shop", 3600)
    clock.moment = START
    if first == "penalise":
        limiter.penalise(Quota(), "shop", 5)
    with pytest.raises(Wait) as refused:
        limiter.take(Quota(), "shop", 60)
    assert refused.value.seconds == 3600
    clock.moment += timedelta(seconds=3600)
    assert limiter.take(Quota(), "shop", 0) == 0


def test_clocks_of_several_machines_a_little_apart_free_nothing(engine):
    ahead, right = StillClock(START + timedelta(seconds=50)), StillClock()
    assert [PostgresLimiter(engine, ahead, Wait).take(Quota(), "shop", 60) for _ in range(4)] == [0, 0, 0, 1]
    assert PostgresLimiter(engine, right, Wait).take(Quota(), "shop", 60) == 52


def test_a_queue_of_hours_and_a_refusal_of_days_are_nobodys_wrong_clock(engine):
    clock, slow = StillClock(), Quota(rate_per_second=0.001, burst=1)
    limiter = PostgresLimiter(engine, clock, Wait)
    assert [limiter.take(slow, "shop", 1e6) for _ in range(21)][-1] == 20_000
    limiter.penalise(Quota("ban"), "shop", 3 * 86_400)
    clock.moment += timedelta(seconds=1)
    assert limiter.take(slow, "shop", 1e6) == 20_999
    assert limiter.take(Quota("ban"), "shop", 1e6) == 3 * 86_400 - 1


@dataclass(frozen=True)
class SharedQuota(Quota):
    per: str = "app"


def test_shops_of_one_application_take_turns_and_each_is_told_when_to_come_back(engine):
    clock, quota = StillClock(), SharedQuota(rate_per_second=1 / 60, burst=2)
    limiter = PostgresLimiter(engine, clock, Wait)

    def ask(shop):
        try:
            return limiter.take(quota, "app", 5, shop)
        except Wait as told:
            return f"in {told.seconds:g}"

    assert [ask("a"), ask("a"), ask("a"), ask("b"), ask("a")] == [0, 0, "in 60", "in 120", "in 60"]
    clock.moment += timedelta(seconds=62)
    assert [ask("a"), ask("a"), ask("b")] == [0, "in 118", "in 58"], "b's turn comes before a's next"
    clock.moment += timedelta(seconds=60)
    assert [ask("b"), ask("c")] == [0, "in 118"]


def test_turns_told_by_a_clock_that_was_ahead_move_back_with_it(engine):
    clock, quota = StillClock(START + timedelta(hours=5)), SharedQuota(rate_per_second=1 / 60, burst=1)
    limiter = PostgresLimiter(engine, clock, Wait)
    limiter.take(quota, "app", 5, "a")
    for shop in ("b", "c"):
        with pytest.raises(Wait):
            limiter.take(quota, "app", 5, shop)
    clock.moment = START
    with pytest.raises(Wait) as told:
        limiter.take(quota, "app", 5, "c")
    assert told.value.seconds == 120
    clock.moment += timedelta(seconds=60)
    assert limiter.take(quota, "app", 5, "b") == 0


def test_a_refusal_by_the_vendor_holds_for_every_shop_of_the_application(engine):
    clock, quota = StillClock(), SharedQuota()
    limiter = PostgresLimiter(engine, clock, Wait)
    limiter.take(quota, "app", 60, "a")
    limiter.penalise(quota, "app", 30)
    assert limiter.take(quota, "app", 60, "b") == 30


def _ask_on_and_on(url: str, shop: str, calls: int, all_there, results) -> None:
    """Make so many calls of a shared quota, one after the other; tell how often each had to ask for its turn."""
    engine, asked, quota = make_engine(url), [], SharedQuota(rate_per_second=5, burst=1)
    limiter = PostgresLimiter(engine, WallClock(), Wait)
    all_there.wait(100)
    for _ in range(calls):
        asked.append(0)
        while True:
            asked[-1] += 1
            try:
                time.sleep(limiter.take(quota, "app", 0.05, shop))
                break
            except Wait as told:
                time.sleep(told.seconds)
    results.put((shop, asked, time.monotonic()))
    engine.dispose()


def test_a_large_backlog_in_other_processes_costs_a_small_shop_a_turn_a_call(engine, database_url):
    context = multiprocessing.get_context("spawn")
    results, all_there = context.Queue(), context.Barrier(3)
    wanted = {"large": 60, "larger": 60, "small": 6}
    told_to = ((database_url, shop, calls, all_there, results) for shop, calls in wanted.items())
    processes = [context.Process(target=_ask_on_and_on, args=each) for each in told_to]
    for process in processes:
        process.start()
    told = {shop: (asked, ended) for shop, asked, ended in (results.get(timeout=120) for _ in processes)}
    for process in processes:
        process.join(30)
    assert max(told["small"][0]) <= 2, f"told when to come back, and served then: {told['small'][0]}"
    assert told["small"][1] < min(told["large"][1], told["larger"][1]) - 5, "it ends long before the others' backlog"


def _spend(url: str, seconds: float, results) -> None:
    engine, until, taken = make_engine(url), time.monotonic() + seconds, []
    limiter = PostgresLimiter(engine, WallClock(), Wait)
    quota = Quota(rate_per_second=20, burst=5)
    while time.monotonic() < until:
        try:
            wait = limiter.take(quota, "shop", 0.2)
            taken.append(time.time() + wait)
        except Wait as refused:
            time.sleep(min(0.05, refused.seconds))
    results.put(taken)


def test_several_processes_together_never_spend_more_than_the_budget(database_url):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=_spend, args=(database_url, 1.5, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    starts = sorted(moment for _ in workers for moment in results.get(timeout=240))
    for worker in workers:
        worker.join()
    assert len(starts) > 20
    slack = 2  # calls: our own clock reading lies a little after the limiter's
    for first, begin in enumerate(starts):
        for last in range(first, len(starts)):
            assert last - first + 1 <= 5 + 20 * (starts[last] - begin) + slack


def test_a_token_comes_back_as_it_was_and_lies_encrypted(engine):
    tokens = PostgresTokens(engine, KEY, "lumora")
    assert tokens.get("amazon/a") is None
    token = StoredToken("Atza|secret", START, "Atzr|rotates")
    tokens.put("amazon/a", StoredToken("old", START))
    tokens.put("amazon/a", token)
    assert tokens.get("amazon/a") == token and "secret" not in repr(token)
    with client_session(engine, "lumora") as conn:
        assert b"secret" not in bytes(conn.execute(text("SELECT secret FROM tokens")).scalar())
    assert PostgresTokens(engine, KEY, "teahaus").get("amazon/a") is None


def test_a_token_under_another_key_is_refused_with_a_remedy(engine):
    PostgresTokens(engine, KEY, "lumora").put("amazon/a", StoredToken("x", START))
    with pytest.raises(TokenError, match="another DAIYUN_SECRET_KEY"):
        PostgresTokens(engine, OTHER_KEY, "lumora").get("amazon/a")


def _renew(url: str, results) -> None:
    tokens = PostgresTokens(make_engine(url), KEY, "lumora")
    with tokens.lock("amazon/a"):
        stored = tokens.get("amazon/a")
        time.sleep(0.1)
        count = int(stored.access_token) + 1 if stored else 1
        tokens.put("amazon/a", StoredToken(str(count), START))
    results.put(count)


def test_only_one_process_at_a_time_renews(database_url):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=_renew, args=(database_url, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    assert sorted(results.get(timeout=240) for _ in workers) == [1, 2, 3]
    for worker in workers:
        worker.join()


def _report(engine, **changes) -> dict:
    week = {"period_start": date(2026, 11, 9), "period_end": date(2026, 11, 16)}
    told = {**week, "language": "zh", "data_version": "v1", "numbers": {"orders": 5}}
    with client_session(engine, "lumora") as conn:
        return freeze_report(conn, "lumora", "weekly", "2026-W46", **{**told, **changes})


def test_a_reports_figures_are_frozen_once(engine):
    first = _report(engine)
    again = _report(engine, numbers={"orders": 6}, data_version="v2")
    assert (again["report_id"], again["numbers"], again["data_version"]) == (first["report_id"], {"orders": 5}, "v1")
    assert _report(engine, edition=2)["report_id"] != first["report_id"]
    with client_session(engine, "lumora") as conn:
        set_report(conn, first["report_id"], "rendered", html_path="a.html")
        assert find_report(conn, "lumora", "weekly", "2026-W46")["edition"] == 2


def test_a_report_counts_as_told_once_somebody_has_it(engine):
    numbers = {"data": {"metrics": {"zone": "UTC"}, "restated": []}, "html": "long"}
    report, after = _report(engine, numbers=numbers)["report_id"], date(2026, 11, 16)

    def told(before=after) -> list[dict]:
        with client_session(engine, "lumora") as conn:
            return told_reports(conn, "lumora", "weekly", before)

    ledger = Deliveries(engine, "lumora", report, by="first")
    ledger.claim("owner@lumora.example", "<1@x>")
    assert told() == []
    ledger.sent("owner@lumora.example")
    assert told() == [numbers["data"]]
    assert told(before=date(2026, 11, 9)) == []
    unserved = _report(engine, edition=2, numbers={"data": {"metrics": {}}})["report_id"]
    assert len(told()) == 1
    with client_session(engine, "lumora") as conn:
        set_report(conn, unserved, "sent")
    assert told() == [numbers["data"], {"metrics": {}, "restated": None}]


def test_a_recipient_is_claimed_by_one_run_and_served_once(engine):
    report = _report(engine)["report_id"]
    one, two = (Deliveries(engine, "lumora", report, by) for by in ("run1", "run2"))
    assert one.is_due("a@example.com") and one.claim("a@example.com", "<1@x>")
    assert not two.is_due("a@example.com") and not two.claim("a@example.com", "<1@x>")
    one.sent("a@example.com")
    assert not two.claim("a@example.com", "<1@x>")
    with client_session(engine, "lumora") as conn:
        (row,) = deliveries(conn, report)
    assert (row["status"], row["attempts"], row["claimed_by"]) == ("sent", 1, "run1")


def test_a_claim_left_behind_grows_stale_and_a_refusal_is_final(engine):
    report = _report(engine)["report_id"]
    Deliveries(engine, "lumora", report, "killed").claim("a@example.com", "<1@x>")
    later = Deliveries(engine, "lumora", report, "run2", claim_lasts=timedelta(0))
    assert later.is_due("a@example.com") and later.claim("a@example.com", "<1@x>")
    later.failed("a@example.com", "<1@x>", "451 try later", is_final=False)
    assert Deliveries(engine, "lumora", report, "run3").is_due("a@example.com")
    later.failed("b@example.com", "", "550 no such user", is_final=True)
    assert not later.is_due("b@example.com") and not later.claim("b@example.com", "<2@x>")
