"""The ways through refunds, reviews and the store's own status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contract import Window
from connectors.verdicts import Reply
from connectors.woocommerce import lists
from connectors.woocommerce.walk import SECOND, Ask, State, Step, ceil, floor, gmt, modified_in

REFUND_FIELDS = "id,parent_id,date_created_gmt,amount,reason,refunded_payment,line_items"
REVIEW_FIELDS = "id,date_created_gmt,product_id,status,review,rating"
STATUS_FIELDS = "environment.version,environment.wp_version,environment.home_url,settings.currency"


class RefundsWalk:
    """Refunds of all orders; after each page the currency of their orders, which a refund does not name.

    State: ``place``, ``orders`` (ids still to be asked, with what the last page told), ``status`` (where they are looked for:
    "any" leaves the trash out), ``is_last``, ``announced``.
    """

    def __init__(self, digits: int) -> None:
        self._digits = digits

    def start(self, window: Window) -> State:
        return {"place": lists.begin(), "orders": [], "status": "any", "is_last": False, "announced": None}

    def ask(self, window: Window, state: State) -> Ask:
        if state["orders"]:
            wanted = {"include": ",".join(map(str, state["orders"])), "status": state["status"], "per_page": lists.PAGE,
                      "orderby": "id", "order": "asc", "_fields": "id,currency"}
            return Ask("orders", "/orders", wanted, "currencies", f"currency of {len(state['orders'])} orders", opens_group=False)
        params = {**lists.params(state["place"]), **modified_in(window), "dp": self._digits, "_fields": REFUND_FIELDS}
        return Ask("refunds", "/refunds", params, "refunds", f"page {state['place']['page']}, {gmt(window.start)} to {gmt(window.end)}")

    def after(self, window: Window, state: State, reply: Reply) -> Step:
        found = lists.rows(reply.json)
        if state["orders"]:
            shown = {lists.number(order) for order in found}
            missing = [each for each in state["orders"] if each not in shown] if state["status"] == "any" else []
            return _settled({**state, "orders": missing, "status": "trash" if missing else "any"})
        turn = lists.turn(state["place"], [lists.number(each) for each in found], lists.count(reply.headers), "woocommerce refunds")
        if not turn.is_kept:
            return Step({**state, "place": turn.place}, is_kept=False)
        orders = sorted({each for each in (lists.number(refund, "parent_id") for refund in found) if each})
        announced = None if turn.remaining is None else turn.place["seen"] + turn.remaining
        return _settled({**state, "place": turn.place, "orders": orders, "is_last": turn.is_over, "announced": announced})


def _settled(state: State) -> Step:
    return Step(None if state["is_last"] and not state["orders"] else state, state["announced"])


class ReviewsWalk:
    """Reviews by creation, approved and waiting ones (left alone, the list shows approved ones only)."""

    def start(self, window: Window) -> State:
        return {"place": lists.begin()}

    def ask(self, window: Window, state: State) -> Ask:
        # This list knows no dates_are_gmt; without the flag a bound with its zone is read rightly.
        bounds = {"after": f"{gmt(floor(window.start) - SECOND)}Z", "before": f"{gmt(ceil(window.end))}Z"}
        params = {**lists.params(state["place"]), **bounds, "status": "all", "_fields": REVIEW_FIELDS}
        note = f"page {state['place']['page']}, {bounds['after']} to {bounds['before']}"
        return Ask("reviews", "/products/reviews", params, "reviews", note)

    def after(self, window: Window, state: State, reply: Reply) -> Step:
        ids = [lists.number(each) for each in lists.rows(reply.json)]
        turn = lists.turn(state["place"], ids, lists.count(reply.headers), "woocommerce reviews")
        announced = None if turn.remaining is None else turn.place["seen"] + turn.remaining
        return Step(None if turn.is_over else {"place": turn.place}, announced, is_kept=turn.is_kept)


class AccountWalk:
    """One call: which versions answer. Of the long status report only these fields are asked for."""

    def start(self, window: Window) -> State:
        return {}

    def ask(self, window: Window, state: State) -> Ask:
        return Ask("status", "/system_status", {"_fields": STATUS_FIELDS}, "status", "versions")

    def after(self, window: Window, state: State, reply: Reply) -> Step:
        return Step(None, 1)


def environment(status: Any) -> Mapping[str, Any]:
    found = status.get("environment") if isinstance(status, Mapping) else None
    return found if isinstance(found, Mapping) else {}
