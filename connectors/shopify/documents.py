"""Landed pages → records: GraphQL answers, and the JSON lines of bulk operations, whose children are joined to their parents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors import loose
from connectors.contract import Page
from connectors.exact import NotJson, read_json
from connectors.frames import Records

FILE = "file"
ORPHANS = "orphans"  # children whose parent is nowhere in the file


@dataclass(frozen=True)
class Documents:
    """Records in order, each with its place; ``groups``: the group of its page."""

    records: Records
    groups: list[int]

    def keep(self, rows: Sequence[int]) -> Documents:
        chosen = np.asarray(rows, dtype=np.int64)
        records = Records([self.records.values[row] for row in rows], self.records.page[chosen], self.records.record[chosen])
        return Documents(records, [self.groups[row] for row in rows])

    def __len__(self) -> int:
        return len(self.records)


def gather(pages: Sequence[Page], select: Mapping[str, Callable[[Any], Any]], joins: Mapping[str, str] | None = None) -> Documents:
    """Records of the pages.

    Args:
        select: part of a page → what it finds in that page's document.
        joins: for files: type of a child → path (dotted) of the connection it belongs into, under its parent.
    """
    lists: list[tuple[int, Any]] = []
    for at, page in enumerate(pages):
        if page.part == FILE and joins is not None:
            lists.append((at, joined(lines_of(page.body), joins)))
        elif page.part in select:
            lists.append((at, select[page.part](read_json(page.body))))
    records = Records.of(lists)
    return Documents(records, [pages[at].group for at in records.page.tolist()])


def lines_of(body: bytes) -> list[Any]:
    """A file's lines; one that is no JSON counts as an unreadable record."""
    return [_line(line) for line in body.split(b"\n") if line.strip()]


def _line(line: bytes) -> Any:
    try:
        return read_json(line)
    except NotJson:
        return line.decode("utf-8", "replace")


def joined(lines: Iterable[Any], joins: Mapping[str, str]) -> list[Any]:
    """Parents with their children in them, wherever the children stood in the file.

    A child says whose it is by ``__parentId``, the id of the record or of an object inside it. A child of nobody in the
    file is kept as a record of its own, so that it is seen.
    """
    roots, children, owners = [], [], {}
    for line in lines:
        if isinstance(line, dict) and "__parentId" in line:
            children.append(line)
        else:
            roots.append(line)
            _own(owners, line)
    for child in children:
        owner, path = owners.get(child["__parentId"]), joins.get(str(child.get("__typename")))
        if owner is None or path is None:
            roots.append({ORPHANS: child})
            continue
        _put(owner, path.split("."), child)
    return roots


def _own(owners: dict[str, dict[str, Any]], record: Any) -> None:
    for holder in (record, *(record.values() if isinstance(record, dict) else ())):
        if isinstance(holder, dict) and isinstance(holder.get("id"), str) and isinstance(record, dict):
            owners.setdefault(holder["id"], record)


def _put(owner: dict[str, Any], path: list[str], child: dict[str, Any]) -> None:
    for step in path:
        owner = owner.setdefault(step, {})
    owner.setdefault("nodes", []).append(child)


def alone(*path: str) -> Callable[[Any], Any]:
    """As ``loose.at``, for one record: a list of it."""
    read = loose.at(*path)
    return lambda document: None if read(document) is None else [read(document)]


def number_of(gid: Any) -> Any:
    """``gid://shopify/Order/123?x=y`` → ``123``; anything else stays what it is, to be judged by the checks."""
    if not isinstance(gid, str) or not gid.startswith("gid://"):
        return gid
    return gid.partition("?")[0].rpartition("/")[2]


def numbers(values: Sequence[Any]) -> list[Any]:
    return [number_of(value) for value in values]


def key_of(record: Any) -> str | None:
    """A record's id as text, from something that may be no object."""
    value = record.get("id") if isinstance(record, dict) else None
    return value if isinstance(value, str) else None


def last_of_each(records: Sequence[Any]) -> list[int]:
    """Rows to keep, in order, where an id comes several times: the last one. A record without an id is always kept."""
    return loose.last_of_each([key_of(record) for record in records])
