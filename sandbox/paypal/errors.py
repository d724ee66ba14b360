"""PayPal's refusals: the API's envelope, and the token service's own."""

from __future__ import annotations

MESSAGES = {
    "INVALID_REQUEST": (400, "Request is not well-formed, syntactically incorrect, or violates schema."),
    "RESULTSET_TOO_LARGE": (400, "Result set size is greater than the maximum limit. Change the filter criteria and try again."),
    "AUTHENTICATION_FAILURE": (401, "Authentication failed due to missing authorization header, or invalid authentication credentials."),
    "NOT_AUTHORIZED": (403, "Authorization failed due to insufficient permissions."),
    "RESOURCE_NOT_FOUND": (404, "The specified resource does not exist."),
    "RATE_LIMIT_REACHED": (429, "Too many requests. Blocked due to rate limiting."),
    "INTERNAL_SERVER_ERROR": (500, "An internal server error occurred."),
}


class Refused(Exception):
    """A call that is not answered; ``details`` are (field, value, location, issue, description)."""

    def __init__(self, name: str, *details: tuple[str, str, str, str, str], message: str | None = None) -> None:
        super().__init__(name)
        self.name, self.details = name, details
        self.status, standard = MESSAGES[name]
        self.message = message or standard

    def body(self, debug_id: str) -> dict[str, object]:
        found: dict[str, object] = {"name": self.name, "message": self.message, "debug_id": debug_id}
        if self.details:
            names = ("field", "value", "location", "issue", "description")
            found["details"] = [dict(zip(names, each, strict=True)) for each in self.details]
        return {**found, "links": []}


class TokenRefused(Exception):
    """The token service says no, in OAuth's words."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status, self.body = status, {"error": error, "error_description": description}


def invalid(name: str, value: str, issue: str, description: str, location: str = "query") -> Refused:
    return Refused("INVALID_REQUEST", (name, value, location, issue, description))
