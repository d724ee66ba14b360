"""Alibaba.com's answers at both doors.

``/rest`` says ``code`` "0" and puts the payload under a key of each API's own; ``/sync`` puts it under the method's name, sometimes
below ``result``, its lists under their type's name. Product calls say ``success`` and ``msg_code`` beside a good ``code``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.iop_answers import error_of, field, inner, listed
from connectors.loose import text

__all__ = ["business_error", "error_of", "field", "inner", "is_ungranted", "listed", "payload", "plain", "value_of"]

# What a method outside the app's permission packages answers; the third is the old platform's word for it.
UNGRANTED = frozenset(("InvalidApiPath", "InsufficientPermission", "isv.permission-api-package-limit", "InsufficientIsvPermissions"))


def plain(value: Any) -> Any:
    """A document in which the word "null" is nothing, wherever it stands."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return None if value == "null" else value


def payload(answer: Any) -> Any:
    """What lies under the wrappers, ``result`` taken off too where there is one."""
    found = inner(answer)
    return found["result"] if isinstance(found, Mapping) and isinstance(found.get("result"), Mapping) else found


def value_of(answer: Any) -> Any:
    """The ``value`` of an order call; nothing where there is none."""
    return field(payload(answer), "value")


def is_ungranted(answer: Any) -> bool:
    """Whether the app may not make this call at this door."""
    error = error_of(answer)
    return error is not None and not UNGRANTED.isdisjoint(error[:2])


def business_error(answer: Any) -> tuple[str, str] | None:
    """(code, message) of a refusal inside a good envelope: only ``success`` counts, for samples show messages beside data."""
    for place in (inner(answer), field(inner(answer), "result")):
        if text(field(place, "success")).lower() == "false":
            code = text(field(place, "msg_code") or field(place, "error_code") or field(place, "err_type") or field(place, "error_type"))
            return code or "no code", text(field(place, "message") or field(place, "error_message")) or "no message"
    return None
