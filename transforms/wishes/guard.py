"""The guard over wishes: which of them a person must look at before they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

MOST_PRICE_CHANGE = 0.3  # of the price the tables show


def judge(kind: str, wanted: Mapping[str, Any], observed: Mapping[str, Any]) -> list[str]:
    """Why a person must approve this wish, in words for that person; none: it may leave as it is.

    A price that moves far, a product that comes into being or changes sides, whatever an offer does and every quotation need one.
    A parcel has left already: to tell of it cannot wait, and telling it twice is no harm.

    Args:
        wanted, observed: the fields as the job has them; ``observed`` empty: the shop has no such article yet.
    """
    if kind == "price_tiers":
        return _of_ladder(wanted["steps"], observed.get("steps"))
    if kind == "quotation":
        return [_binding(wanted["items"])]
    why = []
    if kind == "offer":
        why.append("would go on sale" if wanted.get("is_published") else "would be taken off sale")
    if kind == "product" and not observed:
        why.append("a new product")
    if kind == "product" and observed and wanted.get("status") not in (None, observed.get("status")):
        why.append(f"status {observed.get('status')} → {wanted['status']}")
    price, before = wanted.get("price_minor"), observed.get("price_minor")
    if price is not None and observed and before is None:
        why.append("its price now is unknown")
    elif price and before == 0:
        why.append("it is given away now, and would cost something")
    elif price is not None and before and abs(price - before) > MOST_PRICE_CHANGE * before:
        why.append(f"its price would change by {(price - before) / before:+.0%} (allowed {MOST_PRICE_CHANGE:.0%})")
    return why


def _of_ladder(wanted: Sequence[Sequence[str]], shown: Sequence[Sequence[str]] | None) -> list[str]:
    """Steps are (least quantity, unit price): compared at every quantity at which either of the two ladders has one."""
    if not shown:
        return ["its ladder now is unknown, or its variants show different ones"]
    least, before = int(wanted[0][0]), Decimal(shown[0][0])
    why = [] if least == before else [f"its least order would become {least}, it is {before:f}"]
    for quantity in sorted({Decimal(step[0]) for step in (*wanted, *shown)}):
        new, old = _price_at(wanted, quantity), _price_at(shown, quantity)
        if abs(new - old) > Decimal(str(MOST_PRICE_CHANGE)) * old:
            change = f"{(new - old) / old:+.0%} (allowed {MOST_PRICE_CHANGE:.0%})" if old else "from nothing"
            why.append(f"its price from {quantity:f} on would change by {change}")
    return why


def _price_at(steps: Sequence[Sequence[str]], quantity: Decimal) -> Decimal:
    """What one unit costs who orders so many; below the least order, what the least order costs."""
    reached = [Decimal(price) for least, price in steps if Decimal(least) <= quantity]
    return reached[-1] if reached else Decimal(steps[0][1])


def _binding(items: Sequence[Mapping[str, str]]) -> str:
    """Nobody makes an offer but a person: what it is worth stands in the question."""
    total = sum((Decimal(item["quantity"]) * Decimal(item["unit_price"]) for item in items), Decimal(0))
    return f"an offer binds the brand: {total:,.2f} {items[0]['currency']} in all"
