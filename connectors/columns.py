"""Python values → Arrow columns of the declared kinds. What cannot be read becomes null and a fault, never an exception.

Each function first lets Arrow (or a dictionary of the distinct values) convert the whole column and looks at single
values only where that fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from iso4217 import Currency

from connectors.flatten import Faults

INSTANT = pa.timestamp("us", tz="UTC")
LARGEST = 2**63 - 1
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_EXACT = Context(prec=60)


def texts(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """Text as it is; numbers become their digits. Characters no database stores (NUL, lone surrogates) are a fault."""
    try:
        column = pa.array(values, pa.string())
    except (pa.ArrowException, UnicodeEncodeError, TypeError):
        return _one_by_one(values, name, faults, _text, pa.string())
    if len(column) and pc.any(pc.match_substring(column, "\0"), min_count=0).as_py():
        return _one_by_one(values, name, faults, _text, pa.string())
    return column


def integers(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """Whole numbers, also as text (``"3"``)."""
    try:
        return pa.array(values, pa.int64()) if not any(type(value) is float for value in values) else _not_fast()
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return _one_by_one(values, name, faults, _integer, pa.int64())


def amounts(values: Sequence[Any], currencies: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """Money in minor units of each row's currency, from text or whole numbers; a float is refused."""
    pairs = list(zip(values, currencies, strict=True))
    try:
        table = {pair: minor_units(*pair) for pair in set(pairs)}
        read = [table[pair] for pair in pairs]
    except TypeError:  # a value that cannot even be looked up (a list, an object)
        read = [minor_units(*pair) for pair in pairs]
    _note(((row, why) for row, (_, why) in enumerate(read) if why), values, name, faults)
    return pa.array([minor for minor, _ in read], pa.int64())


def instants(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """ISO 8601 with a zone → UTC; an instant without a zone, or anything else, is a fault."""
    try:
        return pc.cast(pa.array(values, pa.string()), INSTANT)
    except (pa.ArrowException, UnicodeEncodeError, TypeError):
        return _one_by_one(values, name, faults, _instant, INSTANT)


def words(values: Sequence[Any], ours: Mapping[Any, str], name: str, faults: Faults, *, required: bool = True) -> pa.Array:
    """Translate a vendor's word by ``ours``. Unknown words are a fault; a missing one too where it is ``required``."""
    try:
        found = [ours.get(value) for value in values]
    except TypeError:
        found = [ours.get(value) if isinstance(value, str) else None for value in values]
    for row, word in enumerate(found):
        if word is None and values[row] is not None:
            faults.add_value(row, name, values[row], "is not a known word")
        elif word is None and required:
            faults.add(row, name, "is missing")
    return pa.array(found, pa.string())


def local_days(moments: pa.Array, zones: Sequence[str | None]) -> pa.Array:
    """The calendar day of each instant in its row's IANA zone; null where either is unknown."""
    stamps = pd.DatetimeIndex(moments.to_pandas())
    days = np.full(len(stamps), np.datetime64("NaT", "D"))
    for zone in {zone for zone in zones if zone}:
        rows = np.fromiter((each == zone for each in zones), dtype=bool, count=len(zones))
        days[rows] = stamps[rows].tz_convert(zone).tz_localize(None).to_numpy().astype("datetime64[D]")
    return pa.array(days, pa.date32(), mask=np.isnat(days))


@lru_cache(maxsize=1024)
def exponent(currency: str) -> int | None:
    """Decimal places of an ISO 4217 currency; None for an unknown code or one without (gold)."""
    try:
        return Currency(currency).exponent
    except ValueError:
        return None


def minor_units(value: Any, currency: Any) -> tuple[int | None, str | None]:
    """``("19.90", "EUR")`` → ``(1990, None)``; ``(None, why)`` where it is no exact amount of that currency."""
    if value is None:
        return None, None
    places = exponent(currency) if isinstance(currency, str) else None
    if places is None:
        return None, "has no known currency" if currency is None else f"is in an unknown currency {str(currency)[:10]!r}"
    if not (type(value) is int or (isinstance(value, str) and _NUMBER.fullmatch(value))):
        return None, "is not an amount"
    scaled = Decimal(value).scaleb(places, _EXACT)
    if scaled != scaled.to_integral_value():
        return None, f"has more decimals than {currency} has"
    return (int(scaled), None) if abs(scaled) <= LARGEST else (None, "is larger than any amount")


def _one_by_one(
    values: Sequence[Any], name: str, faults: Faults, read: Callable[[Any], tuple[Any, str | None]], kind: pa.DataType
) -> pa.Array:
    results = [read(value) for value in values]
    _note(((row, why) for row, (_, why) in enumerate(results) if why), values, name, faults)
    return pa.array([value for value, _ in results], kind)


def _note(found, values: Sequence[Any], name: str, faults: Faults) -> None:
    for row, why in found:
        faults.add_value(row, name, values[row], why)


def _text(value: Any) -> tuple[str | None, str | None]:
    if value is None:
        return None, None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None, "is not text"
    clean = str(value).replace("\0", "").encode("utf-8", "replace").decode()
    return clean, None if clean == str(value) else "holds characters that cannot be stored"


def _integer(value: Any) -> tuple[int | None, str | None]:
    if value is None:
        return None, None
    is_whole = type(value) is int or (isinstance(value, str) and _WHOLE.fullmatch(value))
    if not is_whole or abs(int(value)) > LARGEST:
        return None, "is not a whole number"
    return int(value), None


def _instant(value: Any) -> tuple[datetime | None, str | None]:
    if value is None:
        return None, None
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None, "is not an instant"
    return (read.astimezone(UTC), None) if read.tzinfo else (None, "is an instant without a zone")


def _not_fast() -> pa.Array:
    raise TypeError("a float among whole numbers")
