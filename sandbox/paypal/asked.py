"""What a call asks for, read as strictly as PayPal reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.paypal.errors import invalid

_INSTANT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)([.]\d+)?([Zz]|[+-]\d{2}:\d{2})"
)


@dataclass(frozen=True)
class Asked:
    """One call of one account: its query, its body (None where there is none), and the address it came to."""

    account: str
    query: Mapping[str, str]
    base: str
    body: object = None

    def moment(self, name: str, *, is_required: bool = False) -> datetime | None:
        """RFC 3339 with seconds and an offset; anything else is refused."""
        text = self.query.get(name, "")
        if not text:
            if is_required:
                raise invalid(name, "", "MISSING_REQUIRED_PARAMETER", f"{name} is required.")
            return None
        if not _INSTANT.fullmatch(text):
            raise invalid(name, text, "INVALID_PARAMETER_VALUE", "Invalid date passed: seconds and an offset are required.")
        return datetime.fromisoformat(text.upper()).astimezone(UTC)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isdecimal() or not least <= int(text) <= most:
            raise invalid(name, text, "INVALID_PARAMETER_VALUE", f"{name} must be between {least} and {most}.")
        return int(text)

    def word(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        found = self.query.get(name) or default
        if found not in allowed:
            raise invalid(name, found, "INVALID_PARAMETER_VALUE", f"{name} is none of {', '.join(allowed)}.")
        return found
