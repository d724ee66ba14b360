"""The way through a store's catalogue: a page of products, then the variations of each variable one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contract import Window
from connectors.verdicts import Reply
from connectors.woocommerce import lists
from connectors.woocommerce.walk import Ask, State, Step

PRODUCT_FIELDS = (
    "id,name,type,status,sku,price,manage_stock,stock_quantity,parent_id,variations,date_created_gmt,date_modified_gmt"
)
VARIATION_FIELDS = "id,name,type,status,sku,price,manage_stock,stock_quantity,parent_id,attributes,date_created_gmt,date_modified_gmt"


class ListingsWalk:
    """First the store's currency (products name none; it travels in the page's part), then products and their variations.

    State: ``currency``, ``place`` among the products, ``parents`` (variable products of the last page, still to be asked),
    ``inner`` (place among the first of them's variations), ``again`` (those whose articles are counted already),
    ``is_last`` (no more products), ``sold`` (sellable articles seen),
    ``remaining`` (products behind the last page, by the store's count; each holds at least one article).
    """

    def start(self, window: Window) -> State:
        return {
            "currency": None, "place": lists.begin(), "parents": [], "inner": lists.begin(), "again": [], "is_last": False, "sold": 0,
            "remaining": None,
        }

    def ask(self, window: Window, state: State) -> Ask:
        if state["currency"] is None:
            return Ask("currency", "/data/currencies/current", {}, "currency", "the store's currency")
        if state["parents"]:
            parent = state["parents"][0]
            params = {**lists.params(state["inner"]), "status": "any", "_fields": VARIATION_FIELDS}
            return Ask("variations", f"/products/{parent}/variations", params, f"variations/{state['currency']}/{parent}",
                       f"page {state['inner']['page']}", opens_group=False, lacks=True)
        params = {**lists.params(state["place"]), "status": "any", "_fields": PRODUCT_FIELDS}
        return Ask("products", "/products", params, f"products/{state['currency']}", f"page {state['place']['page']}")

    def after(self, window: Window, state: State, reply: Reply) -> Step:
        if state["currency"] is None:
            code = reply.json.get("code") if isinstance(reply.json, Mapping) else None
            return Step({**state, "currency": str(code or "")}, is_kept=False)
        return self._after_variations(state, reply) if state["parents"] else self._after_products(state, reply)

    def _after_products(self, state: State, reply: Reply) -> Step:
        found = lists.rows(reply.json)
        turn = lists.turn(state["place"], [lists.number(each) for each in found], lists.count(reply.headers), "woocommerce products")
        if not turn.is_kept:
            return Step({**state, "place": turn.place}, is_kept=False)
        last = state["place"]["last"]
        fresh = [each for each in found if (lists.number(each) or last + 1) > last]
        # variations of a product that comes twice are read twice too: they belong to the page's group
        parents = [lists.number(each) for each in found if has_variations(each)]
        sold = state["sold"] + sum(not has_variations(each) for each in fresh)
        following = {
            **state, "place": turn.place, "parents": parents, "inner": lists.begin(), "is_last": turn.is_over, "sold": sold,
            "remaining": turn.remaining, "again": [lists.number(each) for each in found if has_variations(each) and each not in fresh],
        }
        return _settled(following)

    def _after_variations(self, state: State, reply: Reply) -> Step:
        if reply.status == 404:  # the product went meanwhile
            return _settled({**state, "parents": state["parents"][1:], "inner": lists.begin()}, part="gone")
        parent = state["parents"][0]
        ids = [lists.number(each) for each in lists.rows(reply.json)]
        turn = lists.turn(state["inner"], ids, lists.count(reply.headers), f"woocommerce variations of product {parent}")
        if not turn.is_kept:
            return Step({**state, "inner": turn.place}, is_kept=False)
        is_new = parent not in state["again"]
        sold = state["sold"] + (turn.place["seen"] - state["inner"]["seen"] if is_new else 0)
        if not turn.is_over:
            return _settled({**state, "inner": turn.place, "sold": sold}, inner=turn.remaining)
        return _settled({**state, "inner": lists.begin(), "parents": state["parents"][1:], "sold": sold})


def _settled(state: State, *, inner: int | None = 0, part: str | None = None) -> Step:
    """The walk is over when no product and no variation is left. What is counted: articles seen, and what is still to come."""
    counts = (state["sold"], state["remaining"], inner)
    announced = None if None in counts else sum(counts)  # type: ignore[arg-type]
    return Step(None if state["is_last"] and not state["parents"] else state, announced, part=part)


def has_variations(product: Any) -> bool:
    """A variable product (plugins have kinds of their own) is no article itself: its variations are, though it have none yet."""
    kind = product.get("type") if isinstance(product, Mapping) else None
    return isinstance(kind, str) and kind.startswith("variable") and lists.number(product) is not None
