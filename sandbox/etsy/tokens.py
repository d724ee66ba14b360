"""Access and refresh tokens, and the consent that gives the first of them; sealed with the world's seed, so that a restart honours them.

Every refresh hands out a new refresh token. What becomes of the one it came from is not documented; sellers' tools report
that it is still taken, and sometimes that it is revoked. This world takes it until its successor has itself been used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from sandbox.clock import instant, iso
from sandbox.etsy import ids
from sandbox.etsy.errors import Refused
from sandbox.market import House

KEYSTRING = "kilnkeystring0123456789a"
ACCESS, REFRESH, CODE = timedelta(hours=1), timedelta(days=90), timedelta(minutes=10)
SCOPES = "email_r feedback_r listings_d listings_r listings_w shops_r shops_w transactions_r transactions_w"


class Tokens:
    def __init__(self, house: House) -> None:
        self._house, self._names, self._recalled, self._count = house, ids.shops(), set(), 0
        self._issued, self._used, self._ends = dict.fromkeys(self._names, 0), dict.fromkeys(self._names, 0), {}
        self._codes = {row["code"] for row in house.journal.rows("etsy_code")}
        for row in house.journal.rows("etsy_refresh"):
            shop = row["shop"]
            self._issued[shop], self._used[shop] = row["issued"], row["used"]
            self._ends[shop] = instant(row["end"])

    @property
    def shared_secret(self) -> str:
        return self._seal("app")[:10]

    def refresh(self, shop: str) -> str:
        """The shop's youngest refresh token."""
        return self._token("r", shop, self._issued[shop], self._ends.get(shop, self._house.world.origin + REFRESH))

    def shop_of(self, token: str) -> str:
        """Whose access token it is. Raises Refused for one that is not good now."""
        shop, _, end = self._read("a", token)
        if shop is None:
            raise Refused(401, "invalid_token", "access token is invalid")
        if end <= self._house.clock.now() or token in self._recalled:
            raise Refused(401, "invalid_token", "access token is expired")
        return shop

    def recall(self, token: str) -> None:
        """Let an access token end before its time (a fault on purpose)."""
        self._recalled.add(token)

    def renew(self, token: str) -> dict[str, object]:
        shop, number, end = self._read("r", token)
        if shop is None:
            raise Refused(400, "invalid_grant", "refresh_token is invalid")
        if number < self._used[shop] or end <= self._house.clock.now():
            raise Refused(400, "invalid_grant", "refresh_token is revoked")
        return self._answer(shop, number)

    def revoke(self, shop: str) -> None:
        """The seller has a new password: whatever was handed out is worth nothing."""
        self._used[shop] = self._issued[shop] = self._issued[shop] + 1
        self._remember(shop)

    def consent(self, shop: str, challenge: str, redirect: str) -> str:
        """The code a seller's consent gives: single use, bound to the challenge and the address."""
        end = self._house.clock.now() + CODE
        return self._token("c", shop, int(self._seal(f"{challenge}:{redirect}")[:8], 16), end)

    def create(self, code: str, verifier: str, redirect: str) -> dict[str, object]:
        shop, bound, end = self._read("c", code)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        is_bound = shop is not None and bound == int(self._seal(f"{challenge}:{redirect}")[:8], 16)
        if not is_bound or code in self._codes or end <= self._house.clock.now():
            raise Refused(400, "invalid_grant", "code is invalid or expired")
        self._codes.add(code)
        self._house.journal.add("etsy_code", {"code": code}, self._house.clock.now())
        return self._answer(shop, self._issued[shop])

    def _answer(self, shop: str, used: int) -> dict[str, object]:
        self._used[shop] = max(self._used[shop], used)
        self._issued[shop] += 1
        self._ends[shop] = (self._house.clock.now() + REFRESH).replace(microsecond=0)
        self._remember(shop)
        self._count += 1
        access = self._token("a", shop, self._count, self._house.clock.now() + ACCESS)
        lifetime = int(ACCESS.total_seconds())
        return {"access_token": access, "token_type": "Bearer", "expires_in": lifetime, "refresh_token": self.refresh(shop)}

    def _remember(self, shop: str) -> None:
        row = {"shop": shop, "issued": self._issued[shop], "used": self._used[shop]}
        self._house.journal.add("etsy_refresh", {**row, "end": iso(self._ends.get(shop))}, self._house.clock.now())

    def _token(self, kind: str, shop: str, number: int, end: datetime) -> str:
        words = f"{kind}{number:x}-{int(end.timestamp()):x}"
        return f"{ids.user_id(shop)}.{words}-{self._seal(f'{shop}:{words}')[:40]}"

    def _read(self, kind: str, token: str) -> tuple[str | None, int, datetime]:
        user, _, rest = token.partition(".")
        words, _, seal = rest.rpartition("-")
        shop = next((name for name in self._names if str(ids.user_id(name)) == user), None)
        if shop is None or words[:1] != kind or not hmac.compare_digest(self._seal(f"{shop}:{words}")[:40], seal):
            return None, 0, datetime.fromtimestamp(0, UTC)
        number, end = (int(part, 16) for part in words[1:].split("-"))
        return shop, number, datetime.fromtimestamp(end, UTC)

    def _seal(self, words: str) -> str:
        return hashlib.sha256(f"etsy:{self._house.seed}:{words}".encode()).hexdigest()
