"""The way through a shop's catalogue, in slices of creation time where it is larger than the vendor's offset reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.errors import FatalError
from connectors.lazada.bounds import from_milliseconds, milliseconds
from connectors.loose import count, entries, text
from connectors.walk import Ask, State, Step

PAGE = 50
LAST_OFFSET = 10_000
FOUNDED = datetime(2012, 1, 1, tzinfo=UTC)  # no product of Lazada is older


class ListingsWalk:
    """Every product with its variants, whatever its status.

    State: ``slices`` (creation times still to be read as [from, to] in ms; [None, None]: all), ``offset``, ``total`` (the
    vendor's count of this slice), ``products`` and ``variants`` (seen in all slices), ``counted`` (products by the vendor's
    count of finished slices), ``last`` (ids of the last page), ``until`` (upper end of time, ms).
    """

    def start(self, site: str, window: Window, now: datetime) -> State:
        seen = {"products": 0, "variants": 0, "counted": 0, "last": []}
        return {"slices": [[None, None]], "offset": 0, "total": None, **seen, "until": milliseconds(now + timedelta(days=1))}

    def ask(self, site: str, window: Window, state: State) -> Ask:
        return ask_products(state["slices"][0], state["offset"], with_stock=True)

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        products, total = products_of(answer)
        if state["offset"] == 0 and total is not None and total > LAST_OFFSET:
            return Step({**state, "slices": halves(state["slices"][0], state["until"]) + state["slices"][1:]}, is_kept=False)
        ids = [text(product.get("item_id")) for product in products]
        is_repeated = bool(ids) and set(ids) <= set(state["last"])
        seen = state["products"] + (0 if is_repeated else len(products))
        variants = state["variants"] + (0 if is_repeated else sum(len(entries(product.get("skus"))) for product in products))
        offset = state["offset"] + len(products)
        total = total if state["offset"] == 0 else state["total"]
        has_ended = not products or is_repeated or (offset >= total if total is not None else len(products) < PAGE)
        counted = state["counted"] + (total or 0)
        # the vendor counts products, we count variants: each product it counted and did not show lacks at least one
        announced = variants + max(0, counted - seen) if total is not None else None
        following = {**state, "products": seen, "variants": variants, "last": ids, "offset": offset, "total": total}
        if has_ended:
            following |= {"slices": state["slices"][1:], "offset": 0, "total": None, "counted": counted}
        return Step(following if following["slices"] else None, announced=announced)


def ask_products(bounds: list[int | None], offset: int, *, with_stock: bool) -> Ask:
    created = {name: _zoned(bound) for name, bound in zip(("create_after", "create_before"), bounds, strict=True) if bound is not None}
    options = {"options": 1} if with_stock else {}
    note = f"products from {offset}" + (f", created {created['create_after']} to {created['create_before']}" if created else "")
    parameters = {"filter": "all", "limit": PAGE, "offset": offset, **options, **created}
    return Ask("products/get", parameters, "products", note)


def products_of(answer: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], int | None]:
    data = answer.get("data") if isinstance(answer.get("data"), Mapping) else {}
    return entries(data.get("products")), count(data.get("total_products"))


def halves(bounds: list[int | None], until: int) -> list[list[int | None]]:
    """A slice of creation time in two; products created at the seam's very second may come twice."""
    begin = milliseconds(FOUNDED) if bounds[0] is None else bounds[0]
    end = until if bounds[1] is None else bounds[1]
    middle = begin + (end - begin) // 2000 * 1000
    if middle <= begin:
        raise FatalError(
            f"lazada products/get: more than {LAST_OFFSET} products were created in the second of {_zoned(begin)}, "
            "and the marketplace shows none behind that. Not retried."
        )
    return [[begin, middle], [middle, end]]


def _zoned(bound: int) -> str:
    return from_milliseconds(bound).strftime("%Y-%m-%dT%H:%M:%S+0000")
