"""Plans that follow plans: what an earlier night left behind is taken up, or taken back, never forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from stockroom import CLIENT, approve, ids, plan, sendable, show, step

from pipeline import opened
from warehouse import jobs
from warehouse.database import client_session


@pytest.mark.parametrize("was_sent", [False, True], ids=["never sent", "stopped while it was sent"])
def test_a_change_that_last_nights_push_could_not_send_is_sent_tonight(brand, was_sent):
    brand(A0=7)
    first = plan(1)
    assert sendable(first["batch"]) == [("A0", 7)]
    if was_sent:
        step(jobs.mark_pushed, ids(first["batch"]))
    second = plan(2)
    assert second["jobs"] == 1 and sendable(second["batch"]) == [("A0", 7)]
    assert sendable(first["batch"]) == [], "and not twice"


def test_an_approved_change_that_was_not_sent_keeps_its_approval(brand):
    brand(A0=0)
    first = plan(1)
    assert first["needs_approval"]
    approve(first)
    second = plan(2)
    assert second["jobs"] == 1 and not second["needs_approval"] and sendable(second["batch"]) == [("A0", 0)]


def test_an_acknowledged_change_nobody_saw_is_looked_for_again(brand):
    brand(A0=7)
    first = plan(1)
    step(jobs.mark_pushed, ids(first["batch"]))
    step(jobs.mark_acknowledged, ids(first["batch"]))
    second = plan(2)
    with client_session(opened.engine(), CLIENT) as conn:
        assert second["jobs"] == 1 and [job.sku for job in jobs.acknowledged(conn, CLIENT, second["batch"])] == ["A0"]


def test_a_change_left_over_is_judged_by_tonights_guard(brand):
    brand(A0=7)
    plan(1)
    brand(**{f"A{n}": 7 for n in range(10)})
    second = plan(2)
    assert second["needs_approval"] and second["jobs"] == 10 and sendable(second["batch"]) == []


def test_a_change_still_waiting_for_a_person_is_not_asked_for_twice(brand):
    brand(A0=0)
    first = plan(1)
    second = plan(2)
    assert (second["jobs"], second["needs_approval"]) == (0, False)
    approve(first)
    assert sendable(first["batch"]) == [("A0", 0)]


def test_a_question_nobody_can_answer_any_more_is_asked_anew(brand):
    brand(A0=0)
    first = plan(1)
    with client_session(opened.engine(), CLIENT) as conn:
        conn.execute(text("UPDATE sync_jobs SET planned_at = now() - interval '25 hours'"))
    second = plan(2)
    assert second["needs_approval"] and second["jobs"] == 1
    approve(first, by="late")
    assert sendable(second["batch"]) == [], "an answer to the former question decides nothing"


def test_a_change_that_is_not_wanted_any_more_is_taken_back_even_when_it_was_approved(brand):
    brand(A0=0)
    first = plan(1)
    show({"A0": 3}, hour=2)
    brand(A0=3)  # the brand restocked: the shop shows what is wanted
    assert plan(2)["jobs"] == 0
    approve(first)
    assert sendable(first["batch"]) == [], "an approval of last night's zero must not empty the shop"


def test_the_approver_is_shown_what_a_yes_would_let_go_and_nothing_else(brand):
    brand(A0=0)
    first = plan(1)
    approve(first)
    brand(A0=0, A1=0)
    second = plan(2)
    assert second["jobs"] == 2 and "A1" in second["body"] and "| A0 |" not in second["body"]
