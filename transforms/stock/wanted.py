"""What each shop should offer: on hand, minus promised, minus what left since the count, minus the safety buffer, shared out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pandas as pd
import pyarrow as pa

from transforms.schema import SchemaError
from transforms.stock.left import together
from transforms.stock.master import checked_master

OPEN_STATUSES = ("pending", "paid", "partially_shipped")
_INT64, _TEXT = pd.ArrowDtype(pa.int64()), pd.ArrowDtype(pa.string())


@dataclass(frozen=True)
class Place:
    """One site of one shop that sells from the master; ``share`` of what may be offered (1: all of it)."""

    shop: str
    site: str
    share: float = 1.0


@dataclass(frozen=True)
class StockPolicy:
    """How wanted stock follows from the master.

    Attributes:
        buffer_units, buffer_share: held back of what is free; the larger of the two counts.
        min_quantity: fewer than this are not offered at all.
    """

    places: tuple[Place, ...]
    buffer_units: int = 0
    buffer_share: float = 0.0
    min_quantity: int = 0

    def __post_init__(self) -> None:
        if self.buffer_units < 0 or self.min_quantity < 0 or not 0 <= self.buffer_share < 1:
            raise SchemaError("stock policy: buffer_units and min_quantity are at least 0, buffer_share is in [0, 1)")
        if any(not 0 <= place.share <= 1 for place in self.places):
            raise SchemaError("stock policy: a place's share is in [0, 1]")


def promised(orders: pd.DataFrame, order_lines: pd.DataFrame) -> pd.DataFrame:
    """Units buyers were promised that have not left yet, per ``client`` and ``sku``: column ``quantity``.

    Open lines of open orders, ordered minus shipped. Orders the marketplace ships come from its own warehouse and
    promise nothing of the master; an order that does not say who ships it counts. Lines without a SKU count nowhere.
    """
    key = ["client", "shop", "order_id"]
    is_open = orders["status"].isin(OPEN_STATUSES) & ~(orders["fulfilled_by"] == "marketplace").fillna(False)
    lines = order_lines[order_lines["status"].isin(OPEN_STATUSES) & order_lines["sku"].notna()]
    lines = lines.merge(orders.loc[is_open, key], on=key, how="inner")
    left = (lines["quantity"] - lines["shipped_quantity"]).clip(lower=0)
    return together(lines.assign(quantity=left))


def wanted_stock(master: pd.DataFrame, promised: pd.DataFrame, policy: StockPolicy) -> pd.DataFrame:
    """The quantity each place should show of each article of one client's master.

    Args:
        master: ``sku``, ``on_hand``.
        promised: what :func:`promised` gave, of this client alone; ``together`` with what has left since the master was counted.
    Returns:
        ``shop``, ``site``, ``sku``, ``quantity``; one row a place and article, whether it is listed there or not.
    Raises:
        SchemaError: the master is wrong (row and column are named), or ``promised`` holds several clients.
    """
    if "client" in promised and promised["client"].nunique() > 1:
        raise SchemaError("wanted stock: promised units of several clients; plan one client at a time")
    taken = dict(zip(promised["sku"], promised["quantity"], strict=True))
    found = list(_wanted(checked_master(master), taken, policy))
    columns = {"shop": _TEXT, "site": _TEXT, "sku": _TEXT, "quantity": _INT64}
    return pd.DataFrame({name: pd.Series([row[place] for row in found], dtype=kind) for place, (name, kind) in enumerate(columns.items())})


def _wanted(master: pd.DataFrame, taken: dict[str, int], policy: StockPolicy) -> Iterable[tuple[str, str, str, int]]:
    for sku, on_hand in zip(master["sku"], master["on_hand"], strict=True):
        offered = _offered(int(on_hand) - int(taken.get(sku, 0)), policy)
        for place in policy.places:
            here = int((offered * Decimal(str(place.share))).to_integral_value(ROUND_FLOOR))
            yield place.shop, place.site, sku, here if here >= policy.min_quantity else 0


def _offered(free: int, policy: StockPolicy) -> int:
    by_share = int((max(free, 0) * Decimal(str(policy.buffer_share))).to_integral_value(ROUND_CEILING))
    return max(free - max(policy.buffer_units, by_share), 0)
