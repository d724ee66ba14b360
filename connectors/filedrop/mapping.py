"""Landed files → ``ad_spend`` and ``traffic``. A row's place in its page is the line it has in the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pandas as pd

from connectors.contract import Page, Shop
from connectors.filedrop import rows
from connectors.filedrop.layouts import Export, read_export
from connectors.files import drafts
from connectors.files.tabular import Unreadable
from connectors.files.values import amount, from_micros
from connectors.frames import Draft, Records
from transforms.tables import AD_SPEND, TRAFFIC

FILE = "file"  # parts: `file;modified=2026-11-16T01:00:00+00:00`, and the list of what was there
LISTING = "listing"


def part_of(modified_at: datetime) -> str:
    return f"{FILE};modified={modified_at.isoformat()}"


def modified_at(page: Page) -> datetime:
    """The file's own date, never later than its arrival: a sender's clock may be wrong."""
    return min(datetime.fromisoformat(page.part.partition("modified=")[2]), page.received_at)


def is_file(page: Page) -> bool:
    return page.part.startswith(FILE)


def map_ads(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    return {"ad_spend": _frames(pages, "ad_spend", lambda at, page, export: _ads(at, page, export, shop), AD_SPEND, shop)}


def map_traffic(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    return {"traffic": _frames(pages, "traffic", lambda at, page, export: _traffic(at, page, export, shop), TRAFFIC, shop)}


def _frames(pages, entity: str, mapped: Callable[[int, Page, Export], pd.DataFrame], table, shop: Shop) -> pd.DataFrame:
    found = [Draft(table, shop, Records.of([])).frame()]
    for at, page in enumerate(pages):
        if is_file(page):
            try:
                found.append(mapped(at, page, read_export(page.body, entity)))
            except Unreadable as why:  # landed under layouts that are gone: a replay must not lose it
                found.append(drafts.unread(at, table, shop, str(why)).frame())
    return pd.concat(found, ignore_index=True)


def _ads(at: int, page: Page, export: Export, shop: Shop) -> pd.DataFrame:
    draft = drafts.begin(at, export, modified_at(page), AD_SPEND, shop)
    draft.text("network", rows.networks(export))
    draft.text("account_id", rows.accounts(export, shop))
    draft.text("campaign_id", rows.campaigns(export))
    draft.text("campaign_name", export.column("campaign_name"))
    drafts.days(draft, "spend_date", export.column("spend_date"), rows.days(export, "spend_date"))
    _one_day_only(draft, export)
    _money(draft, export, shop)
    for name in ("impression_count", "click_count"):
        drafts.counts(draft, name, export.column(name))
    drafts.counts(draft, "attributed_order_count", export.column("attributed_order_count"), may_be_parted=True)
    return draft.frame()


def _traffic(at: int, page: Page, export: Export, shop: Shop) -> pd.DataFrame:
    draft = drafts.begin(at, export, modified_at(page), TRAFFIC, shop)
    draft.text("site", rows.sites(export, shop))
    draft.text("product_id", rows.products(export))
    draft.text("sku", export.column("sku"))
    drafts.days(draft, "traffic_date", export.column("traffic_date"), rows.days(export, "traffic_date"))
    for name in ("view_count", "visit_count", "order_count", "unit_count"):
        drafts.counts(draft, name, export.column(name))
    return draft.frame()


def _one_day_only(draft: Draft, export: Export) -> None:
    """An export over several days has one row a campaign for all of them: no day's spend."""
    pairs = zip(rows.days(export, "spend_date"), rows.days(export, "end_date"), strict=True)
    for row, (first, last) in enumerate(pairs):
        if last is not None and last != first:
            draft.faults.add(row, "spend_date", f"stands for {first} to {last}: export by day")


def _money(draft: Draft, export: Export, shop: Shop) -> None:
    """Currency: the row's, else the header's, else the amount's own sign, else the client's file's (``account: {currency: …}``)."""
    is_micros = "spend_micros" in export.columns
    spend = export.column("spend_micros" if is_micros else "spend")
    read = [(None, None) if text is None else amount(text) for text in spend]
    codes = [told.upper() if told else export.header_currency or sign or shop.account.get("currency")
             for told, (_, sign) in zip(export.column("currency"), read, strict=True)]
    for row, (code, (_, sign)) in enumerate(zip(codes, read, strict=True)):
        if sign is not None and code != sign:
            draft.faults.add(row, "currency", f"the row says {code}, its amount {sign}")
    draft.text("currency", codes)
    plain = [from_micros(text) if text is not None else None for text in spend] if is_micros else [number for number, _ in read]
    drafts.amounts(draft, "spend_minor", spend, plain, codes)
    sales = export.column("attributed_sales")
    drafts.amounts(draft, "attributed_sales_minor", sales, [None if text is None else amount(text)[0] for text in sales], codes)
