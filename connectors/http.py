"""The one road to a marketplace: quota, signature, timeout, judgement, retry, token renewal, redaction.

A connector describes a :class:`Call` and gets a :class:`connectors.verdicts.Reply`, or one of the errors of
``connectors/errors.py`` with a message that a person can act on. What differs between vendors is handed in:
``sign`` puts the token (and a signature) on a request, ``judge`` reads an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests

from connectors.contract import Budget, Credentials, Services, Shop
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError
from connectors.redaction import guard_library_logs, shorten
from connectors.retry import ATTEMPTS, PassingTrouble, retrying
from connectors.tokens import AccessTokens
from connectors.verdicts import Outcome, Reply, Verdict, clock_skew, describe_skew, http_date, judge_by_status

CONNECT_SECONDS = 10.0  # of the wall, whatever the night's clock does
READABLE_SKEW = timedelta(minutes=30)  # less is covered by the entities' overlaps
REQUEST_ID_HEADERS = ("x-amzn-RequestId", "x-request-id", "request-id")


@dataclass(frozen=True)
class Call:
    """One request to be made.

    Attributes:
        operation: name in ``BUDGETS`` (an operation without a budget is not limited); also what people read in errors.
        url: whole address; ``params`` are added to it.
        note: harmless parameters in words, for errors and ``Page.request``; never a token or a buyer.
        is_signed: False for calls that must not carry the token (token service, presigned addresses).
        is_json: whether anything but JSON in a good answer means trouble on the way.
        continues: it carries a page token; a 400 then means that the token has died, for its first page was accepted.
        tolerates: statuses that are an answer here and no error (404 for "is it still there?").
        is_reading: a POST that changes nothing: the vendor's clock is judged by its answer as by a GET's.
        is_repeatable: False where asking twice does a thing twice; then passing trouble is not retried here.
    """

    operation: str
    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    note: str = ""
    is_signed: bool = True
    is_json: bool = True
    is_repeatable: bool = True
    is_reading: bool = False
    continues: bool = False
    tolerates: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Method and path, for people: hosts and queries stay out; presigned addresses are cut, their paths say nothing."""
        path = self.url.partition("://")[2].partition("/")[2].partition("?")[0]
        return f"{self.method} /{path if self.is_signed or len(path) <= 40 else path[:40] + '…'}"


class Session:
    """Calls of one shop.

    Args:
        sign: called for each attempt with the request and the access token; changes the request in place.
        judge: reads a reply (default: by HTTP status); must not raise.
        tokens: None where the vendor needs none.
        timeout_seconds: to connect and for an answer, of the wall; None: ten seconds and the services' ``answer_seconds``.
        attempts: how often one call is tried before passing trouble becomes the caller's.
    """

    def __init__(
        self, shop: Shop, credentials: Credentials, services: Services, budgets: Mapping[str, Budget], *,
        sign: Callable[[requests.Request, str], None] | None = None,
        judge: Callable[[Reply], Verdict] = judge_by_status,
        tokens: AccessTokens | None = None,
        timeout_seconds: tuple[float, float] | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        guard_library_logs()
        self.shop, self.services, self.tokens = shop, services, tokens
        self._budgets = dict(budgets)
        self._secrets = tuple(credentials.secrets.values())
        self._credentials = credentials
        self._sign, self._judge, self._attempts = sign, judge, attempts
        self._timeout = timeout_seconds or (CONNECT_SECONDS, services.answer_seconds)
        self._http = requests.Session()
        self._environments: dict[tuple[str, str], dict[str, Any]] = {}
        self._http.auth = _no_auth  # else requests would take a password from ~/.netrc

    def __repr__(self) -> str:
        return f"Session({self.who()})"

    def who(self, operation: str = "") -> str:
        """``amazon searchOrders, shop 'lumora/lumora_amazon_us'``: how every message begins."""
        return f"{self.shop.marketplace} {operation or 'session'}, shop '{self.shop.client}/{self.shop.name}'"

    @property
    def asker(self) -> str:
        """Whose turn a call of a shared quota takes."""
        return f"{self.shop.client}/{self.shop.name}"

    def holder(self, budget: Budget) -> str:
        return holder_of(self.shop, self._credentials, budget)

    def send(self, call: Call) -> Reply:
        """Make the call, as often as it takes and is sensible.

        Raises:
            RetryableError, FatalError, CursorExpired, QuotaWait: see ``connectors/errors.py``.
        """
        attempts = self._attempts if call.is_repeatable else 1
        loop = retrying(self.services.clock, self.services.patience_seconds, call.operation, attempts)
        return loop(self._attempt, call)

    def _attempt(self, call: Call) -> Reply:
        token = self.tokens.current() if self.tokens and call.is_signed else ""
        reply = self._exchange(call, token)
        verdict = self._verdict(call, reply)
        if verdict.outcome is Outcome.UNAUTHORIZED and token and self.tokens:
            token = self.tokens.renew(token)
            reply = self._exchange(call, token)
            verdict = self._verdict(call, reply)
        self._learn(call.operation, verdict)
        if verdict.outcome is not Outcome.OK:
            self._refuse(call, reply, verdict, token)
        self._refuse_wrong_clock(call, reply)
        return reply

    def _exchange(self, call: Call, token: str) -> Reply:
        self._wait_for_quota(call.operation)
        self.services.count_call(call.operation)
        request = requests.Request(
            call.method, call.url, params=dict(call.params), json=call.json, data=call.form, headers=dict(call.headers)
        )
        if self._sign and call.is_signed:
            self._sign(request, token)
        sent_at = self.services.clock.now()
        try:
            prepared = self._http.prepare_request(request)
            answer = self._http.send(prepared, timeout=self._timeout, allow_redirects=False, **self._environment(prepared.url))
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError,
                requests.exceptions.ContentDecodingError) as error:
            # `from None`: the library's own message holds the whole address, token and all
            raise PassingTrouble(self._trouble(call, _plainly(error))) from None
        except requests.RequestException as error:
            raise FatalError(f"{self.who(call.operation)}: {call.place} could not be sent ({type(error).__name__}). "
                             "Correct the host in the shop's connection. Not retried.") from None
        return Reply(answer.status_code, answer.headers, answer.content, self.services.clock.now(), _request_id(answer.headers), sent_at)

    def _environment(self, url: str | None) -> dict[str, Any]:
        """Proxies and certificates as the environment names them, looked up once a session and host: it reads every variable there is."""
        host = urlsplit(url or "")[:2]
        if host not in self._environments:
            self._environments[host] = dict(self._http.merge_environment_settings(url, {}, False, None, None))
        return self._environments[host]

    def _wait_for_quota(self, operation: str) -> None:
        budget = self._budgets.get(operation)
        if budget is None:
            return
        wait = self.services.limiter.take(budget, self.holder(budget), self.services.patience_seconds, self.asker)
        if wait > 0:
            self.services.clock.sleep(wait)

    def _verdict(self, call: Call, reply: Reply) -> Verdict:
        if call.is_json and reply.status < 300 and reply.status != 204 and reply.json_or_none() is None:
            looks_html = reply.body.lstrip()[:1] == b"<"
            return Verdict(Outcome.TRANSIENT, message="a web page instead of JSON" if looks_html else "an answer cut off or not JSON")
        if reply.status in call.tolerates:
            return Verdict(Outcome.OK)
        verdict = self._judge(reply)
        has_died = call.continues and reply.status == 400 and verdict.outcome is Outcome.REFUSED
        return replace(verdict, outcome=Outcome.EXPIRED) if has_died else verdict

    def _learn(self, operation: str, verdict: Verdict) -> None:
        budget = self._budgets.get(operation)
        if budget and verdict.rate_per_second and verdict.rate_per_second != budget.rate_per_second:
            self._budgets[operation] = replace(budget, rate_per_second=verdict.rate_per_second)

    def _refuse(self, call: Call, reply: Reply, verdict: Verdict, token: str) -> NoReturn:
        what = self._what(call, reply, verdict, token)
        if verdict.outcome is Outcome.THROTTLED:
            self._throttled(call, verdict, what)
        if verdict.outcome is Outcome.TRANSIENT:
            raise PassingTrouble(self._trouble(call, what), verdict.wait_seconds)
        if verdict.outcome is Outcome.CLOSED:
            raise RetryableError(f"{self.who(call.operation)}: {what} {verdict.remedy or _REMEDIES[verdict.outcome]}")
        if verdict.outcome is Outcome.EXPIRED:
            raise CursorExpired(f"{self.who(call.operation)}: {what} The window is read again from its start.")
        skew = clock_skew(reply.headers, reply.received_at)
        general = "" if skew else _REMEDIES[verdict.outcome].format(shop=self.shop.name)
        # a wrong clock explains much, but must not hide what the vendor's own code asks for
        remedy = " ".join(filter(None, (verdict.remedy or general, describe_skew(skew) if skew else "")))
        raise FatalError(f"{self.who(call.operation)}: {what} {remedy} Not retried.")

    def _refuse_wrong_clock(self, call: Call, reply: Reply) -> None:
        """A clock far ahead would move watermarks past rows that are still to come: nothing is read by it."""
        told = http_date(reply.headers.get("Date"))
        if told is None or not (call.is_reading or call.method == "GET"):
            return
        # nearest to what the vendor told while the call was under way: a slow answer is no wrong clock
        skew = clock_skew(reply.headers, min(max(told, reply.sent_at or told), reply.received_at))
        if skew and abs(skew) > READABLE_SKEW:
            raise FatalError(f"{self.who(call.operation)}: {call.place} was answered and not used. {describe_skew(skew)} Not retried.")

    def _throttled(self, call: Call, verdict: Verdict, what: str) -> NoReturn:
        budget = self._budgets.get(call.operation)
        if budget is None:
            raise PassingTrouble(self._trouble(call, what), verdict.wait_seconds)
        seconds = verdict.wait_seconds if verdict.wait_seconds is not None else 1 / budget.rate_per_second
        self.services.limiter.penalise(budget, self.holder(budget), seconds)
        if seconds > self.services.patience_seconds:
            raise QuotaWait(seconds, call.operation)
        raise PassingTrouble(self._trouble(call, what), hint_seconds=0.0)  # the limiter makes the next attempt wait

    def _what(self, call: Call, reply: Reply, verdict: Verdict, token: str) -> str:
        words = shorten(": ".join(part for part in (verdict.code, verdict.message) if part), (*self._secrets, token))
        said = f' The marketplace says "{words}".' if words else ""
        number = verdict.request_id or reply.request_id
        request_id = f" (request id {number})" if number else ""
        note = f", {call.note}" if call.note else ""
        return f"HTTP {reply.status} on {call.place}{note}{request_id}.{said}"

    def _trouble(self, call: Call, what: str) -> str:
        tried = f"Tried {self._attempts} times" if call.is_repeatable else "Not repeated, because repeating could do it twice"
        what = what if what.endswith(".") or what.endswith('".') else f"{what} on {call.place}."
        return f"{self.who(call.operation)}: {what} {tried}; passing trouble as a rule: run the step again later."


_REMEDIES = {
    Outcome.UNAUTHORIZED: "The token was refused, also after renewal: authorize the application anew and put the "
                          "refresh token into the connection '{shop}'.",
    Outcome.CLOSED: "It is switched off for hours: run the step again later.",
    Outcome.REFUSED: "Asking again changes nothing: mend what the message names.",
}


def holder_of(shop: Shop, credentials: Credentials | None, budget: Budget) -> str:
    """Whose bucket a budget is: this shop's, or the application's across all its shops (no credentials: its own)."""
    mine = f"{shop.client}/{shop.name}"
    if budget.per == "app" and credentials is not None:
        mine = hashlib.sha256(_application(credentials).encode()).hexdigest()[:12]
    return f"{shop.marketplace}:{budget.per}:{mine}"


def _application(credentials: Credentials) -> str:
    return next((credentials.secrets[key] for key in ("client_id", "app_key") if key in credentials.secrets), credentials.host)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _request_id(headers: Mapping[str, str]) -> str | None:
    return next((headers[name] for name in REQUEST_ID_HEADERS if name in headers), None)


def _plainly(error: Exception) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return "no connection within the time allowed"
    if isinstance(error, requests.Timeout):
        return "no answer within the time allowed"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the answer broke off before its end"
    return "the connection was refused, reset or never made"


def pick(names: Iterable[str], source: Mapping[str, str], who: str) -> dict[str, str]:
    """The named secrets or account numbers out of ``source``.

    Raises:
        FatalError: some are missing or empty; names which.
    """
    missing = [name for name in names if not source.get(name)]
    if missing:
        raise FatalError(f"{who}: {', '.join(missing)} missing. Put it into the shop's connection or the client's file.")
    return {name: source[name] for name in names}
