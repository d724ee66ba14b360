"""The app's quota: ten calls a second, and ten thousand in a day that slides by the hour."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta

from sandbox.etsy.errors import Refused
from sandbox.market import House

PER_SECOND, PER_DAY = 10, 10_000


class Limits:
    def __init__(self, house: House) -> None:
        self._house = house
        self._hours: Counter[int] = Counter()

    def take(self) -> None:
        """Count a call. Raises Refused where the second or the day is spent."""
        now = self._house.clock.now()
        hour = int(now.timestamp()) // 3600
        self._hours = Counter({at: count for at, count in self._hours.items() if at > hour - 24})
        if sum(self._hours.values()) >= PER_DAY:
            seconds = (min(self._hours) + 24) * 3600 - int(now.timestamp())
            raise Refused(429, "Exceeded per day rate limit", headers={"retry-after": str(max(1, seconds))})
        wait = self._house.quotas.take("etsy", "app", PER_SECOND, PER_SECOND)
        if wait:
            raise Refused(429, "Exceeded per second rate limit", headers={"retry-after": str(max(1, math.ceil(wait)))})
        self._hours[hour] += 1

    def spend(self, calls: int) -> None:
        """Let a former run of the app have used so much of the day."""
        self._hours[int((self._house.clock.now() - timedelta(hours=1)).timestamp()) // 3600] += calls

    def headers(self) -> dict[str, str]:
        left = max(0, PER_DAY - sum(self._hours.values()))
        return {
            "x-limit-per-second": str(PER_SECOND), "x-remaining-this-second": str(PER_SECOND - 1),
            "x-limit-per-day": str(PER_DAY), "x-remaining-today": str(left),
        }
