"""What the agency's month costs a client: a base and a share of net sales, in exact decimals."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from transforms.money import minor_exponent


@dataclass(frozen=True)
class FeeTerms:
    """What the agreement says. Amounts in whole units of ``currency``, ``share_of_net_sales`` as a ratio (0.03 is three per cent).

    Attributes:
        minimum, maximum: of a whole month's fee, base included; None: none.
    """

    currency: str
    monthly_base: Decimal
    share_of_net_sales: Decimal
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True)
class Fee:
    """One month's fee: ``base`` + ``share`` + ``adjusted`` = ``fee``, minor units of ``currency``.

    Attributes:
        served_days, days: of the month; base, minimum and maximum count by them.
        adjusted_minor: what brings the sum up to the minimum or down to the maximum (negative).
    """

    month: str
    currency: str
    served_days: int
    days: int
    net_sales_minor: int
    base_minor: int
    share_minor: int
    adjusted_minor: int
    fee_minor: int


def month_days(month: str) -> tuple[date, date]:
    """First day of ``2026-10`` and of the month after. Raises ValueError: not a month."""
    first = date.fromisoformat(f"{month}-01")
    return first, first + timedelta(days=monthrange(first.year, first.month)[1])


def served(month: str, signed: date, ended: date | None) -> tuple[date, date] | None:
    """The days [start, end) of ``month`` under the agreement, ``ended`` being its last day; None: none."""
    first, after = month_days(month)
    start, end = max(first, signed), min(after, ended + timedelta(days=1)) if ended else after
    return (start, end) if start < end else None


def monthly_fee(terms: FeeTerms, month: str, days_served: int, net_sales_minor: int) -> Fee:
    """The fee of one month.

    Base, minimum and maximum count by the days served; the share is of the net sales of those days, and of none below zero:
    a month of refunds costs the agency its share, not the client's money. Each part is rounded once, half to even, to the
    currency's own decimals.

    Args:
        net_sales_minor: in minor units of the terms' currency, of the days served.
    Raises:
        ValueError: more days than the month has, or none. SchemaError: an unknown currency.
    """
    first, after = month_days(month)
    days = (after - first).days
    if not 0 < days_served <= days:
        raise ValueError(f"{month} has {days} days, so {days_served} of them cannot be served")
    exponent = minor_exponent(terms.currency)

    def part(amount: Decimal) -> int:
        with localcontext(prec=60):
            return _whole(amount.scaleb(exponent) * days_served / days)

    with localcontext(prec=60):
        share = _whole(terms.share_of_net_sales * max(net_sales_minor, 0))
    base = part(terms.monthly_base)
    fee = base + share
    if terms.minimum is not None:
        fee = max(fee, part(terms.minimum))
    if terms.maximum is not None:
        fee = min(fee, part(terms.maximum))
    return Fee(month, terms.currency, days_served, days, net_sales_minor, base, share, fee - base - share, fee)


def _whole(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_EVEN))
