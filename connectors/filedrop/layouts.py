"""Which export a file is: its header row against the layouts in ``layouts.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from connectors.files import headers
from connectors.files.headers import Grid, pattern, places, plain
from connectors.files.tabular import Sheet, Unreadable, read_sheet

_HOLES = {"currency": r"([a-z]{3})"}


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


@dataclass(frozen=True, kw_only=True)
class Export(Grid):
    """A file whose header was understood; its rows are without the sums.

    Attributes:
        header_currency: the currency a header names (``Amount spent (USD)``).
    """

    layout: Layout
    header_currency: str | None


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
        if not headers.is_sum(row, columns.get("spend_date", columns.get("traffic_date", 0)))
    ]
    if sheet.is_open_ended and below and len(below[-1][0]) < width:
        raise Unreadable(f"its last line ({below[-1][1]}) ends in the middle, so the file is cut off; save the export again")
    currency = _header_currency(layout, columns, sheet.rows[at])
    rows, lines = [row for row, _ in below], [line for _, line in below]
    return Export(columns, rows, lines, width, sheet.serial_offset, layout=layout, header_currency=currency)


def layouts(entity: str) -> list[Layout]:
    return [layout for layout in _book() if layout.entity == entity]


def _header(sheet: Sheet, entity: str) -> tuple[int, Layout, dict[str, int]]:
    for at, row in enumerate(sheet.rows[: headers.WITHIN]):
        found = [(layout, places(layout.fields, row)) for layout in layouts(entity)]
        fitting = [(layout, columns) for layout, columns in found if all(name in columns for name in layout.required)]
        if fitting:
            return at, *max(fitting, key=lambda pair: len(pair[1]))
    widest = max(sheet.rows[: headers.WITHIN], key=len, default=[])
    known = ", ".join(each.name for each in layouts(entity))
    raise Unreadable(
        f"its columns are those of no known export ({', '.join(widest)[:200]}); known are {known}. Export one of these by day "
        "and campaign or product, or add its headers to connectors/filedrop/layouts.yaml"
    )


def _header_currency(layout: Layout, columns: dict[str, int], header: list[str]) -> str | None:
    place = columns.get("spend")
    matches = (pattern.fullmatch(plain(header[place])) for pattern in layout.fields["spend"]) if place is not None else ()
    found = next((match for match in matches if match and match.groups()), None)
    return found.group(1).upper() if found else None


@cache
def _book() -> list[Layout]:
    told = yaml.safe_load(files(__package__).joinpath("layouts.yaml").read_text(encoding="utf-8"))
    return [_layout(each) for each in told["layouts"]]


def _layout(told: dict) -> Layout:
    fields = {name: tuple(pattern(header, _HOLES) for header in named) for name, named in told["fields"].items() if named}
    return Layout(
        told["name"], told["entity"], told.get("network"), tuple(told["required"]), tuple(told.get("dates", ())),
        bool(told.get("may_end_open")), fields,
    )
