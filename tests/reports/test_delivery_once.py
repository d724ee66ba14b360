"""Once per recipient, by the real ledger on PostgreSQL, over repeats, rivals and kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
import report_weeks as weeks

from reports.catcher import Catcher
from reports.delivery import DeliveryLater, Server, deliver
from reports.weekly import build
from warehouse.database import client_session, make_engine
from warehouse.reports_ledger import Deliveries, deliveries, freeze_report

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ("owner@lumora.example", "sales@lumora.example")


@pytest.fixture
def report():
    return build(weeks.lumora(), weeks.LUMORA, weeks.certificates(weeks.lumora()), "zh")


@pytest.fixture
def report_id(engine, report):
    with client_session(engine, "lumora") as conn:
        row = freeze_report(
            conn, "lumora", "weekly", report.period, period_start=date(2026, 11, 9), period_end=date(2026, 11, 16),
            language="zh", data_version="test", numbers={},
        )
    return row["report_id"]


def rows(engine, report_id):
    with client_session(engine, "lumora") as conn:
        return {row["recipient"]: row for row in deliveries(conn, report_id)}


def server(port):
    return Server("127.0.0.1", port, "Daiyun <reports@daiyun.example>", timeout_seconds=10)


def test_ten_runs_send_one_mail_to_each(engine, report, report_id, tmp_path):
    with Catcher(tmp_path) as catcher:
        for run in range(10):
            outcomes = deliver(report, PEOPLE, server(catcher.port), Deliveries(engine, "lumora", report_id, f"run {run}"))
    assert {one.status for one in outcomes} == {"before"}
    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert not list(tmp_path.glob("*.repeats"))
    assert {row["status"] for row in rows(engine, report_id).values()} == {"sent"}


def test_rivals_at_the_same_time_send_one_mail_to_each(database_url, engine, report, report_id, tmp_path):
    start = threading.Barrier(4)

    def run(number: int, port: int) -> None:
        own = make_engine(database_url)
        start.wait()
        try:
            deliver(report, PEOPLE, server(port), Deliveries(own, "lumora", report_id, f"run {number}"))
        except DeliveryLater:
            pass  # a rival was just sending
        finally:
            own.dispose()

    with Catcher(tmp_path) as catcher:
        threads = [threading.Thread(target=run, args=(number, catcher.port)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert not list(tmp_path.glob("*.repeats"))


def test_a_refusal_and_a_postponement_are_in_the_books(engine, report, report_id, tmp_path):
    from test_delivery import Picky

    ledger = Deliveries(engine, "lumora", report_id, "run")
    with Catcher(tmp_path, handler=Picky(tmp_path)) as catcher, pytest.raises(DeliveryLater):
        deliver(report, ["550@lumora.example", "450@lumora.example", PEOPLE[0]], server(catcher.port), ledger)
    booked = rows(engine, report_id)
    assert {name: row["status"] for name, row in booked.items()} == {
        "550@lumora.example": "refused", "450@lumora.example": "deferred", PEOPLE[0]: "sent",
    }
    assert "550 no such luck" in booked["550@lumora.example"]["reason"]


KILLED = """
import os, signal, sys
sys.path[:0] = [{tests!r}]
import report_weeks as weeks
from reports import delivery
from reports.weekly import build
from warehouse.database import make_engine
from warehouse.reports_ledger import Deliveries

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

step = {step!r}
if step == "before the claim":
    Deliveries.claim = die
elif step == "after the claim":
    delivery._Connection.send = die
elif step == "after sending":
    Deliveries.sent = die
report = build(weeks.lumora(), weeks.LUMORA, weeks.certificates(weeks.lumora()), "zh")
ledger = Deliveries(make_engine(os.environ["DATABASE"]), "lumora", {report_id!r}, "killed")
delivery.deliver(report, {people!r}, delivery.Server("127.0.0.1", {port}, "Daiyun <reports@daiyun.example>"), ledger)
"""


@pytest.mark.parametrize(("step", "repeats"), [("before the claim", 0), ("after the claim", 0), ("after sending", 1)])
def test_killed_at_any_step_everyone_has_one_mail_in_the_end(engine, database_url, report, report_id, tmp_path, step, repeats):
    with Catcher(tmp_path) as catcher:
        program = KILLED.format(tests=str(Path(__file__).parent), step=step, report_id=report_id, people=PEOPLE, port=catcher.port)
        surroundings = {**os.environ, "DATABASE": database_url}
        run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=surroundings, timeout=60, check=False)
        assert run.returncode == -signal.SIGKILL
        patient = Deliveries(engine, "lumora", report_id, "next")
        if step != "before the claim":
            with pytest.raises(DeliveryLater, match="claimed by another run"):
                deliver(report, PEOPLE[:1], server(catcher.port), patient)
        time.sleep(0.3)
        deliver(report, PEOPLE, server(catcher.port), Deliveries(engine, "lumora", report_id, "next", claim_lasts=timedelta(seconds=0.2)))
    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert sum(int(file.read_text()) for file in tmp_path.glob("*.repeats")) == repeats
    assert {row["status"] for row in rows(engine, report_id).values()} == {"sent"}
