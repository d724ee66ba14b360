"""Etsy's door: key, quota, token, scope and shop are judged in this order, then the operation is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.etsy import answer_listings, answer_money, answer_receipts, answer_shop, ids
from sandbox.etsy.asked import Asked
from sandbox.etsy.errors import Refused, unknown, wrong
from sandbox.etsy.limits import Limits
from sandbox.etsy.put_inventory import put_inventory
from sandbox.etsy.tokens import KEYSTRING, SCOPES, Tokens
from sandbox.etsy.written import Written
from sandbox.market import House
from sandbox.world import SHOPS

Answerer = Callable[[House, Written, Asked], dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """``scope`` empty: the key alone opens it, though a token is welcome."""

    name: str
    method: str
    path: str
    answer: Answerer
    scope: str = ""

    def match(self, method: str, path: str) -> Mapping[str, int] | None:
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[0-9]{1,19})", self.path)
        found = re.fullmatch(pattern, path) if method == self.method else None
        return {name: int(value) for name, value in found.groupdict().items()} if found else None


_SHOP = "shops/{shop_id}"
_RECEIPT, _LEDGER = f"{_SHOP}/receipts/{{receipt_id}}", f"{_SHOP}/payment-account/ledger-entries"
OPERATIONS = (
    Operation("ping", "GET", "openapi-ping", answer_shop.ping),
    Operation("getMe", "GET", "users/me", answer_shop.get_me, "shops_r"),
    Operation("getShop", "GET", _SHOP, answer_shop.get_shop),
    Operation("getReviewsByShop", "GET", f"{_SHOP}/reviews", answer_shop.get_reviews),
    Operation("getShippingCarriers", "GET", "shipping-carriers", answer_shop.get_carriers),
    Operation("getShopReceipts", "GET", f"{_SHOP}/receipts", answer_receipts.get_receipts, "transactions_r"),
    Operation("getShopReceipt", "GET", _RECEIPT, answer_receipts.get_receipt, "transactions_r"),
    Operation(
        "getShopReceiptTransactionsByReceipt", "GET", f"{_RECEIPT}/transactions", answer_receipts.get_transactions, "transactions_r"
    ),
    Operation("createReceiptShipment", "POST", f"{_RECEIPT}/tracking", answer_receipts.tell_shipment, "transactions_w"),
    Operation("getShopPaymentByReceiptId", "GET", f"{_RECEIPT}/payments", answer_money.get_payments_of_receipt, "transactions_r"),
    Operation("getPayments", "GET", f"{_SHOP}/payments", answer_money.get_payments, "transactions_r"),
    Operation("getShopPaymentAccountLedgerEntries", "GET", _LEDGER, answer_money.get_entries, "transactions_r"),
    Operation(
        "getPaymentAccountLedgerEntryPayments", "GET", f"{_LEDGER}/payments", answer_money.get_payments_of_entries, "transactions_r"
    ),
    Operation("getListingsByShop", "GET", f"{_SHOP}/listings", answer_listings.by_shop, "listings_r"),
    Operation("updateListing", "PATCH", f"{_SHOP}/listings/{{listing_id}}", answer_listings.change, "listings_w"),
    Operation("getListingsByListingIds", "GET", "listings/batch", answer_listings.by_ids),
    Operation("getListing", "GET", "listings/{listing_id}", answer_listings.one),
    Operation("getListingInventory", "GET", "listings/{listing_id}/inventory", answer_listings.get_inventory, "listings_r"),
    Operation("updateListingInventory", "PUT", "listings/{listing_id}/inventory", put_inventory, "listings_w"),
)


class Gate:
    def __init__(self, house: House) -> None:
        self._house, self.tokens, self.limits, self.written = house, Tokens(house), Limits(house), Written(house)
        self._last: dict[str, tuple[object, dict[str, Any]]] = {}

    async def call(self, request: Request) -> Response:
        try:
            form, body = await _content(request)
            answer = self._answer(request, form, body)
        except Refused as refused:
            return JSONResponse(refused.body, refused.status, {**self.limits.headers(), **refused.headers})
        return JSONResponse(answer, 200, self.limits.headers())

    def _answer(self, request: Request, form: Mapping[str, str], body: Any) -> dict[str, Any]:
        operation, path = self._operation(request.method, request.path_params["path"])
        self._judge_key(request.headers.get("x-api-key", ""))
        shop = self._shop(operation, path, request.headers.get("authorization", ""))
        self._house.stats.call(shop, operation.name)
        try:
            self.limits.take()
        except Refused as refused:
            self._house.stats.reject(shop, operation.name, str(refused))
            raise
        asked = Asked(shop, path, request.query_params, form, body)
        return self._perhaps_repeated(operation, asked, operation.answer(self._house, self.written, asked))

    def _operation(self, method: str, path: str) -> tuple[Operation, Mapping[str, int]]:
        for operation in OPERATIONS:
            found = operation.match(method, path)
            if found is not None:
                return operation, found
        raise Refused(404, "Resource not found")

    def _judge_key(self, key: str) -> None:
        """Since February 2026 the keystring alone opens nothing."""
        keystring, colon, secret = key.partition(":")
        if keystring != KEYSTRING:
            raise Refused(403, "API key not found or not active.")
        if not colon or secret != self.tokens.shared_secret:
            raise Refused(403, "Shared secret is required in x-api-key header.")

    def _shop(self, operation: Operation, path: Mapping[str, int], header: str) -> str:
        """Whose call it is: the token's shop, and without a token the one in the address."""
        kind, _, token = header.partition(" ")
        owner = self.tokens.shop_of(token) if kind == "Bearer" else None
        if operation.scope and owner is None:
            raise Refused(401, "invalid_request", "missing access token")
        if operation.scope and operation.scope not in SCOPES.split():
            raise Refused(403, "insufficient_scope", f"{operation.scope} is required")
        if owner and self._house.faults.draw("expired_token", owner):
            self._house.stats.fault("expired_token")
            self.tokens.recall(token)
            raise Refused(401, "invalid_token", "access token is expired")
        named = next((name for name in ids.shops() if ids.shop_id(name) == path.get("shop_id")), None)
        if "shop_id" in path and named is None:
            raise unknown(f"a Shop with shop_id = {path['shop_id']}")
        if operation.scope and named and named != owner:
            raise Refused(403, "User does not own the requested shop")
        return named or owner or ids.shops()[0]

    def _perhaps_repeated(self, operation: Operation, asked: Asked, answer: dict[str, Any]) -> dict[str, Any]:
        """A fault on purpose: a later page of a list shows the one before once more."""
        if "results" not in answer or "offset" not in asked.query:
            return answer
        listed = (operation.name, tuple(sorted((name, value) for name, value in asked.query.items() if name != "offset")))
        last = self._last.get(asked.shop)
        is_same_walk = last is not None and last[0] == listed and asked.query["offset"] != "0"
        if is_same_walk and self._house.faults.draw("repeated_page", f"{asked.shop}{operation.name}"):
            self._house.stats.fault("repeated_page")
            return last[1]
        self._last[asked.shop] = (listed, answer)
        return answer

    async def token(self, request: Request) -> Response:
        """The token service reads a form; JSON it reads as nothing."""
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        try:
            return JSONResponse(self._granted(form))
        except Refused as refused:
            return JSONResponse(refused.body, refused.status)

    def _granted(self, form: Mapping[str, str]) -> dict[str, Any]:
        needed = {"refresh_token": ("refresh_token",), "authorization_code": ("code", "code_verifier", "redirect_uri")}
        kind = form.get("grant_type", "")
        if kind not in needed:
            raise Refused(400, "unsupported_grant_type", "grant_type is not supported")
        if form.get("client_id") != KEYSTRING:
            raise Refused(401, "invalid_client", "client_id is unknown")
        lacking = [name for name in needed[kind] if not form.get(name)]
        if lacking:
            raise Refused(400, "invalid_request", f"{', '.join(lacking)} is required")
        if kind == "refresh_token":
            return self.tokens.renew(form["refresh_token"])
        return self.tokens.create(form["code"], form["code_verifier"], form["redirect_uri"])

    async def consent(self, request: Request) -> Response:
        """The seller's consent page, already agreed to. ``shop`` says whose; PKCE is mandatory."""
        given = request.query_params
        shop = SHOPS.get(given.get("shop", ""))
        is_right = (
            given.get("response_type") == "code" and given.get("client_id") == KEYSTRING and shop is not None and shop.marketplace == "etsy"
            and given.get("code_challenge_method") == "S256" and given.get("code_challenge") and given.get("state") and given.get("scope")
            and given.get("redirect_uri", "").startswith("https://")
        )
        if not is_right:
            return JSONResponse({"error": "invalid_request", "error_description": "the application is not allowed to ask like that"}, 400)
        code = self.tokens.consent(shop.name, given["code_challenge"], given["redirect_uri"])
        return RedirectResponse(f"{given['redirect_uri']}?code={code}&state={given['state']}", 302)


async def _content(request: Request) -> tuple[Mapping[str, str], Any]:
    """(form, JSON) of a call; one of them at most holds anything."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        try:
            return {}, json.loads(await request.body())
        except ValueError:
            raise wrong("The body is no JSON") from None
    if kind == "application/x-www-form-urlencoded":
        return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}, None
    return {}, None
