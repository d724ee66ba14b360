"""Which column is which: headers as people's programs write them, and the rows below one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

WITHIN = 30  # filled rows: titles and filters stand above a header
BLANK = frozenset(("", "--", "-", "—", "–", "n/a", "null"))
SUMS = ("total", "grand total", "results from", "总计", "總計", "合计", "合計", "汇总", "小计", "小計")
_SUMS_AND_MORE = tuple(word + mark for word in SUMS for mark in (" ", ":", "-"))
_BESIDE_BRACKETS = re.compile(r"\s*([()])\s*")

Patterns = Mapping[str, Sequence[re.Pattern[str]]]  # our word → its headers, the better one first


@dataclass(frozen=True)
class Grid:
    """Rows below a header that was understood.

    Attributes:
        columns: our word → place of its column.
        rows: the rows below the header; ``lines``: where each began in its file.
        width: cells of the header.
        serial_offset: what to add to a day written as Excel's number.
    """

    columns: dict[str, int]
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


def said(cell: str) -> str | None:
    """The cell's text, None where it is one of the ways to write nothing."""
    return None if plain(cell) in BLANK else cell


@lru_cache(maxsize=10_000)  # files repeat their words in every row
def plain(text: str) -> str:
    """A header as it is compared: without width, case, doubled blanks, and blanks beside brackets."""
    whole = text if text.isascii() else unicodedata.normalize("NFKC", text).replace("\ufeff", "")
    even = " ".join(whole.casefold().split())
    return _BESIDE_BRACKETS.sub(r"\1", even) if "(" in even or ")" in even else even


def places(fields: Patterns, header: Sequence[str]) -> dict[str, int]:
    """Our word → place of its column, for the words this header has."""
    names = [plain(cell) for cell in header]
    found = {}
    for field, patterns in fields.items():
        hits = (place for pattern in patterns for place, name in enumerate(names) if pattern.fullmatch(name))
        place = next(hits, None)
        if place is not None:
            found[field] = place
    return found


def is_sum(row: Sequence[str], key: int) -> bool:
    """Whether a row is the sum of the others: it begins with such a word and says nothing, or that word, where its own key would stand."""
    if not _is_sum_word(plain(next(filter(None, row)))):
        return False
    cell = plain(row[key]) if key < len(row) else ""
    return cell in BLANK or _is_sum_word(cell)


def _is_sum_word(text: str) -> bool:
    """``Total`` and ``Total: Campaigns``, but no campaign called ``Totally new``."""
    return text in SUMS or text.startswith(_SUMS_AND_MORE)


def pattern(header: str, holes: Mapping[str, str] | None = None) -> re.Pattern[str]:
    """A header's pattern; ``{name}`` in it stands for the regular expression ``holes[name]``."""
    parts = re.split(r"\{(\w+)\}", plain(header))
    return re.compile("".join((holes or {})[part] if place % 2 else re.escape(part) for place, part in enumerate(parts)))
