"""The way through an account's history: windows of at most 31 days, halved where they hold too much, pages by number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Page, Window
from connectors.errors import FatalError, QuotaWait, RetryableError
from connectors.paypal.endpoints import SEARCH
from connectors.paypal.record_ids import payment_ids
from connectors.paypal.verdict import DEBUG_ID, NOT_LOADED, TOO_LARGE, window_trouble
from connectors.paypal.windows import MOST_REPEATS, MOST_ROWS, Piece
from connectors.paypal.wire import Wire
from connectors.verdicts import Reply

LOOK_AGAIN_SECONDS = 900.0


def read_payments(wire: Wire, window: Window, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
    """Yield the pages of the window, from the start or after the page that gave ``cursor``.

    Raises:
        QuotaWait: PayPal has not loaded the window yet. Neither a failure nor an empty success: the pull comes again later and
            goes on from here, and the watermark does not move before.
    """
    piece: Piece | None = Piece(**cursor) if cursor else Piece.first(window, wire.services.clock.now())
    while piece is not None:
        note = f"{piece.start} to {piece.until}, page {piece.page}"
        reply = wire.search(piece.query(), note)
        trouble = window_trouble(reply)
        if trouble == NOT_LOADED or (trouble is None and not _is_loaded(reply, piece)):
            raise QuotaWait(LOOK_AGAIN_SECONDS, f"{SEARCH} ({note}: PayPal has not loaded that time yet)")
        total, pages = _count(reply, "total_items"), _count(reply, "total_pages")
        if trouble == TOO_LARGE or (total or 0) > MOST_ROWS:
            piece = _halved(wire, piece)
            continue
        keys = payment_ids(reply.body)
        if not _is_answer_to(reply, piece) or piece.has_changed(keys, total) or piece.is_short(keys, total, pages):
            piece = _begun_anew(wire, piece)
            continue
        following = piece.after(keys, total, pages)
        yield Page(
            reply.body, reply.received_at, f"{SEARCH}: {note}", part="payments", group=piece.group,
            request_id=reply.headers.get(DEBUG_ID), cursor=following.state() if following else None,
        )
        piece = following


def _is_answer_to(reply: Reply, piece: Piece) -> bool:
    """Whether PayPal says the page and the start that were asked for: another page may stand in a cache on the way."""
    if _count(reply, "page") not in (None, piece.page):
        return False
    try:
        return datetime.fromisoformat(reply.json.get("start_date")) == datetime.fromisoformat(piece.start)
    except (AttributeError, TypeError, ValueError):
        return True


def _is_loaded(reply: Reply, piece: Piece) -> bool:
    """Whether PayPal's data reaches the end that was asked for; what it does not say is taken for loaded."""
    answer = reply.json
    told = answer.get("last_refreshed_datetime") if isinstance(answer, Mapping) else None
    try:
        refreshed = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return True
    return (refreshed if refreshed.tzinfo else refreshed.replace(tzinfo=UTC)) >= datetime.fromisoformat(piece.until)


def _halved(wire: Wire, piece: Piece) -> Piece:
    half = piece.halved()
    if half is None:
        raise FatalError(
            f"{wire.who(SEARCH)}: PayPal finds more than {MOST_ROWS} transactions in one second ({piece.start}) and shows none of them. "
            "Ask PayPal's support. Not retried."
        )
    return half


def _begun_anew(wire: Wire, piece: Piece) -> Piece:
    if piece.repeats >= MOST_REPEATS:
        raise RetryableError(
            f"{wire.who(SEARCH)}: the transactions from {piece.start} to {piece.until} changed each of {MOST_REPEATS + 1} times they were "
            "read. What was read is kept; the window stays open and is read again later."
        )
    return piece.begun_anew()


def _count(reply: Reply, name: str) -> int | None:
    answer = reply.json
    found = answer.get(name) if isinstance(answer, Mapping) else None
    return found if type(found) is int else int(found) if isinstance(found, str) and found.isdecimal() else None
