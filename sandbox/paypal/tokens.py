"""One app an account: its id and secret, and the access tokens they are exchanged for, nine hours each."""

from __future__ import annotations

import base64
import hashlib
import hmac
from binascii import Error as NotBase64

from sandbox.market import House
from sandbox.paypal import ids
from sandbox.paypal.errors import TokenRefused

LIFETIME_SECONDS = 32_400
_BASE = "https://uri.paypal.com/services"
SCOPES = (
    f"{_BASE}/reporting/search/read", f"{_BASE}/reporting/balances/read", f"{_BASE}/disputes/read-seller",
    f"{_BASE}/shipping/trackers/readwrite", f"{_BASE}/payments/refund", "openid",
)


class Tokens:
    def __init__(self, house: House) -> None:
        self._house = house
        self._names = list(ids.ACCOUNTS)
        self._issued, self._recalled = 0, set()

    def client_id(self, account: str) -> str:
        return f"A{self._seal(f'id {account}')[:31]}".upper()

    def client_secret(self, account: str) -> str:
        return f"E{self._seal(f'secret {account}')}"

    def exchange(self, header: str, form: dict[str, str]) -> dict[str, object]:
        """The answer to ``POST /v1/oauth2/token``. Raises TokenRefused."""
        account = self._who(header)
        if account is None:
            raise TokenRefused(401, "invalid_client", "Client Authentication failed")
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused(400, "unsupported_grant_type", "Unsupported grant_type")
        # A token a call is what PayPal limits first.
        if self._house.quotas.take("paypal token", account, 1 / 60, 10):
            raise TokenRefused(429, "rate_limit_reached", "Too many token requests. Reuse the token until it expires")
        self._issued += 1
        end = int(self._house.clock.now().timestamp()) + LIFETIME_SECONDS
        words = f"A21AA{self._names.index(account)}x{end:x}x{self._issued:x}"
        return {
            "scope": " ".join(SCOPES), "access_token": f"{words}x{self._seal(words)[:40]}", "token_type": "Bearer",
            "app_id": f"APP-{self.client_id(account)[:16]}", "expires_in": LIFETIME_SECONDS, "nonce": f"nonce{self._issued}",
        }

    def account_of(self, header: str) -> str | None:
        """Whose living token the Authorization header carries."""
        token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else ""
        words, _, seal = token.rpartition("x")
        if not words.startswith("A21AA") or not hmac.compare_digest(self._seal(words)[:40], seal) or token in self._recalled:
            return None
        place, end, _ = words[5:].split("x")
        return self._names[int(place)] if int(end, 16) > self._house.clock.now().timestamp() else None

    def recall(self, header: str) -> None:
        """Let a token end before its time (a fault on purpose)."""
        self._recalled.add(header.removeprefix("Bearer "))

    def _who(self, header: str) -> str | None:
        try:
            name, _, secret = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
        except (NotBase64, UnicodeDecodeError, ValueError):
            return None
        pairs = ((each, self.client_id(each), self.client_secret(each)) for each in self._names)
        return next((each for each, one, two in pairs if name == one and hmac.compare_digest(two, secret)), None)

    def _seal(self, words: str) -> str:
        return hashlib.sha256(f"paypal:{self._house.seed}:{words}".encode()).hexdigest()
