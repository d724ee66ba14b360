"""OAuth: one application, a refresh token a seller that is never rotated, access tokens of two hours; sealed, not stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import JSONResponse

from sandbox.ebay.errors import invalid_token
from sandbox.market import House
from sandbox.world import SHOPS

CLIENT_ID = "DaiyunAg-nightroo-PRD-0a1b2c3d4-5e6f7a8b"
LIFE_SECONDS = 7200
REFRESH_SECONDS = 47_304_000


class Tokens:
    """Issues and judges."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._names = [shop.name for shop in SHOPS.values() if shop.marketplace == "ebay"]
        self._issued = 0
        self._recalled: set[str] = set()

    @property
    def client_secret(self) -> str:
        return f"PRD-{self._seal('app')[:32]}"

    def refresh(self, shop: str) -> str:
        return f"v^1.1#i^1#r^1#{self._seal(f'refresh:{shop}')[:40]}"

    def shop_of(self, token: str) -> str:
        """Whose access token it is. Raises Refused (401) for any that is not good now."""
        words, _, seal = token.removeprefix("v^1.1#i^1#").rpartition(".")
        if not hmac.compare_digest(self._seal(words)[:32], seal) or token in self._recalled:
            raise invalid_token()
        place, end, _ = words.split(".")
        if datetime.fromtimestamp(int(end), UTC) <= self._house.clock.now():
            raise invalid_token()
        return self._names[int(place)]

    def recall(self, token: str) -> None:
        """Let an access token end before its time (a fault on purpose)."""
        self._recalled.add(token)

    def answer(self, authorization: str, form: Mapping[str, str]) -> JSONResponse:
        """``POST /identity/v1/oauth2/token``; refusals have OAuth's shape."""
        basic = base64.b64encode(f"{CLIENT_ID}:{self.client_secret}".encode()).decode()
        if authorization != f"Basic {basic}":
            return _refused(401, "invalid_client", "client authentication failed")
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return _refused(400, "invalid_scope", "no application token is given out here")
        if grant != "refresh_token":
            return _refused(400, "unsupported_grant_type", "grant type in request is not supported by the authorization server")
        shop = next((name for name in self._names if self.refresh(name) == form.get("refresh_token")), None)
        if shop is None:
            return _refused(400, "invalid_grant", "the provided authorization refresh token is invalid or was issued to another client")
        self._house.stats.call(shop, "token")
        return JSONResponse({"access_token": self._access(shop), "expires_in": LIFE_SECONDS, "token_type": "User Access Token"})

    def _access(self, shop: str) -> str:
        self._issued += 1
        end = int(self._house.clock.now().timestamp()) + LIFE_SECONDS
        words = f"{self._names.index(shop)}.{end}.{self._issued:x}"
        return f"v^1.1#i^1#{words}.{self._seal(words)[:32]}"

    def _seal(self, words: str) -> str:
        return hashlib.sha256(f"ebay:{self._house.seed}:{words}".encode()).hexdigest()


def _refused(status: int, error: str, description: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status)
