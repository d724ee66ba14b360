"""The ways through bookings and payouts: plain lists by row offset on the money host, oldest first, 204 where there is nothing."""

from __future__ import annotations

from datetime import datetime

from connectors.contract import Window
from connectors.ebay.endpoints import ENDPOINTS
from connectors.ebay.gateway import Ask
from connectors.ebay.walk import Step, Todo, after_rows, pieces, rows_of
from connectors.verdicts import Reply

FINANCES = "/sell/finances/v1"


class MoneyWay:
    """One of the two lists. Both ends are always sent: an open one would mean 90 days.

    Args:
        entity: ours; ``part``: eBay's word, ``field``: the date it filters and sorts by.
    """

    def __init__(self, entity: str, operation: str, path: str, part: str, field: str, key: str, limit: int) -> None:
        self._entity, self._operation, self._path = entity, operation, path
        self._part, self._field, self._key, self._limit = part, field, key, limit

    def start(self, window: Window, now: datetime) -> list[Todo]:
        return pieces(self._part, window, ENDPOINTS[self._entity].max_window)

    def ask(self, todo: Todo, window: Window) -> Ask:
        span = f"{self._field}:[{todo['from']}..{todo['to']}]"
        params = {"filter": span, "limit": str(self._limit), "offset": str(todo["offset"]), "sort": self._field}
        return Ask(self._operation, f"{FINANCES}/{self._path}", params, road="money", note=f"{span}, from {todo['offset']}")

    def after(self, todo: Todo, reply: Reply) -> Step:
        return after_rows(todo, rows_of(reply, self._part, self._key), f"ebay {self._operation}")


def ledger_way() -> MoneyWay:
    return MoneyWay("ledger", "getTransactions", "transaction", "transactions", "transactionDate", "transactionId", 1000)


def payouts_way() -> MoneyWay:
    return MoneyWay("payouts", "getPayouts", "payout", "payouts", "payoutDate", "payoutId", 200)
