"""Alibaba.com's tokens: ten days; the seller's consent lasts eighteen months. Lifetimes are texts of seconds."""

from __future__ import annotations

from datetime import timedelta

from sandbox.alibaba import ids
from sandbox.iop import tokens


class Tokens(tokens.Tokens):
    marketplace = "alibaba"
    lifetime = timedelta(days=10)
    refresh_lifetime = timedelta(days=540)

    def owner(self, shop: str, verb: str) -> dict[str, object]:
        number = str(ids.seller_id(shop))
        user = {"user_id": number, "seller_id": number, "loginId": f"cn{number}", "country": "CN"}
        return {"account": None, "account_id": number, "country": "CN", "havana_id": number, "user_info": user}

    def told(self, answer: dict[str, object]) -> dict[str, object]:
        return {**answer, **{name: str(answer[name]) for name in ("expires_in", "refresh_expires_in")}}
