"""A file's key, row by row: what a row is called, with whatever the file leaves to the client's settings filled in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from connectors.contract import Shop
from connectors.filedrop.layouts import Export
from connectors.files.values import day

NO_ACCOUNT = "main"  # an export that names no account comes from the network's only one
WHOLE_SHOP = "*"


def days(export: Export, name: str) -> list[date | None]:
    dates, offset = export.layout.dates, export.serial_offset
    return [None if text is None else day(text, dates, offset) for text in export.column(name)]


def networks(export: Export) -> list[str | None]:
    """The layout's, else the column's word in our writing (``Google Ads`` → ``google_ads``)."""
    if export.layout.network:
        return [export.layout.network] * len(export.rows)
    return [None if word is None else "_".join(word.casefold().split()) for word in export.column("network")]


def accounts(export: Export, shop: Shop) -> list[str | None]:
    """The file's; where it has no such column, the one the client's file names under the network (``account: {google_ads: …}``)."""
    if "account_id" in export.columns:
        return export.column("account_id")
    return [shop.account.get(network or "", NO_ACCOUNT) for network in networks(export)]


def campaigns(export: Export) -> list[str | None]:
    """The network's numbers; names only where the export has no numbers at all, for one campaign must not go by both."""
    return export.column("campaign_id" if "campaign_id" in export.columns else "campaign_name")


def sites(export: Export, shop: Shop) -> list[str | None]:
    return [told.upper() if told else shop.sites[0] for told in export.column("site")]


def products(export: Export) -> list[str | None]:
    has_products = "product_id" in export.columns
    return export.column("product_id") if has_products else [WHOLE_SHOP] * len(export.rows)


def record_ids(export: Export, shop: Shop) -> Iterator[str]:
    """Ids of the rows that have one; a row without is counted where it lies in quarantine."""
    if export.layout.entity == "ad_spend":
        parts = [networks(export), accounts(export, shop), campaigns(export), days(export, "spend_date")]
    else:
        parts = [sites(export, shop), products(export), days(export, "traffic_date")]
    for values in zip(*parts, strict=True):
        if all(value is not None for value in values):
            yield "|".join(value.isoformat() if isinstance(value, date) else value for value in values)
