"""The way through an account's disputes: lists newest first by page token, and after each list its cases one by one.

Two lists a pull: the cases still open that last changed before the window, then everything that changed inside it. So an open case
is read again every night until it is closed, whenever it was opened, and whether or not its update time moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.contract import Page, Window
from connectors.errors import FatalError, RetryableError
from connectors.paging import PageMemory
from connectors.paypal.endpoints import DISPUTES
from connectors.paypal.record_ids import record_ids
from connectors.paypal.verdict import DEBUG_ID
from connectors.paypal.wire import Wire
from connectors.verdicts import Reply

SHOWN = timedelta(days=180) - timedelta(hours=1)  # PayPal refuses a bound older than 180 days by its own clock
ROWS = 50
TRIES = 3
OPEN, CHANGED = "open", "changed"
STILL_OPEN = "OPEN_INQUIRIES,REQUIRED_ACTION,REQUIRED_OTHER_PARTY_ACTION,UNDER_PAYPAL_REVIEW"


@dataclass
class Place:
    """Where a pull is: cases of the last list still to be looked at, the next list's token, and what was seen.

    ``which``: the list it is in. ``group``: one page of a list and its cases are mapped together.
    """

    which: str = CHANGED
    cases: list[str] = field(default_factory=list)
    token: str | None = None
    is_listing: bool = True
    group: int = -1
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return not self.cases and not self.is_listing and self.which == CHANGED

    def turn(self) -> None:
        """From the open cases' list, once it is worked off, to the window's."""
        if self.which == OPEN and not self.cases and not self.is_listing:
            self.which, self.token, self.is_listing, self.memory = CHANGED, None, True, {}


def read_disputes(wire: Wire, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
    """Yield lists and their cases, from the start or after the page that gave ``cursor``."""
    oldest = _oldest(wire, window)
    place = Place(**cursor) if cursor else Place(OPEN if oldest < window.start else CHANGED)
    while not place.is_over:
        if place.cases:
            case = place.cases.pop(0)
            reply = _case(wire, case)
            yield _page(reply, "dispute", f"case {case}", place)
            continue
        query, note = _query(place, window, oldest)
        reply = _list(wire, query, note)
        _note_list(wire, place, reply)
        yield _page(reply, "disputes", note, place)


def _query(place: Place, window: Window, oldest: datetime) -> tuple[dict[str, str], str]:
    """What the next list is asked for, and its words for the journal."""
    start = max(window.start, oldest)
    after, before = (_text(each) for each in ((oldest, start) if place.which == OPEN else (start, window.end)))
    query = {"update_time_after": after, "update_time_before": before, "page_size": str(ROWS)}
    query |= {"dispute_state": STILL_OPEN} if place.which == OPEN else {}
    query |= {"next_page_token": place.token} if place.token else {}
    return query, f"{'open, ' if place.which == OPEN else ''}updated {after} to {before}{', on' if place.token else ''}"


def _list(wire: Wire, query: Mapping[str, str], note: str) -> Reply:
    """One page of a list; an answer that names another question as its own (from a cache on the way) is asked for again."""
    for _ in range(TRIES):
        reply = wire.get(DISPUTES, f"v1/{DISPUTES}", query, note=note, continues="next_page_token" in query)
        if _is_answer_to(_query_of(reply.json, "self"), query):
            return reply
    raise _other_answer(wire, f"the list {note}")


def _is_answer_to(told: Mapping[str, str], query: Mapping[str, str]) -> bool:
    """Whether the question an answer names as its own may be ours; what it does not name, or names unreadably, is taken for ours."""
    if told.get("dispute_state") and set(told["dispute_state"].split(",")) != set(query.get("dispute_state", "").split(",")):
        return False
    try:
        return datetime.fromisoformat(told["update_time_after"]) == datetime.fromisoformat(query["update_time_after"])
    except (KeyError, TypeError, ValueError):
        return True


def _case(wire: Wire, case: str) -> Reply:
    """One case, or PayPal's word that it is gone; an answer about anything else is asked for again."""
    for _ in range(TRIES):
        reply = wire.get(DISPUTES, f"v1/{DISPUTES}/{case}", {}, note=f"case {case}", tolerates=(404,))
        if reply.status == 404 or (isinstance(reply.json, Mapping) and reply.json.get("dispute_id") == case):
            return reply
    raise _other_answer(wire, f"case {case}")


def _other_answer(wire: Wire, what: str) -> RetryableError:
    return RetryableError(
        f"{wire.who(DISPUTES)}: asked for {what}, PayPal answered about something else {TRIES} times. "
        "What was read is kept; the window stays open and is read again later."
    )


def _note_list(wire: Wire, place: Place, reply: Reply) -> None:
    page = Page(reply.body, reply.received_at, "", part="disputes")
    place.cases, place.token, place.group = record_ids("disputes", [page]), next_token(reply.json), place.group + 1
    memory = PageMemory(wire.who(DISPUTES), place.memory)
    place.is_listing = memory.goes_on(place.token, place.cases)
    place.memory = memory.state()


def _page(reply: Reply, part: str, note: str, place: Place) -> Page:
    place.turn()
    cursor = None if place.is_over else {**vars(place), "cases": list(place.cases)}
    request, debug_id = f"{DISPUTES}: {note}", reply.headers.get(DEBUG_ID)
    return Page(reply.body, reply.received_at, request, part=part, group=place.group, request_id=debug_id, cursor=cursor)


def next_token(answer: Any) -> str | None:
    """The page token inside the link that is called ``next``; None on the last list."""
    return _query_of(answer, "next").get("next_page_token")


def _query_of(answer: Any, rel: str) -> dict[str, str]:
    """What the link of this name asks for; nothing where there is no such link, or it asks nothing."""
    links = answer.get("links") if isinstance(answer, Mapping) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("rel") == rel:
            return {name: values[0] for name, values in parse_qs(urlsplit(str(link.get("href"))).query).items()}
    return {}


def _oldest(wire: Wire, window: Window) -> datetime:
    """The earliest update PayPal still lists."""
    oldest = wire.services.clock.now() - SHOWN
    if window.end <= oldest:
        raise FatalError(
            f"{wire.who(DISPUTES)}: PayPal shows disputes of the last 180 days only; the window ends {window.end:%Y-%m-%d}. "
            "Ask for a later one. Not retried."
        )
    return oldest


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
