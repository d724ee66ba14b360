"""merge: a validated pull's batches into the canonical tables, one transaction a batch."""

from __future__ import annotations

import logging

import pandas as pd

from pipeline.opened import OpenShop, landing
from transforms.stages import order_stages
from warehouse import ledger
from warehouse.merge import merge, refresh_stages

log = logging.getLogger(__name__)
STAGED = ("orders", "order_lines", "shipments", "returns")  # what an order's stages are derived from


def merge_pull(opened: OpenShop, pull: ledger.Pull) -> dict[str, dict[str, int]]:
    """Upsert every batch of ``pull``; run again after a kill, it changes nothing that was done.

    Returns:
        Per table how many rows were inserted, updated, unchanged or stale.
    """
    totals: dict[str, dict[str, int]] = {}
    for frames in landing().read_batches(pull.ref):
        with opened.session() as conn:
            for table, counts in merge(conn, frames).items():
                _add(totals.setdefault(table, {}), counts)
            touched = _touched_orders(frames)
            if touched:
                refresh_stages(conn, opened.client.name, opened.name, touched, order_stages)
    for table, counts in totals.items():
        log.info("%s: %s %s", pull.entity, table, ", ".join(f"{count} {what}" for what, count in counts.items()))
    with opened.session() as conn:
        ledger.set_state(conn, pull.pull_id, "merged", counts=totals)
    return totals


def _touched_orders(frames: dict[str, pd.DataFrame]) -> list[str]:
    ids = [frames[table]["order_id"] for table in STAGED if table in frames and len(frames[table])]
    return sorted(set(pd.concat(ids).dropna())) if ids else []


def _add(total: dict[str, int], counts) -> None:
    for name in ("inserted", "updated", "unchanged", "stale"):
        total[name] = total.get(name, 0) + getattr(counts, name)
