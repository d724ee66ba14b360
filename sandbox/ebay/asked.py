"""One admitted request, and reading its parameters the strict way. Names eBay does not know are ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.ebay.errors import Refused
from sandbox.market import House


@dataclass(frozen=True)
class Asked:
    """``arguments`` are the pieces of the path that the operation names; ``base`` is the address of the API's root."""

    house: House
    shop: str
    query: Mapping[str, str]
    arguments: Sequence[str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    path: str

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    def whole(self, name: str, default: int, least: int, most: int, number: int, domain: str = "API") -> int:
        value = self.query.get(name) or str(default)
        if not re.fullmatch(r"\d{1,9}", value) or not least <= int(value) <= most:
            raise Refused(400, number, f"Invalid {name}: {value}", domain)
        return int(value)

    def json(self, number: int) -> dict[str, object]:
        if not self.headers.get("content-type", "").startswith("application/json"):
            raise Refused(415, number, "The Content-Type is not application/json")
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refused(400, number, "The request body is no JSON object")
        return found

    def href(self, **changes: object) -> str:
        """This call's address with other parameters."""
        query = "&".join(f"{name}={value}" for name, value in {**self.query, **changes}.items())
        return f"{self.base}{self.path}?{query}"


def span(text: str, number: int, now: datetime, domain: str = "API") -> tuple[datetime, datetime]:
    """``[a..b]`` or ``[a..]``, both ends included; an open end is now."""
    found = re.fullmatch(r"\[([^.\]]+(?:\.\d+Z?)?)\.\.([^\]]*)\]", text)
    start = instant(found[1]) if found else None
    end = instant(found[2]) if found and found[2] else now
    if start is None or end is None:
        raise Refused(400, number, f"Invalid date format: {text}", domain)
    return start, end


def instant(text: str) -> datetime | None:
    """``2026-11-16T03:00:00.000Z``; None for anything else."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def criteria(text: str) -> dict[str, str]:
    """``a:[x..y],b:{c|d},e:f`` as a mapping."""
    return {name: value for name, value in re.findall(r"([A-Za-z]+):(\[[^\]]*\]|\{[^}]*\}|[^,]*)(?:,|$)", text)}
