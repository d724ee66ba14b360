"""The sandbox's own time: a horizon up to which the world is visible, and a clock that starts ten minutes after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LEAD = timedelta(minutes=10)


class WorldClock:
    """Runs at ``speed`` times the wall's pace from ``start``; never backwards.

    Attributes:
        horizon: world events from this instant on are not visible yet.
        wall: seconds that only grow; injected by tests.
    """

    def __init__(
        self, horizon: datetime, speed: float = 1.0, *, not_before: datetime | None = None, wall: Callable[[], float] = time.monotonic,
    ) -> None:
        self.horizon, self.speed, self._wall = horizon, speed, wall
        self._base, self._since = max(horizon + LEAD, not_before or horizon), wall()

    def now(self) -> datetime:
        return self._base + timedelta(seconds=(self._wall() - self._since) * self.speed)

    def advance(self, seconds: float) -> None:
        """Jump forward. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError(f"the clock never goes backwards (asked for {seconds} s)")
        self._base, self._since = self.now() + timedelta(seconds=seconds), self._wall()

    def move_horizon(self, until: datetime) -> None:
        """Let a later night begin. Raises ValueError for an earlier one."""
        if until < self.horizon:
            raise ValueError(f"the horizon {self.horizon.isoformat()} never moves back (asked for {until.isoformat()})")
        self._base, self._since = max(self.now(), until + LEAD), self._wall()
        self.horizon = until


def instant(text: str) -> datetime:
    """An ISO 8601 text with an offset (or Z) as a UTC instant. Raises ValueError without an offset."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} names no offset; write Z or +00:00")
    return found.astimezone(UTC)


def iso(at: datetime | None) -> str | None:
    """How every instant is told in the sandbox's own answers."""
    return None if at is None else at.astimezone(UTC).isoformat()
