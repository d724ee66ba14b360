"""Which export a file is: its header row against the layouts in ``layouts.yaml``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from connectors.filedrop.tabular import Sheet, Unreadable, read_sheet

HEADER_WITHIN = 30  # filled rows: titles and filters stand above a header
_CURRENCY = r"([a-z]{3})"


@dataclass(frozen=True)
class Layout:
    """``fields``: our word → patterns of their headers, the better one first. ``network``: None where a column names it."""

    name: str
    entity: str
    network: str | None
    required: tuple[str, ...]
    dates: tuple[str, ...]
    may_end_open: bool
    fields: dict[str, tuple[re.Pattern[str], ...]]


@dataclass(frozen=True)
class Export:
    """A file whose header was understood.

    Attributes:
        columns: our word → place of its column.
        header_currency: the currency a header names (``Amount spent (USD)``).
        rows: the rows below the header without the sums; ``lines``: where each began.
        width: cells of the header.
    """

    layout: Layout
    columns: dict[str, int]
    header_currency: str | None
    rows: list[list[str]]
    lines: list[int]
    width: int
    serial_offset: int

    def column(self, name: str) -> list[str | None]:
        """One field of every row; None where the file has no such column or the cell says nothing."""
        place = self.columns.get(name)
        if place is None:
            return [None] * len(self.rows)
        return [said(row[place]) if place < len(row) else None for row in self.rows]


def read_export(body: bytes, entity: str) -> Export:
    """Raises Unreadable: no table at all, no known header, or a last row that is cut off."""
    sheet = read_sheet(body)
    at, layout, columns = _header(sheet, entity)
    width = len(sheet.rows[at])
    if sheet.is_open_ended and not layout.may_end_open:
        raise Unreadable("its last line has no line end, so the file may be cut off; save the export again")
    below = [
        (row, line)
        for row, line in zip(sheet.rows[at + 1 :], sheet.lines[at + 1 :], strict=True)
        if not _is_sum(row, columns)
    ]
    if sheet.is_open_ended and below and len(below[-1][0]) < width:
        raise Unreadable(f"its last line ({below[-1][1]}) ends in the middle, so the file is cut off; save the export again")
    currency = _header_currency(layout, columns, sheet.rows[at])
    return Export(layout, columns, currency, [row for row, _ in below], [line for _, line in below], width, sheet.serial_offset)


def said(cell: str) -> str | None:
    """The cell's text, None where it is one of the ways to write nothing."""
    return None if plain(cell) in _book()[1] else cell


def plain(text: str) -> str:
    """A header as it is compared: without width, case, doubled blanks, and blanks beside brackets."""
    even = " ".join(unicodedata.normalize("NFKC", text).replace("\ufeff", "").casefold().split())
    return re.sub(r"\s*([()])\s*", r"\1", even)


def layouts(entity: str) -> list[Layout]:
    return [layout for layout in _book()[0] if layout.entity == entity]


def _header(sheet: Sheet, entity: str) -> tuple[int, Layout, dict[str, int]]:
    for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        found = [(layout, _columns(layout, row)) for layout in layouts(entity)]
        fitting = [(layout, columns) for layout, columns in found if all(name in columns for name in layout.required)]
        if fitting:
            return at, *max(fitting, key=lambda pair: len(pair[1]))
    widest = max(sheet.rows[:HEADER_WITHIN], key=len, default=[])
    known = ", ".join(each.name for each in layouts(entity))
    raise Unreadable(
        f"its columns are those of no known export ({', '.join(widest)[:200]}); known are {known}. Export one of these by day "
        "and campaign or product, or add its headers to connectors/filedrop/layouts.yaml"
    )


def _columns(layout: Layout, header: list[str]) -> dict[str, int]:
    names = [plain(cell) for cell in header]
    found = {}
    for field, patterns in layout.fields.items():
        places = (place for pattern in patterns for place, name in enumerate(names) if pattern.fullmatch(name))
        place = next(places, None)
        if place is not None:
            found[field] = place
    return found


def _header_currency(layout: Layout, columns: dict[str, int], header: list[str]) -> str | None:
    place = columns.get("spend")
    matches = (pattern.fullmatch(plain(header[place])) for pattern in layout.fields["spend"]) if place is not None else ()
    found = next((match for match in matches if match and match.groups()), None)
    return found.group(1).upper() if found else None


def _is_sum(row: list[str], columns: dict[str, int]) -> bool:
    first = plain(next(filter(None, row)))
    day = columns.get("spend_date", columns.get("traffic_date", 0))
    cell = plain(row[day]) if day < len(row) else ""
    return _is_sum_word(first) and (cell in _book()[1] or _is_sum_word(cell))


def _is_sum_word(text: str) -> bool:
    """``Total`` and ``Total: Campaigns``, but no campaign called ``Totally new``."""
    words = _book()[2]
    return text in words or text.startswith(tuple(word + mark for word in words for mark in (" ", ":", "-")))


@cache
def _book() -> tuple[list[Layout], frozenset[str], tuple[str, ...]]:
    told = yaml.safe_load(files(__package__).joinpath("layouts.yaml").read_text(encoding="utf-8"))
    return [_layout(each) for each in told["layouts"]], frozenset(map(plain, told["blank"])), tuple(map(plain, told["sums"]))


def _layout(told: dict) -> Layout:
    fields = {name: tuple(_pattern(header) for header in headers) for name, headers in told["fields"].items() if headers}
    return Layout(
        told["name"], told["entity"], told.get("network"), tuple(told["required"]), tuple(told.get("dates", ())),
        bool(told.get("may_end_open")), fields,
    )


def _pattern(header: str) -> re.Pattern[str]:
    return re.compile(_CURRENCY.join(re.escape(part) for part in plain(header).split("{currency}")))
