"""What an answer of PayPal means: HTTP status first, then the envelope's ``name``; the token service has an envelope of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.loose import text
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

BAN_SECONDS = 100.0  # shorter waits are refused again
DEBUG_ID = "PayPal-Debug-Id"
CREDENTIALS = (
    "The app's id or secret was refused: look at the app on developer.paypal.com (sandbox and live apps are different ones) "
    "and mend the connection."
)
PERMISSION = (
    "The app may not make this call. Switch on Transaction Search (payments), Disputes or Tracking for it on developer.paypal.com; "
    "that can take hours to hold."
)
TOO_LARGE, NOT_LOADED = "too large", "not loaded"


def judge(reply: Reply) -> Verdict:
    """A 403 counts as a dead token once: a token keeps the permissions it was issued with, a new one has the app's of today."""
    verdict = judge_by_status(reply)
    code, message = said(reply)
    told = replace(verdict, code=code, message=message, request_id=reply.headers.get(DEBUG_ID))
    if verdict.outcome is Outcome.THROTTLED and verdict.wait_seconds is None:
        return replace(told, wait_seconds=BAN_SECONDS)
    if verdict.outcome is Outcome.UNAUTHORIZED:
        return replace(told, remedy=PERMISSION if reply.status == 403 else CREDENTIALS)
    return told


def judge_search(reply: Reply) -> Verdict:
    """As :func:`judge`, but the two refusals that ask for another window are answers to be read (:func:`window_trouble`)."""
    return Verdict(Outcome.OK) if window_trouble(reply) else judge(reply)


def window_trouble(reply: Reply) -> str | None:
    """Why a search window cannot be answered: ``TOO_LARGE``, ``NOT_LOADED``; None where that is not the trouble."""
    if reply.status != 400:
        return None
    code, message = said(reply)
    if "RESULTSET_TOO_LARGE" in f"{code} {message}":
        return TOO_LARGE
    return NOT_LOADED if "data for the given start date is not available" in message.lower() else None


def said(reply: Reply) -> tuple[str, str]:
    """Code and message of an error in either envelope; what the details name is added to the message."""
    answer = reply.json_or_none() if reply.status >= 400 else None
    if not isinstance(answer, Mapping):
        return "", ""
    code = text(answer.get("name") or answer.get("error"))
    return code, "; ".join([text(answer.get("message") or answer.get("error_description")), *details(answer)])


def details(error: Mapping[str, Any]) -> list[str]:
    """``INVALID_DATE_RANGE on end_date: Date range is greater than 31 days``; never the value, which may be a buyer's."""
    found = error.get("details")
    shown = [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
    return [f"{text(each.get('issue'))} on {text(each.get('field')) or '?'}: {text(each.get('description'))}" for each in shown]
