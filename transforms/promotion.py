"""What a week's advertising cost and brought by the networks' own count, and who came to look; from the brand's exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from transforms.metrics.shapes import Period

WHOLE_SHOP = "*"


@dataclass(frozen=True)
class AdWeek:
    """One network in one currency; currencies are never added together.

    Attributes:
        sales_minor, orders: what the network claims; None where one of its rows tells none.
        days: of the period's days, those with a row: of several accounts, as many as the one with the fewest has.
    """

    network: str
    currency: str
    spend_minor: int
    sales_minor: int | None
    orders: int | None
    days: int

    @property
    def acos(self) -> float | None:
        """Spend over attributed sales; None where nothing is attributed or told."""
        return self.spend_minor / self.sales_minor if self.sales_minor else None

    @property
    def roas(self) -> float | None:
        return self.sales_minor / self.spend_minor if self.sales_minor is not None and self.spend_minor else None


@dataclass(frozen=True)
class VisitWeek:
    """One site: visits, and the orders the marketplace counts beside them (None: not told of every visit).

    ``days``: those of which visits are told; of several shops, as many as the one with the fewest has.
    """

    site: str
    visits: int
    orders: int | None
    days: int

    @property
    def conversion(self) -> float | None:
        return self.orders / self.visits if self.orders is not None and self.visits else None


@dataclass(frozen=True)
class Promotion:
    """``ads_file``, ``traffic_file``: when the newest export was saved (ISO instant); None: the client saves none of that kind."""

    as_of: str
    period_days: int
    ads: tuple[AdWeek, ...]
    visits: tuple[VisitWeek, ...]
    ads_file: str | None
    traffic_file: str | None


def promotion_week(
    ad_spend: pd.DataFrame, traffic: pd.DataFrame, period: Period, now: datetime, ads_file: datetime | None, traffic_file: datetime | None
) -> Promotion | None:
    """The week of one client; None where it saves no such export.

    Args:
        ad_spend, traffic: rows of the period's days (the accounts' and sites' own days; others are left out).
        ads_file, traffic_file: when the newest export was saved, whatever days it tells of.
    """
    if ads_file is None and traffic_file is None:
        return None
    ads, seen = (_of_period(*each, period) for each in ((ad_spend, "spend_date"), (traffic, "traffic_date")))
    return Promotion(
        as_of=now.isoformat(), period_days=(period.end - period.start).days,
        ads=tuple(_ad_week(network, currency, rows) for (network, currency), rows in ads.groupby(["network", "currency"])),
        visits=tuple(_visit_week(site, rows) for site, rows in _once_a_day(seen[seen["visit_count"].notna()]).groupby("site")),
        ads_file=ads_file.isoformat() if ads_file else None, traffic_file=traffic_file.isoformat() if traffic_file else None,
    )


def _of_period(rows: pd.DataFrame, day: str, period: Period) -> pd.DataFrame:
    return rows[((rows[day] >= period.start) & (rows[day] < period.end)).fillna(False).astype(bool)]


def _ad_week(network: str, currency: str, rows: pd.DataFrame) -> AdWeek:
    return AdWeek(
        network, currency, int(rows["spend_minor"].sum()), _whole_sum(rows["attributed_sales_minor"]),
        _whole_sum(rows["attributed_order_count"]), int(rows.groupby(["shop", "account_id"])["spend_date"].nunique().min()),
    )


def _once_a_day(traffic: pd.DataFrame) -> pd.DataFrame:
    """Where a day is told of the whole shop, its products' rows count the same visits again."""
    key = ["shop", "site", "traffic_date"]
    whole = traffic[traffic["product_id"] == WHOLE_SHOP]
    told = traffic[key].merge(whole[key].drop_duplicates().assign(is_whole=True), on=key, how="left")["is_whole"].notna()
    return pd.concat([whole, traffic[~told.to_numpy() & (traffic["product_id"] != WHOLE_SHOP)]], ignore_index=True)


def _visit_week(site: str, rows: pd.DataFrame) -> VisitWeek:
    days = int(rows.groupby("shop")["traffic_date"].nunique().min())
    return VisitWeek(site, int(rows["visit_count"].sum()), _whole_sum(rows["order_count"]), days)


def _whole_sum(values: pd.Series) -> int | None:
    """None where a part is not told: a sum of the rest would look like all of it."""
    return int(values.sum()) if len(values) and values.notna().all() else None
