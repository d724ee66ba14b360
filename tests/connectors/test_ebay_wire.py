"""How eBay is asked: windows, pages that move or repeat, the calls a list asks for, refusals, and what never leaves the house."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Credentials, Shop, Window
from connectors.ebay import connect, read_orders
from connectors.ebay.listed_elsewhere import revise
from connectors.errors import FatalError, QuotaWait, RetryableError
from connectors.writes import ShipmentNotice, StockChange

ORDERS, TOKEN = "/sell/fulfillment/v1/order", "/identity/v1/oauth2/token"
WINDOW = Window(datetime(2026, 11, 15, 3, tzinfo=UTC), datetime(2026, 11, 16, 3, tzinfo=UTC))
SECRETS = {"client_id": "app-one", "client_secret": "very-secret-word", "refresh_token": "v^1.1#refresh-me"}


@pytest.fixture
def opened(loopback, lend, said):
    loopback.on("POST", TOKEN, said({"access_token": "v^1.1#access-word", "expires_in": 7200}))

    def make(**changes):
        shop = Shop("acme", "acme_ebay", "ebay", ("GB",), {"seller_id": "acme"})
        return connect(shop, Credentials(loopback.url, loopback.url, SECRETS), lend(**changes))

    return make


def order(number, **changes):
    plain = {"orderId": f"o{number}", "orderFulfillmentStatus": "NOT_STARTED", "cancelStatus": {"cancelState": "NONE_REQUESTED"}}
    return {**plain, **changes}


def listed(said, numbers, total, offset=0):
    return said({"orders": [order(number) for number in numbers], "total": total, "offset": offset})


def refusal(said, status, number, category="REQUEST", message="no"):
    return said({"errors": [{"errorId": number, "domain": "X", "category": category, "message": message}]}, status)


def test_a_window_is_half_open_though_ebay_includes_both_ends(opened, loopback, said):
    loopback.on("GET", ORDERS, listed(said, [], 0))
    list(opened().read("orders", Window(WINDOW.start + timedelta(microseconds=1), WINDOW.end)))
    asked = loopback.calls(ORDERS)[0]
    assert asked.query["filter"] == "lastmodifieddate:[2026-11-15T03:00:00.001Z..2026-11-16T02:59:59.999Z]"
    assert (asked.query["limit"], asked.query["fieldGroups"]) == ("200", "TAX_BREAKDOWN") and "creationdate" not in asked.path
    assert asked.headers["Authorization"] == "Bearer v^1.1#access-word"


def test_only_orders_that_need_it_are_asked_for_once_more(opened, loopback, said):
    asked = order(2, cancelStatus={"cancelState": "IN_PROGRESS"})
    loopback.on("GET", ORDERS, said({"orders": [order(1), asked, order(3, orderFulfillmentStatus="FULFILLED")], "total": 3}))
    loopback.on("GET", f"{ORDERS}/o2", said(asked))
    loopback.on("GET", f"{ORDERS}/o3/shipping_fulfillment", said({"fulfillments": []}))
    pages = list(opened().read("orders", WINDOW))
    assert [(page.part, page.group) for page in pages] == [("orders", 0), ("order", 0), ("fulfilments/o3", 0)]
    assert pages[0].announced == 3 and [page.cursor is None for page in pages] == [False, False, True]
    assert loopback.calls(f"{ORDERS}/o2")[0].query["fieldGroups"] == "TAX_BREAKDOWN"


def test_rows_that_leave_while_a_window_is_read_are_stepped_back_for_and_none_is_missed(opened, loopback, said, monkeypatch):
    monkeypatch.setattr(read_orders, "PAGE", 2)
    left = [listed(said, [1, 2], 5), listed(said, [5], 3, 2), listed(said, [3, 4], 3, 0), listed(said, [5], 3, 2)]
    loopback.on("GET", ORDERS, *left)
    pages = list(opened().read("orders", WINDOW))
    assert [each.query["offset"] for each in loopback.calls(ORDERS)] == ["0", "2", "0", "2"]
    assert {number for page in pages for number in opened().record_ids("orders", [page])} == {"o1", "o2", "o3", "o4", "o5"}
    assert [page.announced for page in pages] == [None, None, None], "no count of eBay's fits a listing that moved"


def test_a_repeated_page_is_asked_for_again_and_not_landed_twice(opened, loopback, said, monkeypatch):
    monkeypatch.setattr(read_orders, "PAGE", 2)
    loopback.on("GET", ORDERS, listed(said, [1, 2], 3), listed(said, [1, 2], 3), listed(said, [3], 3, 2))
    pages = list(opened().read("orders", WINDOW))
    assert len(pages) == 2 and pages[-1].announced == 3
    loopback.on("GET", ORDERS, listed(said, [1, 2], 3))
    with pytest.raises(RetryableError, match="same page"):
        list(opened().read("orders", WINDOW))


def test_nothing_found_in_finances_is_a_last_page_without_a_byte_and_a_count_of_none(opened, loopback, said):
    loopback.on("GET", "/sell/finances/v1/transaction", said(b"", 204))
    pages = list(opened().read("ledger", WINDOW))
    assert [(page.body, page.announced, page.cursor) for page in pages] == [(b"", 0, None)]
    asked = loopback.calls("/sell/finances/v1/transaction")[0]
    assert asked.query["sort"] == "transactionDate" and asked.headers["X-EBAY-C-MARKETPLACE-ID"] == "EBAY_GB"
    assert asked.query["filter"] == "transactionDate:[2026-11-15T03:00:00.000Z..2026-11-16T02:59:59.999Z]"
    assert "Signature" not in asked.headers, "without a key nothing is signed"


def test_long_windows_of_money_are_cut_into_ninety_days_and_both_ends_are_always_sent(opened, loopback, said):
    loopback.on("GET", "/sell/finances/v1/payout", said(b"", 204))
    list(opened().read("payouts", Window(WINDOW.end - timedelta(days=200), WINDOW.end)))
    spans = [each.query["filter"] for each in loopback.calls("/sell/finances/v1/payout")]
    assert len(spans) == 3 and all(".." in span and not span.endswith("..]") for span in spans)


@pytest.mark.parametrize(("days", "period"), [(1, "period:7,"), (28, "period:30,"), (300, "period:365,"), (500, "")])
def test_feedback_is_read_by_the_smallest_period_that_covers_the_window_and_by_time(opened, loopback, said, days, period):
    path = "/commerce/feedback/v1/feedback"
    loopback.on("GET", path, said({"feedbackEntries": [], "pagination": {"total": 0}}))
    list(opened().read("reviews", Window(WINDOW.end - timedelta(days=days), WINDOW.end)))
    asked = loopback.calls(path)[0].query
    assert asked["filter"] == f"{period}role:BUYER" and asked["sort"] == "TIME" and int(asked["limit"]) >= 25


def test_post_order_takes_the_token_under_another_word(opened, loopback, said):
    for name in ("return", "cancellation"):
        loopback.on("GET", f"/post-order/v2/{name}/search", said({"members": [], "cancellations": [], "total": 0}))
    assert [page.part for page in opened().read("returns", WINDOW)] == ["returns", "cancellations"]
    assert loopback.calls("/post-order/v2/return/search")[0].headers["Authorization"] == "IAF v^1.1#access-word"


def test_returns_of_more_than_eighteen_months_ago_are_not_asked_for(opened, loopback, said):
    for name in ("return", "cancellation"):
        loopback.on("GET", f"/post-order/v2/{name}/search", said({"members": [], "cancellations": [], "total": 0}))
    list(opened().read("returns", Window(WINDOW.end - timedelta(days=2000), WINDOW.end)))
    starts = [each.query["creation_date_range_from"] for each in loopback.calls("/post-order/v2/return/search")]
    assert min(starts) == "2025-05-25T03:10:00.000Z" and len(starts) == 2


def test_a_refused_token_is_renewed_once_and_its_call_replayed(opened, loopback, said):
    loopback.on("GET", ORDERS, refusal(said, 401, 1001), listed(said, [1], 1))
    assert len(list(opened().read("orders", WINDOW))) == 1
    assert len(loopback.calls(TOKEN)) == 2
    loopback.on("GET", ORDERS, refusal(said, 401, 1001))
    with pytest.raises(FatalError, match="authorize the application anew"):
        list(opened().read("orders", WINDOW))


def trading(*errors):
    told = "".join(f"<Errors><SeverityCode>Error</SeverityCode><ErrorCode>{code}</ErrorCode></Errors>" for code in errors)
    ack = "Failure" if errors else "Success"
    xml = f'<ReviseInventoryStatusResponse xmlns="urn:ebay:apis:eBLBaseComponents"><Ack>{ack}</Ack>{told}</ReviseInventoryStatusResponse>'
    return xml.encode()


@pytest.mark.parametrize("code", ["931", "932", "21916984", "21917053"])
def test_trading_says_under_http_200_that_a_token_is_dead_and_the_change_is_sent_again_with_a_new_one(opened, loopback, said, code):
    loopback.on("POST", "/ws/api.dll", said(trading(code)), said(trading()))
    fresh = iter(("v^1.1#first", "v^1.1#second"))
    loopback.on("POST", TOKEN, *[said({"access_token": word, "expires_in": 7200}) for word in fresh])
    answers = revise(opened().gateway, [StockChange("j", "GB", "A-1", "110", None, 4)])
    assert answers["j"].is_accepted
    assert [call.headers["X-EBAY-API-IAF-TOKEN"] for call in loopback.calls("/ws/api.dll")] == ["v^1.1#first", "v^1.1#second"]


def test_trading_that_refuses_a_change_for_another_reason_keeps_the_token(opened, loopback, said):
    loopback.on("POST", "/ws/api.dll", said(trading("21919189")))
    assert not revise(opened().gateway, [StockChange("j", "GB", "A-1", "110", None, 4)])["j"].is_accepted
    assert len(loopback.calls(TOKEN)) == 1


def test_application_trouble_passes_and_requests_faults_do_not(opened, loopback, said):
    loopback.on("GET", ORDERS, refusal(said, 400, 25001, "APPLICATION"), refusal(said, 500, 30500), listed(said, [1], 1))
    assert len(list(opened().read("orders", WINDOW))) == 1
    loopback.on("GET", ORDERS, refusal(said, 400, 31100, message="Invalid limit"))
    with pytest.raises(FatalError, match=r"31100: Invalid limit.*Not retried"):
        list(opened().read("orders", WINDOW))
    assert len(loopback.calls(ORDERS)) == 4


@pytest.mark.parametrize(("status", "number", "remedy"), [
    (403, 1100, "scope"), (403, 215001, "createSigningKey"), (403, 215122, "wrong clock"), (400, 30850, "NTP"), (400, 32400, "suspended"),
])
def test_what_a_person_can_mend_is_said(opened, loopback, said, status, number, remedy):
    loopback.on("GET", ORDERS, refusal(said, status, number))
    with pytest.raises(FatalError, match=remedy):
        list(opened().read("orders", WINDOW))


def test_post_orders_own_envelope_is_read_too(opened, loopback, said):
    error = {"errorId": 1616, "message": "The range is bad", "category": "REQUEST"}
    loopback.on("GET", "/post-order/v2/return/search", said({"errorMessage": {"error": [error]}}, 400))
    with pytest.raises(FatalError, match="1616: The range is bad"):
        list(opened().read("returns", WINDOW))


def test_a_spent_quota_is_waited_for_or_the_slot_given_back(opened, loopback, said):
    over = said({"errors": [{"errorId": 2001, "category": "REQUEST", "message": "limit"}]}, 429, {"Retry-After": "40"})
    loopback.on("GET", ORDERS, over, listed(said, [1], 1))
    with pytest.raises(QuotaWait):
        list(opened(patience_seconds=20.0).read("orders", WINDOW))


def test_a_report_that_arrives_broken_is_fetched_again_and_not_landed(opened, loopback, said):
    path = "/sell/feed/v1/task/t1/download_result_file"
    whole = b'<r xmlns="urn:ebay:apis:eBLBaseComponents"/>'
    loopback.on("GET", path, said(whole[:20]), said(whole))
    cursor = {"todos": [{"part": "report/GB", "id": "t1", "joins": True}], "group": 0}
    assert [page.body for page in opened().read("listings", WINDOW, cursor)] == [whole]
    loopback.on("GET", path, said(whole[:20]))
    with pytest.raises(RetryableError, match="arrives broken"):
        list(opened().read("listings", WINDOW, cursor))


def test_a_spent_quota_without_a_hint_is_asked_again_after_a_minute(opened, loopback, said, clock):
    loopback.on("GET", ORDERS, refusal(said, 429, 2001), listed(said, [1], 1))
    assert len(list(opened(patience_seconds=90.0).read("orders", WINDOW))) == 1
    assert 55 <= sum(clock.slept) <= 65


def test_a_consent_code_is_exchanged_once_with_the_ru_name_and_its_refresh_token_kept(loopback, lend, said):
    loopback.on("POST", TOKEN, said({"access_token": "a", "expires_in": 7200, "refresh_token": "kept"}))
    loopback.on("GET", ORDERS, refusal(said, 401, 1001), listed(said, [], 0))
    secrets = {"client_id": "app", "client_secret": "word", "code": "the-code", "ru_name": "Our-RuName"}
    shop = Shop("acme", "acme_ebay", "ebay", ("GB",), {"seller_id": "acme"})
    list(connect(shop, Credentials(loopback.url, "", secrets), lend()).read("orders", WINDOW))
    first, second = (each.body.decode() for each in loopback.calls(TOKEN))
    assert "grant_type=authorization_code" in first and "redirect_uri=Our-RuName" in first and "code=the-code" in first
    assert "grant_type=refresh_token" in second and "refresh_token=kept" in second


def test_telling_a_parcel_is_never_repeated_when_its_answer_is_lost(opened, loopback, said):
    path = f"{ORDERS}/o1/shipping_fulfillment"
    loopback.on("GET", path, said({"fulfillments": []}))
    loopback.on("POST", path, refusal(said, 500, 30500, "APPLICATION"))
    notice = ShipmentNotice("j", "GB", "o1", {"L1": 1}, "DHL", "ABC 123", WINDOW.end)
    with pytest.raises(RetryableError, match="could do it twice"):
        opened().push_shipments([notice])
    told = [each for each in loopback.calls(path) if each.method == "POST"]
    assert len(told) == 1 and told[0].json["trackingNumber"] == "ABC123"
    loopback.on("GET", path, said({"fulfillments": [{"fulfillmentId": "ABC123"}]}))
    assert opened().push_shipments([notice])[0].is_accepted
    assert len([each for each in loopback.calls(path) if each.method == "POST"]) == 1


def test_no_secret_and_no_buyer_is_in_an_error_a_page_or_a_log(opened, loopback, said, caplog):
    caplog.set_level(logging.DEBUG)
    echo = "token v^1.1#access-word of very-secret-word, refresh_token=v^1.1#refresh-me"
    loopback.on("GET", ORDERS, said({"orders": [order(1, buyer={"username": "ann_77"})], "total": 2}), refusal(said, 400, 1, message=echo))
    reading = opened().read("orders", WINDOW)
    page = next(reading)
    with pytest.raises(FatalError) as error:
        next(reading)
    for text in (str(error.value), page.request, repr(page.cursor), caplog.text, repr(opened())):
        for secret in ("access-word", "very-secret-word", "refresh-me", "ann_77"):
            assert secret not in text


@pytest.mark.parametrize(("sites", "account", "said_in"), [((), {"seller_id": "a"}, "no site"), (("XX",), {"seller_id": "a"}, "XX"),
                                                           (("GB",), {}, "seller_id")])
def test_a_shop_that_cannot_be_is_refused_when_it_is_opened(lend, sites, account, said_in):
    with pytest.raises(FatalError, match=said_in):
        connect(Shop("acme", "acme_ebay", "ebay", sites, account), Credentials("", "", SECRETS), lend())


def test_money_lives_on_the_other_host(lend):
    def host(given):
        return connect(Shop("a", "b", "ebay", ("GB",), {"seller_id": "a"}), Credentials(given, "", SECRETS), lend()).gateway.money_host

    assert host("") == host("https://api.ebay.com/") == "https://apiz.ebay.com"
    assert host("https://api.sandbox.ebay.com") == "https://apiz.sandbox.ebay.com"
