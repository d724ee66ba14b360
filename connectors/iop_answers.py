"""The wrappers of Alibaba's open platforms (AliExpress, Alibaba.com), taken off defensively.

A method's answer lies under the method's own name, a list once more under its type's, and an empty list is missing, null or
``{}``. A refusal comes as ``error_response`` or as a bare ``code``, mostly under HTTP 200.
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


def listed(value: Any) -> Any:
    """A list with or without its type's name around it; nothing for every spelling of an empty one."""
    if value is None or value == {}:
        return []
    held = [each for each in value.values() if isinstance(each, list)] if isinstance(value, Mapping) else ()
    if len(held) == 1:
        return held[0]
    if isinstance(value, Mapping) and len(value) == 1:
        only = next(iter(value.values()))
        return [] if only is None or only == {} else only
    return value


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
