"""What an answer of a store means. WordPress's messages are in the site's language, so only codes decide.

What stands in front of WordPress (host, cache, firewall) answers in HTML, and what is wrong inside it may too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from connectors.verdicts import Outcome, Reply, Verdict, judge_by_status, retry_after

KEY = (
    "Make a new key (WooCommerce, Settings, Advanced, REST API: read/write, of a shop manager) and put it into the shop's connection. "
    "Over plain http, or behind a proxy WordPress does not trust, the key is not even seen: give the store's https address."
)
RIGHT = "The key lacks the right: it needs read/write, and its user must be a shop manager or administrator."
MOVED = "The store sends us elsewhere: put its final address (https, with or without www, as the browser ends up) into the connection."
NOISE = "The site shows PHP's warnings inside its answers: switch display_errors (WP_DEBUG_DISPLAY) off there."
ROUTE = "The store does not know this address: is it right up to the folder, and are pretty permalinks switched on (Settings, Permalinks)?"
CLOCK = "The store refused our time: set this machine's clock right (NTP), or the store's, and run again."

UNTOLD_SECONDS = 5.0  # a host that refuses and does not say for how long
PASSING = (408, 429, 500, 502, 503, 504, 508)
_WARNING = re.compile(rb"<b>\s*(?:Warning|Notice|Deprecated|Fatal error)|(?:PHP )?(?:Warning|Notice|Deprecated): ", re.IGNORECASE)


def judge(reply: Reply) -> Verdict:
    """Judge any answer; JSON that should be there and is not is passing trouble, unless PHP's warnings stand before it."""
    if 300 <= reply.status < 400:
        return Verdict(Outcome.REFUSED, message="a redirect", remedy=MOVED)
    answer = reply.json_or_none()
    if reply.status < 300:
        return Verdict(Outcome.OK) if answer is not None else _no_json(reply)
    if not isinstance(answer, Mapping) or "code" not in answer:
        return _by_status(reply, "a web page instead of an answer" if reply.body.lstrip()[:1] == b"<" else "no answer of WordPress")
    code, message = str(answer["code"]), html.unescape(str(answer.get("message") or ""))
    if reply.status in (401, 403):
        return Verdict(Outcome.REFUSED, code, message, remedy=_remedy(code, message))
    if reply.status == 404 and code == "rest_no_route":
        return Verdict(Outcome.REFUSED, code, message, remedy=ROUTE)
    return _by_status(reply, message, code)


def judge_once(reply: Reply) -> Verdict:
    """As :func:`judge`, for what must not be done twice: WordPress's own 500 is a refusal there, not passing trouble."""
    verdict = judge(reply)
    is_its_own = reply.status == 500 and bool(verdict.code)
    return Verdict(Outcome.REFUSED, verdict.code, verdict.message) if is_its_own else verdict


def _by_status(reply: Reply, message: str, code: str = "") -> Verdict:
    hint = retry_after(reply.headers.get("Retry-After"), reply.received_at)
    if reply.status == 429:
        return Verdict(Outcome.THROTTLED, code, message, wait_seconds=hint or UNTOLD_SECONDS)
    if reply.status in PASSING:
        return Verdict(Outcome.TRANSIENT, code, message, wait_seconds=hint)
    outcome = judge_by_status(reply).outcome
    if outcome is Outcome.UNAUTHORIZED:  # a firewall's page: there is no token to renew
        return Verdict(Outcome.REFUSED, code, message, remedy=KEY)
    return Verdict(outcome, code, message)


def _no_json(reply: Reply) -> Verdict:
    if _WARNING.search(reply.body[:20_000]) and re.search(rb"[\[{]", reply.body):
        return Verdict(Outcome.REFUSED, message="PHP's warnings before the answer", remedy=NOISE)
    is_page = reply.body.lstrip()[:1] == b"<"
    return Verdict(Outcome.TRANSIENT, message="a web page instead of JSON" if is_page else "an answer cut off or not JSON")


def _remedy(code: str, message: str) -> str:
    if "timestamp" in message.lower():
        return CLOCK
    return KEY if code in ("woocommerce_rest_authentication_error", "woocommerce_rest_cannot_view") else RIGHT
