"""A wish that comes while a push runs: what the marketplace answered to the others is booked all the same."""

from __future__ import annotations

from types import SimpleNamespace

from stockroom import CLIENT

from connectors.writes import Answer
from pipeline import opened, stock
from pipeline.job_kinds import KINDS
from warehouse import jobs
from warehouse.database import client_session


def test_a_job_that_a_newer_wish_took_the_place_of_does_not_lose_the_others_answers(brand):
    brand(A0=7, A1=7)
    batch = stock.plan_client(CLIENT, run_id="night 1")["batch"]

    def send(changes):
        brand(A0=6, A1=7)
        stock.plan_client(CLIENT, run_id="night 1")  # the brand dropped another count meanwhile
        return [Answer(change.job_id, True, "taken") for change in changes]

    with client_session(opened.engine(), CLIENT) as conn:
        first = jobs.pushable(conn, CLIENT, batch)
    shop = SimpleNamespace(session=lambda: client_session(opened.engine(), CLIENT), connector=SimpleNamespace(push_stock=send))
    counts = {"acknowledged": 0, "refused": 0}
    stock._push(shop, "stock", [KINDS["stock"].change(job) for job in first], counts)
    with client_session(opened.engine(), CLIENT) as conn:
        now = {job.job_id: job.status for job in jobs.of_batch(conn, CLIENT, batch)}
    assert [now[job.job_id] for job in first] == ["superseded", "acknowledged"] and counts == {"acknowledged": 1, "refused": 0}
