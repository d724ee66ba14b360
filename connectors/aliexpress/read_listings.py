"""The way through a shop's catalogue: products status by status, and for each product its SKUs.

A product that is put on sale while it is read could move from a status still to come into one that was read. So what is
off sale comes before what is on sale, and what is off sale is listed once more at the end for what has moved there since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.aliexpress.endpoints import PRODUCT, PRODUCTS
from connectors.aliexpress.envelope import field, listed, result
from connectors.aliexpress.read_orders import compact
from connectors.aliexpress.times import told_from
from connectors.contract import Window
from connectors.loose import count, entries, text
from connectors.numbered import begin, turn
from connectors.walk import Ask, State, Step

PAGE = 99  # must be less than 100
STATUSES = ("auditing", "editingRequired", "offline", "onSelling")


class ListingsWalk:
    """State: ``series`` ([status, changed since] still to be read), ``list``, ``products`` (ids whose SKUs are to be read)."""

    def start(self, site: str, window: Window, now: datetime) -> State:
        series = [[status, None] for status in STATUSES] + [["offline", told_from(now)]]
        return {"series": series, "list": begin(), "products": []}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["products"]:
            return ask_product(state["products"][0])
        status, since = state["series"][0]
        query = {"product_status_type": status, "current_page": state["list"]["page"], "page_size": PAGE}
        changed = {"gmt_modified_start": since} if since else {}
        note = f"products {status}, page {state['list']['page']}" + (f", changed since {since}" if since else "")
        return Ask(PRODUCTS, {"aeop_a_e_product_list_query": compact({**query, **changed})}, "products", note)

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["products"]:
            return Step(_settled({**state, "products": state["products"][1:]}))
        body = result(answer)
        ids = [text(product.get("product_id")) for product in entries(listed(field(body, "aeop_a_e_product_display_d_t_o_list")))]
        pages = count(field(body, "total_page"))
        listing, is_kept = turn(f"aliexpress {PRODUCTS}", state["list"], ids, PAGE, count(field(body, "product_count")), pages)
        following = {**state, "list": listing, "products": [each for each in ids if each.isdecimal()] if is_kept else []}
        if listing is None:
            following |= {"series": state["series"][1:], "list": begin()}
        return Step(_settled(following), is_kept=is_kept)


def _settled(state: State) -> State | None:
    return state if state["products"] or state["series"] else None


def ask_product(product_id: str) -> Ask:
    """One product with its SKUs; a refusal is this product's affair."""
    return Ask(PRODUCT, {"product_id": product_id}, "product", f"product {product_id}", opens_group=False, kind="record")
