"""A limiter and a token store for one process: tests, and commands that work without a database.

They keep the contracts honestly (real token buckets on the injected clock, real locks), but nothing of theirs is
seen by another process; the shared ones are the warehouse's.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.contract import Budget, Clock, Token
from connectors.errors import QuotaWait
from transforms.turns import Turns, take_turn

SLACK_SECONDS = 60.0  # a clock put back by less costs at most that


class MemoryLimiter:
    """Token buckets as a virtual schedule: for each bucket the instant at which it is full again (GCRA).

    Where the clock turns out to have been ahead, what was reserved or forbidden by it moves back with it, and lasts from
    now on as long as it was still to last then.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._noted_at: dict[tuple[str, str], datetime] = {}
        self._full_at: dict[tuple[str, str], datetime] = {}
        self._closed_until: dict[tuple[str, str], datetime] = {}
        self._turns: dict[tuple[str, str], Turns] = {}
        self._lock = threading.Lock()

    def take(self, budget: Budget, holder: str, max_wait_seconds: float, shop: str = "") -> float:
        bucket = (budget.operation, holder)
        interval = timedelta(seconds=1 / budget.rate_per_second)
        with self._lock:
            now = self._now(bucket)
            if shop and budget.per == "app":
                return self._take_turn(budget, bucket, shop, now, timedelta(seconds=max_wait_seconds))
            full_at = max(self._full_at.get(bucket, now), now)
            start = max(now, full_at - (budget.burst - 1) * interval, self._closed_until.get(bucket, now))
            wait = (start - now).total_seconds()
            if wait > max_wait_seconds:
                raise QuotaWait(wait, budget.operation)
            self._full_at[bucket] = max(full_at, start) + interval
            return wait

    def _take_turn(self, budget: Budget, bucket: tuple[str, str], shop: str, now: datetime, patience: timedelta) -> float:
        turns = replace(self._turns.get(bucket, Turns(now, now)), blocked_until=self._closed_until.get(bucket))
        taken = take_turn(turns, shop, now, timedelta(seconds=1 / budget.rate_per_second), budget.burst, patience)
        self._turns[bucket] = taken.turns
        wait = max(0.0, (taken.at - now).total_seconds())
        if not taken.is_granted:
            raise QuotaWait(wait, budget.operation)
        return wait

    def penalise(self, budget: Budget, holder: str, seconds: float) -> None:
        bucket = (budget.operation, holder)
        with self._lock:
            until = self._now(bucket) + timedelta(seconds=seconds)
            self._closed_until[bucket] = max(until, self._closed_until.get(bucket, until))

    def _now(self, bucket: tuple[str, str]) -> datetime:
        """The clock's now, noted; what the bucket knows of a later one is moved back."""
        now = self._clock.now()
        noted = self._noted_at.get(bucket, now)
        ahead = noted - now
        if ahead <= timedelta(seconds=SLACK_SECONDS):
            self._noted_at[bucket] = max(noted, now)
            return now
        for instants in (self._full_at, self._closed_until):
            if bucket in instants:
                instants[bucket] -= ahead
        if bucket in self._turns:
            self._turns[bucket] = self._turns[bucket].moved(ahead)
        self._noted_at[bucket] = now
        return now


class MemoryTokens:
    """Tokens of this process."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def get(self, name: str) -> Token | None:
        return self._tokens.get(name)

    def put(self, name: str, token: Token) -> None:
        self._tokens[name] = token

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks[name]
        with lock:
            yield
