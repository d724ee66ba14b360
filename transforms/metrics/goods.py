"""Products: what sold best, and which stock is or soon will be gone."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pandas as pd

from transforms.metrics.facts import Converter
from transforms.metrics.shapes import Period, StockWatch, TopProduct

TOP_COUNT = 10
WATCH_COUNT = 20
VELOCITY_DAYS = 28
LOW_COVER_DAYS = 14
_POOL = ["shop", "sku", "fulfilled_by", "pool"]


def top_products(lines: pd.DataFrame, convert: Converter) -> tuple[TopProduct, ...]:
    """The SKUs of the period by sales in the client's currency, then units, then SKU.

    Args:
        lines: sold lines of the period (``sold_lines``).
    """
    lines = lines[lines["sku"].notna()]
    if not len(lines):
        return ()
    units = lines.groupby("sku")["quantity"].sum()
    shops = _sets(lines, ["sku"], "shop")
    titles = lines.dropna(subset="title").sort_values(["placed_at", "shop", "line_id"]).groupby("sku")["title"].last()
    sales = _sales(lines, convert)
    made = [TopProduct(sku, titles.get(sku), int(count), sales.get(sku), shops[sku,]) for sku, count in units.items()]
    return tuple(sorted(made, key=lambda one: (-(one.sales_minor or 0), -one.units, one.sku))[:TOP_COUNT])


def _sales(lines: pd.DataFrame, convert: Converter) -> dict[str, int]:
    shown = lines[lines["currency"].notna() & lines["items_minor"].notna() & ~lines["currency"].isin(convert.unconverted)]
    net = shown["items_minor"] - shown["discount_minor"].fillna(0)
    sales: dict[str, int] = defaultdict(int)
    for (sku, day, currency), minor in shown.assign(net=net).groupby(["sku", "day", "currency"])["net"].sum().items():
        sales[sku] += convert(int(minor), currency, day)
    return dict(sales)


def stock_to_watch(inventory: pd.DataFrame, listings: pd.DataFrame, lines: pd.DataFrame, period: Period) -> tuple[StockWatch, ...]:
    """Stocks that are gone, or will be within 14 days at the speed of the last 28.

    A seller's own stock is watched site by site; a marketplace's network is one stock that its sites share and each
    show whole. What is no longer listed is not watched.

    Args:
        lines: sold lines, reaching back at least 28 days before the period's end.
    """
    if not len(inventory):
        return ()
    recent = lines[(lines["day"] >= period.end - timedelta(days=VELOCITY_DAYS)) & (lines["day"] < period.end)]
    units = _pooled(recent.assign(fulfilled_by=recent["is_marketplace"].map({True: "marketplace", False: "seller"})))
    units = units.groupby(_POOL)["quantity"].sum().to_dict()
    known = _listed(listings)
    made = [_watched(key, stock, int(units.get(key, 0)), known) for key, stock in _stocks(inventory).items()]
    watched = [one for one in made if one]
    watched.sort(key=lambda one: (one.reason != "out_of_stock", -one.units_28d, one.shop, one.sku, one.sites))
    return tuple(watched[:WATCH_COUNT])


def _pooled(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with ``pool``: the site of a seller's own stock, nothing for a network's."""
    return frame.assign(pool=frame["site"].astype(object).where((frame["fulfilled_by"] == "seller").to_numpy(dtype=bool), ""))


def _stocks(inventory: pd.DataFrame) -> dict[tuple, tuple[int, tuple[str, ...]]]:
    """Pool → (units, sites). A network's number is the same on every site, so the largest counts, once a location."""
    pooled = _pooled(inventory)
    by_place = pooled.groupby([*_POOL, "location"])["sellable_quantity"].max().groupby(_POOL).sum()
    sites = _sets(pooled, _POOL, "site")
    return {key: (int(total), sites[key]) for key, total in by_place.items()}


def _sets(frame: pd.DataFrame, key: list[str], column: str) -> dict[tuple, tuple[str, ...]]:
    """Key → its distinct values, sorted."""
    found: dict[tuple, list[str]] = defaultdict(list)
    distinct = frame[[*key, column]].drop_duplicates().sort_values(column)
    for *left, value in distinct.itertuples(index=False, name=None):
        found[tuple(left)].append(value)
    return {left: tuple(values) for left, values in found.items()}


def _listed(listings: pd.DataFrame) -> dict[tuple[str, str, str], str | None]:
    """(shop, site, sku) → title of what is listed and not deleted."""
    there = listings[(listings["status"] != "deleted").fillna(False)].sort_values("listing_id")
    columns = (there[name].tolist() for name in ("shop", "site", "sku", "title"))
    return {(shop, site, sku): None if pd.isna(title) else title for shop, site, sku, title in zip(*columns, strict=True)}


def _watched(key: tuple, stock: tuple[int, tuple[str, ...]], units: int, known: dict) -> StockWatch | None:
    shop, sku, fulfilled_by, _ = key
    sellable, sites = stock
    titles = [known[shop, site, sku] for site in sites if (shop, site, sku) in known]
    cover = sellable * VELOCITY_DAYS / units if units else None
    reason = "out_of_stock" if sellable <= 0 else "low_cover" if cover is not None and cover < LOW_COVER_DAYS else None
    if reason is None or not titles:
        return None
    title = next((title for title in titles if title), None)
    return StockWatch(shop, sites, sku, title, fulfilled_by, sellable, units, None if cover is None else round(cover, 1), reason)
