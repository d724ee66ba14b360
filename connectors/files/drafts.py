"""A grid's columns → a draft's. A row's place in its page is the line it has in the file; what cannot be read is a fault of its row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa

from connectors.columns import INSTANT, decimals
from connectors.contract import Shop
from connectors.files.headers import Grid
from connectors.files.values import amount, count
from connectors.flatten import Faults
from connectors.frames import Draft, Records
from transforms.schema import Table


def begin(at: int, grid: Grid, dated: datetime, table: Table, shop: Shop) -> Draft:
    """One row a line of the page ``at``, as new as its file; a line of another width than the header has a fault."""
    draft = bare(at, grid.lines, dated, table, shop)
    for row, why in misshapen(grid).items():
        draft.faults.add(row, "row", why)
    return draft


def misshapen(grid: Grid) -> dict[int, str]:
    """Row → why its cells cannot be told apart."""
    return {
        row: f"has {len(cells)} cells, the header {grid.width}"
        for row, cells in enumerate(grid.rows) if len(cells) < grid.width or any(cells[grid.width :])
    }


def bare(at: int, lines: Sequence[int], dated: datetime, table: Table, shop: Shop) -> Draft:
    size = len(lines)
    draft = Draft(table, shop, Records([], np.full(size, at, dtype=np.int64), np.array(lines, dtype=np.int64)))
    draft.put("source_updated_at", pa.repeat(pa.scalar(dated, INSTANT), size))
    return draft


def unread(at: int, table: Table, shop: Shop, why: str) -> Draft:
    """A page that cannot be read any more (what told us how is gone): a replay must not lose it."""
    draft = Draft(table, shop, Records([], np.array([at]), np.array([0])))
    draft.faults.add(0, "file", why)
    return draft


def days(draft: Draft, name: str, texts: Sequence[str | None], found: Sequence[date | None]) -> None:
    """``found``: what was read of each text."""
    _note_unread(draft, name, texts, found, "is not a day this export writes")
    draft.put(name, pa.array(found, pa.date32()))


def amounts(draft: Draft, name: str, texts: Sequence[str | None], numbers: Sequence[str | None], codes: Sequence[str | None]) -> None:
    """``numbers``: each text's plain decimal, in the currency of ``codes``; kept in minor units."""
    _note_unread(draft, name, texts, numbers, "is not an amount")
    draft.amount(name, numbers, codes)


def counts(draft: Draft, name: str, texts: Sequence[str | None], *, may_be_parted: bool = False) -> None:
    """``may_be_parted``: a fraction is no fault, but there is no count to tell (networks share one order among several clicks)."""
    found = []
    for row, text in enumerate(texts):
        number, is_number = (None, True) if text is None else count(text)
        if text is not None and number is None and not (may_be_parted and is_number):
            draft.faults.add_value(row, name, text, "is not a whole number")
        found.append(number)
    draft.integer(name, found)


def exact(draft: Draft, name: str, texts: Sequence[str | None]) -> list[Decimal | None]:
    """Quantities and unit prices: decimals as they are, up to eight places; gives them back."""
    return draft.decimal(name, [None if text is None else amount(text)[0] or text for text in texts]).to_pylist()


def number(text: str) -> Decimal | None:
    """A single one of those; None where it is none."""
    return decimals([amount(text)[0]], "", Faults(1))[0].as_py()


def _note_unread(draft: Draft, name: str, texts: Sequence[str | None], found: Sequence[object], why: str) -> None:
    for row, (text, value) in enumerate(zip(texts, found, strict=True)):
        if text is not None and value is None:
            draft.faults.add_value(row, name, text, why)
