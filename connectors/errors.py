"""Errors by what the caller should do about them.

A message says who, what, why, what now: marketplace, entity, shop, status and operation, the vendor's code and
request id, the remedy, and whether it was retried. Never a token, a buyer or a payload.
"""


class ConnectorError(Exception):
    """Anything a marketplace did that a pull or push cannot go on from."""


class RetryableError(ConnectorError):
    """Passing trouble that outlived this process's own retries: run the step again later."""


class FatalError(ConnectorError):
    """Trying again changes nothing until a person mends what the message names."""


class CursorExpired(ConnectorError):
    """The vendor no longer honours the place a pull had reached: read the window again from its start."""


class QuotaWait(ConnectorError):
    """The next call must wait longer than the caller is willing to sleep."""

    def __init__(self, seconds: float, operation: str) -> None:
        super().__init__(f"{operation}: the quota allows the next call in {seconds:.0f} s")
        self.seconds = seconds
        self.operation = operation
