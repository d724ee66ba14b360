"""Sites: where a marketplace sells, which clock its days follow and which money it prices in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd
import pyarrow as pa

from transforms.schema import SchemaError

_DAY = pd.ArrowDtype(pa.date32())
known_zones = cache(available_timezones)  # it opens every file of the zone database each time it is asked


@dataclass(frozen=True)
class Site:
    """``code`` is ISO 3166-1 alpha-2 (GB, not UK); ``currency`` what its prices are in by default."""

    code: str
    zone: str
    currency: str


SITES = {
    code: Site(code, zone, currency)
    for code, zone, currency in (
        # The Americas; a country of several zones follows its marketplace's own day.
        ("US", "America/Los_Angeles", "USD"), ("CA", "America/Toronto", "CAD"), ("MX", "America/Mexico_City", "MXN"),
        ("BR", "America/Sao_Paulo", "BRL"),
        # Europe, the Middle East, Africa, India
        ("GB", "Europe/London", "GBP"), ("DE", "Europe/Berlin", "EUR"), ("FR", "Europe/Paris", "EUR"), ("IT", "Europe/Rome", "EUR"),
        ("ES", "Europe/Madrid", "EUR"), ("NL", "Europe/Amsterdam", "EUR"), ("BE", "Europe/Brussels", "EUR"),
        ("SE", "Europe/Stockholm", "SEK"), ("PL", "Europe/Warsaw", "PLN"), ("IE", "Europe/Dublin", "EUR"),
        ("AT", "Europe/Vienna", "EUR"), ("CH", "Europe/Zurich", "CHF"),
        ("TR", "Europe/Istanbul", "TRY"), ("AE", "Asia/Dubai", "AED"), ("SA", "Asia/Riyadh", "SAR"), ("EG", "Africa/Cairo", "EGP"),
        ("IN", "Asia/Kolkata", "INR"), ("ZA", "Africa/Johannesburg", "ZAR"),
        # The Far East
        ("JP", "Asia/Tokyo", "JPY"), ("AU", "Australia/Sydney", "AUD"), ("SG", "Asia/Singapore", "SGD"),
        ("MY", "Asia/Kuala_Lumpur", "MYR"), ("PH", "Asia/Manila", "PHP"), ("VN", "Asia/Ho_Chi_Minh", "VND"),
        ("TH", "Asia/Bangkok", "THB"), ("ID", "Asia/Jakarta", "IDR"),
        # Where sellers to businesses sit; their prices are mostly in USD
        ("CN", "Asia/Shanghai", "CNY"), ("HK", "Asia/Hong_Kong", "HKD"),
    )
}


def site(code: str) -> Site:
    """The site of a country.

    Raises:
        SchemaError: no marketplace we read sells there.
    """
    try:
        return SITES[code]
    except KeyError:
        raise SchemaError(f"site {code!r} is unknown; known are {', '.join(SITES)} (transforms/sites.py)") from None


def local_dates(instants: pd.Series, sites: pd.Series) -> pd.Series:
    """Each instant's calendar day at its site; null where either is null.

    Raises:
        SchemaError: an unknown site.
    """
    days = pd.Series([None] * len(instants), dtype=_DAY, index=instants.index)
    for code in sites.dropna().unique():
        here = (sites == code).fillna(False).to_numpy(dtype=bool)
        days[here] = zone_dates(instants[here], site(code).zone)
    return days


def zone_dates(instants: pd.Series, zone: str) -> pd.Series:
    """Each instant's calendar day in one zone."""
    local = pd.to_datetime(instants, utc=True).astype("datetime64[us, UTC]").dt.tz_convert(ZoneInfo(zone)).dt.tz_localize(None)
    return pd.Series(pa.array(local.dt.normalize(), from_pandas=True).cast(pa.date32()), dtype=_DAY, index=instants.index)
