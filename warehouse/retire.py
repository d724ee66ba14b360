"""What a complete snapshot did not show is gone: listings become ``deleted``, other rows are removed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import pyarrow as pa
from sqlalchemy import ARRAY, ColumnElement, Connection, Text, any_, literal, select, text

from transforms.hashing import stamp_hash
from transforms.schema import Table
from transforms.tables import CANONICAL
from warehouse import merge_sql
from warehouse.copying import copy_in, read_frame
from warehouse.locks import lock_rows_of
from warehouse.tables import metadata

NEVER_SHOWN, LAST = 0, 2**63 - 1  # a derivation older than any of a page, and one (or a hash) newer than any


def retire_absent(
    conn: Connection, table: str, client: str, shop: str, scope: Mapping[str, str], keys: pd.DataFrame, taken_at: datetime | None = None
) -> int:
    """Retire the shop's rows within ``scope`` (column → value) whose key is not among ``keys``; returns how many.

    Args:
        keys: the snapshot's whole set: the table's key columns and, when given, ``seen_at`` (when its pages arrived).
            With it, rows that a later snapshot has shown stay: replaying an old snapshot retires nothing new.
        taken_at: when the snapshot's first page arrived; dates one whose ``keys`` do not (it showed nothing).
    """
    declared = CANONICAL[table]
    owner = {"client": client, "shop": shop}
    lock_rows_of(conn, client, shop)
    _stage_shown(conn, declared, keys)
    seen_at = keys["seen_at"].min() if "seen_at" in keys else None
    seen_at = taken_at if pd.isna(seen_at) else seen_at  # an empty snapshot shows nothing that is dated
    conn.execute(text(_absent(declared, scope, has_bound=seen_at is not None)), {**owner, **_named(scope), "bound": seen_at})
    retired = _mark_deleted(conn, declared, owner, seen_at) if "deleted" in _words(declared) else _remove(conn, declared)
    conn.execute(text("DROP TABLE IF EXISTS shown, absent, hashes"))
    return retired


def gone_since(conn: Connection, table: str, client: str, shop: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Those of a shop's ``rows`` that a later snapshot took away: stored once, and rightly in the table no more."""
    declared = CANONICAL[table]
    if not len(rows) or "deleted" in _words(declared):
        return rows.iloc[:0]
    book = metadata.tables["confirmations"].c
    keys = rows[list(declared.key)].astype("str").agg(merge_sql.KEY_SEPARATOR.join, axis=1)
    mine = (book.client == client, book.shop == shop, book.table_name == table, book.derivation == LAST)
    gone = conn.execute(select(book.row_key).where(*mine, book.row_key == any_(literal(sorted(set(keys)), ARRAY(Text))))).scalars()
    return rows[keys.isin(set(gone))]


def _words(table: Table) -> tuple[str, ...]:
    return (table.by_name["status"].allowed or ()) if "status" in table.by_name else ()


def _stage_shown(conn: Connection, table: Table, keys: pd.DataFrame) -> None:
    schema = pa.schema([table.arrow_schema.field(name) for name in table.key])
    conn.execute(text(f"CREATE TEMPORARY TABLE shown ON COMMIT DROP AS SELECT {', '.join(table.key)} FROM {table.name} WITH NO DATA"))
    copy_in(conn, "shown", keys[list(table.key)].drop_duplicates(), schema)
    conn.execute(text("ANALYZE shown"))


def _named(scope: Mapping[str, str]) -> dict[str, str]:
    return {f"scope_{name}": value for name, value in scope.items()}


def _absent(table: Table, scope: Mapping[str, str], *, has_bound: bool) -> str:
    """Keys to retire, with the newest version of each that was seen."""
    unknown = set(scope) - set(table.names)
    if unknown:
        raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))} to bound a retirement by")
    within = "".join(f" AND t.{name} = :scope_{name}" for name in scope)
    living = " AND t.status <> 'deleted'" if "deleted" in _words(table) else ""
    newest = "greatest(t.seen_at, c.seen_at)"
    bound = f" AND {newest} < :bound" if has_bound else ""
    return (
        f"CREATE TEMPORARY TABLE absent ON COMMIT DROP AS SELECT {merge_sql.listed(table.full_key, 't')},"
        f" greatest(t.source_updated_at, c.source_updated_at) AS source_updated_at, {newest} AS seen_at,"
        f" {merge_sql.row_key(table, 't')} AS row_key FROM {table.name} t"
        f" LEFT JOIN confirmations c ON c.client = t.client AND c.shop = t.shop AND c.table_name = '{table.name}'"
        f" AND c.row_key = {merge_sql.row_key(table, 't')}"
        f" WHERE t.client = :client AND t.shop = :shop{within}{living}{bound}"
        f" AND NOT EXISTS (SELECT FROM shown s WHERE {merge_sql.matched(table.key, 's', 't')})"
    )


def _remove(conn: Connection, table: Table) -> int:
    """Take the rows away and remember the newest version that is gone, so that an older one cannot come back."""
    conn.execute(
        text(
            "INSERT INTO confirmations (client, shop, table_name, row_key, source_updated_at, seen_at, derivation, content_hash)"
            f" SELECT client, shop, '{table.name}', row_key, source_updated_at, seen_at, {LAST}, {LAST} FROM absent"
            f" {merge_sql.NEWER_CONFIRMATION}"
        )
    )
    return conn.execute(text(f"DELETE FROM {table.name} t USING absent a WHERE {merge_sql.matched(table.full_key, 't', 'a')}")).rowcount


def _mark_deleted(conn: Connection, table: Table, owner: Mapping[str, str], seen_at) -> int:
    """Status and hash as if the marketplace had said so when the snapshot was taken.

    So it is newer than whatever was shown before, and older than a row of this very snapshot that a mended mapping finds.
    Undated, it is the last word on the version it takes away.
    """
    derivation = LAST if seen_at is None else NEVER_SHOWN
    gone = read_frame(conn, table.name, _is_absent(table), where=owner)
    if not len(gone):
        return 0
    gone = stamp_hash(table, gone.assign(status=pd.Series("deleted", index=gone.index, dtype=gone["status"].dtype)))
    schema = pa.schema([table.arrow_schema.field(name) for name in (*table.full_key, "content_hash")])
    conn.execute(text(f"CREATE TEMPORARY TABLE hashes ON COMMIT DROP AS SELECT {', '.join(schema.names)} FROM {table.name} WITH NO DATA"))
    copy_in(conn, "hashes", gone[schema.names], schema)
    return conn.execute(
        text(
            f"UPDATE {table.name} t SET status = 'deleted', content_hash = h.content_hash, seen_at = coalesce(:seen, a.seen_at),"
            f" derivation = {derivation}"
            f" FROM hashes h JOIN absent a ON {merge_sql.matched(table.full_key, 'a', 'h')}"
            f" WHERE {merge_sql.matched(table.full_key, 't', 'h')}"
        ),
        {"seen": seen_at},
    ).rowcount


def _is_absent(table: Table) -> ColumnElement[bool]:
    return text(f"EXISTS (SELECT FROM absent a WHERE {merge_sql.matched(table.full_key, 'a', table.name)})")
