"""A store's one door ``/{shop}/wp-json/…``: host's patience, keys, route, then the answer with WordPress's headers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.market import House
from sandbox.woocommerce import ids, reading, writing
from sandbox.woocommerce.body_orders import Body, Desk
from sandbox.woocommerce.keys import Keys
from sandbox.woocommerce.reading import Shown
from sandbox.woocommerce.refusals import JSON, Refused, answered, no_route, passing
from sandbox.woocommerce.store import Stores, shops

CALLS_A_SECOND, BURST = 10, 30  # of the host; WooCommerce itself has no limit
_ID = r"([\d]+)"
_LIST, _ONE, _CHANGE = ("GET", "POST"), ("GET", "POST", "PUT", "PATCH", "DELETE"), ("POST", "PUT", "PATCH")

# Path → (methods the real route allows, reader, writer). ``{}`` stands for a number.
ROUTES: Mapping[str, tuple[tuple[str, ...], Callable[..., Any] | None, Callable[..., Any] | None]] = {
    "orders": (_LIST, lambda desk, given: reading.orders(desk, given), None),
    "orders/{}": (_ONE, lambda desk, given, number: reading.order(desk, number), writing.update_order),
    "orders/batch": (_CHANGE, None, lambda desk, sent: writing.batch(sent, lambda n, row: writing.update_order(desk, n, row), 400)),
    "orders/{}/notes": (_LIST, lambda desk, given, number: reading.notes(desk, number), writing.add_note),
    "orders/{}/refunds": (_LIST, lambda desk, given, number: reading.refunds(desk, given, number), None),
    "orders/{}/shipment-trackings": (_LIST, lambda desk, given, number: reading.trackings(desk, number), writing.add_tracking),
    "orders/{}/shipment-trackings/providers": (("GET",), lambda desk, given, number: reading.providers(desk), None),
    "refunds": (("GET",), lambda desk, given: reading.refunds(desk, given), None),
    "products": (_LIST, lambda desk, given: reading.products(desk, given), None),
    "products/{}": (_ONE, lambda desk, given, number: reading.product(desk, number), writing.update_product),
    "products/batch": (_CHANGE, None, lambda desk, sent: writing.batch(sent, lambda n, row: writing.update_product(desk, n, row), 400)),
    "products/reviews": (_LIST, lambda desk, given: reading.reviews(desk, given), None),
    "products/{}/variations": (_LIST, lambda desk, given, parent: reading.variations(desk, parent, given), None),
    "products/{}/variations/{}": (_ONE, lambda desk, given, parent, n: reading.variation(desk, parent, n), writing.update_variation),
    "products/{}/variations/batch": (
        _CHANGE, None,
        lambda desk, parent, sent: writing.batch(sent, lambda n, row: writing.update_variation(desk, parent, n, row), 400),
    ),
    "data/currencies/current": (("GET",), lambda desk, given: reading.currency(desk), None),
    "system_status": (("GET",), lambda desk, given: reading.system_status(desk), None),
}
_PATTERNS = {path: re.compile(path.replace("{}", _ID)) for path in ROUTES}


class Door:
    def __init__(self, house: House) -> None:
        self._house, self._stores, self._keys = house, Stores(house), Keys(house)
        self._last: dict[tuple[str, str], tuple[object, Shown]] = {}

    @property
    def stores(self) -> Stores:
        return self._stores

    async def call(self, request: Request) -> Response:
        shop, path = request.path_params["shop"], request.path_params["path"].strip("/")
        if shop not in shops():
            return passing("error")
        base = f"{request.url.scheme}://{request.url.netloc}{request.url.path.partition('/wp-json')[0]}"
        desk = Desk(self._stores, shop, base)
        headers = {"Link": f'<{base}/wp-json/>; rel="https://api.w.org/"'}
        operation = re.sub(r"\d+", "{}", path)
        self._house.stats.call(shop, operation)
        if self._house.quotas.take("woocommerce host", shop, CALLS_A_SECOND, BURST):
            self._house.stats.reject(shop, operation, "429")
            return passing("throttled")
        try:
            return await self._answer(request, desk, path, headers)
        except Refused as refused:
            return answered(refused, headers)

    async def _answer(self, request: Request, desk: Desk, path: str, headers: dict[str, str]) -> Response:
        url = f"{desk.base}/wp-json/{request.path_params['path']}"
        pairs = list(request.query_params.items())  # as PHP: of a name that comes twice the last one counts
        name, numbers = _route(desk, path.removeprefix("wc/v3").strip("/")) if path.startswith("wc/v3") else (None, ())
        if name == "":
            return _json(reading.index(desk, _route_names(desk)), 200, headers)
        if name is None:
            self._keys.check(desk.shop, request.method, url, pairs)
            raise no_route()
        allowed, read, write = ROUTES[name]
        self._keys.check(desk.shop, request.method, url, pairs)
        headers["Allow"] = ", ".join(allowed)
        if request.method == "GET" and read:
            shown = read(desk, request.query_params, *numbers)
            shown = self._perhaps_repeated(desk.shop, name, request, shown) if isinstance(shown, Shown) else shown
            return _shown(shown, request, headers, url)
        if request.method not in allowed or request.method in ("GET", "DELETE") or not write:
            raise no_route()
        body = write(desk, *numbers, _document(await request.body()))
        created = request.method == "POST" and name in ("orders/{}/notes", "orders/{}/shipment-trackings")
        return _json(body, 201 if created else 200, headers)

    def _perhaps_repeated(self, shop: str, name: str, request: Request, shown: Shown) -> Shown:
        """A fault on purpose: a cache in front of the store answers a later page with the one before."""
        walk = tuple(sorted((key, value) for key, value in request.query_params.items() if key != "page" and not key.startswith("oauth_")))
        last = self._last.get((shop, name))
        if last and last[0] == walk and shown.page > 1 and self._house.faults.draw("repeated_page", f"{shop}{name}"):
            self._house.stats.fault("repeated_page")
            return last[1]
        self._last[shop, name] = (walk, shown)
        return shown


def _route(desk: Desk, path: str) -> tuple[str | None, tuple[int, ...]]:
    """The route's name (``""``: the index; None: there is none) and the numbers in the path."""
    if not path:
        return "", ()
    for name, pattern in _PATTERNS.items():
        found = pattern.fullmatch(path)
        if found and ("shipment-trackings" not in name or ids.setup(desk.shop).has_tracking_plugin):
            return name, tuple(int(each) for each in found.groups())
    return None, ()


def _route_names(desk: Desk) -> dict[str, tuple[str, ...]]:
    """The routes as the index writes them, with their first number called as there."""
    names: dict[str, tuple[str, ...]] = {}
    for path, (methods, _, _) in ROUTES.items():
        if "shipment-trackings" in path and not ids.setup(desk.shop).has_tracking_plugin:
            continue
        above = "product_id" if path.startswith("products") else "order_id"
        parts = path.split("{}")
        words = [above] * (len(parts) - 2) + ["id"] if path.endswith("{}") else [above] * (len(parts) - 1)
        names["/wc/v3/" + "".join(part + (f"(?P<{word}>[\\d]+)" if word else "")
                                  for part, word in zip(parts, [*words, ""], strict=True))] = methods
    return names


def _shown(shown: Any, request: Request, headers: dict[str, str], url: str) -> Response:
    fields = [part.strip() for part in request.query_params.get("_fields", "").split(",") if part.strip()]
    body = shown.body if isinstance(shown, Shown) else shown
    if isinstance(shown, Shown):
        headers |= {"X-WP-Total": str(shown.total), "X-WP-TotalPages": str(shown.pages)}
        asked = int(request.query_params.get("page") or 1)
        links = [(word, page) for word, page in (("prev", asked - 1), ("next", asked + 1)) if 0 < page <= shown.pages]
        others = [f'<{url}?{reading.query_of_page(request.query_params, page)}>; rel="{word}"' for word, page in links]
        if others:
            headers["Link"] = ", ".join(others)
    return _json(_only(body, fields) if fields else body, 200, headers)


def _only(body: Any, fields: list[str]) -> Any:
    """``_fields``: names at the top, or one step down into an object (``billing.email``)."""
    if isinstance(body, list):
        return [_only(each, fields) for each in body]
    found: Body = {}
    for field in fields:
        name, _, inner = field.partition(".")
        if name not in body:
            continue
        if not inner:
            found[name] = body[name]
        elif isinstance(body[name], Mapping) and inner in body[name]:
            found[name] = {**found.get(name, {}), inner: body[name][inner]}  # type: ignore[dict-item]
    return found


def _document(raw: bytes) -> Body:
    try:
        found = json.loads(raw) if raw else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "rest_invalid_json", "Invalid JSON body passed.", json_error_code=4, json_error_message="Syntax error")
    return found


def _json(body: Any, status: int, headers: Mapping[str, str]) -> Response:
    return JSONResponse(body, status, headers=dict(headers), media_type=JSON)
