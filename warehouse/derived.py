"""Rows that follow from other stored rows: replaced as a set, and written only where they differ."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, text

from transforms.schema import Table
from warehouse import merge_sql
from warehouse.copying import copy_in


def replace_derived(conn: Connection, table: Table, rows: pd.DataFrame, theirs: str, values: Mapping[str, object]) -> int:
    """Make ``rows`` all that ``table`` holds of what they were derived from; returns how many rows differed.

    Args:
        rows: conformed to ``table``, each fulfilling ``theirs``.
        theirs: the SQL condition that tells which stored rows (``t``) were derived from the same, beside the scope.
        values: what it names, and the scope's ``client`` and ``shop``.
    """
    gone = f"DELETE FROM {table.name} t WHERE t.client = :client AND t.shop = :shop AND {theirs}"
    if rows.empty:
        return conn.execute(text(gone), values).rowcount
    incoming = merge_sql.incoming(table)
    conn.execute(text(f"CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS SELECT * FROM {table.name} WITH NO DATA"))
    copy_in(conn, incoming, rows, table.arrow_schema)
    others = f"NOT EXISTS (SELECT FROM {incoming} i WHERE {merge_sql.matched(table.full_key, 'i', 't')})"
    removed = conn.execute(text(f"{gone} AND {others}"), values).rowcount
    stored = conn.execute(text(merge_sql.upsert_derived(table))).rowcount
    conn.execute(text(f"DROP TABLE {incoming}"))
    return removed + stored
