"""replay: pulls with quarantined rows go through map, check, merge and certify again, from the landing alone."""

from __future__ import annotations

from typing import Any

from pipeline.certify import certify_pull
from pipeline.merge import merge_pull
from pipeline.opened import open_shop
from pipeline.validate import validate_pull
from warehouse import ledger, quarantine


def replay_shop(shop: str) -> list[dict[str, Any]]:
    """Run every pull of ``shop`` that still has quarantined rows through today's mapping and rules.

    Newer versions stored since then stay: the merge compares versions, so a replay can only add what was held back.

    Returns:
        One row a pull: entity, pull_id, stored (rows freed), still_quarantined.
    """
    opened = open_shop(shop)
    with opened.session() as conn:
        held = quarantine.list_open(conn, opened.client.name, shop)
    before: dict[str, int] = {}
    for row in held:
        before[row["pull_id"]] = before.get(row["pull_id"], 0) + 1
    return [_replay(opened, pull_id, count) for pull_id, count in sorted(before.items())]


def _replay(opened, pull_id: str, before: int) -> dict[str, Any]:
    with opened.session() as conn:
        pull = ledger.get_pull(conn, pull_id)
    endpoint = opened.endpoints[pull.entity]
    counts = validate_pull(opened, endpoint, pull)
    merge_pull(opened, pull)
    certify_pull(opened, endpoint, pull)
    with opened.session() as conn:
        left = len(quarantine.of_pull(conn, pull_id))
    return {"entity": pull.entity, "pull_id": pull_id, "stored": before - left, "still_quarantined": left, "rows": counts["good"]}
