"""The ledger of pulls: what is being read, how far it got, and what became of it.

A pull's states are ``open → landed → validated → merged → certified``; ``failed`` remembers where it goes on from, and
``superseded`` means that a later certified pull covers its window.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from warehouse.calls import count_calls
from warehouse.certificates import certificates, certify, proven_since, usual_counts, watermark
from warehouse.landing import PullRef
from warehouse.ledger_tables import PULL_STATES
from warehouse.tables import metadata

__all__ = [
    "LedgerError", "PagesExpired", "Pull", "PullMoved", "begin_derivation", "certificates", "certify", "count_calls", "get_pull",
    "hold", "latest_checked", "note", "open_pull", "open_pulls", "proven_since", "pulls_of_run", "restart_pull", "save_cursor",
    "set_state", "usual_counts", "watermark",
]

PULLS = metadata.tables["pulls"]
WORKING = ("open", "landed", "validated", "merged")


class LedgerError(RuntimeError):
    """The ledger was asked for something that cannot be true."""


class PullMoved(LedgerError):
    """Another process has moved the pull on meanwhile; looked up again, it shows what is left to do."""


class PagesExpired(LedgerError):
    """The pull's landed pages were given up with their age: what came of them stays, nothing new can."""


@dataclass(frozen=True)
class Pull:
    """One entity of one shop for one window.

    Attributes:
        pages: pages landed in this attempt, so also the next page's index.
        cursor: where reading goes on; None at the start and after the last page.
        announced: the vendor's own count of the window, where it gave one.
        derivation: how often its pages were mapped; part of the version of every row that comes of them.
        expired_at: when its pages were given up; None: they are kept.
    """

    pull_id: str
    client: str
    shop: str
    entity: str
    window_start: datetime
    window_end: datetime
    run_id: str
    state: str
    reason: str | None
    attempt: int
    pages: int
    cursor: Mapping[str, Any] | None
    announced: int | None
    counts: Mapping[str, Any] | None
    derivation: int = 1
    expired_at: datetime | None = None

    @property
    def ref(self) -> PullRef:
        return PullRef(self.client, self.shop, self.entity, self.pull_id)


def open_pull(
    conn: Connection, client: str, shop: str, entity: str, window_start: datetime, window_end: datetime, run_id: str
) -> Pull:
    """Return the pull of this window to work on.

    An unfinished or failed one goes on where it stood (one that could not be certified is read again from its start),
    one certified in the same run is returned as it is; otherwise a new one begins.
    """
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"pull/{client}/{shop}/{entity}", 0))))
    same = (
        select(PULLS)
        .where(PULLS.c.client == client, PULLS.c.shop == shop, PULLS.c.entity == entity)
        .where(PULLS.c.window_start == window_start, PULLS.c.window_end == window_end)
        .order_by(PULLS.c.opened_at.desc(), PULLS.c.pull_id)
    )
    for row in conn.execute(same).mappings():
        if row["state"] in (*WORKING, "failed"):
            return _go_on(conn, row, run_id)
        if row["state"] == "certified" and row["run_id"] == run_id:
            return _pull(row)
    values = {
        "pull_id": secrets.token_hex(8), "client": client, "shop": shop, "entity": entity,
        "window_start": window_start, "window_end": window_end, "run_id": run_id,
    }
    return _pull(conn.execute(PULLS.insert().values(values).returning(PULLS)).mappings().one())


def _go_on(conn: Connection, row: RowMapping, run_id: str) -> Pull:
    pull = _change(conn, row["pull_id"], run_id=run_id)
    if row["state"] != "failed":
        return pull
    if row["resume_state"] == "merged":  # it was whole and yet not proven: only reading it again can help
        return restart_pull(conn, row["pull_id"])
    return _change(conn, row["pull_id"], state=row["resume_state"] or "open", resume_state=None, reason=None)


def save_cursor(conn: Connection, pull_id: str, page_index: int, cursor: Mapping[str, Any] | None, announced: int | None) -> None:
    """Note that page ``page_index`` is landed and where reading goes on after it."""
    values: dict[str, Any] = {"pages": page_index + 1, "cursor": dict(cursor) if cursor is not None else None, "landed_at": func.now()}
    if announced is not None:
        values["announced"] = announced
    _change(conn, pull_id, **values)


def restart_pull(conn: Connection, pull_id: str) -> Pull:
    """Begin a new attempt from page 0; the former attempt's pages stay where they are."""
    fresh = {"state": "open", "resume_state": None, "pages": 0, "cursor": None, "announced": None, "counts": None}
    return _change(conn, pull_id, attempt=PULLS.c.attempt + 1, reason=None, **fresh)


def hold(conn: Connection, seen: Pull) -> Pull:
    """The pull as it is now; until the transaction ends it stays so.

    Raises:
        PullMoved: it is not what was ``seen`` any more: somebody else has taken it on, read it anew or given it up.
    """
    row = conn.execute(select(PULLS).where(PULLS.c.pull_id == seen.pull_id).with_for_update()).mappings().one_or_none()
    now = _pull(row) if row else None
    if now is None or any(getattr(now, name) != getattr(seen, name) for name in ("state", "attempt", "pages", "derivation")):
        raise PullMoved(f"Client '{seen.client}', shop '{seen.shop}', {seen.entity}: pull {seen.pull_id} is in other hands now.")
    return now


def begin_derivation(conn: Connection, seen: Pull) -> Pull:
    """Back to ``landed``, and count one more mapping of its pages: what comes of it now replaces what came of them before.

    The state goes back first, so that a mapping killed half-way is begun again and its half is merged by nobody.

    Raises:
        PagesExpired: nothing is left to map.
        PullMoved: it is not what was ``seen`` any more; a pull begun anew since must not pass for one read to its end.
    """
    pull = hold(conn, seen)
    if pull.expired_at:
        raise PagesExpired(f"Pull {pull.pull_id}: its pages expired on {pull.expired_at:%Y-%m-%d}.")
    return _change(conn, pull.pull_id, state="landed", resume_state=None, reason=None, derivation=PULLS.c.derivation + 1)


def set_state(conn: Connection, pull_id: str, state: str, reason: str | None = None, counts: Mapping[str, Any] | None = None) -> None:
    """Move the pull on. Only ``certify`` makes one ``certified``.

    Raises:
        LedgerError: no such state, or no such pull.
    """
    if state not in PULL_STATES or state == "certified":
        raise LedgerError(f"pull {pull_id}: {state!r} is not a state to set; there are {', '.join(WORKING)}, failed, superseded")
    resume = func.coalesce(PULLS.c.resume_state, PULLS.c.state) if state == "failed" else None
    values: dict[str, Any] = {"state": state, "reason": reason, "resume_state": resume}
    if counts is not None:
        values["counts"] = func.coalesce(PULLS.c.counts, cast({}, JSONB)).op("||")(cast({state: dict(counts)}, JSONB))
    _change(conn, pull_id, **values)


def note(conn: Connection, pull_id: str, reason: str) -> None:
    """Say why a pull does not get on; its state stays."""
    _change(conn, pull_id, reason=reason)


def get_pull(conn: Connection, pull_id: str) -> Pull:
    row = conn.execute(select(PULLS).where(PULLS.c.pull_id == pull_id)).mappings().one_or_none()
    if row is None:
        raise LedgerError(f"There is no pull {pull_id} that this session's client can see.")
    return _pull(row)


def open_pulls(conn: Connection, client: str, shop: str) -> list[Pull]:
    """Pulls with work left to do, oldest first; failed ones wait for ``open_pull`` of their window."""
    return _pulls(conn, PULLS.c.client == client, PULLS.c.shop == shop, PULLS.c.state.in_(WORKING))


def pulls_of_run(conn: Connection, client: str, shop: str, run_id: str) -> list[Pull]:
    """Pulls a run began or went on with, oldest first."""
    return _pulls(conn, PULLS.c.client == client, PULLS.c.shop == shop, PULLS.c.run_id == run_id)


def latest_checked(conn: Connection, client: str = "*", shop: str | None = None) -> list[Pull]:
    """The newest pull of each shop and entity whose rows were checked; its ``counts["validated"]`` says how they fared."""
    book = PULLS.c
    given = ((book.client, client), (book.shop, shop))
    query = (
        select(PULLS)
        .where(book.counts["validated"].is_not(None), *(column == value for column, value in given if value not in (None, "*")))
        .ext(distinct_on(book.client, book.shop, book.entity))
        .order_by(book.client, book.shop, book.entity, book.opened_at.desc(), book.pull_id)
    )
    return [_pull(row) for row in conn.execute(query).mappings()]


def _pulls(conn: Connection, *conditions) -> list[Pull]:
    query = select(PULLS).where(*conditions).order_by(PULLS.c.window_end, PULLS.c.opened_at, PULLS.c.pull_id)
    return [_pull(row) for row in conn.execute(query).mappings()]


def _change(conn: Connection, pull_id: str, **values: Any) -> Pull:
    query = PULLS.update().where(PULLS.c.pull_id == pull_id).values(changed_at=func.now(), **values).returning(PULLS)
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise LedgerError(f"There is no pull {pull_id} that this session's client can see.")
    return _pull(row)


def _pull(row: RowMapping) -> Pull:
    return Pull(**{name: row[name] for name in Pull.__dataclass_fields__})
