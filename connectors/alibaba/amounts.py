"""Money as Alibaba.com writes it: ``{"amount": "4.8700", "currency": "USD"}``, four decimals whatever the currency has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from connectors.columns import amounts
from connectors.flatten import Faults
from connectors.frames import Draft
from connectors.loose import blanked
from transforms.money import minor_exponent
from transforms.schema import SchemaError


def money(draft: Draft, name: str, values: Sequence[Any], codes: Sequence[Any], beside: Sequence[Any]) -> pa.Array:
    """A column of amounts; one that is in another currency (``codes``) than its row (``beside``) is a fault."""
    return draft.put(name, read_money(values, codes, beside, name, draft.faults))


def read_money(values: Sequence[Any], codes: Sequence[Any], beside: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    values, codes = blanked(values), blanked(codes)
    for row, (value, code, wanted) in enumerate(zip(values, codes, beside, strict=True)):
        if value is not None and code is not None and code != wanted:
            faults.add_value(row, name, code, "is another currency than the row's own")
    return amounts(values, beside, name, faults)


def whole(values: Sequence[Any], currencies: Sequence[Any]) -> list[Any]:
    """The amounts that the currency can pay; None for those finer than its smallest unit (333 bolts at 0.0325)."""
    return [None if _is_finer(value, currency) else value for value, currency in zip(blanked(values), currencies, strict=True)]


def product(quantity: Decimal | None, price: Decimal | None) -> str | None:
    """Quantity times price, exact; None where either is not told."""
    return None if quantity is None or price is None else f"{(quantity * price).normalize():f}"


def is_zero(value: Any) -> bool:
    """Nothing, in every spelling (``"0.0000"``, null, ``"null"``)."""
    (told,) = blanked([value])
    return told is None or (isinstance(told, str) and not told.strip("0."))


def _is_finer(value: Any, currency: Any) -> bool:
    try:
        scaled = Decimal(str(value)).scaleb(minor_exponent(str(currency)))
        return scaled != scaled.to_integral_value()
    except (InvalidOperation, SchemaError):
        return False  # no amount at all: reading it says so
