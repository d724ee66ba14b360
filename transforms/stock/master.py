"""The brand's master: a CSV with an article number and what is on hand, written by people in their own words."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from transforms.people_csv import decoded, rows
from transforms.schema import SchemaError

SKU_WORDS = frozenset({
    "sku", "seller sku", "sellersku", "article", "article number", "item", "货号", "商品编码", "商家编码", "sku编码", "商品货号", "款号",
})
ON_HAND_WORDS = frozenset({
    "on hand", "onhand", "quantity", "qty", "stock", "available", "库存", "库存数量", "现货", "数量", "在库", "可用库存", "现有库存",
})
WHAT = "stock master"
LARGEST = 10_000_000  # units; more of one article is a slip of the hand, such as an EAN in the wrong column
_WHOLE = re.compile(r"[0-9]+", re.ASCII)
_DTYPES = {"sku": pd.ArrowDtype(pa.string()), "on_hand": pd.ArrowDtype(pa.int64())}


def read_master(content: bytes) -> pd.DataFrame:
    """Read the master the brand dropped.

    Args:
        content: CSV in UTF-8 (with or without BOM) or GB18030, separated by comma, semicolon or tab; the header names
            the article and the units on hand in English or Chinese. Other columns are ignored, empty lines too.
    Returns:
        ``sku``, ``on_hand``; the index ``row`` is the row's place in the file (the header is row 1).
    Raises:
        SchemaError: the first thing that is wrong, with row and column; nothing of the file is used then.
    """
    found = rows(decoded(content, WHAT), WHAT)
    if not found:
        raise SchemaError("stock master: the file is empty; it needs a header with the columns sku and on_hand")
    sku, on_hand = _places(found[0][1])
    width = max(sku, on_hand) + 1
    for number, cells in found[1:]:
        if len(cells) < width:
            raise SchemaError(f"stock master, row {number}: {len(cells)} columns, expected at least {width}")
    told = [(number, cells[sku].strip(), cells[on_hand].strip()) for number, cells in found[1:]]
    quantities = [_quantity(number, text) for number, _, text in told]
    frame = pd.DataFrame({"sku": [one[1] for one in told], "on_hand": quantities}, index=pd.Index([one[0] for one in told], name="row"))
    return checked_master(frame.astype(_DTYPES))


def checked_master(master: pd.DataFrame) -> pd.DataFrame:
    """The master in its types, or a SchemaError naming row and column; also for masters that came another way.

    Raises:
        SchemaError: a column is missing, a SKU is empty or twice, a quantity is null, negative or no whole number.
    """
    for name in ("sku", "on_hand"):
        if name not in master:
            raise SchemaError(f"stock master: column {name} is missing; there are {sorted(map(str, master.columns))}")
    seen: dict[str, object] = {}
    for row, sku, on_hand in zip(master.index, master["sku"], master["on_hand"], strict=True):
        if pd.isna(sku) or not str(sku).strip():
            raise SchemaError(f"stock master, row {row}, column sku: is empty")
        if sku in seen:
            raise SchemaError(f"stock master, row {row}, column sku: {sku!r} stands in row {seen[sku]} already; one row an article")
        seen[sku] = row
        if pd.isna(on_hand) or on_hand != int(on_hand) or not 0 <= on_hand <= LARGEST:
            raise SchemaError(f"stock master, row {row}, column on_hand: {on_hand} is not a whole number from 0 to {LARGEST}")
    return master[["sku", "on_hand"]].astype(_DTYPES)


def check_known(master: pd.DataFrame, listings: pd.DataFrame) -> None:
    """Refuse a master that speaks of articles no shop of this client has ever listed.

    Raises:
        SchemaError: naming the first such row, and how many there are.
    """
    known = set(listings["sku"].dropna())
    unknown = [(row, sku) for row, sku in zip(master.index, master["sku"], strict=True) if sku not in known]
    if unknown:
        row, sku = unknown[0]
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise SchemaError(f"stock master, row {row}, column sku: {sku!r} is listed in none of the client's shops{more}; mend or remove it")


def _places(header: list[str]) -> tuple[int, int]:
    words = [re.sub(r"[\s_\-]+", " ", cell.strip().lower()) for cell in header]
    return _place(words, SKU_WORDS, "sku"), _place(words, ON_HAND_WORDS, "on_hand")


def _place(words: list[str], wanted: frozenset[str], column: str) -> int:
    found = [place for place, word in enumerate(words) if word in wanted]
    if len(found) != 1:
        problem = "is missing" if not found else f"stands {len(found)} times"
        raise SchemaError(f"stock master, row 1: the column {column} {problem}; it may be called {', '.join(sorted(wanted))}")
    return found[0]


def _quantity(number: int, text: str) -> int:
    if not _WHOLE.fullmatch(text) or int(text[:20]) > LARGEST:
        raise SchemaError(f"stock master, row {number}, column on_hand: {text[:24]!r} is not a whole number from 0 to {LARGEST}")
    return int(text)
