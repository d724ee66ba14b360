"""Rows that failed a check: kept with rule, value and landing reference until a better version arrives or a person decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select, text

from transforms.schema import Table
from transforms.tables import CANONICAL
from warehouse.tables import metadata

FAULTS, PULLS = metadata.tables["quarantine"], metadata.tables["pulls"]
COLUMNS = {
    "table": "table_name", "key": "row_key", "rule": "rule", "column": "column_name", "value": "value",
    "landing_ref": "landing_ref", "row": "row",
}


def put(conn: Connection, pull_id: str, faults: pd.DataFrame | None) -> int:
    """Replace this pull's open rows by ``faults`` (None or empty: it has none any more); returns how many there are.

    Args:
        faults: one row a broken rule of a quarantined row: table, key, rule, column, value, landing_ref, row (JSON text).
    """
    pull = conn.execute(select(PULLS.c.client, PULLS.c.shop).where(PULLS.c.pull_id == pull_id)).one()
    conn.execute(FAULTS.delete().where(FAULTS.c.pull_id == pull_id, FAULTS.c.status == "open"))
    if faults is None or not len(faults):
        return 0
    records = faults.rename(columns=COLUMNS)[list(COLUMNS.values())].astype(object)
    records = records.where(records.notna(), None).to_dict("records")
    _close_earlier(conn, pull.client, pull.shop, pull_id, records)
    conn.execute(FAULTS.insert(), [{"client": pull.client, "shop": pull.shop, "pull_id": pull_id, **row} for row in records])
    return len(records)


def _close_earlier(conn: Connection, client: str, shop: str, pull_id: str, records: list[dict[str, Any]]) -> None:
    """The same record failing again in a later pull is one open case, not two."""
    keys = {(row["table_name"], row["row_key"]) for row in records}
    for table in {name for name, _ in keys}:
        some = [key for name, key in keys if name == table]
        same = (FAULTS.c.client == client, FAULTS.c.shop == shop, FAULTS.c.table_name == table, FAULTS.c.row_key.in_(some))
        _resolve(conn, f"failed again in pull {pull_id}", FAULTS.c.status == "open", FAULTS.c.pull_id != pull_id, *same)


def _resolve(conn: Connection, how: str, *conditions) -> int:
    change = FAULTS.update().where(*conditions).values(status="resolved", resolved_how=how, resolved_at=func.now())
    return conn.execute(change).rowcount


def list_open(conn: Connection, client: str, shop: str | None = None) -> list[dict[str, Any]]:
    """Open rows, oldest first: id, client, shop, pull_id, table_name, key, rule, column_name, value, landing_ref, row …"""
    conditions = [FAULTS.c.status == "open"]
    conditions += [FAULTS.c.client == client] if client != "*" else []
    conditions += [FAULTS.c.shop == shop] if shop else []
    return _rows(conn, *conditions)


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
