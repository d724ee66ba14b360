"""How a pull walks through eBay's answers: a list of calls still to be made, and the loop that works it off.

The list is the page's cursor, so another process goes on after any page. Ways do no I/O: they say what a call looks like and
which calls its answer asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from connectors.contract import Page, Window
from connectors.ebay.gateway import Ask, Gateway
from connectors.errors import QuotaWait, RetryableError
from connectors.loose import entries
from connectors.paging import cut
from connectors.verdicts import Reply

Todo = dict[str, Any]  # JSON-able; "part" names the call, the rest are its parameters
SAME_AGAIN = 4
SAME_PAGE = "the marketplace shows the same page under the next offset"
LONGEST_IDLE_SECONDS = 120.0


@dataclass(frozen=True)
class Step:
    """After an answer.

    Attributes:
        then: calls it asks for, made before those that were waiting.
        is_kept: False where the answer says nothing yet (a report in the making) or too much (the listing moved): it is not landed.
        wait_seconds: how long to wait before the next call.
        announced: eBay's count of the window, where the walk has seen it stand still.
    """

    then: list[Todo] = field(default_factory=list)
    is_kept: bool = True
    wait_seconds: float = 0.0
    announced: int | None = None


class Way(Protocol):
    """One entity's way."""

    def start(self, window: Window, now: datetime) -> list[Todo]: ...
    def ask(self, todo: Todo, window: Window) -> Ask: ...
    def after(self, todo: Todo, reply: Reply) -> Step: ...


def walk(way: Way, gateway: Gateway, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
    """Yield the pages, from the start or after the page that gave ``cursor``. A todo with ``"joins"`` stays in the group before it."""
    clock, idle = gateway.services.clock, 0.0
    todos, group = (list(cursor["todos"]), cursor["group"]) if cursor else (way.start(window, clock.now()), -1)
    while todos:
        todo, *waiting = todos
        ask = way.ask(todo, window)
        reply = gateway.send(ask)
        step = way.after(todo, reply)
        todos = [*step.then, *waiting]
        if step.is_kept:
            idle, group = 0.0, group if todo.get("joins") and group >= 0 else group + 1
            yield Page(
                reply.body, reply.received_at, f"{ask.operation}: {ask.note}", part=todo["part"], group=group,
                request_id=reply.request_id, announced=step.announced, cursor={"todos": todos, "group": group} if todos else None,
            )
        elif step.wait_seconds:
            idle += step.wait_seconds
            if idle > LONGEST_IDLE_SECONDS or step.wait_seconds > gateway.services.patience_seconds:
                raise QuotaWait(step.wait_seconds * 3, ask.operation)  # give the slot back; the list goes on from the last page
            clock.sleep(step.wait_seconds)


@dataclass(frozen=True)
class Rows:
    """One page of a listing that is asked for by offset."""

    records: list[Mapping[str, Any]]
    total: int | None
    ids: list[str]


def after_rows(todo: Todo, rows: Rows, who: str) -> Step:
    """The next page of a listing by row offset.

    Rows that change leave a window while it is read, and those behind move up: then the count falls, and the walk steps back
    by as many rows. A page that repeats the one before is asked for again.
    """
    offset, last = todo["offset"], todo.get("first_id")
    if offset and rows.ids and rows.ids[0] == last:
        return Step([again(todo, who, SAME_PAGE)], is_kept=False)
    has_moved = todo.get("moved", False)
    if offset and rows.total is not None and todo.get("total") is not None and rows.total < todo["total"]:
        back = max(0, offset - (todo["total"] - rows.total))
        return Step([{**todo, "offset": back, "total": rows.total, "moved": True, "first_id": None}], is_kept=False)
    following = offset + len(rows.records)
    if rows.records and rows.total is not None and following < rows.total:
        first = rows.ids[0] if rows.ids else None
        return Step([{**todo, "offset": following, "total": rows.total, "moved": has_moved, "first_id": first, "again": 0}])
    return Step(announced=rows.total if todo.get("is_whole") and not has_moved else None)


def pieces(part: str, window: Window, longest: timedelta | None) -> list[Todo]:
    """A listing's first pages, one a piece of the window; only a window in one piece is counted as eBay counts."""
    spans = [bounds(piece) for piece in cut(window, longest)]
    return [{"part": part, "from": start, "to": end, "offset": 0, "is_whole": len(spans) == 1} for start, end in spans]


def again(todo: Todo, who: str, why: str) -> Todo:
    """The same call once more, a few times. Raises RetryableError: it stays like that."""
    if todo.get("again", 0) >= SAME_AGAIN:
        raise RetryableError(f"{who}: {why}, again and again. What was read is kept; the window stays open and is read again later.")
    return {**todo, "again": todo.get("again", 0) + 1}


def rows_of(reply: Reply, place: str, key: str, total: str = "total") -> Rows:
    """The records of an answer; an empty one (204) holds none."""
    document = reply.json_or_none() if reply.body else {}
    records = entries(document.get(place)) if isinstance(document, Mapping) else []
    counted = document.get(total) if isinstance(document, Mapping) else None
    told = counted if type(counted) is int else 0 if not reply.body else None
    return Rows(records, told, [str(record[key]) for record in records if record.get(key) is not None])


def bounds(window: Window) -> tuple[str, str]:
    """[start, end) in eBay's milliseconds, both of which eBay includes: the last one before the end."""
    start, end = _upward(window.start), _upward(window.end) - timedelta(milliseconds=1)
    return stamp(start), stamp(max(start, end))


def stamp(moment: datetime) -> str:
    """``2026-11-16T03:00:00.000Z``"""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _upward(moment: datetime) -> datetime:
    """The next whole millisecond."""
    rest = moment.microsecond % 1000
    return moment if not rest else moment + timedelta(microseconds=1000 - rest)
