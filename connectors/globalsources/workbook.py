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

from connectors.writes import LadderChange, PriceChange, StockChange
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


def ladder_rows(changes: Sequence[LadderChange]) -> list[Row]:
    """A row a step, the least order first; a model's steps replace whatever it has."""
    rows = ((change.product_id, step.minimum_quantity, step.unit_price, change.currency, change.job_id)
            for change in changes for step in change.steps)  # fmt: skip
    return [("Model No.", "From Quantity", "FOB Price", "Currency", "Job"), *rows]


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
    """Write what somebody is to upload. Returns the file's name.

    Raises:
        OSError: the folder cannot be written to.
    """
    return save_sheets(out, f"upload-{what}__{account}", {"Changes": rows, "Read me": [(step,) for step in STEPS]})


def save_sheets(out: Path, stem: str, sheets: Mapping[str, Sequence[Row]]) -> str:
    """Write a workbook whole under a name made of its content: a push that was stopped and comes again writes the same file.

    Returns the name. Raises OSError.
    """
    name = f"{stem}__{hashlib.sha256(repr(list(sheets.items())).encode()).hexdigest()[:12]}.xlsx"
    out.mkdir(parents=True, exist_ok=True)
    fresh = out / f".{name}.tmp"
    fresh.write_bytes(_workbook(sheets))
    fresh.replace(out / name)
    return name


def _workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.column_dimensions["A"].width = 40
        for place, row in enumerate(rows):
            sheet.append([_cell(sheet, value, is_bold=place == 0 and len(rows[0]) > 1) for value in row])
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
