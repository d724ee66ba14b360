"""Paging through a list that may change under us, in order of id: nothing is skipped, what comes twice is counted once.

WordPress pages by offset. Where a row leaves the list (an order is changed and leaves the window), all behind it move up, and
the next page would skip as many: the count falls, so we go that far back. Where a cache shows the page before once more, it is
asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import RetryableError

PAGE = 100
PATIENCE = 3  # stale pages in a row

Place = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """After a page: the place to go on from, whether the list is over, whether the page is one to keep (the last one always is).

    Attributes:
        remaining: rows still to come by the store's own count, on the last page those it counted and never showed; None where it
            gives no count.
    """

    place: Place
    is_over: bool
    is_kept: bool
    remaining: int | None


def begin() -> Place:
    """``seen``: distinct rows so far; ``last``: the largest id; ``back``: pages gone back; ``stale``: pages without anything new."""
    return {"page": 1, "total": None, "seen": 0, "last": 0, "back": 0, "stale": 0}


def params(place: Place) -> dict[str, Any]:
    return {"per_page": PAGE, "page": place["page"], "orderby": "id", "order": "asc"}


def turn(place: Place, ids: Sequence[int | None], total: int | None, who: str) -> Turn:
    """Judge a page of rows with these ids (None: a row without one) under the store's count of all.

    Raises:
        RetryableError: the same page comes again and again.
    """
    if total is not None and place["total"] is not None and total < place["total"] and place["page"] > 1:
        lost = -(-(place["total"] - total) // PAGE)
        gone_back = {**place, "page": max(1, place["page"] - lost), "total": total, "back": place["back"] + lost}
        return Turn(gone_back, False, False, None)
    fresh = [each for each in ids if each is None or each > place["last"]]
    if ids and not fresh and not place["back"]:
        if place["stale"] >= PATIENCE:
            raise RetryableError(f"{who}: page {place['page']} shows the page before again and again (a cache?). It is read again later.")
        return Turn({**place, "stale": place["stale"] + 1}, False, False, None)
    consumed = (place["page"] - 1) * PAGE + len(ids)
    is_over = not ids or (consumed >= total if total is not None else len(ids) < PAGE)
    following = {
        "page": place["page"] + 1, "total": total, "seen": place["seen"] + len(fresh), "back": max(0, place["back"] - 1), "stale": 0,
        "last": max([place["last"], *(each for each in fresh if each is not None)]),
    }
    behind = following["seen"] if is_over else consumed
    return Turn(following, is_over, True, None if total is None else max(0, total - behind))


def number(record: Any, name: str = "id") -> int | None:
    value = record.get(name) if isinstance(record, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def rows(answer: Any) -> list[Any]:
    """The records of a list; anything else in its place is one unreadable record."""
    return answer if isinstance(answer, list) else [answer]


def count(headers: Mapping[str, str]) -> int | None:
    """``X-WP-Total``; None where the host strips it."""
    shown = headers.get("X-WP-Total", "")
    return int(shown) if shown.isdecimal() else None
