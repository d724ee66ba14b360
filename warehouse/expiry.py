"""Which pulls' pages are old enough to go, and that they are gone: the ledger's half of the landing's expiry.

A page may hold a masked buyer, so it is kept only while it may still be needed: first it is given up here, and from
that commit on nobody reads it; then its files go (``warehouse.landing``); then that is noted. A kill between any two
of these leaves work for the next time and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from warehouse.landing import PullRef
from warehouse.tables import metadata

PULLS, FAULTS = (metadata.tables[name] for name in ("pulls", "quarantine"))
ENDED = ("certified", "superseded")  # any other pull still needs its pages, also one that failed: it goes on from them

_is_held = exists().where(FAULTS.c.pull_id == PULLS.c.pull_id, FAULTS.c.status == "open")
_has_ended = PULLS.c.state.in_(ENDED)


def _is_older(days: int) -> ColumnElement[bool]:
    """By the database's clock, which also dated the landing of the pull's newest page."""
    return func.coalesce(PULLS.c.landed_at, PULLS.c.opened_at) < func.now() - timedelta(days=days)


def give_up(conn: Connection, kept_days: int, held_days: int) -> int:
    """Give up the pages of ended pulls older than this; returns of how many.

    Args:
        kept_days: how long pages are kept for a replay.
        held_days: how long where rows of theirs are in quarantine: the page is the only whole copy of such a record.
    """
    is_due = or_(and_(_is_older(kept_days), ~_is_held), _is_older(max(kept_days, held_days)))
    given = PULLS.update().where(_has_ended, PULLS.c.expired_at.is_(None), is_due).values(expired_at=func.now())
    return conn.execute(given).rowcount


def given_up(conn: Connection) -> list[PullRef]:
    """Pulls whose pages nobody may read any more and whose files may still be there."""
    query = select(PULLS.c.client, PULLS.c.shop, PULLS.c.entity, PULLS.c.pull_id)
    left = query.where(PULLS.c.expired_at.is_not(None), PULLS.c.removed_at.is_(None)).order_by(PULLS.c.expired_at, PULLS.c.pull_id)
    return [PullRef(*row) for row in conn.execute(left)]


def note_removed(conn: Connection, pull_id: str) -> None:
    conn.execute(PULLS.update().where(PULLS.c.pull_id == pull_id).values(removed_at=func.now()))


def kept_beyond(conn: Connection, kept_days: int) -> dict[str, int]:
    """How many pulls' pages are kept although they are older: ``held`` by quarantined rows, ``unfinished`` (not proven yet)."""
    numbers = select(
        func.count().filter(and_(_has_ended, _is_held)).label("held"), func.count().filter(~_has_ended).label("unfinished")
    ).where(PULLS.c.expired_at.is_(None), _is_older(kept_days))
    return dict(conn.execute(numbers).mappings().one())


def unknown(conn: Connection, pulls: Iterable[PullRef]) -> list[PullRef]:
    """Those of ``pulls`` that the ledger does not know (it was restored or made anew since they were landed)."""
    known = set(conn.execute(select(PULLS.c.pull_id)).scalars())
    return [pull for pull in pulls if pull.pull_id not in known]
