"""Listings of Amazon that page by token: orders, FBA stock, transactions, payouts. One reader for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Page, Window
from connectors.errors import CursorExpired, RetryableError
from connectors.http import Call, Session
from connectors.paging import PageMemory


@dataclass(frozen=True)
class Piece:
    """One query that pages on its own: a site, a slice of the window. ``note`` says which, for people."""

    params: Mapping[str, str]
    note: str
    part: str = "records"


@dataclass(frozen=True)
class TokenPages:
    """How one operation pages.

    Attributes:
        pieces: the queries that together cover a window; all their parameters are repeated with every token.
        token_name: the query parameter that carries the token.
        token_of, ids_of: what a document says about the next page and about its records.
        token_life: how long the vendor honours a token; older cursors are given up without asking.
        until_of: the instant up to which the document claims to be complete, where it tells one.
    """

    session: Session
    host: str
    operation: str
    path: str
    pieces: Callable[[Window], Sequence[Piece]]
    token_name: str
    token_of: Callable[[Any], str | None]
    ids_of: Callable[[Any], list[str]]
    token_life: timedelta
    until_of: Callable[[Any], datetime | None] = lambda document: None

    def read(self, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Yield every page from the start, or after the one that gave ``cursor``.

        Raises:
            CursorExpired: the cursor's token is older than Amazon keeps them, or is refused.
        """
        pieces = self.pieces(window)
        at, token, memory, group = self._resume(cursor)
        while at < len(pieces):
            piece = pieces[at]
            reply = self.session.send(self._call(piece, token))
            token = self._next(reply.json, memory, piece, window)
            at, memory = (at, memory) if token else (at + 1, self._memory(None))
            goes_on = {"piece": at, "token": token, "memory": memory.state(), "group": group + 1, "at": reply.received_at.isoformat()}
            yield Page(
                body=reply.body, received_at=reply.received_at, request=f"{self.operation} {piece.note}", part=piece.part, group=group,
                request_id=reply.request_id, cursor=goes_on if at < len(pieces) else None,
            )
            group += 1

    def _resume(self, cursor: Mapping[str, Any] | None) -> tuple[int, str | None, PageMemory, int]:
        if cursor is None:
            return 0, None, self._memory(None), 0
        token = cursor["token"]
        age = self.session.services.clock.now() - datetime.fromisoformat(cursor["at"])
        if token and age > self.token_life:
            raise CursorExpired(
                f"{self.session.who(self.operation)}: the page token is {age} old, Amazon honours one for {self.token_life}. "
                "The window is read again from its start."
            )
        return cursor["piece"], token, self._memory(cursor["memory"]), cursor["group"]

    def _memory(self, state: Mapping[str, Any] | None) -> PageMemory:
        return PageMemory(self.session.who(self.operation), state)

    def _call(self, piece: Piece, token: str | None) -> Call:
        params = {**piece.params, **({self.token_name: token} if token else {})}
        return Call(
            self.operation, "GET", f"{self.host}{self.path}", params=params, note=piece.note, continues=token is not None
        )

    def _next(self, document: Any, memory: PageMemory, piece: Piece, window: Window) -> str | None:
        token = self.token_of(document)
        until = self.until_of(document)
        if until is not None and window.start <= until < window.end - timedelta(seconds=1):
            raise RetryableError(
                f"{self.session.who(self.operation)}, {piece.note}: Amazon answered only up to {until.isoformat()}, the window ends at "
                f"{window.end.isoformat()}. The window stays open: run the step again later."
            )
        return token if memory.goes_on(token, self.ids_of(document)) else None
