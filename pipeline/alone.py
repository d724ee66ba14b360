"""One process at a time on one pull: a retried task beside its undead predecessor, a hand-started run beside the night's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, text

from pipeline.errors import TryLater
from pipeline.opened import engine
from warehouse.ledger import Pull
from warehouse.locks import giving_back

PATIENCE_SECONDS = 5.0  # of the wall; the server takes a moment to see that a killed process is gone
LOOK_AGAIN_SECONDS = 20.0  # of the wall
NOTICE_A_DEAD_HOST = "SELECT set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false)"


@contextmanager
def alone_with(pull: Pull) -> Iterator[None]:
    """Hold ``pull`` on a connection of its own, so that it is free when the process ends, however it ends.

    Its state may have moved on before it was held: look it up inside.

    Raises:
        TryLater: somebody else works on it.
    """
    name = func.hashtextextended(f"work on {pull.pull_id}", 0)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text(NOTICE_A_DEAD_HOST))
        if not _is_ours(conn, name):
            who = f"Client '{pull.client}', shop '{pull.shop}', {pull.entity}"
            raise TryLater(LOOK_AGAIN_SECONDS, f"{who}: another run is working on pull {pull.pull_id}")
        with giving_back(conn, name):
            yield


def _is_ours(conn: Connection, name) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not conn.execute(select(func.pg_try_advisory_lock(name))).scalar():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
