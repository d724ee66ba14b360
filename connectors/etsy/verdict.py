"""What an answer of Etsy means. Errors are ``{"error": prose}``: shown to people, never parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.loose import text
from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status

CONSENT = (
    "The seller's consent is lost (a new password revokes it): let the seller consent again on Etsy's page and put the new "
    "refresh token into the connection '{shop}'."
)
PERMISSION = (
    "The key or the token's scopes do not allow this: the connection's `client_id` is the keystring, `shared_secret` the app's "
    "secret (both are asked for on every call), and the consent needs shops_r, listings_r, listings_w, transactions_r and transactions_w."
)


def judge(reply: Reply) -> Verdict:
    verdict = judge_by_status(reply)
    if verdict.outcome is Outcome.OK:
        return verdict
    verdict = replace(verdict, message=said(reply))
    return replace(verdict, outcome=Outcome.REFUSED, remedy=PERMISSION) if reply.status == 403 else verdict


def said(reply: Reply) -> str:
    """Etsy's own words of an error."""
    answer = reply.json_or_none()
    if not isinstance(answer, Mapping):
        return ""
    return ": ".join(part for part in (text(answer.get("error")), text(answer.get("error_description"))) if part)
