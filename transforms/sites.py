"""Sites: where a marketplace sells, which clock its days follow and which money it prices in."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa

from transforms.schema import SchemaError

_DAY = pd.ArrowDtype(pa.date32())


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


def is_zone(name: str) -> bool:
    """Whether IANA knows the zone: looked up by itself, for a list of all would open every file of the zone database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown; no relative path; a folder
        return False
    return not name.startswith(("posix", "right/"))  # the same zones once more, counted with leap seconds or not


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
    at, days = _instants(instants), np.full(len(instants), np.datetime64("NaT"), dtype="datetime64[D]")
    where, codes = pd.factorize(sites)
    for place, code in enumerate(codes):
        here = where == place
        days[here] = _days(at[here], site(code).zone)
    return _dates(days, instants.index)


def zone_dates(instants: pd.Series, zone: str) -> pd.Series:
    """Each instant's calendar day in one zone."""
    return _dates(_days(_instants(instants), zone), instants.index)


def _instants(values: pd.Series) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(values, utc=True).astype("datetime64[us, UTC]"))


def _days(instants: pd.DatetimeIndex, zone: str) -> np.ndarray:
    return instants.tz_convert(ZoneInfo(zone)).tz_localize(None).to_numpy().astype("datetime64[D]")


def _dates(days: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(pa.array(days, pa.date32(), from_pandas=True), dtype=_DAY, index=index)
