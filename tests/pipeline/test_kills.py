"""Workers shot at random moments of every verb and started again: the night ends as if nothing had happened.

``DAIYUN_KILLS`` says how many are shot (`make kills` shoots 30). Not more than a night offers moments: else another follows.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import opened, steps
from warehouse import jobs
from warehouse.database import client_session

KILLS = int(os.environ.get("DAIYUN_KILLS", "30"))
MUST_BE_HIT = {"pull", "validate", "merge", "push"} if KILLS >= 15 else set()
SHARE = {"pull": 0.3, "validate": 0.2, "merge": 0.2, "certify": 0.1, "push": 0.1}
GUESS_SECONDS = 0.15  # a verb's length before one of its kind was seen to end
MOST_NIGHTS = 4
CLIENTS = ("kiln", "teahaus")  # between them they sell almost everywhere; every further shop is only more of the same night
TRY_AGAIN, COME_BACK = 74, 75  # as tests/pipeline/killable.py says them


class Worker:
    """The killable worker's parent, which outlives every kill."""

    def __init__(self, env: dict[str, str]) -> None:
        command = [sys.executable, str(Path(__file__).with_name("killable.py"))]
        environment = {**os.environ, **env, "PYTHONPATH": str(Path(__file__).parents[2])}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.heard()["ready"]

    def heard(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        assert line, f"the worker's parent ended with {self.process.wait(10)}"
        return json.loads(line)

    def run(self, verb: str, name: str, arguments: dict[str, object], kill_after: float | None) -> tuple[int, float]:
        """Exit status of the child (-9: shot) and what it asks to be waited for."""
        order = {"verb": verb, "name": name, "arguments": arguments, "kill_after": kill_after}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        told = self.heard()
        return told["status"], told["seconds"]

    def end(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        self.process.stdout.close()


class Shooter:
    """When to shoot: a random moment of as long as such a verb usually takes, until each verb has had its share.

    What the named verbs have not had yet is kept for them: a verb that comes late in the night must not find none left.
    """

    def __init__(self, seed: int, kills: int) -> None:
        self.random, self.left, self.hits = random.Random(seed), kills, Counter()
        self.quota = {verb: round(share * kills) for verb, share in SHARE.items()}
        self.usual: dict[tuple[str, str], float] = {}

    def moment(self, verb: str, marketplace: str) -> float | None:
        if self._spare(verb) <= 0 or self.random.random() < 0.15:
            return None
        return self.random.uniform(0, self.usual.get((verb, marketplace), GUESS_SECONDS))

    def _spare(self, verb: str) -> int:
        if verb in self.quota:
            return min(self.left, self.quota[verb] - self.hits[verb])
        return self.left - sum(max(0, quota - self.hits[name]) for name, quota in self.quota.items())

    def learn(self, verb: str, marketplace: str, status: int, seconds: float) -> None:
        if status == -signal.SIGKILL:
            self.hits[verb] += 1
            self.left -= 1
        else:
            self.usual[verb, marketplace] = 0.5 * (self.usual.get((verb, marketplace), seconds) + seconds)

    @property
    def is_done(self) -> bool:
        return not self.left and set(self.hits) >= MUST_BE_HIT


def persist(worker: Worker, shooter: Shooter, verb: str, name: str, **arguments: object) -> None:
    """One task until it is done, shot and started again as often as the shooter likes."""
    kind, _, what = verb.partition("_")
    marketplace = steps.shop_marketplace(name) if what == "shop" else ""
    deadline = time.monotonic() + 120
    while True:
        begun = time.monotonic()
        status, wait = worker.run(verb, name, arguments, shooter.moment(kind, marketplace))
        shooter.learn(kind, marketplace, status, time.monotonic() - begun)
        assert status in (0, TRY_AGAIN, COME_BACK, -signal.SIGKILL), f"{verb} of {name} failed; its words are above"
        assert time.monotonic() < deadline, f"{verb} of {name} does not end"
        if status == 0:
            return
        time.sleep(wait)


def shot_shops() -> list[str]:
    return [shop for shop in steps.list_shops() if opened.find_shop(shop)[0].name in CLIENTS]


def night(worker: Worker, shooter: Shooter, here, number: int) -> None:
    steps.load_rates()
    run_id = f"shot night {number}"
    for shop in shot_shops():
        persist(worker, shooter, "pull_shop", shop, until=here.horizon.isoformat(), run_id=run_id)
        for verb in ("validate", "merge", "certify"):
            persist(worker, shooter, f"{verb}_shop", shop, run_id=run_id)
    for client in CLIENTS:
        batch = f"{client}/{run_id}"
        persist(worker, shooter, "plan_client", client, run_id=run_id)
        with client_session(opened.engine(), client) as conn:
            shown = jobs.digest(jobs.waiting(conn, client, batch))
        steps.record_decision(client, batch=batch, approved=True, by="the test", reason="", shown=shown)
        persist(worker, shooter, "push_client", client, batch=batch)
        persist(worker, shooter, "observe_client", client, batch=batch)


@pytest.fixture
def worker(world) -> Iterator[tuple]:
    here = world()
    found = Worker(here.env)
    yield here, found
    found.end()


@pytest.mark.timeout(900)
def test_workers_may_be_shot_at_any_moment(worker):
    here, parent = worker
    shooter = Shooter(seed=20261116, kills=KILLS)
    for number in range(1, MOST_NIGHTS + 1):
        night(parent, shooter, here, number)
        assert here.mismatches(shot_shops()) == {}
        if shooter.is_done:
            break
        here.move_to(here.horizon + timedelta(days=1))
    print(f"shot after {number} nights: {dict(shooter.hits)}")
    assert shooter.is_done
    assert_ledger_is_whole(here)


def assert_ledger_is_whole(here) -> None:
    """Nothing half done, nothing done twice."""
    assert {row["state"] for row in here.rows("SELECT state FROM pulls")} <= {"certified", "superseded"}
    assert here.rows("SELECT shop, entity, window_start, window_end, run_id FROM pulls GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1") == []
    assert here.rows("SELECT pull_id FROM certificates GROUP BY 1 HAVING count(*) > 1") == []
    jobs = here.rows("SELECT status, count(*) AS jobs, count(DISTINCT (client, job_key)) AS wishes FROM sync_jobs GROUP BY status")
    assert [row["status"] for row in jobs] == ["observed"] and jobs[0]["jobs"] == jobs[0]["wishes"] > 0
    targets = here.rows("SELECT shop, site, sku, batch FROM sync_jobs GROUP BY 1, 2, 3, 4 HAVING count(*) > 1")
    assert targets == [], "one target was wanted twice in one batch"
    for step in ("acknowledged", "observed"):
        events = here.rows("SELECT job_id, count(*) AS times FROM sync_job_events WHERE to_status = :step GROUP BY 1", step=step)
        assert len(events) == jobs[0]["jobs"] and all(row["times"] == 1 for row in events), f"{step} more than once, or never"
