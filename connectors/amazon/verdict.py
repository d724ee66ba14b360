"""How Amazon says no: ``{"errors": [{code, message, details}]}``, and the token service's ``{"error", "error_description"}``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

REMEDIES = {
    "invalid_grant": "The seller's authorization is gone or belongs to another application: authorize anew in Seller Central and "
                     "put the new refresh_token into the shop's connection.",
    "invalid_client": "client_id or client_secret is wrong or has been rotated: put the current pair into the shop's connection.",
    "unauthorized_client": "This application may not use that refresh_token: check that both belong to one application.",
}
_TOO_NEW = re.compile(r"(two|2) minutes|in the future", re.IGNORECASE)
_CLOCK = "The window reaches too close to Amazon's present: this machine's clock is probably ahead. Set it right (NTP) and run again."
_NO_ROLE = ("Check in Seller Central that the application has the role this operation needs, that the seller authorized it in this "
            "region, and that the shop's sites lie in the host's region.")


def judge(reply: Reply) -> Verdict:
    """Read one of Amazon's answers."""
    verdict = judge_by_status(reply)
    rate = _number(reply.headers.get("x-amzn-RateLimit-Limit"))
    if verdict.outcome is Outcome.OK:
        return replace(verdict, rate_per_second=rate)
    code, message = _said(reply.json_or_none())
    verdict = replace(verdict, code=code, message=message, rate_per_second=rate, remedy=REMEDIES.get(code, ""))
    if code == "QuotaExceeded":
        return replace(verdict, outcome=Outcome.THROTTLED)
    if code in REMEDIES:
        return replace(verdict, outcome=Outcome.REFUSED)
    if reply.status == 400 and _TOO_NEW.search(message):
        return replace(verdict, remedy=_CLOCK)
    if reply.status == 403 and "token" not in message.lower():
        return replace(verdict, outcome=Outcome.REFUSED, remedy=_NO_ROLE)
    return verdict


def _said(document: Any) -> tuple[str, str]:
    if not isinstance(document, dict):
        return "", ""
    if isinstance(document.get("error"), str):
        return document["error"], str(document.get("error_description") or "")
    errors = document.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = [str(first[key]) for key in ("message", "details") if first.get(key)]
    return str(first.get("code") or ""), " ".join(dict.fromkeys(words))


def _number(text: str | None) -> float | None:
    try:
        rate = float(text) if text else 0.0
    except ValueError:
        return None
    return rate if 0 < rate < 1e6 else None
