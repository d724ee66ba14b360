"""The shop itself: whose it is, what the app may do, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contract import Page, Window
from connectors.errors import FatalError
from connectors.loose import text
from connectors.shopify import queries
from connectors.shopify.graph import Graph
from connectors.shopify.verdict import SCOPE

# One of each pair will do: who may write may read, and Shopify Payments' scopes have had several names.
NEEDED = (
    ("read_orders", "write_orders"), ("read_products", "write_products"), ("read_inventory", "write_inventory"),
    ("read_returns", "write_returns", "read_orders", "write_orders"),
)
HISTORY = "read_all_orders"


class AccountReader:
    """One page: the shop."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        reply = self._graph.ask(queries.ACCOUNT, note="account")
        yield Page(reply.body, reply.received_at, "graphql: account", part="shop", request_id=reply.request_id, announced=1)


def check(graph: Graph) -> str:
    """One line saying whose account answered.

    Raises:
        FatalError: the app lacks a scope it needs; names which.
    """
    data = graph.ask(queries.CHECK, note="check").json["data"]
    shop, granted = data["shop"], {text(each.get("handle")) for each in data["currentAppInstallation"]["accessScopes"]}
    missing = [names[0] for names in NEEDED if granted.isdisjoint(names)]
    if missing:
        raise FatalError(f"{graph.who('check')}: the app has no scope {', '.join(missing)}. {SCOPE} Not retried.")
    reach = "" if HISTORY in granted else f"; orders older than 60 days are invisible to it ({HISTORY} is not granted)"
    return f"{text(shop.get('name'))} ({text(shop.get('myshopifyDomain'))}), {text(shop.get('currencyCode'))}{reach}"
