"""What sort of amount a leaf of a transaction is, from the types on its way and the transaction's own."""

from __future__ import annotations

from functools import cache

_SALE = {"ProductCharges", "Principal", "OurPricePrincipal"}


@cache
def kind_of(transaction_type: str, types: tuple[str, ...]) -> str:
    """Our word. Everything under Amazon's fees is a fee; else the type nearest to the leaf that says anything decides."""
    if any("Fee" in each or each == "Commission" for each in types):
        return "fee"
    for each in reversed(types):
        kind = _of_type(each)
        if kind == "sale" and transaction_type == "Refund":
            return "refund"
        if kind:
            return kind
    return "adjustment" if transaction_type == "Adjustment" else "other"


def _of_type(name: str) -> str | None:
    if name in _SALE:
        return "sale"
    for beginnings, kind in (
        (("Tax",), "tax"), (("Shipping",), "shipping"), (("Promo", "Discount"), "discount"), (("Adjustment",), "adjustment"),
    ):
        if name.startswith(beginnings):
            return kind
    return None
