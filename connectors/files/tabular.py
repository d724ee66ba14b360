"""A CSV or XLSX file's cells as text, with the line each row began in.

Encodings: UTF-8 (with or without a mark), UTF-16 with a mark, else whatever charset-normalizer thinks likelier of UTF-8
and GB18030. Numbers of a workbook are doubles: their text has the 15 digits that Excel itself shows, so 0.1 + 0.2 is 0.3.

A file is asked for several times (is it whole, what are its rows, which records does it hold), and a workbook's XML is most of
what any of that costs: the last files read stay known by their bytes.
"""

from __future__ import annotations

import codecs
import csv
import io
import threading
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import charset_normalizer
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

LARGEST_BYTES = 64_000_000
UNPACKED_LIMIT_BYTES = 400_000_000
MOST_KNOWN_CELLS = 200_000  # of all files that stay known together: some 20 MB; 100 bytes of a file count as one more
LOOKED_AT = 40  # lines that decide which separator a file has
SEPARATORS = (",", ";", "\t")
MAC_DAYS = 1462  # days between the two calendars Excel counts in
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Unreadable(ValueError):
    """The file as a whole cannot be read; says why, and what to do."""


@dataclass(frozen=True)
class Sheet:
    """Rows with at least one filled cell.

    Attributes:
        lines: line (CSV) or row (XLSX) of the file each row began in, from 1.
        is_open_ended: a text file whose last line has no line end: perhaps cut off.
        serial_offset: what to add to a day written as Excel's number.
    """

    rows: list[list[str]]
    lines: list[int]
    is_open_ended: bool = False
    serial_offset: int = 0


def read_sheet(body: bytes) -> Sheet:
    """Every filled row of a file, cells trimmed. Nobody may change what is given: the next who asks gets the same.

    Raises:
        Unreadable: too large, cut off, in no known encoding, or neither CSV nor XLSX.
    """
    known = _known.get(body)
    if known is None:
        known = _read(body)
        _known.put(body, known)
    return known


def _read(body: bytes) -> Sheet:
    if not body.strip():
        raise Unreadable("it is empty; save the export again")
    if len(body) > LARGEST_BYTES:
        raise Unreadable(f"it has {len(body)} bytes, more than the {LARGEST_BYTES} read at once; export a shorter span")
    if body[:4] == _OLD_EXCEL:
        raise Unreadable("it is an old or encrypted Excel file; save it as .xlsx without a password, or as CSV")
    return _from_workbook(body) if body[:2] == b"PK" else _from_text(_decoded(body))


class _Known:
    """The sheets read last, by their file's bytes, as many as hold ``most`` cells together."""

    def __init__(self, most: int) -> None:
        self._most, self._cells = most, 0
        self._sheets: OrderedDict[bytes, Sheet] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, body: bytes) -> Sheet | None:
        with self._lock:
            if body in self._sheets:
                self._sheets.move_to_end(body)
            return self._sheets.get(body)

    def put(self, body: bytes, sheet: Sheet) -> None:
        size = _size(body, sheet)
        with self._lock:
            if size <= self._most and body not in self._sheets:
                self._sheets[body] = sheet
                self._cells += size
            while self._cells > self._most:
                self._cells -= _size(*self._sheets.popitem(last=False))


def _size(body: bytes, sheet: Sheet) -> int:
    return sum(map(len, sheet.rows)) + len(body) // 100


_known = _Known(MOST_KNOWN_CELLS)


def _decoded(body: bytes) -> str:
    is_marked = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return body.decode("utf-16" if is_marked else "utf-8-sig")
    except UnicodeDecodeError:
        likely = None if is_marked else charset_normalizer.from_bytes(body, cp_isolation=["gb18030"]).best()
    try:
        if likely is None:
            raise Unreadable("its characters are neither UTF-8 nor GB18030, or it is cut off; save it as CSV UTF-8 or as .xlsx")
        return body.decode("gb18030")
    except UnicodeDecodeError:
        raise Unreadable("its characters are damaged or cut off; save the export again") from None


def _from_text(text: str) -> Sheet:
    rows, lines = [], []
    began = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append([cell.strip() for cell in cells])
                lines.append(began + 1)
            began = reader.line_num
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num} cannot be read ({error}): it is cut off or damaged; save the export again") from None
    return Sheet(rows, lines, is_open_ended=not text.endswith(("\n", "\r")))


def _separator(text: str) -> str:
    """The one that makes the widest row; a title above the header has few cells by any."""
    head = text.splitlines()[:LOOKED_AT]
    return max(SEPARATORS, key=lambda mark: max(len(row) for row in csv.reader(head, delimiter=mark)))


def _from_workbook(body: bytes) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(info.file_size for info in archive.infolist()) > UNPACKED_LIMIT_BYTES:
                raise Unreadable("unpacked it is larger than any export; save it as CSV")
            if archive.testzip() is not None:
                raise Unreadable("it is damaged; save the export again")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles a network's own writer leaves out
            book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        sheet.reset_dimensions()  # what a file says of its own size is often wrong
        found = list(_filled(sheet.iter_rows(values_only=True)))
    except Unreadable:
        raise
    except Exception as error:  # the reader raises whatever a damaged part makes it stumble over
        raise Unreadable(f"it is no whole Excel workbook ({type(error).__name__}); save the export again") from None
    offset = MAC_DAYS if book.epoch == CALENDAR_MAC_1904 else 0
    width = max((len(cells) for _, cells in found), default=0)  # Excel leaves out the empty cells at a row's end
    return Sheet([cells + [""] * (width - len(cells)) for _, cells in found], [line for line, _ in found], serial_offset=offset)


def _filled(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    for line, values in enumerate(rows, start=1):
        cells = [_cell(value) for value in values]
        if any(cells):
            yield line, cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(format(value, ".15g")), "f")
    return str(value).strip()
