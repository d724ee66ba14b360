"""merge: a validated pull's batches into the canonical tables, one transaction a batch, with what is derived from them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection

from pipeline.opened import OpenShop, landing
from transforms.followed import follow
from transforms.stages import order_stages
from warehouse import ledger
from warehouse.merge import lock_derivations, merge, orders_of_parcels, refresh_followed, refresh_stages

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
            derive_batch(conn, opened.client.name, opened.name, frames)
    for table, counts in totals.items():
        log.info("%s: %s %s", pull.entity, table, ", ".join(f"{count} {what}" for what, count in counts.items()))
    with opened.session() as conn:
        ledger.set_state(conn, pull.pull_id, "merged", counts=totals)
    return totals


def derive_orders(conn: Connection, client: str, shop: str, order_ids: Sequence[str]) -> int:
    """Followed shipments and stages of these orders, from what is stored now; returns how many rows are others now."""
    followed = refresh_followed(conn, client, shop, order_ids, follow)
    return followed + refresh_stages(conn, client, shop, order_ids, order_stages)


def derive_batch(conn: Connection, client: str, shop: str, frames: Mapping[str, pd.DataFrame]) -> None:
    """What stands on a batch that was merged just now, in the same transaction.

    For the shop's own orders; of a tracking account's parcels, for the orders of the shops that sent them.
    """
    parcels = frames.get("tracked_parcels")
    touched = {shop: _touched_orders(frames)}
    if parcels is None and not touched[shop]:
        return
    lock_derivations(conn, client, alone=parcels is not None)
    if parcels is not None:
        touched |= orders_of_parcels(conn, client, parcels["tracking_number"])
    for owner, order_ids in touched.items():
        derive_orders(conn, client, owner, order_ids)


def _touched_orders(frames: Mapping[str, pd.DataFrame]) -> list[str]:
    ids = [frames[table]["order_id"] for table in STAGED if table in frames and len(frames[table])]
    return sorted(set(pd.concat(ids).dropna())) if ids else []


def _add(total: dict[str, int], counts) -> None:
    for name in ("inserted", "updated", "unchanged", "stale"):
        total[name] = total.get(name, 0) + getattr(counts, name)
