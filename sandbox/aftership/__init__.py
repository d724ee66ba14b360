"""AfterShip Tracking API 2026-07 over the sandbox's parcels: one POST a number, then lists by what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.clock import instant
from sandbox.market import House
from sandbox.parcels import Desk, Scan, find, truth_events, truth_parcel
from sandbox.world.cast import SERVICES

ASKING = timedelta(minutes=3)  # from a registration until the courier was asked
RATES = {"POST": 20, "GET": 6}
WORDS = {
    "label": ("InfoReceived", "InfoReceived_001"), "picked_up": ("InTransit", "InTransit_002"), "departed": ("InTransit", "InTransit_007"),
    "nobody": ("AttemptFail", "AttemptFail_002"), "pickup": ("AvailableForPickup", "AvailableForPickup_001"),
    "out": ("OutForDelivery", "OutForDelivery_001"), "delivered": ("Delivered", "Delivered_001"), "late": ("InTransit", "InTransit_001"),
    "lost": ("Exception", "Exception_013"), "back": ("Exception", "Exception_011"),
}
ERRORS = {401: "Unauthorized", 404: "NotFound", 429: "TooManyRequests", 500: "InternalError"}
Body = dict[str, Any]


class AfterShip:
    name = "aftership"

    def __init__(self, house: House) -> None:
        self._house, self.desk = house, Desk(house, self.name)

    def routes(self) -> list[BaseRoute]:
        return [Route("/tracking/2026-07/trackings", self._trackings, methods=["GET", "POST"]),
                Route("/tracking/2026-07/trackings/{id}", self._tracking, methods=["GET"])]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": shop}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return {"api_key": "asat_" + hashlib.sha256(f"aftership:{self._house.seed}:{shop}".encode()).hexdigest()[:32]}

    def refusal(self, kind: str) -> Response:
        if kind == "throttled":
            return _failed(429, 429, "You have exceeded the API call rate limit.")
        return _failed(500, 500, "Something went wrong.")

    async def _trackings(self, request: Request) -> Response:
        shop = self._shop(request)
        if not shop:
            return _failed(401, 401, "The API key is invalid.")
        operation = "create" if request.method == "POST" else "list"
        self._house.stats.call(shop, operation)
        rate = RATES[request.method]
        if self._house.quotas.take(f"aftership {operation}", shop, rate, rate):
            self._house.stats.reject(shop, operation, "429")
            return self.refusal("throttled")
        return self._create(shop, await request.body()) if operation == "create" else self._list(shop, request.query_params)

    async def _tracking(self, request: Request) -> Response:
        shop = self._shop(request)
        if not shop:
            return _failed(401, 401, "The API key is invalid.")
        found = next((row for row in self.desk.known(shop) if _id(row) == request.path_params["id"]), None)
        return _answer(self._shown(shop, found)) if found else _failed(404, 404, "The tracking does not exist.")

    def _shop(self, request: Request) -> str | None:
        return next((each for each in accounts() if self.credentials(each)["api_key"] == request.headers.get("as-api-key")), None)

    def _create(self, shop: str, raw: bytes) -> Response:
        try:
            wanted = json.loads(raw)
        except ValueError:
            return _failed(400, 4001, "Invalid JSON data.")
        number = wanted.get("tracking_number") if isinstance(wanted, dict) else None
        if not number:
            return _failed(400, 4009, "The value of `tracking_number` is required.")
        if not isinstance(number, str) or not 4 <= len(number) <= 100:
            return _failed(400, 4005, "The value of `tracking_number` is invalid.")
        if self.desk.row(shop, number):
            return _failed(400, 4003, "Tracking already exists.")
        return _answer(self._shown(shop, self.desk.register(shop, number, wanted.get("order_id"))), 201)

    def _list(self, shop: str, asked: Mapping[str, str]) -> Response:
        try:
            limit = int(asked.get("limit", 100))
            least, most = (instant(asked[name]) if name in asked else None for name in ("updated_at_min", "updated_at_max"))
        except ValueError:
            return _failed(400, 4008, "A value is invalid.")
        numbers = asked["tracking_numbers"].split(",") if "tracking_numbers" in asked else None
        if not 1 <= limit <= 200 or (numbers and len(numbers) > 50):
            return _failed(400, 4008, "A value is out of its range.")
        rows = sorted(self.desk.known(shop), key=lambda row: (self._updated(shop, row), str(row["number"])), reverse=True)
        found = [row for row in rows if (numbers is None or row["number"] in numbers)
                 and (least is None or self._updated(shop, row) >= least) and (most is None or self._updated(shop, row) <= most)]
        start = int(asked["cursor"]) if asked.get("cursor", "").isdecimal() else 0
        has_next = start + limit < len(found)
        return _answer({
            "pagination": {"total": len(found), "next_cursor": str(start + limit) if has_next else None, "has_next_page": has_next},
            "trackings": [self._shown(shop, row) for row in found[start: start + limit]],
        })

    def _updated(self, shop: str, row: Mapping[str, object]) -> datetime:
        since = instant(str(row["since"])).replace(microsecond=0)
        seen = self.desk.shown(shop, str(row["number"]))
        return max([since, *([since + ASKING] if seen else []), *(scan.at for scan in seen)])

    def _carrier(self, number: str) -> str | None:
        found = find(self._house, number)
        return found[1].carrier.lower().replace(" ", "-") if found else None

    def _shown(self, shop: str, row: Mapping[str, object]) -> Body:
        number = str(row["number"])
        seen = self.desk.shown(shop, number)
        tag, subtag = WORDS[seen[-1].kind] if seen else ("Pending", "Pending_001")
        arrival = next((scan.written for scan in seen if scan.kind == "delivered"), None)
        return {
            "id": _id(row), "created_at": _zulu(instant(str(row["since"])).replace(microsecond=0)),
            "updated_at": _zulu(self._updated(shop, row)),
            "tracking_number": number, "slug": self._carrier(number), "active": not arrival, "order_id": row["note"], "tag": tag,
            "subtag": subtag, "subtag_message": seen[-1].text if seen else "Pending", "title": number, "source": "api",
            "shipment_delivery_date": arrival, "return_to_sender": any(scan.kind == "back" for scan in seen),
            "failed_delivery_attempts": sum(scan.kind == "nobody" for scan in seen), "checkpoints": [_checkpoint(scan) for scan in seen],
        }

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        """Everything registered, as it stands: whatever changed is in the list of changes."""
        for shop, account in accounts().items():
            for row in self.desk.known(shop):
                number, scope = str(row["number"]), {"client": account.client, "shop": shop}
                seen, updated = self.desk.shown(shop, number), _zulu(self._updated(shop, row))
                if table == "tracked_parcels":
                    raw = ",".join(WORDS[seen[-1].kind] if seen else ("Pending", "Pending_001"))
                    parcel = truth_parcel(number, "aftership", seen, raw, self._carrier(number), row["note"])
                    yield {**scope, **parcel, "source_updated_at": updated}
                if table == "tracking_events":
                    for event in truth_events(number, "aftership", seen, lambda scan: WORDS[scan.kind][1], lambda scan: scan.place):
                        yield {**scope, **event, "source_updated_at": updated}


def accounts() -> dict[str, Any]:
    return {name: shop for name, shop in SERVICES.items() if shop.marketplace == "aftership"}


def _id(row: Mapping[str, object]) -> str:
    return hashlib.sha256(f"aftership:{row['shop']}:{row['number']}".encode()).hexdigest()[:32]


def _checkpoint(scan: Scan) -> Body:
    tag, subtag = WORDS[scan.kind]
    return {
        "created_at": _zulu(scan.at), "checkpoint_time": scan.written, "location": scan.place, "city": scan.place, "country_region": None,
        "message": scan.text, "tag": tag, "subtag": subtag, "subtag_message": scan.text, "raw_tag": None,
        "hash": hashlib.sha256(f"{scan.written}{scan.kind}".encode()).hexdigest()[:32],
    }


def _zulu(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _answer(data: Body, status: int = 200) -> Response:
    return JSONResponse({"meta": {"code": status}, "data": data}, status)


def _failed(status: int, code: int, message: str) -> Response:
    return JSONResponse({"meta": {"code": code, "type": ERRORS.get(status, "BadRequest"), "message": message}, "data": {}}, status)


def open_market(house: House) -> AfterShip:
    return AfterShip(house)
