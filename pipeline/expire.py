"""expire: landed pages that are older than they may be, and needed by nothing any more, are removed; what they became stays."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pipeline.errors import Stopped
from pipeline.opened import engine, landing
from pipeline.settings import settings
from warehouse import expiry
from warehouse.database import client_session
from warehouse.landing import PullRef

log = logging.getLogger(__name__)


def expire_landing(tell: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Give up the pages that are old enough, and remove them together with any that an earlier, killed expiry left.

    Args:
        tell: told how many pulls are done, of how many.
    Returns:
        removed (pulls whose files are gone now), held (older ones kept for quarantined rows), unfinished (older ones kept
        because their pull is not proven).
    Raises:
        Stopped: the landing refused; everything that could be removed is.
    """
    kept_days, held_days = settings().landing_days, settings().landing_held_days
    with client_session(engine(), "*") as conn:
        expiry.give_up(conn, kept_days, held_days)
        pulls = expiry.given_up(conn)
        kept = expiry.kept_beyond(conn, kept_days)
    refused: list[str] = []
    for done, pull in enumerate(pulls):
        tell(done, len(pulls))
        _remove(pull, refused)
    tell(len(pulls), len(pulls))
    log.info("landing: %d pulls removed; older than %d days: %s", len(pulls) - len(refused), kept_days, kept)
    if refused:
        raise Stopped(
            f"The landing: the expired pages of {len(refused)} of {len(pulls)} pulls could not be removed, such as {refused[0]}. "
            "Mend its rights; the next night, or `daiyun landing expire`, removes them.",
            is_fatal=False,
        )
    return {"removed": len(pulls), **kept}


def _remove(pull: PullRef, refused: list[str]) -> None:
    try:
        landing().remove(pull)
    except OSError as error:
        refused.append(f"{pull.place} ({type(error).__name__})")
        return
    with client_session(engine(), pull.client) as conn:
        expiry.note_removed(conn, pull.pull_id)


def expire_strays() -> int:
    """Remove old files of pulls that this warehouse's ledger does not know; returns how many files.

    They are judged by their own age, as nothing is known about them: whoever restores a former database asks for this
    after it, never before.
    """
    with client_session(engine(), "*") as conn:
        strays = expiry.unknown(conn, landing().pulls())
    older_than = datetime.now(UTC) - timedelta(days=settings().landing_days)  # of the wall, as the files' own dates
    return sum(landing().expire(older_than, pull) for pull in strays)
