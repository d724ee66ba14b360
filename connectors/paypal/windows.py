"""Which time a pull of payments asks for, in which pieces: pure steps from one JSON-able state to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.paypal.endpoints import LATE, WEEKLY_REACH

LONGEST = timedelta(days=31)
HISTORY = timedelta(days=3 * 365 - 1)
ROWS = 500
MOST_ROWS = 10_000  # more in one window are refused, and would be cut off at some versions of the call
SECOND = timedelta(seconds=1)
MOST_REPEATS = 3


@dataclass(frozen=True)
class Piece:
    """One search window being paged through. Travels in the cursor, as every page may be another process.

    Attributes:
        start, until: what is asked for, whole seconds; both ends are asked for twice (by this piece and the one beside it), so
            that it does not matter whether PayPal means the end to be inside.
        end: where the whole pull ends.
        span_seconds: how long a piece may be; halved whenever PayPal finds one too large.
        page: the next page's number.
        rows, total: rows of this piece so far, and how many PayPal said there are.
        last: digest of the last page, to notice it when it is shown again.
        repeats: how often this piece was begun anew because it changed under way.
        group: number of the next page's group.
    """

    start: str
    until: str
    end: str
    span_seconds: int
    page: int = 1
    rows: int = 0
    total: int | None = None
    last: str = ""
    repeats: int = 0
    group: int = 0

    @classmethod
    def first(cls, window: Window, now: datetime) -> Piece:
        start = max(reached_back(window), now - HISTORY).replace(microsecond=0)
        end = max(window.end.replace(microsecond=0) + (SECOND if window.end.microsecond else timedelta(0)), start + SECOND)
        return cls(_text(start), _text(min(end, start + LONGEST)), _text(end), int(LONGEST.total_seconds()))

    def state(self) -> dict[str, Any]:
        return asdict(self)

    def query(self) -> dict[str, str]:
        """Everything, not only what moves money; nothing about the buyer but the account's number."""
        return {
            "start_date": self.start, "end_date": self.until, "fields": "transaction_info", "balance_affecting_records_only": "N",
            "page_size": str(ROWS), "page": str(self.page),
        }

    def halved(self) -> Piece | None:
        """Half as much time, from the same start; None where a second cannot be halved."""
        span = int((_instant(self.until) - _instant(self.start)).total_seconds()) // 2
        if span < 1:
            return None
        until = _instant(self.start) + timedelta(seconds=span)
        return replace(self, until=_text(until), span_seconds=span, page=1, rows=0, total=None, last="")

    def begun_anew(self) -> Piece:
        return replace(self, page=1, rows=0, total=None, last="", repeats=self.repeats + 1)

    def has_changed(self, keys: Sequence[str], total: int | None) -> bool:
        """Whether this page shows that the window's contents shifted under us: another total, or the last page once more."""
        return (self.total is not None and total != self.total) or bool(keys and digest(keys) == self.last)

    def after(self, keys: Sequence[str], total: int | None, pages: int | None) -> Piece | None:
        """The next page, the next piece, or None at the end."""
        rows = self.rows + len(keys)
        if self.page < (pages or 0):
            return replace(self, page=self.page + 1, rows=rows, total=total, last=digest(keys), group=self.group + 1)
        if self.until == self.end:
            return None
        until = min(_instant(self.until) + timedelta(seconds=self.span_seconds), _instant(self.end))
        return Piece(self.until, _text(until), self.end, self.span_seconds, group=self.group + 1)

    def is_short(self, keys: Sequence[str], total: int | None, pages: int | None) -> bool:
        """Whether the last page leaves fewer or more rows than PayPal counted."""
        return self.page >= (pages or 0) and total is not None and self.rows + len(keys) != total


def reached_back(window: Window) -> datetime:
    """Where a pull begins. The one whose new part holds a Monday 00:00 UTC looks back 45 days: old payments change too."""
    fresh = min(window.start + LATE, window.end)
    monday = (fresh + timedelta(days=-fresh.weekday() % 7)).replace(hour=0, minute=0, second=0, microsecond=0)
    monday += timedelta(days=7) if monday < fresh else timedelta(0)
    return min(window.start, window.end - WEEKLY_REACH) if monday < window.end else window.start


def digest(keys: Sequence[str]) -> str:
    return hashlib.blake2b("\0".join(keys).encode(), digest_size=8).hexdigest()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
