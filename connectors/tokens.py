"""Access tokens shared by every process that works for a shop: fetched once, renewed once, kept in the TokenStore."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from connectors.contract import Clock, Credentials, Shop, Token, TokenStore
from connectors.errors import FatalError

MARGIN = timedelta(minutes=2)
STORE_TRIES, STORE_PAUSE_SECONDS = 4, 1.0


def token_name(shop: Shop, credentials: Credentials) -> str:
    """The store's name for a shop's token. New credentials give a new name, so a re-authorized shop forgets the old token."""
    secrets = "\0".join(f"{key}={value}" for key, value in sorted(credentials.secrets.items()))
    stamp = hashlib.sha256(f"{credentials.auth_host}\0{secrets}".encode()).hexdigest()[:12]
    return f"{shop.marketplace}/{shop.client}/{shop.name}/{stamp}"


@dataclass(frozen=True)
class AccessTokens:
    """One shop's access token.

    Attributes:
        fetch: asks the vendor for a token; given the stored one (whose refresh token may have rotated) or None.
    """

    name: str
    store: TokenStore
    clock: Clock
    fetch: Callable[[Token | None], Token]
    _held: dict[str, Token] = field(default_factory=dict, init=False, repr=False, compare=False)

    def current(self) -> str:
        """A token that still lives for two minutes, fetched if need be.

        A good one is kept as long as it lives, so that the store is not asked before every call. Where another process has
        renewed it meanwhile, the vendor refuses it, and ``renew`` finds its successor in the store.
        """
        held = self._held.get(self.name)
        if not self._lives(held):
            stored = self.store.get(self.name)
            held = stored if self._lives(stored) else self._fetch_unless(self._lives)
        return self._kept(held)

    def renew(self, refused: str) -> str:
        """A living token other than the ``refused`` one; only the first process that meets a dead token asks the vendor."""
        return self._kept(self._fetch_unless(lambda token: self._lives(token) and token.access_token != refused))

    def _kept(self, token: Token) -> str:
        self._held[self.name] = token
        return token.access_token

    def _lives(self, token: Token | None) -> bool:
        return token is not None and token.expires_at - MARGIN > self.clock.now()

    def _fetch_unless(self, is_good: Callable[[Token | None], bool]) -> Token:
        with self.store.lock(self.name):
            stored = self.store.get(self.name)
            if is_good(stored) and stored is not None:
                return stored
            fresh = self.fetch(stored)
            self.store.put(self.name, fresh)  # written before the old one is given up
            return fresh


class GrantRefused(FatalError):
    """The vendor does not honour this refresh token (any more); another one may still be good."""


@dataclass(frozen=True)
class RotatingGrant:
    """``AccessTokens.fetch`` for a vendor that answers every refresh with a new refresh token.

    Between the vendor's answer and our commit a process may be killed, and the new token with it. So nothing is given up
    before it has been replaced *and its successor has itself been exchanged*: the store keeps the newest token and those
    it came from, and they are tried from the youngest on. That the store takes a row is seen before the vendor is asked:
    a database that only reads must not cost a token. What no caller can survive is a vendor that buries a token in the
    moment it is used, together with a kill in that moment.

    Attributes:
        exchange: asks the vendor, given a refresh token; raises GrantRefused where it does not honour that one.
        first: the connection's own refresh token, the last resort (a store that was emptied or set back).
    """

    name: str
    store: TokenStore
    clock: Clock
    exchange: Callable[[str], Token]
    first: str

    def __call__(self, stored: Token | None) -> Token:
        """Called under the store's lock.

        Raises:
            GrantRefused: the vendor honours none of them: the seller must consent again.
        """
        known = self._known(stored)
        self.store.put(self.name, replace(stored or Token("", self.clock.now()), refresh_token=known[0], former=known[1:]))
        *younger, last = known
        for candidate in younger:
            with suppress(GrantRefused):
                return self._kept(candidate, self.exchange(candidate))
        return self._kept(last, self.exchange(last))

    def _known(self, stored: Token | None) -> tuple[str, ...]:
        held = (stored.refresh_token, *stored.former) if stored else ()
        return tuple(dict.fromkeys(token for token in (*held, self.first) if token))

    def _kept(self, exchanged: str, answer: Token) -> Token:
        """Store at once, and again where the store stumbles: a token that lies in memory only is nearly lost."""
        fresh = replace(answer, refresh_token=answer.refresh_token or exchanged, former=(exchanged,))
        for _ in range(STORE_TRIES - 1):
            try:
                self.store.put(self.name, fresh)
                return fresh
            except Exception:  # whatever a store fails with
                self.clock.sleep(STORE_PAUSE_SECONDS)
        self.store.put(self.name, fresh)
        return fresh
