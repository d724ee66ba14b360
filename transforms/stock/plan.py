"""Planning: wanted minus observed is the list of jobs; the same inputs plan the same jobs, by key."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from transforms.schema import SchemaError

_TEXT, _INT64 = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
JOB_COLUMNS = {
    "job_key": _TEXT, "client": _TEXT, "shop": _TEXT, "site": _TEXT, "sku": _TEXT, "listing_id": _TEXT, "product_id": _TEXT,
    "observed_quantity": _INT64, "wanted_quantity": _INT64,
}
_SPOT = ["client", "shop", "site", "sku"]
_SELLABLE = ("active", "inactive")


def plan(wanted: pd.DataFrame, inventory: pd.DataFrame, listings: pd.DataFrame) -> pd.DataFrame:
    """Jobs that bring what the marketplaces show to what is wanted.

    Only where a seller-kept stock was observed and an active or inactive, seller-fulfilled listing exists; deleted,
    suppressed and pending listings, and stock in the marketplace's hands, are left alone. Several seller locations of
    one SKU and site count together.

    Args:
        wanted: what ``wanted_stock`` gave.
        inventory, listings: rows of those tables of the same client.
    Returns:
        ``JOB_COLUMNS``, sorted. ``job_key`` holds what is wanted and the version of what was observed: planned again
        over the same observation it is the same job, over a newer one it is another.
    Raises:
        SchemaError: ``wanted`` names one spot twice, a SKU no shop of the client lists, or the frames hold two clients.
    """
    _refuse(wanted, inventory, listings)
    jobs = wanted.merge(_listed(listings), on=["shop", "site", "sku"], how="inner").merge(observed(inventory), on=_SPOT, how="inner")
    jobs = jobs[jobs["quantity"] != jobs["observed_quantity"]].rename(columns={"quantity": "wanted_quantity"})
    jobs = jobs.sort_values(["shop", "site", "sku"], ignore_index=True)
    keys = [
        "/".join((row.client, row.shop, row.site, row.sku, str(row.wanted_quantity), row.observed_version))
        for row in jobs.itertuples(index=False)
    ]
    jobs["job_key"] = pd.Series(keys, dtype=_TEXT)
    return jobs[list(JOB_COLUMNS)].astype(JOB_COLUMNS)


def observed(inventory: pd.DataFrame) -> pd.DataFrame:
    """Seller-kept stock per spot: ``observed_quantity`` and ``observed_version`` (when it last changed, compact UTC)."""
    own = inventory[(inventory["fulfilled_by"] == "seller").fillna(False)]
    summed = own.groupby(_SPOT, as_index=False).agg(
        observed_quantity=("sellable_quantity", "sum"), changed_at=("source_updated_at", "max"),
    )
    version = [instant.strftime("%Y%m%dT%H%M%S.%fZ") if pd.notna(instant) else "unknown" for instant in summed["changed_at"]]
    return summed.assign(observed_version=pd.Series(version, dtype=_TEXT)).drop(columns="changed_at")


def _listed(listings: pd.DataFrame) -> pd.DataFrame:
    """One listing a spot: the active one before the inactive, then by number."""
    mine = listings[listings["status"].isin(_SELLABLE) & (listings["fulfilled_by"] == "seller").fillna(False)]
    return mine.sort_values(["status", "listing_id"]).drop_duplicates(_SPOT)[[*_SPOT, "listing_id", "product_id"]]


def _refuse(wanted: pd.DataFrame, inventory: pd.DataFrame, listings: pd.DataFrame) -> None:
    if len(set(inventory["client"].dropna()) | set(listings["client"].dropna())) > 1:
        raise SchemaError("stock plan: rows of several clients; plan one client at a time")
    twice = wanted[wanted.duplicated(["shop", "site", "sku"])]
    if len(twice):
        raise SchemaError(f"stock plan: {twice['sku'].iloc[0]!r} is wanted twice at {twice['shop'].iloc[0]} {twice['site'].iloc[0]}")
    unknown = sorted(set(wanted["sku"]) - set(listings["sku"].dropna()))
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise SchemaError(f"stock plan, column sku: {unknown[0]!r}{more} is listed in none of the client's shops; nothing was planned")
