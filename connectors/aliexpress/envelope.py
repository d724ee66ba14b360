"""AliExpress's wrappers, taken off defensively.

With ``simplify=false`` an answer is ``{"<method with _>_response": {…}}`` and every list lies once more under its type's
name; with ``true`` both are gone; and an empty list is missing, null or ``{}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.loose import text


def inner(answer: Any) -> Any:
    """What lies under the method's own name; the answer itself where it wears no such name."""
    if isinstance(answer, Mapping):
        for name, value in answer.items():
            if name.endswith("_response") and name != "error_response" and isinstance(value, Mapping):
                return value
    return answer


def result(answer: Any) -> Any:
    """The method's result, one level deeper where there is one."""
    found = inner(answer)
    return found["result"] if isinstance(found, Mapping) and isinstance(found.get("result"), Mapping) else found


def listed(value: Any) -> Any:
    """A list with or without its type's name around it; nothing for every spelling of an empty one."""
    if value is None or value == {}:
        return []
    if isinstance(value, Mapping) and len(value) == 1:
        only = next(iter(value.values()))
        return [] if only is None or only == {} else only
    lists = [each for each in value.values() if isinstance(each, list)] if isinstance(value, Mapping) else []
    return lists[0] if len(lists) == 1 else value  # something new may lie beside the list one day


def field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def error_of(answer: Any) -> tuple[str, str, str] | None:
    """(code, sub code, message) of a gateway's refusal, in any of the three forms it takes; None where it is none."""
    found = field(answer, "error_response") or field(inner(answer), "error_response")
    if isinstance(found, Mapping):
        told = [text(found.get(name)) for name in ("msg", "message", "sub_msg")]
        return text(found.get("code")), text(found.get("sub_code")), ": ".join(part for part in told if part)
    code = text(field(answer, "code"))
    if code and code != "0" and inner(answer) is answer:
        return code, text(field(answer, "sub_code")), text(field(answer, "message") or field(answer, "msg"))
    return None


def business_error(answer: Any) -> tuple[str, str] | None:
    """(code, message) of a refusal inside a good envelope; samples show messages beside data, so only ``success`` counts."""
    for place in (inner(answer), field(inner(answer), "result")):
        for name in ("success", "result_success"):
            if text(field(place, name)).lower() == "false":
                messages = (text(field(place, key)) for key in ("error_message", "error_msg", "error_desc", "result_error_desc"))
                code = text(field(place, "error_code") or field(place, "result_error_code"))
                return code or "no code", next(filter(None, messages), "no message")
    return None
