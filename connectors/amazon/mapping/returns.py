"""The merchant returns flat file → returns: one row a returned SKU of an RMA."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from connectors.amazon.flatfile import rows_of, site_of, text_of
from connectors.amazon.mapping.words import RETURN_STATUS
from connectors.amazon.sites import ZONE
from connectors.contract import Page, Shop
from connectors.flatten import Faults
from connectors.frames import Draft, Records
from transforms.tables import RETURNS

_COLUMNS = {
    "return_id": "amazon rma id", "sku": "merchant sku", "order_id": "order id", "status": "return request status",
    "quantity": "return quantity", "reason": "return reason", "refund": "refunded amount", "currency": "currency code",
    "requested": "return request date",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # whatever locale we run in
_DAY_BY_NAME = re.compile(r"(\d{1,2})-([a-z]{3})[a-z]*-(\d{4})")


def map_returns(pages: Sequence[Page], shop: Shop) -> dict[str, pd.DataFrame]:
    """Rows of all report pages; the file knows days only, so a request counts from its day's start at the site."""
    files = [(at, _read(page)) for at, page in enumerate(pages) if page.part.startswith("rows")]
    records = Records.of([(at, rows) for at, rows in files])
    returns = Draft(RETURNS, shop, records)
    flat = _columns(records.values, returns.faults)
    sites = [site_of(pages[at]) or shop.sites[0] for at in records.page.tolist()]
    zones = [ZONE[site] for site in sites]
    for name in ("return_id", "sku", "order_id", "reason"):
        returns.text(name, flat[name])
    returns.put("return_line_id", returns["sku"])
    returns.constant("kind", "return")
    returns.word("status", flat["status"], RETURN_STATUS)
    returns.text("status_raw", flat["status"])
    returns.integer("quantity", flat["quantity"])
    refunds = [_plain(amount) for amount in flat["refund"]]
    returns.amount("refund_minor", refunds, flat["currency"])
    returns.text("currency", flat["currency"])
    starts = [_day_start(day, zone) for day, zone in zip(flat["requested"], zones, strict=True)]
    _note_unreadable(returns.faults, flat["requested"], starts)
    returns.instant("requested_at", starts)
    returns.day("requested_date", "requested_at", zones)
    return {"returns": returns.frame()}


def _read(page: Page) -> list[list[Any]]:
    """Each line as its wanted fields in the order of ``_COLUMNS``, or as a sentence where the line is of another width."""
    names, lines = rows_of(text_of(page))
    places = {name.lower(): at for at, name in enumerate(names)}
    wanted = [places.get(column) for column in _COLUMNS.values()]
    missing = [column for column, at in zip(_COLUMNS.values(), wanted, strict=True) if at is None]
    if missing:
        return [[f"the file has no column {', '.join(missing)}"] for _ in lines]
    return [
        [line[at].strip() or None for at in wanted] if len(line) == len(names) else [f"has {len(line)} fields instead of {len(names)}"]
        for line in lines
    ]


def _columns(rows: list[list[Any]], faults: Faults) -> dict[str, list[Any]]:
    blank = [None] * len(_COLUMNS)
    for at, row in enumerate(rows):
        if len(row) == 1:
            faults.add(at, "line", row[0])
    whole = [row if len(row) > 1 else blank for row in rows]
    return {name: [row[at] for row in whole] for at, name in enumerate(_COLUMNS)}


def _plain(amount: str | None) -> str | None:
    """``95,00`` and ``1.095,00`` as ``95.00`` and ``1095.00``: flat files follow the seller's locale."""
    if amount is None:
        return None
    sign = max(amount.rfind(","), amount.rfind("."))
    if sign < 0 or ("," not in amount):
        return amount
    head, tail = amount[:sign], amount[sign + 1 :]
    if len(tail) > 2 and not ("," in head or "." in head):
        return amount.replace(",", "|")  # 1,234 may be a thousand or one and a bit: not guessed, it becomes a fault
    return head.replace(",", "").replace(".", "") + "." + tail


def _day_start(day: str | None, zone: str) -> str | None:
    """The instant a day begins at the site, as ISO text; None where the day cannot be read."""
    found = _DAY_BY_NAME.match((day or "").lower())
    try:
        if found:
            date = datetime(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
        else:
            date = datetime.strptime((day or "")[:10], "%Y-%m-%d")
    except ValueError:
        return None
    return date.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).isoformat()


def _note_unreadable(faults: Faults, days: list[Any], starts: list[Any]) -> None:
    for row in np.flatnonzero([day is not None and start is None for day, start in zip(days, starts, strict=True)]):
        faults.add_value(int(row), "requested_at", days[row], "is not a day")
