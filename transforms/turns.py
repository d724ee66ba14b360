"""One quota that several shops share: who may call when. Arithmetic on plain instants; the limiters keep the state.

Whoever cannot be served within its patience is booked for the next free instant and told to come back then: the turn is kept
for it, one a shop. Every newcomer stands behind what was promised before, and an asker has one call before it at most, for it
asks again only after that. So between an asker's asking and its call every other one makes the call it had asked for by then
and no other, however many it still has to ask for: with n of them at it, each is served once in n turns at least. Whoever is
alone is served as fast as the quota allows, for no turn is kept for anybody who does not ask; one that is booked and never
fetched costs that one turn.

What was promised (as the instant at which all of it is paid back: a generic cell rate) puts each newcomer behind those who
asked before. A turn may be fetched late; so every call is also fitted between those made and those granted, and the vendor
sees no more than its quota whoever comes when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(days=1)  # a turn nobody has fetched by then never will be


@dataclass(frozen=True)
class Turns:
    """
    Attributes:
        promised_until: when everything promised is paid back; spent_until: when the calls made are.
        blocked_until: the vendor's own refusal.
        booked: shop → the instant it is to come back for.
        granted: (instant, shop) of calls still to be made, in order of time.
    """

    promised_until: datetime
    spent_until: datetime
    blocked_until: datetime | None = None
    booked: Mapping[str, datetime] = field(default_factory=dict)
    granted: tuple[tuple[datetime, str], ...] = ()

    def moved(self, by: timedelta) -> Turns:
        """Everything that much earlier: our clock was ahead."""
        return Turns(
            self.promised_until - by, self.spent_until - by, self.blocked_until - by if self.blocked_until else None,
            {shop: at - by for shop, at in self.booked.items()}, tuple((at - by, shop) for at, shop in self.granted),
        )


@dataclass(frozen=True)
class Taken:
    """``turns``: the state from now on. ``at``: when the call may be made (``is_granted``), or when to ask again."""

    turns: Turns
    at: datetime
    is_granted: bool


def take_turn(turns: Turns, shop: str, now: datetime, interval: timedelta, burst: int, patience: timedelta) -> Taken:
    """One call for ``shop``: granted within its patience, or booked.

    Who comes back for its turn is not sent away again: where it is late, and others were granted calls or came late
    too, it waits for those, an interval each, also beyond its patience. Only the vendor's own refusal, which may last hours, sends
    it away once more: its turn is kept until that is over.

    Args:
        interval: the quota's seconds a call; burst: calls it bears at once.
    """
    span = interval * (max(1, burst) - 1)
    turns = _up_to(turns, now, interval)
    is_new = shop not in turns.booked
    due = max(now, turns.promised_until - span if is_new else turns.booked[shop])
    at = _fitted(turns, max(due, turns.blocked_until or now), interval, span)
    if is_new:
        turns = replace(turns, promised_until=max(turns.promised_until, at) + interval)
    is_forbidden = turns.blocked_until is not None and turns.blocked_until - now > patience
    is_due = not is_new and turns.booked[shop] <= now and not is_forbidden
    if at - now > patience and not is_due:
        return Taken(replace(turns, booked={**turns.booked, shop: at}), at, is_granted=False)
    return Taken(_with_call(turns, shop, at, interval), at, is_granted=True)


def _with_call(turns: Turns, shop: str, at: datetime, interval: timedelta) -> Turns:
    booked = {name: instant for name, instant in turns.booked.items() if name != shop}
    granted = tuple(sorted((*turns.granted, (at, shop))))
    return replace(turns, promised_until=max(turns.promised_until, at + interval), booked=booked, granted=granted)


def _up_to(turns: Turns, now: datetime, interval: timedelta) -> Turns:
    """Calls whose instant has come are made; bookings of another day are forgotten."""
    spent = turns.spent_until
    for at, _ in turns.granted:
        spent = max(spent, at) + interval if at <= now else spent
    booked = {name: at for name, at in turns.booked.items() if now - at < FORGOTTEN_AFTER}
    return replace(turns, spent_until=spent, booked=booked, granted=tuple(call for call in turns.granted if call[0] > now))


def _fitted(turns: Turns, at: datetime, interval: timedelta, span: timedelta) -> datetime:
    """The first instant from ``at`` on at which one more call keeps the quota, for itself and for those granted after it."""
    calls = [instant for instant, _ in turns.granted]
    spent, before = turns.spent_until, at
    for place, following in enumerate(calls):
        mine = max(before, spent - span)
        if mine <= following and _bears(max(spent, mine) + interval, calls[place:], interval, span):
            return mine
        spent, before = max(spent, following) + interval, max(before, following)
    return max(before, spent - span)


def _bears(spent: datetime, calls: Sequence[datetime], interval: timedelta, span: timedelta) -> bool:
    """Whether calls at these instants keep the quota after what was spent."""
    for instant in calls:
        if instant < spent - span:
            return False
        spent = max(spent, instant) + interval
    return True
