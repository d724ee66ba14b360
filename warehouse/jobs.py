"""Sync jobs: each wanted change of a shop, every step it takes, and who decided.

``planned`` (or ``waiting`` for a person's ``approved``/``rejected``) → ``pushed`` (about to be sent) → ``acknowledged``
(taken by the marketplace) → ``observed`` (read back). ``superseded``: a newer wish for the same target took its place.
Where a marketplace takes nothing from us, or shows nothing of what it took, ``pushed`` → ``manual_pending`` (a person is to do it or
to look, by ``due_at``) → ``manual_done`` (that person has said so) or ``failed`` (said that it is not): nobody else has seen it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, or_, select, text

from warehouse.jobs_shown import NotAsShown, digest
from warehouse.jobs_sql import ADOPT, INSERT_NEW, REJUDGE, RELEASE, SUPERSEDE_OLDER, WITHDRAW
from warehouse.tables import metadata

JOBS, EVENTS = metadata.tables["sync_jobs"], metadata.tables["sync_job_events"]
UNFINISHED = ("planned", "waiting", "approved", "pushed", "acknowledged", "manual_pending")
SENT = ("pushed", "acknowledged", "observed", "manual_pending", "manual_done")
CAME_TO_NOTHING = ("rejected", "failed", "superseded")
ANSWERABLE = timedelta(hours=24)  # longer than any question stays open: after it a waiting job's person cannot be asked any more
MAY_BECOME = {
    "planned": {"pushed", "waiting", "superseded"},
    "waiting": {"approved", "rejected", "superseded"},
    "approved": {"pushed", "superseded"},
    "pushed": {"pushed", "acknowledged", "manual_pending", "failed", "superseded"},
    "manual_pending": {"manual_done", "failed", "superseded"},
    "acknowledged": {"observed", "failed", "superseded"},
}
PLANNED_COLUMNS = (
    "client", "shop", "site", "sku", "listing_id", "product_id", "observed_quantity", "wanted_quantity", "job_key",
    "needs_approval", "reasons", "batch",
)
FIELDS = ("wanted", "observed")


class IllegalTransition(RuntimeError):
    """A job was asked to take a step it may not take from where it stands."""


@dataclass(frozen=True)
class Job:
    """One wanted change. ``wanted_quantity`` is absolute; of any kind but stock ``wanted`` and ``observed`` hold the fields.

    ``sku`` names what the change is about: an article, a product by its number (a ladder's), a parcel by its order and tracking
    number, a request or inquiry that is answered.
    """

    job_id: str
    client: str
    shop: str
    kind: str
    site: str
    sku: str
    listing_id: str | None
    product_id: str | None
    observed_quantity: int | None
    wanted_quantity: int | None
    wanted: Mapping[str, Any]
    observed: Mapping[str, Any]
    job_key: str
    status: str
    needs_approval: bool
    reasons: Sequence[str]
    batch: str
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_digest: str | None
    attempts: int
    message: str | None
    vendor_ref: str | None
    due_at: datetime | None
    planned_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class PlanCounts:
    """``planned``: may be pushed as they are; ``waiting``: need a person; ``known``: under way already; ``superseded``: older wishes."""

    planned: int = 0
    waiting: int = 0
    known: int = 0
    superseded: int = 0


def plan_jobs(conn: Connection, frame: pd.DataFrame, by: str = "plan", kind: str = "stock") -> PlanCounts:
    """Note every wish of ``frame`` that is not known yet. Planning the same twice adds nothing; it is judged again, though.

    Args:
        frame: one row a target: client, shop, site, sku, listing_id, product_id, observed_quantity, wanted_quantity,
            job_key (the same for the same wish), needs_approval, reasons (list of texts), batch; of any kind but stock also
            wanted and observed (JSON-able mappings of fields).
    """
    if not len(frame):
        return PlanCounts()
    for client in sorted(set(frame["client"])):
        _lock(conn, client)
    columns = [*PLANNED_COLUMNS, *(name for name in FIELDS if name in frame)]
    wishes = [_wish(row, kind) for row in frame[columns].astype(object).to_dict("records")]
    told = {"wishes": json.dumps(wishes), "by": by}
    superseded = conn.execute(text(SUPERSEDE_OLDER), told).scalar_one()
    conn.execute(text(REJUDGE), told)
    statuses = conn.execute(text(INSERT_NEW), told).scalars().all()
    waiting = statuses.count("waiting")
    return PlanCounts(len(statuses) - waiting, waiting, len(wishes) - len(statuses), superseded)


def take_over(conn: Connection, client: str, batch: str, by: str = "plan", kind: str = "stock") -> None:
    """Before planning ``batch``: leave no job of an earlier one where nobody would ever send or look for it again.

    Approved and acknowledged ones go on in ``batch``. Those that need no approval, and questions older than ``ANSWERABLE``,
    are superseded: if the change is still wanted, the plan makes a new job of it (its key counts :func:`setbacks`).
    """
    _lock(conn, client)
    told = {"client": client, "kind": kind, "batch": batch, "by": by}
    conn.execute(text(ADOPT), told)
    conn.execute(text(RELEASE), {**told, "patience": ANSWERABLE})


def unsent(conn: Connection, client: str, kind: str = "stock") -> list[Job]:
    """Jobs that a push may still send, now or after a person's approval."""
    return _jobs(conn, client, None, JOBS.c.kind == kind, JOBS.c.status.in_(("planned", "waiting", "approved", "pushed")))


def under_way(conn: Connection, client: str, shop: str, kind: str, by: str = "want") -> list[Job]:
    """Jobs of a shop that have not ended. Those that no one can approve or send any more (``ANSWERABLE``) end here, superseded."""
    _lock(conn, client)
    found = _jobs(conn, client, None, JOBS.c.shop == shop, JOBS.c.kind == kind, JOBS.c.status.in_(UNFINISHED))
    old = {job.job_id for job in _planned_long_ago(conn, [job for job in found if job.status in ("planned", "waiting", "approved")])}
    take_back(conn, dict.fromkeys(sorted(old), "left over; wanted too long ago to be approved or sent"), by)
    return [job for job in found if job.job_id not in old]


def _lock(conn: Connection, client: str) -> None:
    """One plan of a client at a time, until the transaction ends."""
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"jobs/{client}", 0))))


def withdraw(conn: Connection, targets: pd.DataFrame, by: str = "plan", kind: str = "stock") -> int:
    """Supersede jobs that might still be sent for targets (client, shop, site, sku) that need no change any more; returns how many."""
    if not len(targets):
        return 0
    names = ["client", "shop", "site", "sku"]
    told = [{**row, "kind": kind} for row in targets[names].astype(object).to_dict("records")]
    return conn.execute(text(WITHDRAW), {"wishes": json.dumps(told), "by": by}).scalar_one()


def _wish(row: dict[str, Any], kind: str) -> dict[str, Any]:
    plain = {name: None if not isinstance(value, list | tuple | dict) and pd.isna(value) else value for name, value in row.items()}
    plain = {"wanted": {}, "observed": {}, **plain}
    plain |= {name: int(plain[name]) for name in ("observed_quantity", "wanted_quantity") if plain[name] is not None}
    reasons = plain["reasons"] or []
    is_guarded = bool(plain["needs_approval"])
    return plain | {
        "job_id": secrets.token_hex(8), "kind": kind, "needs_approval": is_guarded, "status": "waiting" if is_guarded else "planned",
        "reasons": [reasons] if isinstance(reasons, str) else list(reasons),
    }  # fmt: skip


def pushable(conn: Connection, client: str, batch: str | None = None) -> list[Job]:
    """Jobs that may be sent now; one a person must decide on only with that approval recorded.

    ``pushed`` ones are among them: whoever marked them was stopped before the answer, and a quantity is absolute, so
    sending it again does no harm.
    """
    unguarded = ~JOBS.c.needs_approval & JOBS.c.status.in_(("planned", "pushed"))
    approved = JOBS.c.needs_approval & (JOBS.c.decision == "approved") & JOBS.c.status.in_(("approved", "pushed"))
    return _jobs(conn, client, batch, or_(unguarded, approved))


def waiting(conn: Connection, client: str, batch: str | None = None) -> list[Job]:
    """Jobs a person has not decided on yet."""
    return _jobs(conn, client, batch, JOBS.c.status == "waiting")


def acknowledged(conn: Connection, client: str, batch: str | None = None) -> list[Job]:
    """Jobs the marketplace has taken and nobody has seen there yet."""
    return _jobs(conn, client, batch, JOBS.c.status == "acknowledged")


def of_batch(conn: Connection, client: str, batch: str) -> list[Job]:
    return _jobs(conn, client, batch)


def _jobs(conn: Connection, client: str, batch: str | None, *conditions) -> list[Job]:
    query = select(*(JOBS.c[name] for name in Job.__dataclass_fields__)).where(JOBS.c.client == client, *conditions)
    if batch is not None:
        query = query.where(JOBS.c.batch == batch)
    return [Job(**row) for row in conn.execute(query.order_by(JOBS.c.shop, JOBS.c.site, JOBS.c.sku, JOBS.c.planned_at)).mappings()]


def decide(conn: Connection, client: str, batch: str, approved: bool, by: str, reason: str = "", shown: str | None = None) -> int:
    """Record a person's decision on every waiting job of a batch; returns how many. A second decision finds none waiting.

    Args:
        shown: ``digest`` of what the person saw; None: what waits now.
    Raises:
        NotAsShown: other changes wait by now, or they have waited longer than ``ANSWERABLE``; nothing was decided.
    """
    _lock(conn, client)
    jobs = waiting(conn, client, batch)
    if not jobs:
        return 0
    now = digest(jobs)
    if shown is not None and shown != now:
        raise NotAsShown(f"the decision is about list {shown or 'none'}, but {len(jobs)} changes wait as list {now}")
    if approved and (old := _planned_long_ago(conn, jobs)):
        raise NotAsShown(f"the changes have waited since {old[0].planned_at:%Y-%m-%d %H:%M} UTC, too long to be right still")
    word = "approved" if approved else "rejected"
    decision = {"decision": word, "decided_by": by, "decided_at": func.now(), "decision_reason": reason or None, "decision_digest": now}
    _move(conn, [job.job_id for job in jobs], word, by, reason or None, **decision)
    return len(jobs)


def unfit(conn: Connection, client: str, ready: Sequence[Job]) -> dict[str, str]:
    """Job id → why it must not be sent though its status lets it: another list was approved, or it was planned too long ago."""
    found = {job.job_id: f"was planned {job.planned_at:%Y-%m-%d %H:%M} UTC, too long ago" for job in _planned_long_ago(conn, ready)}
    for shown, at in {(job.decision_digest, job.decided_at) for job in ready if job.needs_approval}:
        together = _jobs(conn, client, None, JOBS.c.decision_digest == shown, JOBS.c.decided_at == at)  # whatever became of each since
        if not shown or digest(together) != shown:
            what = f"is not as it was approved (list {shown or 'unknown'})"
            found |= {job.job_id: what for job in ready if job.needs_approval and (job.decision_digest, job.decided_at) == (shown, at)}
    return found


def _planned_long_ago(conn: Connection, jobs: Sequence[Job]) -> list[Job]:
    now = conn.execute(select(func.now())).scalar_one()
    return [job for job in jobs if now - job.planned_at > ANSWERABLE]


def take_back(conn: Connection, why: Mapping[str, str], by: str = "push") -> None:
    """Supersede these jobs, each with its reason: the next plan looks afresh."""
    for job_id, reason in why.items():
        _move(conn, [job_id], "superseded", by, reason)


def standing(conn: Connection, job_ids: Iterable[str]) -> set[str]:
    """Those of these jobs whose place no newer wish has taken meanwhile; none can be until the transaction ends."""
    query = select(JOBS.c.job_id).where(JOBS.c.job_id.in_(sorted(job_ids)), JOBS.c.status != "superseded")
    return set(conn.execute(query.order_by(JOBS.c.job_id).with_for_update()).scalars())


def mark_pushed(conn: Connection, job_ids: Iterable[str], by: str = "push") -> None:
    """Note that these are about to be sent; commit before sending."""
    _move(conn, job_ids, "pushed", by, None, attempts=JOBS.c.attempts + 1)


def mark_acknowledged(conn: Connection, job_ids: Iterable[str], message: str = "", vendor_ref: str | None = None) -> None:
    _move(conn, job_ids, "acknowledged", "marketplace", message or None, message=message or None, vendor_ref=vendor_ref)


def mark_by_hand(conn: Connection, job_ids: Iterable[str], due_at: datetime, message: str, vendor_ref: str | None = None) -> None:
    """Nothing was sent: a person is to do it with what ``vendor_ref`` names."""
    _move(conn, job_ids, "manual_pending", "push", message, message=message, vendor_ref=vendor_ref, due_at=due_at)


def mark_done_by_hand(conn: Connection, job_ids: Iterable[str], by: str, note: str = "") -> None:
    """A person says that it is done. That is what the job ends with; it was not seen there."""
    _move(conn, job_ids, "manual_done", by, note or None)


def mark_undone_by_hand(conn: Connection, job_ids: Iterable[str], by: str, note: str = "") -> None:
    """A person says that it is not done and will not be: the next wish looks afresh."""
    _move(conn, job_ids, "failed", by, note or "not done, by that person's word")


def sent(conn: Connection, client: str, shop: str, kind: str) -> list[Job]:
    """Jobs of a shop that went to the marketplace and, as far as anybody knows, were not refused there."""
    return _jobs(conn, client, None, JOBS.c.shop == shop, JOBS.c.kind == kind, JOBS.c.status.in_(SENT))


def by_hand(conn: Connection, client: str) -> list[Job]:
    """Jobs somebody is to do and has not ticked off, the earliest due first."""
    return sorted(_jobs(conn, client, None, JOBS.c.status == "manual_pending"), key=lambda job: (job.due_at, job.shop, job.sku))


def mark_failed(conn: Connection, job_ids: Iterable[str], message: str) -> None:
    """The marketplace refused, or shows something else for too long: the job is over, the next plan looks afresh."""
    _move(conn, job_ids, "failed", "marketplace", message, message=message)


def mark_observed(conn: Connection, job_ids: Iterable[str]) -> None:
    """The marketplace shows what was wanted."""
    _move(conn, job_ids, "observed", "read back", None)


def _move(conn: Connection, job_ids: Iterable[str], status: str, by: str, note: str | None, **values: Any) -> None:
    """Take one step with all of these jobs, or with none.

    Raises:
        IllegalTransition: a job is not there, or may not take this step.
    """
    wanted = sorted(set([job_ids] if isinstance(job_ids, str) else job_ids))
    if not wanted:
        return
    query = select(JOBS.c.job_id, JOBS.c.client, JOBS.c.status, JOBS.c.needs_approval, JOBS.c.decision)
    found = conn.execute(query.where(JOBS.c.job_id.in_(wanted)).order_by(JOBS.c.job_id).with_for_update()).all()
    lost = set(wanted) - {job.job_id for job in found}
    if lost:
        raise IllegalTransition(f"{status}: there is no job {', '.join(sorted(lost))} that this session can see")
    for job in found:
        _refuse_illegal(job, status)
    conn.execute(JOBS.update().where(JOBS.c.job_id.in_(wanted)).values(status=status, changed_at=func.now(), **values))
    step = {"to_status": status, "by": by, "note": note}
    conn.execute(EVENTS.insert(), [{"client": job.client, "job_id": job.job_id, "from_status": job.status, **step} for job in found])


def _refuse_illegal(job: Any, status: str) -> None:
    is_unapproved = status == "pushed" and job.needs_approval and job.decision != "approved"
    if status not in MAY_BECOME.get(job.status, ()) or is_unapproved:
        stands = f"{job.status} and approved by nobody" if is_unapproved else job.status
        raise IllegalTransition(f"Job {job.job_id} of client '{job.client}' is {stands}: it cannot become {status}.")


def list_jobs(conn: Connection, client: str = "*", status: str | None = None) -> list[dict[str, Any]]:
    """Every job, newest first."""
    query = select(JOBS).order_by(JOBS.c.planned_at.desc(), JOBS.c.client, JOBS.c.shop, JOBS.c.site, JOBS.c.sku)
    query = query if client == "*" else query.where(JOBS.c.client == client)
    query = query.where(JOBS.c.status == status) if status else query
    return [dict(row) for row in conn.execute(query).mappings()]


def events(conn: Connection, job_id: str) -> list[dict[str, Any]]:
    """Each step of a job: at, status, by, note."""
    told = (EVENTS.c.happened_at.label("at"), EVENTS.c.to_status.label("status"), EVENTS.c.by, EVENTS.c.note)
    query = select(*told).where(EVENTS.c.job_id == job_id).order_by(EVENTS.c.event_id)
    return [dict(row) for row in conn.execute(query).mappings()]


def setbacks(conn: Connection, client: str, batch: str, kind: str = "stock") -> dict[tuple[str, str, str], int]:
    """(shop, site, SKU) → how often a wish for it came to nothing in batches other than ``batch``.

    The same wish after that is a new wish; planning the same batch again is not.
    """
    target = (JOBS.c.shop, JOBS.c.site, JOBS.c.sku)
    mine = (JOBS.c.client == client, JOBS.c.batch != batch, JOBS.c.kind == kind)
    query = select(*target, func.count()).where(*mine, JOBS.c.status.in_(CAME_TO_NOTHING))
    return {(shop, site, sku): count for shop, site, sku, count in conn.execute(query.group_by(*target))}


def counts(conn: Connection, client: str = "*") -> dict[str, int]:
    """Status → jobs standing there."""
    query = select(JOBS.c.status, func.count()).group_by(JOBS.c.status)
    return {status: count for status, count in conn.execute(query if client == "*" else query.where(JOBS.c.client == client))}
