"""What has left the brand's shelves since it counted them: the master still holds these units, the shelf does not."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pyarrow as pa

_INT64 = pd.ArrowDtype(pa.int64())
_ORDER = ["client", "shop", "order_id"]
_LINE, _PARCEL = [*_ORDER, "line_id"], [*_ORDER, "shipment_id"]


def left_since(
    orders: pd.DataFrame, order_lines: pd.DataFrame, shipments: pd.DataFrame, shipment_lines: pd.DataFrame, since: datetime
) -> pd.DataFrame:
    """Units the seller shipped at or after ``since``, per ``client`` and ``sku``: column ``quantity``.

    Shipped units count unless a parcel is known to have left (or arrived) before ``since``: a parcel that does not say
    when it left may have left after. What the marketplace ships, and lines without a SKU, count nowhere; what came back
    is the brand's to count.

    Args:
        orders: those that changed since then; the other frames: their lines and parcels.
    """
    lines = _sellers(orders, order_lines).merge(_gone_before(shipments, shipment_lines, since), on=_LINE, how="left")
    left = (lines["shipped_quantity"] - lines["gone"].fillna(0)).clip(lower=0)
    return together(lines.assign(quantity=left))


def ordered_since(orders: pd.DataFrame, order_lines: pd.DataFrame, since: datetime) -> int:
    """Units buyers ordered at or after ``since`` that the seller ships; cancelled ones do not count."""
    lines = _sellers(orders[orders["placed_at"] >= since], order_lines)
    return int(lines.loc[lines["status"] != "cancelled", "quantity"].sum())


def together(*taken: pd.DataFrame) -> pd.DataFrame:
    """Units of several frames, summed per ``client`` and ``sku``; where none is left, no row."""
    columns = ["client", "sku", "quantity"]
    summed = pd.concat([each[columns] for each in taken], ignore_index=True).groupby(columns[:2], as_index=False)["quantity"].sum()
    return summed[summed["quantity"] > 0].astype({"quantity": _INT64}).reset_index(drop=True)


def _sellers(orders: pd.DataFrame, order_lines: pd.DataFrame) -> pd.DataFrame:
    ours = ~(orders["fulfilled_by"] == "marketplace").fillna(False)
    return order_lines[order_lines["sku"].notna()].merge(orders.loc[ours, _ORDER], on=_ORDER, how="inner")


def _gone_before(shipments: pd.DataFrame, shipment_lines: pd.DataFrame, since: datetime) -> pd.DataFrame:
    left_at = shipments["shipped_at"].fillna(shipments["delivered_at"])
    gone = shipment_lines.merge(shipments.loc[(left_at < since).fillna(False), _PARCEL], on=_PARCEL, how="inner")
    return gone.groupby(_LINE, as_index=False)["quantity"].sum().rename(columns={"quantity": "gone"})
