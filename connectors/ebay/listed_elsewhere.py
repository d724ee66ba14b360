"""Listings that were made on the site's own pages: the Trading API revises them and shows them, one XML call at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.ebay.gateway import Gateway
from connectors.ebay.sites import TRADING_ID
from connectors.errors import FatalError, RetryableError
from connectors.redaction import shorten
from connectors.writes import Answer, PriceChange, StockChange
from transforms.money import minor_exponent

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
LISTINGS_A_CALL = 4
Change = StockChange | PriceChange


def revise(gateway: Gateway, changes: Sequence[Change]) -> dict[str, Answer]:
    """Job id → answer. A call of four listings fails or is done as one."""
    answers: dict[str, Answer] = {}
    for site, some in _calls(changes):
        answers |= _sent(gateway, site, some)
    return answers


def shown(gateway: Gateway, change: Change) -> int | None:
    """Quantity left, or price in minor units, of the listing (of its variation with this SKU); None where eBay shows none."""
    request = _request("GetItem")
    SubElement(request, "ItemID").text = change.listing_id.partition("/")[0]
    SubElement(request, "DetailLevel").text = "ReturnAll"
    answer = _call(gateway, "GetItem", change.site, request, f"listing {change.listing_id}")
    item = answer.find(_tag("Item"))
    place = None if item is None else _variation(item, change) if "/" in change.listing_id else item
    if place is None or _text(answer, "Ack") == "Failure":
        return None
    if isinstance(change, PriceChange):
        price = place.find(_tag("StartPrice"))
        return minor_of(price.text, price.get("currencyID"), change.currency) if price is not None else None
    quantity, sold = _text(place, "Quantity"), _text(place, "SellingStatus/QuantitySold")
    return int(quantity) - int(sold or 0) if quantity and quantity.isdecimal() else None


def minor_of(value: Any, currency: Any, wanted: str) -> int | None:
    """An amount's minor units; None where it is in another currency or no amount."""
    try:
        scaled = Decimal(str(value)).scaleb(minor_exponent(wanted))
    except InvalidOperation:
        return None
    return int(scaled) if currency == wanted and scaled == scaled.to_integral_value() else None


def _calls(changes: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    for site, group in groupby(sorted(changes, key=lambda change: change.site), key=lambda change: change.site):
        rows = list(group)
        yield from ((site, rows[start : start + LISTINGS_A_CALL]) for start in range(0, len(rows), LISTINGS_A_CALL))


def _sent(gateway: Gateway, site: str, changes: Sequence[Change]) -> dict[str, Answer]:
    request = _request("ReviseInventoryStatus")
    for change in changes:
        status = SubElement(request, "InventoryStatus")
        SubElement(status, "ItemID").text = change.listing_id.partition("/")[0]
        if "/" in change.listing_id:
            SubElement(status, "SKU").text = change.sku
        if isinstance(change, StockChange):
            SubElement(status, "Quantity").text = str(change.quantity)
        else:
            digits = minor_exponent(change.currency)
            SubElement(status, "StartPrice", currencyID=change.currency).text = str(Decimal(change.price_minor).scaleb(-digits))
    try:
        answer = _call(gateway, "ReviseInventoryStatus", site, request, f"{len(changes)} listings of {site}")
    except FatalError as error:
        return {change.job_id: Answer(change.job_id, False, str(error)) for change in changes}
    if _text(answer, "Ack") in ("Success", "Warning"):
        return {change.job_id: Answer(change.job_id, True, "taken", _text(answer, "CorrelationID")) for change in changes}
    if len(changes) > 1:  # one bad listing refuses all of its call: ask one by one who it was
        return {job_id: answer for change in changes for job_id, answer in _sent(gateway, site, [change]).items()}
    return {changes[0].job_id: Answer(changes[0].job_id, False, _why(answer))}


def _call(gateway: Gateway, name: str, site: str, request: Element, note: str) -> Element:
    reply = gateway.send_xml(name, TRADING_ID[site], tostring(request, encoding="utf-8", xml_declaration=True), note)
    try:
        return fromstring(reply.body)
    except (ParseError, DefusedXmlException) as error:
        raise RetryableError(f"{gateway.who(name)}: {note}: an answer that is no XML. Run the step again later.") from error


def _why(answer: Element) -> str:
    errors = [each for each in answer.iter(_tag("Errors")) if _text(each, "SeverityCode") != "Warning"]
    said = "; ".join(f"{_text(each, 'ErrorCode')}: {_text(each, 'LongMessage') or _text(each, 'ShortMessage')}" for each in errors)
    return shorten(said) if said else "eBay says no without a reason"


def _variation(item: Element, change: Change) -> Element | None:
    found = item.findall(f"{_tag('Variations')}/{_tag('Variation')}")
    return next((each for each in found if _text(each, "SKU") == change.sku), None)


def _request(name: str) -> Element:
    return Element(f"{name}Request", xmlns=NAMESPACE)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(element: Element, name: str) -> str | None:
    """The text at ``Name`` or ``Name/Inner``; None where it is not there or empty."""
    found = element.find("/".join(_tag(step) for step in name.split("/")))
    return (found.text or "").strip() or None if found is not None else None
