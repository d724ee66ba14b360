"""Vendors' tokens, shared by every process of the night, encrypted in one table."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert

from warehouse.database import client_session
from warehouse.locks import giving_back
from warehouse.tables import metadata

TOKENS = metadata.tables["tokens"]
NONCE_BYTES = 12


class TokenError(RuntimeError):
    """A stored token cannot be read; says whose and what now, never what it holds."""


@dataclass(frozen=True)
class StoredToken:
    """The same attributes as ``connectors.contract.Token``."""

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str | None = field(default=None, repr=False)
    former: tuple[str, ...] = field(default=(), repr=False)


class PostgresTokens:
    """A client's tokens by name; fulfils ``connectors.contract.TokenStore``.

    Args:
        key: 32 bytes. token: what ``get`` returns is made by it (the contract's ``Token``, or our own equal).
    """

    def __init__(self, engine: Engine, key: bytes, client: str, token: Callable[..., Any] = StoredToken) -> None:
        self._engine, self._client, self._token = engine, client, token
        self._cipher = AESGCM(key)

    def get(self, name: str) -> Any | None:
        with client_session(self._engine, self._client) as conn:
            mine = (TOKENS.c.client == self._client, TOKENS.c.name == name)
            row = conn.execute(select(TOKENS.c.secret, TOKENS.c.expires_at).where(*mine)).first()
        return None if row is None else self._token(expires_at=row.expires_at, **self._unseal(name, bytes(row.secret)))

    def put(self, name: str, token: Any) -> None:
        """Store; committed when this returns."""
        secret = self._seal(name, {"access_token": token.access_token, "refresh_token": token.refresh_token, "former": token.former})
        values = {"secret": secret, "expires_at": token.expires_at}
        stored = insert(TOKENS).values(client=self._client, name=name, **values)
        with client_session(self._engine, self._client) as conn:
            conn.execute(stored.on_conflict_do_update(index_elements=["client", "name"], set_={**values, "changed_at": func.now()}))

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """One process at a time renews; held on a connection of its own, so that it ends with the process."""
        lock = func.hashtextextended(f"token/{self._client}/{name}", 0)
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(select(func.pg_advisory_lock(lock)))
            with giving_back(conn, lock):
                yield

    def _seal(self, name: str, content: dict[str, Any]) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, json.dumps(content).encode(), self._place(name))

    def _unseal(self, name: str, secret: bytes) -> dict[str, Any]:
        try:
            content = json.loads(self._cipher.decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], self._place(name)))
        except InvalidTag:
            raise TokenError(
                f"Client '{self._client}': the stored token '{name}' was sealed with another DAIYUN_SECRET_KEY. "
                "Set the former key, or delete the row from `tokens` and authorize the shop again."
            ) from None
        return {**content, "former": tuple(content.get("former", ()))}  # rows of an earlier version hold none

    def _place(self, name: str) -> bytes:
        return f"{self._client}/{name}".encode()
