"""Who asks: one-legged OAuth 1.0a in the query, because this store is reached over plain http, where it trusts no password."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from sandbox.market import House
from sandbox.woocommerce import ids
from sandbox.woocommerce.refusals import Refused, unauthorized

LATEST_SECONDS = 15 * 60
WANTED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


def signature(method: str, url: str, pairs: Sequence[tuple[str, str]], secret: str) -> str:
    """HMAC-SHA256 over method, address without query, and the sorted parameters; ``secret`` is the consumer's alone."""
    encoded = sorted((_escape(name), _escape(value)) for name, value in pairs if name != "oauth_signature")
    base = "&".join((method.upper(), _escape(url), _escape("&".join(f"{name}={value}" for name, value in encoded))))
    return base64.b64encode(hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()).decode()


def _escape(text: str) -> str:
    return quote(text, safe="~")


class Keys:
    """One pair of keys a store, good for reading and writing; nonces are remembered as long as their timestamp counts."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._nonces: dict[tuple[str, str], float] = {}

    def check(self, shop: str, method: str, url: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Raises Refused for whoever is not the shop's key holder; an ``Authorization`` header is not even looked at."""
        given = dict(pairs)
        if "oauth_consumer_key" not in given:
            raise Refused(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        for name in WANTED:
            if not given.get(name):
                raise unauthorized(f"Missing parameter {name}")
        if given["oauth_consumer_key"] != ids.key(self._house.seed, shop, "ck_"):
            raise unauthorized("Consumer key is invalid.")
        if given["oauth_signature_method"] != "HMAC-SHA256":
            raise unauthorized("Invalid signature - signature method is invalid.")
        expected = signature(method, url, pairs, ids.key(self._house.seed, shop, "cs_"))
        if not hmac.compare_digest(expected, given["oauth_signature"]):
            raise unauthorized("Invalid signature - provided signature does not match.")
        self._use(given)

    def _use(self, given: Mapping[str, str]) -> None:
        now, told = self._house.clock.now().timestamp(), given["oauth_timestamp"]
        if not told.isdecimal() or abs(int(told) - now) > LATEST_SECONDS:
            raise unauthorized("Invalid timestamp.")
        self._nonces = {used: at for used, at in self._nonces.items() if abs(at - now) <= LATEST_SECONDS}
        used = (given["oauth_consumer_key"], given["oauth_nonce"])
        if used in self._nonces:
            raise unauthorized("Invalid nonce - nonce has already been used.")
        self._nonces[used] = float(told)
