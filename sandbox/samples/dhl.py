"""DHL's description holds one whole answer, the one to a number nobody knows: it is what every number asked for gets.

So it follows the parcels of the recorded store, and each asked number is a record: DHL knows of it nothing yet.
"""

from __future__ import annotations

import hmac
import json
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.dhl import Dhl
from sandbox.market import House
from sandbox.samples.published import Sample, sample
from sandbox.samples.stall import Stall, sample_shop

SITES = ("DE",)  # where the recorded store's parcels go
PROBLEM = "application/problem+json"


def open_stalls(folder: Path, house: House) -> list[Stall]:
    """Raises OSError where the description is not there, KeyError where it holds no such answer."""
    shop = sample_shop("dhl", SITES, client="samples_woocommerce")
    key = Dhl(house).credentials(shop.name)["api_key"]
    desk = DhlDesk(unknown_in(folder / "dhl"), key)
    return [Stall(shop, [Route("/track/shipments", desk.shipments)], {"seller_id": shop.name}, {"api_key": key}, desk.served)]


def unknown_in(folder: Path) -> Sample:
    """The published answer to an unknown number: written in YAML there, the same data in JSON here."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise FileNotFoundError(folder / "*.yaml")
    told = yaml.safe_load(files[-1].read_text(encoding="utf-8"))
    return sample(json.dumps(told["components"]["responses"]["shipmentNotFound"]["content"][PROBLEM]["schema"]["example"]))


class DhlDesk:
    def __init__(self, unknown: Sample, key: str) -> None:
        self._unknown, self._key, self._asked = unknown, key, dict[str, None]()

    def served(self) -> dict[str, list[Any]]:
        return {"parcels": list(self._asked)}

    async def shipments(self, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("DHL-API-Key", ""), self._key):
            return _problem(401, "Unauthorized", "Unauthorized for given resource.")
        number = request.query_params.get("trackingNumber")
        if not number:
            return _problem(400, "Bad Request", "The trackingNumber parameter is required.")
        self._asked[number] = None
        return Response(self._unknown.body, self._unknown.document["status"], media_type=PROBLEM)


def _problem(status: int, title: str, detail: str) -> Response:
    return JSONResponse({"title": title, "status": status, "detail": detail}, status, media_type=PROBLEM)
