"""AliExpress's clock: America/Los_Angeles wall time, ``yyyy-MM-dd HH:mm:ss``, daylight saving and all, without an offset.

In November one hour comes twice and its texts mean two instants. A window's bounds step out of it; a date that says when
something happened is read as the first (the same at every reading); a version as the last that had come when it was read,
so that a later version is never older than an earlier one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
_WALL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
_HOUR = timedelta(hours=1)


def told_from(moment: datetime) -> str:
    """A window's lower bound, an hour earlier where it would mean two instants."""
    return _written(_out_of_doubt(moment, -_HOUR))


def told_until(moment: datetime) -> str:
    """A window's upper bound, rounded up to a second, and later where it would mean two instants."""
    whole = moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)
    return _written(_out_of_doubt(whole, _HOUR))


@lru_cache(maxsize=65_536)
def read_wall(value: Any) -> datetime | None:
    """The instant (the first of two) of a wall time; None where it is none."""
    naive = _naive(value)
    return naive.replace(tzinfo=ZONE).astimezone(UTC) if naive else None


@lru_cache(maxsize=65_536)
def read_version(value: Any, arrived: datetime) -> datetime | None:
    """The instant of a wall time, of two the later unless that lies after ``arrived``."""
    naive = _naive(value)
    if naive is None:
        return None
    first, last = (naive.replace(tzinfo=ZONE, fold=fold).astimezone(UTC) for fold in (0, 1))
    return last if last <= arrived else first


def _naive(value: Any) -> datetime | None:
    if not isinstance(value, str) or not _WALL.fullmatch(value.strip()):
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None


def _written(naive: datetime) -> str:
    return naive.strftime("%Y-%m-%d %H:%M:%S")


def _out_of_doubt(moment: datetime, step: timedelta) -> datetime:
    naive = moment.astimezone(ZONE).replace(tzinfo=None, fold=0)
    while naive.replace(tzinfo=ZONE).utcoffset() != naive.replace(tzinfo=ZONE, fold=1).utcoffset():
        naive += step
    return naive
