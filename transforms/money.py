"""Money: from a vendor's decimal text to exact minor units, and from there to a text for people.

Nothing here passes through a float. The number of decimals of a currency is ISO 4217's, not a locale's.
"""

from __future__ import annotations

import re
from copy import copy
from decimal import Decimal, localcontext
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from iso4217 import Currency

from transforms.schema import SchemaError

INT64 = pd.ArrowDtype(pa.int64())
TEXT = pd.ArrowDtype(pa.string())

# What nearly every amount looks like; it fits decimal128 and, times 10^4 (the largest exponent), int64.
_PLAIN = r"^[+-]?[0-9]{1,14}(\.[0-9]{1,10})?$"
_NUMBER = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{0,60})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
_PARSED = pa.decimal128(24, 10)
_POWERS = pa.array([10**power for power in range(5)], pa.int64()).cast(pa.decimal128(19, 0)).cast(pa.decimal128(5, 0))
_INT64_LIMIT = 2**63 - 1


@cache
def exponents() -> dict[str, int]:
    """ISO 4217 code → number of decimals, for every currency that has minor units (so no gold, no test codes)."""
    return {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}


def minor_exponent(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises:
        SchemaError: not an ISO 4217 code of money.
    """
    try:
        return exponents()[currency]
    except KeyError:
        raise SchemaError(f"currency {currency!r} is not in ISO 4217; mend the mapping or the client's settings") from None


def to_minor_units(amounts: pd.Series, currencies: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Turn decimal texts into minor units of the currency beside each.

    Args:
        amounts: texts as the vendor wrote them ("12.50", "-3", "1e2"); null stays null. Integers and ``Decimal`` are
            taken too; floats are refused, for what they were before is lost.
        currencies: ISO 4217 codes, same index.
    Returns:
        Two Series with the index of ``amounts``: int64 minor units (null where the amount is null or faulty), and why an
        amount could not be taken (null where it could), without the column's name.
    Raises:
        SchemaError: the amounts are floats.
    """
    values, faults = minor_units(_as_text(amounts), pa.array(currencies, pa.string(), from_pandas=True))
    return pd.Series(values, dtype=INT64, index=amounts.index), pd.Series(faults, dtype=TEXT, index=amounts.index)


def minor_units(texts: pa.Array, codes: pa.Array) -> tuple[pa.Array, pa.Array]:
    """:func:`to_minor_units` for columns of texts, both in Arrow: mappings ask it of column after column."""
    none = pa.nulls(len(texts), pa.string())
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.int64()), none
    exponent, is_known = _exponent_of(codes)
    is_plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), False)
    minor, is_exact = _scaled(pc.if_else(is_plain, texts, None), exponent)
    is_taken = pc.and_(pc.and_(is_plain, is_known), is_exact)
    values = pc.if_else(is_taken, minor, pa.scalar(None, pa.int64()))
    odd = np.flatnonzero(pc.and_(pc.is_valid(texts), pc.invert(is_taken)).to_numpy(zero_copy_only=False))
    return _one_by_one(values, texts, codes, odd) if len(odd) else (values, none)


def format_money(minor: int, currency: str, locale: str) -> str:
    """Write an amount as people of ``locale`` do, with as many decimals as ISO 4217 gives the currency."""
    from babel import Locale  # half a second of locale machinery that only reports need

    exponent, people = minor_exponent(currency), Locale.parse(locale.replace("-", "_"))
    pattern = copy(people.currency_formats["standard"])
    pattern.frac_prec = (exponent, exponent)  # CLDR's own digits say what is usual in shops, not what was charged
    return pattern.apply(Decimal(minor).scaleb(-exponent), people, currency=currency, currency_digits=False)


def _as_text(amounts: pd.Series) -> pa.Array:
    if pd.api.types.is_float_dtype(amounts.dtype):
        if amounts.isna().all():  # a column of nothing has no better type in pandas
            return pa.nulls(len(amounts), pa.string())
        raise SchemaError("amounts arrived as floats; read the vendor's numbers as text")
    if amounts.dtype == object:
        if any(isinstance(value, float) and value == value for value in amounts):
            raise SchemaError("amounts arrived as floats; read the vendor's numbers as text")
        amounts = amounts.map(str, na_action="ignore")
    array = pa.array(amounts, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


def _exponent_of(codes: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Each row's number of decimals (0 where unknown) and whether the currency is known."""
    encoded = codes.dictionary_encode() if not isinstance(codes, pa.ChunkedArray) else codes.combine_chunks().dictionary_encode()
    table = pa.array([exponents().get(code) for code in encoded.dictionary.to_pylist()], pa.int64())
    found = table.take(encoded.indices)
    return pc.fill_null(found, 0), pc.is_valid(found)


def _scaled(texts: pa.Array, exponent: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Plain amounts times 10^exponent, and whether nothing but zeros lay behind the currency's decimals."""
    scaled = pc.multiply(texts.cast(_PARSED), _POWERS.take(exponent))
    whole = pc.trunc(scaled)
    return whole.cast(pa.decimal128(38, 10)).cast(pa.decimal128(19, 0)).cast(pa.int64()), pc.fill_null(pc.equal(scaled, whole), False)


def _one_by_one(values: pa.Array, texts: pa.Array, codes: pa.Array, odd: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """Judge the few amounts that are not plain."""
    found, faults = values.to_pylist(), [None] * len(texts)
    for place in odd:
        try:
            found[place] = _exact(texts[place].as_py(), codes[place].as_py())
        except ValueError as error:
            faults[place] = str(error)
    return pa.array(found, pa.int64()), pa.array(faults, pa.string())


def _exact(text: str, currency: str | None) -> int:
    shown = repr(text if len(text) <= 24 else text[:24] + "…")
    if currency is None:
        raise ValueError(f"{shown} has no currency beside it")
    if currency not in exponents():
        raise ValueError(f"{shown} is in {currency[:8]!r}, which is not a known currency")
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{shown} is not an amount")
    with localcontext(prec=200):  # the default context would round a long text
        scaled = Decimal(text).scaleb(exponents()[currency])
        is_whole = scaled == scaled.to_integral_value()
    if not is_whole:
        raise ValueError(f"{shown} has more decimals than {currency} has")
    if abs(scaled) > _INT64_LIMIT:
        raise ValueError(f"{shown} is too large")
    return int(scaled)
