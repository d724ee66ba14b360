"""A CSV that people write: whatever encoding and separator their program chose."""

from __future__ import annotations

import csv
import io

from transforms.schema import SchemaError


def decoded(content: bytes, what: str) -> str:
    """UTF-8 (with or without BOM) or GB18030. Raises SchemaError: neither; ``what`` names the file in words."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SchemaError(f"{what}: the file is neither UTF-8 nor GB18030; save it as CSV UTF-8")


def rows(text: str, what: str) -> list[tuple[int, list[str]]]:
    """Number and cells of every row that is not empty (the header is row 1); separated by comma, semicolon or tab.

    Raises:
        SchemaError: a quote is never closed, a NUL stands in it, or the like.
    """
    if "\0" in text:  # no database keeps it
        raise SchemaError(f"{what}: the file holds NUL characters, so it is no CSV; save it as CSV UTF-8")
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(number, cells) for number, cells in enumerate(reader, start=1) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise SchemaError(f"{what}, row {reader.line_num}: {error}") from error
