"""Trouble on purpose: drawn from the seed and how often a key was asked, so that a run can be repeated."""

from __future__ import annotations

from collections import Counter
from random import Random

# Chance of each kind a request. The first five strike in front of a marketplace; the others a marketplace asks for itself.
IN_FRONT = ("error", "throttled", "timeout", "truncated", "html")
PROFILES: dict[str, dict[str, float]] = {
    "none": {},
    "flaky": {
        "error": 0.02, "throttled": 0.02, "timeout": 0.001, "truncated": 0.005, "html": 0.005, "repeated_page": 0.01,
        "expired_token": 0.01, "cancelled_report": 0.03,
    },
    "hostile": {
        "error": 0.06, "throttled": 0.05, "timeout": 0.01, "truncated": 0.03, "html": 0.02, "repeated_page": 0.04,
        "expired_token": 0.03, "slow_write": 0.3, "lost_write": 0.1, "cancelled_report": 0.1, "fatal_report": 0.05,
    },
}
MOST_IN_A_ROW = 2
MOST_OF_A_KIND = {"expired_token": 1}  # a token that has just been issued is not called in at its first use


class Faults:
    """Whether the next request of a key meets a kind of trouble; never more than twice in a row for one key (a token: once).

    ``expired_token`` and ``lost_write`` are the marketplaces' and the stock's to act on.
    """

    def __init__(self, profile: str, seed: int) -> None:
        if profile not in PROFILES:
            raise ValueError(f"faults profile {profile!r} is none of {', '.join(PROFILES)}")
        self.profile, self._seed, self._chances = profile, seed, PROFILES[profile]
        self._asked: Counter[tuple[str, str]] = Counter()
        self._in_a_row: Counter[tuple[str, str]] = Counter()

    def draw(self, kind: str, key: str) -> bool:
        chance = self._chances.get(kind, 0.0)
        if not chance:
            return False
        self._asked[kind, key] += 1
        struck = Random(f"{self._seed}:{kind}:{key}:{self._asked[kind, key]}").random() < chance
        if struck and self._in_a_row[kind, key] >= MOST_OF_A_KIND.get(kind, MOST_IN_A_ROW):
            struck = False
        self._in_a_row[kind, key] = self._in_a_row[kind, key] + 1 if struck else 0
        return struck

    def strike(self, key: str) -> str | None:
        """Which trouble in front of a marketplace, if any, the next request of ``key`` meets."""
        return next((kind for kind in IN_FRONT if self.draw(kind, key)), None)
