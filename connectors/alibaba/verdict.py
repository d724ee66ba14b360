"""What an answer of Alibaba.com means: errors come under HTTP 200, so the envelope decides, not the status line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.alibaba.envelope import business_error, error_of, field, inner, is_ungranted
from connectors.iop import ban_seconds
from connectors.loose import text
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

CONSENT = (
    "The seller's consent is lost: let the Gold Supplier's main account consent again (openapi-auth.alibaba.com/oauth/authorize) and "
    "put the new code or refresh token into the shop's connection."
)
SETTING = "Mend the app's key and secret in the shop's connection (no blanks around the secret)."
ADDRESS = "This machine's address is not on the app's IP allow-list: add it in the app's console."
CLOCK = "The timestamp was refused: Alibaba.com allows two hours of difference. Set this machine's clock right (NTP) and run again."
DEFECT = "A parameter is wrong: that is a defect of the connector, report it."

THROTTLES = frozenset(("ApiCallLimit", "AppCallLimit"))
PASSING = frozenset(("ServiceTimeout", "ServiceUnavailable", "S_COMMON_INTERNAL_ERROR", "S_PRODUCT_SEARCH_ERROR", "500", "-2"))
STALE = frozenset(("IllegalAccessToken",))
REMEDY = {
    **dict.fromkeys(("IllegalRefreshToken", "InvalidCode"), CONSENT),
    **dict.fromkeys(("IncompleteSignature", "InvalidAppKey"), SETTING),
    "AppWhiteIpLimit": ADDRESS,
    "IllegalTimestamp": CLOCK,
    **dict.fromkeys(("MissingParameter", "InvalidParameter"), DEFECT),
}


def judge(reply: Reply) -> Verdict:
    """Judge an answer in whichever envelope it wears; that the app lacks a permission is for the gateway to read."""
    answer = reply.json_or_none()
    if is_ungranted(answer):
        return Verdict(Outcome.OK)
    error = error_of(answer)
    if error:
        return _of_error(*error, text(field(field(answer, "error_response") or answer, "request_id")) or None)
    if not _is_envelope(answer):
        verdict = judge_by_status(reply)
        return verdict if verdict.outcome is not Outcome.OK else Verdict(Outcome.TRANSIENT, message="an answer without its envelope")
    refused = business_error(answer)
    if refused:
        outcome = Outcome.TRANSIENT if refused[0] in PASSING else Outcome.REFUSED
        return Verdict(outcome, *refused, request_id=text(field(inner(answer), "request_id")) or None)
    return Verdict(Outcome.OK)


def judge_business(reply: Reply) -> Verdict:
    """As :func:`judge`, where a refusal that is no one's setting is an answer to be read: one record's, or one write's."""
    verdict = judge(reply)
    is_business = verdict.outcome is Outcome.REFUSED and not verdict.remedy and reply.status == 200
    return Verdict(Outcome.OK) if is_business else verdict


def _is_envelope(answer: object) -> bool:
    return isinstance(answer, Mapping) and (inner(answer) is not answer or "code" in answer or "access_token" in answer)


def _of_error(code: str, sub_code: str, message: str, request_id: str | None) -> Verdict:
    shown = f"{code} {sub_code}".strip()
    if code in THROTTLES or sub_code in THROTTLES:
        return Verdict(Outcome.THROTTLED, shown, message, wait_seconds=ban_seconds(message), request_id=request_id)
    if code in STALE:
        return Verdict(Outcome.UNAUTHORIZED, shown, message, request_id=request_id)
    if code in PASSING or sub_code.startswith("isp."):
        return Verdict(Outcome.TRANSIENT, shown, message, request_id=request_id)
    return Verdict(Outcome.REFUSED, shown, message, remedy=REMEDY.get(code, ""), request_id=request_id)


JUDGES: Mapping[str, Callable[[Reply], Verdict]] = {"read": judge, "record": judge_business, "write": judge_business}
