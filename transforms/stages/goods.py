"""What stands at the head of a chain as proofs: the seller's account, its listings, its campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pandas as pd

from transforms.sites import zone_dates
from transforms.stages.derive import StagedShop
from transforms.stages.proofs import first, proofs, typed

ADVERTISING = "advertising"  # a kind of ledger entry


def seller_proofs(frames: Mapping[str, pd.DataFrame], shop: StagedShop) -> pd.DataFrame:
    """A verified account, since it was opened; where a marketplace does not tell when, nothing is proven."""
    accounts = frames["seller_accounts"]
    good = accounts[accounts["status"].isin(("verified", "on_holiday"))]
    days = zone_dates(good["opened_at"], shop.zone)
    return typed([proofs("seller", good["account_id"], "seller_verified", good["opened_at"], days, "seller_accounts.opened_at")])


def listing_proofs(frames: Mapping[str, pd.DataFrame], shop: StagedShop) -> pd.DataFrame:
    goods = frames["listings"]
    places = goods["site"] + "/" + goods["listing_id"]
    return typed([proofs("listing", places, "listed", goods["listed_at"], goods["listed_date"], "listings.listed_at")])


def campaign_proofs(frames: Mapping[str, pd.DataFrame], shop: StagedShop) -> pd.DataFrame:
    """A campaign from its first day with money spent or anything shown; the day begins where the shop is.

    A marketplace that charges its own advertising to the shop's account tells no campaigns: each sort of charge is one.
    """
    spent = frames["ad_spend"]
    ran = spent[(spent["spend_minor"] > 0).fillna(False) | (spent["impression_count"] > 0).fillna(False)]
    found = first(ran, ["network", "account_id", "campaign_id"], "spend_date")
    places = found["network"] + "/" + found["account_id"] + "/" + found["campaign_id"]
    starts = found["spend_date"].map(lambda day: datetime.combine(day, time(), ZoneInfo(shop.zone)))
    return typed([
        proofs("campaign", places, "promoted", pd.to_datetime(starts, utc=True), found["spend_date"], "ad_spend.spend_date"),
        _charged(frames["ledger_entries"]),
    ])  # fmt: skip


def _charged(booked: pd.DataFrame) -> pd.DataFrame:
    """What is given back proves nothing."""
    taken = booked[(booked["kind"] == ADVERTISING) & (booked["amount_minor"] < 0)]
    earliest = taken.sort_values(["posted_at", "entry_id"]).drop_duplicates("kind_raw")
    names = charge_ids(earliest)
    return proofs("campaign", names, "promoted", earliest["posted_at"], earliest["posted_date"], "ledger_entries.posted_at")


def campaign_ids(frames: Mapping[str, pd.DataFrame]) -> pd.Series:
    spent = frames["ad_spend"]
    own = spent["network"] + "/" + spent["account_id"] + "/" + spent["campaign_id"]
    return pd.concat([own, charge_ids(frames["ledger_entries"])], ignore_index=True)


def charge_ids(booked: pd.DataFrame) -> pd.Series:
    return "ledger/" + booked["kind_raw"]
