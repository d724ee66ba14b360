"""Listings that are read by page number, and what can go wrong with them while they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.errors import RetryableError
from connectors.walk import State

TRIES = 3


def begin(first: int = 1) -> dict[str, Any]:
    """A listing's ``first`` page: ``seen`` rows so far, the ``last`` page's ids, how often it was ``repeated`` or begun ``again``."""
    return {"page": first, "first": first, "seen": 0, "last": [], "total": None, "repeated": 0, "again": 0}


def turn(who: str, state: State, ids: Sequence[str], size: int, total: int | None, pages: int | None) -> tuple[State | None, bool]:
    """What comes after a page: the listing's state for the next (None: it is over), and whether this page counts.

    The end is a page that is not full: ``total`` leaves out some kinds of order, so it ends nothing, but fewer rows than
    it counts are too few. A count that falls says that a row left and moved all behind it up one place: another would be
    skipped, so the listing begins again. A page shown twice is asked for again.

    Raises:
        RetryableError: it went wrong three times.
    """
    has_shrunk = total is not None and state["total"] is not None and total < state["total"]
    if has_shrunk:
        return _again(who, state), False
    if ids and list(ids) == state["last"]:
        if pages is not None and state["page"] - state.get("first", 1) >= pages:
            return None, True  # behind its end the vendor shows the last page once more
        if state["repeated"] + 1 == TRIES:
            raise RetryableError(f"{who}: page {state['page']} showed the page before it {TRIES} times. Run the step again later.")
        return {**state, "repeated": state["repeated"] + 1}, False
    seen = state["seen"] + len(ids)
    if len(ids) >= size:
        return {**state, "page": state["page"] + 1, "seen": seen, "last": list(ids), "total": total, "repeated": 0}, True
    if total is not None and seen < total:
        return _again(who, state), False
    return None, True


def _again(who: str, state: State) -> State:
    if state["again"] + 1 == TRIES:
        raise RetryableError(
            f"{who}: the listing changed under each of {TRIES} readings, so that a row may have been skipped. "
            "The window stays open; run the step again later."
        )
    return {**begin(state.get("first", 1)), "again": state["again"] + 1}
