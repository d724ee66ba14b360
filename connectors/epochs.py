"""Instants as epoch milliseconds, in numbers or texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.columns import INSTANT, instants_by
from connectors.flatten import Faults

_LATEST_MS = 253_402_300_799_000


@lru_cache(maxsize=65_536)
def read_milliseconds(value: Any) -> datetime | None:
    """Epoch milliseconds as number or text."""
    shown = str(value)
    if isinstance(value, bool) or not shown.isdecimal() or int(shown) > _LATEST_MS:
        return None
    return datetime.fromtimestamp(int(shown) // 1000, UTC).replace(microsecond=int(shown) % 1000 * 1000)


def epochs(values: Sequence[Any], name: str, faults: Faults) -> pa.Array:
    """A column of epoch milliseconds, as numbers or text."""
    try:
        kind = pa.string() if any(type(value) is str for value in values) else pa.int64()
        milliseconds = pc.cast(pa.array(values, kind), pa.int64())
        if not pc.all(pc.and_(pc.greater_equal(milliseconds, 0), pc.less_equal(milliseconds, _LATEST_MS)), min_count=0).as_py():
            raise OverflowError
        return pc.cast(pc.multiply(milliseconds, 1000), INSTANT)
    except (pa.ArrowException, UnicodeEncodeError, TypeError, OverflowError):
        return instants_by(values, read_milliseconds, name, faults)
