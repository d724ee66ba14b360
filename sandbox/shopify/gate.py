"""The shop's address over HTTP: the token service, the GraphQL door, and the files of bulk operations."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.market import House
from sandbox.shopify import ids
from sandbox.shopify.engine import Engine
from sandbox.shopify.node_goods import SCOPES

VERSIONS = ("2025-10", "2026-01", "2026-04", "2026-07", "2026-10")
LIFE = timedelta(seconds=86_399)
STATIC = ("teahaus_shopify",)  # logs in with a permanent token of the old kind; the others ask for one that lives a day


class Gate:
    """Judges address, token and version; everything about the query itself is the engine's."""

    def __init__(self, house: House) -> None:
        self._house, self._engine = house, Engine(house)
        self._by_domain = {ids.domain(shop): shop for shop in self._engine.shelves}
        self._recalled: set[str] = set()
        self._issued = 0

    @property
    def shelves(self):
        return self._engine.shelves

    def credentials(self, shop: str) -> dict[str, str]:
        if shop in STATIC:
            return {"access_token": f"shpat_{self._seal(shop, 'static')[:32]}"}
        return {"client_id": self._seal(shop, "id")[:32], "client_secret": f"shpss_{self._seal(shop, 'secret')[:32]}"}

    async def token(self, request: Request) -> Response:
        shop = self._by_domain.get(request.path_params["domain"])
        if shop is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        self._house.stats.call(shop, "oauth/access_token")
        known = self.credentials(shop)
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if "client_id" not in known or form.get("client_id") != known["client_id"]:
            return JSONResponse({"error": "app_not_installed", "error_description": "The app is not installed on this shop"}, 400)
        if form.get("client_secret") != known["client_secret"]:
            return JSONResponse({"error": "invalid_client", "error_description": "The client secret is wrong"}, 400)
        self._issued += 1
        end = int((self._house.clock.now() + LIFE).timestamp())
        token = f"shpca_{end:x}x{self._issued:x}x{self._seal(shop, f'{end}:{self._issued}')[:24]}"
        return JSONResponse({"access_token": token, "scope": ",".join(SCOPES), "expires_in": 86_399})

    async def graphql(self, request: Request) -> Response:
        shop, version = self._by_domain.get(request.path_params["domain"]), request.path_params["version"]
        served = version if version in VERSIONS else VERSIONS[0]  # an expired one silently falls forward
        if shop is None or version > VERSIONS[-1]:
            return JSONResponse({"errors": "Not Found"}, 404)
        token = request.headers.get("x-shopify-access-token", "")
        if not self._is_good(shop, token):
            self._house.stats.reject(shop, "graphql", "401")
            refusal = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
            return JSONResponse(refusal, 401)
        if shop not in STATIC and self._house.faults.draw("expired_token", shop):
            self._house.stats.fault("expired_token")
            self._recalled.add(token)
            return JSONResponse({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401)
        try:
            body = json.loads(await request.body())
        except ValueError:
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        base = str(request.url).partition("/admin/")[0]
        headers = {"X-Shopify-API-Version": served, "X-Request-Id": self._seal(shop, f"request:{self._issued}:{id(request)}")[:32]}
        return JSONResponse(self._engine.answer(shop, body, base), headers=headers)

    async def file(self, request: Request) -> Response:
        found = self._engine.bulk.file(request.path_params["ticket"])
        if found is None:
            return PlainTextResponse("<Error><Code>AccessDenied</Code></Error>", 403)
        return Response(found, media_type="application/jsonl")

    def _is_good(self, shop: str, token: str) -> bool:
        if shop in STATIC:
            return hmac.compare_digest(token, self.credentials(shop)["access_token"])
        end, _, rest = token.removeprefix("shpca_").partition("x")
        count, _, seal = rest.partition("x")
        try:
            wanted = self._seal(shop, f"{int(end, 16)}:{int(count, 16)}")[:24]
        except ValueError:
            return False
        is_alive = datetime.fromtimestamp(int(end, 16), UTC) > self._house.clock.now() and token not in self._recalled
        return hmac.compare_digest(seal, wanted) and is_alive

    def _seal(self, shop: str, words: str) -> str:
        return hashlib.sha256(f"shopify:{self._house.seed}:{shop}:{words}".encode()).hexdigest()
