"""Access tokens shared by every process that works for a shop: fetched once, renewed once, kept in the TokenStore."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from connectors.contract import Clock, Credentials, Shop, Token, TokenStore

MARGIN = timedelta(minutes=2)


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

    def current(self) -> str:
        """A token that still lives for two minutes, fetched if need be."""
        token = self.store.get(self.name)
        return token.access_token if self._lives(token) else self._fetch_unless(self._lives)

    def renew(self, refused: str) -> str:
        """A token other than the ``refused`` one; only the first process that meets a dead token asks the vendor."""
        return self._fetch_unless(lambda token: token is not None and token.access_token != refused)

    def _lives(self, token: Token | None) -> bool:
        return token is not None and token.expires_at - MARGIN > self.clock.now()

    def _fetch_unless(self, is_good: Callable[[Token | None], bool]) -> str:
        with self.store.lock(self.name):
            stored = self.store.get(self.name)
            if is_good(stored) and stored is not None:
                return stored.access_token
            fresh = self.fetch(stored)
            self.store.put(self.name, fresh)  # written before the old one is given up
            return fresh.access_token
