"""Feed v1: the active inventory report, made while one waits. A task's number says whose and since when, so that a restart knows it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.responses import JSONResponse, Response

from sandbox.ebay import ids
from sandbox.ebay.asked import Asked
from sandbox.ebay.errors import Refused
from sandbox.ebay.goods import Goods
from sandbox.world import SHOPS
from sandbox.world.model import Listing

DOMAIN = "API_FEED"
REPORT = "LMS_ACTIVE_INVENTORY_REPORT"
A_DAY = 25
QUEUED_SECONDS, MAKING_SECONDS = 5, 25
NAMESPACE = "urn:ebay:apis:eBLBaseComponents"


class Feed:
    """Report tasks of one house."""

    def __init__(self, goods: Goods) -> None:
        self._goods, self._count = goods, 0

    def create(self, asked: Asked) -> Response:
        body = asked.json(160001)
        if body.get("feedType") != REPORT or not body.get("schemaVersion"):
            raise Refused(400, 160002, "The feedType or schemaVersion is not valid", DOMAIN)
        word = asked.headers.get("x-ebay-c-marketplace-id", "EBAY_US")
        sites = SHOPS[asked.shop].sites
        site = next((each for each in sites if ids.marketplace(each) == word), None)
        if site is None:
            raise Refused(400, 160006, f"The marketplace {word} is not the seller's", DOMAIN)
        if asked.house.quotas.take("ebay.report", asked.shop, A_DAY / 86400, A_DAY):
            raise Refused(400, 160025, "The daily limit of tasks of this type is reached", DOMAIN, "BUSINESS")
        self._count += 1
        number = f"task-{SHOPS[asked.shop].number}{sites.index(site)}-{int(asked.now.timestamp())}{self._count:04d}"
        return Response(status_code=202, headers={"Location": f"{asked.base}/sell/feed/v1/inventory_task/{number}"})

    def task(self, asked: Asked) -> Response:
        _, created = self._read(asked)
        age = (asked.now - created).total_seconds()
        status = "QUEUED" if age < QUEUED_SECONDS else "IN_PROCESS" if age < MAKING_SECONDS else "COMPLETED"
        number = asked.arguments[0]
        return JSONResponse({
            "taskId": number, "status": status, "feedType": REPORT, "schemaVersion": "1.0", "creationDate": ids.stamp(created),
            "detailHref": f"{asked.base}/sell/feed/v1/inventory_task/{number}",
            **({"completionDate": ids.stamp(asked.now)} if status == "COMPLETED" else {}),
        })

    def file(self, asked: Asked) -> Response:
        site, created = self._read(asked)
        if (asked.now - created).total_seconds() < MAKING_SECONDS:
            raise Refused(400, 160030, "The task is not completed yet", DOMAIN)
        document = self._document(asked.shop, site)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("ActiveInventoryReport.xml", document)
        name = {"content-disposition": f"attachment; filename={asked.arguments[0]}.zip"}
        return Response(packed.getvalue(), media_type="application/octet-stream", headers=name)

    def _read(self, asked: Asked) -> tuple[str, datetime]:
        try:
            _, place, tail = asked.arguments[0].split("-")
            site, created = SHOPS[asked.shop].sites[int(place[-1])], datetime.fromtimestamp(int(tail[:-4]), UTC)
        except (ValueError, IndexError):
            place = ""
        if not place or place[:-1] != str(SHOPS[asked.shop].number):
            raise Refused(404, 160003, "The task does not exist", DOMAIN)
        return site, created

    def _document(self, shop: str, site: str) -> bytes:
        root = Element("BulkDataExchangeResponses", xmlns=NAMESPACE)
        report = SubElement(root, "ActiveInventoryReport")
        SubElement(report, "Ack").text = "Success"
        by_item: dict[str, list[Listing]] = {}
        for listing in self._goods.live(shop, site):
            by_item.setdefault(self._goods.item_id(listing), []).append(listing)
        for item_id, listings in sorted(by_item.items()):
            details = SubElement(report, "SKUDetails")
            SubElement(details, "ItemID").text = item_id
            if ids.is_variation(listings[0]):
                variations = SubElement(details, "Variations")
                for listing in listings:
                    self._describe(SubElement(variations, "Variation"), listing)
            else:
                self._describe(details, listings[0])
        return tostring(root, encoding="utf-8", xml_declaration=True)

    def _describe(self, place: Element, listing: Listing) -> None:
        price = ids.amount(self._goods.price(listing), listing.site)
        if ids.sku(listing):
            SubElement(place, "SKU").text = ids.sku(listing)
        SubElement(place, "Price", currencyID=price["currency"]).text = price["value"]
        SubElement(place, "Quantity").text = str(self._goods.quantity(listing))
