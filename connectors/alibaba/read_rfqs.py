"""The way through requests for quotation: one search for each of the shop's words, and for each request its detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.alibaba.endpoints import RFQ_DETAIL, RFQ_SEARCH
from connectors.alibaba.envelope import field, is_ungranted, listed, payload, plain
from connectors.contract import Window
from connectors.loose import count, entries, text
from connectors.numbered import begin, turn
from connectors.walk import Ask, State, Step

PAGE = 20


@dataclass(frozen=True)
class RfqsWalk:
    """State: ``words`` (still to be searched for), ``list`` (the first one's listing), ``queue`` (ids whose details are to be read)."""

    words: tuple[str, ...]

    def start(self, site: str, window: Window, now: datetime) -> State | None:
        return {"words": list(self.words), "list": begin(), "queue": []} if self.words else None

    def ask(self, site: str, window: Window, state: State) -> Ask:
        if state["queue"]:
            number = state["queue"][0]
            return Ask(RFQ_DETAIL, {"rfq_id": number}, f"rfq/{number}", f"request {number}", opens_group=False, kind="record")
        word, page = state["words"][0], state["list"]["page"]
        query = {"search_text": word, "open_time": int(window.start.timestamp()), "current_page": page, "page_size": PAGE}
        return Ask(RFQ_SEARCH, query, "rfqs", f"requests for '{word}', page {page}")

    def after(self, state: State, answer: Mapping[str, Any]) -> Step:
        if state["queue"]:
            rest = [] if is_ungranted(answer) else state["queue"][1:]
            return Step(_settled({**state, "queue": rest}))
        ids = [text(each.get("rfq_id")) for each in requests_of(answer)]
        total = count(field(_found(answer), "total"))
        listing, is_kept = turn(f"alibaba {RFQ_SEARCH}", state["list"], ids, PAGE, total, None)
        following = {**state, "list": listing, "queue": [each for each in ids if each] if is_kept else []}
        if listing is None:
            following |= {"words": state["words"][1:], "list": begin()}
        return Step(_settled(following), is_kept=is_kept)


def _settled(state: State) -> State | None:
    return state if state["queue"] or state["words"] else None


def _found(document: Any) -> Any:
    """The search's own result lies one ``result`` below the method's."""
    found = payload(document)
    return field(found, "result") if isinstance(field(found, "result"), Mapping) else found


def requests_of(document: Any) -> list[Mapping[str, Any]]:
    return entries(listed(field(_found(document), "request_list")))


def detail_of(document: Any) -> Mapping[str, Any] | None:
    found = plain(field(_found(document), "rfq_detail_dto"))
    return found if isinstance(found, Mapping) else None
