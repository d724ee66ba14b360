"""Boards of a client's chains, read at one instant from what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, and_, exists, or_

from pipeline import opened as state
from pipeline.clients import Client
from pipeline.stages import staged_shop, trade_mode
from transforms.metrics import ShopFacts
from transforms.stages import CHAINS, Board, board
from transforms.stages.deal_proofs import deal_standing
from transforms.stages.deals import TABLES
from transforms.tables.trade import CONTRACT_STATUSES
from warehouse.database import client_session
from warehouse.merge import read_frame
from warehouse.tables import metadata

MOVING = ("order", "deal", "campaign")  # what begins and ends; an account, a listing, an agreement is there or not
DAYS = 90
DEAL = ["shop", "subject_id"]
STANDING = ["shop", "subject_kind", "subject_id", "status", "done"]


def client_boards(client: Client, modes: Iterable[str] = (), days: int = DAYS, now: datetime | None = None) -> list[Board]:
    """One board a trade mode the client has anything in, in the order of the chains.

    Args:
        modes: only these.
        days: orders, deals and campaigns that began in the last so many days, and every deal whose contract is still open; the
            rest is counted whole.
    """
    now = now or state.clock().now()
    with client_session(state.engine(), client.name, is_snapshot=True) as conn:
        return read_boards(conn, client, modes or CHAINS, now - timedelta(days=days), now)


def read_boards(conn: Connection, client: Client, modes: Iterable[str], since: datetime, now: datetime) -> list[Board]:
    standing, found = _standing(conn, client, since), []
    events = _recent(_events(conn, client.name, since), standing, since)
    exceptions = read_frame(conn, "stage_exceptions", where={"client": client.name})
    for mode in (mode for mode in CHAINS if mode in modes):
        mine = events[(events["mode"] == mode).to_numpy(dtype=bool)]
        odd = exceptions[(exceptions["mode"] == mode).to_numpy(dtype=bool)]
        if len(mine) or len(odd):
            found.append(board(CHAINS[mode], mine, odd, standing, client.service_levels.get(mode, {}), now))
    return found


def _events(conn: Connection, client: str, since: datetime) -> pd.DataFrame:
    """Of what moves, all deals, and what else began since: by its first event, so that an old order's arrival begins nothing."""
    event = metadata.tables["stage_events"]
    older = event.alias("older")
    same = (older.c[name] == event.c[name] for name in ("client", "shop", "mode", "subject_kind", "subject_id"))
    is_new = and_(event.c.entered_at >= since, ~exists().where(*same, older.c.entered_at < since))
    wanted = or_(event.c.subject_kind.not_in(MOVING), event.c.subject_kind == "deal", is_new)
    return read_frame(conn, "stage_events", wanted, where={"client": client})


def _recent(events: pd.DataFrame, standing: pd.DataFrame, since: datetime) -> pd.DataFrame:
    """Without the deals that began before ``since``, unless their contract is still open: a deal may outlive any window."""
    open_words = set(CONTRACT_STATUSES) - {"draft", *CHAINS["b2b"].ended["deal"]}
    is_open = (standing["subject_kind"] == "deal") & standing["status"].isin(open_words)
    still = set(standing.loc[is_open, DEAL].itertuples(index=False, name=None))
    deals = events[(events["subject_kind"] == "deal").to_numpy(dtype=bool)]
    is_new = (deals.groupby(DEAL)["entered_at"].transform("min") >= since).to_numpy(dtype=bool)
    stays = [new or deal in still for new, deal in zip(is_new, deals[DEAL].itertuples(index=False, name=None), strict=True)]
    return events.drop(deals.index[~np.array(stays, dtype=bool)])


def _standing(conn: Connection, client: Client, since: datetime) -> pd.DataFrame:
    orders = metadata.tables["orders"].c
    words = read_frame(
        conn, "orders", orders.placed_at >= since, where={"client": client.name}, columns=["shop", "order_id", "status"]
    ).rename(columns={"order_id": "subject_id"})
    parts = [words.assign(subject_kind="order", done="")[STANDING].astype("object")]
    for entry in (entry for entry in client.shops if trade_mode(client, entry) == "b2b" and entry.deals_of is None):
        shop = staged_shop(client, entry)
        frames = {table: read_frame(conn, table, where={"client": client.name, "shop": [shop.name, *shop.feeders]}) for table in TABLES}
        parts.append(deal_standing(frames).assign(shop=entry.name, subject_kind="deal")[STANDING].astype("object"))
    return pd.concat(parts, ignore_index=True)


def every_shop(client: Client) -> tuple[ShopFacts, ...]:
    """All the client's shops, also those without orders, as reports name them."""
    return tuple(ShopFacts(entry.name, entry.marketplace, entry.sites) for entry in client.shops)


def plain(client: Client, one: Board, days: int) -> dict[str, Any]:
    """A board as ``daiyun stages --json`` tells it."""
    return {"client": client.name, "days": days, **one.as_plain()}
