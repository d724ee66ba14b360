"""The statements of the merge, written from the declared tables.

``incoming_<table>`` holds a batch as it was delivered, ``won_<table>`` the keys of the parents whose newer version won.
Both are temporary and end with their transaction.
"""

from __future__ import annotations

from functools import cache

from transforms.schema import Table
from transforms.tables import CANONICAL
from warehouse.versions import VERSION

KEY_SEPARATOR = "\x1f"  # between the parts of a key in `confirmations`; no marketplace's number holds it


def incoming(table: Table) -> str:
    return f"incoming_{table.name}"


def won(table: Table) -> str:
    return f"won_{table.name}"


def listed(names: tuple[str, ...], alias: str = "") -> str:
    return ", ".join(f"{alias}.{name}" if alias else name for name in names)


def matched(names: tuple[str, ...], left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in names)


def row_key(table: Table, alias: str) -> str:
    """The key inside the scope as one text."""
    return " || E'\\x1f' || ".join(f"{alias}.{name}::text" for name in table.key)


def version(alias: str) -> str:
    """What decides which of two versions is newer, in order of weight (``warehouse.versions.VERSION`` is the same for frames)."""
    return f"({listed(VERSION, alias)})"


@cache
def create_incoming(table: Table) -> tuple[str, ...]:
    made = [f"CREATE TEMPORARY TABLE {incoming(table)} ON COMMIT DROP AS SELECT {listed(table.names)} FROM {table.name} WITH NO DATA"]
    if _children(table):
        made.append(
            f"CREATE TEMPORARY TABLE {won(table)} ON COMMIT DROP AS"
            f" SELECT {listed(table.full_key)}, false AS is_new FROM {table.name} WITH NO DATA"
        )
    return tuple(made)


def drop(table: Table) -> str:
    names = [incoming(table), *([won(table)] if _children(table) else ())]
    return f"DROP TABLE {', '.join(names)}"


def _children(table: Table) -> list[Table]:
    return [each for each in CANONICAL.values() if each.parent == table.name]


@cache
def upsert_parents(table: Table) -> str:
    """Insert or, where the delivered version is newer and differs, update; answers (inserted, updated)."""
    changed = f"{version('excluded')} > {version(table.name)} AND excluded.content_hash <> {table.name}.content_hash"
    source = f"SELECT {listed(table.names, 'i')} FROM {incoming(table)} i{_not_outdated(table)}"
    upserted = _upsert(table, source, changed)
    if not _children(table):
        return f"WITH done AS ({upserted} RETURNING xmax = 0 AS is_new) {_TALLY} FROM done"
    keys = f"{listed(table.full_key, table.name)}"
    return (
        f"WITH done AS ({upserted} RETURNING {keys}, xmax = 0 AS is_new),"
        f" kept AS (INSERT INTO {won(table)} SELECT * FROM done RETURNING is_new) {_TALLY} FROM kept"
    )


_TALLY = "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new)"


def _upsert(table: Table, source: str, changed: str) -> str:
    rest = tuple(name for name in table.names if name not in table.full_key)
    values = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return (
        f"INSERT INTO {table.name} ({listed(table.names)}) {source}"
        f" ON CONFLICT ({listed(table.full_key)}) DO UPDATE SET {values} WHERE {changed}"
    )


def _not_outdated(table: Table) -> str:
    """Leave out rows older than a version that was confirmed (or retired) since."""
    if table.scope != "shop":
        return ""
    return (
        f" WHERE NOT EXISTS (SELECT FROM confirmations c WHERE c.client = i.client AND c.shop = i.shop"
        f" AND c.table_name = '{table.name}' AND c.row_key = {row_key(table, 'i')} AND {version('c')} > {version('i')})"
    )


@cache
def confirm(table: Table) -> str:
    """Note newer versions of rows whose content is stored already."""
    newer = f"t.content_hash = i.content_hash AND {version('i')} > {version('t')}"
    return (
        f"INSERT INTO confirmations (client, shop, table_name, row_key, {listed(VERSION)})"
        f" SELECT i.client, i.shop, '{table.name}', {row_key(table, 'i')}, {listed(VERSION, 'i')}"
        f" FROM {incoming(table)} i"
        f" WHERE {_stored(table, newer)} {NEWER_CONFIRMATION}"
    )


def _stored(table: Table, what: str) -> str:
    """Something about the stored row of a delivered one. A scalar sub-select is always a look-up by the primary key:
    a join would, by the planner's guesses about fresh tables, now and then read the whole table for a small batch."""
    return f"(SELECT {what} FROM {table.name} t WHERE {matched(table.full_key, 't', 'i')})"


NEWER_CONFIRMATION = (
    "ON CONFLICT (client, shop, table_name, row_key) DO UPDATE SET"
    f" {', '.join(f'{name} = excluded.{name}' for name in VERSION)} WHERE {version('excluded')} > {version('confirmations')}"
)


@cache
def count_equal(table: Table) -> str:
    """Delivered rows that now stand in the table with this content."""
    return f"SELECT count(*) FROM {incoming(table)} i WHERE {_stored(table, 't.content_hash = i.content_hash')}"


@cache
def remove_absent_children(table: Table) -> str:
    """Stored children that the newer version of their parent no longer has; found parent by parent through the key."""
    return (
        f"DELETE FROM {table.name} WHERE ctid = ANY (ARRAY(SELECT c.place FROM {won(CANONICAL[table.parent])} w CROSS JOIN LATERAL"
        f" (SELECT t.ctid AS place, {listed(table.full_key, 't')} FROM {table.name} t WHERE {_of_parent(table, 't', 'w')} OFFSET 0) c"
        f" WHERE NOT w.is_new AND NOT EXISTS (SELECT FROM {incoming(table)} i WHERE {matched(table.full_key, 'i', 'c')})))"
    )


@cache
def upsert_children(table: Table) -> str:
    """Insert or, where content differs, update the children of parents that won; answers (inserted, updated)."""
    parent = won(CANONICAL[table.parent])
    source = f"SELECT {listed(table.names, 'i')} FROM {incoming(table)} i JOIN {parent} w ON {_of_parent(table, 'i', 'w')}"
    upserted = _upsert(table, source, f"excluded.content_hash <> {table.name}.content_hash")
    return f"WITH done AS ({upserted} RETURNING xmax = 0 AS is_new) {_TALLY} FROM done"


def _of_parent(table: Table, child: str, parent: str) -> str:
    names = zip(table.full_parent_key, CANONICAL[table.parent].full_key, strict=True)
    return " AND ".join(f"{child}.{mine} = {parent}.{theirs}" for mine, theirs in names)


@cache
def upsert_derived(table: Table) -> str:
    """Insert, or update where any column differs: derived rows carry no version."""
    rest = tuple(name for name in table.names if name not in table.full_key)
    differs = f"({listed(rest, 'excluded')}) IS DISTINCT FROM ({listed(rest, table.name)})"
    return _upsert(table, f"SELECT {listed(table.names)} FROM {incoming(table)}", differs)
