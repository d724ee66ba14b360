"""pull: one entity of one shop for one window, page by page into the landing; a second try goes on where the first ended."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors.contract import Endpoint, Window
from connectors.errors import CursorExpired, RetryableError
from pipeline.alone import alone_with
from pipeline.opened import OpenShop, clock, landing
from pipeline.settings import settings
from warehouse import ledger

log = logging.getLogger(__name__)
SNAPSHOT_SPAN = timedelta(days=1)  # a snapshot's window says when it was current, not what it holds


def history_of(endpoint: Endpoint) -> timedelta:
    """How far back a first pull of it reaches."""
    return max(timedelta(days=settings().history_days), endpoint.reach)


def window_for(endpoint: Endpoint, watermark: datetime | None, until: datetime | None, since: datetime | None) -> Window | None:
    """The window a pull must read: from the watermark less the overlap (a backfill: exactly its interval).

    It ends with the run's interval; where the lag reaches back before that, by the lag earlier, whenever it is read: a later
    run for the same night finds the window that an earlier one has begun.
    None: everything up to ``until`` is proven already and the endpoint has no overlap to look at again.
    """
    safe = clock().now() - endpoint.lag
    end = safe if until is None else until if until <= safe else min(until - endpoint.lag, safe)
    if since is not None:
        return Window(since, end) if since < end else None
    if watermark is None:
        return Window(end - history_of(endpoint), end)
    overlap = SNAPSHOT_SPAN if endpoint.incremental == "snapshot" else endpoint.overlap
    start = min(watermark, end) - overlap
    return Window(start, end) if start < end else None


def pull_entity(opened: OpenShop, endpoint: Endpoint, until: datetime | None, since: datetime | None, run_id: str) -> str | None:
    """Land every page of the entity's window; return the pull's id, or None where there is nothing to read.

    Raises:
        connectors.errors.ConnectorError: by what to do; pages landed so far stay and are not read again.
        TryLater: another run is reading this very pull.
    """
    scope = (opened.client.name, opened.name, endpoint.entity)
    with opened.session() as conn:
        window = _window_of_run(conn, scope, run_id) or window_for(endpoint, ledger.watermark(conn, *scope), until, since)
        if window is None:
            return None
        pull = ledger.open_pull(conn, *scope, window.start, window.end, run_id)
    if pull.state == "open":
        with alone_with(pull):
            _read_open(opened, pull.pull_id)
    return pull.pull_id


def _read_open(opened: OpenShop, pull_id: str) -> None:
    """Read on where the pull stands now; nothing where another run has read it to its end meanwhile."""
    with opened.session() as conn:
        pull = ledger.get_pull(conn, pull_id)
    if pull.state != "open":
        return
    start, end = pull.window_start, pull.window_end
    log.info("%s: reading %s to %s%s", pull.entity, start, end, f", on from page {pull.pages}" if pull.pages else "")
    try:
        _read(opened, pull)
    except CursorExpired:
        with opened.session() as conn:
            pull = ledger.restart_pull(conn, pull_id)
        _read(opened, pull)


def _window_of_run(conn: Connection, scope: tuple[str, str, str], run_id: str) -> Window | None:
    """The window this very run began with: a second try keeps it, even where its end was "now"."""
    client, shop, entity = scope
    mine = [pull for pull in ledger.pulls_of_run(conn, client, shop, run_id) if pull.entity == entity and pull.state != "superseded"]
    return Window(mine[-1].window_start, mine[-1].window_end) if mine else None


def _read(opened: OpenShop, pull: ledger.Pull) -> None:
    index, has_ended = pull.pages, False
    window = Window(pull.window_start, pull.window_end)
    for page in opened.connector.read(pull.entity, window, pull.cursor):
        landing().write_page(pull.ref, pull.attempt, index, page)
        has_ended = page.cursor is None
        with opened.session() as conn:  # the last page and the end of the pull are one fact
            ledger.hold(conn, replace(pull, pages=index))
            ledger.save_cursor(conn, pull.pull_id, index, page.cursor, page.announced)
            if has_ended:
                ledger.set_state(conn, pull.pull_id, "landed")
        index += 1
    log.info("%s: %d pages landed", pull.entity, index)
    if not has_ended:
        raise RetryableError(
            f"{opened.entry.marketplace} {pull.entity}, shop '{opened.name}': reading stopped after page {index} without a last page. "
            "Nothing is lost: run the step again, it goes on from there."
        )
