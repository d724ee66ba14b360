"""Exchange rates in the files they are published in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

_GESMES = "http://www.gesmes.org/xml/2002-08-01"
_ECB = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref"


def ecb_document(rows: Sequence[dict[str, str]]) -> bytes:
    """The ECB's XML: one Cube a day, newest first, one Cube a currency inside it."""
    ElementTree.register_namespace("gesmes", _GESMES)
    ElementTree.register_namespace("", _ECB)
    envelope = ElementTree.Element(f"{{{_GESMES}}}Envelope")
    ElementTree.SubElement(envelope, f"{{{_GESMES}}}subject").text = "Reference rates"
    sender = ElementTree.SubElement(envelope, f"{{{_GESMES}}}Sender")
    ElementTree.SubElement(sender, f"{{{_GESMES}}}name").text = "European Central Bank"
    cubes = ElementTree.SubElement(envelope, f"{{{_ECB}}}Cube")
    newest_first = sorted(rows, key=lambda row: row["rate_date"], reverse=True)
    for day, published in groupby(newest_first, key=lambda row: row["rate_date"]):
        cube = ElementTree.SubElement(cubes, f"{{{_ECB}}}Cube", time=day)
        for row in published:
            ElementTree.SubElement(cube, f"{{{_ECB}}}Cube", currency=row["currency"], rate=row["rate_per_eur"])
    return ElementTree.tostring(envelope, encoding="utf-8", xml_declaration=True)


def other_csv(rows: Sequence[dict[str, str]]) -> str:
    """The agency's own file of rates the ECB does not publish."""
    page = io.StringIO()
    writer = csv.DictWriter(page, ("source", "rate_date", "currency", "rate_per_eur"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return page.getvalue()
