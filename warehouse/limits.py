"""Quotas shared by every process: a token bucket (GCRA) in one row, moved by one statement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Engine, text


class Clock(Protocol):
    def now(self) -> Any: ...


# start: now, or when the bucket has a call left, or when the vendor's refusal is over, whichever is latest.
_START = "greatest(CAST(:now AS timestamptz), b.next_at - CAST(:burst AS interval), b.blocked_until)"
_TAKE = text(f"""
INSERT INTO quota_buckets AS b (bucket, next_at, granted_at) VALUES (:bucket, CAST(:now AS timestamptz) + CAST(:interval AS interval), :now)
ON CONFLICT (bucket) DO UPDATE SET next_at = greatest(b.next_at, {_START}) + CAST(:interval AS interval), granted_at = {_START}
WHERE {_START} - CAST(:now AS timestamptz) <= CAST(:patience AS interval)
RETURNING b.granted_at""")
_LOOK = text(f"SELECT {_START} FROM quota_buckets b WHERE bucket = :bucket")
_BLOCK = text("""
INSERT INTO quota_buckets AS b (bucket, next_at, blocked_until) VALUES (:bucket, :now, :until)
ON CONFLICT (bucket) DO UPDATE SET blocked_until = greatest(b.blocked_until, excluded.blocked_until)""")


class PostgresLimiter:
    """Fulfils ``connectors.contract.Limiter``.

    Args:
        clock: whose ``now`` the buckets run on.
        too_long: raised as ``too_long(seconds, operation)`` when a call would have to wait longer than it may.
    """

    def __init__(self, engine: Engine, clock: Clock, too_long: type[Exception]) -> None:
        self._engine, self._clock, self._too_long = engine, clock, too_long

    def take(self, budget: Any, holder: str, max_wait_seconds: float) -> float:
        """Reserve one call and return the seconds (on the clock) to wait before making it."""
        now, interval = self._clock.now(), timedelta(seconds=1 / budget.rate_per_second)
        told = {
            "bucket": _bucket(budget, holder), "now": now, "interval": interval, "burst": interval * (max(1, budget.burst) - 1),
            "patience": timedelta(seconds=max_wait_seconds),
        }  # fmt: skip
        with self._engine.begin() as conn:
            granted = conn.execute(_TAKE, told).scalar()
            start = granted or conn.execute(_LOOK, told).scalar_one()
        wait = max(0.0, (start - now).total_seconds())
        if granted is None:
            raise self._too_long(wait, budget.operation)
        return wait

    def penalise(self, budget: Any, holder: str, seconds: float) -> None:
        """The vendor refused a call: nobody uses this bucket for ``seconds``."""
        now = self._clock.now()
        with self._engine.begin() as conn:
            conn.execute(_BLOCK, {"bucket": _bucket(budget, holder), "now": now, "until": now + timedelta(seconds=seconds)})


def _bucket(budget: Any, holder: str) -> str:
    return f"{holder}/{budget.operation}"
