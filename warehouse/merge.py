"""merge: finished rows into the canonical tables, so that any order of arrival, repetition or kill ends in the same rows.

The newest version wins, by ``(source_updated_at, seen_at, derivation, content_hash)``. Equal content is not rewritten; that a newer
version of it was seen is noted in ``confirmations``, so that an older, different one arriving late stays stale.
Children are replaced as a set, and only where their parent won.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

import pandas as pd
from sqlalchemy import ARRAY, Connection, Text, any_, cast, func, literal, select

from transforms.schema import Table
from transforms.tables import CANONICAL
from warehouse import merge_sql
from warehouse.copying import copy_in, read_frame
from warehouse.locks import lock_rows_of
from warehouse.quarantine import resolve_arrived
from warehouse.retire import gone_since, retire_absent
from warehouse.tables import metadata
from warehouse.versions import newest_of

__all__ = ["MergeCounts", "gone_since", "merge", "newest_change", "newest_seen", "read_frame", "retire_absent", "stored_ids"]

IDS_AT_ONCE = 20_000


@dataclass(frozen=True)
class MergeCounts:
    """What became of a table's delivered rows; ``removed``: stored children their parent's newer version no longer has."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    removed: int = 0

    def __add__(self, other: MergeCounts) -> MergeCounts:
        return MergeCounts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def merge(conn: Connection, frames: Mapping[str, pd.DataFrame]) -> dict[str, MergeCounts]:
    """Upsert one batch: table → rows, each frame as its table declares. Everything happens in the caller's transaction.

    A child table that is left out is left alone; one that is given (even empty) is the whole set of every parent that wins.

    Raises:
        ValueError: an unknown or derived table, or children without their parents' table.
        SchemaError: a frame is not what its table declares.
    """
    _refuse_wrong_tables(frames)
    batch = newest_of({name: CANONICAL[name].conform(frame) for name, frame in frames.items()})
    _lock(conn, batch)
    counts: dict[str, MergeCounts] = {}
    for name, frame in batch.items():
        if CANONICAL[name].parent is None:
            children = {child: rows for child, rows in batch.items() if CANONICAL[child].parent == name}
            counts |= _merge_family(conn, CANONICAL[name], frame, children)
    return {name: counts[name] + MergeCounts(stale=len(frames[name]) - len(batch[name])) for name in frames}


def _refuse_wrong_tables(frames: Mapping[str, pd.DataFrame]) -> None:
    for name in frames:
        if name not in CANONICAL or CANONICAL[name].is_derived:
            raise ValueError(f"{name}: not a table that rows are merged into")
        parent = CANONICAL[name].parent
        if parent and parent not in frames:
            raise ValueError(f"{name}: its rows are merged together with their {parent}, which this batch lacks")


def _lock(conn: Connection, batch: Mapping[str, pd.DataFrame]) -> None:
    """One merge at a time for each shop, taken in one order, so that no two wait for each other."""
    owners = {tuple(row) for name, frame in batch.items() for row in _owners(CANONICAL[name], frame)}
    for owner in sorted(owners):
        lock_rows_of(conn, *owner)


def _owners(table: Table, frame: pd.DataFrame) -> list[tuple[str, ...]]:
    names = [name for name in ("client", "shop") if name in table.by_name]
    if not names:
        return [(table.name,)]
    return list(frame[names].drop_duplicates().itertuples(index=False, name=None))


def _merge_family(conn: Connection, table: Table, frame: pd.DataFrame, children: Mapping[str, pd.DataFrame]) -> dict[str, MergeCounts]:
    if not len(frame):
        return {name: MergeCounts(stale=len(rows)) for name, rows in ((table.name, frame), *children.items())}
    _stage(conn, table, frame)
    inserted, updated = conn.exec_driver_sql(merge_sql.upsert_parents(table)).one()
    if table.scope == "shop" and inserted + updated < len(frame):
        conn.exec_driver_sql(merge_sql.confirm(table))
    counts = {table.name: _counted(conn, table, len(frame), inserted, updated)}
    for name, rows in children.items():
        counts[name] = _merge_children(conn, CANONICAL[name], rows, counts[table.name])
    resolve_arrived(conn, table, frame)
    conn.exec_driver_sql(merge_sql.drop(table))
    return counts


def _merge_children(conn: Connection, table: Table, rows: pd.DataFrame, parents: MergeCounts) -> MergeCounts:
    if not parents.inserted + parents.updated + parents.stale:  # a parent's content holds its children's
        return MergeCounts(unchanged=len(rows))
    _stage(conn, table, rows)
    removed = conn.exec_driver_sql(merge_sql.remove_absent_children(table)).rowcount if parents.updated else 0
    inserted, updated = conn.exec_driver_sql(merge_sql.upsert_children(table)).one()
    counts = _counted(conn, table, len(rows), inserted, updated)
    conn.exec_driver_sql(merge_sql.drop(table))
    return replace(counts, removed=removed)


def _stage(conn: Connection, table: Table, frame: pd.DataFrame) -> None:
    for statement in merge_sql.create_incoming(table):
        conn.exec_driver_sql(statement)
    copy_in(conn, merge_sql.incoming(table), frame, table.arrow_schema)


def _counted(conn: Connection, table: Table, delivered: int, inserted: int, updated: int) -> MergeCounts:
    """Tell the rows that changed nothing into those equal to what is stored and older ones."""
    if inserted + updated == delivered:
        return MergeCounts(inserted, updated)
    unchanged = conn.exec_driver_sql(merge_sql.count_equal(table)).scalar_one() - inserted - updated
    return MergeCounts(inserted, updated, unchanged, delivered - inserted - updated - unchanged)


def newest_change(conn: Connection, table: str, client: str, shop: str) -> datetime | None:
    """The latest ``source_updated_at`` among a shop's rows; None where it has none."""
    stored = metadata.tables[table].c
    return conn.execute(select(func.max(stored.source_updated_at)).where(stored.client == client, stored.shop == shop)).scalar()


def newest_seen(conn: Connection, tables: Iterable[str], client: str, shop: str) -> datetime | None:
    """The latest version of any row of these tables that was seen, also of rows that stayed as they were."""
    known = metadata.tables["confirmations"].c
    mine = (known.client == client, known.shop == shop, known.table_name.in_(tables))
    kept = conn.execute(select(func.max(known.source_updated_at)).where(*mine)).scalar()
    return max((at for at in (kept, *(newest_change(conn, table, client, shop) for table in tables)) if at is not None), default=None)


def stored_ids(conn: Connection, table: str, column: str, client: str, shop: str, ids: Iterable[str]) -> set[str]:
    """Which of ``ids`` stand in ``column`` of a shop's rows (``a,b``: in several columns, their texts joined by ``|``)."""
    stored = metadata.tables[table].c
    names = column.split(",")
    place = stored[column] if len(names) == 1 else func.concat_ws("|", *(cast(stored[name], Text) for name in names))
    wanted = sorted(set(ids))
    found: set[str] = set()
    for start in range(0, len(wanted), IDS_AT_ONCE):
        some = literal(wanted[start : start + IDS_AT_ONCE], ARRAY(Text))
        query = select(place).where(stored.client == client, stored.shop == shop, place == any_(some))
        found.update(conn.execute(query).scalars())
    return found
