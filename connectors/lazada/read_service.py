"""The ways through what buyers send back and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.errors import RetryableError
from connectors.lazada.bounds import from_milliseconds, milliseconds
from connectors.lazada.read_listings import LAST_OFFSET, ask_products, halves, products_of
from connectors.loose import count, entries, text
from connectors.paging import upward
from connectors.walk import Ask, State, Step

RETURNS_PAGE = 50
RESTARTS = 3
REVIEW_SPAN_MS = 7 * 86_400_000
LOOK_BACK = timedelta(days=90)
LAST_HISTORY_PAGE = 50
REVIEWS_A_CALL = 10


class ReturnsWalk:
    """Reverse orders with a line changed in the window, by page number and in no promised order.

    A line that changes while it is read leaves the window and moves all behind it: the count falls, and the walk begins
    again. State: ``page``, ``seen``, ``total``, ``last`` (ids of the last page), ``restarts``.
    """

    def start(self, site: str, window: Window, now: datetime) -> State:
        return {"page": 1, "seen": 0, "total": None, "last": [], "restarts": 0}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        changed = {
            "ReverseOrderLineModifiedTimeRangeStart": milliseconds(window.start),
            "ReverseOrderLineModifiedTimeRangeEnd": milliseconds(upward(window.end)),
        }
        parameters = {"page_no": state["page"], "page_size": RETURNS_PAGE, **changed}
        return Ask("reverse/getreverseordersforseller", parameters, "returns", f"changed in the window, page {state['page']}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        result = next((answer[key] for key in ("result", "data") if isinstance(answer.get(key), Mapping)), {})
        ids = [text(item.get("reverse_order_id")) for item in entries(result.get("items"))]
        total = count(result.get("total"))
        if state["total"] is not None and total is not None and total < state["total"]:
            return self._again(state)
        seen = state["seen"] + len(ids)
        is_repeated = bool(ids) and set(ids) <= set(state["last"])
        has_ended = not ids or is_repeated or (seen >= total if total is not None else len(ids) < RETURNS_PAGE)
        following = {**state, "page": state["page"] + 1, "seen": seen, "total": total, "last": ids}
        return Step(None if has_ended else following, announced=total)

    def _again(self, state: State) -> Step:
        if state["restarts"] == RESTARTS:
            raise RetryableError(
                f"lazada reverse/getreverseordersforseller: the returns changed under each of {RESTARTS + 1} readings, "
                "so that one may have been skipped. The window stays open; run the step again later."
            )
        return Step({"page": 1, "seen": 0, "total": None, "last": [], "restarts": state["restarts"] + 1}, is_kept=False)


class ReviewsWalk:
    """For each product, spans of at most seven days: first the ids of its reviews, then the reviews by ten.

    State: ``slices``, ``offset`` (place in the catalogue, as in the listings), ``items`` (products whose reviews are still
    to be asked for), ``spans`` (of the first of them, [from, to] in ms), ``current`` (page of the history), ``shown`` (ids of
    this span so far), ``before`` (ids of the span before it: a review on the border is in both), ``ids`` (to be fetched),
    ``all`` (the window's spans), ``counted`` (different reviews, and those a span's total promised and did not show),
    ``until``, ``last``.
    """

    def start(self, site: str, window: Window, now: datetime) -> State | None:
        oldest = upward(now - LOOK_BACK + timedelta(minutes=10))  # the bound moves while we read
        if window.end <= oldest:
            return None  # Lazada shows no review of that time any more
        spans = _spans(milliseconds(max(window.start, oldest)), milliseconds(upward(window.end)))
        catalogue = {"slices": [[None, None]], "offset": 0, "last": [], "until": milliseconds(now + timedelta(days=1))}
        return {**catalogue, "items": [], "spans": [], "current": 1, "shown": [], "before": [], "ids": [], "all": spans, "counted": 0}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["ids"]:
            wanted = state["ids"][:REVIEWS_A_CALL]
            return Ask("review/seller/list/v2", {"id_list": "[" + ",".join(wanted) + "]"}, "reviews", f"{len(wanted)} reviews", False)
        if state["items"]:
            begin, end = state["spans"][0]
            when = {"start_time": begin, "end_time": end, "current": state["current"]}
            note = f"item {state['items'][0]}, {from_milliseconds(begin):%Y-%m-%d} to {from_milliseconds(end):%Y-%m-%d}"
            return Ask("review/seller/history/list", {"item_id": state["items"][0], **when}, "history", note)
        return ask_products(state["slices"][0], state["offset"], with_stock=False)

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["ids"]:
            outdated = set(_ids(answer, "outdated_reviews")) & set(state["ids"][:REVIEWS_A_CALL])  # it may name some nobody asked for
            following = {**state, "ids": state["ids"][REVIEWS_A_CALL:], "counted": state["counted"] - len(outdated)}
            return Step(_settled(following), announced=following["counted"])
        return _after_history(state, answer) if state["items"] else _after_products(state, answer)


def _spans(begin: int, end: int) -> list[list[int]]:
    return [[start, min(start + REVIEW_SPAN_MS, end)] for start in range(begin, end, REVIEW_SPAN_MS)]


def _after_products(state: State, answer: Mapping[str, Any]) -> Step:
    products, total = products_of(answer)
    if state["offset"] == 0 and total is not None and total > LAST_OFFSET:
        return Step({**state, "slices": halves(state["slices"][0], state["until"]) + state["slices"][1:]}, is_kept=False)
    ids = [text(product.get("item_id")) for product in products if text(product.get("item_id"))]
    fresh = [each for each in ids if each not in state["last"]]
    offset = state["offset"] + len(products)
    has_ended = not fresh or (total is not None and offset >= total)
    slices = state["slices"][1:] if has_ended else state["slices"]
    following = {**state, "items": fresh, "spans": state["all"], "last": ids, "offset": 0 if has_ended else offset, "slices": slices}
    return Step(_settled(following), announced=state["counted"])


def _after_history(state: State, answer: Mapping[str, Any]) -> Step:
    data = answer.get("data") if isinstance(answer.get("data"), Mapping) else {}
    ids, total = _ids(answer, "id_list"), count(data.get("total"))
    begin, end = state["spans"][0]
    if state["current"] == 1 and total and ids and total > LAST_HISTORY_PAGE * len(ids) and end - begin > 1:
        middle = begin + (end - begin) // 2
        return Step({**state, "spans": [[begin, middle], [middle, end], *state["spans"][1:]]}, is_kept=False)
    fresh = [each for each in dict.fromkeys(ids) if each not in state["shown"]]
    shown = [*state["shown"], *fresh]
    has_more = bool(fresh) and total is not None and len(shown) < total
    wanted = [each for each in fresh if each not in state["before"]]
    lacking = 0 if has_more or total is None else max(0, total - len(shown))
    following = {**state, "ids": wanted, "counted": state["counted"] + len(wanted) + lacking}
    if has_more:
        following |= {"current": state["current"] + 1, "shown": shown}
    else:
        following |= {"current": 1, "shown": [], "before": shown, "spans": state["spans"][1:]}
    return Step(_settled(following), announced=following["counted"])


def _settled(state: State) -> State | None:
    """Next product when the first one's spans are read; over when neither ids, products nor catalogue are left."""
    if state["items"] and not state["spans"]:
        state = {**state, "items": state["items"][1:], "spans": state["all"], "before": []}
    return state if state["ids"] or state["items"] or state["slices"] else None


def _ids(answer: Mapping[str, Any], name: str) -> list[str]:
    data = answer.get("data") if isinstance(answer.get("data"), Mapping) else {}
    found = data.get(name)
    return [text(each) for each in found if text(each).isdecimal()] if isinstance(found, list) else []
