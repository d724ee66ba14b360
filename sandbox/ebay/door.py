"""eBay's doors: which operation a path means, who asks (under the API's own word), whether it is signed, how often; then the answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.ebay import answer_money, signed
from sandbox.ebay.answer_feed import Feed
from sandbox.ebay.answer_goods import Inventory
from sandbox.ebay.answer_orders import Orders
from sandbox.ebay.answer_service import Service
from sandbox.ebay.asked import Asked
from sandbox.ebay.errors import Refused, invalid_token, over_quota
from sandbox.ebay.goods import Goods
from sandbox.ebay.offer_writes import OfferWrites
from sandbox.ebay.tokens import Tokens
from sandbox.ebay.trading import Trading
from sandbox.ebay.written import Written
from sandbox.market import House

POST_ORDER = "/post-order/"
REPEATED = ("getOrders", "getInventoryItems", "getTransactions")


@dataclass(frozen=True)
class Operation:
    """``path`` with ``*`` for each argument. ``daily``: calls of the application a day."""

    name: str
    method: str
    path: str
    daily: int
    answer: Callable[[Asked], Response]
    host: str = "api"
    is_signed: bool = False


class Doors:
    """``api`` and ``apiz``."""

    def __init__(self, house: House) -> None:
        self._house, self.tokens, self.written = house, Tokens(house), Written(house)
        self.goods = Goods(house, self.written)
        self._operations = _operations(self.written, self.goods)
        self._last: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._numbers = itertools.count(1)

    async def token(self, request: Request) -> Response:
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        return self.tokens.answer(request.headers.get("authorization", ""), form)

    async def api(self, request: Request) -> Response:
        return await self._enter(request, "api")

    async def apiz(self, request: Request) -> Response:
        return await self._enter(request, "apiz")

    async def _enter(self, request: Request, host: str) -> Response:
        raw = request.scope["raw_path"].decode().split("?")[0]
        root = raw[: raw.index(f"/{host}/") + len(host) + 1]
        path = raw.removeprefix(root)
        try:
            answer = self._answer(request, await request.body(), host, path, f"{request.url.scheme}://{request.url.netloc}{root}")
        except Refused as refused:
            answer = refused.post_order_answer() if path.startswith(POST_ORDER) else refused.answer()
        answer.headers["x-ebay-c-request-id"] = f"ri={next(self._numbers):012x}"
        return answer

    def _answer(self, request: Request, body: bytes, host: str, path: str, base: str) -> Response:
        found = self._find(request.method, host, path)
        if found is None:
            return JSONResponse({"errors": [Refused(404, 2002, "Resource not found", "ACCESS").row()]}, 404)
        operation, arguments = found
        shop = self._caller(request.headers, path)
        self._house.stats.call(shop, operation.name)
        if operation.is_signed and signed.is_bound(shop):
            self._check_signature(request, body, shop, operation)
        if self._house.quotas.take(f"ebay.{operation.name}", "app", operation.daily / 86400, operation.daily):
            self._house.stats.reject(shop, operation.name, "quota")
            raise over_quota()
        asked = Asked(self._house, shop, dict(request.query_params), arguments, request.headers, body, base, path)
        return self._perhaps_repeated(operation, asked, operation.answer(asked))

    def _check_signature(self, request: Request, body: bytes, shop: str, operation: Operation) -> None:
        try:
            signed.check(request, body, shop, self._house.seed, self._house.clock.now())
        except Refused:
            self._house.stats.reject(shop, operation.name, "signature")
            raise

    def _find(self, method: str, host: str, path: str) -> tuple[Operation, list[str]] | None:
        pieces = path.split("/")
        for operation in self._operations:
            wanted = operation.path.split("/")
            fits = len(wanted) == len(pieces) and all(one == "*" or one == other for one, other in zip(wanted, pieces, strict=True))
            if fits and operation.method == method and operation.host == host:
                return operation, [unquote(piece) for piece, one in zip(pieces, wanted, strict=True) if one == "*"]
        return None

    def _caller(self, headers: Mapping[str, str], path: str) -> str:
        """REST wants Bearer, Post-Order IAF, Trading a header of its own."""
        word, _, token = headers.get("authorization", "").partition(" ")
        if path == "/ws/api.dll":
            word, token = "Bearer", headers.get("x-ebay-api-iaf-token", "")
        if word != ("IAF" if path.startswith(POST_ORDER) else "Bearer"):
            raise invalid_token()
        shop = self.tokens.shop_of(token)
        if self._house.faults.draw("expired_token", shop):
            self._house.stats.fault("expired_token")
            self.tokens.recall(token)
            raise invalid_token()
        return shop

    def _perhaps_repeated(self, operation: Operation, asked: Asked, answer: Response) -> Response:
        """A fault on purpose: a later page of a walk shows the one before once more."""
        if operation.name not in REPEATED:
            return answer
        walk = "&".join(f"{name}={value}" for name, value in sorted(asked.query.items()) if name != "offset")
        last = self._last.get((asked.shop, operation.name))
        is_later = last is not None and last[0] == walk and asked.query.get("offset", "0") != "0"
        if is_later and self._house.faults.draw("repeated_page", f"{asked.shop}{operation.name}"):
            self._house.stats.fault("repeated_page")
            return Response(last[1], media_type="application/json")
        self._last[asked.shop, operation.name] = (walk, bytes(answer.body))
        return answer


def _operations(written: Written, goods: Goods) -> list[Operation]:
    orders, inventory, feed, service, trading = Orders(written), Inventory(goods), Feed(goods), Service(written), Trading(goods)
    offers = OfferWrites(goods)
    order, inner, post = "/sell/fulfillment/v1/order", "/sell/inventory/v1", "/post-order/v2"
    return [
        Operation("getOrders", "GET", order, 100_000, orders.list), Operation("getOrder", "GET", f"{order}/*", 100_000, orders.one),
        Operation("getShippingFulfillments", "GET", f"{order}/*/shipping_fulfillment", 100_000, orders.fulfilments),
        Operation("createShippingFulfillment", "POST", f"{order}/*/shipping_fulfillment", 100_000, orders.create_fulfilment),
        Operation("getInventoryItems", "GET", f"{inner}/inventory_item", 2_000_000, inventory.items),
        Operation("getInventoryItem", "GET", f"{inner}/inventory_item/*", 2_000_000, inventory.item),
        Operation("getOffers", "GET", f"{inner}/offer", 2_000_000, inventory.offers),
        Operation("createOffer", "POST", f"{inner}/offer", 2_000_000, offers.create),
        Operation("updateOffer", "PUT", f"{inner}/offer/*", 2_000_000, offers.update),
        Operation("publishOffer", "POST", f"{inner}/offer/*/publish", 2_000_000, offers.publish),
        Operation("withdrawOffer", "POST", f"{inner}/offer/*/withdraw", 2_000_000, offers.withdraw),
        Operation("bulkUpdatePriceQuantity", "POST", f"{inner}/bulk_update_price_quantity", 2_000_000, inventory.bulk_update),
        Operation("createInventoryTask", "POST", "/sell/feed/v1/inventory_task", 100_000, feed.create),
        Operation("getInventoryTask", "GET", "/sell/feed/v1/inventory_task/*", 100_000, feed.task),
        Operation("getResultFile", "GET", "/sell/feed/v1/task/*/download_result_file", 100_000, feed.file),
        Operation("searchReturns", "GET", f"{post}/return/search", 10_000, service.returns),
        Operation("searchCancellations", "GET", f"{post}/cancellation/search", 10_000, service.cancellations),
        Operation("getFeedback", "GET", "/commerce/feedback/v1/feedback", 10_000, service.feedback),
        Operation("getFeedbackRatingSummary", "GET", "/commerce/feedback/v1/feedback_rating_summary", 10_000, service.ratings),
        Operation("getPrivileges", "GET", "/sell/account/v1/privilege", 25_000, service.privileges),
        Operation("trading", "POST", "/ws/api.dll", 5_000, trading.call),
        Operation("getUser", "GET", "/commerce/identity/v1/user/", 10_000, service.user, "apiz"),
        Operation("getTransactions", "GET", "/sell/finances/v1/transaction", 15_000, answer_money.transactions, "apiz", True),
        Operation("getPayouts", "GET", "/sell/finances/v1/payout", 15_000, answer_money.payout_list, "apiz", True),
    ]
