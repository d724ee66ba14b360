"""What a store answers when it will not, in WordPress's shape."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import HTMLResponse, JSONResponse, Response

JSON = "application/json; charset=UTF-8"


class Refused(Exception):
    """An error of the REST API. ``more`` stands beside ``status`` in ``data``."""

    def __init__(self, status: int, code: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.more = status, code, message, more

    def body(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **self.more}}


class Invalid(Refused):
    """Arguments that were refused: name → (code, sentence, data)."""

    def __init__(self, faults: Mapping[str, tuple[str, str, object]]) -> None:
        details = {name: {"code": code, "message": said, "data": data} for name, (code, said, data) in faults.items()}
        params = {name: said for name, (_, said, _) in faults.items()}
        super().__init__(400, "rest_invalid_param", f"Invalid parameter(s): {', '.join(faults)}", params=params, details=details)


def no_route() -> Refused:
    return Refused(404, "rest_no_route", "No route was found matching the URL and request method.")


def no_such(kind: str) -> Refused:
    code = {"order": "woocommerce_rest_shop_order_invalid_id", "variation": "woocommerce_rest_product_variation_invalid_id"}
    return Refused(404, code.get(kind, f"woocommerce_rest_{kind}_invalid_id"), "Invalid ID.")


def unauthorized(message: str) -> Refused:
    return Refused(401, "woocommerce_rest_authentication_error", message)


def passing(kind: str) -> Response:
    """What stands in front of WordPress speaks HTML; a database that is away, WordPress's own page."""
    if kind == "throttled":
        return HTMLResponse("<html><head><title>429 Too Many Requests</title></head><body>Slow down.</body></html>", 429)
    return HTMLResponse("<!DOCTYPE html><html><body><p>Error establishing a database connection</p></body></html>", 500)


def answered(refused: Refused, headers: Mapping[str, str]) -> Response:
    return JSONResponse(refused.body(), refused.status, headers=dict(headers), media_type=JSON)
