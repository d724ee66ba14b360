"""Stage events and their exceptions: derived from the stored rows of the subjects a batch touched, and replaced as a set.

A batch may move a row from one subject to another (a quotation's inquiry is put right), so what it touches is gathered **before**
it is merged (``touched``), from the batch and from the rows it replaces, and derived afterwards (``refresh``), in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from sqlalchemy import Connection, text

from transforms.stages import CHAINS, Derived, StagedShop, derive
from transforms.stages.deals import KINDS, LINKS, NAMED, Families, name_of
from transforms.stages.derive import PATIENCE
from transforms.stages.subjects import SUBJECTS, Frames, Subject
from transforms.tables import CANONICAL, STAGE_EVENTS, STAGE_EXCEPTIONS
from warehouse.copying import read_frame
from warehouse.derived import replace_derived
from warehouse.locks import lock_rows_of

IDS_AT_ONCE = 20_000
NAMED_BY_ID = ("order", "deal")  # kinds whose ids a batch names as they are
NOTHING = Derived(STAGE_EVENTS.empty(), STAGE_EXCEPTIONS.empty())
OF_SUBJECTS = "t.mode = ANY(:modes) AND t.subject_kind = :kind AND t.subject_id = ANY(:ids)"
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
            rows = _speaking(subject, table, frames[table]) if table in frames else ()
            if len(rows):
                found.setdefault(kind, set()).update(_named(kind, table, column, rows))
                found[kind].update(_named(kind, table, column, _replaced(conn, client, shop, table, kind, rows)))
                if table in subject.by_line:
                    found[kind].update(_orders_of_lines(conn, client, shop, rows))
    return {kind: ids for kind, ids in found.items() if ids}


def _speaking(subject: Subject, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that speak of such subjects at all."""
    if table not in subject.only:
        return frame
    column, value = subject.only[table]
    return frame[(frame[column] == value).fillna(False).astype(bool)]


def _orders_of_lines(conn: Connection, client: str, shop: str, frame: pd.DataFrame) -> Iterable[str]:
    """The stored orders of the lines that are named where no order is."""
    lines = frame.loc[frame["order_id"].isna(), "line_id"].dropna()
    query = text("SELECT DISTINCT order_id FROM order_lines WHERE client = :client AND shop = :shop AND line_id = ANY(:lines)")
    return conn.execute(query, {"client": client, "shop": shop, "lines": list(lines)}).scalars() if len(lines) else ()


def _named(kind: str, table: str, column: str, frame: pd.DataFrame) -> Iterable[str]:
    if kind != "deal":
        return frame[column].dropna()
    names = set()
    for owner, elders in _papers(table).items():
        names.update(name_of(elders, number) for number in frame[owner].dropna())
    return names


def _papers(table: str) -> dict[str, str]:
    """Column → table of the document it names, the row's own included."""
    own = {SUBJECTS["deal"].columns[table]: table if table in KINDS else "contracts"}
    return own | {column: elders for column, (elders, _, _) in NAMED.get(table, {}).items()}


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
        if kind in NAMED_BY_ID and kind not in {stage.subject for stage in chain.stages}:
            changed += replace_stages(conn, shop.client, shop.name, kind, subjects[kind], NOTHING)
            continue
        for frames in _families(conn, shop, kind, sorted(subjects[kind])):
            subject = SUBJECTS[kind]
            waits = subject.waits(frames) if subject.waits else None
            derived = derive(chain, shop, subject.proofs(frames, shop), waits)
            ids = {*subject.ids(frames).dropna(), *(subjects[kind] if kind in NAMED_BY_ID else ())}
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
        subject = SUBJECTS[kind]
        places = ((table, subject.derived.get(table, table), column) for table, column in subject.columns.items())
        frames = {
            table: read_frame(conn, place, where={**scope, column: some, **dict([subject.only[table]] if table in subject.only else ())})
            for table, place, column in places
        }
        yield frames | {table: _with_lines(conn, table, frames[table], scope, some) for table in subject.by_line}


def _with_lines(conn: Connection, table: str, frame: pd.DataFrame, scope: Mapping[str, str], orders: list[str]) -> pd.DataFrame:
    """``frame`` and the rows that name a line of these orders in place of the order; they name it now."""
    key = CANONICAL[table].key[0]
    query = text(
        f"SELECT t.{key}, l.order_id FROM {table} t JOIN order_lines l ON l.client = t.client AND l.shop = t.shop AND l.line_id = t.line_id"
        " WHERE t.client = :client AND t.shop = :shop AND t.order_id IS NULL AND t.line_id IS NOT NULL AND l.order_id = ANY(:orders)"
    )
    owner = dict(conn.execute(query, {**scope, "orders": orders}).all())
    if not owner:
        return frame
    more = read_frame(conn, table, where={**scope, key: list(owner)})
    more["order_id"] = more[key].map(owner).astype(more["order_id"].dtype)
    return pd.concat([frame, more], ignore_index=True)


def _deal_rows(conn: Connection, scope: Mapping[str, object], names: set[str]) -> Families:
    """Every row of the families these documents belong to: links are followed both ways until nothing new is named."""
    seen, new = set[str](), names
    while new:
        seen |= new
        # what hangs on a contract names nothing else
        new = {name for table in LINKS if table in KINDS for name in _linked(conn, scope, table, new)} - seen
    numbers = {table: [name.partition("/")[2] for name in seen if name.startswith(f"{kind}/")] for table, kind in KINDS.items()}
    places = SUBJECTS["deal"].columns.items()
    return Families(
        (table, read_frame(conn, table, where={**scope, column: numbers.get(table, numbers["contracts"])})) for table, column in places
    )


def _linked(conn: Connection, scope: Mapping[str, object], table: str, names: set[str]) -> set[str]:
    """All documents that the rows name which name one of these, or are it."""
    papers = _papers(table)
    by_kind = {kind: [name.partition("/")[2] for name in sorted(names) if name.startswith(f"{kind}/")] for kind in KINDS.values()}
    numbers = {column: by_kind[KINDS[elders]] for column, elders in papers.items()}
    told = {column: some for column, some in numbers.items() if some}
    if not told:
        return set()
    any_of = " OR ".join(f"{column} = ANY(:{column})" for column in told)
    query = text(f"SELECT {', '.join(papers)} FROM {table} WHERE client = :client AND shop = ANY(:shop) AND ({any_of})")
    rows = conn.execute(query, {**scope, **told})
    return {name_of(elders, number) for row in rows for elders, number in zip(papers.values(), row, strict=True) if number is not None}


def replace_stages(conn: Connection, client: str, shop: str, kind: str, ids: Iterable[str], derived: Derived) -> int:
    """Make ``derived`` all that is stored of these subjects, in whatever mode; returns how many rows differed."""
    wanted = sorted(set(ids) | set(derived.events["subject_id"]) | set(derived.exceptions["subject_id"]))
    exceptions = _waiting_since(conn, client, shop, derived.exceptions)
    place = {"client": client, "shop": shop, "modes": list(CHAINS), "kind": kind, "ids": wanted}
    told = ((STAGE_EVENTS, derived.events), (STAGE_EXCEPTIONS, exceptions))
    return sum(replace_derived(conn, table, rows, OF_SUBJECTS, place) for table, rows in told)


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
