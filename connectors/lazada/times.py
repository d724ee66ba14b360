"""Every way Lazada writes an instant or a day, read columnar: distinct texts are parsed once."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import INSTANT, instants_by
from connectors.flatten import Faults

# the order header's 2018-02-09T22:44:30+08:00, the items' 2014-10-15 19:12:15 +0800, statements' without a zone
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ]?(\d\d:\d\d)(:\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_DAY = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})", re.ASCII)


@lru_cache(maxsize=65_536)
def read_instant(value: Any, zone: str | None = None) -> datetime | None:
    """An instant written with its zone, or, where ``zone`` is given, without one; None where it is none."""
    found = _STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        return None
    day, minute, second, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{minute}{second or ':00'}{'+00:00' if offset == 'Z' else offset or ''}")
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if zone else None
    return moment.astimezone(UTC)


@lru_cache(maxsize=4096)
def read_day(value: Any, zone: str) -> datetime | None:
    """``17 May 2016`` → that day's start in ``zone``."""
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or found[2].title() not in _MONTHS:
        return None
    try:
        day = datetime(int(found[3]), _MONTHS[found[2].title()], int(found[1]), tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
    return day.astimezone(UTC)


def stamps(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """A column of instants written with their zone."""
    try:
        return pc.cast(pa.array(values, pa.string()), INSTANT)
    except (pa.ArrowException, UnicodeEncodeError, TypeError):
        return instants_by(values, read_instant, name, faults)
