"""DHL's unified tracking over the sandbox's parcels: one number a call, 250 calls a day, problem+json for what goes wrong."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.clock import instant
from sandbox.market import House
from sandbox.parcels import Desk, Scan, dice, find, scans, truth_events, truth_parcel
from sandbox.world.cast import SERVICES

A_DAY = 250
CODES = {
    "label": "pre-transit", "picked_up": "transit", "departed": "transit", "nobody": "failure", "pickup": "transit", "out": "transit",
    "delivered": "delivered", "late": "transit", "lost": "failure", "back": "failure",
}
SERVICES_OF_DHL = (
    "express", "parcel-de", "ecommerce", "dgf", "parcel-uk", "post-de", "sameday", "freight", "parcel-nl", "parcel-pl", "dsc",
    "ecommerce-europe",
)
Body = dict[str, Any]


class Dhl:
    name = "dhl"

    def __init__(self, house: House) -> None:
        self._house, self.desk = house, Desk(house, self.name)
        self._calls: Counter[tuple[str, str]] = Counter()

    def routes(self) -> list[BaseRoute]:
        return [Route("/track/shipments", self._shipments, methods=["GET"])]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": shop}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return {"api_key": hashlib.sha256(f"dhl:{self._house.seed}:{shop}".encode()).hexdigest()[:32]}

    def refusal(self, kind: str) -> Response:
        if kind == "throttled":
            return _problem(429, "Too Many Requests", "Too many requests within defined time period, please try again later.")
        return _problem(500, "Internal Server Error", "An unexpected error occurred.")

    async def _shipments(self, request: Request) -> Response:
        shop = next((each for each in accounts() if self.credentials(each)["api_key"] == request.headers.get("DHL-API-Key")), None)
        if not shop:
            return _problem(401, "Unauthorized", "Unauthorized for given resource.")
        self._house.stats.call(shop, "shipments")
        day = self._house.clock.now().astimezone(UTC).date().isoformat()
        self._calls[shop, day] += 1
        if self._calls[shop, day] > A_DAY or self._house.quotas.take("dhl shipments", shop, 1, 1):
            self._house.stats.reject(shop, "shipments", "429")
            return self.refusal("throttled")
        number, service = request.query_params.get("trackingNumber", ""), request.query_params.get("service")
        if not number:
            return _problem(400, "Bad Request", "The trackingNumber parameter is required.")
        if service and service not in SERVICES_OF_DHL:
            return _problem(400, "Bad Request", f"The service {service} is not supported.")
        if not self.desk.row(shop, number):
            self.desk.register(shop, number)
        self.desk.tell(shop, number)
        seen = self._seen(number)
        if not seen or service not in (None, _division(seen)):
            return _problem(404, "No result found", "No shipment with given tracking number found.")
        url = f"/shipments?trackingNumber={number}&offset=0&limit=5"
        return JSONResponse({"url": url, "firstUrl": url, "lastUrl": url, "shipments": [self._shown(number, seen)]})

    def _seen(self, number: str, until: Any = None) -> list[Scan]:
        """DHL knows its own parcels, whoever asks and whether or not anybody asked before."""
        found = find(self._house, number)
        is_mine = found is not None and found[1].carrier.startswith("DHL")
        return scans(self._house, number, until or self._house.clock.horizon) if is_mine else []

    def _shown(self, number: str, seen: list[Scan]) -> Body:
        events = [self._event(scan, number) for scan in reversed(seen)]
        place = {"address": {"countryCode": seen[0].country, "addressLocality": seen[0].place}}
        return {
            "id": number, "service": _division(seen), "origin": place, "destination": {"address": {"countryCode": seen[0].country}},
            "status": events[0], "details": {"product": {"productName": "DHL Paket"}, "totalNumberOfPieces": 1}, "events": events,
        }

    def _event(self, scan: Scan, number: str) -> Body:
        """Some of the times come in nanoseconds, as the real ones do."""
        return {
            "timestamp": self._written(scan, number), "location": {"address": {"countryCode": scan.country, "addressLocality": scan.place}},
            "statusCode": CODES[scan.kind], "status": CODES[scan.kind], "description": scan.text,
        }

    def _written(self, scan: Scan, number: str) -> str:
        is_fine = scan.has_offset and dice(self._house, number) % 2
        return f"{scan.written[:19]}.000000000{scan.written[19:]}" if is_fine else scan.written

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        """Of the parcels somebody asked for, what DHL told last."""
        for shop, account in accounts().items():
            for row in self.desk.known(shop):
                number, scope = str(row["number"]), {"client": account.client, "shop": shop}
                seen = [_as_written(scan, self._written(scan, number)) for scan in self._seen(number, instant(str(row["told"])))]
                if table == "tracked_parcels":
                    raw = _raw(seen[-1]) if seen else "404"
                    yield {**scope, **truth_parcel(number, "dhl", seen, raw, f"DHL {_division(seen)}" if seen else None, None)}
                if table == "tracking_events":
                    for event in truth_events(number, "dhl", seen, _raw, lambda scan: scan.place):
                        yield {**scope, **event}


def accounts() -> dict[str, Any]:
    return {name: shop for name, shop in SERVICES.items() if shop.marketplace == "dhl"}


def _as_written(scan: Scan, written: str) -> Scan:
    return Scan(scan.at, scan.kind, scan.place, scan.country, written)


def _raw(scan: Scan) -> str:
    return f"{CODES[scan.kind]},{CODES[scan.kind]}"


def _division(seen: list[Scan]) -> str:
    return "parcel-uk" if seen[0].country == "GB" else "parcel-de"


def _problem(status: int, title: str, detail: str) -> Response:
    return JSONResponse({"title": title, "status": status, "detail": detail}, status, media_type="application/problem+json")


def open_market(house: House) -> Dhl:
    return Dhl(house)
