"""The chain of an order as moments: which stage it entered when, and which column proves it."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from transforms.schema import SchemaError
from transforms.sites import local_dates
from transforms.tables import STAGE_EVENTS

_KEY = ["client", "shop", "order_id"]
_TEXT = pd.ArrowDtype(pa.string())
_SOURCES = ("orders.placed_at", "orders.paid_at", "shipments.shipped_at", "shipments.delivered_at", "returns.requested_at")
_STAGES = dict(zip(("ordered", "paid", "shipped", "delivered", "after_sales"), _SOURCES, strict=True))


def order_stages(orders: pd.DataFrame, shipments: pd.DataFrame, returns: pd.DataFrame) -> pd.DataFrame:
    """Derive the stages of B2C orders.

    ``shipped`` is the first parcel's leaving. ``delivered`` is the last parcel's arrival, once every parcel that was
    not cancelled has one. ``after_sales`` is the first request that is not a cancellation. A stage without an instant
    that proves it has no row. Rows of orders that are not in ``orders`` count nowhere.

    Args:
        orders, shipments, returns: rows of those tables, in any order; for ``shipments`` also rows of ``followed_shipments``, which
            name the evidence of their instants themselves.
    Returns:
        ``STAGE_EVENTS``, sorted by key.
    Raises:
        SchemaError: two orders share a key, or a site is unknown.
    """
    if orders.duplicated(_KEY).any():
        raise SchemaError("stage_events: two orders share client, shop and order_id")
    moments = {
        "ordered": orders[[*_KEY, "placed_at"]], "paid": orders[[*_KEY, "paid_at"]],
        "shipped": _first(shipments, "shipped_at"), "delivered": _all_delivered(shipments),
        "after_sales": _first(returns[(returns["kind"] != "cancel").fillna(False)], "requested_at"),
    }
    events = pd.concat([_events(stage, frame) for stage, frame in moments.items()], ignore_index=True)
    events = events.merge(orders[[*_KEY, "site"]], on=_KEY, how="inner")
    events["entered_date"] = local_dates(events["entered_at"], events["site"])
    events = events.drop(columns="site").sort_values([*_KEY, "stage"], ignore_index=True)
    return STAGE_EVENTS.conform(events)


def _first(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return _one_an_order(frame, column, is_earliest=True)


def _one_an_order(frame: pd.DataFrame, column: str, *, is_earliest: bool) -> pd.DataFrame:
    """Each order's earliest or latest instant and, where the rows name it, that instant's own evidence."""
    own = f"{column.removesuffix('_at')}_evidence"
    there = frame[[*_KEY, column, *([own] if own in frame else ())]].dropna(subset=column).rename(columns={own: "evidence"})
    wanted = [*_KEY, column, *there.columns[len(_KEY) + 1 :]]
    return there.sort_values(wanted, ascending=[name != column or is_earliest for name in wanted]).drop_duplicates(_KEY)


def _all_delivered(shipments: pd.DataFrame) -> pd.DataFrame:
    """A parcel that came back later was delivered all the same: its instant counts, not its present status."""
    alive = shipments[(shipments["status"] != "cancelled").fillna(False)]
    waiting = alive.loc[alive["delivered_at"].isna(), _KEY].drop_duplicates().assign(is_open=True)
    last = _one_an_order(alive, "delivered_at", is_earliest=False)
    return last.merge(waiting, on=_KEY, how="left").pipe(lambda found: found[found["is_open"].isna()]).drop(columns="is_open")


def _events(stage: str, frame: pd.DataFrame) -> pd.DataFrame:
    column = _STAGES[stage].partition(".")[2]
    frame = frame.rename(columns={column: "entered_at"}).dropna(subset="entered_at")
    texts = {"mode": "b2c", "stage": stage, **({} if "evidence" in frame else {"evidence": _STAGES[stage]})}
    return frame.assign(**{name: pd.Series([text] * len(frame), dtype=_TEXT, index=frame.index) for name, text in texts.items()})
