"""Quotas shared by every process: a token bucket (GCRA) in one row, moved by one statement; one that several shops share, by
their turns (:mod:`transforms.turns`), under the row's lock.

A row also notes our clock when it was last used. Found to lie in the future, that clock was ahead and has been put
right since: what was reserved or forbidden by it is moved back with it, so that it lasts as long from now on as it was
still to last then, and not until the wrong hour comes. No queue and no vendor's refusal is shortened by that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, text

from transforms.turns import Turns, take_turn


class Clock(Protocol):
    def now(self) -> Any: ...


SLACK_SECONDS = 60.0  # clocks of several machines never quite agree; as long as this a mended one may cost
_NOW = "CAST(:now AS timestamptz)"
_MEND = text(f"""
UPDATE quota_buckets SET next_at = next_at - (noted_at - {_NOW}), blocked_until = blocked_until - (noted_at - {_NOW}), noted_at = {_NOW}
WHERE bucket = :bucket AND noted_at > {_NOW} + CAST(:slack AS interval)""")
_SHARED = text("""
INSERT INTO quota_buckets AS b (bucket, next_at, spent_at, noted_at) VALUES (:bucket, :now, :now, :now)
ON CONFLICT (bucket) DO UPDATE SET bucket = excluded.bucket
RETURNING b.next_at, coalesce(b.spent_at, b.next_at), b.blocked_until, b.noted_at, b.turns""")  # the row stays locked until the end
_TURNED = text("""
UPDATE quota_buckets SET next_at = :promised, spent_at = :spent, blocked_until = :blocked, granted_at = :at, turns = CAST(:turns AS jsonb),
noted_at = :noted WHERE bucket = :bucket""")
# start: now, or when the bucket has a call left, or when the vendor's refusal is over, whichever is latest.
_START = f"greatest({_NOW}, b.next_at - CAST(:burst AS interval), b.blocked_until)"
_TAKE = text(f"""
INSERT INTO quota_buckets AS b (bucket, next_at, granted_at, noted_at) VALUES (:bucket, {_NOW} + CAST(:interval AS interval), :now, :now)
ON CONFLICT (bucket) DO UPDATE SET next_at = greatest(b.next_at, {_START}) + CAST(:interval AS interval), granted_at = {_START},
noted_at = greatest(b.noted_at, excluded.noted_at)
WHERE {_START} - {_NOW} <= CAST(:patience AS interval) AND coalesce(b.noted_at, {_NOW}) <= {_NOW} + CAST(:slack AS interval)
RETURNING b.granted_at""")
_LOOK = text(f"SELECT {_START} FROM quota_buckets b WHERE bucket = :bucket")
_BLOCK = text("""
INSERT INTO quota_buckets AS b (bucket, next_at, blocked_until, noted_at) VALUES (:bucket, :now, :until, :now)
ON CONFLICT (bucket) DO UPDATE SET blocked_until = greatest(b.blocked_until, excluded.blocked_until),
noted_at = greatest(b.noted_at, excluded.noted_at)""")


class PostgresLimiter:
    """Fulfils ``connectors.contract.Limiter``.

    Args:
        clock: whose ``now`` the buckets run on.
        too_long: raised as ``too_long(seconds, operation)`` when a call would have to wait longer than it may.
        slack_seconds: how far (on ``clock``) another process's clock may be ahead and count as right.
    """

    def __init__(self, engine: Engine, clock: Clock, too_long: type[Exception], slack_seconds: float = SLACK_SECONDS) -> None:
        self._engine, self._clock, self._too_long = engine, clock, too_long
        self._slack = timedelta(seconds=slack_seconds)

    def take(self, budget: Any, holder: str, max_wait_seconds: float, shop: str = "") -> float:
        """Reserve one call and return the seconds (on the clock) to wait before making it."""
        if shop and budget.per == "app":
            return self._take_turn(budget, _bucket(budget, holder), shop, timedelta(seconds=max_wait_seconds))
        now, interval = self._clock.now(), timedelta(seconds=1 / budget.rate_per_second)
        told = {
            "bucket": _bucket(budget, holder), "now": now, "interval": interval, "burst": interval * (max(1, budget.burst) - 1),
            "patience": timedelta(seconds=max_wait_seconds), "slack": self._slack,
        }  # fmt: skip
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:  # it moves the bucket by itself
            start = granted = conn.execute(_TAKE, told).scalar()
        if granted is None:
            granted, start = self._mended(told)
        wait = max(0.0, (start - now).total_seconds())
        if granted is None:
            raise self._too_long(wait, budget.operation)
        return wait

    def _mended(self, told: Mapping[str, Any]) -> tuple[datetime | None, datetime]:
        """A call that was not granted, asked for once more by the right clock: (what is granted, when the next could begin)."""
        with self._engine.begin() as conn:
            self._mend(conn, told["bucket"], told["now"])
            granted = conn.execute(_TAKE, told).scalar()
            return granted, granted or conn.execute(_LOOK, told).scalar_one()

    def _take_turn(self, budget: Any, bucket: str, shop: str, patience: timedelta) -> float:
        now, interval = self._clock.now(), timedelta(seconds=1 / budget.rate_per_second)
        with self._engine.begin() as conn:
            promised, spent, blocked, noted, kept = conn.execute(_SHARED, {"bucket": bucket, "now": now}).one()
            turns = Turns(promised, spent, blocked, *_read(kept))
            if noted and noted - now > self._slack:
                turns, noted = turns.moved(noted - now), now
            taken = take_turn(turns, shop, now, interval, budget.burst, patience)
            told = {
                "bucket": bucket, "promised": taken.turns.promised_until, "spent": taken.turns.spent_until, "at": taken.at,
                "blocked": taken.turns.blocked_until, "noted": max(noted or now, now),
                "turns": _written(taken.turns),
            }  # fmt: skip
            conn.execute(_TURNED, told)
        wait = max(0.0, (taken.at - now).total_seconds())
        if not taken.is_granted:
            raise self._too_long(wait, budget.operation)
        return wait

    def penalise(self, budget: Any, holder: str, seconds: float) -> None:
        """The vendor refused a call: nobody uses this bucket for ``seconds``."""
        now, bucket = self._clock.now(), _bucket(budget, holder)
        with self._engine.begin() as conn:
            self._mend(conn, bucket, now)
            conn.execute(_BLOCK, {"bucket": bucket, "now": now, "until": now + timedelta(seconds=seconds)})

    def _mend(self, conn: Connection, bucket: str, now: datetime) -> None:
        conn.execute(_MEND, {"bucket": bucket, "now": now, "slack": self._slack})


def _read(kept: Mapping[str, Any]) -> tuple[dict[str, datetime], tuple[tuple[datetime, str], ...]]:
    """Booked and granted turns of a row."""
    booked = {shop: datetime.fromisoformat(at) for shop, at in kept.get("booked", {}).items()}
    return booked, tuple((datetime.fromisoformat(at), shop) for at, shop in kept.get("granted", ()))


def _written(turns: Turns) -> str:
    booked = {shop: at.isoformat() for shop, at in turns.booked.items()}
    return json.dumps({"booked": booked, "granted": [(at.isoformat(), shop) for at, shop in turns.granted]})


def _bucket(budget: Any, holder: str) -> str:
    return f"{holder}/{budget.operation}"
