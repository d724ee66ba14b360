"""The store report files lie in: addresses that carry their own permission, refuse any other, and die after five minutes."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from sandbox.amazon import traffic
from sandbox.amazon.places import BY_MARKETPLACE
from sandbox.amazon.query import parse_instant
from sandbox.amazon.report_files import FILES, file_text
from sandbox.amazon.seals import Seals
from sandbox.clock import instant
from sandbox.market import House
from sandbox.world import SHOPS

LIFETIME = timedelta(minutes=5)


def serve_document(house: House, seals: Seals, request: Request) -> Response:
    if "authorization" in request.headers or "x-amz-access-token" in request.headers:
        return _refused(400, "InvalidArgument", "Only one auth mechanism allowed")
    facts = seals.open("document", request.path_params["ticket"])
    if facts is None:
        return _refused(403, "SignatureDoesNotMatch", "The request signature does not match")
    if house.clock.now() >= instant(facts["until"]):
        return _refused(403, "AccessDenied", "Request has expired")
    places = [BY_MARKETPLACE[each] for each in facts["marketplaces"] if each in BY_MARKETPLACE]
    charset = places[0].charset if places else "UTF-8"
    if not facts["type"]:
        return _text("The report could not be generated: the requested span is too long.", "UTF-8")
    if facts["type"] == traffic.KIND:
        told = traffic.document(house, SHOPS[facts["shop"]], places[0], facts)
        return _text(json.dumps(told), "UTF-8", facts["zip"], facts["header"])
    end = parse_instant(facts["end"], "end") if facts["end"] else instant(facts["at"])
    start = parse_instant(facts["start"], "start") if facts["start"] else end - timedelta(days=30)
    shop = SHOPS[facts["shop"]]
    rows = FILES[facts["type"]](house, shop, [place for place in places if place.site in shop.sites], start, end)
    return _text(file_text(rows), charset, facts["zip"], facts["header"])


def _text(text: str, charset: str, is_zipped: bool = False, says_so: bool = False) -> Response:
    """What the charset cannot hold arrives as a question mark, as it does from Amazon. ``says_so``: HTTP clients unzip by themselves."""
    body = text.encode(charset, errors="replace")
    headers = {"content-type": f"text/plain;charset={charset}"}
    if is_zipped:
        body = gzip.compress(body, mtime=0)
        if says_so:
            headers["content-encoding"] = "gzip"
    return Response(body, headers=headers)


def _refused(status: int, code: str, message: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(text, status, media_type="application/xml")
