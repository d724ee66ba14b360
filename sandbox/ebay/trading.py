"""The Trading API's corner: GetItem and ReviseInventoryStatus, for listings that were made on the site's pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from starlette.responses import Response

from sandbox.ebay import ids
from sandbox.ebay.answer_goods import price_of
from sandbox.ebay.asked import Asked
from sandbox.ebay.errors import Refused
from sandbox.ebay.goods import Goods
from sandbox.world.model import Listing

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
MOST_ROWS = 4
_NS = f"{{{NAMESPACE}}}"


class Trading:
    """One door for all calls; the name is in a header."""

    def __init__(self, goods: Goods) -> None:
        self._goods = goods

    def call(self, asked: Asked) -> Response:
        name = asked.headers.get("x-ebay-api-call-name", "")
        calls = {"GetItem": self._get_item, "ReviseInventoryStatus": self._revise}
        try:
            request = fromstring(asked.body)
        except (ParseError, DefusedXmlException):
            return _failure(name, 5, "XML Parse error.")
        needed = ("x-ebay-api-siteid", "x-ebay-api-compatibility-level")
        if name not in calls or request.tag != f"{_NS}{name}Request" or not all(asked.headers.get(each) for each in needed):
            return _failure(name, 2, f"Unsupported API call {name}.")
        return calls[name](asked, request)

    def _get_item(self, asked: Asked, request: Element) -> Response:
        found = self._listings(asked, request.findtext(f"{_NS}ItemID"))
        if not found:
            return _failure("GetItem", 17, "This item cannot be accessed because the listing has been deleted or is not yours.")
        answer = _success("GetItem")
        item = SubElement(answer, "Item")
        SubElement(item, "ItemID").text = ids.item_id(found[0])
        places: Iterable[tuple[Element, Listing]] = [(item, found[0])]
        if ids.is_variation(found[0]):
            variations = SubElement(item, "Variations")
            places = [(SubElement(variations, "Variation"), listing) for listing in found]
        for place, listing in places:
            price = ids.amount(self._goods.price(listing), listing.site)
            if ids.sku(listing):
                SubElement(place, "SKU").text = ids.sku(listing)
            SubElement(place, "StartPrice", currencyID=price["currency"]).text = price["value"]
            # Quantity is what was ever offered: what was sold of it has to be taken off.
            SubElement(place, "Quantity").text = str(self._goods.quantity(listing) + 7)
            SubElement(SubElement(place, "SellingStatus"), "QuantitySold").text = "7"
        return _written(answer)

    def _revise(self, asked: Asked, request: Element) -> Response:
        rows = request.findall(f"{_NS}InventoryStatus")
        if not 1 <= len(rows) <= MOST_ROWS:
            return _failure("ReviseInventoryStatus", 21916585, f"1 to {MOST_ROWS} InventoryStatus are allowed.")
        try:
            changes = [self._judged(asked, row) for row in rows]
        except Refused as refused:
            return _failure("ReviseInventoryStatus", refused.number, refused.message)
        for listing, quantity, minor in changes:
            if quantity is not None:
                self._goods.set_quantity(listing, quantity)
            if minor is not None:
                self._goods.set_price(listing, minor)
        return _written(_success("ReviseInventoryStatus"))

    def _judged(self, asked: Asked, row: Element) -> tuple[Listing, int | None, int | None]:
        found = self._listings(asked, row.findtext(f"{_NS}ItemID"))
        sku = row.findtext(f"{_NS}SKU")
        listing = next((each for each in found if not ids.is_variation(each) or ids.sku(each) == sku), None)
        if listing is None:
            raise Refused(200, 21916750, "The item or its variation was not found, or is managed through another API.")
        quantity, price = row.findtext(f"{_NS}Quantity"), row.find(f"{_NS}StartPrice")
        if quantity is None and price is None:
            raise Refused(200, 21916586, "Either Quantity or StartPrice is required.")
        if quantity is not None and not re.fullmatch(r"\d{1,6}", quantity):
            raise Refused(200, 515, "Quantity is not valid.")
        if not self._goods.is_revisable(listing):
            raise Refused(200, 21919165, "The listing was revised too often today.")
        told = {"value": _shortened(price.text), "currency": price.get("currencyID")} if price is not None else None
        return listing, int(quantity) if quantity is not None else None, price_of(told, listing) if told else None

    def _listings(self, asked: Asked, item_id: str | None) -> list[Listing]:
        """Listings that Inventory manages are not Trading's to revise."""
        return [listing for listing in self._goods.elsewhere(asked.shop) if ids.item_id(listing) == item_id]


def _shortened(text: str | None) -> str:
    return str(Decimal(text)) if text and re.fullmatch(r"\d+(\.\d+)?", text) else ""


def _success(name: str) -> Element:
    answer = Element(f"{name}Response", xmlns=NAMESPACE)
    SubElement(answer, "Ack").text = "Success"
    return answer


def _failure(name: str, number: int, message: str) -> Response:
    answer = Element(f"{name or 'Error'}Response", xmlns=NAMESPACE)
    SubElement(answer, "Ack").text = "Failure"
    error = SubElement(answer, "Errors")
    for tag, text in (("ShortMessage", message), ("LongMessage", message), ("ErrorCode", str(number)), ("SeverityCode", "Error")):
        SubElement(error, tag).text = text
    return _written(answer)


def _written(answer: Element) -> Response:
    return Response(tostring(answer, encoding="utf-8", xml_declaration=True), media_type="text/xml")
