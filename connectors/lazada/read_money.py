"""The ways through a shop's money: account entries by days, and the statements that pay them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import Window
from connectors.errors import RetryableError
from connectors.lazada.sites import SITES
from connectors.loose import entries, text
from connectors.walk import Ask, State, Step

ROWS = 500
LONGEST_DAYS = 179  # the vendor refuses 180 and more (code 1000012)


class LedgerWalk:
    """Account entries of whole days at the site, in spans below 180 days, 500 a page; the vendor gives no count.

    State: ``from`` (first day of this span), ``until`` (last day of all), ``offset``, ``last`` (keys of the last page).
    """

    def start(self, site: str, window: Window, now: datetime) -> State:
        first, last = (local_day(moment, site) for moment in (window.start, window.end))
        return {"from": first.isoformat(), "until": last.isoformat(), "offset": 0, "last": []}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        first, last = date.fromisoformat(state["from"]), _span_end(state)
        parameters = {"start_time": first, "end_time": last, "trans_type": -1, "limit": ROWS, "offset": state["offset"]}
        return Ask("finance/transaction/details/get", parameters, "entries", f"{first} to {last}, from {state['offset']}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        rows = entries(answer.get("data"))
        keys = ["/".join(text(row.get(name)) for name in ("transaction_number", "fee_type", "orderItem_no")) for row in rows]
        if len(rows) == ROWS:
            if keys == state["last"]:
                raise RetryableError(
                    f"lazada finance/transaction/details/get: the page from {state['offset']} shows the entries of the one before, so what "
                    "comes behind is not known. What was read is kept; the window stays open: run the step again later."
                )
            return Step({**state, "offset": state["offset"] + ROWS, "last": keys})
        following = _span_end(state) + timedelta(days=1)
        is_over = following > date.fromisoformat(state["until"])
        return Step(None if is_over else {**state, "from": following.isoformat(), "offset": 0, "last": []})


class PayoutsWalk:
    """Statements made since the window's start, in one answer; the call knows no end and no pages."""

    def start(self, site: str, window: Window, now: datetime) -> State:
        return {"from": local_day(window.start, site).isoformat()}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        return Ask("finance/payout/status/get", {"created_after": state["from"]}, "payouts", f"made after {state['from']}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        return Step(None)


def local_day(moment: datetime, site: str) -> date:
    return moment.astimezone(ZoneInfo(SITES[site].zone)).date()


def _span_end(state: State) -> date:
    return min(date.fromisoformat(state["from"]) + timedelta(days=LONGEST_DAYS - 1), date.fromisoformat(state["until"]))
