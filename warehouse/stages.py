"""Stage events and their exceptions: derived from the stored rows of the subjects a batch touched, and replaced as a set.

A batch may move a row from one subject to another (a quotation's inquiry is put right), so what it touches is gathered **before**
it is merged (``touched``), from the batch and from the rows it replaces, and derived afterwards (``refresh``), in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from sqlalchemy import Connection, text

from transforms.schema import Table
from transforms.stages import CHAINS, Derived, StagedShop, derive
from transforms.stages.deals import COLUMNS, KINDS, LINKS, name_of
from transforms.stages.derive import PATIENCE
from transforms.stages.subjects import SUBJECTS, Frames
from transforms.tables import CANONICAL, STAGE_EVENTS, STAGE_EXCEPTIONS
from warehouse import merge_sql
from warehouse.copying import copy_in, read_frame
from warehouse.locks import lock_rows_of

IDS_AT_ONCE = 20_000
Touched = dict[str, set[str]]  # kind of subject → ids (deals: names of documents)


def touched(conn: Connection, client: str, shop: str, frames: Frames, head: str | None = None) -> Touched:
    """Which subjects the rows of ``frames`` speak of, and which the stored rows they would replace speak of.

    ``head``: the shop whose deals they are about, where that is another; it is waited for first, so that of two accounts
    that feed one deal the later sees the earlier's papers.
    """
    for owner in dict.fromkeys((head or shop, shop)):
        lock_rows_of(conn, client, owner)
    found: Touched = {}
    for kind, subject in SUBJECTS.items():
        for table, column in subject.columns.items():
            if table in frames and len(frames[table]):
                found.setdefault(kind, set()).update(_named(kind, table, column, frames[table]))
                found[kind].update(_named(kind, table, column, _replaced(conn, client, shop, table, kind, frames[table])))
    return {kind: ids for kind, ids in found.items() if ids}


def _named(kind: str, table: str, column: str, frame: pd.DataFrame) -> Iterable[str]:
    if kind != "deal":
        return frame[column].dropna()
    names = set()
    for owner, elders in _papers(table).items():
        names.update(name_of(elders, number) for number in frame[owner].dropna())
    return names


def _papers(table: str) -> dict[str, str]:
    """Column → table of the document it names, the row's own included."""
    own = {COLUMNS[table]: table} if table in KINDS else {"contract_id": "contracts"}
    return own | {column: elders for column, (elders, _, _) in LINKS.get(table, {}).items()}


def _replaced(conn: Connection, client: str, shop: str, table: str, kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The stored rows with the batch's keys, where a row may change its subject; none where the subject is part of the key."""
    declared = CANONICAL[table]
    columns = list(_papers(table)) if kind == "deal" else [SUBJECTS[kind].columns[table]]
    if set(columns) <= set(declared.key):
        return declared.empty()[columns]
    head = declared.key[0]
    return read_frame(conn, table, where={"client": client, "shop": shop, head: list(frame[head].dropna().unique())}, columns=columns)


def refresh(conn: Connection, shop: StagedShop, subjects: Mapping[str, Iterable[str]]) -> int:
    """Derive the stages of these subjects again and store what differs; returns how many rows that were.

    Subjects the shop's chain does not know have none: what another mode once stored of them is taken away.
    """
    chain = CHAINS[shop.mode]
    changed = 0
    for kind in (kind for kind in SUBJECTS if subjects.get(kind)):
        for frames in _families(conn, shop, kind, sorted(subjects[kind])):
            subject = SUBJECTS[kind]
            waits = subject.waits(frames) if subject.waits else None
            derived = derive(chain, shop, subject.proofs(frames, shop), waits)
            ids = {*subject.ids(frames).dropna(), *(subjects[kind] if kind in ("order", "deal") else ())}
            changed += replace_stages(conn, shop.client, shop.name, kind, ids, derived)
    return changed


def forget_deals(conn: Connection, client: str, shop: str) -> int:
    """Take away the deals of a shop whose papers are another shop's from now on; returns how many rows that were."""
    place = {"client": client, "shop": shop}
    gone = "WHERE client = :client AND shop = :shop AND subject_kind = 'deal'"
    return sum(conn.execute(text(f"DELETE FROM {table.name} {gone}"), place).rowcount for table in (STAGE_EVENTS, STAGE_EXCEPTIONS))


def _families(conn: Connection, shop: StagedShop, kind: str, ids: list[str]) -> Iterator[dict[str, pd.DataFrame]]:
    """All rows of these subjects, a bounded number of subjects at a time; deals by whole families, so all at once."""
    scope = {"client": shop.client, "shop": shop.name}
    if kind == "deal":
        yield _deal_rows(conn, scope | {"shop": [shop.name, *shop.feeders]}, set(ids))
        return
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = ids[start : start + IDS_AT_ONCE]
        columns = SUBJECTS[kind].columns
        places = ((table, SUBJECTS[kind].derived.get(table, table), column) for table, column in columns.items())
        yield {table: read_frame(conn, place, where={**scope, column: some}) for table, place, column in places}


def _deal_rows(conn: Connection, scope: Mapping[str, object], names: set[str]) -> dict[str, pd.DataFrame]:
    """Every row of the families these documents belong to: links are followed both ways until nothing new is named."""
    seen: set[str] = set()
    while names - seen:
        seen |= names
        for table in LINKS:
            if table in KINDS:  # what hangs on a contract names nothing else
                for frame in _linked(conn, scope, table, seen):
                    for column, elders in _papers(table).items():
                        names = names | {name_of(elders, number) for number in frame[column].dropna()}
    numbers = {table: [name.partition("/")[2] for name in seen if name.startswith(f"{kind}/")] for table, kind in KINDS.items()}
    places = SUBJECTS["deal"].columns.items()
    return {table: read_frame(conn, table, where={**scope, column: numbers.get(table, numbers["contracts"])}) for table, column in places}


def _linked(conn: Connection, scope: Mapping[str, str], table: str, names: set[str]) -> Iterator[pd.DataFrame]:
    papers = _papers(table)
    for column, elders in papers.items():
        numbers = [name.partition("/")[2] for name in sorted(names) if name.startswith(f"{KINDS[elders]}/")]
        if numbers:
            yield read_frame(conn, table, where={**scope, column: numbers}, columns=list(papers))


def replace_stages(conn: Connection, client: str, shop: str, kind: str, ids: Iterable[str], derived: Derived) -> int:
    """Make ``derived`` all that is stored of these subjects, in whatever mode; returns how many rows differed."""
    wanted = sorted(set(ids) | set(derived.events["subject_id"]) | set(derived.exceptions["subject_id"]))
    exceptions = _waiting_since(conn, client, shop, derived.exceptions)
    place = {"client": client, "shop": shop, "modes": list(CHAINS), "kind": kind, "ids": wanted}
    return _replace(conn, STAGE_EVENTS, derived.events, place) + _replace(conn, STAGE_EXCEPTIONS, exceptions, place)


def _waiting_since(conn: Connection, client: str, shop: str, exceptions: pd.DataFrame) -> pd.DataFrame:
    """A newer version of a row that still names a missing elder does not begin the wait anew."""
    missing = (exceptions["kind"] == "missing_parent").to_numpy(dtype=bool)
    if not missing.any():
        return exceptions
    query = text(
        "SELECT ref, min(since_at) FROM stage_exceptions WHERE client = :client AND shop = :shop AND kind = 'missing_parent'"
        " AND ref = ANY(:refs) GROUP BY ref"
    )
    refs = list(exceptions.loc[missing, "ref"])
    older = dict(conn.execute(query, {"client": client, "shop": shop, "refs": refs}).all())
    since = [min(at, older.get(ref, at)) for ref, at in zip(exceptions["ref"], exceptions["since_at"], strict=True)]
    frame = exceptions.assign(since_at=pd.Series(since, index=exceptions.index, dtype=exceptions["since_at"].dtype))
    frame["due_at"] = frame["due_at"].where(~missing, frame["since_at"] + PATIENCE)
    return STAGE_EXCEPTIONS.conform(frame)


def _replace(conn: Connection, table: Table, rows: pd.DataFrame, place: Mapping[str, object]) -> int:
    theirs = (
        f"DELETE FROM {table.name} t WHERE t.client = :client AND t.shop = :shop AND t.mode = ANY(:modes)"
        f" AND t.subject_kind = :kind AND t.subject_id = ANY(:ids)"
    )
    if rows.empty:
        return conn.execute(text(theirs), place).rowcount
    incoming = merge_sql.incoming(table)
    conn.execute(text(f"CREATE TEMPORARY TABLE {incoming} ON COMMIT DROP AS SELECT * FROM {table.name} WITH NO DATA"))
    copy_in(conn, incoming, rows, table.arrow_schema)
    others = f"NOT EXISTS (SELECT FROM {incoming} i WHERE {merge_sql.matched(table.full_key, 'i', 't')})"
    removed = conn.execute(text(f"{theirs} AND {others}"), place).rowcount
    stored = conn.execute(text(merge_sql.upsert_derived(table))).rowcount
    conn.execute(text(f"DROP TABLE {incoming}"))
    return removed + stored
