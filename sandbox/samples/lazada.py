"""Lazada's samples: the sample answer of each page of the official reference, as answers of one shop."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clock import iso
from sandbox.iop.errors import Refused
from sandbox.lazada.gateway import Gateway
from sandbox.lazada.ids import FIRST_SELLER
from sandbox.lazada.tokens import APP_KEY
from sandbox.market import House
from sandbox.samples.published import Sample, read
from sandbox.samples.stall import Stall, sample_shop
from sandbox.world.model import Shop

SITES = ("SG",)  # the currency of the sample's items
SAME_SAMPLE = {"/orders/items/get": "/order/items/get"}  # published for one order; the call for many shows it as well
# Calls that page, and where their records lie.
_LISTS: dict[str, tuple[str, ...]] = {
    "/orders/get": ("data", "orders"), "/products/get": ("data", "products"),
    "/reverse/getreverseordersforseller": ("result", "items"), "/finance/transaction/details/get": ("data",),
}


def open_stalls(folder: Path, house: House) -> list[Stall]:
    """Raises OSError where the files are not there."""
    shop = sample_shop("lazada", SITES)
    gateway = Gateway(house, {shop.name: shop})
    desk = LazadaDesk(samples_in(folder / "lazada"), gateway, shop)
    token, end = gateway.tokens.access(shop.name)
    credentials = {
        "app_key": APP_KEY, "app_secret": gateway.tokens.app_secret, "refresh_token": gateway.tokens.refresh(shop.name),
        "access_token": token, "expires_at": iso(end),
    }
    account = {"seller_id": str(desk.seller_id)}
    return [Stall(shop, desk.routes(), account, credentials, desk.served, desk.gaps(), door="/sg/rest", login="/auth/rest")]


def samples_in(folder: Path) -> dict[str, Sample]:
    """API path (``/orders/get``) → its sample. Raises OSError where there is none."""
    files = sorted((folder / "examples").glob("*_resp.json"))
    if not files:
        raise FileNotFoundError(folder / "examples" / "*_resp.json")
    return {"/" + file.name.removesuffix("_resp.json").replace(".", "/"): read(file) for file in files}


class LazadaDesk:
    """Who calls is judged by the strict marketplace's own gateway; what is answered is the sample of the path."""

    def __init__(self, samples: Mapping[str, Sample], gateway: Gateway, shop: Shop) -> None:
        self._samples, self._gateway = samples, gateway
        self.seller_id = FIRST_SELLER + shop.number

    def served(self) -> dict[str, list[Any]]:
        orders, products = (self._data(path) for path in ("/orders/get", "/products/get"))
        entries = self._data("/finance/transaction/details/get")
        requests = self._samples["/reverse/getreverseordersforseller"].document["result"]["items"]
        return {
            "orders": [order["order_id"] for order in orders["orders"]],
            "listings": [str(sku["SkuId"]) for product in products["products"] for sku in product["skus"]],
            "returns": [request["reverse_order_id"] for request in requests],
            "ledger": ["/".join(entry[name] for name in ("transaction_number", "fee_type", "orderItem_no")) for entry in entries],
            "payouts": [], "reviews": self._reviews(),
        }

    def gaps(self) -> dict[str, dict[str, str]]:
        """The sample of an order and the sample of its items name two orders."""
        items = {item["order_id"] for item in self._data("/order/items/get")}
        orders = set(self.served()["orders"])
        bare = {order: "the sample of an order's items is another order's" for order in orders - items}
        return {"orders": {**bare, **{order: "the sample of items; the sample of orders is another order's" for order in items - orders}}}

    def _data(self, path: str) -> Any:
        return self._samples[path].document["data"]

    def _reviews(self) -> list[str]:
        return [review["id"] for review in self._data("/review/seller/list/v2")["review_list"]]

    def routes(self) -> list[Route]:
        both = ["GET", "POST"]
        return [
            Route("/auth/rest/auth/token/{verb}", self._gateway.token_call, methods=both),
            Route("/{country}/rest/{path:path}", self._call, methods=both),
        ]

    async def _call(self, request: Request) -> Response:
        return await self._gateway.enveloped(request, self._answer)

    def _answer(self, request: Request, asked: dict[str, str]) -> dict[str, object] | Response:
        path = "/" + request.path_params["path"]
        sample = self._samples.get(SAME_SAMPLE.get(path, path))
        made = self._behind_the_last(path) if path in _LISTS else self._unpublished(path)
        if sample is None and made is None:
            raise Refused("InvalidApiPath", f"No sample of {path} is published")
        self._gateway.judge(path, asked)
        self._gateway.caller(path, asked, request.path_params["country"].upper())
        is_continued = asked.get("offset", "0") != "0" or asked.get("page_no", "1") != "1" or asked.get("current", "1") != "1"
        return sample.answer() if sample and not (is_continued and path in _LISTS) else made or {}

    def _behind_the_last(self, path: str) -> dict[str, Any]:
        """The sample without its records; its counts stand, since a count that falls means that the listing has shifted."""
        holder, *name = _LISTS[path]
        return {holder: {**self._samples[path].document[holder], name[0]: []} if name else []}

    def _unpublished(self, path: str) -> dict[str, Any] | None:
        """Calls on the way to a sample that have none of their own."""
        ids, number = self._reviews(), str(self.seller_id)
        return {
            "/finance/payout/status/get": {"data": []},
            "/seller/get": {"data": {"seller_id": number, "short_code": f"SG{number}", "name": "samples", "status": "ACTIVE"}},
            "/review/seller/history/list": {"data": {"current": 1, "total": len(ids), "page_size": 100, "id_list": ids}, "success": True},
        }.get(path)
