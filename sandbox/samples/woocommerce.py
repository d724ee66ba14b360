"""WooCommerce's recordings: what a real installation answered, replayed as one store.

Each record is served in the bytes of its last recorded answer, under the list a store shows it in; filters, pages and counts of
lists are a store's own (``sandbox/woocommerce/asked.py``). ``_fields`` takes nothing off a record: what was recorded is shown whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.market import House
from sandbox.samples.published import Sample, listed, sample
from sandbox.samples.recordings import Recordings, recordings_in
from sandbox.samples.stall import Stall, sample_shop
from sandbox.woocommerce import ids, refusals
from sandbox.woocommerce.asked import Asked
from sandbox.woocommerce.keys import Keys
from sandbox.woocommerce.reading import query_of_page
from sandbox.world.model import Shop

SITES = ("US",)  # the store's own currency is recorded as USD
LISTS = {
    "orders": "orders", "refunds": "refunds", "products": "products", r"products/(\d+)/variations": "variations",
    "products/reviews": "reviews",
}


def open_stalls(folder: Path, house: House) -> list[Stall]:
    """Raises OSError where the recordings are not there."""
    shop = sample_shop("woocommerce", SITES)
    store = RecordedStore(recordings_in(folder / "woocommerce"), house, shop)
    credentials = {"consumer_key": ids.key(house.seed, shop.name, "ck_"), "consumer_secret": ids.key(house.seed, shop.name, "cs_")}
    routes = [Route("/wp-json/{path:path}", store.call, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])]
    return [Stall(shop, routes, {"seller_id": shop.name}, credentials, store.served, store.gaps())]


class RecordedStore:
    """One store behind the strict store's own keys; it shows, and takes no writes."""

    def __init__(self, recorded: Recordings, house: House, shop: Shop) -> None:
        self._recorded, self._shop, self._keys = recorded, shop, Keys(house)

    def served(self) -> dict[str, list[Any]]:
        """A product with variations is no article itself."""
        kinds = {kind: list(found.values()) for kind, found in self._recorded.records.items()}
        articles = [each for each in kinds["products"] if not each.sample.document["type"].startswith("variable")] + kinds["variations"]
        return {
            "orders": [each.id for each in kinds["orders"]], "listings": [each.id for each in articles],
            "returns": [each.id for each in kinds["refunds"]], "reviews": [each.id for each in kinds["reviews"]], "account": [],
        }

    def gaps(self) -> dict[str, dict[str, str]]:
        """``/refunds`` was not recorded: it names each refund's order, as ``/orders/29/refunds`` does not."""
        why = "recorded at its order's own address, where a refund does not name its order"
        refunds = self._recorded.records["refunds"].values()
        return {"returns": {str(each.id): why for each in refunds if "parent_id" not in each.sample.document}}

    async def call(self, request: Request) -> Response:
        base = f"{request.url.scheme}://{request.url.netloc}{request.url.path.partition('/wp-json')[0]}"
        headers = {"Link": f'<{base}/wp-json/>; rel="https://api.w.org/"'}
        url = f"{base}/wp-json/{request.path_params['path']}"
        path = request.path_params["path"].removeprefix("wc/v3").strip("/")
        try:
            if path and request.path_params["path"].startswith("wc/v3"):  # a store shows its routes to everybody
                self._keys.check(self._shop.name, request.method, url, list(request.query_params.items()))
            elif request.path_params["path"].strip("/") != "wc/v3":
                raise refusals.no_route()
            if request.method != "GET":
                raise refusals.no_route()
            return self._shown(path, request.query_params, headers, url)
        except refusals.Refused as refused:
            return refusals.answered(refused, headers)

    def _shown(self, path: str, given: QueryParams, headers: dict[str, str], url: str) -> Response:
        for pattern, kind in LISTS.items():
            found = re.fullmatch(pattern, path)
            if found:
                return self._list(kind, found, given, headers, url)
        one = re.fullmatch(r"(orders|products)/(\d+)", path)
        if one:
            record = self._recorded.records[one[1]].get(int(one[2]))
            if record is None:
                raise refusals.no_such("order" if one[1] == "orders" else "product")
            return _sent(record.sample.body, headers)
        whole = {"": self._recorded.index, "data/currencies/current": self._recorded.currency, "system_status": self._status(url)}
        if path not in whole:
            raise refusals.no_route()
        return _sent(whole[path].body, headers)

    def _list(self, kind: str, found: re.Match[str], given: QueryParams, headers: dict[str, str], url: str) -> Response:
        above = int(found[1]) if found.re.groups else None
        if above is not None and above not in self._recorded.records["products"]:
            raise refusals.no_such("product")
        asked = Asked(self._shop.name, kind, given, zone=self._recorded.zone)
        rows = [
            record for record in self._recorded.records[kind].values()
            if record.above == above and _is_wanted(asked, record.status) and asked.is_inside(record.created, record.modified)
        ]
        when = {"date": lambda each: each.created, "date_gmt": lambda each: each.created, "modified": lambda each: each.modified}
        page, total = asked.cut(rows, lambda each: each.id, when)
        pages = -(-total // asked.per_page)
        counted = {**headers, "X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
        if asked.page < pages:
            counted["Link"] = f'<{url}?{query_of_page(given, asked.page + 1)}>; rel="next"'
        return _sent(listed([record.sample for record in page]).encode(), counted)

    def _status(self, url: str) -> Sample:
        """Not recorded, and asked for on the way: which version answers."""
        home = url.partition("/wp-json")[0]
        told = {"environment": {"home_url": home, "site_url": home, "version": self._recorded.version}, "settings": {}}
        return sample(json.dumps(told))


def _is_wanted(asked: Asked, status: str) -> bool:
    """``any`` leaves the trash out; reviews say ``all`` for what is approved or waits to be."""
    if status == "any":
        return True
    every = ("any" in asked.statuses and status != "trash") or ("all" in asked.statuses and status in ("approved", "hold"))
    return every or status in asked.statuses


def _sent(body: bytes, headers: Mapping[str, str]) -> Response:
    return Response(body, headers=dict(headers), media_type=refusals.JSON)
