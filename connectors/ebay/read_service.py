"""The ways through returns and cancellations (Post-Order), feedback, and the seller's own account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.contract import Window
from connectors.ebay.endpoints import ENDPOINTS
from connectors.ebay.gateway import Ask
from connectors.ebay.walk import Rows, Step, Todo, after_rows, pieces, rows_of
from connectors.loose import entries
from connectors.verdicts import Reply

POST_ORDER = "/post-order/v2"
PAGE = 200
OLDEST = timedelta(days=540)
PERIODS = (7, 30, 90, 180, 365)  # days back; beyond the last: everything
FEEDBACK = "/commerce/feedback/v1"


class ReturnsWay:
    """Both searches know creation dates only: the window reaches back, and so meets again what is still open.

    A cancellation names its order in ``legacyOrderId``; nothing else of it is needed, so no single call is made.
    """

    def start(self, window: Window, now: datetime) -> list[Todo]:
        """Nothing older than eighteen months is asked for: eBay would refuse the question, not just show less."""
        longest, oldest = ENDPOINTS["returns"].max_window, now - OLDEST
        shown = Window(max(window.start, oldest), max(window.end, oldest + timedelta(seconds=1)))
        return [{**todo, "is_whole": False} for part in ("returns", "cancellations") for todo in pieces(part, shown, longest)]

    def ask(self, todo: Todo, window: Window) -> Ask:
        is_return = todo["part"] == "returns"
        params = {
            "creation_date_range_from": todo["from"], "creation_date_range_to": todo["to"], "role": "SELLER", "limit": str(PAGE),
            "offset": str(todo["offset"]),
        }
        operation, path = ("searchReturns", "return") if is_return else ("searchCancellations", "cancellation")
        note = f"created {todo['from']} to {todo['to']}, from {todo['offset']}"
        return Ask(operation, f"{POST_ORDER}/{path}/search", params, road="post_order", note=note)

    def after(self, todo: Todo, reply: Reply) -> Step:
        place, key = ("members", "returnId") if todo["part"] == "returns" else ("cancellations", "cancelId")
        return after_rows(todo, rows_of(reply, place, key), f"ebay {todo['part']} search")


class FeedbackWay:
    """What buyers said, newest first. eBay's filter counts days back from now, so the smallest period that covers the window is read."""

    def __init__(self, seller_id: str) -> None:
        self._seller_id = seller_id

    def start(self, window: Window, now: datetime) -> list[Todo]:
        age = now - window.start
        period = next((days for days in PERIODS if timedelta(days=days) >= age), None)
        return [{"part": "feedback", "period": period, "offset": 0, "is_whole": True}]

    def ask(self, todo: Todo, window: Window) -> Ask:
        within = f"period:{todo['period']},role:BUYER" if todo["period"] else "role:BUYER"
        params = {
            "user_id": self._seller_id, "feedback_type": "FEEDBACK_RECEIVED", "sort": "TIME", "filter": within, "limit": str(PAGE),
            "offset": str(todo["offset"]),
        }
        return Ask("getFeedback", f"{FEEDBACK}/feedback", params, note=f"{within}, from {todo['offset']}")

    def after(self, todo: Todo, reply: Reply) -> Step:
        document = reply.json_or_none()
        document = document if isinstance(document, Mapping) else {}
        found, pages = entries(document.get("feedbackEntries")), document.get("pagination")
        total = pages.get("total") if isinstance(pages, Mapping) else None
        ids = [str(entry["feedbackId"]) for entry in found if entry.get("feedbackId")]
        return after_rows(todo, Rows(found, total if type(total) is int else None, ids), "ebay getFeedback")


class AccountWay:
    """Who the seller is, whether the registration as a seller is complete, and how buyers judged."""

    def __init__(self, seller_id: str) -> None:
        self._seller_id = seller_id

    def start(self, window: Window, now: datetime) -> list[Todo]:
        return [{"part": part, "joins": True} for part in ("user", "privileges", "ratings")]

    def ask(self, todo: Todo, window: Window) -> Ask:
        if todo["part"] == "user":
            return who_am_i()
        if todo["part"] == "privileges":
            return Ask("getPrivileges", "/sell/account/v1/privilege", note="privileges")
        params = {"user_id": self._seller_id, "filter": "ratingType:OVERALL_EXPERIENCE"}
        return Ask("getFeedbackRatingSummary", f"{FEEDBACK}/feedback_rating_summary", params, note="ratings")

    def after(self, todo: Todo, reply: Reply) -> Step:
        return Step()


def who_am_i() -> Ask:
    return Ask("getUser", "/commerce/identity/v1/user/", road="money", note="the token's own user")
