"""Where lines and orders stand, told from their units: Shopify's own order words mix money, parcels and returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ADVANCE = ("pending", "paid", "shipped", "delivered")
ENDED = ("returned", "failed", "cancelled")  # the first of these found is the word for an order of nothing else


@dataclass(frozen=True)
class Units:
    """Units of each line in parcels that were not called off: all, those that left, came, and were lost."""

    packed: list[int]
    left: list[int]
    came: list[int]
    lost: list[int]


def line_words(line: dict[str, list[Any]], units: Units, paid: Sequence[str | None], cancelled: Sequence[Any]) -> list[str | None]:
    """One word a line; None where its order's money has no known word."""
    columns = zip(
        line["quantity"], line["current"], line["waiting"], units.packed, units.left, units.came, units.lost, paid, cancelled, strict=True
    )
    return [_line_word(*row) for row in columns]


def _line_word(
    quantity: Any, current: Any, waiting: Any, packed: int, left: int, came: int, lost: int, paid: str | None, cancelled: Any
) -> str | None:
    """``current``: units neither removed nor refunded. What was removed before it left was called off, after it came back."""
    if cancelled is not None or (current == 0 and not left):
        return "cancelled"
    if current == 0:
        return "returned"
    if not left:
        return paid
    if (isinstance(waiting, int) and waiting > 0) or left < packed:
        return "partially_shipped"
    if lost:
        return "failed"
    return "delivered" if came == left else "shipped"


def order_words(words: Sequence[str | None], parent: np.ndarray, cancelled: Sequence[Any], paid: Sequence[str | None]) -> list[str | None]:
    """One word an order; None where a line has none."""
    found: list[set[str | None]] = [set() for _ in cancelled]
    for row, word in zip(parent.tolist(), words, strict=True):
        found[row].add(word)
    return [
        "cancelled" if at is not None else money if not inside else None if None in inside else _order_word(inside)
        for inside, at, money in zip(found, cancelled, paid, strict=True)
    ]


def _order_word(words: set[Any]) -> str:
    if len(words) == 1:
        return next(iter(words))
    going = words - set(ENDED)
    if not going:
        return next(word for word in ENDED if word in words)
    if "partially_shipped" in going or (going & {"pending", "paid"} and going & {"shipped", "delivered"}):
        return "partially_shipped"
    return next(word for word in ADVANCE if word in going)
