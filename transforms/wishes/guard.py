"""The guard over wishes: which of them a person must look at before they leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_PRICE_CHANGE = 0.3  # of the price the tables show


def judge(kind: str, wanted: Mapping[str, Any], observed: Mapping[str, Any]) -> list[str]:
    """Why a person must approve this wish, in words for that person; none: it may leave as it is.

    A price that moves far, a product that comes into being or changes sides, and whatever an offer does need one. A parcel has
    left already: to tell of it cannot wait, and telling it twice is no harm.

    Args:
        wanted, observed: the fields as the job has them; ``observed`` empty: the shop has no such article yet.
    """
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
