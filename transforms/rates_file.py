"""Exchange rates an agency keeps itself, for currencies the ECB does not publish (VND, TWD, AED, …)."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

import iso4217
import pandas as pd

from transforms.schema import SchemaError
from transforms.tables import FX_RATES

COLUMNS = ("source", "rate_date", "currency", "rate_per_eur")
_CODES = frozenset(currency.code for currency in iso4217.Currency)
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?", re.ASCII)


def read_rates(content: bytes) -> pd.DataFrame:
    """Read ``source,rate_date,currency,rate_per_eur`` (UTF-8 CSV with that header) into ``FX_RATES`` columns.

    Raises:
        SchemaError: the header, a day, a currency or a rate is wrong; names row and column. Nothing is used then.
    """
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    if not lines or tuple(name.strip() for name in lines[0]) != COLUMNS:
        raise SchemaError(f"rates file: its first line must be {','.join(COLUMNS)}")
    rows = [_row(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cells)]
    kinds = {name: FX_RATES.by_name[name].kind.dtype for name in COLUMNS}
    return pd.DataFrame({name: pd.Series([row[place] for row in rows], dtype=kinds[name]) for place, name in enumerate(COLUMNS)})


def _row(number: int, cells: list[str]) -> tuple[str, date, str, Decimal]:
    if len(cells) != len(COLUMNS):
        raise SchemaError(f"rates file, row {number}: {len(cells)} columns, expected {len(COLUMNS)}")
    source, day, currency, rate = (cell.strip() for cell in cells)
    if not source:
        raise SchemaError(f"rates file, row {number}, column source: is empty; say who published the rate")
    if currency not in _CODES:
        raise SchemaError(f"rates file, row {number}, column currency: {currency!r} is no ISO 4217 code")
    if not _DECIMAL.fullmatch(rate) or not Decimal(rate):
        raise SchemaError(f"rates file, row {number}, column rate_per_eur: {rate!r} is not a positive decimal with at most 8 places")
    try:
        return source, date.fromisoformat(day), currency, Decimal(rate)
    except ValueError:
        raise SchemaError(f"rates file, row {number}, column rate_date: {day!r} is not a day such as 2026-11-16") from None
