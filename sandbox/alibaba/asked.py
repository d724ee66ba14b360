"""Reading a call's parameters the strict way: what is missing or malformed is refused with the vendor's code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.alibaba.apps import App
from sandbox.alibaba.ids import PACIFIC
from sandbox.iop.errors import Refused, missing


def invalid(why: str) -> Refused:
    return Refused("InvalidParameter", why)


@dataclass(frozen=True)
class Asked:
    """One verified call: whose shop, by which app, with which business parameters (JSON in them undone)."""

    shop: str
    app: App
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A required parameter."""
        value = self.fields.get(name)
        if value in (None, ""):
            raise missing(name)
        return str(value)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self.fields.get(name, default)
        if isinstance(value, bool) or not str(value).isdecimal() or not least <= int(value) <= most:
            raise invalid(f"{name}: {value!r} is not a whole number between {least} and {most}")
        return int(value)

    def moment(self, name: str) -> datetime | None:
        """``{"date_str": "2026-11-01 00:00:00"}`` in California, or ``{"date_timestamp": <milliseconds>}``."""
        given = self.fields.get(name)
        if given is None:
            return None
        try:
            if "date_timestamp" in given:
                return datetime.fromtimestamp(int(given["date_timestamp"]) / 1000, UTC)
            return datetime.strptime(given["date_str"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=PACIFIC).astimezone(UTC)
        except (TypeError, KeyError, ValueError):
            raise invalid(f"{name}: {given!r} is neither a date_str like 2026-11-01 00:00:00 nor a date_timestamp") from None


def undone(parameters: Mapping[str, str], wrap: str | None) -> dict[str, Any]:
    """The business parameters; those that travel as JSON texts as what they say."""
    found = {name: _json(value) for name, value in parameters.items()}
    if wrap is None:
        return found
    inside = found.get(wrap)
    if inside is None:
        raise missing(wrap)
    if not isinstance(inside, dict):
        raise invalid(f"{wrap} is no JSON object")
    return inside


def _json(value: str) -> Any:
    if value[:1] not in "{[":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
