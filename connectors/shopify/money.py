"""Shopify's money: a bag holds the amount in the shop's currency and in the one the buyer saw. The shop's is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import amounts
from connectors.flatten import Faults, Flattener, explode, sums


def bag(path: str) -> str:
    """Dotted path to a money bag's amount in the shop's currency."""
    return f"{path}.shopMoney.amount"


def or_nothing(column: pa.Array) -> pa.Array:
    """Amounts that are not told count as nothing: a shop without tips or duties has none."""
    return pc.fill_null(column, 0)


def added_up(lists: Sequence[Any], label: str, amount: Flattener, currencies: Sequence[Any], faults: Faults) -> pa.Array:
    """Sum of ``amount`` over each row's list (discount allocations, tax lines): exact, a fault of the row where one is unreadable."""
    items, parent = explode(lists, label, faults)
    inner = Faults(len(items))
    values = amounts(amount(items, inner)["amount"], [currencies[row] for row in parent.tolist()], "amount", inner)
    faults.lift(inner, parent, label)
    return sums(parent, values, len(lists))
