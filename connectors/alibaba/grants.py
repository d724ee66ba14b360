"""What this app may call for this shop: learnt from Alibaba.com's own answers, and kept beside the shop's token.

Permission packages differ by app and by door, and nobody can ask which one has: a call outside them is refused. So the door that
answered an operation is remembered, and where none did that is remembered too, and asked again after a day (a package may have been
granted since). New credentials begin with nothing known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.contract import Clock, Token, TokenStore

NOWHERE = "none"
ASK_AGAIN = timedelta(days=1)
KEPT = timedelta(days=36_500)  # what is known grows old by itself; the store's own end means nothing here


@dataclass(frozen=True)
class Grants:
    """``name``: of the shop's token in the store; what is known lies there under a name of its own."""

    name: str
    store: TokenStore
    clock: Clock
    _held: dict[str, Mapping[str, tuple[str, datetime]]] = field(default_factory=dict, init=False, repr=False)

    def order(self, operation: str, doors: tuple[str, ...]) -> tuple[str, ...]:
        """The doors to try, the one that answered last first; none known to answer: the first alone, or all after a day."""
        door, asked_at = self.known().get(operation, ("", None))
        if door == NOWHERE and asked_at and self.clock.now() - asked_at < ASK_AGAIN:
            return doors[:1]
        return tuple(sorted(doors, key=lambda each: each != door))

    def learn(self, operation: str, door: str) -> None:
        """Remember which door answered (``NOWHERE``: none); written only where that is news."""
        before = self.known().get(operation)
        if before and before[0] == door and (door != NOWHERE or self.clock.now() - before[1] < ASK_AGAIN):
            return
        with self.store.lock(self._place):
            known = {**self._stored(), operation: (door, self.clock.now())}
            told = json.dumps({each: [found, at.isoformat()] for each, (found, at) in sorted(known.items())})
            self.store.put(self._place, Token(told, self.clock.now() + KEPT))
        self._held[self._place] = known

    def known(self) -> Mapping[str, tuple[str, datetime]]:
        """Operation → the door that answers it (or ``NOWHERE``), and when that was learnt.

        Looked up once, then after whatever was learnt here: what another process learns meanwhile this one learns from the answers.
        """
        if self._place not in self._held:
            self._held[self._place] = self._stored()
        return self._held[self._place]

    def _stored(self) -> Mapping[str, tuple[str, datetime]]:
        kept = self.store.get(self._place)
        return {each: (door, datetime.fromisoformat(at)) for each, (door, at) in json.loads(kept.access_token).items()} if kept else {}

    @property
    def _place(self) -> str:
        return f"{self.name}/grants"
