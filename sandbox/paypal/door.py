"""PayPal's door: every call is judged (token, rate), then answered; refusals wear PayPal's envelope."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.market import House
from sandbox.paypal import answer_cases, answer_money
from sandbox.paypal.asked import Asked
from sandbox.paypal.books import Books
from sandbox.paypal.errors import Refused, TokenRefused, invalid
from sandbox.paypal.tokens import Tokens
from sandbox.paypal.tracking import Trackers

CALLS_A_SECOND, BURST = 50 / 60, 50  # 50 a minute, as callers report; PayPal publishes nothing
Answerer = Callable[[Asked, Request], object]


class Door:
    def __init__(self, house: House) -> None:
        self._house, self.tokens, self.books = house, Tokens(house), Books(house)
        self._trackers = Trackers(house, self.books)
        self._count = 0
        self._last: dict[str, tuple[object, object]] = {}

    def routes(self) -> list[BaseRoute]:
        books, house, trackers = self.books, self._house, self._trackers
        return [
            Route("/v1/oauth2/token", self._token, methods=["POST"]),
            self._route("/v1/reporting/transactions", "GET", self._search),
            self._route("/v1/reporting/balances", "GET", lambda asked, request: answer_money.balances(house, books, asked)),
            self._route("/v1/customer/disputes", "GET", lambda asked, request: answer_cases.disputes(house, books, asked)),
            self._route(
                "/v1/customer/disputes/{id}", "GET",
                lambda asked, request: answer_cases.dispute(house, books, asked, request.path_params["id"]),
            ),
            self._route("/v1/shipping/trackers-batch", "POST", lambda asked, request: trackers.add(asked)),
            self._route("/v1/shipping/trackers", "GET", self._tracker),
            self._route("/v1/shipping/trackers/{id}", "PUT", lambda asked, request: trackers.change(asked, request.path_params["id"])),
        ]

    def debug_id(self) -> str:
        self._count += 1
        return hashlib.sha256(f"{self._house.seed}:{self._count}".encode()).hexdigest()[:13]

    def _route(self, path: str, method: str, answer: Answerer) -> Route:
        async def endpoint(request: Request) -> Response:
            debug_id = self.debug_id()
            try:
                found = answer(await self._judged(request, path), request)
            except Refused as refused:
                return JSONResponse(refused.body(debug_id), refused.status, {"PayPal-Debug-Id": debug_id})
            except TokenRefused as refused:
                return JSONResponse(refused.body, refused.status, {"PayPal-Debug-Id": debug_id})
            if found is None:
                return Response(status_code=204, headers={"PayPal-Debug-Id": debug_id})
            return JSONResponse(found, headers={"PayPal-Debug-Id": debug_id})

        return Route(path, endpoint, methods=[method])

    async def _judged(self, request: Request, path: str) -> Asked:
        header = request.headers.get("Authorization", "")
        account = self.tokens.account_of(header)
        if account is None:
            raise TokenRefused(401, "invalid_token", "Token signature verification failed")
        self._house.stats.call(account, path)
        if self._house.faults.draw("expired_token", account):
            self._house.stats.fault("expired_token")
            self.tokens.recall(header)
            raise TokenRefused(401, "invalid_token", "The token passed in was not found in the system")
        if self._house.quotas.take("paypal", account, CALLS_A_SECOND, BURST):
            self._house.stats.reject(account, path, "RATE_LIMIT_REACHED")
            raise Refused("RATE_LIMIT_REACHED")
        base = f"{request.url.scheme}://{request.url.netloc}/paypal"
        return Asked(account, dict(request.query_params), base, await _body(request))

    def _search(self, asked: Asked, request: Request) -> object:
        """A fault on purpose: a later page of a walk shows the one before once more."""
        answer = answer_money.transactions(self._house, self.books, asked)
        walk = tuple(sorted((name, value) for name, value in asked.query.items() if name != "page"))
        last = self._last.get(asked.account)
        is_later = last is not None and last[0] == walk and asked.query.get("page", "1") != "1"
        if is_later and self._house.faults.draw("repeated_page", asked.account):
            self._house.stats.fault("repeated_page")
            return {**answer, "transaction_details": last[1]}
        self._last[asked.account] = (walk, answer["transaction_details"])
        return answer

    def _tracker(self, asked: Asked, request: Request) -> object:
        if not asked.query.get("transaction_id"):
            raise invalid("transaction_id", "", "MISSING_REQUIRED_PARAMETER", "transaction_id is required.")
        return self._trackers.show(asked.account, asked.query["transaction_id"], asked.query.get("tracking_number"))

    async def _token(self, request: Request) -> Response:
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        try:
            return JSONResponse(self.tokens.exchange(request.headers.get("Authorization", ""), form))
        except TokenRefused as refused:
            return JSONResponse(refused.body, refused.status, {"PayPal-Debug-Id": self.debug_id()})


async def _body(request: Request) -> object:
    raw = await request.body()
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        raise invalid("", "", "MALFORMED_REQUEST_JSON", "The request JSON is not well formed.", "body") from None
