"""Reading a call's parameters the strict way: what is missing or malformed is refused with the vendor's code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.aliexpress.ids import PACIFIC
from sandbox.iop.errors import Refused, missing


def invalid(why: str) -> Refused:
    return Refused("InvalidParameter", why)


@dataclass(frozen=True)
class Asked:
    """One verified call: whose shop, with which business parameters."""

    shop: str
    parameters: Mapping[str, str]

    def text(self, name: str) -> str:
        """A required parameter."""
        value = self.parameters.get(name, "")
        if not value:
            raise missing(name)
        return value

    def query(self, name: str) -> Query:
        """A complex parameter: a JSON object in a text."""
        return Query(_json(name, self.text(name), dict))

    def rows(self, name: str) -> list[Any]:
        """A complex parameter: a JSON list in a text."""
        return _json(name, self.text(name), list)


@dataclass(frozen=True)
class Query:
    """The fields of one JSON parameter."""

    fields: Mapping[str, Any]

    def whole(self, name: str, default: int | None, least: int, most: int) -> int:
        """A whole number in [least, most]; required where ``default`` is None."""
        value = self.fields.get(name, default)
        if value is None:
            raise missing(name)
        if isinstance(value, bool) or not str(value).isdecimal() or not least <= int(value) <= most:
            raise invalid(f"{name}: {value!r} is not a whole number between {least} and {most}")
        return int(value)

    def word(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.fields.get(name, default)
        if value is None:
            raise missing(name)
        if value not in allowed:
            raise invalid(f"{name}: {value!r} is none of {', '.join(allowed)}")
        return value

    def since(self, name: str) -> datetime | None:
        """A lower bound; a text that means two instants is taken as the later."""
        return self._moment(name, 1)

    def until(self, name: str) -> datetime | None:
        """An upper bound; a text that means two instants is taken as the earlier."""
        return self._moment(name, 0)

    def _moment(self, name: str, fold: int) -> datetime | None:
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=PACIFIC, fold=fold).astimezone(UTC)
        except (TypeError, ValueError):
            raise invalid(f"{name}: {value!r} is not like 2026-11-15 19:12:15") from None


def _json(name: str, text: str, kind: type) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, kind):
        raise invalid(f"{name} is no JSON {'object' if kind is dict else 'list'}")
    return found
