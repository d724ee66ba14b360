"""Alibaba.com's two doors: ``/rest`` for paths, ``/sync`` for methods. Every call is judged before it is answered."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.alibaba import answer_goods, answer_orders, answer_rfqs
from sandbox.alibaba.apps import APPS, App, app_secret
from sandbox.alibaba.asked import Asked, undone
from sandbox.alibaba.tokens import Tokens
from sandbox.alibaba.wire import said, typed
from sandbox.alibaba.written import Written
from sandbox.iop import signature
from sandbox.iop.errors import Refused, missing
from sandbox.market import House
from sandbox.world import SHOPS

TOLERANCE_SECONDS = 7200
SYSTEM = frozenset(
    ("app_key", "timestamp", "sign_method", "sign", "access_token", "session", "method", "format", "simplify", "partner_id", "v")
)
Answerer = Callable[[House, Written, Asked], dict[str, Any]]


@dataclass(frozen=True)
class Api:
    """``rate``, ``burst``: this world's own limits. ``wrap``: the one parameter that holds all others. ``page``: the page's parameter."""

    answerer: Answerer
    rate: float
    burst: int
    wrap: str | None = None
    page: str | None = None


REST: Mapping[str, Api] = {
    "/alibaba/order/list": Api(answer_orders.order_list, 4, 8, page="start_page"),
    "/alibaba/order/get": Api(answer_orders.order_get, 20, 40),
    "/alibaba/order/fund/query": Api(answer_orders.fund, 20, 40),
    "/order/logistics/query": Api(answer_orders.logistics, 20, 40),
    "/order/logistics/tracking/get": Api(answer_orders.tracking, 20, 40),
    "/alibaba/v2/order/shipping": Api(answer_orders.shipping, 4, 8, wrap="shipping_request"),
    "/alibaba/order/v2/multi/shipping": Api(answer_orders.multi_shipping, 4, 8),
    "/alibaba/icbu/product/list": Api(answer_goods.product_list, 4, 8, page="current_page"),
    "/alibaba/icbu/product/get/v2": Api(answer_goods.product_get, 20, 40),
    "/alibaba/icbu/product/search/v2": Api(answer_goods.product_search, 10, 20),
    "/icbu/product/edit-inventory": Api(answer_goods.edit_inventory, 10, 20),
    "/icbu/product/edit-price": Api(answer_goods.edit_price, 10, 20),
    "/alibaba/icbu/product/batch/update/status": Api(answer_goods.update_status, 4, 8),
}
SYNC: Mapping[str, Api] = {
    "alibaba.seller.order.list": Api(answer_orders.order_list, 4, 8, "param_trade_ecology_order_list_query", "start_page"),
    "alibaba.seller.order.get": Api(answer_orders.order_get, 20, 40),
    "alibaba.seller.order.fund.get": Api(answer_orders.fund, 20, 40),
    "alibaba.seller.order.logistics.get": Api(answer_orders.logistics, 20, 40),
    "alibaba.seller.order.shipping.channels": Api(answer_orders.channels, 4, 8),
    "alibaba.icbu.product.list": Api(answer_goods.product_list, 4, 8, page="current_page"),
    "alibaba.icbu.rfq.search": Api(answer_rfqs.search, 4, 8, "cond", "current_page"),
    "alibaba.icbu.rfqdetail.get": Api(answer_rfqs.detail, 10, 20, "rfq_query_dto"),
    "alibaba.icbu.quotation.post": Api(answer_rfqs.quotation_post, 2, 4, "dto"),
}
BELOW_RESULT = frozenset(("alibaba.seller.order.list",))  # whose value lies one deeper at that door


class Gateway:
    def __init__(self, house: House) -> None:
        self._house, self.tokens, self.written, self._count = house, Tokens(house), Written(house), 0
        self._last: dict[tuple[str, str], tuple[object, dict[str, Any]]] = {}

    def request_id(self) -> str:
        self._count += 1
        return hashlib.sha256(f"{self._house.seed}:alibaba:{self._count}".encode()).hexdigest()[:24]

    async def rest(self, request: Request) -> Response:
        path, parameters = f"/{request.path_params['path']}", await _parameters(request)
        try:
            body = self._token(path, parameters) if path.startswith("/auth/token/") else self._answer(path, REST, path, parameters)
        except Refused as refused:
            return JSONResponse({"type": refused.kind, "code": refused.code, "message": refused.message, "request_id": self.request_id()})
        return JSONResponse({"code": "0", **said(body), "request_id": self.request_id()})

    async def sync(self, request: Request) -> Response:
        parameters = await _parameters(request)
        method = parameters.get("method", "")
        try:
            body = self._answer("", SYNC, method, parameters)
        except Refused as refused:
            return JSONResponse({"error_response": {
                "code": refused.code, "msg": refused.message, "type": refused.kind, "sub_code": f"{refused.kind.lower()}.{refused.code}",
                "request_id": self.request_id(),
            }})
        body = {"result": {"success": True, **body}} if method in BELOW_RESULT else body
        return JSONResponse({f"{method.replace('.', '_')}_response": {**typed(body), "request_id": self.request_id()}})

    async def consent(self, request: Request) -> Response:
        """The seller's consent page, already agreed to: back to ``redirect_uri`` with a code. ``shop`` says whose."""
        given = request.query_params
        shop = SHOPS.get(given.get("shop", ""))
        if given.get("client_id") not in APPS or given.get("response_type") != "code" or not shop or shop.marketplace != "alibaba":
            return JSONResponse({"error": "wanted response_type=code, client_id, redirect_uri and shop"}, 400)
        return RedirectResponse(f"{given.get('redirect_uri', '')}?code={self.tokens.consent(shop.name)}", 302)

    def _answer(self, path: str, apis: Mapping[str, Api], name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        app = self._judge(path, parameters)
        shop = self._shop(name, parameters.get("session" if not path else "access_token", ""), "session" if not path else "access_token")
        if name not in apis:
            raise Refused("InvalidApiPath", f"The specified API path {name!r} is invalid")
        if name not in app.grants:
            raise Refused("InsufficientPermission", f"The app has no permission to access {name}")
        api = apis[name]
        self._throttle(name, app, shop, api)
        asked = Asked(shop, app, undone({key: value for key, value in parameters.items() if key not in SYSTEM}, api.wrap))
        try:
            answer = api.answerer(self._house, self.written, asked)
        except answer_goods.Faulty as faulty:
            return {"success": False, "msg_code": faulty.code, "message": faulty.message, "trace_id": "0b14"}
        return self._perhaps_repeated(name, api, asked, answer)

    def _judge(self, path: str, parameters: Mapping[str, str]) -> App:
        """App key, time and signature; in that order, as each makes sense only after the one before."""
        for name in ("app_key", "timestamp", "sign_method", "sign"):
            if not parameters.get(name):
                raise missing(name)
        app = APPS.get(parameters["app_key"])
        if app is None:
            raise Refused("InvalidAppKey", "The specified App Key is invalid")
        if not self._is_timely(parameters["timestamp"]):
            raise Refused("IllegalTimestamp", "The specified timestamp is more than 7200 seconds from the server's")
        if parameters["sign_method"] != "sha256" or not signature.is_valid(path, parameters, app_secret(self._house.seed, app.key)):
            raise Refused("IncompleteSignature", "The request signature does not conform to platform standards")
        return app

    def _is_timely(self, text: str) -> bool:
        try:
            at = datetime.fromtimestamp(int(text) / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return False
        return abs((at - self._house.clock.now()).total_seconds()) <= TOLERANCE_SECONDS

    def _shop(self, name: str, token: str, parameter: str) -> str:
        if not token:
            raise missing(parameter)
        shop = self.tokens.shop_of(token)
        self._house.stats.call(shop, name)
        if self._house.faults.draw("expired_token", shop):
            self._house.stats.fault("expired_token")
            self.tokens.recall(token)
            raise Refused("IllegalAccessToken", "The specified access token is invalid or expired")
        return shop

    def _throttle(self, name: str, app: App, shop: str, api: Api) -> None:
        wait = self._house.quotas.take(name, app.key, api.rate, api.burst)
        if wait:
            self._house.stats.reject(shop, name, "ApiCallLimit")
            seconds = max(1, math.ceil(wait))
            raise Refused("ApiCallLimit", f"{name} is called too often: this ban will last for {seconds} more seconds", "ISP")

    def _perhaps_repeated(self, name: str, api: Api, asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
        """A fault on purpose: a later page of a walk shows the one before once more."""
        if api.page is None:
            return answer
        walk = tuple(sorted((key, str(value)) for key, value in asked.fields.items() if key != api.page))
        page, last = str(asked.fields.get(api.page)), self._last.get((name, asked.shop))
        first = "0" if api.page == "start_page" else "1"
        if last and last[0] == walk and page != first and self._house.faults.draw("repeated_page", f"{asked.shop}{name}"):
            self._house.stats.fault("repeated_page")
            return last[1]
        self._last[name, asked.shop] = (walk, answer)
        return answer

    def _token(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        verbs = {"create": ("code", self.tokens.create), "refresh": ("refresh_token", self.tokens.renew)}
        verb = path.removeprefix("/auth/token/")
        if verb not in verbs:
            raise Refused("InvalidApiPath", f"The specified API path {path!r} is invalid")
        self._judge(path, parameters)
        name, answer = verbs[verb]
        if not parameters.get(name):
            raise missing(name)
        return self.tokens.told(answer(parameters[name]))


async def _parameters(request: Request) -> dict[str, str]:
    """Query and form together, as they are signed together."""
    form = await request.form()
    return {**request.query_params, **{name: value for name, value in form.items() if isinstance(value, str)}}
