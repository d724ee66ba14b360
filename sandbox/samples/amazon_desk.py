"""Amazon's samples as answers of one shop: variant ``k`` of every operation that has several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.samples.published import Sample

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
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
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


class AmazonDesk:
    def __init__(self, samples: Mapping[str, Sequence[Sample]], variant: int) -> None:
        self._all = samples
        self.mine = {name: found[variant % len(found)] for name, found in samples.items() if found}
        served = [self.mine[name].document for name in ("searchOrders", "searchListingsItems", "listTransactions", "listPayouts")]
        self.sites = [SITES[each] for each in marketplaces_in(served) if each in SITES]

    def expected(self) -> dict[str, list[Any]]:
        """Entity → the ids of the records served; None stands for a record published without one."""
        def ids(operation: str, name: str, *steps: str) -> list[Any]:
            records = self.mine[operation].document
            for step in steps:
                records = records[step]
            return [record.get(name) for record in records]

        return {
            "orders": ids("searchOrders", "orderId", "orders"), "listings": ids("searchListingsItems", "sku", "items"),
            "ledger": ids("listTransactions", "transactionId", "payload", "transactions"), "payouts": ids("listPayouts", "id", "payouts"),
            "fba_inventory": [], "returns": [], "traffic": [],
        }

    def routes(self) -> list[Route]:
        listed = {
            "/orders/2026-01-01/orders": "searchOrders", "/listings/2021-08-01/items/{seller}": "searchListingsItems",
            "/finances/2024-06-19/transactions": "listTransactions", "/finances/transfers/2024-06-01/payouts": "listPayouts",
            "/fba/inventory/v1/summaries": "getInventorySummaries", "/sellers/v1/marketplaceParticipations": "getMarketplaceParticipations",
        }
        reports = "/reports/2021-06-30"
        return [
            Route("/auth/o2/token", self._token, methods=["POST"]),
            *(Route(path, self._page(operation), methods=["GET"]) for path, operation in listed.items()),
            Route("/orders/2026-01-01/orders/{id}", self._one("getOrder", "orderId", "order")),
            Route("/listings/2021-08-01/items/{seller}/{id:path}", self._one("getListingsItem", "sku")),
            Route(f"{reports}/reports", self._create, methods=["POST"]), Route(f"{reports}/reports/{{id}}", self._report),
            Route(f"{reports}/documents/{{id}}", self._document), Route("/files/{id}", self._file),
        ]

    async def _token(self, request: Request) -> Response:
        if not parse_qs((await request.body()).decode("utf-8", "replace")).get("grant_type"):
            return JSONResponse({"error": "invalid_request", "error_description": "grant_type is missing"}, 400)
        return JSONResponse({"access_token": "Atza|samples", "token_type": "bearer", "expires_in": 3600})

    def _page(self, operation: str):
        async def answer(request: Request) -> Response:
            is_continued = any(name in request.query_params for name in TOKENS)
            if is_continued or operation not in self.mine:
                return JSONResponse(EMPTY[operation])
            return _published(self.mine[operation])

        return answer

    def _one(self, operation: str, name: str, *steps: str):
        async def answer(request: Request) -> Response:
            for sample in self._all[operation]:
                record = sample.document
                for step in steps:
                    record = record[step]
                if record[name] == request.path_params["id"]:
                    return _published(sample)
            return JSONResponse({"errors": [{"code": "NOT_FOUND", "message": f"No sample of {name} {request.path_params['id']}"}]}, 404)

        return answer

    async def _create(self, request: Request) -> Response:
        """No vendor publishes a report: its number says what it is of, and it is done at once."""
        wanted = await request.json()
        if wanted.get("reportType") not in (*HEADERS, TRAFFIC):
            return JSONResponse({"errors": [{"code": "InvalidInput", "message": "No such report among the samples."}]}, 400)
        site = SITES.get((wanted.get("marketplaceIds") or [""])[0], "none")
        day = f"@{wanted['dataStartTime'][:10]}" if wanted["reportType"] == TRAFFIC else ""
        return JSONResponse({"reportId": f"{wanted['reportType']}{day}-{site}"}, 202)

    async def _report(self, request: Request) -> Response:
        number = request.path_params["id"]
        return JSONResponse({
            "reportId": number, "reportType": number.rpartition("-")[0].partition("@")[0], "processingStatus": "DONE",
            "reportDocumentId": number,
            "createdTime": "2026-01-01T00:00:00Z",
        })

    async def _document(self, request: Request) -> Response:
        number = request.path_params["id"]
        address = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}/files/{number}"
        return JSONResponse({"reportDocumentId": number, "url": address})

    async def _file(self, request: Request) -> Response:
        """The listings file names exactly the SKUs of the sample that lie on the site; nobody came on any day."""
        kind, _, site = request.path_params["id"].rpartition("-")
        if kind.startswith(f"{TRAFFIC}@"):
            return JSONResponse(_day_without_visitors(kind.partition("@")[2], IDS.get(site, "")))
        if kind not in HEADERS:
            return PlainTextResponse("", 404)
        items = self.mine["searchListingsItems"].document["items"] if kind == LISTINGS else []
        found = [item for item in items if IDS.get(site) in marketplaces_in(item)]
        return PlainTextResponse(HEADERS[kind] + "".join(f"{item['sku']}\t\tActive\n" for item in found))


def _day_without_visitors(day: str, marketplace: str) -> dict[str, Any]:
    told = {"reportType": TRAFFIC, "reportOptions": {}, "dataStartTime": day, "dataEndTime": day, "marketplaceIds": [marketplace]}
    return {"reportSpecification": told, "salesAndTrafficByDate": [], "salesAndTrafficByAsin": []}


def _published(sample: Sample) -> Response:
    return Response(sample.body, media_type="application/json")
