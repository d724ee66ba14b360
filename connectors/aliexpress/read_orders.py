"""The way through a shop's orders: pages of orders, and for each order its details.

A window of changes must come with a span of creation, and finished orders are shown only where they are asked for: so
each window is read once over the open orders and once a month of creation over the finished ones. Open ones first: an
order that finishes while it is read is then seen twice instead of never.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.aliexpress.endpoints import FINISHED_SPAN, LOOK_BACK, OPEN_SPAN, ORDER, ORDERS
from connectors.aliexpress.envelope import field, listed, result
from connectors.aliexpress.times import told_from, told_until
from connectors.contract import Window
from connectors.loose import count, entries, text
from connectors.numbered import begin, turn
from connectors.paging import cut
from connectors.walk import Ask, State, Step

PAGE = 50
FINISHED = "FINISH"
LOGISTICS, REFUNDS = 4, 16  # bits of ext_info_bit_flag; the buyer's (8) is not asked for


class OrdersWalk:
    """Orders by ``gmt_update``.

    State: ``spans`` (status and creation bounds still to be read), ``list`` (the first one's listing), ``details`` (ids of
    the orders of the last page).
    """

    def start(self, site: str, window: Window, now: datetime) -> State:
        whole = Window(window.start - LOOK_BACK, window.end)
        kinds = (("", OPEN_SPAN), (FINISHED, FINISHED_SPAN))
        spans = [[word, told_from(part.start), told_until(part.end)] for word, longest in kinds for part in cut(whole, longest)]
        return {"spans": spans, "list": begin(), "details": []}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["details"]:
            return ask_order(state["details"][0], LOGISTICS | REFUNDS, "detail")
        word, start, end = state["spans"][0]
        changed = {"modified_date_start": told_from(window.start), "modified_date_end": told_until(window.end)}
        query = {"create_date_start": start, "create_date_end": end, **changed, "current_page": state["list"]["page"], "page_size": PAGE}
        note = f"{word or 'open'} orders created {start} to {end}, page {state['list']['page']}"
        return Ask(ORDERS, {"param0": compact({**query, **({"order_status": word} if word else {})})}, "orders", note)

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["details"]:
            return Step(_settled({**state, "details": state["details"][1:]}))
        body = result(answer)
        ids = [text(order.get("order_id")) for order in entries(listed(field(body, "target_list")))]
        pages = count(field(body, "total_page"))
        listing, is_kept = turn(f"aliexpress {ORDERS}", state["list"], ids, PAGE, count(field(body, "total_count")), pages)
        following = {**state, "list": listing, "details": [each for each in ids if each.isdecimal()] if is_kept else []}
        if listing is None:
            following |= {"spans": state["spans"][1:], "list": begin()}
        return Step(_settled(following), is_kept=is_kept)


def _settled(state: State) -> State | None:
    return state if state["details"] or state["spans"] else None


def ask_order(order_id: str, flags: int, part: str) -> Ask:
    """One order's details; a refusal is this order's affair."""
    query = compact({"order_id": int(order_id), "ext_info_bit_flag": flags})
    return Ask(ORDER, {"param1": query}, part, f"order {order_id}", opens_group=False, kind="record")


def compact(query: Mapping[str, Any] | list[Any]) -> str:
    """A complex parameter as the one JSON text that is signed and sent."""
    return json.dumps(query, ensure_ascii=False, separators=(",", ":"))
