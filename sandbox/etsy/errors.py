"""How Etsy refuses: a status, and ``{"error": prose}``; the token service adds a description."""

from __future__ import annotations


class Refused(Exception):
    def __init__(self, status: int, error: str, description: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.status, self.headers = status, headers or {}
        self.body = {"error": error, **({"error_description": description} if description else {})}


def wrong(message: str) -> Refused:
    return Refused(400, message)


def unknown(what: str) -> Refused:
    return Refused(404, f"Could not find {what}")
