"""The fast road of :class:`connectors.trees.Tree`: decode only the fields that are wanted, straight into typed records.

Types are made from the declared paths. A document of any other shape is refused as a whole (:class:`OtherShape`) and
takes the slow road, which finds out what is wrong with which record; both roads give the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

Flatten = Callable[[Sequence[Any]], dict[str, list[Any]]]


class OtherShape(ValueError):
    """The document is not shaped as declared."""


class _Shape:
    """One object type in the making: JSON field → leaf (None), list of another shape, or nested shape."""

    def __init__(self) -> None:
        self.fields: dict[str, _Shape | None] = {}
        self.lists: dict[str, _Shape] = {}

    def nested(self, steps: Sequence[str]) -> _Shape:
        shape = self
        for step in steps:
            inner = shape.fields.get(step)
            if inner is None:
                inner = shape.fields[step] = _Shape()
            shape = inner
        return shape

    def leaf(self, path: Sequence[str]) -> None:
        self.nested(path[:-1]).fields.setdefault(path[-1], None)

    def build(self) -> type[msgspec.Struct]:
        """The type; attribute ``f0`` … stands for the field of that rank, so that any field name will do."""
        made: list[tuple[str, Any, None]] = []
        for rank, (name, inner) in enumerate(self.fields.items()):
            kind: Any = list[self.lists[name].build()] if name in self.lists else inner.build() if inner else Any  # type: ignore[misc]
            made.append((f"f{rank}", kind if kind is Any else kind | None, None))
        names = {f"f{rank}": name for rank, name in enumerate(self.fields)}
        return msgspec.defstruct("Record", made, rename=names, gc=False)

    def rank(self, name: str) -> str:
        return f"f{list(self.fields).index(name)}"


class TypedRoad:
    """Decoder and flatteners for records at ``place`` (``payload.transactions``) with the given branches.

    Args:
        branches: level → (paths by column, level above or None, column above that holds the lists).
    """

    def __init__(self, place: str, branches: Mapping[str, tuple[Mapping[str, str], str | None, str]]) -> None:
        shapes = {name: _Shape() for name in branches}
        document = _Shape()
        steps = place.split(".")
        for name, (paths, above, column) in branches.items():
            for path in paths.values():
                shapes[name].leaf(path.split("."))
            holder, at = (document, steps) if above is None else (shapes[above], branches[above][0][column].split("."))
            holder.leaf(at)
            holder.nested(at[:-1]).lists[at[-1]] = shapes[name]
        self._decoder = msgspec.json.Decoder(document.build(), float_hook=str)
        self._way = [document.nested(steps[:depth]).rank(step) for depth, step in enumerate(steps)]
        self.flatten: dict[str, Flatten] = {name: _compile(shapes[name], branches[name][0]) for name in branches}

    def records(self, body: bytes) -> list[Any]:
        """The typed records of a document.

        Raises:
            OtherShape: not JSON, not these records, or a field of another type somewhere.
        """
        try:
            found: Any = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OtherShape from error
        for attribute in self._way:
            found = getattr(found, attribute, None)
        if found is None:
            raise OtherShape
        return found


def _compile(shape: _Shape, paths: Mapping[str, str]) -> Flatten:
    scope: dict[str, Any] = {}
    lines, known = ["def flatten(records):"], {(): "records"}
    columns = []
    for name, path in paths.items():
        steps = tuple(path.split("."))
        for depth in range(1, len(steps)):
            prefix = steps[:depth]
            if prefix not in known:
                known[prefix], missing = f"level{len(known)}", f"nothing{len(known)}"
                scope[missing] = shape.nested(prefix).build()()
                rank = shape.nested(prefix[:-1]).rank(prefix[-1])
                lines.append(f"    {known[prefix]} = [record.{rank} or {missing} for record in {known[prefix[:-1]]}]")
        columns.append(f"{name!r}: [record.{shape.nested(steps[:-1]).rank(steps[-1])} for record in {known[steps[:-1]]}]")
    lines.append(f"    return {{{', '.join(columns)}}}")
    exec("\n".join(lines), scope)  # our own declared paths as attribute numbers; no input of others reaches this
    return scope["flatten"]
