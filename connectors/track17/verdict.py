"""What an answer of 17TRACK means: HTTP 200 carries an envelope whose ``code`` and ``data.errors`` are the request's own fate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.track17.words import ALREADY_REGISTERED, KEY_REFUSED, QUOTA_SPENT
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

KEY = "Put the account's access key (17TRACK, Settings, Security) into the shop's connection, and this machine's address on its IP list."


def judge(reply: Reply) -> Verdict:
    """Numbers that were refused one by one are no error of the request."""
    verdict = judge_by_status(reply)
    if verdict.outcome is Outcome.UNAUTHORIZED:
        return Verdict(Outcome.REFUSED, remedy=KEY)
    if verdict.outcome is not Outcome.OK:
        return verdict
    answer = reply.json_or_none()
    if not isinstance(answer, Mapping):
        return Verdict(Outcome.TRANSIENT, message="an answer without an envelope")
    for code, message in _request_errors(answer):
        if code in QUOTA_SPENT:  # told for each number as well; the reader stops registering
            continue
        return Verdict(Outcome.REFUSED, str(code), message, remedy=KEY if code in KEY_REFUSED else "")
    return Verdict(Outcome.OK)


def _request_errors(answer: Mapping[str, Any]) -> list[tuple[Any, str]]:
    data = answer.get("data")
    listed = data.get("errors") if isinstance(data, Mapping) else None
    told = [(each.get("code"), str(each.get("message") or "")) for each in listed or () if isinstance(each, Mapping)]
    return told or ([(answer.get("code"), str(answer.get("message") or ""))] if answer.get("code") != 0 else [])


def errors_of(answer: Any) -> dict[str, int]:
    """Number → why it was refused. One that is registered already is not refused."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    rejected = data.get("rejected") if isinstance(data, Mapping) else None
    found = {}
    for each in rejected or ():
        error = each.get("error") if isinstance(each, Mapping) else None
        code = error.get("code") if isinstance(error, Mapping) else None
        if code is not None and code != ALREADY_REGISTERED:
            found[str(each.get("number"))] = code
    return found
