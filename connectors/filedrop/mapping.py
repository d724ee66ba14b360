"""Landed files → ``ad_spend`` and ``traffic``. A row's place in its page is the line it has in the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.contract import Page, Shop
from connectors.filedrop import rows
from connectors.filedrop.layouts import Export, read_export
from connectors.filedrop.tabular import Unreadable
from connectors.filedrop.values import amount, count, from_micros
from connectors.frames import Draft, Records
from transforms.tables import AD_SPEND, TRAFFIC

FILE = "file"  # parts: `file;modified=2026-11-16T01:00:00+00:00`, and the list of what was there
LISTING = "listing"
INSTANT = pa.timestamp("us", tz="UTC")


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
                found.append(_unread(at, page, table, shop, str(why)))
    return pd.concat(found, ignore_index=True)


def _unread(at: int, page: Page, table, shop: Shop, why: str) -> pd.DataFrame:
    draft = Draft(table, shop, Records([], np.array([at]), np.array([0])))
    draft.faults.add(0, "file", why)
    return draft.frame()


def _draft(at: int, page: Page, export: Export, table, shop: Shop) -> Draft:
    size = len(export.rows)
    draft = Draft(table, shop, Records([], np.full(size, at, dtype=np.int64), np.array(export.lines, dtype=np.int64)))
    draft.put("source_updated_at", pa.repeat(pa.scalar(modified_at(page), INSTANT), size))
    for row, cells in enumerate(export.rows):
        if len(cells) < export.width or any(cells[export.width :]):
            draft.faults.add(row, "row", f"has {len(cells)} cells, the header {export.width}")
    return draft


def _ads(at: int, page: Page, export: Export, shop: Shop) -> pd.DataFrame:
    draft = _draft(at, page, export, AD_SPEND, shop)
    draft.text("network", rows.networks(export))
    draft.text("account_id", rows.accounts(export, shop))
    draft.text("campaign_id", rows.campaigns(export))
    draft.text("campaign_name", export.column("campaign_name"))
    _day(draft, export, "spend_date")
    _one_day_only(draft, export)
    _money(draft, export, shop)
    for name in ("impression_count", "click_count"):
        _counts(draft, export, name)
    _counts(draft, export, "attributed_order_count", may_be_parted=True)
    return draft.frame()


def _traffic(at: int, page: Page, export: Export, shop: Shop) -> pd.DataFrame:
    draft = _draft(at, page, export, TRAFFIC, shop)
    draft.text("site", rows.sites(export, shop))
    draft.text("product_id", rows.products(export))
    draft.text("sku", export.column("sku"))
    _day(draft, export, "traffic_date")
    for name in ("view_count", "visit_count", "order_count", "unit_count"):
        _counts(draft, export, name)
    return draft.frame()


def _day(draft: Draft, export: Export, name: str) -> None:
    found = rows.days(export, name)
    for row, (text, day) in enumerate(zip(export.column(name), found, strict=True)):
        if text is not None and day is None:
            draft.faults.add_value(row, name, text, "is not a day this export writes")
    draft.put(name, pa.array(found, pa.date32()))


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
    _amount(draft, "spend_minor", spend, plain, codes)
    sales = export.column("attributed_sales")
    _amount(draft, "attributed_sales_minor", sales, [None if text is None else amount(text)[0] for text in sales], codes)


def _amount(draft: Draft, name: str, texts: list, numbers: list, codes: list) -> None:
    for row, (text, number) in enumerate(zip(texts, numbers, strict=True)):
        if text is not None and number is None:
            draft.faults.add_value(row, name, text, "is not an amount")
    draft.amount(name, numbers, codes)


def _counts(draft: Draft, export: Export, name: str, *, may_be_parted: bool = False) -> None:
    """Networks share one order among several clicks: where that leaves a fraction, there is no count to tell."""
    found = []
    for row, text in enumerate(export.column(name)):
        number, is_number = (None, True) if text is None else count(text)
        if text is not None and number is None and not (may_be_parted and is_number):
            draft.faults.add_value(row, name, text, "is not a whole number")
        found.append(number)
    draft.integer(name, found)
