"""Lazada's tokens: seven days, good for the seller's countries."""

from __future__ import annotations

from datetime import timedelta

from sandbox.iop import tokens
from sandbox.lazada.ids import FIRST_SELLER

APP_KEY = "100132"


class Tokens(tokens.Tokens):
    marketplace = "lazada"
    lifetime = timedelta(days=7)
    refresh_lifetime = timedelta(days=180)

    def owner(self, shop: str, verb: str) -> dict[str, object]:
        sites, number = self.shops[shop].sites, str(FIRST_SELLER + self.shops[shop].number)
        users = [{"country": site.lower(), "user_id": number, "seller_id": number, "short_code": f"{site}{number}"} for site in sites]
        countries = "country_user_info" if verb == "create" else "country_user_info_list"
        return {"country": "cb" if len(sites) > 1 else sites[0].lower(), countries: users, "account_id": number}
