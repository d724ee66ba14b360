"""Amazon's samples: the static sandbox's answers and the examples inside its description files.

As many shops as the operation with most samples has: shop ``k`` answers with variant ``k`` of every operation.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, Refusal, denied
from sandbox.amazon.auth import Login
from sandbox.amazon.gate import Gate, sent
from sandbox.amazon.seals import Seals
from sandbox.market import House
from sandbox.samples.published import Sample, sample
from sandbox.samples.raw import cut
from sandbox.samples.stall import Stall, sample_shop
from sandbox.world.model import Shop

# Operation → (file, path) in the description files.
OPERATIONS = {
    "searchOrders": ("orders_2026-01-01.json", "/orders/2026-01-01/orders"),
    "getOrder": ("orders_2026-01-01.json", "/orders/2026-01-01/orders/{orderId}"),
    "searchListingsItems": ("listingsItems_2021-08-01.json", "/listings/2021-08-01/items/{sellerId}"),
    "getListingsItem": ("listingsItems_2021-08-01.json", "/listings/2021-08-01/items/{sellerId}/{sku}"),
    "getInventorySummaries": ("fbaInventory.json", "/fba/inventory/v1/summaries"),
    "listTransactions": ("finances_2024-06-19.json", "/finances/2024-06-19/transactions"),
    "listPayouts": ("transfers_2024-06-01.json", "/finances/transfers/2024-06-01/payouts"),
    "getMarketplaceParticipations": ("sellers.json", "/sellers/v1/marketplaceParticipations"),
}

SITES = {
    "ATVPDKIKX0DER": "US", "A2EUQ1WTGCTBG2": "CA", "A1AM78C64UM0Y8": "MX", "A2Q3Y263D00KWC": "BR", "A1F83G8C2ARO7P": "GB",
    "A1PA6795UKMFR9": "DE", "A13V1IB3VIYZZH": "FR", "APJ6JRA9NG5V4": "IT", "A1RKKUPIHCS9HS": "ES", "A1VC38T7YXB528": "JP",
}
IDS = {site: marketplace for marketplace, site in SITES.items()}
# Continued and never-published answers: empty, in the right shape.
EMPTY: dict[str, Any] = {
    "searchOrders": {"orders": []}, "searchListingsItems": {"numberOfResults": 0, "items": []},
    "listTransactions": {"payload": {"transactions": []}}, "listPayouts": {"payouts": []},
    "getInventorySummaries": {"payload": {"granularity": {}, "inventorySummaries": []}}, "getMarketplaceParticipations": {"payload": []},
}
TOKENS = ("paginationToken", "nextToken", "pageToken")
LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
RETURNS = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
HEADERS = {
    LISTINGS: "seller-sku\tasin1\tstatus\n",
    RETURNS: "Order ID\tReturn request date\tReturn request status\tAmazon RMA ID\tCurrency code\tMerchant SKU\tReturn quantity\t"
             "Return Reason\tRefunded Amount\n",
}


def marketplaces_in(document: Any) -> list[str]:
    """Every marketplace id a document names, in order of appearance."""
    if isinstance(document, list):
        return list(dict.fromkeys(found for each in document for found in marketplaces_in(each)))
    if not isinstance(document, dict):
        return []
    here = [value for name, value in document.items() if name == "marketplaceId" and isinstance(value, str)]
    return list(dict.fromkeys([*here, *(found for value in document.values() for found in marketplaces_in(value))]))


Answering = Callable[[Request], Awaitable[Response]]


def open_stalls(folder: Path, house: House) -> list[Stall]:
    """Raises OSError where the files are not there."""
    samples = samples_in(folder / "amazon")
    desks = [AmazonDesk(samples, number) for number in range(max(map(len, samples.values())))]
    shops = [sample_shop("amazon", desk.sites, number + 1) for number, desk in enumerate(desks)]
    seals = Seals(numbers.secret(house.seed, "seal"))
    login = Login(house, seals, {shop.name: shop for shop in shops})
    door = Door(Gate(house, seals, login), login)
    return [
        # Visitors come in reports alone, one a site and day, and nobody publishes one.
        Stall(
            shop, desk.routes(door, shop), {"seller_id": numbers.seller_id(shop)}, login.credentials(shop), desk.served,
            entities=tuple(desk.served()),
        )
        for shop, desk in zip(shops, desks, strict=True)
    ]


def samples_in(folder: Path) -> dict[str, list[Sample]]:
    """Operation → its distinct successful samples: the static sandbox's, then the documentation's examples."""
    return {name: _of_operation(folder / file, path) for name, (file, path) in OPERATIONS.items()}


def _of_operation(file: Path, path: str) -> list[Sample]:
    text = file.read_text(encoding="utf-8")
    root = ("paths", path, "get", "responses", "200")
    answer = json.loads(cut(text, root))
    static = answer.get("x-amzn-api-sandbox", {}).get("static", [])
    places = [(*root, "x-amzn-api-sandbox", "static", number, "response") for number in range(len(static))]
    places += [(*root, "examples", name) for name in answer.get("examples", {}) if name == "application/json"]
    found: list[Sample] = []
    for each in (sample(cut(text, place)) for place in places):
        if each.document not in [known.document for known in found]:
            found.append(each)
    return found


class Door:
    """The strict marketplace's own: who calls is judged there, and only then answered here."""

    def __init__(self, gate: Gate, login: Login) -> None:
        self._gate, self._login = gate, login

    async def token(self, request: Request) -> Response:
        return sent(self._login.token(request.headers.get("content-type", ""), await request.body()))

    def admits(self, shop: Shop, answer: Answering) -> Answering:
        async def admitted(request: Request) -> Response:
            try:
                if self._gate.caller(request) != shop:
                    raise denied("The access token is another seller's.")
            except Refusal as refusal:
                return sent(Answer(refusal.envelope(), refusal.status))
            return await answer(request)

        return admitted


class AmazonDesk:
    def __init__(self, samples: Mapping[str, Sequence[Sample]], variant: int) -> None:
        self._all = samples
        self.mine = {name: found[variant % len(found)] for name, found in samples.items() if found}
        shown = [self.mine[name].document for name in ("searchOrders", "searchListingsItems", "listTransactions", "listPayouts")]
        self.sites = [SITES[each] for each in marketplaces_in(shown) if each in SITES]

    def served(self) -> dict[str, list[Any]]:
        def ids(operation: str, name: str, *steps: str) -> list[Any]:
            records = self.mine[operation].document
            for step in steps:
                records = records[step]
            return [record.get(name) for record in records]

        return {
            "orders": ids("searchOrders", "orderId", "orders"), "listings": ids("searchListingsItems", "sku", "items"),
            "ledger": ids("listTransactions", "transactionId", "payload", "transactions"), "payouts": ids("listPayouts", "id", "payouts"),
            "fba_inventory": [], "returns": [],
        }

    def routes(self, door: Door, shop: Shop) -> list[Route]:
        listed = {
            "/orders/2026-01-01/orders": "searchOrders", "/listings/2021-08-01/items/{seller}": "searchListingsItems",
            "/finances/2024-06-19/transactions": "listTransactions", "/finances/transfers/2024-06-01/payouts": "listPayouts",
            "/fba/inventory/v1/summaries": "getInventorySummaries", "/sellers/v1/marketplaceParticipations": "getMarketplaceParticipations",
        }
        reports = "/reports/2021-06-30"
        guarded = {
            **{path: ("GET", self._page(operation)) for path, operation in listed.items()},
            "/orders/2026-01-01/orders/{id}": ("GET", self._one("getOrder", "orderId", "order")),
            "/listings/2021-08-01/items/{seller}/{id:path}": ("GET", self._one("getListingsItem", "sku")),
            f"{reports}/reports": ("POST", self._create), f"{reports}/reports/{{id}}": ("GET", self._report),
            f"{reports}/documents/{{id}}": ("GET", self._document),
        }
        return [
            Route("/auth/o2/token", door.token, methods=["POST"]),
            Route("/files/{id}", self._file),  # as Amazon's presigned addresses: whoever has it may read it
            *(Route(path, door.admits(shop, answer), methods=[method]) for path, (method, answer) in guarded.items()),
        ]

    def _page(self, operation: str):
        async def answer(request: Request) -> Response:
            is_continued = any(name in request.query_params for name in TOKENS)
            if is_continued or operation not in self.mine:
                return JSONResponse(EMPTY[operation])
            return self.mine[operation].answer()

        return answer

    def _one(self, operation: str, name: str, *steps: str):
        async def answer(request: Request) -> Response:
            for published in self._all[operation]:
                record = published.document
                for step in steps:
                    record = record[step]
                if record[name] == request.path_params["id"]:
                    return published.answer()
            return JSONResponse({"errors": [{"code": "NOT_FOUND", "message": f"No sample of {name} {request.path_params['id']}"}]}, 404)

        return answer

    async def _create(self, request: Request) -> Response:
        """No vendor publishes a report: its number says what it is of, and it is done at once."""
        wanted = await request.json()
        if wanted.get("reportType") not in HEADERS:
            return JSONResponse({"errors": [{"code": "InvalidInput", "message": "No such report among the samples."}]}, 400)
        site = SITES.get((wanted.get("marketplaceIds") or [""])[0], "none")
        return JSONResponse({"reportId": f"{wanted['reportType']}-{site}"}, 202)

    async def _report(self, request: Request) -> Response:
        number = request.path_params["id"]
        return JSONResponse({
            "reportId": number, "reportType": number.rpartition("-")[0], "processingStatus": "DONE", "reportDocumentId": number,
            "createdTime": "2026-01-01T00:00:00Z",
        })

    async def _document(self, request: Request) -> Response:
        number = request.path_params["id"]
        address = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}/files/{number}"
        return JSONResponse({"reportDocumentId": number, "url": address})

    async def _file(self, request: Request) -> Response:
        """The listings file names exactly the SKUs of the sample that lie on the site."""
        kind, _, site = request.path_params["id"].rpartition("-")
        if kind not in HEADERS:
            return PlainTextResponse("", 404)
        items = self.mine["searchListingsItems"].document["items"] if kind == LISTINGS else []
        found = [item for item in items if IDS.get(site) in marketplaces_in(item)]
        return PlainTextResponse(HEADERS[kind] + "".join(f"{item['sku']}\t\tActive\n" for item in found))

