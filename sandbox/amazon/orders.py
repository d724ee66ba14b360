"""Orders 2026-01-01: searchOrders and getOrder. https://developer-docs.amazon.com/sp-api/docs/orders-api-v2026-01-01-reference"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, absent, instant, invalid
from sandbox.amazon.gate import Call, Operation, same_question
from sandbox.amazon.order_body import order_body, order_status
from sandbox.amazon.places import PLACES, Place
from sandbox.world.fold import OrderState

INCLUDED = (
    "BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX", "PAYMENT",
    "FULFILLMENT_ORDERS",
)
STATUSES = ("PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE")
FRESHEST = timedelta(minutes=2)
TOKEN_LIFE = timedelta(hours=24)
FIXED = (
    "createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "fulfillmentStatuses", "marketplaceIds", "fulfilledBy",
)


@dataclass(frozen=True)
class Search:
    """What is looked for: orders whose created or updated time lies in [after, before], both ends included."""

    by: str
    after: datetime
    before: datetime
    places: list[Place] | None
    statuses: list[str]
    fulfilled_by: list[str]

    def takes(self, state: OrderState) -> bool:
        at = state.placed_at if self.by == "created" else state.updated_at
        by = "AMAZON" if state.order.fulfilled_by == "marketplace" else "MERCHANT"
        return (
            self.after <= at <= self.before
            and (self.places is None or PLACES[state.order.site] in self.places)
            and (not self.statuses or order_status(state) in self.statuses)
            and (not self.fulfilled_by or by in self.fulfilled_by)
        )


def search_orders(call: Call) -> Answer:
    query = call.query
    page = query.integer("maxResultsPerPage", 1, 100, 100)
    included = set(query.many("includedData", allowed=INCLUDED))
    asked = query.fixed(FIXED)
    token = _token(call, asked)
    search = _search(call, datetime.fromtimestamp(token["before"], UTC) if token else None)
    found = [state for state in _candidates(call, search) if search.takes(state)]
    after, page_before = (tuple(token[name]) if token and token[name] else None for name in ("after", "page_before"))
    is_repeated = after is not None and call.house.faults.draw("repeated_page", f"{call.shop.name}:orders:{after[1]}")
    first = page_before if is_repeated else after
    left = [state for state in found if first is None or _place(search, state) > first]
    body: dict[str, Any] = {"orders": [order_body(state, included) for state in left[:page]]}
    if len(left) > page or is_repeated:
        goes_on, comes_from = (after, page_before) if is_repeated else (_place(search, left[page - 1]), after)
        facts = {
            "asked": asked, "after": goes_on, "page_before": comes_from, "before": search.before.timestamp(), "at": call.now.timestamp(),
        }
        body["pagination"] = {"nextToken": call.seals.close(f"orders:{call.shop.name}", facts)}
    body["createdBefore" if search.by == "created" else "lastUpdatedBefore"] = instant(search.before)
    return Answer(body)


def _place(search: Search, state: OrderState) -> tuple[float, int]:
    """Where an order stands in the list: a token says after whom it goes on, so that who leaves the list moves nobody."""
    return (state.placed_at if search.by == "created" else state.updated_at).timestamp(), state.order.number


def _token(call: Call, asked: Mapping[str, Any]) -> Mapping[str, Any] | None:
    text = call.query.text("paginationToken")
    if text is None:
        return None
    sealed = same_question(call.seals.open(f"orders:{call.shop.name}", text), asked, "paginationToken")
    if call.now >= datetime.fromtimestamp(sealed["at"], UTC) + TOKEN_LIFE:
        raise invalid("The paginationToken has expired.", "A paginationToken is valid for 24 hours.")
    return sealed


def _search(call: Call, continued_before: datetime | None) -> Search:
    query = call.query
    families = [name for name in ("created", "lastUpdated") if f"{name}After" in query or f"{name}Before" in query]
    if len(families) != 1 or f"{families[0]}After" not in query:
        raise invalid(
            "Exactly one of createdAfter and lastUpdatedAfter must be provided.",
            "createdAfter/createdBefore and lastUpdatedAfter/lastUpdatedBefore cannot be mixed.",
        )
    name = families[0]
    after, before = query.instant(f"{name}After"), query.instant(f"{name}Before")
    latest = call.now - FRESHEST
    if before and continued_before is None and before > latest:
        raise invalid(f"{name}Before must be at least two minutes before the time of the request.")
    # Never later than what can be seen: the answer's upper bound is what a client goes on from.
    upper = continued_before or min(before or latest, call.house.clock.horizon)
    if after > (before or latest):
        raise invalid(f"{name}After must not be later than {name}Before.")
    ids = query.many("marketplaceIds", most=50)
    return Search(
        name, after, upper, call.marketplaces(ids) if ids else None,
        query.many("fulfillmentStatuses", allowed=STATUSES), query.many("fulfilledBy", allowed=("MERCHANT", "AMAZON")),
    )


def _candidates(call: Call, search: Search) -> list[OrderState]:
    end = search.before + timedelta(seconds=1)  # the bound itself is still inside
    snapshot = call.house.snapshot
    return (snapshot.placed if search.by == "created" else snapshot.updated)(call.shop.name, search.after, end)


def get_order(call: Call) -> Answer:
    (text,) = call.segments
    included = set(call.query.many("includedData", allowed=INCLUDED))
    if not re.fullmatch(r"\d{3}-\d{7}-\d{7}", text):
        raise invalid("The order id is not valid.", "An order id has the form 3-7-7.")
    state = call.house.snapshot.order(call.shop.name, numbers.order_number(text))
    if state is None or numbers.order_id(state.order) != text:
        raise absent("The requested order was not found.")
    return Answer({"order": order_body(state, included)})


OPERATIONS = (
    Operation("searchOrders", "GET", "/orders/2026-01-01/orders", 0, 0.0056, 20, search_orders),
    Operation("getOrder", "GET", "/orders/2026-01-01/orders", 1, 0.5, 30, get_order),
)
