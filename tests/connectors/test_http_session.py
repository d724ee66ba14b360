"""The one road to a marketplace, over real sockets: what is asked again, what is given up, and what a person reads then."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import requests

from connectors.contract import Budget, Shop, Token
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError
from connectors.http import Call, Session
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.tokens import AccessTokens

SHOP = Shop("lumora", "lumora_amazon_us", "amazon", ("US",))
BUDGETS = {"list": Budget("list", 1.0, 3)}


def _bearer(request: requests.Request, token: str) -> None:
    request.headers["x-token"] = token


@pytest.fixture
def open_session(lend, credentials):
    def make(tokens=None, **changes):
        return Session(SHOP, credentials, lend(**changes), BUDGETS, sign=_bearer, tokens=tokens, timeout_seconds=(0.5, 0.5))

    return make


@pytest.fixture
def ask(loopback):
    return lambda session, **changes: session.send(Call("list", "GET", f"{loopback.url}/things", **changes))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_asked_again_with_back_off(status, loopback, said, open_session, ask, clock):
    loopback.on("GET", "/things", said({}, status), said({}, status), said({"ok": 1}))
    assert ask(open_session()).json == {"ok": 1}
    assert len(clock.slept) == 2 and all(seconds >= 0 for seconds in clock.slept)


def test_passing_trouble_that_stays_becomes_the_callers_and_says_how_often_it_was_tried(loopback, said, open_session, ask):
    loopback.on("GET", "/things", said({}, 503, {"x-amzn-RequestId": "r-17"}))
    wanted = r"amazon list, shop 'lumora/lumora_amazon_us': HTTP 503 on GET /things \(request id r-17\).*6 times"
    with pytest.raises(RetryableError, match=wanted):
        ask(open_session())
    assert len(loopback.asked) == 6


def test_a_connection_that_is_reset_is_asked_again(loopback, said, open_session, ask):
    loopback.on("GET", "/things", None, said({"ok": 1}))
    assert ask(open_session()).json == {"ok": 1}


def test_a_body_shorter_than_announced_is_asked_again(loopback, said, open_session, ask):
    loopback.on("GET", "/things", said({"numbers": list(range(500))}, cut_at=100), said({"ok": 1}))
    assert ask(open_session()).json == {"ok": 1}


def test_a_cut_json_body_that_hides_its_length_is_asked_again(loopback, said, open_session, ask):
    silent = {"Content-Length": "", "Connection": "close"}
    loopback.on("GET", "/things", said(b'{"orders": [{"orderId": "1', headers=silent), said({"ok": 1}))
    assert ask(open_session()).json == {"ok": 1}


def test_a_web_page_instead_of_json_is_asked_again_and_then_named(loopback, said, open_session, ask):
    loopback.on("GET", "/things", said(b"<html><body>Please wait</body></html>", headers={"Content-Type": "text/html"}))
    with pytest.raises(RetryableError, match="a web page instead of JSON"):
        ask(open_session())


def test_a_slow_answer_is_given_up_after_the_read_timeout(loopback, said, open_session, ask):
    import time

    loopback.on("GET", "/things", lambda asked: time.sleep(1.0) or said({"late": 1}), said({"ok": 1}))
    assert ask(open_session()).json == {"ok": 1}


def test_a_post_that_must_not_be_repeated_is_not(loopback, said, open_session, ask):
    loopback.on("GET", "/things", said({}, 500))
    with pytest.raises(RetryableError, match="repeating could do it twice"):
        ask(open_session(), is_repeatable=False)
    assert len(loopback.asked) == 1


def test_retry_after_is_waited_out_on_the_nights_clock(loopback, said, open_session, ask, clock):
    loopback.on("GET", "/things", said({}, 503, {"Retry-After": "42"}), said({"ok": 1}))
    ask(open_session())
    assert clock.slept == [42.0]


def test_a_wait_beyond_patience_gives_the_slot_back(loopback, said, open_session, ask, clock):
    loopback.on("GET", "/things", said({}, 503, {"Retry-After": "400"}))
    with pytest.raises(QuotaWait) as caught:
        ask(open_session(patience_seconds=20))
    assert caught.value.seconds == 400 and caught.value.operation == "list" and not clock.slept


def test_the_declared_quota_is_waited_for_before_the_call(loopback, said, open_session, ask, clock):
    loopback.on("GET", "/things", said({"ok": 1}))
    session = open_session()
    for _ in range(5):
        ask(session)
    assert clock.slept == pytest.approx([1.0, 1.0])  # a burst of three, then one a second


def test_a_refusal_for_quota_closes_the_bucket_for_everybody(loopback, said, open_session, ask, clock):
    limiter = MemoryLimiter(clock)
    loopback.on("GET", "/things", said({}, 429, {"Retry-After": "30"}), said({"ok": 1}))
    session = open_session(limiter=limiter)
    ask(session)
    assert sum(clock.slept) == pytest.approx(30.0)
    loopback.on("GET", "/things", said({}, 429, {"Retry-After": "100"}))
    with pytest.raises(QuotaWait):
        ask(open_session(limiter=limiter, patience_seconds=20))
    with pytest.raises(QuotaWait) as other_process:
        limiter.take(BUDGETS["list"], session.holder(BUDGETS["list"]), 20)
    assert 90 < other_process.value.seconds <= 100


def test_a_refused_token_is_renewed_once_and_the_call_replayed(loopback, said, open_session, ask, clock):
    fetched = iter(["first", "second"])
    tokens = AccessTokens("t", MemoryTokens(), clock, lambda stored: Token(next(fetched), clock.now() + timedelta(hours=1)))
    loopback.on("GET", "/things", lambda asked: said({"ok": 1}) if asked.headers["x-token"] == "second" else said({}, 401))
    assert ask(open_session(tokens=tokens)).json == {"ok": 1}
    assert [each.headers["x-token"] for each in loopback.asked] == ["first", "second"]


def test_a_token_refused_also_after_renewal_is_fatal_and_shown_to_nobody(loopback, said, open_session, ask, clock):
    tokens = AccessTokens("t", MemoryTokens(), clock, lambda stored: Token("secret-access-word", clock.now() + timedelta(hours=1)))
    loopback.on("GET", "/things", said({"message": "secret-access-word is bad"}, 401))
    with pytest.raises(FatalError, match="authorize the application anew") as caught:
        ask(open_session(tokens=tokens))
    assert len(loopback.asked) == 2 and "secret-access-word" not in str(caught.value)


def test_another_client_error_is_fatal_at_once(loopback, said, open_session, ask):
    loopback.on("GET", "/things", said({}, 404))
    with pytest.raises(FatalError, match=r"HTTP 404 on GET /things.*Not retried"):
        ask(open_session())
    assert len(loopback.asked) == 1


def test_a_tolerated_status_is_an_answer(loopback, said, open_session, ask):
    loopback.on("GET", "/things", said({}, 404))
    assert ask(open_session(), tolerates=(404,)).status == 404


def test_a_token_service_that_is_down_is_asked_as_often_as_any_other_and_not_once_more_for_every_attempt(
    loopback, said, open_session, ask, clock,
):
    loopback.on("GET", "/token", said({}, 503))
    logins = open_session()
    fetch = lambda stored: logins.send(Call("log in", "GET", f"{loopback.url}/token", is_signed=False))  # noqa: E731
    with pytest.raises(RetryableError, match=r"amazon log in, .*HTTP 503 on GET /token\. Tried 6 times"):
        ask(open_session(tokens=AccessTokens("t", MemoryTokens(), clock, fetch)))
    assert [each.path for each in loopback.asked] == ["/token"] * 6


def test_a_400_to_a_page_token_means_the_token_died(loopback, said, open_session, ask):
    loopback.on("GET", "/things", said({}, 400))
    with pytest.raises(CursorExpired, match="read again from its start"):
        ask(open_session(), continues=True)


@pytest.mark.parametrize(("hours", "words"), [(2, "2 h 0 min ahead of"), (-2, "2 h 0 min behind")])
def test_a_clock_two_hours_off_is_named_in_the_refusal(hours, words, loopback, said, open_session, ask, clock):
    clock.advance(hours * 3600)
    loopback.on("GET", "/things", said({}, 400))
    with pytest.raises(FatalError, match=f"clock is {words} the marketplace's: set it right"):
        ask(open_session())


def test_an_unreachable_host_says_so_without_its_query(open_session):
    call = Call("list", "GET", "http://127.0.0.1:9/things", params={"access_token": "do-not-show"})
    with pytest.raises(RetryableError, match="the connection was refused, reset or never made on GET /things") as caught:
        open_session().send(call)
    assert "do-not-show" not in str(caught.value) and caught.value.__cause__ is None and caught.value.__suppress_context__


def test_a_host_that_is_no_address_is_fatal(open_session):
    with pytest.raises(FatalError, match="Correct the host"):
        open_session().send(Call("list", "GET", "nonsense/things"))


def test_debug_lines_of_the_http_library_show_no_token(loopback, said, open_session, ask, caplog):
    loopback.on("GET", "/things", said({"ok": 1}))
    with caplog.at_level(logging.DEBUG, logger="urllib3.connectionpool"):
        ask(open_session(), params={"access_token": "do-not-show", "sign": "ABCDEF", "page": "7"})
    assert "page=7" in caplog.text and "do-not-show" not in caplog.text and "ABCDEF" not in caplog.text


def test_every_http_call_is_counted(loopback, said, open_session, ask):
    counted = []
    loopback.on("GET", "/things", said({}, 500), said({"ok": 1}))
    ask(open_session(count_call=counted.append))
    assert counted == ["list", "list"]


def test_nothing_secret_is_in_any_repr(open_session, credentials, clock):
    tokens = AccessTokens("t", MemoryTokens(), clock, lambda stored: Token("secret-access-word", clock.now()))
    call = Call("list", "GET", "http://x/y", params={"access_token": "a"}, headers={"authorization": "b"})
    shown = repr(open_session(tokens=tokens)) + repr(credentials) + repr(Token("secret-access-word", clock.now())) + repr(call)
    assert "very-secret-word" not in shown and "secret-access-word" not in shown and "access_token" not in shown


def test_each_host_is_reached_by_the_way_the_environment_names_for_it(loopback, said, open_session, monkeypatch):
    monkeypatch.setenv("http_proxy", loopback.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    loopback.on("GET", "/things", said({"ok": 1}))
    session = open_session()
    for host in (loopback.url, "http://shop.example", loopback.url):
        assert session.send(Call("list", "GET", f"{host}/things")).json == {"ok": 1}
    own = loopback.url.removeprefix("http://")
    assert [each.headers["Host"] for each in loopback.asked] == [own, "shop.example", own]
