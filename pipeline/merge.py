"""merge: a validated pull's batches into the canonical tables, one transaction a batch."""

from __future__ import annotations

import logging

from pipeline.opened import OpenShop, landing
from pipeline.stages import deals_shop, staged_shop
from warehouse import ledger, stages
from warehouse.merge import merge

log = logging.getLogger(__name__)


def merge_pull(opened: OpenShop, pull: ledger.Pull) -> dict[str, dict[str, int]]:
    """Upsert every batch of ``pull``; run again after a kill, it changes nothing that was done.

    Returns:
        Per table how many rows were inserted, updated, unchanged or stale.
    """
    totals: dict[str, dict[str, int]] = {}
    shop, head = staged_shop(opened.client, opened.entry), deals_shop(opened.client, opened.entry)
    for frames in landing().read_batches(pull.ref):
        with opened.session() as conn:
            touched = stages.touched(conn, shop.client, shop.name, frames, head.name)
            for table, counts in merge(conn, frames).items():
                _add(totals.setdefault(table, {}), counts)
            stages.refresh(conn, head, {"deal": touched.pop("deal", set())})
            stages.refresh(conn, shop, touched)
    for table, counts in totals.items():
        log.info("%s: %s %s", pull.entity, table, ", ".join(f"{count} {what}" for what, count in counts.items()))
    with opened.session() as conn:
        ledger.set_state(conn, pull.pull_id, "merged", counts=totals)
    return totals


def _add(total: dict[str, int], counts) -> None:
    for name in ("inserted", "updated", "unchanged", "stale"):
        total[name] = total.get(name, 0) + getattr(counts, name)
