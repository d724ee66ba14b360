"""The way through a shop's products: pages newest change first, and for each product its detail.

A product changed meanwhile moves to the front: it, or the one pushed over a page's edge, is then seen twice instead of never.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.alibaba.endpoints import PRODUCT, PRODUCT_LIST
from connectors.alibaba.envelope import business_error, field, is_ungranted, listed, payload, plain
from connectors.contract import Window
from connectors.loose import count, entries, text
from connectors.numbered import begin, turn
from connectors.walk import Ask, State, Step

PAGE = 30  # the most


class ListingsWalk:
    """State: ``list`` (None: it is read), ``products`` (plain ids of the last page whose details are to be read)."""

    def start(self, site: str, window: Window, now: datetime) -> State:
        return {"list": begin(), "products": []}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["products"]:
            return ask_product(state["products"][0])
        page = state["list"]["page"]
        return Ask(PRODUCT_LIST, {"current_page": page, "page_size": PAGE}, "products", f"products, page {page}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["products"]:
            rest = [] if is_ungranted(answer) else state["products"][1:]
            return Step(_settled({**state, "products": rest}))
        # `id` is the plain number the newer calls want; `product_id` here is a disguise of it for the old ones
        ids = [text(each.get("id")) for each in items_of(answer)]
        listing, is_kept = turn(f"alibaba {PRODUCT_LIST}", state["list"], ids, PAGE, count(field(payload(answer), "total_item")), None)
        return Step(_settled({"list": listing, "products": [each for each in ids if each.isdecimal()] if is_kept else []}), is_kept=is_kept)


def _settled(state: State) -> State | None:
    return state if state["products"] or state["list"] else None


def ask_product(product_id: str) -> Ask:
    """One product with its SKUs, prices and stock; a refusal is this product's affair."""
    return Ask(PRODUCT, {"product_id": product_id}, f"product/{product_id}", f"product {product_id}", opens_group=False, kind="record")


def items_of(document: Any) -> list[Mapping[str, Any]]:
    return entries(listed(field(payload(document), "products")))


def product_of(document: Any) -> Mapping[str, Any] | None:
    """The product of a detail's answer; None where it was refused."""
    if business_error(document):
        return None
    found = plain(field(payload(document), "product_info"))
    return found if isinstance(found, Mapping) else None
