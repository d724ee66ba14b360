"""The samples server as a process, and callers of its doors that share no code with it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[4] / "shared" / "specs"))
_nonces = itertools.count(1)


@pytest.fixture(scope="session")
def specs() -> Path:
    if not SPECS.is_dir():
        pytest.skip("the vendors' description files do not lie beside (DAIYUN_SPECS)")
    return SPECS


@pytest.fixture(scope="session")
def told(specs) -> Iterator[dict]:
    """The line of a running ``python -m sandbox samples``."""
    command = [sys.executable, "-m", "sandbox", "samples", "--dir", str(specs), "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3], text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        process.stdout.close()


@pytest.fixture(scope="session")
def ask(told) -> Callers:
    return Callers(told)


class Callers:
    """Whoever holds a shop's keys, at each marketplace."""

    def __init__(self, told: dict) -> None:
        self._told, self._tokens = told, {}

    def shop(self, name: str) -> dict:
        return next(market["shops"][name] for market in self._told["marketplaces"].values() if name in market["shops"])

    def expected(self, shop: str) -> dict:
        return requests.get(self._told["expected"], timeout=10).json()[shop]

    def now(self) -> datetime:
        return datetime.fromisoformat(requests.get(self._told["clock"], timeout=10).json()["now"])

    def amazon(self, path: str, shop: str = "samples_amazon_1", *, token: str | None = None, body: dict | None = None, **params: str):
        here = self.shop(shop)
        token = token if token is not None else self._amazon_token(shop)
        headers = {"x-amz-access-token": token} if token else {}
        if body:
            return requests.post(f"{here['base_url']}{path}", json=body, headers=headers, timeout=10)
        return requests.get(f"{here['base_url']}{path}", params=params, headers=headers, timeout=10)

    def _amazon_token(self, shop: str) -> str:
        if shop not in self._tokens:
            here = self.shop(shop)
            form = {"grant_type": "refresh_token", **here["credentials"]}
            self._tokens[shop] = requests.post(f"{here['auth_url']}/auth/o2/token", data=form, timeout=10).json()["access_token"]
        return self._tokens[shop]

    def lazada(self, path: str, *, country: str = "sg", spoil: dict | None = None, **business: object):
        here = self.shop("samples_lazada_1")
        base = here["base_url"].replace("/sg/", f"/{country}/")
        sent = self._signed(path, here["credentials"], "access_token", business)
        return requests.get(f"{base}{path}", params=sent | (spoil or {}), timeout=10)

    def aliexpress(self, method: str, *, spoil: dict | None = None, **business: object):
        here = self.shop("samples_aliexpress_1")
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in business.items()}
        sent = self._signed("", here["credentials"], "session", {**texts, "method": method, "simplify": "false"})
        return requests.post(f"{here['base_url']}/sync", data=sent | (spoil or {}), timeout=10)

    def _signed(self, path: str, keys: dict, token: str, business: dict) -> dict[str, str]:
        sent = {"app_key": keys["app_key"], "sign_method": "sha256", token: keys["access_token"]}
        sent |= {"timestamp": str(round(self.now().timestamp() * 1000)), **{name: str(value) for name, value in business.items()}}
        message = path + "".join(name + sent[name] for name in sorted(sent))
        return {**sent, "sign": hmac.new(keys["app_secret"].encode(), message.encode(), hashlib.sha256).hexdigest().upper()}

    def woocommerce(self, path: str, *, key: str | None = None, **params: object):
        """``path`` below ``/wp-json/wc/v3``; ``key`` instead of the store's own."""
        here = self.shop("samples_woocommerce_1")
        url = f"{here['base_url']}/wp-json/wc/v3{path}"
        sent = {name: str(value) for name, value in params.items()} | {
            "oauth_consumer_key": key or here["credentials"]["consumer_key"], "oauth_nonce": f"sample{next(_nonces)}",
            "oauth_timestamp": str(round(self.now().timestamp())), "oauth_signature_method": "HMAC-SHA256",
        }
        pairs = "&".join(f"{_escape(name)}={_escape(value)}" for name, value in sorted(sent.items()))
        message, secret = "&".join(("GET", _escape(url), _escape(pairs))), here["credentials"]["consumer_secret"]
        sent["oauth_signature"] = base64.b64encode(hmac.new(f"{secret}&".encode(), message.encode(), hashlib.sha256).digest()).decode()
        return requests.get(url, params=sent, timeout=10)


def _escape(text: str) -> str:
    return quote(text, safe="~")
