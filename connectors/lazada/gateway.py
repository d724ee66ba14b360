"""Lazada's wire: signed calls to a site's gateway, and the tokens they carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.contract import Clock, Credentials, Services, Shop, Token
from connectors.errors import FatalError
from connectors.http import Call, Session, pick
from connectors.iop import filled, signed, token_of
from connectors.lazada.endpoints import BUDGETS
from connectors.lazada.sites import gateway, rest
from connectors.lazada.verdict import JUDGES
from connectors.loose import text
from connectors.tokens import AccessTokens, token_name
from connectors.verdicts import Reply
from connectors.walk import Ask


class Gateway:
    """One shop's signed calls.

    ``kind`` says whose affair a refusal is: ``read`` (the pull's), ``record`` (one record's), ``write`` (one change's).
    """

    def __init__(self, shop: Shop, credentials: Credentials, services: Services) -> None:
        self.shop, self._credentials, self._services = shop, credentials, services
        self._keys = pick(("app_key", "app_secret"), credentials.secrets, f"lazada, shop '{shop.client}/{shop.name}'")
        tokens = AccessTokens(token_name(shop, credentials), services.tokens, services.clock, self._fetch_token)
        sign = signer(self._keys["app_key"], self._keys["app_secret"], services.clock)
        self._sessions = {
            kind: Session(shop, credentials, services, BUDGETS, sign=sign, judge=judge, tokens=tokens) for kind, judge in JUDGES.items()
        }
        self._token_session = Session(shop, credentials, services, BUDGETS, judge=JUDGES["read"])

    @property
    def session(self) -> Session:
        return self._sessions["read"]

    def who(self, operation: str) -> str:
        return self.session.who(operation)

    def answer(self, site: str, ask: Ask) -> Reply:
        return self.get(site, ask.operation, ask.parameters, note=f"{site}, {ask.note}", kind=ask.kind)

    def number(self, reply: Reply) -> str | None:
        return text(reply.json.get("request_id")) or None

    def get(self, site: str, operation: str, parameters: Mapping[str, Any], *, note: str = "", kind: str = "read") -> Reply:
        """Everything in the query. ``operation`` is the API's path without its first slash."""
        return self._sessions[kind].send(Call(operation, "GET", self._url(site, operation), params=filled(parameters), note=note))

    def post(self, site: str, operation: str, parameters: Mapping[str, Any], *, note: str = "", kind: str = "write") -> Reply:
        """Everything, the signature too, in a form body."""
        return self._sessions[kind].send(Call(operation, "POST", self._url(site, operation), form=filled(parameters), note=note))

    def _url(self, site: str, operation: str) -> str:
        return f"{gateway(site, self.shop, self._credentials)}/{operation}"

    def _fetch_token(self, stored: Token | None) -> Token:
        """Refresh, or (first time, where the connection holds a consent's code) exchange it. Called under the store's lock."""
        given = self._credentials.secrets
        refresh_token = stored.refresh_token if stored else given.get("refresh_token")
        if refresh_token:
            answer = self._ask_for_token("auth/token/refresh", {"refresh_token": refresh_token})
        elif given.get("code") and not stored:
            answer = self._ask_for_token("auth/token/create", {"code": given["code"]})
        else:
            raise FatalError(
                f"{self.who('auth/token/refresh')}: there is no refresh token (Lazada gave none, or it may not be refreshed). "
                f"Let the seller consent again and put the new code into the connection '{self.shop.name}'. Not retried."
            )
        return self._token(answer, refresh_token)

    def _ask_for_token(self, operation: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        now = self._services.clock.now()
        form = signed(f"/{operation}", parameters, app_key=self._keys["app_key"], secret=self._keys["app_secret"], at=now)
        url = f"{rest(self._credentials.auth_host)}/{operation}"
        answer = self._token_session.send(Call(operation, "POST", url, form=form, is_signed=False)).json
        return answer if "access_token" in answer else answer.get("data") or {}

    def _token(self, answer: Mapping[str, Any], old_refresh_token: str | None) -> Token:
        if not text(answer.get("access_token")):
            who = self.who("auth/token/refresh")
            raise FatalError(f"{who}: Lazada answered without an access token. Look at the app on open.lazada.com. Not retried.")
        self._check_countries(countries(answer))
        return token_of(answer, old_refresh_token, self._services.clock.now())

    def _check_countries(self, granted: set[str]) -> None:
        missing = [site for site in self.shop.sites if granted and site not in granted]
        if missing:
            raise FatalError(
                f"{self.who('auth/token/refresh')}: the token is good for {', '.join(sorted(granted))}, not for {', '.join(missing)}. "
                f"Mend the shop's sites, or let the seller of {', '.join(missing)} consent. Not retried."
            )


def countries(answer: Mapping[str, Any]) -> set[str]:
    """Upper-case countries a token answer names, in every form Lazada has shown.

    ``country_user_info`` is a list; the refresh call says ``country_user_info_list``, and its sample is an object keyed
    by country. Empty: not told.
    """
    told = answer.get("country_user_info") or answer.get("country_user_info_list") or ()
    if isinstance(told, Mapping):
        names: Iterable[Any] = told.keys() if "country" not in told else [told["country"]]
    else:
        names = [entry.get("country") for entry in told if isinstance(entry, Mapping)]
    return {text(name).upper() for name in names if text(name)}


def signer(app_key: str, secret: str, clock: Clock) -> Callable[[requests.Request, str], None]:
    """Puts token, time and signature on each attempt: GET in the query, POST in the form."""

    def sign(request: requests.Request, token: str) -> None:
        path = urlsplit(request.url).path.partition("/rest")[2]
        holder = "data" if request.method == "POST" else "params"
        sent = signed(path, getattr(request, holder) or {}, app_key=app_key, secret=secret, at=clock.now(), access_token=token)
        setattr(request, holder, sent)

    return sign
