"""AliExpress's wrappers, taken off defensively.

With ``simplify=false`` an answer is ``{"<method with _>_response": {…}}`` and every list lies once more under its type's
name; with ``true`` both are gone; and an empty list is missing, null or ``{}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.iop_answers import error_of, field, inner, listed
from connectors.loose import text

__all__ = ["business_error", "error_of", "field", "inner", "listed", "result"]


def result(answer: Any) -> Any:
    """The method's result, one level deeper where there is one."""
    found = inner(answer)
    return found["result"] if isinstance(found, Mapping) and isinstance(found.get("result"), Mapping) else found


def business_error(answer: Any) -> tuple[str, str] | None:
    """(code, message) of a refusal inside a good envelope; samples show messages beside data, so only ``success`` counts."""
    for place in (inner(answer), field(inner(answer), "result")):
        for name in ("success", "result_success"):
            if text(field(place, name)).lower() == "false":
                messages = (text(field(place, key)) for key in ("error_message", "error_msg", "error_desc", "result_error_desc"))
                code = text(field(place, "error_code") or field(place, "result_error_code"))
                return code or "no code", next(filter(None, messages), "no message")
    return None
