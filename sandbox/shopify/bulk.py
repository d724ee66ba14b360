"""Bulk operations: a query run apart, a file of JSON lines some seconds later, at an address that needs no token."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from graphql import DocumentNode, FieldNode, GraphQLError, GraphQLSchema, get_named_type, parse, validate
from graphql.type import is_list_type

from sandbox.clock import instant, iso
from sandbox.market import House
from sandbox.shopify import ids

AT_ONCE, CONNECTIONS, NESTING, LONGEST_TEXT = 5, 5, 2, 65_535
KEPT = timedelta(days=7)
Run = Callable[[str, DocumentNode], dict[str, Any]]


@dataclass
class Operation:
    """One asked-for file. ``fate``: what becomes of it (``COMPLETED`` or ``FAILED``)."""

    number: int
    shop: str
    query: str
    grouped: bool
    created_at: datetime
    due_at: datetime
    fate: str
    is_cancelled: bool = False
    lines: list[bytes] | None = None
    roots: int = 0

    @property
    def gid(self) -> str:
        return ids.gid("BulkOperation", self.number)


class Bulk:
    """All shops' operations; they outlive the process in the journal."""

    def __init__(self, house: House, schema: GraphQLSchema, run: Run) -> None:
        self._house, self._schema, self._run = house, schema, run
        self._operations: dict[int, Operation] = {}
        for row in house.journal.rows("shopify_bulk"):
            self._keep(row)

    def ask(self, shop: str, query: str, grouped: bool) -> dict[str, Any]:
        now = self._house.clock.now()
        running = [each for each in self._operations.values() if each.shop == shop and self._status(each) in ("CREATED", "RUNNING")]
        if len(running) >= AT_ONCE:
            names = ", ".join(each.gid for each in running)
            return _refused("OPERATION_IN_PROGRESS", f"A bulk query operation for this app and shop is already in progress: {names}.", None)
        trouble = self._trouble(query)
        if trouble:
            return _refused("INVALID", trouble, ["query"])
        number = 4_142_000_000_000 + len(self._operations) + 1
        delay = Random(f"{self._house.seed}:bulk:{number}").uniform(3, 12)
        fate = "FAILED" if self._house.faults.draw("fatal_report", shop) else "COMPLETED"
        row = {
            "number": number, "shop": shop, "query": query, "grouped": grouped, "created_at": iso(now),
            "due_at": iso(now + timedelta(seconds=delay)), "fate": fate,
        }
        self._house.journal.add("shopify_bulk", row, now)
        return {"bulkOperation": self.node(self._keep(row)), "userErrors": []}

    def find(self, shop: str, gid: str) -> Operation | None:
        return next((each for each in self._operations.values() if each.shop == shop and each.gid == gid), None)

    def of(self, shop: str) -> list[Operation]:
        return [each for each in self._operations.values() if each.shop == shop]

    def cancel(self, shop: str, gid: str) -> dict[str, Any]:
        found = self.find(shop, gid)
        if found is None:
            return {"bulkOperation": None, "userErrors": [{"field": ["id"], "message": "Bulk operation does not exist"}]}
        found.is_cancelled = found.is_cancelled or self._status(found) in ("CREATED", "RUNNING")
        return {"bulkOperation": self.node(found), "userErrors": []}

    def file(self, ticket: str) -> bytes | None:
        """What an address leads to; None for one that was never given out or is over."""
        number, _, seal = ticket.partition("-")
        found = self._operations.get(int(number)) if number.isdecimal() else None
        if found is None or not hmac.compare_digest(seal, self._seal(found.number)):
            return None
        if self._house.clock.now() > found.due_at + KEPT:
            return None
        whole = self._result(found)
        return b"\n".join(whole[: len(whole) // 2] if found.fate == "FAILED" else whole)

    def node(self, found: Operation) -> dict[str, Any]:
        status = self._status(found)
        is_over = status in ("COMPLETED", "FAILED")
        lines = self._result(found) if is_over else []
        address = f"bulk/{found.number}-{self._seal(found.number)}" if lines else None
        return {
            "__typename": "BulkOperation", "id": found.gid, "status": status, "type": "QUERY", "query": found.query,
            "errorCode": "INTERNAL_SERVER_ERROR" if status == "FAILED" else None, "createdAt": ids.stamp(found.created_at),
            "completedAt": ids.stamp(found.due_at) if is_over else None, "objectCount": str(len(lines)),
            "rootObjectCount": str(found.roots),
            "fileSize": str(sum(map(len, lines)) + max(len(lines) - 1, 0)) if is_over else None,
            "url": (lambda info: f"{info.context.base}/{address}") if address and status == "COMPLETED" else None,
            "partialDataUrl": (lambda info: f"{info.context.base}/{address}") if address and status == "FAILED" else None,
        }

    def _keep(self, row: Mapping[str, Any]) -> Operation:
        times = {name: instant(row[name]) for name in ("created_at", "due_at")}
        found = Operation(row["number"], row["shop"], row["query"], row["grouped"], **times, fate=row["fate"])
        self._operations[found.number] = found
        return found

    def _status(self, found: Operation) -> str:
        now = self._house.clock.now()
        if found.is_cancelled:
            return "CANCELED"
        if now < found.due_at:
            return "CREATED" if now < found.created_at + timedelta(seconds=1) else "RUNNING"
        return found.fate if now <= found.due_at + KEPT else "EXPIRED"

    def _result(self, found: Operation) -> list[bytes]:
        if found.lines is None:
            document = parse(found.query)
            data = self._run(found.shop, document)
            roots = next(iter(data.values()))["edges"]
            if any(each.name.value == "sortKey" for each in document.definitions[0].selection_set.selections[0].arguments or ()):
                roots = [row for place, row in enumerate(roots) if place % 7 != 3]  # a sorted bulk query loses rows, as sellers report
            found.roots = len(roots)
            found.lines = _lines([edge["node"] for edge in roots], found.grouped)
        return found.lines

    def _seal(self, number: int) -> str:
        return hashlib.sha256(f"shopify-bulk:{self._house.seed}:{number}".encode()).hexdigest()[:24]

    def _trouble(self, query: str) -> str | None:
        if len(query.encode()) > LONGEST_TEXT:
            return "Bulk queries cannot be longer than 65535 bytes."
        try:
            document = parse(query)
        except GraphQLError as error:
            return f"Invalid bulk query: {error.message}"
        wrong = validate(self._schema, document)
        if wrong:
            return f"Invalid bulk query: {wrong[0].message}"
        selections = document.definitions[0].selection_set.selections
        if len(selections) != 1:
            return "Bulk queries cannot contain multiple top level fields."
        return _shape(selections[0], self._schema.query_type, 0, [0], False) or None


def _refused(code: str, message: str, field: list[str] | None) -> dict[str, Any]:
    return {"bulkOperation": None, "userErrors": [{"code": code, "field": field, "message": message}]}


def _shape(node: FieldNode, kind: Any, depth: int, count: list[int], in_list: bool) -> str:
    """Why this field may not stand in a bulk query; empty where it may. ``count`` collects the connections."""
    field = getattr(kind, "fields", {}).get(node.name.value)
    if field is None or node.selection_set is None:
        return "" if depth or count[0] else "Bulk queries must contain at least one connection."
    named = get_named_type(field.type)
    selections = [each for each in node.selection_set.selections if isinstance(each, FieldNode)]
    if named.name.endswith("Connection"):
        count[0] += 1
        if in_list:
            return "Queries that contain a connection field within a list field are not currently supported."
        if depth > NESTING or count[0] > CONNECTIONS:
            return f"Bulk queries cannot contain more than {CONNECTIONS} connections or nest them deeper than {NESTING}."
        if any(each.name.value == "nodes" for each in selections):
            return "The bulk query must use edges, not nodes."
        inner = next((each for each in selections if each.name.value == "edges"), None)
        body = next((each for each in inner.selection_set.selections if each.name.value == "node"), None) if inner else None
        if body is None or not any(getattr(each, "name", None) and each.name.value == "id" for each in body.selection_set.selections):
            return "Connections in a bulk query must select edges { node { id } }."
        node_type = get_named_type(named.fields["nodes"].type)
        return _first_of(_shape(each, node_type, depth + 1, count, False) for each in _fields(body))
    if depth == 0:
        return "Bulk queries must contain at least one connection."
    is_list = is_list_type(field.type) or is_list_type(getattr(field.type, "of_type", None))
    return _first_of(_shape(each, named, depth, count, in_list or is_list) for each in _fields(node))


def _fields(node: FieldNode) -> Iterator[FieldNode]:
    for each in node.selection_set.selections:
        yield from (each,) if isinstance(each, FieldNode) else _fields(each)


def _first_of(found: Iterator[str]) -> str:
    return next((each for each in found if each), "")


def _lines(nodes: list[dict[str, Any]], grouped: bool) -> list[bytes]:
    """Ungrouped, children come behind all roots and in no order anybody may rely on."""
    own: list[bytes] = []
    children: list[bytes] = []
    for node in nodes:
        below: list[dict[str, Any]] = []
        own.append(_json(_without_connections(node, node.get("id"), below)))
        for child in _descend(below):
            (own if grouped else children).append(_json(child))
    return own + (children if grouped else children[::2] + children[1::2][::-1])


def _descend(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        below: list[dict[str, Any]] = []
        yield _without_connections(row, row.get("id"), below)
        yield from _descend(below)


def _without_connections(node: dict[str, Any], owner: str | None, below: list[dict[str, Any]]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in node.items():
        if isinstance(value, dict) and "edges" in value:
            below += [{**edge["node"], "__parentId": owner} for edge in value["edges"]]
        elif isinstance(value, dict):
            plain[name] = _without_connections(value, value.get("id") or owner, below)
        else:
            plain[name] = value
    return plain


def _json(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
