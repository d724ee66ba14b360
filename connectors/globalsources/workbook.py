"""Wanted changes → a workbook for somebody to upload. Nothing is written to the marketplace by us."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from connectors.contract import PriceChange, StockChange
from transforms.money import minor_exponent

STEPS = (
    "Upload the sheet “Changes” in the supplier centre (product posting, bulk update), then tick the jobs off: daiyun jobs done <job>.",
    "请在供应商后台的批量更新中上传“Changes”工作表，然后登记完成：daiyun jobs done <job>。",
    "Until then nobody takes these changes for done; a newer plan makes a new workbook in place of this one.",
)
Row = tuple[object, ...]


class Wished(Protocol):
    """A wanted listing: its fields that are to be so."""

    job_id: str
    sku: str
    currency: str | None

    @property
    def asked(self) -> Mapping[str, Any]: ...


def stock_rows(changes: Sequence[StockChange]) -> list[Row]:
    return [("Model No.", "Stock", "Job"), *((change.listing_id, change.quantity, change.job_id) for change in changes)]


def price_rows(changes: Sequence[PriceChange]) -> list[Row]:
    """One unit's price exactly, in whole units of its currency."""
    prices = (Decimal(change.price_minor).scaleb(-minor_exponent(change.currency)) for change in changes)
    rows = ((change.listing_id, price, change.currency, change.job_id) for change, price in zip(changes, prices, strict=True))
    return [("Model No.", "FOB Price", "Currency", "Job"), *rows]


def product_rows(changes: Sequence[Wished]) -> list[Row]:
    """The fields that are asked for, under our words; a price in whole units of its currency."""
    fields = list(dict.fromkeys(name for change in changes for name in change.asked if name != "price_minor"))
    rows: list[Row] = [("Model No.", *(name.replace("_", " ").capitalize() for name in fields), "FOB Price", "Currency", "Job")]
    for change in changes:
        minor = change.asked.get("price_minor")
        price = None if minor is None else Decimal(minor).scaleb(-minor_exponent(change.currency))
        rows.append((change.sku, *(change.asked.get(name) for name in fields), price, change.currency, change.job_id))
    return rows


def save(out: Path, what: str, account: str, rows: Sequence[Row]) -> str:
    """Write it whole under a name made of its content: a push that was stopped and comes again writes the same file. Returns the name.

    Raises:
        OSError: the folder cannot be written to.
    """
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
    name = f"upload-{what}__{account}__{digest}.xlsx"
    out.mkdir(parents=True, exist_ok=True)
    fresh = out / f".{name}.tmp"
    fresh.write_bytes(_workbook(rows))
    fresh.replace(out / name)
    return name


def _workbook(rows: Sequence[Row]) -> bytes:
    book = Workbook(write_only=True)
    changes, steps = book.create_sheet("Changes"), book.create_sheet("Read me")
    changes.column_dimensions["A"].width = steps.column_dimensions["A"].width = 40
    for place, row in enumerate(rows):
        changes.append([_cell(changes, value, is_bold=place == 0) for value in row])
    for step in STEPS:
        steps.append([_cell(steps, step)])
    page = io.BytesIO()
    book.save(page)
    return page.getvalue()


def _cell(sheet, value: object, *, is_bold: bool = False) -> WriteOnlyCell:
    """A text is a text, also where it begins like a formula."""
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    cell.font = Font(bold=is_bold)
    return cell
