"""What every operation has in common: who calls, the quota, the body, the headers of the answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, Refusal, denied, invalid
from sandbox.amazon.auth import Login
from sandbox.amazon.places import PLACES, REGION_OF, Place
from sandbox.amazon.query import Query
from sandbox.amazon.seals import Seals
from sandbox.market import House
from sandbox.world.model import Shop

ERROR_TYPES = {400: "InvalidInputException", 403: "AccessDeniedException", 404: "NotFoundException", 429: "QuotaExceededException"}


@dataclass(frozen=True)
class Call:
    """One admitted request. ``segments`` are the path's pieces after the operation's own, decoded one by one."""

    house: House
    seals: Seals
    shop: Shop
    query: Query
    segments: Sequence[str]
    body: bytes
    content_type: str
    address: str

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    @property
    def places(self) -> list[Place]:
        """The marketplaces this seller sells in."""
        return [PLACES[site] for site in self.shop.sites]

    def marketplaces(self, ids: Sequence[str]) -> list[Place]:
        """This seller's places among ``ids``. Raises Refusal: 400 for an unknown id, 403 for one of another region."""
        for marketplace_id in ids:
            if marketplace_id not in REGION_OF:
                raise invalid("One or more of the marketplace ids are not valid.", f"Invalid marketplace id: {marketplace_id}")
            if REGION_OF[marketplace_id] != self.places[0].region:
                raise denied("The marketplace does not belong to the region of this seller's authorization.")
        return [place for place in self.places if place.marketplace_id in ids]

    def is_own(self, seller_id: str) -> None:
        if seller_id != numbers.seller_id(self.shop):
            raise denied("The seller id is not the authorized selling partner's.")


@dataclass(frozen=True)
class Operation:
    """One operation with its default usage plan. ``prefix`` is its path; further path segments are its arguments.

    ``answer`` is a function of the call; what it raises as Refusal is sent in Amazon's envelope.
    """

    name: str
    method: str
    prefix: str
    arguments: int
    rate_per_second: float
    burst: int
    answer: Callable[[Call], Answer]


class Gate:
    """Admits requests to operations in Amazon's order: caller, quota, then the request's own sense."""

    def __init__(self, house: House, seals: Seals, login: Login) -> None:
        self._house, self._seals, self._login = house, seals, login

    async def admit(self, operation: Operation, request: Request, segments: Sequence[str]) -> Response:
        body = await request.body()
        shop: Shop | None = None
        try:
            shop = self.caller(request)
            self._house.stats.call(shop.name, operation.name)
            wait = self._house.quotas.take(f"amazon.{operation.name}", shop.name, operation.rate_per_second, operation.burst)
            if wait:
                raise Refusal(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
            return sent(operation.answer(self._call(request, shop, segments, body)), operation)
        except Refusal as refusal:
            if shop:
                self._house.stats.reject(shop.name, operation.name, refusal.code)
            known = operation if shop and refusal.status in (400, 404) else None
            error = {"x-amzn-ErrorType": ERROR_TYPES[refusal.status]} if refusal.status in ERROR_TYPES else {}
            return sent(Answer(refusal.envelope(), refusal.status, error), known)

    def caller(self, request: Request) -> Shop:
        """Who calls. Raises Refusal (403)."""
        if not request.headers.get("user-agent"):
            raise denied("The request has no User-Agent header.")
        return self._login.seller(request.headers.get("x-amz-access-token"))

    def _call(self, request: Request, shop: Shop, segments: Sequence[str], body: bytes) -> Call:
        address = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
        query = Query(request.query_params.multi_items())
        return Call(self._house, self._seals, shop, query, segments, body, request.headers.get("content-type", ""), address)


def sent(answer: Answer, operation: Operation | None = None) -> Response:
    """With Amazon's headers: a request id always, the usage plan where the operation was reached."""
    headers: dict[str, Any] = {"x-amzn-RequestId": _request_id(), **answer.headers}
    if operation:
        headers["x-amzn-RateLimit-Limit"] = f"{operation.rate_per_second:g}"
    return Response(answer.text(), answer.status, headers, media_type="application/json")


def _request_id() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def same_question(sealed: Mapping[str, Any] | None, asked: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """The facts of a page token. Raises Refusal where it is not one of ours or the request around it has changed."""
    if sealed is None:
        raise invalid(f"The {what} is not valid.")
    if sealed["asked"] != asked:
        raise invalid(f"The {what} belongs to a request with other parameters.", "Repeat every parameter of the first request.")
    return sealed
