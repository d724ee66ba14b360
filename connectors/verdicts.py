"""What an answer means: the vendor's reading of a reply, and the sentences that tell people about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cached_property
from typing import Any

from connectors.exact import read_json

TOLERATED_SKEW = timedelta(minutes=5)


class Outcome(Enum):
    """What to do with a reply."""

    OK = "use it"
    THROTTLED = "the quota is spent: wait, then ask again"
    TRANSIENT = "passing trouble: ask again with back-off"
    UNAUTHORIZED = "the token is not honoured: renew it once and replay"
    CLOSED = "the vendor switched the call off for hours: nothing is asked again now"
    EXPIRED = "the page token or cursor is not honoured any more"
    REFUSED = "asking again changes nothing"


@dataclass(frozen=True)
class Verdict:
    """A judged reply.

    Attributes:
        code, message: the vendor's own, for the error's text (redacted and shortened before they are shown).
        remedy: what a person should do; empty for the general one of the outcome.
        wait_seconds: the vendor's hint how long to wait (Retry-After and the like).
        rate_per_second: the vendor's hint how fast this operation may be called by this shop.
        request_id: the vendor's number of the exchange, where it stands in the body instead of a header.
    """

    outcome: Outcome
    code: str = ""
    message: str = ""
    remedy: str = ""
    wait_seconds: float | None = None
    rate_per_second: float | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Reply:
    """One HTTP answer, content encoding undone. ``headers`` ignore case; the body never appears in a repr.

    ``sent_at``: when it was asked for; with ``received_at`` it bounds when the vendor can have answered.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime
    request_id: str | None = None
    sent_at: datetime | None = None

    @cached_property
    def json(self) -> Any:
        """The body as :func:`connectors.exact.read_json` reads it (raises ``NotJson``)."""
        return read_json(self.body)

    def json_or_none(self) -> Any:
        try:
            return self.json
        except ValueError:
            return None


def judge_by_status(reply: Reply) -> Verdict:
    """Read a reply by its HTTP status alone; vendors wrap this with their own codes."""
    hint = retry_after(reply.headers.get("Retry-After"), reply.received_at)
    if 200 <= reply.status < 300:
        return Verdict(Outcome.OK)
    if reply.status == 429:
        return Verdict(Outcome.THROTTLED, wait_seconds=hint)
    if reply.status in (408, 500, 502, 503, 504):
        return Verdict(Outcome.TRANSIENT, wait_seconds=hint)
    if reply.status in (401, 403):
        return Verdict(Outcome.UNAUTHORIZED)
    return Verdict(Outcome.REFUSED)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds a ``Retry-After`` header asks for: a number, or an HTTP date; None where absent or unreadable."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        told = http_date(header)
        return max(0.0, (told - now).total_seconds()) if told else None


def http_date(header: str | None) -> datetime | None:
    try:
        told = parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
    return told.replace(tzinfo=UTC) if told and told.tzinfo is None else told


def clock_skew(headers: Mapping[str, str], now: datetime, machine: datetime | None = None) -> timedelta | None:
    """How far our clock is ahead of the vendor's ``Date`` header; None where it is not told or within five minutes.

    ``now`` is the night's clock. Where that is not the machine's (a sandbox's night), a header that agrees with the
    ``machine`` proves nothing about the night's clock.
    """
    told = http_date(headers.get("Date"))
    if told is None or abs((machine or datetime.now(UTC)) - told) <= TOLERATED_SKEW:
        return None
    return now - told if abs(now - told) > TOLERATED_SKEW else None


def describe_skew(skew: timedelta) -> str:
    hours, minutes = divmod(round(abs(skew).total_seconds() / 60), 60)
    direction = "ahead of" if skew > timedelta(0) else "behind"
    return f"This machine's clock is {hours} h {minutes} min {direction} the marketplace's: set it right (NTP) and run again."
