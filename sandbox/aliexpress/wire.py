"""How AliExpress wraps an answer: under the method's name, and every list once more under its type's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Typed(dict):
    """A list under its type's name; empty, it is an empty object."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        super().__init__({name: list(values)} if values else {})


def enveloped(method: str, body: dict[str, Any], *, is_simple: bool) -> dict[str, Any]:
    """``simplify=true`` takes both wrappers off."""
    return _plain(body) if is_simple else {f"{method.replace('.', '_')}_response": body}


def _plain(value: Any) -> Any:
    if isinstance(value, Typed):
        return [_plain(each) for values in value.values() for each in values]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
