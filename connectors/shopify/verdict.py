"""What an answer of Shopify means. Errors come on three planes: the HTTP status, ``errors`` beside ``data`` under HTTP 200,
and ``userErrors`` inside a mutation's payload. The first two are judged here; the third is an answer to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.loose import text
from connectors.shopify.endpoints import VERSION
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

VERSION_HEADER = "X-Shopify-API-Version"
TOO_COSTLY = "MAX_COST_EXCEEDED"
PERSONAL = ("customer", "shippingAddress")  # protected customer data: null, or refused beside the rest, where the app has no approval

TOKEN = (
    "Shopify does not honour the shop's token: look at the app in the shop's admin (is it installed, has it its scopes?) and put "
    "`client_id` and `client_secret`, or the permanent `access_token`, into the shop's connection."
)
SCOPE = "The app lacks a scope: grant what the message names to the app in the shop's admin, then install it again."
FROZEN = "The shop is frozen or locked: its owner must settle that with Shopify."
ABSENT = "There is no such shop, or no such API version: correct `host` in the shop's connection (https://<shop>.myshopify.com)."
FALLEN = f"This connector is written for {VERSION}, which the shop is not served any more: update Daiyun. The answer was not taken."
SPLIT = "The query asks for too much at once."


def judge(reply: Reply) -> Verdict:
    """Judge an answer of the GraphQL door."""
    if reply.status != 200:
        return _by_status(reply)
    served = reply.headers.get(VERSION_HEADER)
    if served and served != VERSION:
        return Verdict(Outcome.REFUSED, "version", f"the answer is of version {served}", remedy=FALLEN)
    answer = reply.json_or_none()
    if not isinstance(answer, Mapping):
        return Verdict(Outcome.TRANSIENT, message="an answer that is no object")
    errors = top_errors(answer)
    if not errors:
        if answer.get("data") is None:
            return Verdict(Outcome.TRANSIENT, message="an answer without data")
        return _by_warnings(answer)
    return _of_errors(errors, answer)


def judge_token(reply: Reply) -> Verdict:
    """Judge an answer of the token service."""
    answer = reply.json_or_none()
    if reply.status == 200:
        is_token = isinstance(answer, Mapping) and answer.get("access_token")
        return Verdict(Outcome.OK) if is_token else Verdict(Outcome.TRANSIENT, message="an answer without a token")
    verdict = judge_by_status(reply)
    if verdict.outcome in (Outcome.UNAUTHORIZED, Outcome.REFUSED) and isinstance(answer, Mapping):
        return Verdict(Outcome.REFUSED, text(answer.get("error")), text(answer.get("error_description")), remedy=TOKEN)
    return verdict


def top_errors(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The errors beside ``data``; a text in their place is one error."""
    told = answer.get("errors") or []
    return [each if isinstance(each, Mapping) else {"message": text(each)} for each in (told if isinstance(told, list) else [told])]


def code_of(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    return text(extensions.get("code")) if isinstance(extensions, Mapping) else ""


def throttle(answer: Any) -> tuple[float, float, float] | None:
    """(points asked for, points left, points restored a second), where the answer tells them."""
    try:
        cost = answer["extensions"]["cost"]
        status = cost["throttleStatus"]
        told = float(cost["requestedQueryCost"]), float(status["currentlyAvailable"]), float(status["restoreRate"])
    except (KeyError, TypeError, ValueError):
        return None
    return told if told[2] > 0 else None


def wait_for(answer: Any, dearest: float = 0.0) -> float | None:
    """Seconds until the bucket holds the points of such a query again, or of the ``dearest``; None where the answer does not tell."""
    told = throttle(answer)
    if told is None:
        return None
    asked, left, rate = told
    return max(0.0, (max(asked, dearest) - left) / rate)


def _by_status(reply: Reply) -> Verdict:
    plain, answer = judge_by_status(reply), reply.json_or_none()
    said = text(answer.get("errors")) if isinstance(answer, Mapping) else ""
    if reply.status == 401:
        return Verdict(Outcome.UNAUTHORIZED, message=said, remedy=TOKEN)
    if reply.status in (402, 423):
        return Verdict(Outcome.REFUSED, message=said, remedy=FROZEN)
    if reply.status == 403:
        return Verdict(Outcome.REFUSED, message=said, remedy=SCOPE)
    if reply.status == 404:
        return Verdict(Outcome.REFUSED, message=said, remedy=ABSENT)
    return Verdict(plain.outcome, message=said, wait_seconds=plain.wait_seconds)


def _of_errors(errors: list[Mapping[str, Any]], answer: Mapping[str, Any]) -> Verdict:
    codes = {code_of(error) for error in errors}
    first = next((error for error in errors if not _is_personal(error)), None)
    if first is None and answer.get("data") is not None:
        return _by_warnings(answer)
    chosen = first or errors[0]
    code, message = code_of(chosen), text(chosen.get("message"))
    if "THROTTLED" in codes:
        return Verdict(Outcome.THROTTLED, "THROTTLED", message, wait_seconds=wait_for(answer))
    if TOO_COSTLY in codes:
        return Verdict(Outcome.OK)  # the caller asks for less
    if "INTERNAL_SERVER_ERROR" in codes:
        return Verdict(Outcome.TRANSIENT, "INTERNAL_SERVER_ERROR", message)
    if "cursor" in message.lower():
        return Verdict(Outcome.EXPIRED, code, message)
    return Verdict(Outcome.REFUSED, code, message, remedy=SCOPE if code == "ACCESS_DENIED" else "")


def _is_personal(error: Mapping[str, Any]) -> bool:
    path = error.get("path")
    return code_of(error) == "ACCESS_DENIED" and isinstance(path, list) and bool(path) and path[-1] in PERSONAL


def _by_warnings(answer: Mapping[str, Any]) -> Verdict:
    """A search with a name Shopify does not know matches everything and only warns: the whole shop would come for one day."""
    extensions = answer.get("extensions")
    searches = extensions.get("search") if isinstance(extensions, Mapping) else None
    warnings = [each for search in searches or [] if isinstance(search, Mapping) for each in search.get("warnings") or []]
    if not warnings:
        return Verdict(Outcome.OK)
    shown = warnings[0] if isinstance(warnings[0], Mapping) else {}
    said = f"{text(shown.get('message'))} ({text(shown.get('field'))})"
    return Verdict(Outcome.REFUSED, "search", said, remedy="Shopify does not know what was searched by: update Daiyun.")
