"""What an answer of eBay means: ``{"errors": [...]}`` of the REST APIs, Post-Order's own envelope, and the token service's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

CONSENT = (
    "The seller's consent is lost (it lasts 18 months, and ends with a changed password): let the seller consent again on eBay's "
    "page and put the new refresh token into the shop's connection."
)
APPLICATION = "client_id or client_secret is not the application's: put the current pair of the developer account into the connection."
SCOPE = (
    "The token does not cover this call: the application needs the scope (feedback, finances and the like are granted per application), "
    "and the seller must consent again with it."
)
SIGNATURE = (
    "eBay wants this call signed: put 'signing_key' and 'signing_jwe' of the Key Management API (createSigningKey) into the shop's "
    "connection. A signature that is refused points to a key and JWE of different pairs, an expired key, or a wrong clock."
)
CLOCK = "The window ends in eBay's future: set this machine's clock right (NTP) and run again."
SELLER = "eBay has suspended this seller: the seller must settle it with eBay."
UNTOLD_SECONDS = 60.0  # eBay seldom says how long; a day's quota ends at midnight in California, a busy minute sooner
_REMEDY_OF_WORD = {"invalid_grant": CONSENT, "invalid_client": APPLICATION, "unauthorized_client": APPLICATION, "invalid_scope": SCOPE}
_SIGNATURE_CODES = ("215000", "215001", "215002", "215003", "215120", "215121", "215122")
_FAILURE = re.compile(rb"<Ack>\s*Failure\s*</Ack>")
_DEAD_TOKEN = re.compile(rb"<ErrorCode>\s*(931|932|21916984|21917053)\s*</ErrorCode>")
_REMEDY_OF_CODE = {"30850": CLOCK, "32400": SELLER, "1100": SCOPE, **dict.fromkeys(_SIGNATURE_CODES, SIGNATURE)}


def judge(reply: Reply) -> Verdict:
    """Read one answer. Trouble of eBay's own (5xx, category APPLICATION) passes; REQUEST and BUSINESS do not."""
    verdict = judge_by_status(reply)
    if verdict.outcome is Outcome.OK:
        return verdict
    if verdict.outcome is Outcome.THROTTLED and verdict.wait_seconds is None:
        verdict = replace(verdict, wait_seconds=UNTOLD_SECONDS)
    document = reply.json_or_none()
    word = document.get("error") if isinstance(document, Mapping) else None
    if isinstance(word, str):
        said = str(document.get("error_description") or "")
        is_known = word in _REMEDY_OF_WORD
        return replace(verdict, outcome=Outcome.REFUSED if is_known else verdict.outcome, code=word, message=said,
                       remedy=_REMEDY_OF_WORD.get(word, ""))
    error = first_error(document)
    code = str(error.get("errorId") or "")
    verdict = replace(verdict, code=code, message=said_of(error), remedy=_REMEDY_OF_CODE.get(code, ""))
    if reply.status == 403:  # who is asking is known; asking with a new token changes nothing
        return replace(verdict, outcome=Outcome.REFUSED, remedy=verdict.remedy or SCOPE)
    if verdict.outcome is Outcome.REFUSED and error.get("category") in ("APPLICATION", "SYSTEM"):
        return replace(verdict, outcome=Outcome.TRANSIENT)
    return verdict


def judge_trading(reply: Reply) -> Verdict:
    """As :func:`judge`; Trading tells a dead token under HTTP 200, in its XML."""
    verdict, dead = judge(reply), _DEAD_TOKEN.search(reply.body)
    if verdict.outcome is Outcome.OK and dead and _FAILURE.search(reply.body):
        return replace(verdict, outcome=Outcome.UNAUTHORIZED, code=dead.group(1).decode(), message="the token is invalid or expired")
    return verdict


def errors_of(document: Any) -> list[Mapping[str, Any]]:
    """The errors of either envelope."""
    if not isinstance(document, Mapping):
        return []
    found = document.get("errors")
    wrapped = document.get("errorMessage")
    if found is None and isinstance(wrapped, Mapping):
        found = wrapped.get("error")
    return [error for error in found if isinstance(error, Mapping)] if isinstance(found, list) else []


def first_error(document: Any) -> Mapping[str, Any]:
    return next(iter(errors_of(document)), {})


def said_of(error: Mapping[str, Any]) -> str:
    """eBay's own sentence, the long one where there is one."""
    return str(error.get("longMessage") or error.get("message") or "")
