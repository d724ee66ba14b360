"""Returns and refunds of orders → ``returns``. Every refunded cent stands in exactly one row.

A refund that names a return belongs to that return's lines. A refund that names none makes rows of its own, whether it
called goods off, took them back without a return, or only gave money. What a refund paid beyond its lines (shipping, goodwill) is a
row ``rest``; where it paid less than its lines come to (a restocking fee), the lines get what was paid, in their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.columns import amounts
from connectors.contract import Page, Shop
from connectors.flatten import Faults, Flattener, explode
from connectors.frames import Draft, Records
from connectors.shopify.documents import gather, last_of_each, number_of
from connectors.shopify.money import bag
from connectors.shopify.queries import REFUNDS_AT_MOST
from connectors.shopify.ways import WAYS, is_test, shows_not_all
from connectors.shopify.words import RESTOCK_KIND, RETURN_STATUS
from transforms.sites import SITES
from transforms.tables import RETURNS

ORDER = Flattener(
    {"id": "id", "number": "legacyResourceId", "updated": "updatedAt", "currency": "currencyCode", "tax_included": "taxesIncluded",
     "returns": "returns.nodes", "refunds": "refunds"}
)
RETURN = Flattener({"id": "id", "status": "status", "created": "createdAt", "lines": "returnLineItems.nodes"})
ASKED = Flattener(
    {"id": "id", "quantity": "quantity", "reason": "returnReason", "line": "fulfillmentLineItem.lineItem.id",
     "sku": "fulfillmentLineItem.lineItem.sku"}
)
REFUND = Flattener(
    {"id": "id", "created": "createdAt", "return": "return.id", "total": bag("totalRefundedSet"), "lines": "refundLineItems.nodes"}
)
BACK = Flattener(
    {"id": "id", "quantity": "quantity", "restock": "restockType", "subtotal": bag("subtotalSet"), "tax": bag("totalTaxSet"),
     "line": "lineItem.id", "sku": "lineItem.sku"}
)
REST = "rest"
_COLUMNS = ("return_id", "return_line_id", "line_id", "sku", "kind", "status", "status_raw", "quantity", "reason", "requested_at", "refund")
Level = tuple[dict[str, list[Any]], np.ndarray, Faults]


def map_returns(shop: Shop, pages: Sequence[Page]) -> dict[str, pd.DataFrame]:
    found = gather(pages, {part: read for part, read in WAYS["returns"].select.items() if part != "candidates"})
    real = found.keep([row for row, record in enumerate(found.records.values) if not is_test(record)])
    orders = real.keep(last_of_each(real.records.values))
    above = Faults(len(orders))
    order = ORDER(orders.records.values, above)
    for row, record in enumerate(orders.records.values):
        is_whole = pages[int(orders.records.page[row])].part == "order"
        if is_whole and shows_not_all(record, REFUNDS_AT_MOST):
            above.add(row, "return_line_id", "the order has more returns or refunds than one reading shows")
    returns, refunds = _level(RETURN, order["returns"], "returns", above), _level(REFUND, order["refunds"], "refunds", above)
    money = _Money(order, refunds, above)
    rows = list(_rows(returns, refunds, money, above, len(orders)))
    return {"returns": _frame(shop, orders.records, order, rows, above)}


def _level(flattener: Flattener, lists: Sequence[Any], label: str, above: Faults) -> Level:
    items, parent = explode(lists, label, above)
    faults = Faults(len(items))
    columns = flattener(items, faults)
    above.lift(faults, parent, label)
    return columns, parent, faults


class _Money:
    """What each refund gave for each of its lines, in minor units, and what is left over.

    Attributes:
        lines: refund row → its lines' rows; ``given``: line row → minor units; ``rest``: refund row → minor units.
    """

    def __init__(self, order: Mapping[str, list[Any]], refunds: Level, above: Faults) -> None:
        columns, parent, faults = refunds
        self.back, self.owner, inner = _level(BACK, columns["lines"], "refundLineItems", faults)
        of_line = parent[self.owner]
        currency = [order["currency"][row] for row in of_line.tolist()]
        subtotal = amounts(self.back["subtotal"], currency, "refund_minor", inner).to_pylist()
        tax = amounts(self.back["tax"], currency, "refund_minor", inner).to_pylist()
        for row in (row for row, known in enumerate(zip(subtotal, tax, strict=True)) if None in known):
            inner.add(row, "refund_minor", "its subtotal or its tax is missing")  # never nothing: the rest would be put on another line
        for line, row in enumerate(of_line.tolist()):
            if not isinstance(order["tax_included"][row], bool):
                inner.add(line, "refund_minor", "whether prices include tax is not told")
        on_top = [order["tax_included"][row] is False for row in of_line.tolist()]
        worth = [(goods or 0) + ((duty or 0) if extra else 0) for goods, duty, extra in zip(subtotal, tax, on_top, strict=True)]
        total = amounts(columns["total"], [order["currency"][row] for row in parent.tolist()], "refund_minor", faults).to_pylist()
        for row in (row for row, told in enumerate(total) if told is None):
            faults.add(row, "refund_minor", "its total is missing")
        self.lines: list[list[int]] = [[] for _ in total]
        for row, refund in enumerate(self.owner.tolist()):
            self.lines[refund].append(row)
        self.given, self.rest = [0] * len(worth), [each or 0 for each in total]
        for refund, rows in enumerate(self.lines):
            for row in rows:
                self.given[row] = max(min(worth[row], self.rest[refund]), 0)
                self.rest[refund] -= self.given[row]
        above.lift(inner, of_line, "refund")
        above.lift(faults, parent, "refund")


def _rows(returns: Level, refunds: Level, money: _Money, above: Faults, size: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row of the order, values of ``_COLUMNS``), orders in turn."""
    asked, told = returns[0], refunds[0]
    known = set(asked["id"])
    belongs: dict[Any, list[int]] = {}
    for refund, gid in enumerate(told["return"]):
        belongs.setdefault(gid if gid in known else None, []).append(refund)
    for row, parent in enumerate(returns[1].tolist()):
        mine = belongs.get(asked["id"][row], [])
        for values in _of_return(asked, row, mine, money, above, parent):
            yield parent, values
    for refund in belongs.get(None, []):
        parent = int(refunds[1][refund])
        for values in _of_refund(told, refund, money, above, parent):
            yield parent, values


def _name(gid: Any) -> Any:
    """``gid://shopify/Return/5`` → ``Return/5``: a return and a refund may bear one number."""
    return gid.removeprefix("gid://shopify/").partition("?")[0] if isinstance(gid, str) else gid


def _of_return(
    asked: dict[str, list[Any]], row: int, refunds: Sequence[int], money: _Money, above: Faults, parent: int
) -> Iterator[tuple[Any, ...]]:
    faults = Faults(0)
    lines, _ = explode([asked["lines"][row]], "returnLineItems", faults)
    line = ASKED(lines, faults)
    raw = asked["status"][row]
    status = RETURN_STATUS.get(raw) if isinstance(raw, str) else None
    if status is None:
        above.add_value(parent, "status", raw, "is not a known word")
    status = "refunded" if refunds and status in ("approved", "closed") else status
    back: dict[Any, int] = {}
    for each in (each for refund in refunds for each in money.lines[refund]):
        back[money.back["line"][each]] = back.get(money.back["line"][each], 0) + money.given[each]
    name = _name(asked["id"][row])
    for at_, gid in enumerate(line["id"]):
        given = back.pop(line["line"][at_], None)
        yield (
            name, number_of(gid), number_of(line["line"][at_]), line["sku"][at_], "return", status, raw, line["quantity"][at_],
            line["reason"][at_],
            asked["created"][row], given,
        )
    rest = sum(back.values()) + sum(money.rest[refund] for refund in refunds)
    if rest or not lines:
        yield name, REST, None, None, "return", status, raw, 0, None, asked["created"][row], rest or None


def _of_refund(told: dict[str, list[Any]], refund: int, money: _Money, above: Faults, parent: int) -> Iterator[tuple[Any, ...]]:
    name, created, kinds = _name(told["id"][refund]), told["created"][refund], set()
    for each in money.lines[refund]:
        raw = money.back["restock"][each]
        kind = RESTOCK_KIND.get(raw) if isinstance(raw, str) else None
        if kind is None:
            above.add_value(parent, "kind", raw, "is not a known word")
        kinds.add((kind, raw))
        yield (
            name, number_of(money.back["id"][each]) or number_of(money.back["line"][each]), number_of(money.back["line"][each]),
            money.back["sku"][each], kind, "refunded", raw, money.back["quantity"][each], None, created, money.given[each],
        )
    if money.rest[refund] or not kinds:
        kind, raw = next(iter(kinds)) if len(kinds) == 1 else ("refund_only", "REFUND")
        yield name, REST, None, None, kind, "refunded", raw, 0, None, created, money.rest[refund]


def _frame(
    shop: Shop, records: Records, order: dict[str, list[Any]], rows: Sequence[tuple[int, tuple[Any, ...]]], above: Faults
) -> pd.DataFrame:
    parent = np.array([row for row, _ in rows], dtype=np.int64)
    draft = Draft(RETURNS, shop, records.take(parent))
    column = dict(zip(_COLUMNS, zip(*(values for _, values in rows), strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    names = [number or number_of(gid) for number, gid in zip(order["number"], order["id"], strict=True)]
    draft.text("order_id", [names[row] for row in parent.tolist()])
    for name in ("return_id", "return_line_id", "line_id", "sku", "kind", "status", "status_raw", "reason"):
        draft.text(name, column[name])
    draft.integer("quantity", column["quantity"])
    draft.text("currency", [order["currency"][row] for row in parent.tolist()])
    draft.put("refund_minor", pa.array(column["refund"], pa.int64()))
    draft.instant("requested_at", column["requested_at"])
    draft.day("requested_date", "requested_at", [SITES[shop.sites[0]].zone] * draft.size)
    draft.instant("source_updated_at", [order["updated"][row] for row in parent.tolist()])
    draft.faults.spread(above, parent, "order")
    return draft.frame()


