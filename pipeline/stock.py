"""plan, guard, approve, push, read back: the whole life of a change, client by client; ``pipeline.want`` plans other kinds than stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from connectors import registry
from connectors.errors import ConnectorError, QuotaWait
from pipeline import opened as state
from pipeline.basis import read_dated, stand_on
from pipeline.clients import Client
from pipeline.errors import PullFailed, Refused, SettingsError, TryLater
from pipeline.job_kinds import KINDS, change_of
from pipeline.late import overtaken
from pipeline.opened import open_shop
from pipeline.readback import read_back
from pipeline.settings import settings
from pipeline.words import approval_text
from transforms import stock
from transforms.schema import SchemaError
from warehouse import jobs
from warehouse.database import client_session
from warehouse.merge import read_frame

MASTER = "stock_master.csv"
UNLISTED = ("shipment", "quotation")  # change no listing: a parcel moves its order's clock, and the night reads that
LOOK_WITHIN = timedelta(hours=24)
LOOK_AGAIN_SECONDS = 60.0  # on the night's clock; a marketplace takes minutes

Connections = Mapping[str, Mapping[str, Any] | None] | None


def plan_client(client: str, *, run_id: str) -> dict[str, Any]:
    """Compare wanted with observed stock and write the differences down as jobs; sends nothing.

    Returns:
        ``batch`` (the jobs a person decides on together), ``jobs`` (new ones), ``needs_approval`` and ``reasons``, ``digest`` of
        the changes a person is asked about, ``subject`` and ``body`` (Markdown for the approver), ``ignored`` (articles of the
        master that no shop lists).
    Raises:
        SettingsError: the brand's file is wrong; names file, row and column. Nothing was planned.
    """
    brand = state.find_client(client)
    batch = f"{client}/{run_id}"
    nothing = {"batch": batch, "jobs": 0, "needs_approval": False, "reasons": [], "digest": "", "subject": "", "body": "", "ignored": []}
    master_file = settings().drop / client / MASTER
    if not brand.stock.is_enabled or not master_file.exists():
        return nothing
    master, counted_at = _master(client, master_file)
    with client_session(state.engine(), client) as conn:
        inventory, listings = (
            read_frame(conn, "inventory", where={"client": client}),
            read_frame(conn, "listings", where={"client": client}),
        )
        listed = master["sku"].isin(listings["sku"].dropna())
        taken, basis = stand_on(conn, brand, counted_at)
        wanted = stock.wanted_stock(master[listed], taken, _policy(brand))
        planned = stock.plan(wanted, inventory, listings)
        verdict = stock.guard(planned, inventory, _limits(brand), basis)
        jobs.take_over(conn, client, batch)
        jobs.plan_jobs(conn, _wishes(conn, planned, client, batch, verdict))
        _withdraw_unwanted(conn, planned, client)
        mine = jobs.of_batch(conn, client, batch)  # also those a former try of this very plan wrote
    asked = [job for job in mine if job.status == "waiting"]  # what a yes would let go; not what was approved or sent before
    why = [*verdict.reasons, *(reason for job in asked for reason in job.reasons)] if asked else []
    reasons = list(dict.fromkeys(why))
    digest = jobs.digest(asked)
    subject, body = approval_text(brand, asked or mine, reasons, digest)
    return {
        **nothing,
        "jobs": len(mine),
        "needs_approval": bool(asked),
        "reasons": reasons,
        "digest": digest,
        "subject": subject,
        "body": body,
        "ignored": sorted(master.loc[~listed, "sku"]),
    }


def _withdraw_unwanted(conn, planned: pd.DataFrame, client: str) -> None:
    """A change that is not among the differences any more must not leave, were it approved tomorrow."""
    wanted = set(zip(planned["shop"], planned["site"], planned["sku"], strict=True))
    there = [*jobs.unsent(conn, client), *(job for job in jobs.by_hand(conn, client) if job.kind == "stock")]
    gone = [job for job in there if (job.shop, job.site, job.sku) not in wanted]
    jobs.withdraw(conn, pd.DataFrame([{"client": client, "shop": job.shop, "site": job.site, "sku": job.sku} for job in gone]))


def _master(client: str, file: Path) -> tuple[pd.DataFrame, datetime]:
    """What the brand counted, and when."""
    try:
        content, counted_at = read_dated(file)
        return stock.read_master(content), counted_at
    except (SchemaError, OSError) as error:
        raise SettingsError(
            f"Client '{client}', file {file}: {error}. Nothing was planned; mend the file (or let the brand drop a new one) and plan again."
        ) from None


def _wishes(conn, planned: pd.DataFrame, client: str, batch: str, verdict: stock.Verdict) -> pd.DataFrame:
    """The plan as the ledger takes it. A wish that was rejected or failed on another night is a new wish tonight."""
    setbacks = jobs.setbacks(conn, client, batch)
    spots = zip(planned["shop"], planned["site"], planned["sku"], strict=True)
    keys = [f"{key}/{setbacks.get(spot, 0)}" for key, spot in zip(planned["job_key"], spots, strict=True)]
    wishes = planned.assign(job_key=pd.Series(keys, index=planned.index, dtype="str"), batch=batch, needs_approval=verdict.needs_approval)
    return wishes.assign(reasons=[verdict.reasons] * len(wishes))


def _policy(brand: Client) -> stock.StockPolicy:
    """Every site a shop lists on sells from the master, with the shop's share."""
    places = tuple(stock.Place(shop=entry.name, site=site, share=entry.stock_share) for entry in brand.shops for site in entry.sites)
    return stock.StockPolicy(places=places, buffer_units=brand.stock.buffer_units, buffer_share=brand.stock.buffer_share)


def _limits(brand: Client) -> stock.Limits:
    policy = brand.stock
    return stock.Limits(
        max_changed_share=policy.approve_above_share,
        allow_drop_to_zero=not policy.approve_drop_to_zero,
        max_proof_age=timedelta(hours=policy.approve_proof_older_hours),
        max_master_age=timedelta(hours=policy.approve_master_older_hours),
    )


def record_decision(client: str, *, batch: str, approved: bool, by: str, reason: str, shown: str) -> None:
    """Write who decided what on a guarded batch; the push reads nothing else.

    Args:
        shown: the ``digest`` beside the list the person saw; the decision holds for that list alone.
    Raises:
        Refused: other changes wait by now, or they have waited too long; nothing was decided.
    """
    try:
        with client_session(state.engine(), client) as conn:
            jobs.decide(conn, client, batch, approved=approved, by=by, reason=reason, shown=shown)
    except jobs.NotAsShown as error:
        raise Refused(
            f"Client '{client}', batch {batch}: {error}; nothing was decided and nothing is sent. In Airflow clear `plan` with downstream, "
            f"so that `approve` shows the list of now; by hand look at `daiyun jobs list --client {client} --batch {batch}`."
        ) from None


def push_client(client: str, *, batch: str, connections: Connections = None) -> dict[str, int]:
    """Send the batch's jobs that may be sent; what was acknowledged before is not sent again.

    Raises:
        Refused: jobs of the batch are guarded and nobody approved them, or not as they stand, or they were planned too long
            ago, or the client's pushes are switched off; nothing was sent.
        TryLater: the marketplace's quota asks to come back.
        PullFailed: a shop could not be reached; the others' jobs are sent.
    """
    _refuse_switched_off(client)
    with client_session(state.engine(), client) as conn:
        undecided = jobs.waiting(conn, client, batch)
        ready = jobs.pushable(conn, client, batch)
        unfit = jobs.unfit(conn, client, ready)
        jobs.take_back(conn, unfit)
    if undecided and not ready:
        raise Refused(
            f"Client '{client}': {len(undecided)} guarded changes of batch {batch} have no recorded approval, so nothing was sent. "
            "Answer under Required Actions in Airflow, or `daiyun jobs decide`."
        )
    if unfit:
        told = "\n".join(f"  {job.shop} {job.site} {job.sku} {unfit[job.job_id]}" for job in ready if job.job_id in unfit)
        raise Refused(f"Client '{client}', batch {batch}: nothing was sent; plan anew, these changes are taken back:\n{told}")
    counts = {"acknowledged": 0, "refused": 0}
    by_id = {job.job_id: job for job in ready}
    for_each_shop(ready, connections, lambda opened, kind, changes: _push_kind(opened, kind, changes, by_id, counts))
    return counts


def _refuse_switched_off(client: str) -> None:
    if not state.find_client(client).stock.is_enabled:
        raise Refused(f"Client '{client}': `stock: is_enabled` is false in its file, so nothing was sent.")


def _still_right(opened, kind: str, changes: list[Any], by_id: Mapping[str, jobs.Job]) -> list[Any]:
    """Without those a late push would do harm with; they are taken back, and the next plan looks afresh.

    Only a stock goes wrong by itself, because the shop sells; what a person wants is wanted until another wish.
    """
    if kind != "stock":
        return changes
    gone = overtaken(opened, changes, by_id)
    with opened.session() as conn:
        jobs.take_back(conn, gone)
    return [change for change in changes if change.job_id not in gone]


def _push_kind(opened, kind: str, changes: list[Any], by_id: Mapping[str, jobs.Job], counts: dict[str, int]) -> None:
    if not KINDS[kind].is_once or registry.is_fed_by_hand(opened.entry.marketplace):
        _push(opened, kind, _still_right(opened, kind, changes, by_id), counts)
        return
    for change in changes:  # each alone: a kill leaves one in doubt, not all
        if by_id[change.job_id].status == "pushed":
            _leave_to_a_person(opened, change.job_id, counts)
        else:
            _push(opened, kind, [change], counts)


def _leave_to_a_person(opened, job_id: str, counts: dict[str, int]) -> None:
    """Its push was stopped before an answer: it may have been sent, must not be sent twice, and nobody can be asked."""
    message = "it may have been sent: the answer was lost. Look there; then `daiyun jobs done`, with --not-done where it is not there"
    with opened.session() as conn:
        jobs.mark_by_hand(conn, [job_id], state.clock().now() + LOOK_WITHIN, message, "the answer was lost")
    counts["by_hand"] = counts.get("by_hand", 0) + 1


def _push(opened, kind: str, changes: list[Any], counts: dict[str, int]) -> None:
    with opened.session() as conn:  # noted before the call: a kill in between shows as pushed, and is sent again, which does no harm
        alive = jobs.standing(conn, [change.job_id for change in changes])
        jobs.mark_pushed(conn, alive)
    rest = [change for change in changes if change.job_id in alive]
    for answer in KINDS[kind].send(opened.connector, rest) if rest else ():
        with opened.session() as conn:
            if not jobs.standing(conn, [answer.job_id]):
                continue  # a newer wish came while this one was sent: that one is sent after it, and closes by its own read-back
            if answer.due_at is not None:
                jobs.mark_by_hand(conn, [answer.job_id], answer.due_at, answer.message, answer.vendor_ref)
            elif answer.is_accepted:
                jobs.mark_acknowledged(conn, [answer.job_id], answer.message, answer.vendor_ref)
            else:
                jobs.mark_failed(conn, [answer.job_id], answer.message)
        told = "by_hand" if answer.due_at is not None else "acknowledged" if answer.is_accepted else "refused"
        counts[told] = counts.get(told, 0) + 1


def observe_client(client: str, *, batch: str, connections: Connections = None) -> dict[str, int]:
    """Read back what was acknowledged; a job is closed only when the marketplace shows its quantity.

    Raises:
        TryLater: some quantities do not show yet.
    """
    with client_session(state.engine(), client) as conn:
        pending = jobs.acknowledged(conn, client, batch)
    counts = {"observed": 0, "failed": 0, "open": 0}
    since = {job.job_id: job.changed_at for job in pending}
    for_each_shop(pending, connections, lambda opened, kind, changes: _observe(opened, kind, changes, since, counts))
    if counts["open"]:
        raise TryLater(
            LOOK_AGAIN_SECONDS / state.clock().speed, f"Client '{client}': {counts['open']} acknowledged changes do not show yet"
        )
    _take_in(client, batch, connections)
    return counts


def _take_in(client: str, batch: str, connections: Connections) -> None:
    """Read the listings of every shop that was changed once more, as a pull with its certificate.

    The tables then hold what the marketplaces show now, and the next plan starts from there. Done once for the jobs seen so far:
    a batch may be pushed in parts, those that need nobody first.
    """
    with client_session(state.engine(), client) as conn:
        done = [job for job in jobs.of_batch(conn, client, batch) if job.status == "observed"]
    shops = sorted({job.shop for job in done if job.kind not in UNLISTED})
    for shop in shops:
        opened = open_shop(shop, (connections or {}).get(shop))
        for endpoint in opened.endpoints.values():
            if {"listings", "inventory"} <= set(endpoint.tables):
                read_back(opened, endpoint, run_id=f"read back {batch}, {len(done)}")


def _observe(opened, kind: str, changes: list[Any], since: Mapping[str, datetime], counts: dict[str, int]) -> None:
    seen = KINDS[kind].look(opened.connector, changes)
    patience = timedelta(seconds=settings().observe_seconds)
    with opened.session() as conn:
        alive = jobs.standing(conn, [change.job_id for change in changes])
        for change in (change for change in changes if change.job_id in alive):
            shown, wanted = seen.get(change.job_id), KINDS[kind].wanted(change)
            if shown == wanted:
                jobs.mark_observed(conn, [change.job_id])
                counts["observed"] += 1
            elif datetime.now(UTC) - since[change.job_id] > patience:
                jobs.mark_failed(
                    conn, [change.job_id], f"acknowledged, but for {patience} the marketplace shows {shown}, not {wanted}"
                )
                counts["failed"] += 1
            else:
                counts["open"] += 1


def for_each_shop(rows: Sequence[jobs.Job], connections: Connections, verb) -> None:
    """Run ``verb(opened shop, kind, its changes of that kind)`` shop by shop; one shop's trouble comes last, the others are served."""
    troubles: list[str] = []
    waits: list[QuotaWait] = []
    for shop in sorted({row.shop for row in rows}):
        try:
            opened = open_shop(shop, (connections or {}).get(shop))
            mine = [row for row in rows if row.shop == shop]
            for kind in sorted({row.kind for row in mine}):
                verb(opened, kind, [change_of(row) for row in mine if row.kind == kind])
        except QuotaWait as wait:
            waits.append(wait)
        except (ConnectorError, SettingsError) as error:
            troubles.append(str(error))
    if waits:
        wait = min(waits, key=lambda each: each.seconds)
        raise TryLater(wait.seconds / state.clock().speed, str(wait))
    if troubles:
        lines = "\n".join(f"  {trouble}" for trouble in troubles)
        raise PullFailed(f"Client '{rows[0].client}': {len(troubles)} shops could not be reached:\n{lines}", is_fatal=False)
