"""Python values → Arrow columns of the declared kinds. What cannot be read becomes null and a fault, never an exception.

Each function first lets Arrow convert the whole column and looks at single values only where that fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.flatten import Faults
from transforms.money import minor_units

INSTANT = pa.timestamp("us", tz="UTC")
RATE = pa.decimal128(20, 8)
LARGEST = 2**63 - 1
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)
_FINEST, _TOO_LARGE = Decimal("0.00000001"), Decimal(10) ** 12


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


def decimals(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """Exact numbers from text or whole numbers, up to eight decimals; a float is refused."""
    return _one_by_one(values, name, faults, _decimal, RATE)


def amounts(values: Sequence[Any], currencies: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """Money in minor units of each row's currency, from text or whole numbers; a float is refused."""
    wording = _amount_texts(values, name, faults)
    minor, why = minor_units(wording, texts(currencies, "currency", Faults(len(currencies))))
    if why.null_count < len(why):
        for row, sentence in enumerate(why.to_pylist()):
            if sentence is not None:
                faults.add(row, name, sentence)
    return minor


def _amount_texts(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, UnicodeEncodeError, TypeError):
        return _one_by_one(values, name, faults, _amount_text, pa.string())


def instants(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """ISO 8601 with a zone → UTC; an instant without a zone, or anything else, is a fault."""
    try:
        return pc.cast(pa.array(values, pa.string()), INSTANT)
    except (pa.ArrowException, UnicodeEncodeError, TypeError):
        return _one_by_one(values, name, faults, _instant, INSTANT)


def instants_by(
    values: Sequence[Any], read: Callable[..., datetime | None], name: str, faults: Faults, beside: Sequence[Any] = ()
) -> pa.Array:
    """A column of instants in a vendor's own writing; what ``read`` cannot read is a fault of its row, null stays null.

    ``beside``: a second argument for each value (its zone, its page's arrival).
    """
    pairs = zip(values, beside, strict=True) if beside else ((value,) for value in values)
    found = [None if pair[0] is None else _tried(read, pair) for pair in pairs]
    for row, moment in enumerate(found):
        if moment is None and values[row] is not None:
            faults.add_value(row, name, values[row], "is not a time")
    return pa.array(found, INSTANT)


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


def _amount_text(value: Any) -> tuple[str | None, str | None]:
    if value is None or type(value) is int:
        return None if value is None else str(value), None
    return _text(value) if isinstance(value, str) else (None, "is not an amount")


def _integer(value: Any) -> tuple[int | None, str | None]:
    if value is None:
        return None, None
    is_whole = type(value) is int or (isinstance(value, str) and _WHOLE.fullmatch(value))
    if not is_whole or abs(int(value)) > LARGEST:
        return None, "is not a whole number"
    return int(value), None


def _decimal(value: Any) -> tuple[Decimal | None, str | None]:
    if value is None:
        return None, None
    found = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else type(value) is int and abs(value) <= LARGEST
    if not found:
        return None, "is not an exact number"
    exact = Decimal(value)
    if abs(exact) >= _TOO_LARGE or exact != exact.quantize(_FINEST):
        return None, "has more digits than can be stored"
    return exact.quantize(_FINEST), None


def _instant(value: Any) -> tuple[datetime | None, str | None]:
    if value is None:
        return None, None
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None, "is not an instant"
    return (read.astimezone(UTC), None) if read.tzinfo else (None, "is an instant without a zone")


def _tried(read: Callable[..., datetime | None], pair: tuple[Any, ...]) -> datetime | None:
    try:
        return read(*pair)
    except TypeError:  # a list or an object where a time should be
        return None


def _not_fast() -> pa.Array:
    raise TypeError("a float among whole numbers")
