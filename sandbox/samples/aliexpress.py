"""AliExpress's samples: one sample answer a method, in the envelope of ``simplify=false``, as answers of one shop.

Samples are older than any night, so bounds of time are not looked at; every other filter is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.aliexpress.asked import Asked
from sandbox.aliexpress.gateway import Gateway
from sandbox.aliexpress.ids import FIRST_SELLER
from sandbox.aliexpress.tokens import APP_KEY
from sandbox.clock import iso
from sandbox.iop.errors import Refused
from sandbox.market import House
from sandbox.samples.published import Sample, listed, read, sample
from sandbox.samples.stall import Stall, sample_shop

ORDERS, ORDER = "aliexpress.solution.order.get", "aliexpress.solution.order.info.get"
PRODUCTS, PRODUCT = "aliexpress.solution.product.list.get", "aliexpress.solution.product.info.get"
PROFILE = "aliexpress.solution.merchant.profile.get"
SITES = ("US",)  # one shop for the world
ON_SALE = "onSelling"  # what the sample's product says of itself, and the list's record does not say


def open_stalls(folder: Path, house: House) -> list[Stall]:
    """Raises OSError where the files are not there."""
    shop = sample_shop("aliexpress", SITES)
    gateway = Gateway(house, {shop.name: shop})
    desk = AliExpressDesk(samples_in(folder / "aliexpress"), gateway)
    token, end = gateway.tokens.access(shop.name)
    credentials = {
        "app_key": APP_KEY, "app_secret": gateway.tokens.app_secret, "refresh_token": gateway.tokens.refresh(shop.name),
        "access_token": token, "expires_at": iso(end),
    }
    return [Stall(shop, desk.routes(), {"seller_id": str(FIRST_SELLER + shop.number)}, credentials, desk.served, desk.gaps())]


def samples_in(folder: Path) -> dict[str, Sample]:
    """Method → its sample. Raises OSError where one that is read has none."""
    end = "_response.json"
    found = {file.name.removesuffix(end).replace("_", "."): read(file) for file in sorted((folder / "examples").glob(f"*{end}"))}
    lacking = [method for method in (ORDERS, PRODUCTS, PRODUCT, PROFILE) if method not in found]
    if lacking:
        raise FileNotFoundError(folder / "examples" / f"{lacking[0].replace('.', '_')}{end}")
    return found


class AliExpressDesk:
    """Who calls is judged by the strict marketplace's own gateway; what is answered is the sample of the method."""

    def __init__(self, samples: Mapping[str, Sample], gateway: Gateway) -> None:
        self._samples, self._gateway = samples, gateway
        held = (*_named(PRODUCTS), "result", "aeop_a_e_product_display_d_t_o_list", "item_display_dto")
        self._items = [samples[PRODUCTS].part(*held, place) for place in range(len(samples[PRODUCTS].part(*held).document))]

    def served(self) -> dict[str, list[Any]]:
        """A listed product is a record of its SKUs; one whose SKUs nobody published has no id."""
        orders, product = self._result(ORDERS)["target_list"]["order_dto"], self._result(PRODUCT)
        skus = product["aeop_ae_product_s_k_us"]["global_aeop_ae_product_sku"]
        unread = [item for item in self._items if item.document["product_id"] != product["product_id"]]
        return {
            "orders": [order["order_id"] for order in orders],
            "listings": [*(f"{product['product_id']}:{sku['id']}" for sku in skus), *(None for _ in unread)],
            "account": [self._samples[PROFILE].document[_named(PROFILE)[0]]["shop_id"]], "disputes": [], "reviews": [],
        }

    def gaps(self) -> dict[str, dict[str, str]]:
        details = "the sample of a list; no sample of an order's details (order.info.get) is published"
        orders = {str(each): details for each in self.served()["orders"]}
        return {"orders": orders, "listings": {"": "the sample of a list; the sample of a product is another product's"}}

    def _result(self, method: str) -> Any:
        return self._samples[method].document[_named(method)[0]]["result"]

    def routes(self) -> list[Route]:
        both = ["GET", "POST"]
        return [Route("/sync", self._sync, methods=both), Route("/rest/{path:path}", self._gateway.token_call, methods=both)]

    async def _sync(self, request: Request) -> Response:
        return await self._gateway.enveloped(request, self._answer)

    def _answer(self, parameters: Mapping[str, str]) -> dict[str, Any] | Response:
        method = parameters.get("method") or ""
        self._gateway.judge("", parameters, with_md5=True)
        if method not in self._samples and method not in _UNPUBLISHED:
            raise Refused("InvalidApiPath", f"No sample of {method!r} is published")
        asked = Asked(self._gateway.caller(method, parameters), parameters)
        if method == ORDERS:
            return self._orders(asked)
        if method == PRODUCTS:
            return self._products(asked)
        return self._samples[method].answer() if method in self._samples else _UNPUBLISHED[method]

    def _orders(self, asked: Asked) -> dict[str, Any] | Response:
        query = asked.query("param0")
        page, size = query.whole("current_page", 1, 1, 10_000), query.whole("page_size", 20, 1, 50)
        stands = {order["order_status"] for order in self._result(ORDERS)["target_list"]["order_dto"]}
        wanted = query.fields.get("order_status")
        is_here = {wanted} == stands if wanted else "FINISH" not in stands  # finished orders are shown where they are asked for
        if is_here and page == 1:
            return self._samples[ORDERS].answer()
        return {"result": {"success": True, "total_count": 0, "total_page": 0, "current_page": page, "page_size": size}}

    def _products(self, asked: Asked) -> Response:
        """The sample's records unchanged, counted as what they are: the sample says it is page 10 of 100 with 1,201 products,
        and nobody has published the others; a reader that counts must refuse such a list, and ours does."""
        query = asked.query("aeop_a_e_product_list_query")
        page = query.whole("current_page", 1, 1, 10_000)
        is_here = query.fields.get("product_status_type", ON_SALE) == ON_SALE and page == 1
        records = self._items if is_here else []
        counts = f'"success": true, "product_count": {len(records)}, "total_page": {len(records[:1])}, "current_page": {page}'
        held = f'"aeop_a_e_product_display_d_t_o_list": {{"item_display_dto": {listed(records)}}}'
        return sample(f'{{"{_named(PRODUCTS)[0]}": {{"result": {{{counts}, {held}}}}}}}').answer()


def _named(method: str) -> tuple[str]:
    """Where an answer lies: under its method's own name."""
    return (f"{method.replace('.', '_')}_response",)


# Calls on the way to a sample that have none of their own.
_UNPUBLISHED: dict[str, dict[str, Any]] = {
    ORDER: {"result": {"error_code": "ORDER_NOT_FOUND", "error_message": "No details of this order are published", "time_stamp": "1"}},
    "aliexpress.issue.issuelist.get": {"current_page": 1, "page_size": 50, "total_item": 0, "data_list": {}},
    "aliexpress.evaluation.listorderevaluation.get": {"time_stamp": "1", "target_list": {}},
}
