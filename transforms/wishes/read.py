"""A file of wishes → wishes, or the first thing that is wrong with it, by row and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from transforms.money import exponents, to_minor_units
from transforms.people_csv import decoded, rows
from transforms.schema import SchemaError

# kind → its columns; those in the first group must be filled in every row
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "price": (("sku", "price", "currency"), ("site",)),
    "shipment": (("order_id", "carrier", "tracking_number"), ("shipped_at", "line_id", "units")),
    "product": (("sku",), ("site", "title", "description", "status", "price", "currency")),
    "offer": (("sku", "action"), ("site", "price", "currency", "quantity", "category_id")),
    "price_tiers": (("sku", "minimum_quantity", "unit_price", "currency"), ("site",)),
    "quotation": (
        ("item", "quantity", "unit", "unit_price", "currency", "incoterm", "port", "payment_terms", "valid_until", "message"),
        ("rfq_id", "inquiry_id", "sku", "remark"),
    ),
}
PAIRS = (("price", "currency"), ("currency", "price"), ("line_id", "units"), ("units", "line_id"))  # where a kind has both
STATUSES = ("active", "inactive")
ACTIONS = {"publish": True, "withdraw": False}
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_EXACT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,8})?", re.ASCII)


@dataclass(frozen=True)
class Wish:
    """One row. ``row``: its place in the file (the header is row 1); ``fields``: the filled columns, in our types and names
    (``price`` as ``price_minor``, ``action`` as ``is_published``, ``shipped_at`` as ISO text in UTC, what is exact as its plain
    decimal's text)."""

    row: int
    fields: Mapping[str, Any]


def read_wishes(kind: str, content: bytes) -> list[Wish]:
    """Read a file of one kind of wishes.

    Args:
        content: CSV in UTF-8 or GB18030, separated by comma, semicolon or tab; a header in the words of ``COLUMNS``.
    Raises:
        SchemaError: no row, a column unknown, missing or twice, a value missing or unreadable; nothing of the file is used.
    """
    what = f"{kind} wishes"
    found = rows(decoded(content, what), what)
    if len(found) < 2:
        raise SchemaError(f"{what}: no row; it needs a header with the columns {', '.join(COLUMNS[kind][0])} and a row a wish")
    names = _header(kind, found[0][1])
    return [Wish(number, _fields(kind, number, names, cells)) for number, cells in found[1:]]


def _header(kind: str, cells: list[str]) -> list[str]:
    required, optional = COLUMNS[kind]
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    unknown = [name for name in names if name not in (*required, *optional)]
    if unknown:
        raise SchemaError(f"{kind} wishes, row 1: no column is called {unknown[0]!r}; there are {', '.join((*required, *optional))}")
    for name in dict.fromkeys((*required, *names)):
        if names.count(name) != 1:
            raise SchemaError(f"{kind} wishes, row 1: the column {name} {'stands twice' if name in names else 'is missing'}")
    return names


def _fields(kind: str, number: int, names: list[str], cells: list[str]) -> dict[str, Any]:
    if len(cells) != len(names):
        raise SchemaError(f"{kind} wishes, row {number}: {len(cells)} cells, the header has {len(names)}")
    told = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell.strip()}
    missing = [name for name in COLUMNS[kind][0] if name not in told]
    if missing:
        raise SchemaError(f"{kind} wishes, row {number}, column {missing[0]}: is empty")
    known = [*COLUMNS[kind][0], *COLUMNS[kind][1]]
    for name, needs in PAIRS:
        if name in told and needs in known and needs not in told:
            raise SchemaError(f"{kind} wishes, row {number}, column {needs}: is empty, though {name} is filled")
    fields = dict(told)
    for name, read in {**_READ, **_READ_OF.get(kind, {})}.items():
        if name in fields:
            value = fields.pop(name)
            try:
                fields |= read(value, told)
            except ValueError as error:
                raise SchemaError(f"{kind} wishes, row {number}, column {name}: {value[:40]!r} {error}") from None
    return fields


def _price(text: str, told: Mapping[str, str]) -> dict[str, Any]:
    currency = told["currency"].upper()
    minor, why = to_minor_units(pd.Series([text], dtype="str"), pd.Series([currency], dtype="str"))
    if pd.isna(minor.iloc[0]) or minor.iloc[0] < 0:
        raise ValueError(why.iloc[0] if pd.notna(why.iloc[0]) else "is below zero")
    return {"price_minor": int(minor.iloc[0]), "currency": currency}


def _whole(name: str, least: int) -> Callable[[str, Mapping[str, str]], dict[str, Any]]:
    def read(text: str, told: Mapping[str, str]) -> dict[str, Any]:
        if not _WHOLE.fullmatch(text) or int(text) < least:
            raise ValueError(f"is not a whole number from {least} on")
        return {name: int(text)}

    return read


def _exact(name: str) -> Callable[[str, Mapping[str, str]], dict[str, Any]]:
    """A price or quantity finer than cents and pieces, kept as the text of its plain decimal."""

    def read(text: str, told: Mapping[str, str]) -> dict[str, Any]:
        if not _EXACT.fullmatch(text) or Decimal(text) == 0:
            raise ValueError("is no decimal above zero (12 digits, then at most 8 decimals)")
        return {name: plain_decimal(Decimal(text))}

    return read


def plain_decimal(number: Decimal) -> str:
    """The same text for the same number: ``1.50`` and ``1.5`` are ``1.5``."""
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _currency(text: str, told: Mapping[str, str]) -> dict[str, Any]:
    if text.upper() not in exponents():
        raise ValueError("is no ISO 4217 code of money")
    return {"currency": text.upper()}


def _day(text: str, told: Mapping[str, str]) -> dict[str, Any]:
    try:
        return {"valid_until": date.fromisoformat(text).isoformat()}
    except ValueError:
        raise ValueError("is no day such as 2026-12-31") from None


def _instant(text: str, told: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is no instant such as 2026-11-16T09:30:00+08:00") from None
    if found.tzinfo is None:
        raise ValueError("names no zone; write 2026-11-16T09:30:00+08:00")
    return {"shipped_at": found.astimezone(UTC).isoformat()}


def _word(name: str, words: Mapping[str, Any]) -> Callable[[str, Mapping[str, str]], dict[str, Any]]:
    def read(text: str, told: Mapping[str, str]) -> dict[str, Any]:
        if text.lower() not in words:
            raise ValueError(f"is none of {', '.join(words)}")
        return {name: words[text.lower()]}

    return read


_READ: dict[str, Callable[[str, Mapping[str, str]], dict[str, Any]]] = {
    "price": _price, "units": _whole("units", 1), "quantity": _whole("quantity", 0), "shipped_at": _instant,
    "status": _word("status", {word: word for word in STATUSES}), "action": _word("is_published", ACTIONS),
    "site": lambda text, told: {"site": text.upper()},
}
_FINE = {"unit_price": _exact("unit_price"), "currency": _currency}
_READ_OF: dict[str, dict[str, Callable[[str, Mapping[str, str]], dict[str, Any]]]] = {
    "price_tiers": {**_FINE, "minimum_quantity": _whole("minimum_quantity", 1)},
    "quotation": {
        **_FINE, "quantity": _exact("quantity"), "valid_until": _day, "incoterm": lambda text, told: {"incoterm": text.upper()},
    },
}
