"""Going through one entity: pages of a connection, or files where the window holds many; after each the calls its records need.

The state is JSON-able and is each page's cursor, so another process goes on after any page.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contract import Page, Window
from connectors.errors import RetryableError
from connectors.loose import at
from connectors.shopify import endpoints
from connectors.shopify.documents import FILE, joined, key_of
from connectors.shopify.files import FileDesk
from connectors.shopify.graph import Graph, TooCostly
from connectors.shopify.ways import Way, is_test
from connectors.verdicts import Reply

REPEATS = 3
MOST_AT_ONCE = 250  # records of one page, by Shopify's own word

State = dict[str, Any]


class Walk:
    """Reads one entity of one shop.

    State: ``group``; ``first``, ``after``, ``page`` (mark of the last one), ``is_listed`` for the listing; ``slices`` and
    ``job`` for files; ``todo`` (further calls); ``counted`` (at the first page; ``is_capped``: Shopify
    stopped counting there), ``read``, ``left_out`` (test orders) and ``announced`` for the proof.
    """

    def __init__(self, entity: str, way: Way, graph: Graph) -> None:
        self._entity, self._way, self._graph = entity, way, graph
        self._files = FileDesk(graph, way)

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        state = copy.deepcopy(dict(cursor)) if cursor else _fresh(self._way)
        while True:
            fields = self._step(state, window)
            if fields is None:
                continue
            has_ended = state["is_listed"] and not state["todo"] and not state["slices"]
            cursor = None if has_ended else copy.deepcopy(state)
            yield Page(**fields, group=state["group"], cursor=cursor, announced=state["announced"])
            if has_ended:
                return

    def _step(self, state: State, window: Window) -> dict[str, Any] | None:
        """The next page's fields, ``state`` moved on; None where the way of reading changed instead."""
        if state["todo"]:
            return self._further(state)
        if state["slices"]:
            return self._file(state, window)
        return self._list(state, window)

    def _further(self, state: State) -> dict[str, Any]:
        kind, *values = state["todo"][0]
        leg = self._way.legs[kind]
        variables = dict(zip(leg.arguments, values, strict=False))
        some = f"{len(values[0])}" if isinstance(values[0], list) else values[0].rpartition("/")[2]
        note = f"{self._entity}, {kind} of {some}"
        reply = self._graph.ask(leg.query, variables, note=note)
        state["todo"] = state["todo"][1:] + self._way.todo(leg.part, self._way.select[leg.part](reply.json) or [])
        return _page(reply, note, leg.part)

    def _list(self, state: State, window: Window) -> dict[str, Any] | None:
        search = self._way.search(window)
        note = f"{self._entity}, {search or 'all'}" + (f", behind page {state['group'] + 1}" if state["after"] else "")
        reply = self._next_page(state, search, note)
        count = self._count(reply)
        if not state["after"]:
            state |= {"counted": count, "is_capped": self._is_capped(reply)}
        if not state["after"] and self._way.file and count is not None and count > endpoints.PAGED_UP_TO:
            state |= {"slices": self._files.slices(window, search, count), "is_listed": True, "announced": 0}
            return None
        found = at("data", *self._way.place)(reply.json) or {}
        records = found.get("nodes") or []
        state["read"] += len(records)
        state["left_out"] += sum(map(is_test, records))
        state |= {"todo": self._way.todo(self._way.part, records), "group": state["group"] + 1, "page": _mark(records)}
        state |= self._after(found, state)
        if state["is_listed"] and count is not None and state["counted"] is not None:
            self._prove(state, count, self._is_capped(reply))
        return _page(reply, note, self._way.part)

    def _next_page(self, state: State, search: str | None, note: str) -> Reply:
        """One page; smaller where it would cost too much, once more where the page before is shown again."""
        for _ in range(REPEATS):
            variables = {"search": search, "first": state["first"], "after": state["after"]}
            try:
                reply = self._graph.ask(self._way.query, variables, note=note, continues=bool(state["after"]))
            except TooCostly:
                if state["first"] == 1:
                    raise
                state["first"] //= 2
                return self._next_page(state, search, note)
            records = at("data", *self._way.place, "nodes")(reply.json) or []
            if not state["after"] or not records or _mark(records) != state["page"]:
                return reply
        raise RetryableError(
            f"{self._graph.who()}: {note}: Shopify showed the same page {REPEATS} times under the cursor of the next. "
            "What was read is kept; the window stays open and is read on later."
        )

    def _after(self, found: Mapping[str, Any], state: State) -> dict[str, Any]:
        information = found.get("pageInfo") or {}
        if not information.get("hasNextPage"):
            return {"is_listed": True, "after": None}
        if not information.get("endCursor") or information["endCursor"] == state["after"]:
            raise RetryableError(
                f"{self._graph.who()}: {self._entity}: Shopify says there is more and names no place to go on from. "
                "What was read is kept; the window stays open and is read on later."
            )
        return {"after": information["endCursor"]}

    def _count(self, reply: Reply) -> int | None:
        told = at("data", self._way.counts)(reply.json) if self._way.counts else None
        return told.get("count") if isinstance(told, dict) and isinstance(told.get("count"), int) else None

    def _is_capped(self, reply: Reply) -> bool:
        return bool(self._way.counts) and at("data", self._way.counts, "precision")(reply.json) == "AT_LEAST"

    def _prove(self, state: State, count: int, is_capped: bool) -> None:
        """Hold what was read, in pages or in files, against the vendor's own counts, at the beginning and at the end.

        A record that changes while its window is read leaves it, before or after its page: so what was read may lie anywhere
        between the two. Elsewhere a page is missing: then the vendor's count is announced, and no certificate is given.
        A count that is only a least one bounds nothing from above.
        """
        least, most = sorted((state["counted"], count))
        is_whole = least <= state["read"] and (state["read"] <= most or is_capped or state.get("is_capped"))  # older cursors lack it
        if self._way.counts_records:
            state["announced"] = (state["read"] if is_whole else count) - state["left_out"]
        elif not is_whole:
            raise RetryableError(
                f"{self._graph.who()}: {self._entity}: Shopify counted {count} and showed {state['read']}: a page is missing. "
                "The window stays open and is read again later."
            )

    def _file(self, state: State, window: Window) -> dict[str, Any]:
        fields = self._files.step(state)
        if fields["part"] == FILE:
            lines = fields.pop("lines")
            records = joined(lines, self._way.joins)
            roots = [line for line in lines if not (isinstance(line, dict) and "__parentId" in line)]
            state["read"] += len(roots)
            state["left_out"] += sum(map(is_test, roots))
            state |= {"todo": self._way.todo(FILE, records), "announced": state["read"] - state["left_out"]}
            if not state["slices"]:
                self._prove_files(state, window)
        return fields

    def _prove_files(self, state: State, window: Window) -> None:
        """Count once more behind the last file: a bulk operation's own counters tell what it wrote, not what there is."""
        search = self._way.search(window)
        reply = self._graph.ask(self._way.recount, {"search": search}, note=f"{self._entity}, {search or 'all'}: counting again")
        count = self._count(reply)
        if count is None:
            raise RetryableError(
                f"{self._graph.who()}: {self._entity}: Shopify gave no count to hold its files against. "
                "The window stays open and is read on later."
            )
        if state["counted"] is None:  # a reading begun before files were held against counts
            state |= {"counted": count, "is_capped": True}
        self._prove(state, count, self._is_capped(reply))


def _fresh(way: Way) -> State:
    listing = {"first": min(way.first, MOST_AT_ONCE), "after": None, "page": None, "is_listed": False}
    proof = {"counted": None, "is_capped": False, "read": 0, "left_out": 0, "announced": None}
    return {"group": -1, "todo": [], "slices": [], "job": None, "failures": 0, **listing, **proof}


def _mark(records: list[Any]) -> str:
    """What a page showed, in a few characters."""
    return hashlib.blake2b("\0".join(key_of(record) or "" for record in records).encode(), digest_size=8).hexdigest()


def _page(reply: Reply, note: str, part: str) -> dict[str, Any]:
    return {
        "body": reply.body, "received_at": reply.received_at, "request": f"graphql: {note}", "part": part, "request_id": reply.request_id,
    }
