"""Converting amounts for reports: published rates, exact decimals, the rate's day and source beside every result.

Marketplaces pay out at their own rates; a converted amount is for reading, never for booking.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pandas as pd
import pyarrow as pa

from transforms.money import minor_exponent
from transforms.schema import SchemaError

BASE = "EUR"  # what every rate is told against
MAX_AGE = timedelta(days=7)
FIRST_CHOICE = "ECB"
_DAY, _TEXT = pd.ArrowDtype(pa.date32()), pd.ArrowDtype(pa.string())
_INT64, _RATE = pd.ArrowDtype(pa.int64()), pd.ArrowDtype(pa.decimal128(38, 16))


class NoRate(SchemaError):
    """No rate was published near the day; carries ``currency`` and ``day``."""

    def __init__(self, currency: str, day: date) -> None:
        super().__init__(
            f"no rate of {currency} on {day} or the {MAX_AGE.days} days before it; load fx_rates for that day or name another source"
        )
        self.currency, self.day = currency, day


class Rates:
    """Rates looked up by currency and day.

    Args:
        rates: ``FX_RATES`` rows. Where several sources tell one currency and day, ECB's counts, else the first by name.
    """

    def __init__(self, rates: pd.DataFrame) -> None:
        told: dict[str, dict[date, tuple[bool, str, Decimal]]] = {}
        columns = (rates[name].tolist() for name in ("source", "currency", "rate_date", "rate_per_eur"))
        for source, currency, day, rate in zip(*columns, strict=True):
            choice = (source != FIRST_CHOICE, source, Decimal(rate))
            days = told.setdefault(currency, {})
            days[day] = min(days.get(day, choice), choice)
        self._rates = {currency: (sorted(days), days) for currency, days in told.items()}

    def per_euro(self, currency: str, day: date) -> tuple[Decimal, date, str]:
        """Units of ``currency`` for one euro, the day and source of that rate.

        Raises:
            NoRate: nothing was published on the day or up to seven days before it.
        """
        if currency == BASE:
            return Decimal(1), day, FIRST_CHOICE
        days, told = self._rates.get(currency, ([], {}))
        at = bisect_right(days, day) - 1
        if at < 0 or day - days[at] > MAX_AGE:
            raise NoRate(currency, day)
        _, source, rate = told[days[at]]
        return rate, days[at], source

    def cross(self, currency: str, to: str, day: date) -> tuple[Decimal, Decimal, date, str]:
        """Rates of ``currency`` and ``to`` per euro; the older day and the sources of the two."""
        if currency == to:
            return Decimal(1), Decimal(1), day, "same currency"
        legs = [(code, self.per_euro(code, day)) for code in (currency, to)]
        own = [(found[1], found[2]) for code, found in legs if code != BASE]
        return legs[0][1][0], legs[1][1][0], min(day for day, _ in own), "+".join(sorted({source for _, source in own}))


def convert_minor(minor: int, currency: str, to: str, rate_from: Decimal, rate_to: Decimal) -> int:
    """One amount over the euro: exact until the last step, which rounds half to even at the target's decimals."""
    if currency == to:
        return int(minor)
    with localcontext(prec=60):
        amount = Decimal(int(minor)).scaleb(minor_exponent(to) - minor_exponent(currency)) * rate_to / rate_from
        return int(amount.to_integral_value(ROUND_HALF_EVEN))


def convert(frame: pd.DataFrame, rates: pd.DataFrame, to: str, date_column: str, amount_column: str = "amount_minor") -> pd.DataFrame:
    """Add each row's amount in another currency.

    Sum first, then convert: every row is rounded once, at the target's decimals, half to even.

    Args:
        frame: rows with ``currency``, ``date_column`` (local day) and ``amount_column`` (minor units; null stays null).
        rates: ``FX_RATES`` rows.
        to: ISO 4217 of the target.
    Returns:
        ``frame`` with ``converted_minor``, ``converted_currency``, ``rate`` (units of the target for one unit, for people),
        ``rate_date`` (the older, where two rates were crossed) and ``rate_source``.
    Raises:
        NoRate: (a SchemaError) naming currency and day, where no rate lies on the day or up to seven days before it.
        SchemaError: an unknown currency, or an amount without one.
    """
    minor_exponent(to)
    table, cache, rows = Rates(rates), {}, []
    columns = (frame[name].tolist() for name in (amount_column, "currency", date_column))
    for amount, currency, day in zip(*columns, strict=True):
        rows.append(_converted(table, cache, amount, currency, to, day))
    names = {"converted_minor": _INT64, "rate": _RATE, "rate_date": _DAY, "rate_source": _TEXT}
    made = {
        name: pd.Series([row[place] for row in rows], dtype=kind, index=frame.index) for place, (name, kind) in enumerate(names.items())
    }
    return frame.assign(**made, converted_currency=pd.Series([to] * len(rows), dtype=_TEXT, index=frame.index))


def _converted(table: Rates, cache: dict, amount, currency, to: str, day: date) -> tuple:
    if pd.isna(amount):
        return None, None, None, None
    if pd.isna(currency):
        raise SchemaError(f"an amount on {day} has no currency, so it cannot be converted to {to}")
    if (currency, day) not in cache:
        cache[currency, day] = table.cross(currency, to, day)
    rate_from, rate_to, rate_day, source = cache[currency, day]
    return convert_minor(amount, currency, to, rate_from, rate_to), shown_rate(rate_from, rate_to), rate_day, source


def shown_rate(rate_from: Decimal, rate_to: Decimal) -> Decimal:
    """Units of the target for one unit, to sixteen decimals."""
    with localcontext(prec=60):
        return (rate_to / rate_from).quantize(Decimal(1).scaleb(-16), ROUND_HALF_EVEN)
