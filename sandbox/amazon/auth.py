"""Login with Amazon: one application (the agency's), one refresh token a seller and region, access tokens of an hour.

Tokens are sealed, not stored: a restarted sandbox still knows the ones it gave out.
https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from sandbox.amazon import numbers
from sandbox.amazon.answers import Answer, denied
from sandbox.amazon.seals import Seals
from sandbox.market import House
from sandbox.world import SHOPS
from sandbox.world.model import Shop

LIFETIME = timedelta(seconds=3600)
SCOPES = ("sellingpartnerapi::notifications", "sellingpartnerapi::migration")
_NO_CACHE = {"cache-control": "no-store", "pragma": "no-cache"}


class Login:
    """``shops``: whose logins these are, by name."""

    def __init__(self, house: House, seals: Seals, shops: Mapping[str, Shop] = SHOPS) -> None:
        self._house, self._seals, self._shops = house, seals, shops
        self._by_refresh_token = {self._refresh_token(shop): shop for shop in shops.values() if shop.marketplace == "amazon"}

    def credentials(self, shop: Shop) -> dict[str, str]:
        return {
            "client_id": f"amzn1.application-oa2-client.{numbers.secret(self._house.seed, 'client')[:32]}",
            "client_secret": f"amzn1.oa2-cs.v1.{numbers.secret(self._house.seed, 'secret')}",
            "refresh_token": self._refresh_token(shop),
        }

    def _refresh_token(self, shop: Shop) -> str:
        return f"Atzr|{numbers.secret(self._house.seed, 'refresh', shop.name)}"

    def token(self, content_type: str, body: bytes) -> Answer:
        """Answer ``POST /auth/o2/token``; refusals have OAuth's shape, not Amazon's."""
        if content_type.split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return _refused("invalid_request", "The Content-Type is not application/x-www-form-urlencoded")
        try:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            return _refused("invalid_request", "The body is not UTF-8")
        grant = form.get("grant_type")
        if not grant:
            return _refused("invalid_request", "The request is missing a required parameter : grant_type")
        if grant not in ("refresh_token", "client_credentials"):
            return _refused("unsupported_grant_type", "The authorization grant type is not supported by the authorization server")
        missing = [name for name in ("client_id", "client_secret", _GRANTS[grant]) if not form.get(name)]
        if missing:
            return _refused("invalid_request", f"The request is missing a required parameter : {missing[0]}")
        return self._grant(grant, form)

    def _grant(self, grant: str, form: Mapping[str, str]) -> Answer:
        wanted = self.credentials(next(iter(self._shops.values())))
        if any(form[name] != wanted[name] for name in ("client_id", "client_secret")):
            return _refused("invalid_client", "Client authentication failed", 401)
        if grant == "client_credentials":
            if form["scope"] not in SCOPES:
                return _refused("invalid_scope", "The requested scope is invalid, unknown, or malformed")
            return self._issue(None, {"scope": form["scope"]})
        shop = self._by_refresh_token.get(form["refresh_token"])
        if shop is None:
            return _refused(
                "invalid_grant",
                "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.",
            )
        self._house.stats.call(shop.name, "token")
        return self._issue(shop, {"refresh_token": form["refresh_token"]})

    def _issue(self, shop: Shop | None, extra: Mapping[str, str]) -> Answer:
        facts = {"shop": shop.name if shop else "", "at": self._house.clock.now().timestamp(), "salt": secrets.token_hex(6)}
        body = {
            "access_token": "Atza|" + self._seals.close("access", facts), "token_type": "bearer",
            "expires_in": int(LIFETIME.total_seconds()), **extra,
        }
        return Answer(body, headers=_NO_CACHE)

    def seller(self, token: str | None) -> Shop:
        """Whose access token it is. Raises Refusal (403) for a missing, foreign or expired one."""
        if not token:
            raise denied("Access token is missing in the request header.")
        facts = self._seals.open("access", token[5:]) if token.startswith("Atza|") else None
        if facts is None or facts["shop"] not in self._shops:
            raise denied("The access token you provided is revoked, malformed or invalid.")
        ends = datetime.fromtimestamp(facts["at"], UTC) + LIFETIME
        if self._house.clock.now() >= ends or self._house.faults.draw("expired_token", facts["salt"]):
            raise denied("The access token you provided has expired.")
        return self._shops[facts["shop"]]


_GRANTS = {"refresh_token": "refresh_token", "client_credentials": "scope"}


def _refused(error: str, description: str, status: int = 400) -> Answer:
    return Answer({"error": error, "error_description": description}, status, _NO_CACHE)
