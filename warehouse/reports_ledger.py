"""Reports and their deliveries: figures frozen once a period, each recipient served once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.dialects.postgresql import insert

from warehouse.database import client_session
from warehouse.tables import metadata

REPORTS, DELIVERIES = metadata.tables["reports"], metadata.tables["deliveries"]
CLAIM_LASTS = timedelta(minutes=10)  # longer than one mail can take; a claim older than that was left by a killed run


def find_report(conn: Connection, client: str, kind: str, period: str) -> dict[str, Any] | None:
    """The newest edition of a period's report."""
    book = REPORTS.c
    query = select(REPORTS).where(book.client == client, book.kind == kind, book.period == period).order_by(book.edition.desc())
    row = conn.execute(query.limit(1)).mappings().first()
    return dict(row) if row else None


def told_reports(conn: Connection, client: str, kind: str, before: date) -> list[dict[str, Any]]:
    """What readers were told of periods that begin before a day: ``metrics`` and ``restated``, in the order reports were made.

    A report counts as told once it is sent, or once one recipient has it; one that was only frozen told nobody anything.
    """
    data, served = REPORTS.c.numbers["data"], select(DELIVERIES.c.report_id).where(DELIVERIES.c.status == "sent")
    query = (
        select(data["metrics"].label("metrics"), data["restated"].label("restated"))
        .where(REPORTS.c.client == client, REPORTS.c.kind == kind, REPORTS.c.period_start < before)
        .where((REPORTS.c.status == "sent") | REPORTS.c.report_id.in_(served))
        .order_by(REPORTS.c.made_at, REPORTS.c.report_id)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def reported_until(conn: Connection, client: str, kind: str, before: date) -> date | None:
    """The end (a day, exclusive) of the latest period a report was frozen for that ends before a day."""
    ended = REPORTS.c.period_end
    query = select(func.max(ended)).where(REPORTS.c.client == client, REPORTS.c.kind == kind, ended < before)
    return conn.execute(query).scalar_one()


def freeze_report(
    conn: Connection, client: str, kind: str, period: str, *, period_start: date, period_end: date, language: str,
    data_version: str, numbers: Mapping[str, Any], edition: int = 1,
) -> dict[str, Any]:
    """Keep a report's figures; where this edition exists already, it is returned as it was frozen, whatever is given now."""
    values = {
        "report_id": secrets.token_hex(8), "client": client, "kind": kind, "period": period, "period_start": period_start,
        "period_end": period_end, "edition": edition, "language": language, "data_version": data_version, "numbers": dict(numbers),
    }  # fmt: skip
    unique = ["client", "kind", "period", "edition"]
    conn.execute(insert(REPORTS).values(values).on_conflict_do_nothing(index_elements=unique))
    same = (REPORTS.c[name] == values[name] for name in unique)
    return dict(conn.execute(select(REPORTS).where(*same)).mappings().one())


def set_report(conn: Connection, report_id: str, status: str, **changes: Any) -> None:
    """Move a report on: ``rendered`` (with html_path, html_hash), ``sent``, ``failed`` (with reason)."""
    conn.execute(REPORTS.update().where(REPORTS.c.report_id == report_id).values(status=status, changed_at=func.now(), **changes))


def list_reports(conn: Connection, client: str = "*") -> list[dict[str, Any]]:
    query = select(REPORTS).order_by(REPORTS.c.client, REPORTS.c.period, REPORTS.c.edition)
    return [dict(row) for row in conn.execute(query if client == "*" else query.where(REPORTS.c.client == client)).mappings()]


def deliveries(conn: Connection, report_id: str) -> list[dict[str, Any]]:
    query = select(DELIVERIES).where(DELIVERIES.c.report_id == report_id).order_by(DELIVERIES.c.recipient)
    return [dict(row) for row in conn.execute(query).mappings()]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Deliveries:
    """Who has had one report: the ledger ``reports.delivery.deliver`` asks; every call is its own committed transaction.

    Attributes:
        by: the run that delivers; shown where a claim was left behind.
        claim_lasts: by the database's clock, as claims are written: the machines that deliver need not agree on the time.
        now: the night's clock, by which a mail counts as sent.
    """

    engine: Engine
    client: str
    report_id: str
    by: str
    claim_lasts: timedelta = CLAIM_LASTS
    now: Callable[[], datetime] = _now

    def is_due(self, recipient: str) -> bool:
        with client_session(self.engine, self.client) as conn:
            query = select(DELIVERIES.c.delivery_id).where(self._is(recipient)).where(text(f"NOT {_OPEN}"))
            return conn.execute(query, {"lasts": self.claim_lasts}).first() is None

    def is_served(self, recipient: str) -> bool:
        """Sent, or refused for good; a claim another run still holds is neither served nor due."""
        with client_session(self.engine, self.client) as conn:
            query = select(DELIVERIES.c.delivery_id).where(self._is(recipient), DELIVERIES.c.status.in_(("sent", "refused")))
            return conn.execute(query).first() is not None

    def claim(self, recipient: str, message_id: str) -> bool:
        """Take the recipient; False when another run has it or has served it."""
        with client_session(self.engine, self.client) as conn:
            told = {**self._told(recipient), "message_id": message_id, "lasts": self.claim_lasts}
            return conn.execute(text(_CLAIM), told).first() is not None

    def sent(self, recipient: str) -> None:
        self._change(recipient, status="sent", sent_at=self.now(), reason=None)

    def failed(self, recipient: str, message_id: str, reason: str, *, is_final: bool) -> None:
        """Record why; ``is_final``: it is not tried again."""
        status = "refused" if is_final else "deferred"
        values = {**self._told(recipient), "claimed_by": self.by, "message_id": message_id, "status": status, "reason": reason}
        values.pop("by")
        put = insert(DELIVERIES).values(values)
        change = {"status": status, "reason": reason}
        with client_session(self.engine, self.client) as conn:
            conn.execute(
                put.on_conflict_do_update(
                    index_elements=["report_id", "recipient"], set_=change, where=DELIVERIES.c.status != "sent"
                )
            )

    def _told(self, recipient: str) -> dict[str, Any]:
        return {"client": self.client, "report_id": self.report_id, "recipient": recipient, "by": self.by}

    def _is(self, recipient: str):
        return (DELIVERIES.c.report_id == self.report_id) & (DELIVERIES.c.recipient == recipient)

    def _change(self, recipient: str, **values: Any) -> None:
        with client_session(self.engine, self.client) as conn:
            conn.execute(DELIVERIES.update().where(self._is(recipient)).values(**values))


_OPEN = "(deliveries.status = 'deferred' OR deliveries.status = 'claimed' AND deliveries.claimed_at < now() - CAST(:lasts AS interval))"
_CLAIM = f"""
INSERT INTO deliveries (client, report_id, recipient, message_id, claimed_by)
VALUES (:client, :report_id, :recipient, :message_id, :by)
ON CONFLICT (report_id, recipient) DO UPDATE
SET status = 'claimed', claimed_by = excluded.claimed_by, message_id = excluded.message_id, claimed_at = now(),
    attempts = deliveries.attempts + 1, reason = NULL
WHERE {_OPEN}
RETURNING delivery_id"""
