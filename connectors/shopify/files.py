"""Bulk operations: ask for a window as a file, wait, fetch, and believe it only when its lines are as many as were counted.
Whether all files of a window together hold what it holds is proven by whoever walks (``walk.py``).

A file that failed half-way offers what it has (``partialDataUrl``); that is never taken. A slice Shopify could not finish
is cut in two, as dense ones time out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Window
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError
from connectors.shopify import endpoints, queries
from connectors.shopify.documents import FILE, lines_of
from connectors.shopify.graph import Graph
from connectors.shopify.verdict import SCOPE
from connectors.shopify.ways import Way, stamp
from connectors.verdicts import Reply

FIRST_POLL_SECONDS, SLOWEST_POLL_SECONDS = 2.0, 30.0
OTHERS_RUN_SECONDS, ASKED_TIMES = 30.0, 20  # five run at once per shop; others' programs use them too
OLDEST_JOB = timedelta(days=6)  # a file's address lives seven days
SHORTEST_SLICE = timedelta(minutes=1)
FAILURES, DOWNLOADS = 4, 3


class FileDesk:
    """Works off ``state["slices"]``, each [from, to] in ISO 8601 or [None, None] for everything."""

    def __init__(self, graph: Graph, way: Way) -> None:
        self._graph, self._way, self._clock = graph, way, graph.services.clock

    def slices(self, window: Window, search: str | None, count: int) -> list[list[str | None]]:
        """The window in pieces of at most a file's worth of records, by the vendor's own counts."""
        if not self._way.is_sliced:
            return [[None, None]]
        if count <= endpoints.RECORDS_A_FILE or window.end - window.start <= SHORTEST_SLICE:
            return [[window.start.isoformat(), window.end.isoformat()]]
        parts = []
        for half in _halves(window):
            reply = self._graph.ask(self._way.recount, {"search": self._way.search(half)}, note="counting a slice")
            parts += self.slices(half, None, reply.json["data"]["ordersCount"]["count"])
        return parts

    def step(self, state: dict[str, Any]) -> dict[str, Any]:
        """The next page's fields: the asking (``job``), or the whole file with its ``lines``; ``state`` is moved on."""
        while True:
            if state["job"] is None:
                return self._ask(state)
            done = self._wait(state)
            if done is not None:
                return self._fetch(state, done)

    def _window(self, state: Mapping[str, Any]) -> Window | None:
        start, end = state["slices"][0]
        return Window(datetime.fromisoformat(start), datetime.fromisoformat(end)) if start else None

    def _note(self, state: Mapping[str, Any]) -> str:
        window = self._window(state)
        return f"file of {self._way.part}" + (f", {stamp(window.start)} to {stamp(window.end)}" if window else "")

    def _who(self, state: Mapping[str, Any]) -> str:
        return f"{self._graph.who('bulkOperation')}: {self._note(state)}"

    def _ask(self, state: dict[str, Any]) -> dict[str, Any]:
        window, note = self._window(state), self._note(state)
        text = self._way.file(self._way.search(window) if window else None)
        for _ in range(ASKED_TIMES):
            reply = self._graph.ask(queries.BULK_RUN, {"query": text}, note=note)
            told = reply.json["data"]["bulkOperationRunQuery"] or {}
            errors = told.get("userErrors") or []
            if not errors and told.get("bulkOperation"):
                state["job"] = {"id": told["bulkOperation"]["id"], "asked_at": self._clock.now().isoformat()}
                state["group"] += 1
                return _page(reply, note, "job")
            code, message = str((errors or [{}])[0].get("code")), str((errors or [{}])[0].get("message"))
            if code not in ("OPERATION_IN_PROGRESS", "LIMIT_REACHED"):
                raise FatalError(f"{self._graph.who('bulkOperationRunQuery')}: {note}: Shopify says {code}: {message[:200]} Not retried.")
            self._sleep(OTHERS_RUN_SECONDS)
        raise RetryableError(
            f"{self._graph.who('bulkOperationRunQuery')}: {note}: other programs' bulk operations keep the shop's five places. "
            "Run the step again later."
        )

    def _wait(self, state: dict[str, Any]) -> Mapping[str, Any] | None:
        """The completed operation; None where the slice was cut and is to be asked for anew."""
        job = state["job"]
        while True:
            age = self._clock.now() - datetime.fromisoformat(job["asked_at"])
            if age > OLDEST_JOB:
                raise CursorExpired(f"{self._who(state)}: its file is over {OLDEST_JOB.days} days old.")
            told = self._graph.ask(queries.BULK_STATE, {"id": job["id"]}, note=self._note(state)).json["data"]["bulkOperation"]
            status = told.get("status") if isinstance(told, Mapping) else None
            if status == "COMPLETED":
                return told
            if status == "FAILED":
                return self._failed(state, str(told.get("errorCode")))
            if status not in ("CREATED", "RUNNING"):
                raise CursorExpired(f"{self._who(state)}: Shopify ended it as {status}.")
            self._sleep(min(max(age.total_seconds() / 3, FIRST_POLL_SECONDS), SLOWEST_POLL_SECONDS))

    def _failed(self, state: dict[str, Any], code: str) -> None:
        if code == "ACCESS_DENIED":
            raise FatalError(f"{self._who(state)}: {code}. {SCOPE} Not retried.")
        state["failures"] += 1
        if state["failures"] > FAILURES:
            raise RetryableError(
                f"{self._who(state)}: Shopify failed {state['failures']} files of this window ({code}). "
                "The window stays open: run the step again later."
            )
        window = self._window(state)
        if window and window.end - window.start > SHORTEST_SLICE:
            state["slices"] = [[half.start.isoformat(), half.end.isoformat()] for half in _halves(window)] + state["slices"][1:]
        state["job"] = None

    def _fetch(self, state: dict[str, Any], done: Mapping[str, Any]) -> dict[str, Any]:
        note = self._note(state)
        wanted = int(done.get("objectCount") or 0), int(done.get("rootObjectCount") or 0)
        fields = self._whole_file(done, wanted, note)
        state |= {"slices": state["slices"][1:], "job": None}
        return fields

    def _whole_file(self, done: Mapping[str, Any], wanted: tuple[int, int], note: str) -> dict[str, Any]:
        found = (0, 0)
        if not done.get("url") and wanted == (0, 0):  # an empty result has no file
            return {"body": b"", "received_at": self._clock.now(), "request": f"downloadFile: {note}", "part": FILE, "lines": []}
        for _ in range(DOWNLOADS if done.get("url") else 0):
            reply = self._graph.file(done["url"], note)
            lines = lines_of(reply.body)
            broken = sum(not isinstance(line, dict) for line in lines)
            found = len(lines) - broken, sum("__parentId" not in line for line in lines if isinstance(line, dict))
            if found == wanted and not broken:
                return {**_page(reply, note, FILE, "downloadFile"), "lines": lines}
        raise RetryableError(
            f"{self._graph.who('downloadFile')}: {note}: Shopify counted {wanted[0]} objects ({wanted[1]} records), "
            f"the file holds {found[0]} ({found[1]}). It is not taken: the window stays open, run the step again later."
        )

    def _sleep(self, seconds: float) -> None:
        if seconds > self._graph.services.patience_seconds:
            raise QuotaWait(seconds, "bulkOperation")
        self._clock.sleep(seconds)


def _halves(window: Window) -> tuple[Window, Window]:
    middle = (window.start + (window.end - window.start) / 2).replace(microsecond=0)
    return Window(window.start, middle), Window(middle, window.end)


def _page(reply: Reply, note: str, part: str, operation: str = "graphql") -> dict[str, Any]:
    return {
        "body": reply.body, "received_at": reply.received_at, "request": f"{operation}: {note}", "part": part,
        "request_id": reply.request_id,
    }
