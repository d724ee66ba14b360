"""What the bench lends a connector instead of the pipeline: the marketplace's own clock, a watched token store, a keyed hash.

Who sleeps moves the clock on, so that quotas and waits are real and cost no time.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta

import requests

from connectors.contract import Token
from connectors.memory import MemoryTokens

OVERSLEPT_SECONDS = 0.25  # nobody wakes early; at a clock that runs, two calls' different ways to the marketplace must not break a quota
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class MarketClock:
    """The marketplace's clock; ``sleep`` moves it (one that cannot be moved is waited for)."""

    def __init__(self, address: str) -> None:
        self._address, self._http = address, requests.Session()
        self._http.trust_env = False  # no proxy leads to loopback, and looking for one costs as much as asking
        self.read()
        self.origin = self.horizon

    def read(self) -> None:
        self._set(self._http.get(self._address, timeout=30))

    def now(self) -> datetime:
        return self._told + timedelta(seconds=(time.monotonic() - self._since) * self.speed)

    def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        answer = self._http.post(self._address, json={"advance_seconds": seconds + OVERSLEPT_SECONDS}, timeout=30)
        if answer.ok:
            self._set(answer)
        else:
            time.sleep(seconds / (self.speed or 1.0))

    def _set(self, answer: requests.Response) -> None:
        told = answer.json()
        self._told, self.speed, self._since = datetime.fromisoformat(told["now"]), float(told["speed"]), time.monotonic()
        self.horizon = datetime.fromisoformat(told["horizon"])


class WatchedTokens(MemoryTokens):
    """Remembers every token it was given; ``lie`` stretches their lives, so that only the marketplace knows when they end."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Token] = []
        self.ever: set[str] = set()
        self.lie = timedelta(0)

    def forget(self) -> None:
        """Let every access token be over; refresh tokens stay, for a vendor may have changed them."""
        for name, token in self._tokens.items():
            self._tokens[name] = Token(token.access_token, LONG_AGO, token.refresh_token)
        self.seen.clear()

    def put(self, name: str, token: Token) -> None:
        self.ever.add(token.access_token)
        self.ever |= {token.refresh_token} - {None}
        self.seen.append(token)
        super().put(name, Token(token.access_token, token.expires_at + self.lie, token.refresh_token))


def pseudonym(text: str) -> str:
    return hmac.new(b"the contract's key", text.encode(), hashlib.sha256).hexdigest()[:32]
