"""Going through pages without going round in circles, and cutting windows a vendor would not answer whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.errors import RetryableError

NOTHING_NEW_LIMIT = 2
EMPTY_LIMIT = 500


def cut(window: Window, longest: timedelta | None) -> Iterator[Window]:
    """The window in consecutive half-open pieces of at most ``longest``."""
    start = window.start
    while longest is not None and window.end - start > longest:
        yield Window(start, start + longest)
        start += longest
    yield Window(start, window.end)


def upward(moment: datetime) -> datetime:
    """The next whole second: a bound the vendor may read as exclusive must not cut a part of one off."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


class PageMemory:
    """What one run through a listing has seen. It travels in the cursor, because every page may be another process.

    ``state()`` is a JSON-able mapping for the cursor; ``PageMemory(state)`` continues from it.
    """

    def __init__(self, who: str, state: Mapping[str, Any] | None = None) -> None:
        self._who = who
        self._tokens: list[str] = list((state or {}).get("tokens", ()))
        self._pages: list[str] = list((state or {}).get("pages", ()))
        self._stale: int = (state or {}).get("stale", 0)
        self._empty: int = (state or {}).get("empty", 0)
        self._ids: set[str] = set()

    def state(self) -> dict[str, Any]:
        return {"tokens": list(self._tokens), "pages": list(self._pages), "stale": self._stale, "empty": self._empty}

    def goes_on(self, next_token: str | None, ids: Iterable[str]) -> bool:
        """Whether there is a page after one that held ``ids`` and named ``next_token``.

        Some vendors repeat the same records for ever under fresh tokens: a listing that shows nothing new twice in
        a row is over. Empty pages with a token are legal (a filter works after the page is cut) and go on, within reason.

        Raises:
            RetryableError: the token was handed out before, or empty pages do not end.
        """
        fresh = self._look(set(ids))
        if not next_token:
            return False
        token = _digest(next_token)
        if token in self._tokens:
            raise RetryableError(
                f"{self._who}: the marketplace handed out the same page token twice, so its listing goes round in circles. "
                "What was read is kept; the window stays open and is read again later."
            )
        self._tokens.append(token)
        if self._empty > EMPTY_LIMIT:
            raise RetryableError(f"{self._who}: {EMPTY_LIMIT} empty pages in a row. The window stays open and is read again later.")
        return fresh or self._stale < NOTHING_NEW_LIMIT

    def _look(self, ids: set[str]) -> bool:
        page = _digest("\0".join(sorted(ids)))
        is_empty = not ids
        is_new = is_empty or not (ids <= self._ids or page in self._pages)
        self._empty = self._empty + 1 if is_empty else 0
        self._stale = 0 if is_new else self._stale + 1
        if ids and is_new:
            self._pages.append(page)
        self._ids |= ids
        return is_new


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()
