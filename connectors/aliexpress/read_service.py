"""The ways through disputes, reviews and the seller's own profile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.aliexpress.endpoints import EVALUATIONS, ISSUES, PROFILE, WHOLE_ISSUE
from connectors.aliexpress.envelope import field, listed, result
from connectors.aliexpress.read_orders import REFUNDS, ask_order, compact
from connectors.aliexpress.times import read_wall, told_from, told_until
from connectors.contract import Window
from connectors.loose import count, entries, text
from connectors.numbered import begin, turn
from connectors.paging import cut
from connectors.walk import Ask, State, Step

PAGE = 50
ISSUE_STATUSES = ("processing", "canceled_issue", "finish")
ISSUES_BIT = 1
DAY = timedelta(days=1)


class DisputesWalk:
    """Disputes newest first, status by status, each page with the orders it is about.

    There is no filter by change. Pages with nothing changed since the window's start are not kept, but for the very last; a status is
    read on
    until a page holds only disputes that were opened too long ago to change still.

    State: ``series`` (statuses still to be read), ``since`` and ``opened`` (those two bounds), ``list``, ``orders`` (order
    ids of the last page).
    """

    def start(self, site: str, window: Window, now: datetime) -> State:
        bounds = {"since": window.start.isoformat(), "opened": (window.start - WHOLE_ISSUE).isoformat()}
        return {"series": list(ISSUE_STATUSES), **bounds, "list": begin(), "orders": []}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["orders"]:
            return ask_order(state["orders"][0], ISSUES_BIT | REFUNDS, "detail")
        query = {"current_page": state["list"]["page"], "page_size": PAGE, "issue_status": state["series"][0]}
        return Ask(ISSUES, {"query_dto": compact(query)}, "issues", f"disputes {state['series'][0]}, page {state['list']['page']}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["orders"]:
            return Step(_settled({**state, "orders": state["orders"][1:]}, "orders"))
        body = result(answer)
        issues = entries(listed(field(body, "data_list")))
        ids = [text(issue.get("issue_id")) for issue in issues]
        listing, is_kept = turn(f"aliexpress {ISSUES}", state["list"], ids, PAGE, count(field(body, "total_item")), None)
        is_old = bool(issues) and is_kept and not any(_is_after(issue, "gmt_create", state["opened"]) for issue in issues)
        is_last = (listing is None or is_old) and len(state["series"]) == 1  # a pull must end with a page that was kept
        wanted = is_kept and (is_last or any(_is_after(issue, "gmt_modified", state["since"]) for issue in issues))
        orders = dict.fromkeys(text(issue.get("parent_order_id")) for issue in issues) if wanted else {}
        following = {**state, "list": listing, "orders": [each for each in orders if each.isdecimal()]}
        if listing is None or is_old:
            following |= {"series": state["series"][1:], "list": begin()}
        return Step(_settled(following, "orders"), is_kept=wanted)


def _is_after(issue: Mapping[str, Any], name: str, bound: str) -> bool:
    """Whether a date lies at or after the bound; one that cannot be read is no reason to leave a dispute out."""
    moment = read_wall(issue.get(name)) if isinstance(issue.get(name), str) else None
    return moment is None or moment + timedelta(hours=1) >= datetime.fromisoformat(bound)  # November's doubled hour


class ReviewsWalk:
    """Evaluations by the day they became valid. State: ``series`` (days still to be read)."""

    def start(self, site: str, window: Window, now: datetime) -> State:
        return {"series": [[told_from(day.start), told_until(day.end)] for day in cut(window, DAY)]}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        start, end = state["series"][0]
        query = compact({"start_valid_date": start, "end_valid_date": end})
        return Ask(EVALUATIONS, {"trade_evaluation_request": query}, "reviews", f"evaluations {start} to {end}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        return Step(_settled({"series": state["series"][1:]}))


class AccountWalk:
    """The seller's profile: one call."""

    def start(self, site: str, window: Window, now: datetime) -> State:
        return {"series": [PROFILE]}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        return Ask(PROFILE, {}, "profile", "the seller's profile")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        return Step(None)


def _settled(state: State, waiting: str = "series") -> State | None:
    return state if state[waiting] or state["series"] else None
