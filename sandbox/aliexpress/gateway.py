"""AliExpress's two doors: ``/sync`` for methods by name, ``/rest`` for tokens. Every call is judged before it is answered."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.aliexpress import answer_goods, answer_orders, answer_service
from sandbox.aliexpress.asked import Asked
from sandbox.aliexpress.tokens import APP_KEY, Tokens
from sandbox.aliexpress.wire import enveloped
from sandbox.aliexpress.written import Written
from sandbox.iop import signature
from sandbox.iop.errors import Refused, missing
from sandbox.market import House
from sandbox.world import SHOPS
from sandbox.world.model import Shop

TOLERANCE_SECONDS = 7200
Answerer = Callable[[House, Written, Asked], dict[str, Any]]

# Method → (answerer, calls a second, burst). AliExpress publishes no limits: these are this world's.
CALLS: Mapping[str, tuple[Answerer, float, int]] = {
    "aliexpress.solution.order.get": (answer_orders.orders_get, 5, 10),
    "aliexpress.solution.order.info.get": (answer_orders.order_info_get, 20, 40),
    "aliexpress.solution.product.list.get": (answer_goods.product_list_get, 5, 10),
    "aliexpress.solution.product.info.get": (answer_goods.product_info_get, 20, 40),
    "aliexpress.solution.batch.product.inventory.update": (answer_goods.stock_update, 5, 10),
    "aliexpress.solution.batch.product.price.update": (answer_goods.price_update, 5, 10),
    "aliexpress.solution.order.fulfill": (answer_service.order_fulfil, 5, 10),
    "aliexpress.solution.merchant.profile.get": (answer_service.profile_get, 5, 10),
    "aliexpress.logistics.redefining.listlogisticsservice": (answer_service.carriers_get, 5, 10),
    "aliexpress.issue.issuelist.get": (answer_service.issue_list_get, 5, 10),
    "aliexpress.evaluation.listorderevaluation.get": (answer_service.list_evaluations, 10, 20),
}
PAGED = {
    "aliexpress.solution.order.get": "param0", "aliexpress.solution.product.list.get": "aeop_a_e_product_list_query",
    "aliexpress.issue.issuelist.get": "query_dto",
}


class Gateway:
    def __init__(self, house: House, shops: Mapping[str, Shop] = SHOPS) -> None:
        self._house, self.tokens, self.written, self._count = house, Tokens(house, shops), Written(house), 0
        self._last: dict[tuple[str, str], tuple[object, dict[str, Any]]] = {}

    def request_id(self) -> str:
        self._count += 1
        return hashlib.sha256(f"{self._house.seed}:aliexpress:{self._count}".encode()).hexdigest()[:24]

    async def sync(self, request: Request) -> Response:
        return await self.enveloped(request, self._answer)

    async def enveloped(self, request: Request, answer: Callable[[Mapping[str, str]], dict[str, Any] | Response]) -> Response:
        """What ``answer`` says or refuses, in the method's envelope; a response of its own is sent as it is."""
        parameters = await _parameters(request)
        try:
            body = answer(parameters)
            if isinstance(body, Response):
                return body
        except Refused as refused:
            return JSONResponse({"error_response": {
                "code": refused.code, "msg": refused.message, "type": refused.kind, "sub_code": f"{refused.kind.lower()}.{refused.code}",
                "request_id": self.request_id(),
            }})
        is_simple = parameters.get("simplify") == "true"
        return JSONResponse(enveloped(parameters["method"], {**body, "request_id": self.request_id()}, is_simple=is_simple))

    async def token_call(self, request: Request) -> Response:
        try:
            body = {"code": "0", **self._token(request.path_params["path"], await _parameters(request))}
        except Refused as refused:
            body = {"code": refused.code, "type": refused.kind, "message": refused.message}
        return JSONResponse({**body, "request_id": self.request_id()})

    async def consent(self, request: Request) -> Response:
        """The seller's consent page, already agreed to: back to ``redirect_uri`` with a code. ``shop`` says whose."""
        given = request.query_params
        shop = SHOPS.get(given.get("shop", ""))
        if given.get("client_id") != APP_KEY or given.get("response_type") != "code" or not shop or shop.marketplace != "aliexpress":
            return JSONResponse({"error": "wanted response_type=code, client_id, redirect_uri and shop"}, 400)
        return RedirectResponse(f"{given.get('redirect_uri', '')}?code={self.tokens.consent(shop.name)}", 302)

    def _answer(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        self.judge("", parameters, with_md5=True)
        method = parameters.get("method") or ""
        if method not in CALLS:
            raise Refused("InvalidApiPath", f"The specified API {method!r} does not exist")
        answerer, rate, burst = CALLS[method]
        shop = self.caller(method, parameters)
        self._throttle(method, shop, rate, burst)
        asked = Asked(shop, parameters)
        return self._perhaps_repeated(method, asked, answerer(self._house, self.written, asked))

    def judge(self, path: str, parameters: Mapping[str, str], *, with_md5: bool) -> None:
        """App key, time and signature; in that order, as each makes sense only after the one before."""
        for name in ("app_key", "timestamp", "sign_method", "sign"):
            if not parameters.get(name):
                raise missing(name)
        if parameters["app_key"] != APP_KEY:
            raise Refused("InvalidAppKey", "The specified App Key is invalid")
        if not self._is_timely(parameters["timestamp"]):
            raise Refused("IllegalTimestamp", "The specified timestamp is more than 7200 seconds from the server's")
        if not self._is_signed(path, parameters, with_md5):
            raise Refused("IncompleteSignature", "The request signature does not conform to platform standards")

    def _is_signed(self, path: str, parameters: Mapping[str, str], with_md5: bool) -> bool:
        secret, way = self.tokens.app_secret, parameters["sign_method"]
        if way == "md5" and with_md5:
            return hmac.compare_digest(signature.expected_md5(parameters, secret), parameters["sign"])
        return way in ("sha256", "hmac-sha256") and signature.is_valid(path, parameters, secret)

    def _is_timely(self, text: str) -> bool:
        try:
            at = datetime.fromtimestamp(int(text) / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return False
        return abs((at - self._house.clock.now()).total_seconds()) <= TOLERANCE_SECONDS

    def caller(self, method: str, parameters: Mapping[str, str]) -> str:
        """Whose call a judged one is. Raises Refused for a token that is not good now."""
        token = parameters.get("session", "")
        if not token:
            raise missing("session")
        shop = self.tokens.shop_of(token)
        self._house.stats.call(shop, method)
        if self._house.faults.draw("expired_token", shop):
            self._house.stats.fault("expired_token")
            self.tokens.recall(token)
            raise Refused("IllegalAccessToken", "The specified access token is invalid or expired")
        return shop

    def _throttle(self, method: str, shop: str, rate: float, burst: int) -> None:
        wait = self._house.quotas.take(method, shop, rate, burst)
        if wait:
            self._house.stats.reject(shop, method, "ApiCallLimit")
            seconds = max(1, math.ceil(wait))
            raise Refused("ApiCallLimit", f"{method} is called too often: this ban will last for {seconds} more seconds", "ISP")

    def _perhaps_repeated(self, method: str, asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
        """A fault on purpose: a later page of a walk shows the one before once more."""
        if method not in PAGED:
            return answer
        query = dict(asked.query(PAGED[method]).fields)
        page = query.pop("current_page", 1)
        walk = tuple(sorted((name, str(value)) for name, value in query.items()))
        last = self._last.get((method, asked.shop))
        if last and last[0] == walk and page != 1 and self._house.faults.draw("repeated_page", f"{asked.shop}{method}"):
            self._house.stats.fault("repeated_page")
            return last[1]
        self._last[method, asked.shop] = (walk, answer)
        return answer

    def _token(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        verbs = {"create": ("code", self.tokens.create), "refresh": ("refresh_token", self.tokens.renew)}
        verb = path.removeprefix("auth/token/").removeprefix("security/")
        if not path.startswith("auth/token/") or verb not in verbs:
            raise Refused("InvalidApiPath", f"The API path /{path} does not exist")
        self.judge(f"/{path}", parameters, with_md5=False)
        name, answer = verbs[verb]
        if not parameters.get(name):
            raise missing(name)
        return answer(parameters[name])


async def _parameters(request: Request) -> dict[str, str]:
    """Query and form together, as they are signed together."""
    form = await request.form()
    return {**request.query_params, **{name: value for name, value in form.items() if isinstance(value, str)}}
