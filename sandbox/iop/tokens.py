"""Tokens and consent codes: each names its shop and its end, sealed with the world's seed, so that a restart honours them."""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sandbox.iop.errors import Refused
from sandbox.market import House
from sandbox.world import SHOPS
from sandbox.world.model import Shop

FIRST_ACCESS = timedelta(hours=6)  # of the token given with the credentials: a long night must refresh
CODE = timedelta(minutes=30)


class Tokens(ABC):
    """Issues and judges. A refresh token dies when a younger one of its shop has been used, as a rotated one should.

    Attributes:
        marketplace: whose shops they open.
        lifetime, refresh_lifetime: of an access token, and of a consent.
        shops: those of them there are, by name.
    """

    marketplace: str
    lifetime: timedelta
    refresh_lifetime: timedelta

    def __init__(self, house: House, shops: Mapping[str, Shop] = SHOPS) -> None:
        self._house, self.shops = house, {name: shop for name, shop in shops.items() if shop.marketplace == self.marketplace}
        self._names = list(self.shops)
        self._used_codes = {row["code"] for row in house.journal.rows(f"{self.marketplace}_code")}
        self._generation = dict.fromkeys(self._names, 0)
        for row in house.journal.rows(f"{self.marketplace}_refresh"):
            self._generation[row["shop"]] = max(self._generation[row["shop"]], row["generation"])
        self._issued = 0
        self._recalled: set[str] = set()

    @abstractmethod
    def owner(self, shop: str, verb: str) -> dict[str, object]:
        """What a token answer says of whose token it is; ``verb``: ``create`` or ``refresh``."""

    @property
    def app_secret(self) -> str:
        return self._seal("app")[:32]

    def access(self, shop: str, lifetime: timedelta = FIRST_ACCESS) -> tuple[str, datetime]:
        """A new access token and its end."""
        end = (self._house.clock.now() + lifetime).replace(microsecond=0)
        self._issued += 1  # two of one second differ, so that recalling one leaves the other
        return self._token("5000", shop, int(end.timestamp()), self._issued), end

    def refresh(self, shop: str) -> str:
        """The shop's refresh token in force. Its end never moves: it is counted from the world's origin."""
        return self._token("5001", shop, int((self._house.world.origin + self.refresh_lifetime).timestamp()), self._generation[shop])

    def shop_of(self, token: str) -> str:
        """Whose access token it is. Raises Refused for any that is not good now."""
        shop, end, _ = self._read("5000", token)
        if shop is None or datetime.fromtimestamp(end, UTC) <= self._house.clock.now() or token in self._recalled:
            raise Refused("IllegalAccessToken", "The specified access token is invalid or expired")
        return shop

    def recall(self, token: str) -> None:
        """Let an access token end before its time (a fault on purpose)."""
        self._recalled.add(token)

    def consent(self, shop: str) -> str:
        """The code a seller's consent gives: single use, 30 minutes."""
        return self._token("0", shop, int((self._house.clock.now() + CODE).timestamp()))

    def create(self, code: str) -> dict[str, object]:
        shop, end, _ = self._read("0", code)
        if shop is None or code in self._used_codes or datetime.fromtimestamp(end, UTC) <= self._house.clock.now():
            raise Refused("InvalidCode", "Invalid authorization code")
        self._used_codes.add(code)
        self._house.journal.add(f"{self.marketplace}_code", {"code": code}, self._house.clock.now())
        return self._answer(shop, "create")

    def renew(self, token: str) -> dict[str, object]:
        shop, end, generation = self._read("5001", token)
        dead = shop is None or datetime.fromtimestamp(end, UTC) <= self._house.clock.now()
        # Using the newest token buries the one before it; until then both work, so that a lost answer costs no consent.
        if dead or generation < self._generation[shop] - 1:
            raise Refused("IllegalRefreshToken", "The specified refresh token is invalid or expired")
        if generation == self._generation[shop]:
            self._generation[shop] += 1
            row = {"shop": shop, "generation": self._generation[shop]}
            self._house.journal.add(f"{self.marketplace}_refresh", row, self._house.clock.now())
        return self._answer(shop, "refresh")

    def _answer(self, shop: str, verb: str) -> dict[str, object]:
        now = self._house.clock.now()
        token, end = self.access(shop, self.lifetime)
        return {
            "access_token": token, "refresh_token": self.refresh(shop), "expires_in": int((end - now).total_seconds()),
            "refresh_expires_in": int((self._house.world.origin + self.refresh_lifetime - now).total_seconds()),
            "account": f"{shop}@sellers.example", "account_platform": "seller_center", **self.owner(shop, verb),
        }

    def _token(self, kind: str, shop: str, end: int, generation: int = 0) -> str:
        words = f"{kind}{self._names.index(shop)}x{end:x}x{generation:x}"
        return f"{words}x{self._seal(words)[:24]}"

    def _read(self, kind: str, token: str) -> tuple[str | None, int, int]:
        words, _, seal = token.rpartition("x")
        if not words.startswith(kind) or not hmac.compare_digest(self._seal(words)[:24], seal):
            return None, 0, 0
        place, end, generation = words[len(kind):].split("x")
        return self._names[int(place)], int(end, 16), int(generation, 16)

    def _seal(self, words: str) -> str:
        return hashlib.sha256(f"{self.marketplace}:{self._house.seed}:{words}".encode()).hexdigest()
