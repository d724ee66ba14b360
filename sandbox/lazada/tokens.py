"""Tokens and consent codes: each names its shop and its end, sealed with the world's seed, so that a restart honours them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from sandbox.lazada.errors import Refused
from sandbox.lazada.ids import seller_id
from sandbox.market import House
from sandbox.world import SHOPS

APP_KEY = "100132"
ACCESS = timedelta(days=7)
FIRST_ACCESS = timedelta(hours=6)  # of the token given with the credentials: a long night must refresh
REFRESH = timedelta(days=180)
CODE = timedelta(minutes=30)


class Tokens:
    """Issues and judges. A refresh token dies when a younger one of its shop has been used, as a rotated one should."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._names = [shop.name for shop in SHOPS.values() if shop.marketplace == "lazada"]
        self._used_codes = {row["code"] for row in house.journal.rows("lazada_code")}
        self._generation = dict.fromkeys(self._names, 0)
        for row in house.journal.rows("lazada_refresh"):
            self._generation[row["shop"]] = max(self._generation[row["shop"]], row["generation"])
        self._issued = 0
        self._recalled: set[str] = set()

    @property
    def app_secret(self) -> str:
        return self._seal("app")[:32]

    def access(self, shop: str, lifetime: timedelta = FIRST_ACCESS) -> tuple[str, datetime]:
        """A new access token and its end."""
        end = (self._house.clock.now() + lifetime).replace(microsecond=0)
        self._issued += 1  # two of one second differ, so that recalling one leaves the other
        return self._token("5000", shop, int(end.timestamp()), self._issued), end

    def refresh(self, shop: str) -> str:
        """The shop's refresh token in force. Its end never moves: 180 days after the world's origin."""
        return self._token("5001", shop, int((self._house.world.origin + REFRESH).timestamp()), self._generation[shop])

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
        self._house.journal.add("lazada_code", {"code": code}, self._house.clock.now())
        return self._answer(shop, "country_user_info")

    def renew(self, token: str) -> dict[str, object]:
        shop, end, generation = self._read("5001", token)
        dead = shop is None or datetime.fromtimestamp(end, UTC) <= self._house.clock.now()
        # Using the newest token buries the one before it; until then both work, so that a lost answer costs no consent.
        if dead or generation < self._generation[shop] - 1:
            raise Refused("IllegalRefreshToken", "The specified refresh token is invalid or expired")
        if generation == self._generation[shop]:
            self._generation[shop] += 1
            self._house.journal.add("lazada_refresh", {"shop": shop, "generation": self._generation[shop]}, self._house.clock.now())
        return self._answer(shop, "country_user_info_list")

    def _answer(self, shop: str, countries: str) -> dict[str, object]:
        now = self._house.clock.now()
        token, end = self.access(shop, ACCESS)
        sites = SHOPS[shop].sites
        number = str(seller_id(shop))
        users = [{"country": site.lower(), "user_id": number, "seller_id": number, "short_code": f"{site}{number}"} for site in sites]
        return {
            "access_token": token, "refresh_token": self.refresh(shop), "expires_in": int((end - now).total_seconds()),
            "refresh_expires_in": int((self._house.world.origin + REFRESH - now).total_seconds()),
            "country": "cb" if len(sites) > 1 else sites[0].lower(), countries: users,
            "account": f"{shop}@sellers.example", "account_platform": "seller_center", "account_id": number,
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
        return hashlib.sha256(f"lazada:{self._house.seed}:{words}".encode()).hexdigest()
