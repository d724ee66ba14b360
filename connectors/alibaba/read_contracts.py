"""The way through a shop's trade-assurance orders: pages of the list, and for each order its detail, funds, vouchers and tracking.

First what changed inside the window, then, whatever changed, the orders whose goods may be on their way: arrival moves no
modification date. What the app is not granted is asked for once a page (the refusal is the page's evidence) and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.alibaba.endpoints import FUND, LOGISTICS, ORDER, ORDER_LIST, TRACKING
from connectors.alibaba.envelope import field, is_ungranted, listed, value_of
from connectors.alibaba.words import CAN_HAVE_VOUCHERS, DRAFTS, IS_FOLLOWED
from connectors.contract import Window
from connectors.loose import count, entries, text
from connectors.numbered import begin, turn
from connectors.paging import upward
from connectors.walk import Ask, State, Step

PAGE = 100
CHANGED = "changed"
PARTS = {ORDER: "detail", FUND: "fund", LOGISTICS: "logistics", TRACKING: "tracking"}


class ContractsWalk:
    """State: ``series`` (``changed``, then statuses), ``list`` (the first one's listing), ``queue`` ([operation, trade id] to be asked)."""

    def start(self, site: str, window: Window, now: datetime) -> State:
        return {"series": [CHANGED, *sorted(IS_FOLLOWED)], "list": begin(0), "queue": []}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["queue"]:
            return ask_about(*state["queue"][0])
        which, page = state["series"][0], state["list"]["page"]
        # bounds as epoch milliseconds: as texts they would be wall time of Los Angeles, of which an hour comes twice a year
        bounds = {"modified_date_start": _at(window.start), "modified_date_end": _at(upward(window.end))}
        chosen = bounds if which == CHANGED else {"status": which}
        # the list is the buyer's unless the role says otherwise
        parameters = {"role": "seller", "start_page": page, "page_size": PAGE, **chosen}
        return Ask(ORDER_LIST, parameters, "orders", f"orders {which}, page {page}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["queue"]:
            (asked, _), *rest = state["queue"]
            queue = [each for each in rest if each[0] != asked] if is_ungranted(answer) else rest
            return Step(_settled({**state, "queue": queue}))
        orders = orders_of(answer)
        ids = [text(order.get("trade_id")) for order in orders]
        listing, is_kept = turn(f"alibaba {ORDER_LIST}", state["list"], ids, PAGE, count(field(value_of(answer), "total_count")), None)
        queue = [each for order in orders for each in _wanted(order)] if is_kept else []
        following = {**state, "list": listing, "queue": queue}
        if listing is None:
            following |= {"series": state["series"][1:], "list": begin(0)}
        return Step(_settled(following), is_kept=is_kept)


def _settled(state: State) -> State | None:
    return state if state["queue"] or state["series"] else None


def _at(moment: datetime) -> dict[str, str]:
    return {"date_timestamp": str(int(moment.timestamp() * 1000))}


def _wanted(order: Mapping[str, Any]) -> list[list[str]]:
    """The calls one order takes; none where its number is masked. A door that tells no status is asked for everything."""
    trade_id, status = text(order.get("trade_id")), text(order.get("trade_status"))
    if not is_plain(trade_id):
        return []
    found = [ORDER]
    if status not in DRAFTS:
        found.append(FUND)
    if not status or status in CAN_HAVE_VOUCHERS:
        found.append(LOGISTICS)
    if not status or status in IS_FOLLOWED:
        found.append(TRACKING)
    return [[operation, trade_id] for operation in found]


def is_plain(trade_id: str) -> bool:
    """A number is all digits; where an app may not see them, some are stars."""
    return trade_id.isascii() and trade_id.isdecimal()


def ask_about(operation: str, trade_id: str) -> Ask:
    """One order's detail, funds, vouchers or tracking; a refusal is this order's affair. Not every answer names it: the part does."""
    return Ask(operation, {"trade_id": trade_id}, f"{PARTS[operation]}/{trade_id}", f"order {trade_id}", opens_group=False, kind="record")


def orders_of(document: Any) -> list[Mapping[str, Any]]:
    return entries(listed(field(value_of(document), "order_list")))
