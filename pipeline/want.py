"""want: changes somebody asks for by hand, noted as sync jobs that go the way of every other: guard, approval, push, read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from connectors import registry
from pipeline import opened as state
from pipeline.client import Client, ShopEntry
from pipeline.errors import SettingsError
from pipeline.job_kinds import KINDS
from pipeline.wish_rows import Target
from pipeline.wish_targets import targets_of
from pipeline.wish_trade import SELLABLE
from pipeline.words import approval_text
from transforms.schema import SchemaError
from transforms.wishes import COLUMNS, judge, read_wishes
from warehouse import jobs
from warehouse.database import client_session
from warehouse.merge import read_frame

# To make it twice would do harm, and nobody can be asked whether it was made: where one was sent to a marketplace, no other goes.
ONCE = frozenset(kind for kind, each in KINDS.items() if each.is_once)


def want(client: str, *, shop: str, kind: str, file: Path, run_id: str) -> dict[str, Any]:
    """Note every wish of ``file`` as a job of one batch; sends nothing.

    Returns:
        ``batch``, ``jobs`` (new ones), ``unchanged`` (what the tables show so already), ``under_way`` (wanted before and not
        ended), ``needs_approval``, ``reasons``, ``digest``, ``subject`` and ``body`` as ``plan_client`` gives them.
    Raises:
        SettingsError: the client has no such shop, its marketplace takes no such change, or the file is wrong; names file,
            row and column. Nothing was noted.
    """
    brand = state.find_client(client)
    entry = _entry(brand, shop, kind)
    with client_session(state.engine(), client) as conn:
        try:
            targets = list(targets_of(conn, brand, entry, kind, read_wishes(kind, file.read_bytes())))
            _refuse_twins(kind, targets)
            _refuse_made_before(kind, targets, _sent(conn, brand, entry, kind))
        except (SchemaError, OSError) as error:
            told = error.strerror if isinstance(error, OSError) else error
            raise SettingsError(
                f"Client '{client}', shop '{shop}', file {file}: {told}. Nothing was noted; mend the file and want it again."
            ) from None
        batch = f"{client}/{kind} {run_id}"
        before = {(job.site, job.sku): job for job in jobs.under_way(conn, client, shop, kind)}
        targets = [_dated(target, before.get(target.spot)) for target in targets] if kind == "shipment" else targets
        # what the tables show is not what the shop will show while another change of it is under way
        changed = [target for target in targets if target.spot in before or not _is_so(target)]
        listed = read_frame(conn, "listings", where={"client": client, "shop": shop, "status": list(SELLABLE)}, columns=("sku",))
        frame = _frame(brand, entry, kind, batch, changed, _far(brand, kind, len(changed), len(listed)))
        counts = jobs.plan_jobs(conn, frame, by="want", kind=kind)
        mine = jobs.of_batch(conn, client, batch)
    return _told(brand, batch, mine, unchanged=len(targets) - len(changed), under_way=counts.known)


def _told(brand: Client, batch: str, mine: list[jobs.Job], *, unchanged: int, under_way: int) -> dict[str, Any]:
    asked = [job for job in mine if job.status == "waiting"]
    reasons = list(dict.fromkeys(reason for job in asked for reason in job.reasons))
    digest = jobs.digest(asked)
    subject, body = approval_text(brand, asked or mine, reasons, digest)
    return {
        "batch": batch, "jobs": len(mine), "unchanged": unchanged, "under_way": under_way, "needs_approval": bool(asked),
        "reasons": reasons, "digest": digest, "subject": subject, "body": body,
    }  # fmt: skip


def _entry(brand: Client, shop: str, kind: str) -> ShopEntry:
    entry = next((each for each in brand.shops if each.name == shop), None)
    if entry is None:
        raise SettingsError(f"Client '{brand.name}' has no shop '{shop}'; it has {', '.join(each.name for each in brand.shops)}.")
    if kind not in COLUMNS:
        why = "stock is planned from the brand's master (`daiyun jobs plan`)" if kind == "stock" else f"there are {', '.join(COLUMNS)}"
        raise SettingsError(f"Client '{brand.name}', shop '{shop}': no wish can be of kind '{kind}'; {why}.")
    writes = registry.module(entry.marketplace).WRITES
    if kind not in writes:
        others = [name for name in registry.known() if kind in registry.module(name).WRITES]
        raise SettingsError(
            f"Client '{brand.name}', shop '{shop}': {entry.marketplace} takes {', '.join(writes) or 'no changes'} from Daiyun, no {kind}; "
            f"{', '.join(others)} would. Change it in the seller's own pages."
        )
    return entry


def _is_so(target: Target) -> bool:
    """The tables show it already. Descriptions and offers they do not hold: those are the marketplace's to compare."""
    shown = target.observed
    return bool(shown) and all(name in shown and shown[name] == value for name, value in target.wanted.items())


def _dated(target: Target, before: jobs.Job | None) -> Target:
    """A parcel of which nobody says when it left, left now; wanted once more it left when it was said to leave first."""
    if "shipped_at" in target.wanted:
        return target
    told = before.wanted.get("shipped_at") if before else None
    return replace(target, wanted={**target.wanted, "shipped_at": told or state.clock().now().isoformat()})


def _refuse_twins(kind: str, targets: list[Target]) -> None:
    count = Counter(target.spot for target in targets)
    twice = next((spot for spot, times in count.items() if times > 1), None)
    if twice:
        raise SchemaError(f"{kind} wishes: {twice[1]!r} on site {twice[0]} is wanted {count[twice]} times; once is meant")


def _sent(conn: Connection, brand: Client, entry: ShopEntry, kind: str) -> dict[str, jobs.Job]:
    """What went to the marketplace already and must not go again; a person who sends it by hand may send another."""
    if kind not in ONCE or registry.is_fed_by_hand(entry.marketplace):
        return {}
    return {job.sku: job for job in jobs.sent(conn, brand.name, entry.name, kind)}


def _refuse_made_before(kind: str, targets: list[Target], sent: Mapping[str, jobs.Job]) -> None:
    made = next((target for target in targets if target.name in sent), None)
    if made:
        job = sent[made.name]
        raise SchemaError(
            f"{kind} wishes: {made.name} was answered before (job {job.job_id}, {job.status}) and takes one offer; if that one did not "
            f"come about, say so: daiyun jobs done {job.job_id} --not-done"
        )


def _far(brand: Client, kind: str, changes: int, listed: int) -> list[str]:
    """A file that changes much of the shop at once is looked at, however small each change."""
    share = brand.stock.approve_above_share
    if kind in ("shipment", "quotation") or changes <= share * listed:
        return []
    return [f"{changes} of {listed} articles would change at once (allowed {share:.0%})"]


def _frame(brand: Client, entry: ShopEntry, kind: str, batch: str, targets: list[Target], far: list[str]) -> pd.DataFrame:
    rows = []
    for target in targets:
        why = [f"{target.name}: {reason}" for reason in judge(kind, target.wanted, target.observed)] + far
        rows.append({
            "client": brand.name, "shop": entry.name, "site": target.site, "sku": target.name, "listing_id": target.listing_id,
            "product_id": target.product_id, "observed_quantity": None, "wanted_quantity": None, "wanted": dict(target.wanted),
            "observed": dict(target.observed), "job_key": f"{batch}/{entry.name}/{target.site}/{target.name}", "needs_approval": bool(why),
            "reasons": why, "batch": batch,
        })  # fmt: skip
    return pd.DataFrame(rows, dtype=object)
