"""One week of a client's trade with businesses, from its stored papers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from pipeline.clients import Client
from pipeline.facts import client_facts, rates_since, trading
from pipeline.stages import deals_shop, staged_shop
from transforms.metrics import Period, TradeAccount, TradeWeek, trade_week
from transforms.metrics.trade import NEEDED
from warehouse.merge import read_frame


def trade_accounts(client: Client) -> dict[str, TradeAccount]:
    return {entry.name: TradeAccount(deals_shop(client, entry).name, staged_shop(client, entry).zone) for entry in trading(client)}


def trade(conn: Connection, client: Client, period: Period) -> TradeWeek | None:
    """None where nothing of such trade is stored, as where no account of the client has any."""
    accounts = trade_accounts(client)
    if not accounts:
        return None
    mine = {"client": client.name, "shop": list(accounts)}
    frames = {table: read_frame(conn, table, where=mine) for table in NEEDED if table != "fx_rates"}
    frames["fx_rates"] = rates_since(conn, period.start - timedelta(days=(period.end - period.start).days))
    return trade_week(client_facts(client), frames, accounts, period)
