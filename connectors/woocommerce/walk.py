"""How a pull walks through a store: pure steps from one JSON-able state to the next, and the loop around them.

A state says which call comes next; it is the page's cursor, so another process goes on after any page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from connectors.contract import Page, Window
from connectors.verdicts import Reply
from connectors.woocommerce.store import Store

State = dict[str, Any]
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Ask:
    """The next call. ``opens_group``: its page begins a group of its own; ``lacks``: it may be gone (404)."""

    operation: str
    path: str
    params: Mapping[str, Any]
    part: str
    note: str
    opens_group: bool = True
    lacks: bool = False


@dataclass(frozen=True)
class Step:
    """After an answer: the next state (None: the walk is over), the store's own count so far, whether the page is kept.

    A page that is not kept (it only told us something, or nothing new) is neither landed nor mapped; the last one is kept always.
    ``part``: another one than the call's.
    """

    state: State | None
    announced: int | None = None
    is_kept: bool = True
    part: str | None = None


class Walk(Protocol):
    """One entity's way. Implementations do no I/O."""

    def start(self, window: Window) -> State: ...
    def ask(self, window: Window, state: State) -> Ask: ...
    def after(self, window: Window, state: State, reply: Reply) -> Step: ...


def walk(entity: Walk, store: Store, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
    """Yield the pages, from the start or after the page that gave ``cursor``."""
    state: State | None = dict(cursor["state"]) if cursor else entity.start(window)
    group = cursor["group"] if cursor else -1
    while state is not None:
        ask = entity.ask(window, state)
        reply = store.get(ask.operation, ask.path, ask.params, note=ask.note, lacks=ask.lacks)
        step = entity.after(window, state, reply)
        state = step.state
        if step.is_kept or state is None:
            group = max(0, group + ask.opens_group)
            yield Page(
                reply.body, reply.received_at, f"{ask.path}: {ask.note}", part=step.part or ask.part, group=group,
                request_id=reply.request_id, announced=step.announced, cursor=None if state is None else {"state": state, "group": group},
            )


def gmt(moment: datetime) -> str:
    """Bare UTC in whole seconds, to be sent with ``dates_are_gmt=true``: with a ``Z`` beside that flag the store is off by its zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def floor(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def ceil(moment: datetime) -> datetime:
    return floor(moment) if not moment.microsecond else floor(moment) + SECOND


def modified_in(window: Window) -> dict[str, str]:
    """[start, end): the store's bounds exclude their own second, and it knows whole ones only."""
    return {
        "modified_after": gmt(floor(window.start) - SECOND), "modified_before": gmt(ceil(window.end)), "dates_are_gmt": "true",
    }
