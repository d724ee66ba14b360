"""Certificates: the proof that a pull is complete, and the watermark that only such a proof moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from warehouse.tables import metadata

PULLS, CERTIFICATES, WATERMARKS = (metadata.tables[name] for name in ("pulls", "certificates", "watermarks"))


def certify(
    conn: Connection, pull_id: str, announced: int, stored: int, quarantined: int, missing: list[str],
    is_certified: bool, reason: str | None = None, history_from: datetime | None = None,
) -> None:
    """Write the pull's certificate; in the same transaction end the pull and, when it is good, move the watermark.

    A bad one leaves the pull ``failed``: opening its window again reads it again from the start.

    Args:
        history_from: where an entity without a watermark must have been read from to get its first one (None: anywhere).
    """
    state = {"state": "certified", "reason": None} if is_certified else {"state": "failed", "resume_state": "merged", "reason": reason}
    pull = conn.execute(
        PULLS.update().where(PULLS.c.pull_id == pull_id).values(changed_at=func.now(), **state).returning(PULLS)
    ).mappings().one()
    proven = {name: pull[name] for name in ("client", "shop", "entity", "pull_id", "run_id", "window_start", "window_end", "attempt")}
    conn.execute(
        CERTIFICATES.insert().values(
            **proven, announced=announced, stored=stored, quarantined=quarantined, missing=missing,
            is_certified=is_certified, reason=reason,
        )
    )
    if is_certified:
        _move_watermark(conn, pull, history_from)
        _supersede_covered(conn, pull)


def _move_watermark(conn: Connection, pull: RowMapping, history_from: datetime | None) -> None:
    """Forward only, and only where nothing unproven lies between: the window must begin at or before the watermark."""
    is_late = history_from is not None and pull["window_start"] > history_from
    if is_late and watermark(conn, pull["client"], pull["shop"], pull["entity"]) is None:
        return  # a few days read by hand first: a watermark after them would leave the history before them unread for ever
    begun = insert(WATERMARKS).values(
        client=pull["client"], shop=pull["shop"], entity=pull["entity"], proven_until=pull["window_end"], pull_id=pull["pull_id"]
    )
    conn.execute(
        begun.on_conflict_do_update(
            index_elements=["client", "shop", "entity"],
            set_={"proven_until": begun.excluded.proven_until, "pull_id": begun.excluded.pull_id, "moved_at": func.now()},
            where=(WATERMARKS.c.proven_until >= pull["window_start"]) & (WATERMARKS.c.proven_until < pull["window_end"]),
        )
    )


def _supersede_covered(conn: Connection, pull: RowMapping) -> None:
    """Unfinished pulls whose whole window this one has proven have nothing left to do."""
    conn.execute(
        PULLS.update()
        .where(PULLS.c.client == pull["client"], PULLS.c.shop == pull["shop"], PULLS.c.entity == pull["entity"])
        .where(PULLS.c.state.notin_(("certified", "superseded")), PULLS.c.opened_at <= pull["opened_at"])
        .where(PULLS.c.window_start >= pull["window_start"], PULLS.c.window_end <= pull["window_end"])
        .values(state="superseded", reason=f"its window lies within certified pull {pull['pull_id']}", changed_at=func.now())
    )


def watermark(conn: Connection, client: str, shop: str, entity: str) -> datetime | None:
    """How far the entity is proven complete; None: nothing yet."""
    mark = WATERMARKS.c
    return conn.execute(select(mark.proven_until).where(mark.client == client, mark.shop == shop, mark.entity == entity)).scalar()


def proven_since(conn: Connection, client: str, entities: Sequence[str]) -> dict[tuple[str, str], datetime]:
    """(shop, entity) → where the unbroken stretch begins that is proven up to the watermark; a later window counts nothing
    while an unproven one lies before it. One without a watermark or a certificate is not in it.
    """
    book, mark = CERTIFICATES.c, WATERMARKS.c
    query = (
        select(book.shop, book.entity, book.window_start, book.window_end, mark.proven_until)
        .join_from(
            CERTIFICATES, WATERMARKS,
            onclause=(mark.client == book.client) & (mark.shop == book.shop) & (mark.entity == book.entity),
        )
        .where(book.client == client, book.entity.in_(entities), book.is_certified, book.window_start < mark.proven_until)
        .order_by(book.window_end.desc())
    )
    found: dict[tuple[str, str], datetime] = {}
    for row in conn.execute(query):
        start = found.setdefault((row.shop, row.entity), row.proven_until)
        if row.window_end >= start > row.window_start:
            found[row.shop, row.entity] = row.window_start
    return found


def usual_counts(conn: Connection, client: str, shop: str, entity: str, n: int = 14) -> list[int]:
    """Records announced in the last ``n`` certified pulls, newest first: what a batch's volume is judged by."""
    book = CERTIFICATES.c
    query = select(book.announced).where(book.client == client, book.shop == shop, book.entity == entity, book.is_certified)
    return list(conn.execute(query.order_by(book.certificate_id.desc()).limit(n)).scalars())


def certificates(
    conn: Connection, client: str | None = None, shop: str | None = None, run_id: str | None = None
) -> list[dict[str, Any]]:
    """The latest certificate of each shop and entity (of ``run_id``, where given), with the watermark beside it."""
    book, mark = CERTIFICATES.c, WATERMARKS.c
    given = ((book.client, client), (book.shop, shop), (book.run_id, run_id))
    query = (
        select(CERTIFICATES, mark.proven_until.label("watermark"))
        .join_from(
            CERTIFICATES, WATERMARKS, isouter=True,
            onclause=(mark.client == book.client) & (mark.shop == book.shop) & (mark.entity == book.entity),
        )
        .where(*(column == value for column, value in given if value not in (None, "*")))
        .ext(distinct_on(book.client, book.shop, book.entity))
        .order_by(book.client, book.shop, book.entity, book.certificate_id.desc())
    )
    return [dict(row) for row in conn.execute(query).mappings()]
