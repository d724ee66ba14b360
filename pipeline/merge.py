"""merge: a validated pull's batches into the canonical tables, one transaction a batch, with what is derived from them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection

from pipeline.clients import Client, ShopEntry
from pipeline.opened import OpenShop, landing
from pipeline.stages import deals_shop, staged_shop
from transforms.followed import follow
from warehouse import ledger, stages
from warehouse.followed import lock_derivations, orders_of_parcels, refresh_followed
from warehouse.merge import merge

log = logging.getLogger(__name__)


def merge_pull(opened: OpenShop, pull: ledger.Pull) -> dict[str, dict[str, int]]:
    """Upsert every batch of ``pull``; run again after a kill, it changes nothing that was done.

    Returns:
        Per table how many rows were inserted, updated, unchanged or stale.
    """
    totals: dict[str, dict[str, int]] = {}
    head = deals_shop(opened.client, opened.entry)
    for frames in landing().read_batches(pull.ref):
        with opened.session() as conn:
            touched = stages.touched(conn, opened.client.name, opened.name, frames, head.name)
            for table, counts in merge(conn, frames).items():
                _add(totals.setdefault(table, {}), counts)
            derive_batch(conn, opened.client, opened.entry, frames, touched)
    for table, counts in totals.items():
        log.info("%s: %s %s", pull.entity, table, ", ".join(f"{count} {what}" for what, count in counts.items()))
    with opened.session() as conn:
        ledger.set_state(conn, pull.pull_id, "merged", counts=totals)
    return totals


def derive_batch(
    conn: Connection, client: Client, entry: ShopEntry, frames: Mapping[str, pd.DataFrame], touched: stages.Touched
) -> None:
    """What stands on a batch that was merged just now, in the same transaction: followed shipments, and the stages of what it touched.

    For the shop's own orders; of a tracking account's parcels, for the orders of the shops that sent them.

    Args:
        touched: what ``warehouse.stages.touched`` found before the batch was merged.
    """
    parcels = frames.get("tracked_parcels")
    orders = {entry.name: sorted(touched.get("order", ()))}
    if parcels is not None or orders[entry.name]:
        lock_derivations(conn, client.name, alone=parcels is not None)
    if parcels is not None:
        orders |= orders_of_parcels(conn, client.name, parcels["tracking_number"])
    for owner, order_ids in orders.items():
        derive_orders(conn, client, owner, order_ids)
    stages.refresh(conn, deals_shop(client, entry), {"deal": touched.get("deal", ())})
    stages.refresh(conn, staged_shop(client, entry), {kind: ids for kind, ids in touched.items() if kind not in ("order", "deal")})


def derive_orders(conn: Connection, client: Client, shop: str, order_ids: Sequence[str]) -> int:
    """Followed shipments and stages of these orders, from what is stored now; returns how many rows are others now.

    A shop that the client's file no longer names keeps the stages it has: nobody says on which chain they stand.
    """
    changed = refresh_followed(conn, client.name, shop, order_ids, follow)
    entry = next((each for each in client.shops if each.name == shop), None)
    return changed + (stages.refresh(conn, staged_shop(client, entry), {"order": order_ids}) if entry else 0)


def _add(total: dict[str, int], counts) -> None:
    for name in ("inserted", "updated", "unchanged", "stale"):
        total[name] = total.get(name, 0) + getattr(counts, name)
