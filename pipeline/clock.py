"""The night's clock: the machine's, or a sandbox's that runs faster."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import requests

from pipeline.errors import SettingsError


class SystemClock:
    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


class RemoteClock:
    """A clock read once from ``GET address`` (``{"now", "speed"}``) and carried on from there at its speed."""

    def __init__(self, address: str) -> None:
        try:
            answer = requests.get(address, timeout=10).json()
            self._start = datetime.fromisoformat(answer["now"])
            self.speed = float(answer["speed"])
        except (requests.RequestException, KeyError, ValueError) as error:
            raise SettingsError(
                f"DAIYUN_CLOCK: no clock answers at {address} ({type(error).__name__}). Start the sandbox, or set it to `system`."
            ) from None
        self._wall = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._wall) * self.speed)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds) / self.speed)


def clock_from(setting: str) -> SystemClock | RemoteClock:
    return SystemClock() if setting == "system" else RemoteClock(setting)
