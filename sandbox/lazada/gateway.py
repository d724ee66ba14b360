"""Lazada's one door: every call is judged (app, time, signature, token, country, quota), then answered in the envelope."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.iop import signature
from sandbox.iop.errors import Refused, missing
from sandbox.lazada import answer_goods, answer_money, answer_orders, answer_service
from sandbox.lazada.asked import Asked
from sandbox.lazada.tokens import APP_KEY, Tokens
from sandbox.market import House
from sandbox.world import SHOPS
from sandbox.world.model import Shop

TOLERANCE_SECONDS = 7200
_NEW_EACH_TIME = ("offset", "sign", "timestamp", "access_token")
Answerer = Callable[[House, Asked], dict[str, object]]

# Path → (answerer, methods, calls a second, burst). Lazada publishes the stock write's 50 a second only; the rest is this world's.
CALLS: Mapping[str, tuple[Answerer, tuple[str, ...], float, int]] = {
    "/seller/get": (answer_service.seller_get, ("GET",), 5, 10),
    "/orders/get": (answer_orders.orders_get, ("GET",), 5, 10),
    "/order/get": (answer_orders.order_get, ("GET",), 10, 20),
    "/order/items/get": (answer_orders.order_items_get, ("GET",), 10, 20),
    "/orders/items/get": (answer_orders.orders_items_get, ("GET",), 10, 20),
    "/logistic/order/trace": (answer_orders.order_trace, ("GET", "POST"), 20, 40),
    "/products/get": (answer_goods.products_get, ("GET",), 10, 20),
    "/product/item/get": (answer_goods.item_get, ("GET",), 10, 20),
    "/product/stock/sellable/update": (answer_goods.stock_update, ("GET", "POST"), 50, 50),
    "/reverse/getreverseordersforseller": (answer_service.reverse_orders, ("GET", "POST"), 5, 10),
    "/order/reverse/return/detail/list": (answer_service.return_detail, ("GET",), 10, 20),
    "/finance/transaction/details/get": (answer_money.transactions, ("GET",), 5, 10),
    "/finance/payout/status/get": (answer_money.payouts, ("GET",), 5, 10),
    "/review/seller/history/list": (answer_service.review_history, ("GET", "POST"), 20, 40),
    "/review/seller/list/v2": (answer_service.review_list, ("GET",), 10, 20),
}


class Gateway:
    """Answers ``/{country}/rest/...`` and the token service ``/auth/rest/...``."""

    def __init__(self, house: House, shops: Mapping[str, Shop] = SHOPS) -> None:
        self._house, self.tokens, self._count = house, Tokens(house, shops), 0
        self._last: dict[tuple[str, str], tuple[object, dict[str, object]]] = {}

    async def call(self, request: Request) -> Response:
        return await self.enveloped(request, self._answer)

    async def token_call(self, request: Request) -> Response:
        return await self.enveloped(request, self._token_answer)

    async def consent(self, request: Request) -> Response:
        """The seller's consent page, already agreed to: back to ``redirect_uri`` with a code. ``shop`` says whose."""
        given = request.query_params
        shop = SHOPS.get(given.get("shop", ""))
        if given.get("client_id") != APP_KEY or given.get("response_type") != "code" or not shop or shop.marketplace != "lazada":
            return JSONResponse({"error": "wanted response_type=code, client_id, redirect_uri and shop"}, 400)
        return RedirectResponse(f"{given.get('redirect_uri', '')}?code={self.tokens.consent(shop.name)}", 302)

    async def enveloped(self, request: Request, answer: Callable[[Request, dict[str, str]], dict[str, object] | Response]) -> Response:
        """What ``answer`` says or refuses, in the platform's envelope; a response of its own is sent as it is."""
        parameters = {**request.query_params, **{name: value for name, value in (await request.form()).items() if isinstance(value, str)}}
        try:
            found = answer(request, parameters)
            if isinstance(found, Response):
                return found
            body = {"code": "0", **found}
        except Refused as refused:
            body = {"code": refused.code, "type": refused.kind, "message": refused.message}
            if refused.detail:
                body["detail"] = refused.detail
        return JSONResponse({**body, "request_id": self.request_id()})

    def request_id(self) -> str:
        self._count += 1
        return hashlib.sha256(f"{self._house.seed}:{self._count}".encode()).hexdigest()[:24]

    def _answer(self, request: Request, parameters: dict[str, str]) -> dict[str, object]:
        path = "/" + request.path_params["path"]
        if path not in CALLS:
            raise Refused("InvalidApiPath", f"The API path {path} does not exist")
        answerer, methods, rate, burst = CALLS[path]
        self.judge(path, parameters)
        if request.method not in methods:
            raise Refused("405", f"HTTP method {request.method} is not allowed here")
        site = request.path_params["country"].upper()
        shop = self.caller(path, parameters, site)
        self._throttle(path, shop, rate, burst)
        asked = Asked(shop, site, parameters)
        return self._perhaps_repeated(path, asked, answerer(self._house, asked))

    def judge(self, path: str, parameters: Mapping[str, str]) -> None:
        """App key, time and signature; in that order, as each makes sense only after the one before."""
        for name in ("app_key", "timestamp", "sign_method", "sign"):
            if not parameters.get(name):
                raise missing(name)
        if parameters["app_key"] != APP_KEY:
            raise Refused("InvalidAppKey", "The specified App Key is invalid")
        if parameters["sign_method"] != "sha256":
            raise Refused("UnsupportedSignMethod", f"The sign method {parameters['sign_method']!r} is not supported")
        if not self._is_timely(parameters["timestamp"]):
            raise Refused("IllegalTimestamp", "The specified timestamp is more than 7200 seconds from the server's")
        if not signature.is_valid(path, parameters, self.tokens.app_secret):
            raise Refused("IncompleteSignature", "The request signature does not conform to platform standards")

    def _is_timely(self, text: str) -> bool:
        try:
            at = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() else datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError, OSError):
            return False
        return abs((at - self._house.clock.now()).total_seconds()) <= TOLERANCE_SECONDS

    def caller(self, path: str, parameters: Mapping[str, str], site: str) -> str:
        """Whose call a judged one is. Raises Refused for a token that is not good now, or not in this country."""
        token = parameters.get("access_token", "")
        if not token:
            raise missing("access_token")
        shop = self.tokens.shop_of(token)
        self._house.stats.call(shop, path)
        if self._house.faults.draw("expired_token", shop):
            self._house.stats.fault("expired_token")
            self.tokens.recall(token)
            raise Refused("IllegalAccessToken", "The specified access token is invalid or expired")
        if site not in self.tokens.shops[shop].sites:
            self._house.stats.reject(shop, path, "country")
            raise Refused("InsufficientPermission", f"The token is not good for the gateway of {site}")
        return shop

    def _throttle(self, path: str, shop: str, rate: float, burst: int) -> None:
        wait = self._house.quotas.take(f"lazada{path}", shop, rate, burst)
        if wait:
            self._house.stats.reject(shop, path, "ApiCallLimit")
            seconds = max(1, math.ceil(wait))
            raise Refused("ApiCallLimit", f"{path} is called beyond its frequency limit: this ban will last {seconds} more seconds", "ISP")

    def _perhaps_repeated(self, path: str, asked: Asked, answer: dict[str, object]) -> dict[str, object]:
        """A fault on purpose: a later page of a walk shows the one before once more."""
        if path not in ("/orders/get", "/products/get"):
            return answer
        walk = tuple(sorted((name, value) for name, value in asked.parameters.items() if name not in _NEW_EACH_TIME))
        last = self._last.get((path, asked.shop))
        is_same_walk = last is not None and last[0] == walk and asked.parameters.get("offset", "0") != "0"
        if is_same_walk and self._house.faults.draw("repeated_page", f"{asked.shop}{path}"):
            self._house.stats.fault("repeated_page")
            return last[1]
        self._last[path, asked.shop] = (walk, answer)
        return answer

    def _token_answer(self, request: Request, parameters: dict[str, str]) -> dict[str, object]:
        path = "/auth/token/" + request.path_params["verb"]
        calls = {"/auth/token/create": ("code", self.tokens.create), "/auth/token/refresh": ("refresh_token", self.tokens.renew)}
        if path not in calls:
            raise Refused("InvalidApiPath", f"The API path {path} does not exist")
        self.judge(path, parameters)
        name, answer = calls[path]
        if not parameters.get(name):
            raise missing(name)
        return answer(parameters[name])
