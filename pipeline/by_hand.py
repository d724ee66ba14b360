"""What a client's report says of shops that people feed with files and carry changes to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from connectors import registry
from pipeline.clients import Client, ShopEntry
from reports.by_hand import HandFed
from warehouse import jobs
from warehouse.merge import newest_seen

AGREED_HOURS = 48


def hand_fed(conn: Connection, client: Client, now: datetime) -> list[HandFed]:
    """One a shop, with the changes that wait for somebody there."""
    tasks = jobs.by_hand(conn, client.name)
    return [
        _of_shop(conn, client, entry, [job for job in tasks if job.shop == entry.name], now)
        for entry in client.shops if registry.is_fed_by_hand(entry.marketplace)
    ]


def _of_shop(conn: Connection, client: Client, entry: ShopEntry, tasks: list[jobs.Job], now: datetime) -> HandFed:
    tables = {endpoint.tables[0] for name, endpoint in registry.endpoints(entry.marketplace).items() if name in (entry.entities or (name,))}
    agreed = timedelta(hours=int(entry.account.get("freshness_sla_hours", AGREED_HOURS)))
    return HandFed(
        entry.name, entry.marketplace, entry.sites, now, newest_seen(conn, sorted(tables), client.name, entry.name), agreed,
        waiting=len(tasks), overdue=sum(job.due_at < now for job in tasks), due_at=min((job.due_at for job in tasks), default=None),
    )
