"""Sync jobs: planned once, guarded by a person's word, closed by a read-back only."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from warehouse import jobs
from warehouse.database import client_session


def _wishes(*changes: dict) -> pd.DataFrame:
    basis = {
        "client": "lumora", "shop": "lumora_amazon_us", "site": "US", "sku": "A", "listing_id": "A", "product_id": None,
        "observed_quantity": 9, "wanted_quantity": 5, "job_key": "1", "needs_approval": False, "reasons": [], "batch": "b1",
    }  # fmt: skip
    return pd.DataFrame([{**basis, **change} for change in changes])


@pytest.fixture
def session(engine):
    return lambda client="lumora": client_session(engine, client)


def _only(conn) -> jobs.Job:
    return next(jobs.Job(**{name: row[name] for name in jobs.Job.__dataclass_fields__}) for row in jobs.list_jobs(conn))


def test_planning_twice_plans_nothing_new(session):
    with session() as conn:
        assert jobs.plan_jobs(conn, _wishes({})) == jobs.PlanCounts(planned=1)
        assert jobs.plan_jobs(conn, _wishes({})) == jobs.PlanCounts(known=1)
        assert jobs.plan_jobs(conn, _wishes({"job_key": "2"})) == jobs.PlanCounts(known=1), "the same wish is under way already"


def test_a_newer_wish_supersedes_the_older_one(session):
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({}))
        assert jobs.plan_jobs(conn, _wishes({"job_key": "2", "wanted_quantity": 7})) == jobs.PlanCounts(planned=1, superseded=1)
        assert jobs.counts(conn) == {"planned": 1, "superseded": 1}
        assert [job.wanted_quantity for job in jobs.pushable(conn, "lumora")] == [7]
        assert jobs.plan_jobs(conn, _wishes({})) == jobs.PlanCounts(known=1), "an old plan played again takes nothing back"


def test_a_target_that_needs_no_change_any_more_loses_its_unsent_job(session):
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({}, {"sku": "B", "job_key": "2"}))
        assert jobs.withdraw(conn, _wishes({})) == 1
        assert [job.sku for job in jobs.pushable(conn, "lumora")] == ["B"]


def test_a_guarded_job_is_pushed_only_after_a_recorded_approval(session):
    with session() as conn:
        assert jobs.plan_jobs(conn, _wishes({"needs_approval": True, "reasons": ["drop to zero"]})).waiting == 1
        (job,) = jobs.waiting(conn, "lumora")
        assert jobs.pushable(conn, "lumora") == [] and job.reasons == ["drop to zero"]
        with pytest.raises(jobs.IllegalTransition, match="cannot become pushed"):
            jobs.mark_pushed(conn, [job.job_id])
        assert jobs.decide(conn, "lumora", "b1", True, "ann", "checked") == 1
        assert [each.decided_by for each in jobs.pushable(conn, "lumora")] == ["ann"]
        assert jobs.decide(conn, "lumora", "b1", False, "bob") == 0, "a second decision finds nothing waiting"


def test_a_rejected_job_never_leaves(session):
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({"needs_approval": True}))
        jobs.decide(conn, "lumora", "b1", False, "ann")
        assert jobs.pushable(conn, "lumora") == [] and jobs.counts(conn) == {"rejected": 1}
        with pytest.raises(jobs.IllegalTransition):
            jobs.mark_pushed(conn, [_only(conn).job_id])


def test_the_database_itself_refuses_a_guarded_job_without_approval(session):
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({"needs_approval": True}))
    with pytest.raises(IntegrityError, match="guarded_only_with_approval"), session() as conn:
        conn.execute(text("UPDATE sync_jobs SET status = 'pushed'"))


def test_every_step_is_written_down_and_only_a_read_back_closes(session):
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({}))
        job = _only(conn)
        with pytest.raises(jobs.IllegalTransition):
            jobs.mark_observed(conn, [job.job_id])
        jobs.mark_pushed(conn, [job.job_id])
        assert [each.job_id for each in jobs.pushable(conn, "lumora")] == [job.job_id], "a push stopped half-way is sent again"
        jobs.mark_pushed(conn, [job.job_id])
        jobs.mark_acknowledged(conn, [job.job_id], vendor_ref="v1")
        assert jobs.pushable(conn, "lumora") == [] and len(jobs.acknowledged(conn, "lumora")) == 1
        jobs.mark_observed(conn, [job.job_id])
        assert [event["status"] for event in jobs.events(conn, job.job_id)] == ["planned", "pushed", "pushed", "acknowledged", "observed"]
        assert _only(conn).attempts == 2


def test_one_clients_session_cannot_touch_anothers_job(session):
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({}))
        job = _only(conn)
    with pytest.raises(jobs.IllegalTransition, match="no job"), session("teahaus") as conn:
        jobs.mark_pushed(conn, [job.job_id])


def test_a_change_made_by_hand_waits_for_somebodys_word_and_ends_with_it_alone(session):
    due = datetime(2026, 11, 17, 3, tzinfo=UTC)
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({}))
        job = _only(conn)
        with pytest.raises(jobs.IllegalTransition):
            jobs.mark_done_by_hand(conn, [job.job_id], "ann")
        jobs.mark_pushed(conn, [job.job_id])
        jobs.mark_by_hand(conn, [job.job_id], due, "upload it", "out/a.xlsx")
        assert [(each.due_at, each.vendor_ref) for each in jobs.by_hand(conn, "lumora")] == [(due, "out/a.xlsx")]
        assert jobs.pushable(conn, "lumora") == jobs.acknowledged(conn, "lumora") == [], "nobody sends it again or looks for it"
        assert jobs.plan_jobs(conn, _wishes({"job_key": "2"})) == jobs.PlanCounts(known=1), "it is under way"
        with pytest.raises(jobs.IllegalTransition):
            jobs.mark_observed(conn, [job.job_id])
        jobs.mark_done_by_hand(conn, [job.job_id], "ann", "done before noon")
        assert jobs.counts(conn) == {"manual_done": 1} and jobs.by_hand(conn, "lumora") == []
        assert jobs.events(conn, job.job_id)[-1] | {"at": 0} == {"at": 0, "status": "manual_done", "by": "ann", "note": "done before noon"}


def test_a_newer_wish_takes_the_place_of_one_that_waits_for_a_hand(session):
    with session() as conn:
        jobs.plan_jobs(conn, _wishes({}))
        job = _only(conn)
        jobs.mark_pushed(conn, [job.job_id])
        jobs.mark_by_hand(conn, [job.job_id], datetime(2026, 11, 17, 3, tzinfo=UTC), "upload it")
        assert jobs.plan_jobs(conn, _wishes({"job_key": "2", "wanted_quantity": 7})) == jobs.PlanCounts(planned=1, superseded=1)
        assert jobs.by_hand(conn, "lumora") == []
