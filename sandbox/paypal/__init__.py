"""PayPal over the sandbox's world: accounts that sell nothing, paid by the brand's own stores' buyers and its own invoices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from sandbox.market import House
from sandbox.paypal import ids
from sandbox.paypal.answer_money import payer_name
from sandbox.paypal.door import Door
from sandbox.paypal.errors import Refused
from sandbox.paypal.sales import PREFIXES
from sandbox.paypal.truth import TRUTH


class PayPal:
    name = "paypal"

    def __init__(self, house: House) -> None:
        self._house, self._door = house, Door(house)

    def routes(self) -> list[BaseRoute]:
        return self._door.routes()

    def addresses(self, shop: str, base: str) -> tuple[str, str]:
        return base, base

    def account(self, shop: str) -> Mapping[str, str]:
        return {"seller_id": ids.merchant_id(shop), "invoice_prefix": PREFIXES.get(ids.ACCOUNTS[shop].client, "")}

    def credentials(self, shop: str) -> Mapping[str, str]:
        return {"client_id": self._door.tokens.client_id(shop), "client_secret": self._door.tokens.client_secret(shop)}

    def truth(self, table: str) -> Iterable[Mapping[str, object]]:
        stated = TRUTH.get(table)
        for shop in ids.ACCOUNTS.values() if stated else ():
            for row in stated(self._house, self._door.books, shop.name):
                yield {"client": shop.client, "shop": shop.name, **row}

    def buyers(self, shop: str) -> set[str]:
        """Who paid into the account."""
        payers = {entry.movement.payer for entry in self._door.books.entries(shop)} if shop in ids.ACCOUNTS else set()
        return {payer_name(self._house, payer) for payer in payers if payer}

    def refusal(self, kind: str) -> Response:
        refused = Refused({"error": "INTERNAL_SERVER_ERROR", "throttled": "RATE_LIMIT_REACHED"}[kind])
        debug_id = self._door.debug_id()
        return JSONResponse(refused.body(debug_id), refused.status, {"PayPal-Debug-Id": debug_id})


def open_market(house: House) -> PayPal:
    return PayPal(house)
