"""What the coming night needs of every quota, and when each shop will be fresh: said before it starts, calling nobody."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from croniter import croniter

from connectors import registry
from connectors.contract import Budget, Endpoint
from connectors.errors import FatalError
from connectors.forecast import Need, entity_seconds, waiting_seconds
from connectors.http import holder_of
from pipeline import opened as state
from pipeline.connections import read_connection
from pipeline.errors import SettingsError
from pipeline.opened import OpenShop, open_shop
from pipeline.pull import history_of
from pipeline.settings import settings
from warehouse.calls import usual_calls
from warehouse.database import client_session

BY_HISTORY, BY_DECLARATION = "median of earlier nights", "no night yet: at least"


def night_start(at: datetime | None = None) -> datetime:
    """``at``, or when the night's cron fires next (now, where nights are started by hand)."""
    if at is not None:
        return at
    now, cron = state.clock().now(), settings().night_cron
    return now if cron == "manual" else croniter(cron, now).get_next(datetime)


def plan_night(at: datetime | None = None) -> list[dict[str, Any]]:
    """One row a shop, in the order of the clients' files. Accounts that follow parcels start when every shop is fresh.

    Returns:
        ``client, shop, marketplace, starts_at, fresh_at, seconds, bottleneck`` (the operation that is waited for longest;
        None where nothing is), ``calls``, ``entities`` ({entity: fresh_at}) and ``operations`` ([{operation, per, calls,
        basis, rate_per_second, burst, seconds}]).
    Raises:
        SettingsError: a client's file names an unknown marketplace or entity.
    """
    starts_at = night_start(at)
    with client_session(state.engine(), "*") as conn:
        usual = usual_calls(conn)
    shops = [open_shop(entry.name) for client in state.clients().good.values() for entry in client.shops]
    needs = {opened.name: _needs(opened, usual.get(opened.name, {})) for opened in shops}
    waits = waiting_seconds([need for mine in needs.values() for need in mine])

    def row(opened: OpenShop, start: datetime) -> dict[str, Any]:
        return _row(opened, needs[opened.name], waits, usual.get(opened.name, {}), start)

    sellers = {opened.name: row(opened, starts_at) for opened in shops if not _follows(opened)}
    last = max((each["fresh_at"] for each in sellers.values()), default=starts_at)
    return [sellers.get(opened.name) or row(opened, last) for opened in shops]


def _follows(opened: OpenShop) -> bool:
    """Whether it is a tracking account: the night pulls those last."""
    return registry.tracking_source(opened.entry.marketplace) is not None


def _needs(opened: OpenShop, usual: Mapping[str, int]) -> list[Need]:
    budgets = _budgets(opened)
    least = _least_calls(opened.endpoints)
    calls = {operation: usual.get(operation, 0) for operation in least} if usual else least
    return [
        Need(opened.name, budgets[operation], _holder(opened, budgets[operation]), count)
        for operation, count in calls.items()
        if operation in budgets
    ]


def _least_calls(endpoints: Mapping[str, Endpoint]) -> dict[str, int]:
    """Calls of a first night that finds one page everywhere: one an operation, and one for each piece of the history."""
    least: dict[str, int] = {}
    for endpoint in endpoints.values():
        pieces = math.ceil(history_of(endpoint) / endpoint.max_window) if endpoint.max_window else 1
        for operation in endpoint.operations:
            least[operation] = max(least.get(operation, 0), pieces)
    return least


def _budgets(opened: OpenShop) -> Mapping[str, Budget]:
    try:
        return registry.module(opened.entry.marketplace).BUDGETS
    except FatalError as error:
        raise SettingsError(f"Client '{opened.client.name}', shop '{opened.name}': {error}") from None


def _holder(opened: OpenShop, budget: Budget) -> str:
    """As the session says it; a shop without a connection shares its app with nobody yet."""
    shop = opened.client.shop(opened.entry)
    try:
        credentials, _ = read_connection(opened.name, opened.connection)
    except SettingsError:
        credentials = None
    return holder_of(shop, credentials, budget)


def _row(
    opened: OpenShop, needs: list[Need], waits: Mapping[tuple[str, str], float], usual: Mapping[str, int], starts_at: datetime
) -> dict[str, Any]:
    mine = {need.budget.operation: waits.get((opened.name, need.budget.operation), 0.0) for need in needs}
    slowest = max(mine, key=lambda operation: mine[operation], default=None)
    seconds = mine[slowest] if slowest else 0.0
    return {
        "client": opened.client.name, "shop": opened.name, "marketplace": opened.entry.marketplace,
        "starts_at": starts_at, "fresh_at": starts_at + timedelta(seconds=seconds), "seconds": round(seconds),
        "bottleneck": slowest if seconds else None, "calls": sum(need.calls for need in needs),
        "entities": {
            entity: starts_at + timedelta(seconds=wait) for entity, wait in entity_seconds(opened.endpoints, mine).items()
        },
        "operations": [
            {
                "operation": need.budget.operation, "per": need.budget.per, "calls": need.calls,
                "basis": BY_HISTORY if usual else BY_DECLARATION,
                "rate_per_second": need.budget.rate_per_second, "burst": need.budget.burst,
                "seconds": round(mine[need.budget.operation]),
            }
            for need in needs
        ],
    }  # fmt: skip
