"""Token buckets on the sandbox's clock, and the counts of who called what."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sandbox.clock import WorldClock


@dataclass
class _Bucket:
    tokens: float
    at: datetime


class Quotas:
    """One bucket a (operation, holder), full at first, refilled at the operation's rate."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, operation: str, holder: str, rate_per_second: float, burst: int) -> float:
        """Take one token: 0.0 when there was one, else the seconds until there will be (nothing is taken)."""
        now = self._clock.now()
        bucket = self._buckets.setdefault((operation, holder), _Bucket(float(burst), now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at).total_seconds() * rate_per_second)
        bucket.at = now
        if bucket.tokens >= 1 - 1e-9:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / rate_per_second


class Stats:
    """How often each shop called each operation, how often it was refused and why, and how many calls ran at once."""

    def __init__(self) -> None:
        self._calls: dict[str, Counter[str]] = defaultdict(Counter)
        self._rejected: dict[str, Counter[str]] = defaultdict(Counter)
        self._faults: Counter[str] = Counter()
        self._running = self._most_at_once = 0

    def call(self, shop: str, operation: str) -> None:
        self._calls[shop][operation] += 1

    def reject(self, shop: str, operation: str, why: str) -> None:
        self._rejected[shop][f"{operation}: {why}"] += 1

    def fault(self, kind: str) -> None:
        self._faults[kind] += 1

    def enter(self) -> None:
        self._running += 1
        self._most_at_once = max(self._most_at_once, self._running)

    def leave(self) -> None:
        self._running -= 1

    def told(self) -> dict[str, object]:
        """``{shops: {shop: {calls: {operation: n}, rejected: {"operation: why": n}}}, faults, max_concurrency}``."""
        names = sorted({*self._calls, *self._rejected})
        shops = {name: {"calls": dict(self._calls[name]), "rejected": dict(self._rejected[name])} for name in names}
        return {"shops": shops, "faults": dict(self._faults), "max_concurrency": self._most_at_once}
