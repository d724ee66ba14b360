"""The agency's own chain and its fees: what was done for a client month by month, and what the month costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from pipeline import opened as state
from pipeline.clients import Client
from pipeline.errors import SettingsError, Stopped
from pipeline.facts import client_facts, period_frames, rates_since, shop_certificates
from transforms.fees import Fee, FeeTerms, month_days, monthly_fee, served
from transforms.metrics import Period, shop_figures
from transforms.stages import CHAINS, StagedShop, derive
from transforms.stages.agency import EVERY_SHOP, agency_proofs
from warehouse.agency import service_facts, settle_fee, settled_fees
from warehouse.database import client_session
from warehouse.locks import lock_rows_of
from warehouse.stages import replace_stages


def refresh_agency(client: Client, *, is_whole: bool = False) -> int:
    """Derive the agency's chain of this client again, the running month and the one before; ``is_whole``: every month.

    Returns how many stored rows differed. A client without an agreement has no such chain.
    """
    agreement = client.agreement
    if agreement is None:
        return 0
    zone = ZoneInfo(client.zone)
    today = state.clock().now().astimezone(zone).date()
    first = agreement.signed.replace(day=1) if is_whole else max(agreement.signed.replace(day=1), _month_before(today))
    since = datetime.combine(first, time(), zone)
    months = {month for month, _ in _served_months(client, today)}
    shop = StagedShop(client.name, EVERY_SHOP, "agency", client.zone)
    with client_session(state.engine(), client.name) as conn:
        lock_rows_of(conn, client.name, EVERY_SHOP)
        facts = [fact for fact in service_facts(conn, client.name, client.zone, since) if fact[0] in months and fact[0] >= f"{first:%Y-%m}"]
        derived = derive(CHAINS["agency"], shop, agency_proofs(agreement.signed, facts, agreement.services, client.zone))
        ids = {month for month in months if month >= f"{first:%Y-%m}"}
        changed = replace_stages(conn, client.name, EVERY_SHOP, "month", ids, derived.of("month"))
        return changed + replace_stages(conn, client.name, EVERY_SHOP, "agreement", (), derived.of("agreement"))


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _served_months(client: Client, today: date) -> Iterator[tuple[str, tuple[date, date]]]:
    """(month, its days [start, end) under the agreement), from the signing to the running month."""
    day = client.agreement.signed.replace(day=1)
    while day <= today:
        month = f"{day:%Y-%m}"
        days = served(month, client.agreement.signed, client.agreement.ended)
        if days:
            yield month, days
        day = month_days(month)[1]


def fees(client: Client) -> list[dict[str, Any]]:
    """Every month under the agreement, oldest first: settled ones as they were settled, the others as they stand now.

    ``status``: ``settled``; ``ready`` (the month is over and every selling shop proven to its end); ``running`` (not over);
    ``unproven`` (some shop, or an exchange rate, is missing; ``lacks`` says which).
    """
    agreement = _agreement(client)
    now = state.clock().now()
    today = now.astimezone(ZoneInfo(client.zone)).date()
    with client_session(state.engine(), client.name, is_snapshot=True) as conn:
        settled = settled_fees(conn, client.name)
        found = []
        for month, days in _served_months(client, today):
            if month in settled:
                found.append({"client": client.name, "status": "settled", "lacks": [], **settled[month]})
                continue
            fee, lacks = _fee(conn, client, month, days)
            status = "running" if days[1] > today else "unproven" if lacks else "ready"
            found.append({"client": client.name, "status": status, "lacks": lacks, **asdict(fee)})
    target = agreement.targets.net_sales
    return [{**row, "target_reached": _reached(row, target)} for row in found]


def _reached(row: dict[str, Any], target: Decimal | None) -> bool | None:
    from transforms.money import minor_exponent

    return None if target is None else row["net_sales_minor"] >= target.scaleb(minor_exponent(row["currency"]))


def _agreement(client: Client):
    if client.agreement is None:
        raise SettingsError(f"Client '{client.name}' has no `agreement` in its file, so there is no fee (docs/clients.md shows one).")
    return client.agreement


def _terms(client: Client) -> FeeTerms:
    fee = _agreement(client).fee
    return FeeTerms(fee.currency, fee.monthly_base, fee.share_of_net_sales, fee.minimum, fee.maximum)


def _fee(conn: Connection, client: Client, month: str, days: tuple[date, date]) -> tuple[Fee, list[str]]:
    """The month's fee by what is stored now, and what keeps it from being final."""
    terms, period = _terms(client), Period(*days)
    facts = client_facts(client.model_copy(update={"currency": terms.currency}))
    frames = {**period_frames(conn, client, period, client.zone), "fx_rates": rates_since(conn, period.start)}
    figures = shop_figures(facts, frames, period)
    lacks = sorted({f"rate of {code}" for each in figures.values() for code in each.unconverted})
    end = datetime.combine(days[1], time(), ZoneInfo(client.zone))
    for proof in shop_certificates(conn, client):
        if proof.certified_until is None or proof.certified_until < end:
            lacks.append(proof.shop)
    net = sum(each.converted.net_sales_minor for each in figures.values())
    return monthly_fee(terms, month, (days[1] - days[0]).days, net), lacks


def settle(client: Client, month: str, *, by: str, note: str | None = None) -> dict[str, Any]:
    """Freeze a month's fee as settled; it enters the agency's chain.

    Raises:
        Stopped: the month is settled already, not under the agreement, not over, or not proven.
    """
    rows = {row["month"]: row for row in fees(client)}
    row = rows.get(month)
    if row is None:
        known = ", ".join(rows) or "none"
        raise Stopped(f"Client '{client.name}': no month {month!r} under the agreement; there are: {known}.", is_fatal=True)
    if row["status"] != "ready":
        why = {
            "settled": "it is settled already", "running": "it is not over yet",
            "unproven": f"it is not proven complete: {', '.join(row['lacks'])} (see `daiyun certificate --client {client.name}`)",
        }[row["status"]]
        raise Stopped(f"Client '{client.name}': the fee of {month} cannot be settled, because {why}.", is_fatal=True)
    amounts = ("net_sales_minor", "base_minor", "share_minor", "adjusted_minor", "fee_minor")
    kept = {name: row[name] for name in ("month", "currency", *amounts)}
    terms = {name: None if value is None else str(value) for name, value in asdict(_terms(client)).items()}
    terms |= {"served_days": row["served_days"], "days": row["days"]}
    statement = {**kept, "terms": terms, "settled_at": state.clock().now(), "settled_by": by, "note": note}
    with client_session(state.engine(), client.name) as conn:
        if not settle_fee(conn, client.name, statement):
            raise Stopped(f"Client '{client.name}': the fee of {month} was settled meanwhile.", is_fatal=True)
    refresh_agency(client, is_whole=True)
    return {"client": client.name, "status": "settled", **statement}
