"""eBay's amounts: ``{value, currency}``, and beside them, where eBay converted, what the buyer was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors import columns
from connectors.flatten import Faults

Flat = dict[str, list[Any]]


def paths(name: str, place: str) -> dict[str, str]:
    """Flattener paths of one amount: ``name`` its value, the others what :func:`told` needs."""
    return {
        name: f"{place}.value", f"{name}.currency": f"{place}.currency", f"{name}.from": f"{place}.convertedFromValue",
        f"{name}.from_currency": f"{place}.convertedFromCurrency",
    }


def told(flat: Flat, name: str) -> tuple[list[Any], list[Any]]:
    """Values and currencies of the transaction: where eBay converted, ``value`` is in another currency than the sale's."""
    before = [value if value is not None and kind is not None else None
              for value, kind in zip(flat[f"{name}.from"], flat[f"{name}.from_currency"], strict=True)]
    values = [value if old is None else old for value, old in zip(flat[name], before, strict=True)]
    kinds = [kind if old is None else first for kind, old, first in zip(
        flat[f"{name}.currency"], before, flat[f"{name}.from_currency"], strict=True)]
    return values, kinds


def minor(flat: Flat, name: str, faults: Faults, whole: Sequence[Any] | None = None) -> pa.Array:
    """Minor units of the transaction's currency; an amount in another one than ``whole`` (its row's) is a fault: never added up."""
    values, kinds = told(flat, name)
    found = columns.amounts(values, kinds, name, faults)
    if whole is not None:
        for row, (kind, wanted) in enumerate(zip(kinds, whole, strict=True)):
            if kind is not None and kind != wanted:
                faults.add_value(row, name, kind, f"is not the row's currency ({wanted})")
    return found


def zero(column: pa.Array) -> pa.Array:
    """Amounts that eBay leaves out where they are nothing."""
    return pc.fill_null(column, 0)


def per_unit(total: pa.Array, quantity: pa.Array) -> pa.Array:
    """``total`` over ``quantity`` where that is exact, else null."""
    units = pc.if_else(pc.greater(quantity, 0), quantity, pa.scalar(None, pa.int64()))
    each = pc.divide(total, units)
    return pc.if_else(pc.equal(pc.multiply(each, units), total), each, pa.scalar(None, pa.int64()))


def nulls(column: pa.Array) -> np.ndarray:
    return column.is_null().to_numpy(zero_copy_only=False)
