"""Cut one value out of a JSON text without rewriting it: published numbers, spaces and order stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"


def cut(text: str, path: Sequence[str | int]) -> str:
    """The text of the value at ``path``. Raises KeyError where there is none."""
    start = _skip(text, 0)
    for step in path:
        start = next((at for name, at in _entries(text, start) if name == step), -1)
        if start < 0:
            raise KeyError(step)
    return text[start:_DECODER.raw_decode(text, start)[1]]


def _entries(text: str, start: int) -> Iterator[tuple[str | int, int]]:
    """(name or number, where its value begins) of each entry of the object or list at ``start``."""
    is_object, at, number = text[start] == "{", _skip(text, start + 1), 0
    while text[at] not in "}]":
        name: str | int = number
        if is_object:
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        yield name, at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip(text, at + 1)
        number += 1


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at
