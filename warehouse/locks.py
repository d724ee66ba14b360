"""One writer at a time."""

from __future__ import annotations

from sqlalchemy import Connection, text


def lock_rows_of(conn: Connection, *owner: str) -> None:
    """Wait for whoever is merging rows of ``owner`` (client and shop, or a table that belongs to nobody); until the transaction ends."""
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:owner, 0))"), {"owner": f"merge/{'/'.join(owner)}"})
