"""replay: pulls with quarantined rows go through map, check, merge and certify again, from the landing alone."""

from __future__ import annotations

from typing import Any

from pipeline.alone import alone_with
from pipeline.certify import certify_pull
from pipeline.merge import merge_pull
from pipeline.opened import OpenShop, open_shop
from pipeline.plainly import of_shop
from pipeline.validate import validate_pull
from warehouse import ledger, quarantine

UNREAD = "is being read again: run `daiyun sync` for this shop to its end, it checks these rows anew"


@of_shop
def replay_shop(shop: str) -> list[dict[str, Any]]:
    """Run every pull of ``shop`` that still has quarantined rows through today's mapping and rules.

    Newer versions stored since then stay: the merge compares versions, so a replay can only add what was held back.

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
    return [_replay(opened, pull_id, rows) for pull_id, rows in sorted(before.items())]


def _replay(opened: OpenShop, pull_id: str, before: set[tuple[str, str]]) -> dict[str, Any]:
    with opened.session() as conn:
        pull = ledger.get_pull(conn, pull_id)
    outcome = {"entity": pull.entity, "pull_id": pull_id, "freed": 0, "still_quarantined": len(before)}
    if not _is_whole(pull):
        return {**outcome, "fault": UNREAD}
    endpoint = opened.endpoints[pull.entity]
    with alone_with(pull):
        validate_pull(opened, endpoint, pull)
        merge_pull(opened, pull)
        fault = certify_pull(opened, endpoint, pull)
    with opened.session() as conn:
        left = {(row["table_name"], row["key"]) for row in quarantine.of_pull(conn, pull_id)}
    return {**outcome, "freed": len(before - left), "still_quarantined": len(left), "fault": fault}


def _is_whole(pull: ledger.Pull) -> bool:
    """Whether its last page is landed: certifying a part would move the watermark past pages nobody has read."""
    return pull.pages > 0 and pull.cursor is None
