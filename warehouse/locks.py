"""One writer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, func, select, text


def lock_rows_of(conn: Connection, *owner: str) -> None:
    """Wait for whoever is merging rows of ``owner`` (client and shop, or a table that belongs to nobody); until the transaction ends."""
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:owner, 0))"), {"owner": f"merge/{'/'.join(owner)}"})


@contextmanager
def giving_back(conn: Connection, lock: ColumnElement[int]) -> Iterator[None]:
    """Give ``lock``, which ``conn`` holds for its session, back at the end; where that fails the connection is closed, which does."""
    try:
        yield
    finally:
        try:
            conn.execute(select(func.pg_advisory_unlock(lock)))
        except Exception:
            conn.invalidate()
            raise
