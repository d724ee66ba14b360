"""The way through a store's orders: what changed, what lies in the trash, and what ``date_modified`` hides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.verdicts import Reply
from connectors.woocommerce import lists
from connectors.woocommerce.walk import SECOND, Ask, State, Step, floor, gmt, modified_in
from connectors.woocommerce.words import CLOSED, DRAFTS, NO_STATUS, ORDER_STATUS, TRACKING_ITEMS, TRACKING_NUMBER, TRACKING_PROVIDER

STAGES = ("changed", "trash", "open", "sweep")
SWEPT = timedelta(days=60)  # orders placed before that change no more, or by a status, which is seen
# Only what is mapped: names, addresses and phones of buyers never leave the store.
FIELDS = (
    "id,status,currency,prices_include_tax,total,customer_id,billing.email,billing.country,shipping.country,payment_method,transaction_id,"
    "date_created_gmt,date_modified_gmt,date_paid_gmt,date_completed_gmt,meta_data,line_items,fee_lines,refunds"
)
META = ",".join((TRACKING_ITEMS, TRACKING_NUMBER, TRACKING_PROVIDER))


class OrdersWalk:
    """First the route index, for a plugin's order statuses; then, each in order of id and none twice:

    ``changed``: modified in the window. ``trash``: the same in the trash, which "any" leaves out. ``open``: still open and not
    modified since the window's start, because a line or meta data written by REST leaves ``date_modified`` where it was.
    ``sweep``: in a window that holds the beginning of a week, also the closed ones of the last 60 days, for the same reason.

    State: ``stage`` (None: the index), ``open`` (status words that are not closed), ``place`` (see ``lists``), ``base`` (orders
    of finished stages), ``drafts`` (unfinished checkouts seen in this stage: no orders, though the store counts them).
    """

    def __init__(self, digits: int) -> None:
        self._digits = digits

    def start(self, window: Window) -> State:
        return {"stage": None, "open": [], "place": lists.begin(), "base": 0, "drafts": 0}

    def ask(self, window: Window, state: State) -> Ask:
        if state["stage"] is None:
            return Ask("index", "", {}, "index", "routes and statuses")
        stage = STAGES[state["stage"]]
        wanted = {**_wanted(stage, window, state["open"]), **lists.params(state["place"])}
        note = f"{stage}, page {state['place']['page']}, {gmt(window.start)} to {gmt(window.end)}"
        return Ask("orders", "/orders", {**wanted, "dp": self._digits, "_fields": FIELDS, "include_meta": META}, "orders", note)

    def after(self, window: Window, state: State, reply: Reply) -> Step:
        if state["stage"] is None:
            return Step({**state, "stage": 0, "open": open_words(reply.json)}, is_kept=False)
        found = lists.rows(reply.json)
        ids = [lists.number(order) for order in found]
        turn = lists.turn(state["place"], ids, lists.count(reply.headers), f"woocommerce orders, {STAGES[state['stage']]}")
        if not turn.is_kept:
            return Step({**state, "place": turn.place}, is_kept=False)
        last = state["place"]["last"]
        drafts = state["drafts"] + sum(is_draft(order) for order, each in zip(found, ids, strict=True) if each is None or each > last)
        counted = state["base"] + turn.place["seen"] - drafts
        announced = None if turn.remaining is None else counted + turn.remaining
        if not turn.is_over:
            return Step({**state, "place": turn.place, "drafts": drafts}, announced)
        following = state["stage"] + 1
        if following == len(STAGES) or (STAGES[following] == "sweep" and not begins_a_week(window)):
            return Step(None, announced)
        return Step({**state, "stage": following, "place": lists.begin(), "base": counted, "drafts": 0}, announced)


def _wanted(stage: str, window: Window, open_statuses: list[str]) -> Mapping[str, Any]:
    """Which orders a stage is about; no order is in two of them at one time."""
    if stage == "changed":
        return {"status": "any", **modified_in(window)}
    if stage == "trash":
        return {"status": "trash", **modified_in(window)}
    unmoved = {"modified_before": gmt(floor(window.start)), "dates_are_gmt": "true"}
    since = floor(window.end) - SWEPT
    if stage == "sweep":
        return {"status": "any", **unmoved, "after": gmt(since - SECOND)}
    placed = {"before": gmt(since)} if begins_a_week(window) else {}
    return {"status": ",".join(open_statuses), **unmoved, **placed}


def begins_a_week(window: Window) -> bool:
    """Whether a Monday, 00:00 UTC, lies in the window."""
    monday = _midnight(window.end - timedelta(microseconds=1))
    monday -= timedelta(days=monday.weekday())
    return window.start <= monday < window.end


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def open_words(index: Any) -> list[str]:
    """Status words of orders that may still change, plugins' own included, as the route index lists them."""
    told = _statuses(index) or list(ORDER_STATUS)
    return [word for word in told if word not in CLOSED | DRAFTS | NO_STATUS]


def _statuses(index: Any) -> list[str]:
    try:
        endpoints = index["routes"]["/wc/v3/orders"]["endpoints"]
        words = next(each["args"]["status"]["items"]["enum"] for each in endpoints if "GET" in each["methods"])
        return [word for word in words if isinstance(word, str)]
    except (KeyError, TypeError, StopIteration):
        return []


def is_draft(order: Any) -> bool:
    """A checkout nobody has finished."""
    word = order.get("status") if isinstance(order, Mapping) else None
    return isinstance(word, str) and word in DRAFTS
