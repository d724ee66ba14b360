"""How each entity is listed and what must be asked for besides: data and pure functions, no calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.loose import at
from connectors.shopify import queries
from connectors.shopify.documents import alone, key_of

Todo = list[Any]  # [kind, ids or id, cursor]: a call still to be made; it travels in the page's cursor as JSON


@dataclass(frozen=True)
class Leg:
    """A further call: its query, the names of its arguments, and the part its page is landed as."""

    query: str
    arguments: tuple[str, ...]
    part: str


@dataclass(frozen=True)
class Way:
    """One entity's way.

    Attributes:
        query: pages through the connection at ``place``, ``first`` records at a time.
        part: what its pages are landed as.
        search: the window in Shopify's search language; None where everything is read.
        counts: field of the same query that counts what the search finds; ``counts_records``: these are the entity's records.
        recount: query that tells nothing but that count, for what is read as files.
        file: the bulk query for a search; None where the entity is small enough for pages.
        is_sliced: whether a file's window may be cut (by the search).
        joins: for files, see :func:`connectors.shopify.documents.joined`.
        legs, todo: further calls, and which of them a page's records make necessary.
    """

    query: str
    place: tuple[str, ...]
    part: str
    first: int
    search: Callable[[Window], str | None]
    counts: str | None = None
    counts_records: bool = True
    recount: str | None = None
    file: Callable[[str | None], str] | None = None
    is_sliced: bool = False
    joins: Mapping[str, str] = field(default_factory=dict)
    legs: Mapping[str, Leg] = field(default_factory=dict)
    todo: Callable[[str, Sequence[Any]], list[Todo]] = lambda part, records: []
    select: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def upward(moment: datetime) -> datetime:
    """The next whole second: Shopify's instants have no parts of one."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def between(name: str) -> Callable[[Window], str]:
    """``>=`` and ``<``; whether the vendor's bounds take their instant in or not, rows at a seam come twice at worst."""
    return lambda window: f"{name}:>='{stamp(window.start)}' AND {name}:<'{stamp(upward(window.end))}'"


def todo_orders(part: str, records: Sequence[Any]) -> list[Todo]:
    """Orders with more than the page shows are read whole; parcels' contents are asked for by forty; then what is left of them."""
    if part == "parcels":
        return [["parcel", key_of(each), _rest(each, "fulfillmentLineItems")] for each in records if _rest(each, "fulfillmentLineItems")]
    cut = [each for each in records if part in ("order", "lines") and _rest(each, "lineItems")]
    more = [["lines", key_of(each), _rest(each, "lineItems")] for each in cut]
    if part == "lines":
        return more
    whole = [key_of(each) for each in records if part == "orders" and key_of(each) and not is_test(each) and _is_cut(each)]
    parcels = [
        key_of(parcel)
        for each in records if not is_test(each) and key_of(each) not in whole
        for parcel in _list(each, "fulfillments") if key_of(parcel)
    ]
    size = queries.PARCELS_A_CALL
    chunks = [["parcels", parcels[start : start + size], None] for start in range(0, len(parcels), size)]
    return [["whole", gid, None] for gid in whole] + more + chunks


def _is_cut(order: Any) -> bool:
    """A connection says that there is more; a plain list that is full may be cut off without a word."""
    is_full = any(len(_list(order, name)) >= queries.OTHERS_A_PAGE for name in ("transactions", "fulfillments"))
    return is_full or bool(_rest(order, "lineItems"))


def _rest(record: Any, name: str) -> str | None:
    """The cursor behind what a connection showed; None where that was all."""
    information = at(name, "pageInfo")(record)
    return information.get("endCursor") if isinstance(information, dict) and information.get("hasNextPage") else None


def _list(record: Any, name: str) -> list[Any]:
    value = record.get(name) if isinstance(record, dict) else None
    return value if isinstance(value, list) else []


def is_test(record: Any) -> bool:
    return isinstance(record, dict) and record.get("test") is True


def _nodes(*path: str) -> Callable[[Any], list[Any]]:
    read = at(*path, "nodes")
    return lambda record: [each for each in read(record) or [] if isinstance(each, dict)] if isinstance(read(record), list) else []


def todo_variants(part: str, records: Sequence[Any]) -> list[Todo]:
    """A variant stocked in more places than the page shows is read whole."""
    if part != "variants":
        return []
    has_more = at("inventoryItem", "inventoryLevels", "pageInfo", "hasNextPage")
    return [["whole", key_of(each), None] for each in records if key_of(each) and has_more(each)]


def todo_returns(part: str, records: Sequence[Any]) -> list[Todo]:
    """Of the orders that changed, the few with a return or refund are asked for more; and what has too much for that, alone.

    Searching by ``return_status`` would not do: an order whose only return was declined counts as one without.
    """
    real = [each for each in records if key_of(each) and not is_test(each)]
    if part == "orders":
        return [["whole", key_of(each), None] for each in real if shows_not_all(each, queries.REFUNDS_A_PAGE)]
    chosen = [key_of(each) for each in real if part == "candidates" and (_nodes("returns")(each) or _list(each, "refunds"))]
    size = queries.RETURNS_A_CALL
    return [["some", chosen[start : start + size], None] for start in range(0, len(chosen), size)]


def shows_not_all(order: Any, refunds: int) -> bool:
    """Whether some return or refund, or a line of one, may be missing from an order read with ``refunds`` at most."""
    told: Iterable[Any] = [order.get("returns")] if isinstance(order, dict) else []
    inner = [each.get("returnLineItems") for each in _nodes("returns")(order)]
    inner += [each.get("refundLineItems") for each in _list(order, "refunds") if isinstance(each, dict)]
    has_more = any(at("pageInfo", "hasNextPage")(each) for each in (*told, *inner))
    return has_more or len(_list(order, "refunds")) >= refunds


_ORDER_JOINS = {"LineItem": "lineItems"}
_AT_ORDERS = at("data", "orders", "nodes")
WAYS = {
    "orders": Way(
        queries.ORDERS, ("orders",), "orders", 25, between("updated_at"), counts="ordersCount",
        recount=queries.ORDERS_COUNT, file=queries.orders_file, is_sliced=True, joins=_ORDER_JOINS,
        legs={
            "whole": Leg(queries.ORDER_WHOLE, ("id",), "order"), "lines": Leg(queries.ORDER_LINES, ("id", "after"), "lines"),
            "parcels": Leg(queries.PARCELS, ("ids",), "parcels"), "parcel": Leg(queries.PARCEL_REST, ("id", "after"), "parcels"),
        },
        todo=todo_orders,
        select={
            "orders": _AT_ORDERS, "order": alone("data", "order"), "lines": alone("data", "order"),
            "parcels": lambda document: at("data", "nodes")(document) or alone("data", "node")(document),
        },
    ),
    "listings": Way(
        queries.VARIANTS, ("productVariants",), "variants", 50, lambda window: None, counts="productVariantsCount",
        recount=queries.VARIANTS_COUNT, file=lambda search: queries.VARIANTS_FILE,
        joins={"InventoryLevel": "inventoryItem.inventoryLevels"},
        legs={"whole": Leg(queries.VARIANT_WHOLE, ("id",), "variant")}, todo=todo_variants,
        select={"variants": at("data", "productVariants", "nodes"), "variant": alone("data", "productVariant")},
    ),
    "returns": Way(
        queries.RETURNING, ("orders",), "candidates", 250, between("updated_at"), counts="ordersCount", counts_records=False,
        legs={"some": Leg(queries.RETURNS, ("ids",), "orders"), "whole": Leg(queries.RETURNS_WHOLE, ("id",), "order")}, todo=todo_returns,
        select={"candidates": _AT_ORDERS, "orders": at("data", "nodes"), "order": alone("data", "order")},
    ),
    "ledger": Way(
        queries.LEDGER, ("shopifyPaymentsAccount", "balanceTransactions"), "entries", 100, between("processed_at"),
        select={"entries": at("data", "shopifyPaymentsAccount", "balanceTransactions", "nodes")},
    ),
    "payouts": Way(
        queries.PAYOUTS, ("shopifyPaymentsAccount", "payouts"), "payouts", 100, between("issued_at"),
        select={"payouts": at("data", "shopifyPaymentsAccount", "payouts", "nodes")},
    ),
    "payments": Way(
        queries.PAYMENTS, ("tenderTransactions",), "tenders", 100, between("processed_at"),
        select={"tenders": at("data", "tenderTransactions", "nodes")},
    ),
    "disputes": Way(
        queries.DISPUTES, ("disputes",), "disputes", 50, between("initiated_at"), select={"disputes": at("data", "disputes", "nodes")},
    ),
}
