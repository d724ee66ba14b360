"""Reading what a vendor wrote loosely: many spellings of nothing, ids as numbers or texts, objects where none should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

NOTHING = ("", "null", "None")


def text(value: Any) -> str:
    return "" if value is None else str(value)


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list the vendor sent; anything else in its place is no object."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def count(value: Any) -> int | None:
    """A count sent as number or text; None where it is neither."""
    shown = text(value)
    return int(shown) if shown.isdecimal() else None


def blanked(values: Sequence[Any]) -> list[Any]:
    """The values with ``"null"`` and empty texts as None."""
    return [None if value == "" or value == "null" or value == "None" else value for value in values]


def either(*columns: Sequence[Any]) -> list[Any]:
    """Row by row the first value that says something."""
    return [next((value for value in row if value is not None), None) for row in zip(*map(blanked, columns), strict=True)]


def last_of_each(keys: Sequence[Any]) -> list[int]:
    """Rows to keep, in order, where a key comes several times: the last one. A row without a key is always kept."""
    newest = {key: row for row, key in enumerate(keys) if key is not None}
    return [row for row, key in enumerate(keys) if key is None or newest[key] == row]


def key_of(record: Any, name: str) -> str | None:
    """An id as text, from an object that may be none and a value that may be a number."""
    value = record.get(name) if isinstance(record, dict) else None
    return None if value in (None, *NOTHING) or isinstance(value, list | dict) else str(value)


def at(*path: str) -> Callable[[Any], Any]:
    """A reader of one place in a document: None where a step is missing or no object."""

    def read(document: Any) -> Any:
        for step in path:
            document = document.get(step) if isinstance(document, dict) else None
        return document

    return read
