"""What an answer of Lazada means: errors come under HTTP 200, so the envelope decides, not the status line.

Codes and their remedies: open platform guide "Error codes", and the codes live sellers report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.iop import ban_seconds
from connectors.loose import text
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

CAMPAIGN_HOURS = 3

CONSENT = (
    "The seller's consent is lost: let the seller consent again on Lazada's page (auth.lazada.com/oauth/authorize) and put "
    "the new code or refresh token into the shop's connection."
)
CLOCK = "The timestamp was refused: Lazada allows 2 hours of difference. Set this machine's clock right (NTP) and run again."
SETTING = "Mend the app: its key and secret in the shop's connection, and its permissions and allowed addresses on open.lazada.com."
UNSUPPORTED = "Lazada does not offer this call to this kind of seller: leave the entity out (`entities` in the client's file)."
CLOSED = f"Lazada has switched this call off, as it does during a mega campaign; it opens again after hours (ask in {CAMPAIGN_HOURS})."

THROTTLES = frozenset(("ApiCallLimit", "901"))
SWITCHED_OFF = "998"
PASSING = frozenset(("ServiceTimeout", "ServiceUnavailable", "513", "6", "21", "1000", "40011", "700024"))
ILLEGAL_TOKEN = "IllegalAccessToken"
REMEDY = {
    **dict.fromkeys(("IllegalRefreshToken", "InvalidCode", "AUTH_TYPE_UNSUPPORTED"), CONSENT),
    **dict.fromkeys(("IncompleteSignature", "MissingParameter", "AppWhiteIpLimit", "InsufficientPermission"), SETTING),
    **dict.fromkeys(("InvalidAppKey", "IllegalAppKey", "UnsupportedSignMethod", "InvalidApiPath"), SETTING),
    **dict.fromkeys(("SellerNotVerified", "Mp3SellerApiLimit"), UNSUPPORTED),
}
NO_CODE = ("", "null", "none")


def judge(reply: Reply) -> Verdict:
    """Judge an answer in whichever of the two envelopes it wears.

    An old one says ``code``; a newer one says code "0" and keeps its own error in ``result`` or beside ``data``.
    """
    answer = reply.json_or_none()
    if not isinstance(answer, Mapping) or "code" not in answer:
        verdict = judge_by_status(reply)
        return verdict if verdict.outcome is not Outcome.OK else Verdict(Outcome.TRANSIENT, message="an answer without Lazada's envelope")
    code = text(answer["code"])
    if code != "0":
        return _of_code(code, text(answer.get("message")), answer)
    inner = inner_error(answer)
    return _of_code(*inner, answer) if inner else Verdict(Outcome.OK)


def judge_outside(reply: Reply) -> Verdict:
    """As :func:`judge`, for calls about one record (a trace): what the inner envelope says is that record's affair."""
    verdict = judge(reply)
    answer = reply.json_or_none()
    is_inner = isinstance(answer, Mapping) and text(answer.get("code")) == "0" and verdict.outcome is Outcome.REFUSED
    return Verdict(Outcome.OK) if is_inner else verdict


def judge_write(reply: Reply) -> Verdict:
    """As :func:`judge`, but what the business refuses is an answer to be read, not an error: only its code is known."""
    verdict = judge(reply)
    is_business = verdict.outcome is Outcome.REFUSED and not verdict.remedy and reply.status == 200
    return Verdict(Outcome.OK) if is_business else verdict


def inner_error(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    """The error code and message of an answer whose outer code is "0" though it failed; None where it did not."""
    inner = answer["result"] if isinstance(answer.get("result"), Mapping) else answer
    if text(inner.get("success")).lower() != "false":
        return None
    code = inner.get("error_code")
    if isinstance(code, Mapping):  # the trace call wraps a sentence instead of a code
        return "result", text(code.get("displayMessage"))
    return ("result" if text(code).lower() in NO_CODE else text(code)), text(inner.get("error_msg"))


def _of_code(code: str, message: str, answer: Mapping[str, Any]) -> Verdict:
    request_id = text(answer.get("request_id"))
    said = f"{message} (request id {request_id})" if request_id else message
    if code in THROTTLES:
        return Verdict(Outcome.THROTTLED, code, said, wait_seconds=ban_seconds(message))
    if code == SWITCHED_OFF:
        return Verdict(Outcome.CLOSED, code, said, remedy=CLOSED)
    if code in PASSING:
        return Verdict(Outcome.TRANSIENT, code, said)
    if code == ILLEGAL_TOKEN:
        return Verdict(Outcome.UNAUTHORIZED, code, said)
    return Verdict(Outcome.REFUSED, code, said, remedy=_remedy(code, message))


def _remedy(code: str, message: str) -> str:
    is_absent = code == "MissingParameter"
    if "timestamp" in code.lower() or ("timestamp" in message.lower() and not is_absent):
        return CLOCK
    return REMEDY.get(code, "")


JUDGES: Mapping[str, Callable[[Reply], Verdict]] = {"read": judge, "record": judge_outside, "write": judge_write}
