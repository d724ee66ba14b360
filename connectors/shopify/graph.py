"""Shopify's wire: GraphQL over one address, the token it carries, and a limiter that thinks in points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import requests

from connectors.contract import Credentials, Services, Shop, Token
from connectors.errors import FatalError
from connectors.http import Call, Session, pick
from connectors.loose import text
from connectors.shopify.endpoints import BUDGETS, VERSION
from connectors.shopify.verdict import SPLIT, TOO_COSTLY, code_of, judge, judge_token, throttle, top_errors, wait_for
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply

TOKEN_HEADER = "X-Shopify-Access-Token"


class TooCostly(FatalError):
    """One query may cost 1000 points; this one would cost more. Asking for fewer records at once helps, repeating does not."""


class Graph:
    """One shop's queries.

    Attributes:
        dearest: the most points one of its queries was said to cost: a cheap one is not followed by a dear one that the bucket
            cannot bear.

    The token is either permanent (``access_token``, of apps made before 2026) or asked for by ``client_id`` and
    ``client_secret``: those live a day and are not refreshed but asked for again.
    """

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self.services, self._credentials = shop, services, credentials
        self.dearest = 0.0
        who = f"shopify, shop '{shop.client}/{shop.name}'"
        self._host = pick(("host",), {"host": credentials.host.rstrip("/")}, who)["host"]
        permanent = credentials.secrets.get("access_token")
        if not permanent:
            pick(("client_id", "client_secret"), credentials.secrets, who)
        self._desk = Session(shop, credentials, services, BUDGETS, judge=judge_token)
        tokens = None if permanent else AccessTokens(token_name(shop, credentials), services.tokens, services.clock, self._grant)
        self.session = Session(shop, credentials, services, BUDGETS, sign=_signer(permanent), judge=judge, tokens=tokens)
        self._files = Session(shop, credentials, services, BUDGETS)

    def who(self, operation: str = "graphql") -> str:
        return self.session.who(operation)

    def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, *, note: str, is_repeatable: bool = True, continues: bool = False
    ) -> Reply:
        """Send a query (or mutation); the answer has ``data``.

        Raises:
            TooCostly: it costs more than one query may.
            RetryableError, FatalError, CursorExpired, QuotaWait: see ``connectors/errors.py``.
        """
        body = {"query": query, "variables": dict(variables or {})}
        url = f"{self._host}/admin/api/{VERSION}/graphql.json"
        reply = self.session.send(
            Call("graphql", "POST", url, json=body, note=note, is_repeatable=is_repeatable, continues=continues)
        )
        if any(code_of(error) == TOO_COSTLY for error in top_errors(reply.json)):
            raise TooCostly(f"{self.who()}: {note}. {SPLIT} Not retried as it is.")
        self._pace(reply)
        return reply

    def file(self, url: str, note: str) -> Reply:
        """A bulk operation's file: on a storage service, at a signed address to which no token goes."""
        return self._files.send(Call("downloadFile", "GET", url, note=note, is_signed=False, is_json=False))

    def _pace(self, reply: Reply) -> None:
        """Whoever calls next, in whatever process, waits until the bucket would bear the dearest query so far once more."""
        told = throttle(reply.json)
        self.dearest = max(self.dearest, told[0] if told else 0.0)
        seconds = wait_for(reply.json, self.dearest)
        if seconds:
            budget = BUDGETS["graphql"]
            self.services.limiter.penalise(budget, self.session.holder(budget), seconds)

    def _grant(self, stored: Token | None) -> Token:
        """A fresh token. Called under the store's lock."""
        secrets = self._credentials.secrets
        form = {"grant_type": "client_credentials", "client_id": secrets["client_id"], "client_secret": secrets["client_secret"]}
        address = f"{(self._credentials.auth_host or self._host).rstrip('/')}/admin/oauth/access_token"
        answer = self._desk.send(Call("access_token", "POST", address, form=form, is_signed=False)).json
        lifetime = text(answer.get("expires_in"))
        seconds = int(lifetime) if lifetime.isdecimal() else 86_399
        return Token(text(answer["access_token"]), self.services.clock.now() + timedelta(seconds=seconds))


def _signer(permanent: str | None):
    """Puts the token on each attempt; the closure keeps a permanent one out of every repr."""

    def sign(request: requests.Request, token: str) -> None:
        request.headers[TOKEN_HEADER] = permanent or token

    return sign
