"""Query parameters read the way Amazon reads them: names it does not know are ignored, values it does not like are refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from sandbox.amazon.answers import invalid


class Query:
    """The parameters of one request; lists come comma separated or repeated."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> set[str]:
        return set(self._values)

    def text(self, name: str, *, allowed: Sequence[str] = (), default: str | None = None) -> str | None:
        if name not in self:
            return default
        value = self._values[name][-1]
        if not value or (allowed and value not in allowed):
            raise invalid(f"The value of parameter {name} is not valid.", f"{name} accepts {', '.join(allowed) or 'text'}")
        return value

    def many(self, name: str, *, allowed: Sequence[str] = (), most: int | None = None) -> list[str]:
        """A list parameter; empty where it was not sent."""
        found = [part for value in self._values.get(name, ()) for part in value.split(",")]
        if (name in self and not all(found)) or (allowed and not set(found) <= set(allowed)):
            raise invalid(f"The value of parameter {name} is not valid.", f"{name} accepts {', '.join(allowed) or 'a list of texts'}")
        if most is not None and len(found) > most:
            raise invalid(f"Parameter {name} accepts at most {most} values.", f"{len(found)} values were sent")
        return found

    def integer(self, name: str, low: int, high: int, default: int) -> int:
        if name not in self:
            return default
        value = self._values[name][-1]
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise invalid(f"Parameter {name} must be a number from {low} to {high}.")
        return int(value)

    def flag(self, name: str) -> bool:
        return self.text(name, allowed=("true", "false"), default="false") == "true"

    def instant(self, name: str) -> datetime | None:
        return parse_instant(self._values[name][-1], name) if name in self else None

    def fixed(self, names: Iterable[str]) -> dict[str, list[str]]:
        """What a continued request must repeat, in comparable form."""
        return {name: sorted(self.many(name)) for name in sorted(names) if name in self}


def parse_instant(text: object, name: str) -> datetime:
    """An ISO 8601 date-time with its offset, or a bare day (then its start, UTC)."""
    try:
        day_only = isinstance(text, str) and len(text) == 10
        at = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) if day_only else datetime.fromisoformat(text)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise invalid(f"Parameter {name} is not an ISO 8601 date-time.")
    return at.astimezone(UTC)
