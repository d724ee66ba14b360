"""What an answer of AliExpress means: errors come under HTTP 200, so the envelope decides, not the status line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.aliexpress.envelope import business_error, error_of, field, inner
from connectors.iop import ban_seconds
from connectors.loose import text
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

CONSENT = (
    "The seller's consent is lost: let the seller consent again (api-sg.aliexpress.com/oauth/authorize) and put the new code or "
    "refresh token into the shop's connection."
)
SETTING = (
    "Mend the app's key and secret in the shop's connection (no blanks around the secret). A wrong signature is also what AliExpress "
    "says to a right one under another sign method."
)
PERMISSION = "The app lacks the permission group of this method: apply for it in the app's console, or leave the entity out."
ADDRESS = "This machine's address is not on the app's IP allow-list: add it in the app's console."
DEFECT = "A parameter is wrong: that is a defect of the connector, report it."

THROTTLES = frozenset(("ApiCallLimit", "7", "8"))
PASSING = frozenset(("ServiceTimeout", "ServiceUnavailable", "10"))
STALE = frozenset(("IllegalAccessToken", "26", "27"))
REMOTE = "15"  # the service behind the gateway; its sub code says whose fault it is
REMEDY = {
    **dict.fromkeys(("IllegalRefreshToken", "InvalidCode"), CONSENT),
    **dict.fromkeys(("IncompleteSignature", "InvalidAppKey", "25", "29"), SETTING),
    **dict.fromkeys(("InsufficientPermission", "11", "12"), PERMISSION),
    "AppWhiteIpLimit": ADDRESS,
    **dict.fromkeys(("MissingParameter", "InvalidParameter", "40", "41"), DEFECT),
}


def judge(reply: Reply) -> Verdict:
    """Judge an answer in whichever envelope it wears."""
    answer = reply.json_or_none()
    error = error_of(answer)
    if error:
        return _of_error(*error, text(field(field(answer, "error_response") or answer, "request_id")) or None)
    if not _is_envelope(answer):
        verdict = judge_by_status(reply)
        return verdict if verdict.outcome is not Outcome.OK else Verdict(Outcome.TRANSIENT, message="an answer without its envelope")
    refused = business_error(answer)
    if refused:
        is_passing = refused[0].lower().startswith(("isp.", "system")) or refused[1].lower().startswith("system error")
        return Verdict(Outcome.TRANSIENT if is_passing else Outcome.REFUSED, *refused, request_id=text(field(inner(answer), "request_id")))
    return Verdict(Outcome.OK)


def judge_business(reply: Reply) -> Verdict:
    """As :func:`judge`, where a refusal inside a good envelope is an answer to be read: one record's, or one write's."""
    verdict = judge(reply)
    is_business = verdict.outcome is Outcome.REFUSED and error_of(reply.json_or_none()) is None and reply.status == 200
    return Verdict(Outcome.OK) if is_business else verdict


def _is_envelope(answer: object) -> bool:
    if not isinstance(answer, Mapping):
        return False
    return inner(answer) is not answer or "result" in answer or "access_token" in answer or "request_id" in answer


def _of_error(code: str, sub_code: str, message: str, request_id: str | None) -> Verdict:
    shown = f"{code} {sub_code}".strip()
    if code in THROTTLES:
        return Verdict(Outcome.THROTTLED, shown, message, wait_seconds=ban_seconds(message), request_id=request_id)
    if code in STALE:
        return Verdict(Outcome.UNAUTHORIZED, shown, message, request_id=request_id)
    if code in PASSING or sub_code.startswith("isp.") or code.startswith("isp.") or (code == REMOTE and not sub_code):
        return Verdict(Outcome.TRANSIENT, shown, message, request_id=request_id)
    return Verdict(Outcome.REFUSED, shown, message, remedy=REMEDY.get(code, ""), request_id=request_id)


JUDGES: Mapping[str, Callable[[Reply], Verdict]] = {"read": judge, "record": judge_business, "write": judge_business}
