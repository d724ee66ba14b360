"""How eBay says no: the REST APIs' envelope, and Post-Order's own."""

from __future__ import annotations

from starlette.responses import JSONResponse


class Refused(Exception):
    """A vendor error. ``category``: REQUEST, BUSINESS or APPLICATION."""

    def __init__(self, status: int, number: int, message: str, domain: str = "API", category: str = "REQUEST") -> None:
        super().__init__(message)
        self.status, self.number, self.message, self.domain, self.category = status, number, message, domain, category

    def row(self) -> dict[str, object]:
        """One error, as it stands in answers of any kind."""
        return {
            "errorId": self.number, "domain": self.domain, "category": self.category, "message": self.message, "longMessage": self.message,
        }

    def answer(self) -> JSONResponse:
        return JSONResponse({"errors": [self.row()]}, self.status)

    def post_order_answer(self) -> JSONResponse:
        said = {"value": self.message}
        error = {
            "errorId": self.number, "domain": self.domain, "severity": "ERROR", "category": self.category, "message": said["value"],
            "longMessage": said["value"], "parameter": [], "httpStatusCode": self.status,
        }
        return JSONResponse({"errorMessage": {"error": [error]}}, self.status)


def invalid_token() -> Refused:
    return Refused(401, 1001, "Invalid access token", "OAuth")


def internal() -> Refused:
    return Refused(500, 30500, "System error", "API_FULFILLMENT", "APPLICATION")


def over_quota() -> Refused:
    return Refused(429, 2001, "The request limit has been reached for the resource.", "ACCESS")
