"""Rows that failed a check: kept with rule, value and landing reference until a better version arrives or a person decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, func, select, text

from transforms.schema import Table
from transforms.tables import CANONICAL
from warehouse.copying import copy_in
from warehouse.tables import metadata

FAULTS = metadata.tables["quarantine"]
COLUMNS = {
    "table": "table_name", "key": "row_key", "rule": "rule", "column": "column_name", "value": "value",
    "landing_ref": "landing_ref", "row": "row",
}


def put(conn: Connection, pull_id: str, faults: pd.DataFrame | None) -> int:
    """Replace this pull's open rows by ``faults`` (None or empty: it has none any more); returns how many there are.

    Args:
        faults: one row a broken rule of a quarantined row: table, key, rule, column, value, landing_ref, row (JSON text).
    """
    clear(conn, pull_id)
    return add(conn, pull_id, faults) if faults is not None else 0


def clear(conn: Connection, pull_id: str) -> None:
    """Forget this pull's open rows, before it is validated again."""
    conn.execute(FAULTS.delete().where(FAULTS.c.pull_id == pull_id, FAULTS.c.status == "open"))


def add(conn: Connection, pull_id: str, faults: pd.DataFrame) -> int:
    """Add a chunk's ``faults`` to what the pull has; the same record failing again is one open case, not two.

    A pull that waits for its certificate keeps its own: without it the record would be missing there.
    """
    if not len(faults):
        return 0
    conn.execute(text(_STAGE))
    copy_in(conn, "incoming_faults", faults.rename(columns=COLUMNS)[list(COLUMNS.values())], _SCHEMA)
    conn.execute(text(_CLOSE_EARLIER), {"pull_id": pull_id})
    added = conn.execute(text(_ADD), {"pull_id": pull_id}).rowcount
    conn.execute(text("DROP TABLE incoming_faults"))
    return added


_NAMES = ", ".join(COLUMNS.values())
_SCHEMA = pa.schema([pa.field(name, pa.string()) for name in COLUMNS.values()])
_STAGE = f"CREATE TEMPORARY TABLE incoming_faults ON COMMIT DROP AS SELECT {_NAMES} FROM quarantine WITH NO DATA"
_SEEN = "({}.row::jsonb ->> 'seen_at')::timestamptz"  # a replay of an older pull must not close the newer one's case
_CLOSE_EARLIER = f"""
UPDATE quarantine q SET status = 'resolved', resolved_at = now(), resolved_how = 'failed again in pull ' || p.pull_id
FROM pulls p, incoming_faults i, pulls earlier
WHERE p.pull_id = :pull_id AND q.status = 'open' AND q.pull_id <> p.pull_id AND q.client = p.client AND q.shop = p.shop
AND earlier.pull_id = q.pull_id AND earlier.state NOT IN ('validated', 'merged')
AND q.table_name = i.table_name AND q.row_key = i.row_key
AND NOT coalesce({_SEEN.format("q")} > {_SEEN.format("i")}, false)"""
_ADD = f"""
INSERT INTO quarantine (client, shop, pull_id, {_NAMES})
SELECT p.client, p.shop, p.pull_id, i.* FROM incoming_faults i, pulls p WHERE p.pull_id = :pull_id"""


def _resolve(conn: Connection, how: str, *conditions) -> int:
    change = FAULTS.update().where(*conditions).values(status="resolved", resolved_how=how, resolved_at=func.now())
    return conn.execute(change).rowcount


def list_open(conn: Connection, client: str, shop: str | None = None) -> list[dict[str, Any]]:
    """Open rows, oldest first: id, client, shop, pull_id, table_name, key, rule, column_name, value, landing_ref, row …"""
    conditions = [FAULTS.c.status == "open"]
    conditions += [FAULTS.c.client == client] if client != "*" else []
    conditions += [FAULTS.c.shop == shop] if shop else []
    return _rows(conn, *conditions)


def orders_held(conn: Connection, client: str) -> dict[str, int]:
    """Shop → orders held back, whole or by one of their lines: their units are in no table, or in an older version."""
    order = text("count(DISTINCT coalesce(row_key::jsonb ->> 'order_id', landing_ref))")
    mine = (FAULTS.c.status == "open", FAULTS.c.client == client, FAULTS.c.table_name.in_(("orders", "order_lines")))
    return {shop: count for shop, count in conn.execute(select(FAULTS.c.shop, order).where(*mine).group_by(FAULTS.c.shop))}


def of_pull(conn: Connection, pull_id: str) -> list[dict[str, Any]]:
    """A pull's open rows."""
    return _rows(conn, FAULTS.c.pull_id == pull_id, FAULTS.c.status == "open")


def show(conn: Connection, fault_id: int) -> dict[str, Any] | None:
    return next(iter(_rows(conn, FAULTS.c.fault_id == fault_id)), None)


def _rows(conn: Connection, *conditions) -> list[dict[str, Any]]:
    renamed = {"fault_id": "id", "row_key": "key"}
    columns = [column.label(renamed.get(column.name, column.name)) for column in FAULTS.c]
    return [dict(row) for row in conn.execute(select(*columns).where(*conditions).order_by(FAULTS.c.fault_id)).mappings()]


def resolve(conn: Connection, ids: Iterable[int], how: str) -> int:
    """Close cases by hand; ``how`` is kept. Returns how many were open."""
    return _resolve(conn, how, FAULTS.c.fault_id.in_(list(ids)), FAULTS.c.status == "open")


def resolve_arrived(conn: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Close the open cases of records (and their children) that this batch holds in a version seen later; called by the merge."""
    if table.scope != "shop":
        return 0
    family = [table.name, *(each.name for each in CANONICAL.values() if each.parent == table.name)]
    is_open = (FAULTS.c.status == "open", FAULTS.c.client == frame["client"].iloc[0], FAULTS.c.table_name.in_(family))
    if not conn.execute(select(FAULTS.c.fault_id).where(*is_open).limit(1)).first():
        return 0
    same = " AND ".join(f"q.row_key::jsonb ->> '{name}' = i.{name}" for name in table.full_key)
    return conn.execute(
        text(
            "UPDATE quarantine q SET status = 'resolved', resolved_at = now(), resolved_how = 'stored as ' || i.landing_ref"
            f" FROM incoming_{table.name} i WHERE q.status = 'open' AND q.client = i.client AND q.shop = i.shop"
            f" AND q.table_name = ANY(:family) AND {same} AND (q.row::jsonb ->> 'seen_at')::timestamptz < i.seen_at"
        ),
        {"family": family},
    ).rowcount
