"""One judged call: whose shop, which operation, and its query and form read as strictly as Etsy reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.etsy import ids
from sandbox.etsy.errors import wrong

_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Asked:
    """``path``: the numbers in the address. Names Etsy does not know are ignored, as it ignores them."""

    shop: str
    path: Mapping[str, int]
    query: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)
    json: Any = None

    def number(self, name: str, default: int | None = None, *, least: int = 0, most: int | None = None) -> int | None:
        shown = self.query.get(name)
        if shown is None or shown == "":
            return default
        if not shown.lstrip("-").isdecimal() or int(shown) < least or (most is not None and int(shown) > most):
            raise wrong(f"Invalid value for {name}: {shown[:40]}")
        return int(shown)

    def moment(self, name: str) -> int | None:
        return self.number(name, least=ids.EARLIEST)

    def truth(self, name: str) -> bool | None:
        shown = self.query.get(name)
        if shown is None or shown == "":
            return None
        if shown.lower() not in _TRUTHS:
            raise wrong(f"Expected boolean value for {name}")
        return _TRUTHS[shown.lower()]

    def word(self, name: str, allowed: Sequence[str], default: str) -> str:
        shown = self.query.get(name) or default
        if shown not in allowed:
            raise wrong(f"Invalid value for {name}: {shown[:40]}. It must be one of {', '.join(allowed)}")
        return shown

    def numbers(self, name: str, most: int = 100) -> list[int]:
        shown = self.query.get(name) or ""
        parts = [part.strip() for part in shown.split(",") if part.strip()]
        if not parts:
            raise wrong(f"Missing input parameter: [{name}]")
        if len(parts) > most or not all(part.isdecimal() for part in parts):
            raise wrong(f"Invalid value for {name}: at most {most} whole numbers")
        return [int(part) for part in parts]

    def page(self, rows: Sequence[Any]) -> dict[str, Any]:
        """``{count, results}`` of the wanted part of the rows."""
        limit, offset = self.number("limit", 25, least=1, most=100), self.number("offset", 0)
        return {"count": len(rows), "results": list(rows[offset : offset + limit])}
