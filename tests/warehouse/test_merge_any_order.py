"""Whatever the order of arrival, repetition, splitting or kill: the same tables."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from transforms.tables import CANONICAL
from warehouse.database import client_session
from warehouse.merge import merge, read_frame

STATUSES = ("paid", "shipped", "cancelled")
ROOT = Path(__file__).resolve().parents[2]
_made: dict[str, dict[str, pd.DataFrame]] = {}

line = st.fixed_dictionaries({"line_id": st.sampled_from("ab"), "quantity": st.just(1)})
version = st.fixed_dictionaries({
    "order_id": st.sampled_from("112"),
    "hour": st.integers(0, 3),
    "seen": st.integers(0, 3),
    "derivation": st.integers(1, 2),
    "status": st.sampled_from(STATUSES[:2]),  # few contents, so that equal ones come back
    "lines": st.lists(line, max_size=1, unique_by=lambda each: each["line_id"]),
})


def _moment(version: dict) -> tuple:
    """One mapping of a page shows one version of an order; two of the same moment are the checks' business (quarantine)."""
    return version["order_id"], version["hour"], version["seen"], version["derivation"]


def _batch(rows, orders: list[dict]) -> dict[str, pd.DataFrame]:
    """One frame set over several versions, each hashed with its own lines."""
    singles = [_single(rows, order) for order in orders]
    return {name: pd.concat([single[name] for single in singles], ignore_index=True) for name in singles[0]}


def _single(rows, order: dict) -> dict[str, pd.DataFrame]:
    """Made once: the examples share most of their few hundred versions, and a frame costs more than its merge."""
    key = repr(order)
    if key not in _made:
        _made[key] = rows.batch([order])
    return _made[key]


def _content(conn) -> dict[str, set[tuple]]:
    """What the tables mean: everything but where a row came from."""
    found = {}
    for name in ("orders", "order_lines"):
        columns = [*CANONICAL[name].content, "content_hash"]
        found[name] = {tuple(map(str, row)) for row in read_frame(conn, name, columns=columns).itertuples(index=False)}
    return found


def _expected(versions: list[dict], rows) -> set[str]:
    """Of each order the newest version, by the rule as it is written down."""
    best: dict[str, tuple] = {}
    for each in versions:
        stamp = (each["hour"], each["seen"], each["derivation"], int(_single(rows, each)["orders"]["content_hash"].iloc[0]))
        best[each["order_id"]] = max(best.get(each["order_id"], (stamp, each)), (stamp, each), key=lambda pair: pair[0])
    lines = {key: sorted((line["line_id"], line["quantity"]) for line in order["lines"]) for key, (_, order) in best.items()}
    return {f"{key} {order['status']} {lines[key]}" for key, (_, order) in best.items()}


def _shown(conn) -> set[str]:
    lines: dict[str, list] = {}
    for order_id, line_id, quantity in conn.execute(text("SELECT order_id, line_id, quantity FROM order_lines")):
        lines.setdefault(order_id, []).append((line_id, quantity))
    orders = conn.execute(text("SELECT order_id, status FROM orders"))
    return {f"{order_id} {status} {sorted(lines.get(order_id, []))}" for order_id, status in orders}


ROUGH = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking over a database takes minutes


@settings(max_examples=80, deadline=None, phases=ROUGH, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(versions=st.lists(version, min_size=1, max_size=7, unique_by=_moment), seed=st.integers(0, 10_000))
def test_any_order_repetition_and_splitting_end_in_the_newest_versions(engine, rows, versions, seed):
    dice = random.Random(seed)
    arrivals = versions + dice.choices(versions, k=dice.randrange(3))
    dice.shuffle(arrivals)
    with client_session(engine, "lumora") as conn:
        conn.execute(text("DELETE FROM orders; DELETE FROM order_lines; DELETE FROM confirmations"))
    while arrivals:
        some, arrivals = arrivals[:3], arrivals[3:]
        size = dice.randrange(1, len(some) + 1)
        for part in (some[:size], some[size:]):
            if part:
                with client_session(engine, "lumora") as conn:
                    merge(conn, _batch(rows, part))
    with client_session(engine, "lumora") as conn:
        assert _shown(conn) == _expected(versions, rows)


WORKERS = """
import os, pickle, sys, traceback
from pathlib import Path
from warehouse.database import client_session, make_engine
from warehouse.merge import merge


def work(url, batches):
    engine = make_engine(url)
    for batch in batches:
        with client_session(engine, "lumora") as conn:
            merge(conn, batch)


def begin(url, batches):
    child = os.fork()
    if child:
        return child
    try:
        work(url, batches)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


while line := sys.stdin.readline():
    url, *files = line.split()
    children = [begin(url, batches) for batches in [pickle.loads(Path(file).read_bytes()) for file in files]]
    print(*children, flush=True)
    sys.stdin.readline()  # until then none is gone for good, so that its number is no stranger's when it is killed
    print(*(os.waitpid(child, 0)[1] for child in children), flush=True)
"""


class Workers:
    """A process that is warm (what it imports costs more than what it merges) and forks a worker for every file of batches."""

    def __init__(self, url: str) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._url, self._process = url, subprocess.Popen([sys.executable, "-c", WORKERS], cwd=ROOT, **pipes)

    def begin(self, *files: Path) -> list[int]:
        """The numbers of one worker a file; each has begun to merge."""
        return self._ask(" ".join([self._url, *map(str, files)]))

    def ended(self) -> list[int]:
        """How each of them ended: 0 for one that came to its end."""
        return self._ask("how did they end")

    def _ask(self, line: str) -> list[int]:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return [int(word) for word in self._process.stdout.readline().split()]

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture
def workers(database_url) -> Iterator[Workers]:
    warm = Workers(database_url)
    yield warm
    warm.stop()


def _batches(rows) -> list[dict[str, pd.DataFrame]]:
    dice = random.Random(7)
    orders = lambda hour: [  # noqa: E731
        {"order_id": str(n), "hour": hour, "status": STATUSES[(n + hour) % 3],
         "lines": [{"line_id": place, "quantity": 1 + hour} for place in dice.sample("abcd", dice.randrange(4))]}
        for n in range(150)
    ]  # fmt: skip
    return [rows.batch(orders(hour)[start : start + 50]) for hour in range(3) for start in (0, 50, 100)]


def test_a_merge_killed_at_any_moment_and_run_again_leaves_the_same_tables(engine, workers, rows, tmp_path):
    batches = _batches(rows)
    file = tmp_path / "batches.pkl"
    pd.to_pickle(batches, file)
    dice, kills = random.Random(3), 0
    for _ in range(12):
        (worker,) = workers.begin(file)
        time.sleep(dice.random() * 0.4)
        os.kill(worker, signal.SIGKILL)
        kills += workers.ended() != [0]
    assert kills >= 3, "the kills came too late to mean anything"
    with client_session(engine, "lumora") as conn:
        partial = _content(conn)
    for batch in batches:
        with client_session(engine, "lumora") as conn:
            merge(conn, batch)
    with client_session(engine, "lumora") as conn:
        after = _content(conn)
        conn.execute(text("DELETE FROM orders; DELETE FROM order_lines"))
        for batch in batches:
            merge(conn, batch)
        undisturbed = _content(conn)
    assert after == undisturbed
    assert len(after["orders"]) == 150 and partial["orders"]


def test_concurrent_merges_of_one_shop_neither_deadlock_nor_differ(engine, workers, rows, tmp_path):
    batches = _batches(rows)
    files = [tmp_path / str(number) for number in range(3)]
    for number, file in enumerate(files):
        shuffled = random.Random(number).sample(batches, len(batches))
        pd.to_pickle([{name: frame.sample(frac=1, random_state=number) for name, frame in batch.items()} for batch in shuffled], file)
    workers.begin(*files)
    assert workers.ended() == [0, 0, 0]
    with client_session(engine, "lumora") as conn:
        found = _content(conn)
        conn.execute(text("DELETE FROM orders; DELETE FROM order_lines; DELETE FROM confirmations"))
        for batch in batches:
            merge(conn, batch)
        assert found == _content(conn)


def test_one_shops_merges_wait_for_each_other_and_other_shops_do_not(engine, rows):
    with client_session(engine, "lumora") as first, client_session(engine, "lumora") as second:
        second.execute(text("SET LOCAL lock_timeout = '300ms'"))
        merge(first, rows.batch([{"order_id": "1"}]))
        merge(second, rows.batch([{"order_id": "2"}], shop="lumora_lazada_sg"))
        with pytest.raises(OperationalError, match="lock timeout"):
            merge(second, rows.batch([{"order_id": "2"}]))
        second.rollback()
        first.rollback()
