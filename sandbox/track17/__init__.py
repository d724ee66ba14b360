"""17TRACK v2.2 over the sandbox's parcels: POST and JSON only, a bare array in, accepted and rejected out, always under 200."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.market import House
from sandbox.parcels import Desk, Scan, find, truth_events, truth_parcel
from sandbox.world.cast import SERVICES

MOST, PLAN = 40, 20_000
WORDS = {
    "label": ("InfoReceived", "InfoReceived"), "picked_up": ("InTransit", "InTransit_PickedUp"),
    "departed": ("InTransit", "InTransit_Departure"), "nobody": ("DeliveryFailure", "DeliveryFailure_NoBody"),
    "pickup": ("AvailableForPickup", "AvailableForPickup_Other"), "out": ("OutForDelivery", "OutForDelivery_Other"),
    "delivered": ("Delivered", "Delivered_Other"), "late": ("InTransit", "InTransit_Other"),
    "lost": ("Exception", "Exception_Lost"), "back": ("Exception", "Exception_Returned"),
}
Body = dict[str, Any]


class Track17:
    name = "track17"

    def __init__(self, house: House) -> None:
        self._house, self.desk = house, Desk(house, self.name)

    def routes(self) -> list[BaseRoute]:
        return [Route("/track/v2.2/{call}", self._call, methods=["POST"])]

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": shop}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return {"token": hashlib.sha256(f"track17:{self._house.seed}:{shop}".encode()).hexdigest()[:32].upper()}

    def refusal(self, kind: str) -> Response:
        return Response(status_code=429 if kind == "throttled" else 503)

    async def _call(self, request: Request) -> Response:
        shop = next((each for each in accounts() if self.credentials(each)["token"] == request.headers.get("17token")), None)
        if not shop:
            return _failed(-18010002, "The security key you provided is invalid.", 401)
        call = request.path_params["call"]
        self._house.stats.call(shop, call)
        if self._house.quotas.take("track17 calls", shop, 3, 3):
            self._house.stats.reject(shop, call, "429")
            return self.refusal("throttled")
        try:
            items = json.loads(await request.body() or b"[]")
        except ValueError:
            return _failed(-18010013, "The submitted data is invalid.")
        if call == "getquota":
            used = len(self.desk.known(shop))
            return JSONResponse({"code": 0, "data": {"quota_total": PLAN, "quota_used": used, "quota_remain": PLAN - used}})
        answer = {"register": self._register, "gettrackinfo": self._info}.get(call)
        if answer is None or not isinstance(items, list) or not items:
            return _failed(-18010013, "The submitted data is invalid.")
        if len(items) > MOST:
            return _failed(-18010014, "The number of tracking numbers submitted exceeds the limit.")
        accepted, rejected = answer(shop, items)
        return JSONResponse({"code": 0, "data": {"accepted": accepted, "rejected": rejected}})

    def _register(self, shop: str, items: list[Body]) -> tuple[list[Body], list[Body]]:
        accepted, rejected = [], []
        for item in items:
            number = str(item.get("number") or "")
            if not (number.isalnum() and number.isascii() and 5 <= len(number) <= 50):
                rejected.append(_rejected(number, -18010012, "The format of the tracking number is invalid."))
            elif self.desk.row(shop, number):
                rejected.append(_rejected(number, -18019901, f"The tracking number {number!r} has been registered."))
            else:
                self.desk.register(shop, number, item.get("tag"))
                accepted.append({"origin": 1, "number": number, "carrier": _key(self._carrier(number)), "tag": item.get("tag")})
        return accepted, rejected

    def _info(self, shop: str, items: list[Body]) -> tuple[list[Body], list[Body]]:
        accepted, rejected = [], []
        for item in items:
            number = str(item.get("number") or "")
            row = self.desk.row(shop, number)
            if not row:
                rejected.append(_rejected(number, -18019902, "The tracking number does not register, please register first."))
                continue
            seen = self.desk.tell(shop, number)
            if not seen:
                rejected.append(_rejected(number, -18019909, "No tracking information at this time."))
                continue
            accepted.append(self._shown(number, row, seen))
        return accepted, rejected

    def _shown(self, number: str, row: Mapping[str, object], seen: list[Scan]) -> Body:
        carrier = self._carrier(number)
        events = [_event(scan) for scan in reversed(seen)]
        main, sub = WORDS[seen[-1].kind]
        return {
            "number": number, "carrier": _key(carrier), "param": None, "tag": row["note"],
            "track_info": {
                "shipping_info": {"shipper_address": {"country": None}, "recipient_address": {"country": seen[-1].country}},
                "latest_status": {"status": main, "sub_status": sub, "sub_status_descr": None}, "latest_event": events[0],
                "time_metrics": {"days_of_transit": (seen[-1].at - seen[0].at).days, "estimated_delivery_date": None},
                "milestone": [], "misc_info": {"service_type": None},
                "tracking": {"providers_hash": 0, "providers": [{
                    "provider": {"key": _key(carrier), "name": carrier, "country": seen[-1].country}, "latest_sync_status": "Success",
                    "events": events,
                }]},
            },
        }

    def _carrier(self, number: str) -> str | None:
        found = find(self._house, number)
        return found[1].carrier if found else None

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        """What was read, as it was told last: a parcel that has arrived is asked for no more."""
        for shop, account in accounts().items():
            for row in self.desk.known(shop):
                if not row["told"]:
                    continue
                number, scope = str(row["number"]), {"client": account.client, "shop": shop}
                seen = self.desk.told(shop, number)
                if table == "tracked_parcels":
                    raw = ",".join(WORDS[seen[-1].kind]) if seen else "NotFound"
                    carrier, order = (self._carrier(number), row["note"]) if seen else (None, None)
                    yield {**scope, **truth_parcel(number, "17track", seen, raw, carrier, order)}
                if table == "tracking_events":
                    for event in truth_events(number, "17track", seen, lambda scan: WORDS[scan.kind][1], lambda scan: scan.place):
                        yield {**scope, **event}


def accounts() -> dict[str, Any]:
    return {name: shop for name, shop in SERVICES.items() if shop.marketplace == "track17"}


def _event(scan: Scan) -> Body:
    main, sub = WORDS[scan.kind]
    day, clock = scan.written[:10], scan.written[11:19]
    is_delivered = scan.kind == "delivered"  # of which only ``time_raw`` is the true time
    return {
        "time_iso": f"{day}T23:59:59{scan.written[19:]}" if is_delivered else scan.written, "time_utc": None,
        "time_raw": {"date": day, "time": clock, "timezone": scan.written[19:] or None},
        "description": scan.text, "location": scan.place, "stage": main if sub != "InTransit_Other" else None, "sub_status": sub,
        "address": {"country": scan.country, "state": None, "city": scan.place, "street": None, "postal_code": None},
    }


def _key(carrier: str | None) -> int:
    return 100_000 + sum(map(ord, carrier)) if carrier else 0


def _rejected(number: str, code: int, message: str) -> Body:
    return {"number": number, "error": {"code": code, "message": message}}


def _failed(code: int, message: str, status: int = 200) -> Response:
    return JSONResponse({"code": code, "data": {"errors": [{"code": code, "message": message}]}}, status)


def open_market(house: House) -> Track17:
    return Track17(house)
