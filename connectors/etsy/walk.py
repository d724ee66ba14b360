"""How a pull walks through Etsy's lists: one sweep after the other, page by page, and what a page asks for behind it.

A state is JSON-able and says which call comes next; it is the page's cursor, so another process goes on after any page.
Etsy pages by offset over lists that move: a record that leaves the list shifts the others, and one is skipped or shown
twice. A run through a sweep is therefore believed only where the count stood still and as many different records came as
it said; otherwise the sweep is run through again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from connectors.contract import Page, Window
from connectors.etsy.gateway import Gateway
from connectors.etsy.values import count
from connectors.loose import entries, text

State = dict[str, Any]
PAGE = 100
RUNS = 3  # of one sweep in one pull; then the certificate says what is missing


@dataclass(frozen=True)
class Sweep:
    """One list, whole.

    Attributes:
        record: the field that names a record of it.
        is_counted: False for lists that are only looked through for references to others.
        is_paged: False where the answer is one record and no list.
    """

    operation: str
    path: str
    parameters: Mapping[str, str]
    part: str
    record: str
    note: str
    is_counted: bool = True
    is_paged: bool = True


@dataclass(frozen=True)
class Errand:
    """A call that a page asks for; it waits in the state as a plain JSON object. A 404 is an answer: what was spoken of is gone.

    Attributes:
        record: the one record it fetches, which is fetched once in a pull however often it is spoken of; "" where it fetches many.
    """

    operation: str
    path: str
    part: str
    note: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    record: str = ""


class Walk(Protocol):
    """One entity's way. Implementations do no I/O."""

    def sweeps(self, window: Window, now: datetime) -> list[Sweep]: ...
    def units(self, record: Mapping[str, Any]) -> int: ...
    def errands(self, sweep: Sweep, answer: Mapping[str, Any]) -> list[Errand]: ...
    def after(self, errand: Errand, answer: Mapping[str, Any], window: Window) -> tuple[list[Errand], list[str]]: ...


class Lists:
    """What a way of lists alone need not say."""

    def units(self, record: Mapping[str, Any]) -> int:
        """How many of our records one of Etsy's stands for."""
        return 1

    def errands(self, sweep: Sweep, answer: Mapping[str, Any]) -> list[Errand]:
        """What to ask after this page."""
        return []

    def after(self, errand: Errand, answer: Mapping[str, Any], window: Window) -> tuple[list[Errand], list[str]]:
        """Further errands, and ids of records that came with the answer and were in no counted sweep."""
        return [], []


def walk(
    way: Walk, gateway: Gateway, clock: Callable[[], datetime], window: Window, cursor: Mapping[str, Any] | None
) -> Iterator[Page]:
    """Yield every page, from the start or after the page that gave ``cursor``."""
    begun = datetime.fromisoformat(cursor["begun"]) if cursor else clock()
    sweeps = way.sweeps(window, begun)
    fresh = {**_FRESH, "extra": [], "begun": begun.isoformat(), "sweep": 0, "base": 0, "known": [], "group": -1}
    state: State | None = {**cursor} if cursor else fresh
    while state is not None:
        sweep = sweeps[state["sweep"]]
        page, reached = _run_errand(way, gateway, window, state) if state["errands"] else _turn_page(way, gateway, sweep, state)
        announced, state = _announced(sweep, reached), _settled(sweep, reached, len(sweeps))
        yield replace(page, group=reached["group"], announced=announced, cursor=state)


# Of the whole walk: ``base`` records counted in former sweeps, ``known`` their ids (a record may move from one list to another).
# A sweep that begins. ``seen``: its former runs' ids with the units of each; ``run``: this one's.
_FRESH: State = {"offset": 0, "total": None, "is_steady": True, "seen": {}, "run": {}, "runs": 1, "errands": [], "is_over": False}


def _turn_page(way: Walk, gateway: Gateway, sweep: Sweep, state: State) -> tuple[Page, State]:
    note = f"{sweep.note}, from {state['offset']}"
    place = {"limit": str(PAGE), "offset": str(state["offset"])} if sweep.is_paged else {}
    parameters = {**sweep.parameters, **place}
    reply = gateway.get(sweep.operation, sweep.path, parameters, note=note)
    answer = reply.json if isinstance(reply.json, Mapping) else {}
    page = Page(reply.body, reply.received_at, f"{sweep.operation}: {note}", part=sweep.part)
    errands = [asdict(errand) for errand in way.errands(sweep, answer)]
    return page, {**_looked(way, sweep, state, answer), "errands": errands, "group": state["group"] + 1}


def _run_errand(way: Walk, gateway: Gateway, window: Window, state: State) -> tuple[Page, State]:
    """The first of the waiting errands; its page belongs to the list page that asked for it."""
    first, *waiting = state["errands"]
    errand = Errand(**first)
    reply = gateway.get(errand.operation, errand.path, errand.parameters, note=errand.note, tolerates=(404,))
    further, found = way.after(errand, reply.json, window) if reply.status == 200 and isinstance(reply.json, Mapping) else ([], [])
    page = Page(reply.body, reply.received_at, f"{errand.operation}: {errand.note}", part=errand.part if reply.status == 200 else "gone")
    asked = [asdict(each) for each in further if each.record not in state["extra"]]
    fresh = [each for each in asked if each not in waiting]
    return page, {**state, "errands": [*waiting, *fresh], "extra": list(dict.fromkeys([*state["extra"], *found]))}


def _looked(way: Walk, sweep: Sweep, state: State, answer: Mapping[str, Any]) -> State:
    """The state after a page of a list."""
    records = entries(answer.get("results")) if sweep.is_paged else [answer]
    shown = {text(record.get(sweep.record)): way.units(record) for record in records}
    total = count(answer.get("count"))
    is_steady = state["is_steady"] and state["total"] in (None, total)
    offset = state["offset"] + len(records)
    is_over = not records or (offset >= total if total is not None else len(records) < PAGE)
    return {**state, "run": state["run"] | shown, "total": total, "is_steady": is_steady, "offset": offset, "is_over": is_over}


def _announced(sweep: Sweep, state: State) -> int:
    """Different records so far by the vendor's own count; those it counted and did not show are among them."""
    if not sweep.is_counted:
        return state["base"] + len(state["extra"])
    hidden = max(0, (state["total"] or 0) - len(state["run"]))
    known = set(state["known"])
    return state["base"] + sum(units for number, units in (state["seen"] | state["run"]).items() if number not in known) + hidden


def _settled(sweep: Sweep, state: State, sweeps: int) -> State | None:
    """Where to go on: an errand, the next page, the same sweep once more, the next sweep, or nowhere."""
    if state["errands"] or not state["is_over"]:
        return state
    is_whole = state["is_steady"] and state["total"] in (None, len(state["run"]))
    if not is_whole and state["runs"] < RUNS:
        return {**state, **_FRESH, "seen": state["seen"] | state["run"], "runs": state["runs"] + 1}
    if state["sweep"] + 1 == sweeps:
        return None
    counted = {"base": _announced(sweep, state), "known": [*state["known"], *(state["seen"] | state["run"])]} if sweep.is_counted else {}
    return {**state, **_FRESH, "sweep": state["sweep"] + 1, **counted}
