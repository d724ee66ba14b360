"""What a plan stands on: a shop that is not proven, an old master and a decision about another list are never pushed blindly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from stockroom import CLIENT, SHOP, approve, counted, ids, plan, policy, proven_until, sell, sendable, show, step

from pipeline import opened, stock
from pipeline.errors import Refused
from warehouse import jobs
from warehouse.database import client_session

HOUR = timedelta(hours=1)


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC) - hours * HOUR


def test_a_small_change_over_fresh_tables_and_a_fresh_master_asks_nobody(brand):
    brand(A0=7)
    planned = plan(1)
    assert (planned["needs_approval"], planned["reasons"], planned["digest"]) == (False, [], "")
    assert sendable(planned["batch"]) == [("A0", 7)]


@pytest.mark.parametrize("entity", ["orders", "listings"])
@pytest.mark.parametrize(("hours", "told"), [(13, "not proven complete for 13 hours"), (None, "never proven complete")])
def test_a_shop_that_was_not_proven_tonight_is_pushed_to_only_with_a_persons_word(brand, entity, hours, told):
    proven_until(hours and hours_ago(hours), entity)
    brand(A0=7)
    planned = plan(1)
    (reason,) = planned["reasons"]
    assert reason.startswith(f"{entity} of {SHOP}") and told in reason and reason in planned["body"]
    assert planned["needs_approval"] and sendable(planned["batch"]) == []
    approve(planned)
    assert sendable(planned["batch"]) == [("A0", 7)]


def test_how_old_proof_and_master_may_be_is_the_clients_to_say(brand):
    proven_until(hours_ago(13), "orders")
    brand(A0=7)
    counted(hours_ago(40))
    policy(approve_proof_older_hours=14, approve_master_older_hours=48)
    assert not plan(1)["needs_approval"]


def test_an_old_master_needs_approval_and_the_reason_says_what_was_ordered_since(brand):
    brand(A0=7)
    counted(hours_ago(40))
    sell("before", "A1", 2, hours_ago(41))
    sell("since", "A2", 3, hours_ago(5))
    planned = plan(1)
    assert planned["needs_approval"]
    assert "40 hours old" in planned["reasons"][0] and "allowed 36 hours" in planned["reasons"][0]
    assert "3 units were ordered since" in planned["reasons"][0]


def test_a_master_from_the_future_hides_its_age_and_needs_approval(brand):
    brand(A0=7)
    counted(hours_ago(-48))
    assert "later than now" in plan(1)["reasons"][0]


def test_orders_in_quarantine_are_units_nobody_took_off(brand):
    columns = "client, shop, pull_id, table_name, row_key, rule, landing_ref"
    row = f"INSERT INTO quarantine ({columns}) VALUES (:c, :s, 'p', :t, :k, 'r', 'p/0#0')"
    with client_session(opened.engine(), CLIENT) as conn:
        for table, key in (("orders", '{"order_id": "1"}'), ("order_lines", '{"order_id": "1", "line_id": "9"}'), ("reviews", "{}")):
            conn.execute(text(row), {"c": CLIENT, "s": SHOP, "t": table, "k": key})
    brand(A0=7)
    assert plan(1)["reasons"] == [f"1 orders of {SHOP} are in quarantine: their units are not taken off"]


def test_units_that_left_after_the_count_are_taken_off_once_and_those_before_not_at_all(brand):
    brand(A0=9)
    counted(hours_ago(20))
    sell("left before", "A0", 1, hours_ago(50), shipped_at=hours_ago(21))
    sell("ordered before, left after", "A0", 2, hours_ago(50), shipped_at=hours_ago(19))
    sell("ordered and left after", "A0", 3, hours_ago(10), shipped_at=hours_ago(2))
    sell("still to be shipped", "A0", 1, hours_ago(4))
    assert sendable(plan(1)["batch"]) == [("A0", 9 - 2 - 3 - 1)]


def test_an_answer_to_another_list_decides_nothing(brand):
    brand(A0=0)
    shown = plan(1)
    brand(A0=0, A1=0, A2=0)
    again = plan(1)  # the same run's plan, cleared
    assert again["batch"] == shown["batch"] and again["digest"] != shown["digest"]
    with pytest.raises(Refused, match=f"about list {shown['digest']}, but 3 changes wait as list {again['digest']}"):
        approve(shown)
    assert sendable(again["batch"]) == []
    approve(again)
    assert len(sendable(again["batch"])) == 3


def test_the_same_list_planned_again_keeps_its_name_and_its_answer(brand):
    brand(A0=0)
    shown, again = plan(1), plan(1)
    assert shown["digest"] == again["digest"] and shown["digest"] in again["body"]
    approve(shown)
    assert sendable(again["batch"]) == [("A0", 0)]


def test_the_list_is_written_down_with_the_decision(brand):
    brand(A0=0)
    planned = plan(1)
    approve(planned)
    with client_session(opened.engine(), CLIENT) as conn:
        assert [(row["decision_digest"], row["decided_by"]) for row in jobs.list_jobs(conn)] == [(planned["digest"], "ann")]


def test_an_approved_change_that_is_not_what_was_approved_is_not_pushed_and_asked_anew(brand):
    brand(A0=0)
    planned = plan(1)
    approve(planned)
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text("UPDATE sync_jobs SET wanted_quantity = 500"))
    with pytest.raises(Refused, match=r"A0 is not as it was approved.*" + planned["digest"]):
        stock.push_client(CLIENT, batch=planned["batch"])
    assert sendable(planned["batch"]) == []
    assert plan(2)["needs_approval"]


def test_the_same_list_approved_on_two_nights_is_two_decisions(brand):
    brand(A0=0)
    first = plan(1)
    approve(first)
    step(jobs.mark_pushed, ids(first["batch"]))
    step(jobs.mark_acknowledged, ids(first["batch"]))
    step(jobs.mark_observed, ids(first["batch"]))
    show({"A0": 9}, hour=2)
    show({"A0": 10}, hour=3)
    second = plan(2)
    assert second["digest"] == first["digest"]
    approve(second)
    with client_session(opened.engine(), CLIENT) as conn:
        assert jobs.unfit(conn, CLIENT, jobs.pushable(conn, CLIENT, second["batch"])) == {}


def test_a_plan_made_again_is_judged_again(brand):
    brand(A0=7)
    assert not plan(1)["needs_approval"]
    proven_until(hours_ago(30), "orders")
    again = plan(1)
    assert again["needs_approval"] and sendable(again["batch"]) == []
    approve(again)
    assert sendable(again["batch"]) == [("A0", 7)]


@pytest.mark.parametrize("wanted", [7, 0], ids=["unguarded", "approved"])
def test_a_plan_of_the_day_before_yesterday_is_not_pushed(brand, wanted):
    brand(A0=wanted)
    planned = plan(1)
    approve(planned)
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text("UPDATE sync_jobs SET planned_at = now() - interval '25 hours'"))
    with pytest.raises(Refused, match=r"A0 was planned .* too long ago"):
        stock.push_client(CLIENT, batch=planned["batch"])
    assert sendable(planned["batch"]) == []


def test_an_approved_change_that_tonights_plan_still_wants_is_not_old(brand):
    brand(A0=0)
    approve(plan(1))
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text("UPDATE sync_jobs SET planned_at = now() - interval '25 hours'"))
    second = plan(2)
    with client_session(opened.engine(), CLIENT) as conn:
        ready = jobs.pushable(conn, CLIENT, second["batch"])
        assert len(ready) == 1 and jobs.unfit(conn, CLIENT, ready) == {}


def test_a_question_of_the_day_before_yesterday_cannot_be_approved(brand):
    brand(A0=0)
    planned = plan(1)
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text("UPDATE sync_jobs SET planned_at = now() - interval '25 hours'"))
    with pytest.raises(Refused, match="too long to be right still"):
        approve(planned)


def test_a_client_whose_pushes_were_switched_off_after_the_plan_is_not_pushed(brand):
    brand(A0=7)
    planned = plan(1)
    policy(is_enabled=False)
    with pytest.raises(Refused, match="is_enabled"):
        stock.push_client(CLIENT, batch=planned["batch"])
