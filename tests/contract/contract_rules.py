"""What can go wrong on the way, each as a rule of the gateway. None of them knows a marketplace."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from contract_gateway import Call, Reply, Rule

HTML = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>"
PAGE = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}
REFUSED = json.dumps({"error": "trouble on purpose", "message": "trouble on purpose"}).encode()
HINT_SECONDS = 7


@dataclass(frozen=True)
class Trouble:
    """What happens to one call: an answer of the gateway's own, or the marketplace's answer spoiled."""

    answer: Reply | None = None
    spoil: Callable[[Reply], None] = lambda reply: None


@dataclass
class Strike(Rule):
    """The first calls of every kind meet these troubles, one each; ``for_ever``: the last of them never ends."""

    troubles: Sequence[Trouble]
    for_ever: bool = False
    struck: list[Call] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)
    _now: dict[int, Trouble] = field(default_factory=dict)

    def before(self, call: Call) -> Reply | None:
        place = self._seen[call.shape]
        self._seen[call.shape] += 1
        if place >= len(self.troubles) and not self.for_ever:
            return None
        trouble = self.troubles[min(place, len(self.troubles) - 1)]
        self.struck.append(call)
        if trouble.answer is None:
            self._now[call.number] = trouble
            return None
        return Reply(trouble.answer.status, dict(trouble.answer.headers), trouble.answer.body)

    def after(self, call: Call, reply: Reply) -> None:
        if call.number in self._now:
            self._now.pop(call.number).spoil(reply)


def halve(reply: Reply) -> None:
    """A proxy's broken page: half a body under a length that agrees."""
    reply.body = reply.body[: len(reply.body) // 2]


def break_off(reply: Reply) -> None:
    """The connection ends in the middle of the body."""
    reply.cut_at = len(reply.body) // 2


def to_html(reply: Reply) -> None:
    """A web page where JSON should be, and a status that says all is well."""
    reply.headers["Content-Type"], reply.body = "text/html", HTML


def to_nothing(reply: Reply) -> None:
    reply.body = b""


def too_late(reply: Reply) -> None:
    reply.stall_seconds = 0.5  # of the wall; whoever is impatient waits half of it


# every connector must come through, or say what is wrong
TROUBLES: dict[str, Trouble] = {
    "401": Trouble(Reply(401, dict(JSON), REFUSED)),
    "403": Trouble(Reply(403, dict(JSON), REFUSED)),
    "429 with a hint": Trouble(Reply(429, {**JSON, "Retry-After": str(HINT_SECONDS)}, REFUSED)),
    "429 without a hint": Trouble(Reply(429, dict(JSON), REFUSED)),
    "500": Trouble(Reply(500, dict(JSON), REFUSED)),
    "time-out": Trouble(spoil=too_late),
    "truncated body": Trouble(spoil=halve),
    "broken connection": Trouble(spoil=break_off),
    "HTML instead of JSON": Trouble(spoil=to_html),
    "HTML with 503": Trouble(Reply(503, dict(PAGE), HTML)),
    "an empty body": Trouble(spoil=to_nothing),
}
# those that may all pass come three in a row, so that a reading judges three
IN_A_ROW = (
    ("401",), ("403",), ("429 with a hint", "500", "time-out"), ("truncated body", "broken connection", "HTML with 503"),
    ("HTML instead of JSON", "an empty body", "429 without a hint"),
)


@dataclass
class Rewrite(Rule):
    """Every JSON answer goes through ``change`` (a function of the document that returns the new one)."""

    change: Callable[[Any], Any]
    choose: Callable[[Call], bool] = lambda call: True

    def after(self, call: Call, reply: Reply) -> None:
        document = reply.document
        if document is not None and reply.status < 300 and self.choose(call):
            reply.say(self.change(document))


TURNS = re.compile(r"page|offset|cursor|token|after|start|next|current", re.IGNORECASE)
NEW_EACH_TIME = re.compile(r"sign|time|nonce", re.IGNORECASE)


@dataclass
class Stale(Rule):
    """The second page of a listing is answered with its first one's answer once more; ``for_ever``: all that follow."""

    for_ever: bool = False
    repeated: int = 0
    _first: dict[str, list[tuple[dict[str, Any], bytes]]] = field(default_factory=dict)
    _done: list[bytes] = field(default_factory=list)

    def after(self, call: Call, reply: Reply) -> None:
        if reply.status >= 300:
            return
        listings, asked = self._first.setdefault(f"{call.method} {call.path.partition('?')[0]}", []), parameters(call)
        body = next((body for first, body in listings if first == asked or turns_the_page(first, asked)), None)
        if body is None:
            listings.append((asked, reply.body))
        elif (asked, body) not in listings and (self.for_ever or body not in self._done):
            self._done.append(body)
            self.repeated += reply.body != body
            reply.body = body


def parameters(call: Call) -> dict[str, Any]:
    """What a call asks for, by name: query, form, and the plain values of a JSON body."""
    asked: dict[str, Any] = dict(parse_qsl(call.path.partition("?")[2], keep_blank_values=True))
    try:
        document = json.loads(call.body or b"{}")
        asked |= {".".join(path): value for path, value in leaves(document)}
    except ValueError:
        asked |= dict(parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True))
    return asked


def leaves(document: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(document, dict):
        for name, value in document.items():
            yield from leaves(value, (*place, name))
    else:
        yield place, json.dumps(document)


def turns_the_page(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether two questions differ in nothing but which page of one listing they ask for."""
    differ = {name for name in {*before, *now} if before.get(name) != now.get(name) and not NEW_EACH_TIME.search(name)}
    return bool(differ) and all(TURNS.search(name) for name in differ)


@dataclass
class Meanwhile(Rule):
    """Something happens to the world between the marketplace's answer to call ``number`` and the next call."""

    number: int
    happen: Callable[[], None]

    def after(self, call: Call, reply: Reply) -> None:
        if call.number == self.number:
            self.happen()


def everywhere(document: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A copy in which every object, however deep, has gone through ``change``."""
    if isinstance(document, dict):
        return change({name: everywhere(value, change) for name, value in document.items()})
    if isinstance(document, list):
        return [everywhere(each, change) for each in document]
    return document


def with_unknown_field(document: Any) -> Any:
    """A field nobody has heard of in every object that says anything at all (``{}`` is some vendors' empty list)."""
    return everywhere(document, lambda each: {**each, "zz_new_in_this_version": {"value": [1, "two", None]}} if each else each)


def paths_of(document: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every field, lists passed through: ``("orders", "total", "amount")``."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield (*place, name)
            yield from paths_of(value, (*place, name))
    elif isinstance(document, list):
        for each in document:
            yield from paths_of(each, place)


def without(document: Any, path: tuple[str, ...]) -> Any:
    """A copy without the field at ``path``, wherever lists lead there."""
    if isinstance(document, list):
        return [without(each, path) for each in document]
    if not isinstance(document, dict) or path[0] not in document:
        return document
    if len(path) == 1:
        return {name: value for name, value in document.items() if name != path[0]}
    return {name: without(value, path[1:]) if name == path[0] else value for name, value in document.items()}


def outermost(document: Any) -> tuple[tuple[str, ...], list[dict[str, Any]] | None]:
    """The list of objects that lies least deep, and the path that leads there: a page's records, most likely."""
    level: list[tuple[tuple[str, ...], Any]] = [((), document)]
    while level:
        for place, each in level:
            if isinstance(each, list) and each and isinstance(each[0], dict):
                return place, each
        level = [inner for place, each in level for inner in _inside(place, each)]
    return (), None


def _inside(place: tuple[str, ...], document: Any) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(document, dict):
        return [((*place, name), value) for name, value in document.items()]
    return [(place, each) for each in document] if isinstance(document, list) else []
