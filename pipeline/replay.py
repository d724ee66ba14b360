"""replay: pulls with quarantined rows go through map, check, merge and certify again, from the landing alone."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from pipeline.alone import alone_with
from pipeline.certify import certify_pull
from pipeline.merge import merge_pull
from pipeline.opened import OpenShop, open_shop
from pipeline.plainly import of_shop
from pipeline.validate import check_chunk, page_chunks, validate_pull
from warehouse import ledger, quarantine
from warehouse.landing import LandingError

UNREAD = "is being read again: run `daiyun sync` for this shop to its end, it checks these rows anew"
EXPIRED = (
    "its landed pages expired on {day} and are gone, so its rows cannot be mapped again; what is stored stays. "
    "Ask the marketplace once more: `daiyun sync --shop {shop} --since {since} --until {until}`"
)


@of_shop
def replay_shop(shop: str) -> list[dict[str, Any]]:
    """Run every pull of ``shop`` that still has quarantined rows through today's mapping and rules.

    Newer versions stored since then stay: the merge compares versions. What came of these very pages before is replaced
    where today's mapping says something else. Older pulls go first, so that a record failing in two stays with the newer.

    Returns:
        One row a pull: entity, pull_id, freed (rows not held back any more), still_quarantined, fault (why it is not
        proven complete, else None).
    """
    opened = open_shop(shop)
    with opened.session() as conn:
        held = quarantine.list_open(conn, opened.client.name, shop)
    before: dict[str, set[tuple[str, str]]] = {}
    for row in held:
        before.setdefault(row["pull_id"], set()).add((row["table_name"], row["key"]))
    with opened.session() as conn:
        pulls = sorted((ledger.get_pull(conn, pull_id) for pull_id in before), key=lambda pull: (pull.window_end, pull.pull_id))
    return [_replay(opened, pull, before[pull.pull_id]) for pull in pulls]


def _replay(opened: OpenShop, pull: ledger.Pull, before: set[tuple[str, str]]) -> dict[str, Any]:
    outcome = {"entity": pull.entity, "pull_id": pull.pull_id, "freed": 0, "still_quarantined": len(before)}
    with alone_with(pull):
        try:
            fault = _run_again(opened, pull.pull_id)
        except ledger.PagesExpired:
            return {**outcome, "fault": _expired(opened, pull.pull_id)}
        except LandingError as lost:
            return {**outcome, "fault": str(lost)}
    with opened.session() as conn:
        left = {(row["table_name"], row["key"]) for row in quarantine.of_pull(conn, pull.pull_id)}
    return {**outcome, "freed": len(before - left), "still_quarantined": len(left), "fault": fault}


def _run_again(opened: OpenShop, pull_id: str) -> str | None:
    """The steps after a pull; None, or why it is not proven complete.

    Raises:
        PagesExpired, LandingError: its pages are gone or damaged; nothing was changed.
    """
    with opened.session() as conn:
        pull = ledger.get_pull(conn, pull_id)
    if pull.expired_at:
        raise ledger.PagesExpired(pull_id)
    if not _is_whole(pull):
        return UNREAD
    endpoint = opened.endpoints[pull.entity]
    for chunk in page_chunks(pull):  # a proven pull must not be taken up again and found unreadable half-way
        check_chunk(opened.connector, endpoint, pull, chunk)
    validate_pull(opened, endpoint, pull)
    merge_pull(opened, pull)
    return certify_pull(opened, endpoint, pull)


def _expired(opened: OpenShop, pull_id: str) -> str:
    with opened.session() as conn:
        pull = ledger.get_pull(conn, pull_id)
    end = pull.window_end + timedelta(microseconds=999_999)  # whole seconds, none of the window left out
    since, until = (f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for moment in (pull.window_start, end))
    return EXPIRED.format(day=f"{pull.expired_at:%Y-%m-%d}", shop=opened.name, since=since, until=until)


def _is_whole(pull: ledger.Pull) -> bool:
    """Whether its last page is landed: certifying a part would move the watermark past pages nobody has read."""
    return pull.pages > 0 and pull.cursor is None
