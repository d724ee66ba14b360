"""Reading a call's parameters the strict way: what is missing or malformed is refused with the vendor's code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sandbox.iop.errors import Refused, missing
from sandbox.world import ZONES


@dataclass(frozen=True)
class Asked:
    """One verified call: whose shop, at which country's gateway, with which parameters."""

    shop: str
    site: str
    parameters: Mapping[str, str]

    def text(self, name: str) -> str:
        """A required parameter."""
        value = self.parameters.get(name, "")
        if not value:
            raise missing(name)
        return value

    def whole(self, name: str, default: int | None, least: int, most: int, code: str) -> int:
        """A whole number in [least, most]; required where ``default`` is None."""
        value = self.text(name) if default is None else self.parameters.get(name) or str(default)
        if not re.fullmatch(r"-?\d+", value) or not least <= int(value) <= most:
            raise Refused(code, f"E{code.zfill(3)}: Invalid {name}: {value!r} is not a whole number between {least} and {most}")
        return int(value)

    def moment(self, name: str, code: str = "17") -> datetime | None:
        """ISO 8601 with an offset (colon or not); None where it is not given."""
        value = self.parameters.get(name, "")
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise Refused(code, f"E{code.zfill(3)}: Invalid Date Format: {name} {value!r} is not like 2018-02-10T16:00:00+08:00")
        return found.astimezone(UTC)

    def milliseconds(self, name: str, *, required: bool = False) -> datetime | None:
        value = self.text(name) if required else self.parameters.get(name, "")
        if not value:
            return None
        if not re.fullmatch(r"\d{12,14}", value):
            raise Refused("IllegalParameter", f"{name} {value!r} is not a time in milliseconds")
        return datetime.fromtimestamp(int(value) / 1000, UTC)

    def day(self, name: str, code: str = "17") -> date:
        """A calendar day at the site, written as a date or as an instant with or without an offset."""
        value = self.text(name)
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise Refused(code, f"{name} {value!r} is not like 2018-02-10") from None
        return (found.astimezone(ZONES[self.site]) if found.tzinfo else found).date()

    def list_of(self, name: str, most: int, code: str, kind: type = int) -> list:
        """A JSON list (``[1,2]``) of at most ``most`` entries."""
        value = self.text(name)
        try:
            found = json.loads(value)
        except ValueError:
            found = None
        if not isinstance(found, list):
            raise Refused(code, f"{name} is not a JSON list")
        if not found:
            raise Refused("39", "E039: No order IDs specified" if name == "order_ids" else f"{name} is empty")
        if len(found) > most:
            raise Refused(code, f"{name}: {len(found)} entries, {most} are allowed")
        try:
            return [kind(each) for each in found]
        except (TypeError, ValueError):
            raise Refused(code, f"{name}: an entry is not {kind.__name__}") from None
