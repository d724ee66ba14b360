"""Etsy's ways of writing values: lists under ``results``, money as amount and divisor, times as epoch seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import INSTANT, integers
from connectors.contract import Page
from connectors.flatten import Faults
from connectors.frames import Draft, Records
from connectors.trees import Level, Tree

MONEY = {"": "amount", "_divisor": "divisor", "_currency": "currency_code"}
LATEST_SECONDS = 253_402_300_799  # year 9999; milliseconds in a field of seconds lie far behind it
_DIGITS = {10**digits: digits for digits in range(7)}

Columns = Mapping[str, Sequence[Any]]


def money(**fields: str) -> dict[str, str]:
    """Flattener paths of Money objects: ``money(total="grandtotal")`` gives ``total``, ``total_divisor``, ``total_currency``."""
    return {f"{name}{ending}": f"{path}.{part}" for name, path in fields.items() for ending, part in MONEY.items()}


def amounts(draft: Draft, name: str, raw: Columns, field: str, currencies: Sequence[Any]) -> pa.Array:
    """Set a money column in the row's own currency; money in another currency is a fault, never added up."""
    for row, (own, theirs) in enumerate(zip(currencies, raw[f"{field}_currency"], strict=True)):
        if theirs is not None and own is not None and theirs != own:
            draft.faults.add_value(row, name, theirs, f"is another currency than the record's {own}")
    pairs = zip(raw[field], raw[f"{field}_divisor"], strict=True)
    return draft.amount(name, [decimal_text(*pair) for pair in pairs], currencies)


def decimal_text(amount: Any, divisor: Any) -> Any:
    """``(1999, 100)`` is ``"19.99"``; what is no amount stays as it is, to be a fault."""
    if amount is None:
        return None
    digits = _DIGITS.get(divisor) if type(divisor) is int else None
    if type(amount) is not int or digits is None:
        return f"{amount}/{divisor}"
    return f"{Decimal(amount).scaleb(-digits):f}"


def instants(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """Epoch seconds → UTC; null stays null, anything else is a fault of its row."""
    seconds = integers(values, name, faults)
    is_time = pc.and_(pc.greater_equal(seconds, 0), pc.less_equal(seconds, LATEST_SECONDS))
    for row in np.flatnonzero(pc.fill_null(pc.invert(is_time), False).to_numpy(zero_copy_only=False)):
        faults.add_value(int(row), name, values[row], "is not a time in seconds")
    return pc.cast(pc.multiply(pc.if_else(is_time, seconds, pa.scalar(None, pa.int64())), 1_000_000), INSTANT)


def moments(draft: Draft, name: str, values: Sequence[Any]) -> pa.Array:
    return draft.put(name, instants(values, name, draft.faults))


def either(*columns: Sequence[Any]) -> list[Any]:
    """Row by row the first value that is there: many fields have an old and a new name."""
    return [next((value for value in row if value is not None), None) for row in zip(*columns, strict=True)]


def blanked(values: Sequence[Any]) -> list[Any]:
    return [None if value == "" else value for value in values]


def records_of(document: Any) -> Any:
    """The records of an answer: its ``results``, or the answer itself where it is one record."""
    if isinstance(document, dict) and "results" in document:
        return document["results"]
    return [document]


def read_tree(tree: Tree, pages: Sequence[Page], parts: set[str]) -> tuple[dict[str, Level], Records]:
    """The levels of the pages of some parts, and the places of their records among all ``pages``."""
    chosen = [at for at, page in enumerate(pages) if page.part in parts]
    levels, places = tree.read([pages[at] for at in chosen])
    return levels, Records([], np.array(chosen, dtype=np.int64)[places.page], places.record)


def gather(pages: Sequence[Page], part: str, select: Callable[[Any], Any] = records_of) -> Records:
    return Records.gather(pages, select, {part})


def count(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None


def first_second(moment: datetime) -> int:
    """The first whole second that is not before ``moment``; Etsy's bounds include their own second."""
    return math.ceil(moment.timestamp())


def last_second(moment: datetime) -> int:
    """The last whole second before ``moment``, which a half-open window leaves out."""
    return first_second(moment) - 1


def earlier(moment: datetime, days: int) -> int:
    return first_second(moment - timedelta(days=days))
