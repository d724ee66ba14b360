"""How often and how patiently a call is asked again: tenacity on the night's own clock."""

from __future__ import annotations

from typing import NoReturn

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from connectors.contract import Clock
from connectors.errors import QuotaWait, RetryableError

ATTEMPTS = 6
_BACK_OFF = wait_random_exponential(multiplier=0.5, max=60)  # full jitter: many shops do not come back in step


class PassingTrouble(RetryableError):
    """One attempt failed in a way that may pass; ``hint_seconds`` is the vendor's own wish, where it told one."""

    def __init__(self, message: str, hint_seconds: float | None = None) -> None:
        super().__init__(message)
        self.hint_seconds = hint_seconds


def retrying(clock: Clock, patience_seconds: float, operation: str, attempts: int = ATTEMPTS) -> Retrying:
    """A tenacity loop that sleeps on ``clock``.

    Raises:
        QuotaWait: the next attempt would have to wait longer than ``patience_seconds``: the slot is better given back.
        RetryableError: the last attempt's trouble; it has outlived this loop, so a loop around it (a call that first needs a
            token) does not begin it anew.
    """

    def wait(state: RetryCallState) -> float:
        trouble = state.outcome.exception() if state.outcome else None
        hint = getattr(trouble, "hint_seconds", None)
        return _BACK_OFF(state) if hint is None else hint

    def give_back_if_long(state: RetryCallState) -> None:
        seconds = state.next_action.sleep if state.next_action else 0.0
        if seconds > patience_seconds:
            raise QuotaWait(seconds, operation) from None

    def give_up(state: RetryCallState) -> NoReturn:
        raise RetryableError(str(state.outcome.exception() if state.outcome else operation)) from None

    return Retrying(
        retry=retry_if_exception_type(PassingTrouble), stop=stop_after_attempt(attempts), wait=wait,
        sleep=clock.sleep, before_sleep=give_back_if_long, retry_error_callback=give_up,
    )
