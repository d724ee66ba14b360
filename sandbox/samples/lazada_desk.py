"""Lazada's samples as answers of one shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.samples.published import Sample

SITES = ["SG"]  # the currency of the sample's items
SAME_SAMPLE = {"/orders/items/get": "/order/items/get"}  # published for one order; the call for many shows it as well
_DONE = {"code": "0", "request_id": "samples"}


class LazadaDesk:
    def __init__(self, samples: Mapping[str, Sample]) -> None:
        self._samples = samples

    def expected(self) -> dict[str, list[Any]]:
        """Entity → the ids of the records served."""
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

    def _data(self, path: str) -> Any:
        return self._samples[path].document["data"]

    def _reviews(self) -> list[str]:
        return [review["id"] for review in self._data("/review/seller/list/v2")["review_list"]]

    def routes(self) -> list[Route]:
        return [
            Route("/auth/token/{verb}", self._token, methods=["GET", "POST"]), Route("/{path:path}", self._answer, methods=["GET", "POST"]),
        ]

    async def _token(self, request: Request) -> Response:
        form = await _asked(request)
        if "app_key" not in form or not {"code", "refresh_token"} & set(form):
            return JSONResponse({"code": "MissingParameter", "type": "ISP", "message": "app_key and code or refresh_token", **_ID})
        users = [{"country": "sg", "user_id": "1001", "seller_id": "1001", "short_code": "SG1001"}]
        return JSONResponse({
            **_DONE, "access_token": "samples", "refresh_token": "samples", "expires_in": 604800, "refresh_expires_in": 2592000,
            "account_platform": "seller_center", "country": "sg", "country_user_info": users,
        })

    async def _answer(self, request: Request) -> Response:
        path = "/" + request.path_params["path"]
        asked = await _asked(request)
        sample = self._samples.get(SAME_SAMPLE.get(path, path))
        is_continued = asked.get("offset", "0") != "0" or asked.get("page_no", "1") != "1" or asked.get("current", "1") != "1"
        if sample and not (is_continued and path in _LISTS):
            return Response(sample.body, media_type="application/json")
        made = self._behind_the_last(path) if path in _LISTS else self._unpublished(path)
        if made is None:
            return JSONResponse({"code": "InvalidApiPath", "type": "ISP", "message": "The specified API path is invalid", **_ID})
        return JSONResponse({**_DONE, **made})

    def _behind_the_last(self, path: str) -> dict[str, Any]:
        """The sample without its records; its counts stand, since a count that falls means that the listing has shifted."""
        holder, *name = _LISTS[path]
        return {holder: {**self._samples[path].document[holder], name[0]: []} if name else []}

    def _unpublished(self, path: str) -> dict[str, Any] | None:
        """Calls on the way to a sample that have none of their own."""
        ids = self._reviews()
        return {
            "/finance/payout/status/get": {"data": []},
            "/seller/get": {"data": {"seller_id": "1001", "short_code": "SG1001", "name": "samples", "status": "ACTIVE"}},
            "/review/seller/history/list": {"data": {"current": 1, "total": len(ids), "page_size": 100, "id_list": ids}, "success": True},
        }.get(path)


async def _asked(request: Request) -> dict[str, str]:
    """Parameters of the query and of a form body."""
    return {**request.query_params, **dict(parse_qsl((await request.body()).decode("utf-8", "replace")))}


_ID = {"request_id": "samples"}
# Calls that page, and where their records lie.
_LISTS: dict[str, tuple[str, ...]] = {
    "/orders/get": ("data", "orders"), "/products/get": ("data", "products"),
    "/reverse/getreverseordersforseller": ("result", "items"), "/finance/transaction/details/get": ("data",),
}
