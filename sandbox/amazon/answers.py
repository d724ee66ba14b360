"""Answers and refusals in Amazon's shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


class Refusal(Exception):
    """A request Amazon does not fulfil: an HTTP status and its error envelope."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details

    def envelope(self) -> dict[str, Any]:
        return {"errors": [{"code": self.code, "message": self.message, "details": self.details}]}


def invalid(message: str, details: str = "") -> Refusal:
    return Refusal(400, "InvalidInput", message, details)


def denied(details: str) -> Refusal:
    return Refusal(403, "Unauthorized", "Access to requested resource is denied.", details)


def absent(message: str, code: str = "NotFound") -> Refusal:
    return Refusal(404, code, message)


@dataclass(frozen=True)
class Answer:
    """A JSON body with its status, before Amazon's headers are put around it."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> bytes:
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


def instant(at: datetime) -> str:
    """2026-11-16T03:00:00Z, with milliseconds only where there are any."""
    shown = at.astimezone(UTC)
    if shown.microsecond:
        return shown.strftime("%Y-%m-%dT%H:%M:%S.") + f"{shown.microsecond // 1000:03d}Z"
    return shown.strftime("%Y-%m-%dT%H:%M:%SZ")


def decimal_text(minor: int, decimals: int) -> str:
    return f"{Decimal(minor).scaleb(-decimals):f}"


def money(minor: int, currency: str, decimals: int) -> dict[str, str]:
    """Orders and listings: the amount is a string."""
    return {"amount": decimal_text(minor, decimals), "currencyCode": currency}


def currency_amount(minor: int, currency: str, decimals: int) -> dict[str, Any]:
    """Finances and transfers: the amount is a JSON number (its shortest decimal form: 12.3, not 12.30)."""
    return {"currencyCode": currency, "currencyAmount": float(decimal_text(minor, decimals)) if decimals else minor}
