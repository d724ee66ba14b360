"""The active inventory report: a zip (or gzip, or nothing around it) with one XML document, one ``SKUDetails`` a listing."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

NAMESPACE = "{urn:ebay:apis:eBLBaseComponents}"


def listings_of(body: bytes) -> list[Any]:
    """One record a sellable variant: ``item_id``, ``sku``, ``price``, ``currency``, ``quantity``, ``is_variation``.

    A file that cannot be read is one record that is no object, so that it is quarantined and not passed over.
    """
    try:
        root = fromstring(_unpacked(body))
    except (ParseError, DefusedXmlException, zipfile.BadZipFile, OSError, EOFError, zlib.error, ValueError):
        return ["a report that is no XML"]
    if not root.tag.startswith(NAMESPACE):  # a proxy's web page can be well-formed too, and must not pass for a report without listings
        return ["a report that is none of eBay's"]
    return [row for details in root.iter(f"{NAMESPACE}SKUDetails") for row in _rows(details)]


def is_readable(body: bytes) -> bool:
    """Whether the file arrived whole: a proxy may cut it off."""
    return all(isinstance(row, dict) for row in listings_of(body))


def _unpacked(body: bytes) -> bytes:
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            name = next((each for each in archive.namelist() if each.lower().endswith(".xml")), None)
            if name is None:
                raise ValueError("no XML in the archive")
            return archive.read(name)
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def _rows(details: Element) -> list[dict[str, Any]]:
    item_id = _text(details, "ItemID")
    variations = details.findall(f"{NAMESPACE}Variations/{NAMESPACE}Variation")
    return [_row(each, item_id, bool(variations)) for each in variations or [details]]


def _row(element: Element, item_id: str | None, is_variation: bool) -> dict[str, Any]:
    price = element.find(f"{NAMESPACE}Price")
    return {
        "item_id": item_id, "sku": _text(element, "SKU"), "price": _text(element, "Price"), "quantity": _text(element, "Quantity"),
        "currency": price.get("currencyID") if price is not None else None, "is_variation": is_variation,
    }


def _text(element: Element, name: str) -> str | None:
    found = element.find(f"{NAMESPACE}{name}")
    return (found.text or "").strip() or None if found is not None else None
