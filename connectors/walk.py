"""How a pull walks through a vendor's pages: pure steps from one JSON-able state to the next, and the loop around them.

A state says which call comes next; it is the page's cursor, so another process goes on after any page. A shop with
several sites walks them one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connectors.contract import Page, Window
from connectors.verdicts import Reply

State = dict[str, Any]


@dataclass(frozen=True)
class Ask:
    """The next call. ``opens_group``: its page begins a group of its own; ``kind``: whose affair a refusal is."""

    operation: str
    parameters: Mapping[str, Any]
    part: str
    note: str
    opens_group: bool = True
    kind: str = "read"


@dataclass(frozen=True)
class Step:
    """After an answer: the next state (None: this site is done), what the vendor counted so far, whether the page counts.

    A page that does not count (it showed that the listing shifted under us) is neither landed nor mapped.
    """

    state: State | None
    announced: int | None = None
    is_kept: bool = True


class Walk(Protocol):
    """One entity's way. Implementations do no I/O."""

    def start(self, site: str, window: Window, now: datetime) -> State | None: ...
    def ask(self, site: str, window: Window, state: State) -> Ask: ...
    def after(self, state: State, answer: Mapping[str, Any]) -> Step: ...


class Caller(Protocol):
    """Who makes the calls."""

    def answer(self, site: str, ask: Ask) -> Reply: ...
    def number(self, reply: Reply) -> str | None:
        """The vendor's number of an exchange."""


@dataclass
class Place:
    """Where a pull is: the site's number, the group's, what earlier sites announced, and the walk's own state."""

    site: int = 0
    group: int = -1
    earlier: int | None = None
    state: State | None = None
    told: int | None = None

    @property
    def announced(self) -> int | None:
        counts = [count for count in (self.earlier, self.told) if count is not None]
        return sum(counts) if counts else None


def walk(
    entity: Walk, caller: Caller, sites: Sequence[str], clock: Callable[[], datetime], window: Window, cursor: Mapping[str, Any] | None
) -> Iterator[Page]:
    """Yield the pages of all sites, from the start or after the page that gave ``cursor``."""
    now = clock()
    place = Place(**cursor) if cursor else _enter(entity, Place(), sites, window, now)
    while place.state is not None:
        site, state = sites[place.site], place.state
        ask = entity.ask(site, window, state)
        reply = caller.answer(site, ask)
        step = entity.after(state, reply.json)
        place.told = step.announced if step.announced is not None else place.told
        place.state = step.state
        if step.is_kept:
            place.group += ask.opens_group
        announced = place.announced
        place = place if place.state is not None else _enter(entity, _leave(place), sites, window, now)
        if step.is_kept:
            yield Page(
                reply.body, reply.received_at, f"{ask.operation}: {site}, {ask.note}", part=f"{ask.part}/{site}", group=max(0, place.group),
                request_id=caller.number(reply), announced=announced, cursor=_cursor(place),
            )


def _enter(entity: Walk, place: Place, sites: Sequence[str], window: Window, now: datetime) -> Place:
    """Start at ``place.site``, or at the first one after it where there is anything to read."""
    while place.site < len(sites) and (state := entity.start(sites[place.site], window, now)) is None:
        place.site += 1
    if place.site < len(sites):
        place.state = state
    return place


def _leave(place: Place) -> Place:
    return Place(site=place.site + 1, group=place.group, earlier=place.announced)


def _cursor(place: Place) -> dict[str, Any] | None:
    return None if place.state is None else dict(vars(place))


def site_of(page: Page) -> str:
    """The site a page came from: its part is ``<call>/<site>``."""
    return page.part.rpartition("/")[2]
