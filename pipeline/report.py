"""report: one client's week from the warehouse, frozen, written to the outbox, and mailed once per recipient."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from pipeline import opened as state
from pipeline.agency import refresh_agency
from pipeline.beside import beside
from pipeline.boards import DAYS, every_shop, read_boards
from pipeline.by_hand import hand_fed
from pipeline.clients import Client
from pipeline.errors import PipelineError, TryLater
from pipeline.facts import client_facts, period_frames, rates_since, shop_certificates, trade_certificates, week_frames
from pipeline.settings import settings
from reports import delivery, outbox
from reports.facts import Brand, Report
from reports.stages import TRADE
from reports.weekly import build
from transforms.metrics import Period, Restated, restate, shop_figures, told_before, weekly
from warehouse import reports_ledger
from warehouse.database import client_session

KIND = "weekly"
MAIL_WAIT_SECONDS = 60.0


def last_week(client: Client, night: datetime) -> Period:
    """The latest whole week, in the client's zone, that is over by ``night``; it ends on the client's report weekday."""
    today = night.astimezone(ZoneInfo(client.zone)).date()
    end = today - timedelta(days=(today.weekday() - client.report.weekday) % 7)
    return Period(end - timedelta(days=7), end)


def _due_period(client: Client, night: datetime) -> Period:
    """The latest whole week; after a change of weekday it begins where the last report ended, so that no day is reported twice."""
    week = last_week(client, night)
    with client_session(state.engine(), client.name) as conn:
        until = reports_ledger.reported_until(conn, client.name, KIND, week.end)
    return Period(max(week.start, until), week.end) if until else week


def due_reports(night: datetime) -> list[str]:
    """Clients whose latest whole week has no sent report yet: after a missed night it is sent on the next."""
    return [client.name for client in state.clients().good.values() if client.report.recipients and not _is_sent(client, night)]


def _is_sent(client: Client, night: datetime) -> bool:
    period = _due_period(client, night)
    with client_session(state.engine(), client.name) as conn:
        found = reports_ledger.find_report(conn, client.name, KIND, _name(period))
    return found is not None and found["status"] == "sent"


def report_client(client: str, *, night: datetime) -> dict[str, Any]:
    """Build (or take up) the client's report of the latest whole week and deliver what is not delivered yet.

    Raises:
        TryLater: the mail server put some recipients off; who has the mail gets no second one.
        PipelineError: the mail server refuses us altogether.
    """
    brand = state.find_client(client)
    period = _due_period(brand, night)
    report, report_id = _frozen(brand, period, night)
    written = outbox.write(report, settings().outbox)
    with client_session(state.engine(), client) as conn:
        digest = hashlib.sha256(report.html.encode()).hexdigest()
        reports_ledger.set_report(conn, report_id, "rendered", html_path=str(written.html), html_hash=digest)
    outcomes = _deliver(brand, report, report_id)
    with client_session(state.engine(), client) as conn:
        reports_ledger.set_report(conn, report_id, "sent")
    refresh_agency(brand)
    return {
        "client": client,
        "period": report.period,
        "html": str(written.html),
        "recipients": {each.recipient: each.status for each in outcomes},
    }


def preview(client: str, night: datetime) -> Report:
    """The report as it would be built now; nothing is kept or sent."""
    brand = state.find_client(client)
    return _built(brand, _due_period(brand, night), night)


def _frozen(brand: Client, period: Period, night: datetime) -> tuple[Report, str]:
    """The report as first built: a later run, a retry or a second recipient sees the very same figures."""
    with client_session(state.engine(), brand.name) as conn:
        kept = reports_ledger.find_report(conn, brand.name, KIND, _name(period))
    if kept is None:
        report = _built(brand, period, night)
        with client_session(state.engine(), brand.name) as conn:
            kept = reports_ledger.freeze_report(
                conn, brand.name, KIND, _name(period), period_start=period.start, period_end=period.end,
                language=brand.language, data_version=report.data["metrics"]["data_until"] or "no orders", numbers=vars(report),
            )  # fmt: skip
    return Report(**kept["numbers"]), kept["report_id"]


def _built(brand: Client, period: Period, night: datetime) -> Report:
    """All read at one instant, so that a merge going on beside it is in every figure or in none."""
    with client_session(state.engine(), brand.name, is_snapshot=True) as conn:
        metrics = weekly(client_facts(brand), week_frames(conn, brand, period), period)
        restated = restated_weeks(conn, brand, period)
        certificates = [*shop_certificates(conn, brand), *trade_certificates(conn, brand)]
        more = beside(conn, brand, period, night)
        end = datetime.combine(period.end, time(), ZoneInfo(brand.zone))
        boards = read_boards(conn, brand, TRADE, end - timedelta(days=DAYS), end)
        fed = hand_fed(conn, brand, state.clock().now())
    look = Brand(name=brand.brand, colour=brand.theme.colour, logo_text=brand.theme.logo_text)
    return build(metrics, look, certificates, brand.language, restated, more, fed, boards, every_shop(brand))


def restated_weeks(conn: Connection, brand: Client, period: Period) -> Restated:
    """Earlier weeks as they were told, compared with the tables now, one week's rows in memory at a time."""
    told = told_before(period, reports_ledger.told_reports(conn, brand.name, KIND, period.start), brand.zone)
    if not told:
        return Restated()
    rates = rates_since(conn, min(one.period.start for one in told))
    found = []
    for one in told:
        facts = client_facts(brand, one.zone)
        now = shop_figures(facts, {**period_frames(conn, brand, one.period, one.zone), "fx_rates": rates}, one.period)
        found.append(restate(one, now, brand.currency))
    return Restated(len(told), tuple(week for week in found if week))


def _deliver(brand: Client, report: Report, report_id: str) -> list[delivery.Outcome]:
    own = settings()
    server = delivery.Server(
        host=own.smtp_host, port=own.smtp_port, sender=own.mail_from, user=own.smtp_user,
        password=own.smtp_password.get_secret_value(), starttls=own.smtp_starttls,
    )  # fmt: skip
    by, now = f"report of {report.period}", state.clock().now
    ledger = reports_ledger.Deliveries(state.engine(), brand.name, report_id, by=by, now=now)
    try:
        return delivery.deliver(report, brand.report.recipients, server, ledger)
    except delivery.DeliveryLater as later:
        raise TryLater(MAIL_WAIT_SECONDS, str(later)) from None
    except delivery.DeliveryError as error:
        raise PipelineError(f"Client '{brand.name}': {error}") from None


def _name(period: Period) -> str:
    return f"{period.start}_{period.end - timedelta(days=1)}"
