"""Orders as proofs: which stage of its chain an order entered when."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from transforms.schema import SchemaError
from transforms.sites import local_dates
from transforms.stages.derive import StagedShop
from transforms.stages.proofs import first, is_not, last_of_all, proofs, typed

KEY = ["order_id"]


def order_proofs(frames: Mapping[str, pd.DataFrame], shop: StagedShop) -> pd.DataFrame:
    """What one shop's rows prove of its orders, for both modes that sell to consumers.

    ``shipped`` is the first parcel's leaving. ``delivered`` (``received``) is the last parcel's arrival, once every parcel that
    was not cancelled has one: a parcel that came back later was delivered all the same. ``after_sales`` is the first request
    that is not a cancellation, ``confirmed`` the first completed payment in the payments' own record, ``reviewed`` the first
    word about product or seller. Rows of orders that are not in ``orders`` prove nothing. ``shipments`` may also be rows of
    ``followed_shipments``, which name the evidence of their instants themselves.

    Raises:
        SchemaError: two orders share a number, or a site is unknown.
    """
    orders, parcels = frames["orders"], frames["shipments"]
    if orders.duplicated(KEY).any():
        raise SchemaError("stage_events: two orders share client, shop and order_id")
    alive = parcels[is_not(parcels["status"], "cancelled")]
    arrived = last_of_all(alive, "order_id", "delivered_at")
    requests, said, paid = frames["returns"], frames["reviews"], frames["payments"]
    requests = requests[is_not(requests["kind"], "cancel")]
    said = said[said["kind"].isin(("product", "seller"))]
    paid = paid[(paid["kind"] == "payment") & paid["status"].isin(("completed", "reversed"))]
    moments = {
        ("ordered", "orders.placed_at"): orders, ("paid", "orders.paid_at"): orders,
        ("confirmed", "payments.paid_at"): first(paid, KEY, "paid_at"),
        ("shipped", "shipments.shipped_at"): first(parcels, KEY, "shipped_at"),
        ("delivered", "shipments.delivered_at"): arrived, ("received", "shipments.delivered_at"): arrived,
        ("after_sales", "returns.requested_at"): first(requests, KEY, "requested_at"),
        ("reviewed", "reviews.reviewed_at"): first(said, KEY, "reviewed_at"),
    }
    told = typed([_told(stage, evidence, frame) for (stage, evidence), frame in moments.items() if len(frame)])
    sites = orders.set_index("order_id")["site"].reindex(told["subject_id"])
    told["entered_date"] = local_dates(told["entered_at"], sites.set_axis(told.index))
    return told[told["subject_id"].isin(orders["order_id"])].reset_index(drop=True)


def _told(stage: str, evidence: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Proofs as they were told; the days are known once the orders' sites are."""
    at = frame[evidence.partition(".")[2]]
    return proofs("order", frame["order_id"], stage, at, None, frame.get("evidence", evidence))
