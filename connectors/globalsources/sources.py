"""A dropped file's bytes → rows under our words: CSV and XLSX by their header, JSON by its keys, a mail by its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.exact import NotJson, read_json
from connectors.files import headers
from connectors.files.headers import Grid, plain
from connectors.files.tabular import Sheet, Unreadable, read_sheet
from connectors.globalsources.account import Account
from connectors.globalsources.book import KNOWN_HEADERS, Layout
from connectors.globalsources.cells import Cells
from connectors.globalsources.mail import read_mail

LARGEST_LINES = 10_000  # of one paper in a JSON file


@dataclass(frozen=True, kw_only=True)
class Table(Grid):
    """``unknown``: headers that mean nothing to us; their cells stay in the landed file."""

    unknown: tuple[str, ...] = ()


def read_cells(body: bytes, entity: str, suffix: str, made_at: datetime, account: Account) -> Cells:
    """Raises Unreadable: the file as a whole cannot be read (a mail: :class:`connectors.globalsources.mail.Drifted`)."""
    if suffix == "eml":
        return read_mail(body, entity, made_at, account)
    layout = account.book.layouts[entity]
    if suffix == "json":
        return Cells(_from_json(body, layout), made_at, account.zone)
    return Cells(_below_header(read_sheet(body), layout), made_at, account.zone)


def _below_header(sheet: Sheet, layout: Layout) -> Table:
    at, columns = next(
        ((at, found) for at, row in enumerate(sheet.rows[: headers.WITHIN]) if len(found := layout.columns(row)) >= KNOWN_HEADERS), (0, {})
    )
    header = sheet.rows[at]
    _refuse_unknown(columns, header, layout)
    if sheet.is_open_ended:
        raise Unreadable("its last line has no line end, so the file may be cut off; save the export again")
    key = min(columns[name] for name in layout.required)
    below = [
        (row, line) for row, line in zip(sheet.rows[at + 1 :], sheet.lines[at + 1 :], strict=True) if not headers.is_sum(row, key)
    ]
    unknown = tuple(name for place, name in enumerate(header) if name and place not in columns.values())
    return Table(columns, [row for row, _ in below], [line for _, line in below], len(header), sheet.serial_offset, unknown=unknown)


def _refuse_unknown(columns: Mapping[str, int], header: list[str], layout: Layout) -> None:
    """Raises Unreadable."""
    missing = [name for name in layout.required if name not in columns]
    if not missing:
        return
    shown = ", ".join(header)[:200]
    what = f"no column for {', '.join(missing)}" if len(columns) >= KNOWN_HEADERS else "no row that is a header of ours"
    raise Unreadable(f"it has {what} ({shown}); export these columns, or name their headers in the account's mapping.yaml")


def _from_json(body: bytes, layout: Layout) -> Table:
    """A list of objects, or an object with one list of them; an object's own list ``lines`` makes a row of each.

    Raises:
        Unreadable: cut off, no such list, or its objects lack what is required.
    """
    try:
        told = read_json(body)
    except NotJson as error:
        raise Unreadable(f"it is cut off or no JSON ({error}); save the export again") from None
    lists = [each for each in told.values() if isinstance(each, list)] if isinstance(told, dict) else [told]
    if len(lists) != 1 or not isinstance(lists[0], list) or not all(isinstance(each, dict) for each in lists[0]):
        raise Unreadable("it is no list of objects")
    rows = [(number, row) for number, record in enumerate(lists[0], start=1) for row in _rows(record)]
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    columns = layout.columns(names)
    if rows:
        _refuse_unknown(columns, names, layout)
    cells = [[_text(row.get(name)) for name in names] for _, row in rows]
    unknown = tuple(name for place, name in enumerate(names) if place not in columns.values())
    return Table(columns, cells, [number for number, _ in rows], len(names), 0, unknown=unknown)


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    lines = record.get("lines")
    if not isinstance(lines, list):
        return [dict(record)]
    own = {name: value for name, value in record.items() if name != "lines"}
    return [{**own, **line} for line in lines[:LARGEST_LINES] if isinstance(line, dict)] or [own]


def _text(value: Any) -> str:
    if value is None or isinstance(value, list | dict):
        return ""
    return plain(str(value)) if isinstance(value, bool) else str(value).strip()
