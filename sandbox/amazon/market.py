"""The marketplace's face to the sandbox: paths to operations, accounts, credentials, truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.amazon import fba, finances, listings, numbers, orders, reports, sellers, transfers
from sandbox.amazon.answers import Answer, Refusal, absent
from sandbox.amazon.auth import Login
from sandbox.amazon.documents import serve_document
from sandbox.amazon.gate import Gate, Operation, sent
from sandbox.amazon.seals import Seals
from sandbox.amazon.truth import TRUTH
from sandbox.market import House
from sandbox.world import SHOPS

OPERATIONS: tuple[Operation, ...] = (
    *sellers.OPERATIONS, *orders.OPERATIONS, *listings.OPERATIONS, *fba.OPERATIONS, *finances.OPERATIONS, *transfers.OPERATIONS,
    *reports.OPERATIONS,
)


def open_market(house: House) -> AmazonMarket:
    return AmazonMarket(house)


class AmazonMarket:
    name = "amazon"

    def __init__(self, house: House) -> None:
        self._house = house
        self._seals = Seals(numbers.secret(house.seed, "seal"))
        self._login = Login(house, self._seals)
        self._gate = Gate(house, self._seals, self._login)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/auth/o2/token", self._token, methods=["POST"]),
            Route("/report-documents/{ticket}", self._document, methods=["GET"]),
            Route("/{rest:path}", self._operate, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
        ]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": numbers.seller_id(SHOPS[shop])}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return self._login.credentials(SHOPS[shop])

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        rows = TRUTH.get(table)
        if rows is None:
            return []
        return [row for shop in SHOPS.values() if shop.marketplace == "amazon" for row in rows(self._house, shop)]

    def refusal(self, kind: str) -> Response:
        if kind == "throttled":
            trouble = Refusal(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
        else:
            trouble = Refusal(500, "InternalFailure", "We encountered an internal error. Please try again.")
        return sent(Answer(trouble.envelope(), trouble.status))

    async def _token(self, request: Request) -> Response:
        return sent(self._login.token(request.headers.get("content-type", ""), await request.body()))

    async def _document(self, request: Request) -> Response:
        return serve_document(self._house, self._seals, request)

    async def _operate(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode().split("?")[0].removeprefix(request.scope.get("root_path", ""))
        found = _find(request.method, path)
        if found is None:
            trouble = absent("The resource you requested was not found.", "ResourceNotFound")
            return sent(Answer(trouble.envelope(), trouble.status))
        return await self._gate.admit(found[0], request, found[1])


def _find(method: str, path: str) -> tuple[Operation, Sequence[str]] | None:
    """The operation of a path and its arguments, each decoded on its own: a SKU may hold a slash."""
    for operation in OPERATIONS:
        if method == operation.method and f"{path}/".startswith(f"{operation.prefix}/"):
            rest = path[len(operation.prefix) + 1:]
            segments = rest.split("/") if rest else []
            if len(segments) == operation.arguments and all(segments):
                return operation, [unquote(segment) for segment in segments]
    return None
