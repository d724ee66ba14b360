"""What a euro is worth: seeded, plausible, published on working days like the central banks do."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

# Ten-thousandths of a unit for one euro: only for shop-window prices and as the walk's middle.
ROUGH_PER_EUR = {
    "EUR": 10_000, "USD": 11_500, "GBP": 8_600, "JPY": 1_720_000, "SGD": 15_000, "MYR": 49_000, "PHP": 665_000, "THB": 378_000,
    "IDR": 188_000_000, "CNY": 82_500, "VND": 296_000_000, "AUD": 17_700, "CHF": 9_350, "HKD": 89_600, "KRW": 16_300_000,
}
ECB_CURRENCIES = ("USD", "JPY", "GBP", "CHF", "AUD", "CNY", "HKD", "IDR", "KRW", "MYR", "PHP", "SGD", "THB")
OTHER_CURRENCIES = {"VND": "SBV"}
_PLACES = {"JPY": 2, "KRW": 2, "IDR": 2, "PHP": 3, "THB": 3, "VND": 0}


def rates(seed: int, first: date, horizon: datetime) -> list[dict[str, str]]:
    """Rows source, rate_date, currency, rate_per_eur (exact text), oldest first; a day is out at 15:00 UTC."""
    rows, day = [], first
    while datetime(day.year, day.month, day.day, 15, tzinfo=UTC) < horizon:
        if is_working_day(day):
            rows += [_row(seed, "ECB", day, currency) for currency in ECB_CURRENCIES]
            rows += [_row(seed, source, day, currency) for currency, source in OTHER_CURRENCIES.items()]
        day += timedelta(days=1)
    return rows


def _row(seed: int, source: str, day: date, currency: str) -> dict[str, str]:
    return {"source": source, "rate_date": day.isoformat(), "currency": currency, "rate_per_eur": str(rate(seed, day, currency))}


def rate(seed: int, day: date, currency: str) -> Decimal:
    """A slow wave around the middle with a little noise: any day can be computed alone."""
    phase = Random(f"{seed}:fx:{currency}").random() * math.tau
    noise = Random(f"{seed}:fx:{currency}:{day}").uniform(-0.002, 0.002)
    factor = 1 + 0.02 * math.sin(day.toordinal() / 29 + phase) + noise
    places = _PLACES.get(currency, 4)
    return (Decimal(ROUGH_PER_EUR[currency]) / 10_000 * Decimal(repr(factor))).quantize(Decimal(1).scaleb(-places))


def is_working_day(day: date) -> bool:
    """TARGET's calendar: no weekends, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December."""
    if day.weekday() >= 5 or (day.month, day.day) in {(1, 1), (5, 1), (12, 25), (12, 26)}:
        return False
    return day - _easter(day.year) not in {timedelta(days=-2), timedelta(days=1)}


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Gauss's rule in its usual integer form)."""
    golden, century = year % 19, year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    epact -= epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    offset = epact - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))
