"""Why a week's figures are different now, as far as the figures themselves prove it."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.metrics.shapes import Figures

COUNTED = ("late_orders", "withdrawn", "cancelled", "revived", "amount_known")  # reasons that explain goods' money and units


@dataclass(frozen=True)
class Reason:
    """``count``: how many orders, where that is certain.

    ``name``: ``late_orders`` (placed in the week, seen after its report), ``withdrawn`` (no longer placed in it),
    ``cancelled``, ``revived`` (cancelled once, not any more), ``amount_known`` (had shown no money), ``repriced``,
    ``refunded``, ``refund_lowered``, ``rates``, ``shop_added`` (since the report), ``not_reported`` (no report went out).
    """

    name: str
    count: int | None = None


def reasons(was: Figures | None, now: Figures, *, was_reported: bool = True) -> tuple[Reason, ...]:
    """In the order a reader wants them; empty where none is certain."""
    if was is None:
        return (Reason("shop_added" if was_reported else "not_reported"),)
    counted = [Reason(name, count) for name, count in zip(COUNTED, _counts(was, now), strict=True) if count > 0]
    found = [*counted]
    if not counted and (was.units != now.units or _sums(was, "gross", "discounts") != _sums(now, "gross", "discounts")):
        found.append(Reason("repriced"))
    moved = [_refunds(now).get(code, 0) - _refunds(was).get(code, 0) for code in {*_refunds(was), *_refunds(now)}]
    if any(one > 0 for one in moved):
        found.append(Reason("refunded"))
    if any(one < 0 for one in moved):
        found.append(Reason("refund_lowered"))
    if was.own == now.own and was.converted != now.converted and was.converted.currency == now.converted.currency:
        found.append(Reason("rates"))
    return tuple(found)


def _counts(was: Figures, now: Figures) -> tuple[int, ...]:
    """As ``COUNTED``. An order without money that was cancelled stops waiting for its amount without one becoming known."""
    placed = (now.orders + now.cancelled) - (was.orders + was.cancelled)
    cancelled = now.cancelled - was.cancelled
    shown = was.orders_without_money - now.orders_without_money - max(cancelled, 0) - max(-placed, 0)
    return placed, -placed, cancelled, -cancelled, shown


def _refunds(figures: Figures) -> dict[str, int]:
    return {one.currency: one.refunds_minor for one in figures.own}


def _sums(figures: Figures, *names: str) -> dict[str, tuple[int, ...]]:
    """Currency → amounts, without currencies in which all of them are nothing (a refund alone leaves such)."""
    sums = {one.currency: tuple(getattr(one, f"{name}_minor") for name in names) for one in figures.own}
    return {code: amounts for code, amounts in sums.items() if any(amounts)}
