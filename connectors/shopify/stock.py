"""Write absolute sellable stock, and read it back.

``inventorySetQuantities`` sets what one location holds, and only where it still holds what we saw (``changeFromQuantity``);
its ``@idempotent`` key is made of what is asked, so that a repeated call does it once. A variant stocked in several
places is changed in its first one, by as much as the sum over all places is to change.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.loose import at
from connectors.shopify import queries
from connectors.shopify.graph import Graph
from connectors.writes import Answer, StockChange

CHANGES_A_CALL = 25  # what is shown of so many variants costs 800 of the 1000 points a query may cost
STALE, BUSY = "CHANGE_FROM_QUANTITY_STALE", "IDEMPOTENCY_CONCURRENT_REQUEST"
ATTEMPTS = 3
_NAMESPACE = uuid.UUID("6f6d5d0e-6c5b-5b8e-9d0e-6a1d1f8a2c11")


@dataclass(frozen=True)
class Shown:
    """A variant's stock: its inventory item, and (location, units) by place; ``places`` is cut where there are more."""

    item: str
    tracked: bool
    places: tuple[tuple[str, int], ...]
    is_cut: bool

    @property
    def total(self) -> int:
        return sum(units for _, units in self.places)


def push_stock(graph: Graph, changes: Sequence[StockChange], *, dry_run: bool) -> list[Answer]:
    """One answer a change, in the order of ``changes``."""
    answers: dict[str, Answer] = {}
    for some in in_calls(changes, CHANGES_A_CALL):
        waiting = list(some)
        for _ in range(ATTEMPTS):
            shown = _shown(graph, [change.listing_id for change in waiting])
            rows, refused = _planned(waiting, shown)
            answers |= {answer.job_id: answer for answer in refused}
            waiting = [change for change in waiting if change.job_id in rows]
            if dry_run or not waiting:
                note = "would be sent (judged here, because Shopify has no trial run; it shows {} now)"
                answers |= {each.job_id: Answer(each.job_id, True, note.format(shown[each.listing_id].total)) for each in waiting}
                break
            again = _send(graph, waiting, rows, answers)
            if not again:
                break
            waiting = again
        else:
            late = "the stock kept changing while it was set; nothing was sent"
            answers |= {change.job_id: Answer(change.job_id, False, late) for change in waiting}
    return [answers[change.job_id] for change in changes]


def observe_stock(graph: Graph, changes: Sequence[StockChange]) -> dict[str, int | None]:
    """Job id → sellable units over all places now; None for a variant that is unknown or not counted."""
    seen: dict[str, int | None] = {}
    for some in in_calls(changes, CHANGES_A_CALL):
        shown = _shown(graph, [change.listing_id for change in some])
        for change in some:
            found = shown.get(change.listing_id)
            seen[change.job_id] = max(found.total, 0) if found and found.tracked and found.places and not found.is_cut else None
    return seen


def in_calls(changes: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (changes[start : start + size] for start in range(0, len(changes), size))


def gid(kind: str, number: str) -> str:
    return f"gid://shopify/{kind}/{number}"


def _shown(graph: Graph, listing_ids: Sequence[str]) -> dict[str, Shown]:
    ids = [gid("ProductVariant", each) for each in dict.fromkeys(listing_ids)]
    nodes = graph.ask(queries.STOCK_SHOWN, {"ids": ids}, note=f"stock of {len(ids)} variants").json["data"]["nodes"]
    found = {}
    for node in nodes:
        item = at("inventoryItem")(node)
        if item:
            levels = item["inventoryLevels"]
            told = [level for level in levels["nodes"] if level["quantities"]]
            places = tuple((level["location"]["id"], level["quantities"][0]["quantity"]) for level in told)
            number = node["id"].rpartition("/")[2]
            found[number] = Shown(item["id"], item["tracked"] is not False, places, bool(at("pageInfo", "hasNextPage")(levels)))
    return found


def _planned(changes: Sequence[StockChange], shown: Mapping[str, Shown]) -> tuple[dict[str, dict[str, Any]], list[Answer]]:
    """Job id → the row to be sent; and the refusals that need no call."""
    rows, refused = {}, []
    for change in changes:
        found, why = shown.get(change.listing_id), None
        if change.quantity < 0:
            why = f"{change.quantity} is no stock; nothing was sent"
        elif found is None:
            why = "the shop has no such variant; nothing was sent"
        elif not found.tracked:
            why = "Shopify does not count this variant's stock; nothing was sent"
        elif not found.places or found.is_cut:
            why = "the variant is stocked nowhere, or in more than 10 places; nothing was sent"
        elif change.quantity - (found.total - found.places[0][1]) < 0:
            why = f"other places alone hold more than {change.quantity}; nothing was sent"
        if why is not None or found is None:
            refused.append(Answer(change.job_id, False, why or ""))
            continue
        location, units = found.places[0]
        rows[change.job_id] = {
            "inventoryItemId": found.item, "locationId": location, "quantity": change.quantity - (found.total - units),
            "changeFromQuantity": units,
        }
    return rows, refused


def _send(
    graph: Graph, changes: Sequence[StockChange], rows: Mapping[str, dict[str, Any]], answers: dict[str, Answer]
) -> list[StockChange]:
    """Send; the whole call fails where one row does. Returns the changes that are to be tried once more."""
    quantities = [rows[change.job_id] for change in changes]
    reference = f"daiyun://stock/{changes[0].job_id}"
    asked = {"name": "available", "reason": "correction", "referenceDocumentUri": reference, "quantities": quantities}
    key = str(uuid.uuid5(_NAMESPACE, repr([(change.job_id, sorted(rows[change.job_id].items())) for change in changes])))
    reply = graph.ask(queries.STOCK_SET, {"input": asked, "key": key}, note=f"stock of {len(changes)} variants")
    errors = reply.json["data"]["inventorySetQuantities"]["userErrors"]
    if not errors:
        answers |= {change.job_id: Answer(change.job_id, True, "taken", reply.request_id) for change in changes}
        return []
    named = dict(named_rows(errors))
    bad = {place for place, error in named.items() if error.get("code") not in (STALE, BUSY)}
    if None in bad:  # it names no row: every one is refused
        answers |= {change.job_id: Answer(change.job_id, False, reason(named[None])) for change in changes}
        return []
    answers |= {changes[place].job_id: Answer(changes[place].job_id, False, reason(named[place])) for place in bad if place is not None}
    return [change for place, change in enumerate(changes) if place not in bad]


def named_rows(errors: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int | None, Mapping[str, Any]]]:
    """Each error by the row its ``field`` names (``["input", "quantities", "3", …]``); None where it names none."""
    for error in errors:
        yield next((int(step) for step in error.get("field") or () if str(step).isdecimal()), None), error




def reason(error: Mapping[str, Any]) -> str:
    code = f"{error['code']}: " if error.get("code") else ""
    return f'Shopify says {code}"{str(error.get("message"))[:200]}"'
