"""AliExpress's tokens: an in-house seller app's, good for a month."""

from __future__ import annotations

from datetime import timedelta

from sandbox.aliexpress.ids import FIRST_SELLER
from sandbox.iop import tokens

APP_KEY = "30282218"


class Tokens(tokens.Tokens):
    marketplace = "aliexpress"
    lifetime = timedelta(days=30)
    refresh_lifetime = timedelta(days=60)

    def owner(self, shop: str, verb: str) -> dict[str, object]:
        number = str(FIRST_SELLER + self.shops[shop].number)
        return {"seller_id": number, "user_id": number, "account_id": number, "user_nick": f"us{number}", "sp": "ae", "locale": "zh_CN"}
