"""Every known trap of PayPal's calls, by name, against a PayPal on loopback that says what each test needs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from connectors.contract import Credentials, Page, Shop, Window
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError
from connectors.paypal import connect
from connectors.paypal.order_numbers import order_number
from connectors.paypal.windows import reached_back
from connectors.writes import ShipmentNotice

NIGHT = datetime(2026, 11, 17, 3, 10, tzinfo=UTC)  # a Tuesday
TOKEN, SEARCH, DISPUTES = "/v1/oauth2/token", "/v1/reporting/transactions", "/v1/customer/disputes"
TRACKERS, BATCH = "/v1/shipping/trackers", "/v1/shipping/trackers-batch"
SECRET, TOKEN_TEXT = "EJ-very-secret-word", "A21AAF-token-nobody-may-see"
WINDOW = Window(NIGHT - timedelta(days=4), NIGHT - timedelta(hours=4))


@pytest.fixture
def clock(clock):
    clock.advance((NIGHT - clock.now()).total_seconds())
    return clock


@pytest.fixture
def paypal(loopback, lend, said, clock):
    """An open account; ``paypal.search(*rows)`` and the like say what PayPal answers."""
    loopback.now = clock.now
    answer = {"access_token": TOKEN_TEXT, "token_type": "Bearer", "expires_in": 32400, "scope": "https://uri.paypal.com/services/disputes"}
    loopback.on("POST", TOKEN, said(answer))
    shop = Shop("northpeak", "northpeak_paypal", "paypal", ("DE",), {"invoice_prefix": "WC-"})
    secrets = {"client_id": "AX-app", "client_secret": SECRET}
    opened = connect(shop, Credentials(loopback.url, loopback.url, secrets), lend(pseudonym=lambda text: f"key of {text}"))
    opened.__dict__["loopback"], opened.__dict__["said"] = loopback, said
    return opened


def info(number="8MC585209K746392H", **changes):
    return {
        "paypal_account_id": "QQQQQ22222QQQ", "transaction_id": number, "transaction_event_code": "T0006",
        "transaction_initiation_date": "2026-11-15T10:00:00+0000", "transaction_updated_date": "2026-11-15T10:00:00+0000",
        "transaction_amount": {"currency_code": "EUR", "value": "49.90"}, "fee_amount": {"currency_code": "EUR", "value": "-1.74"},
        "transaction_status": "S", "invoice_id": "WC-1001", **changes,
    }  # fmt: skip


def result(*infos, page=1, pages=1, total=None, refreshed="2026-11-17T02:00:00+0000"):
    return {
        "transaction_details": [{"transaction_info": each} for each in infos], "page": page, "total_pages": pages,
        "total_items": len(infos) if total is None else total, "last_refreshed_datetime": refreshed,
    }  # fmt: skip


def error(name, message="no", **more):
    return {"name": name, "message": message, "debug_id": "d1", **more}


def mapped(paypal, *infos, entity="payments"):
    page = Page(json.dumps(result(*infos)).encode(), NIGHT, "", part=entity)
    return {name: found.to_dict("records") for name, found in paypal.map(entity, [page]).items()}


def read(paypal, window=WINDOW, cursor=None, entity="payments"):
    return list(paypal.read(entity, window, cursor))


def test_one_token_serves_every_call_for_hours(paypal, loopback, said, clock):
    loopback.on("GET", SEARCH, said(result()))
    for _ in range(5):
        read(paypal)
    clock.sleep(8 * 3600)
    loopback.on("GET", SEARCH, said(result(refreshed="2026-11-17T12:00:00Z")))
    read(paypal)
    assert len(loopback.calls(TOKEN)) == 1
    clock.sleep(3600)
    read(paypal)
    assert len(loopback.calls(TOKEN)) == 2
    assert loopback.calls(TOKEN)[0].headers["Authorization"].startswith("Basic ")


def test_bad_credentials_come_in_the_token_services_own_envelope_and_show_no_secret(paypal, loopback, said):
    loopback.on("POST", TOKEN, said({"error": "invalid_client", "error_description": f"Client Authentication failed {SECRET}"}, 401))
    with pytest.raises(FatalError, match="invalid_client") as caught:
        read(paypal)
    assert SECRET not in str(caught.value) and "sandbox and live" in str(caught.value)
    assert len(loopback.calls(TOKEN)) == 1


def test_an_old_token_keeps_old_permissions_so_a_403_asks_for_a_new_one_once(paypal, loopback, said):
    loopback.on("GET", SEARCH, said(error("NOT_AUTHORIZED"), 403, {"PayPal-Debug-Id": "abc123"}), said(result(info())))
    assert len(read(paypal)) == 1
    assert len(loopback.calls(TOKEN)) == 2
    loopback.on("GET", SEARCH, said(error("NOT_AUTHORIZED", f"no, {TOKEN_TEXT}"), 403, {"PayPal-Debug-Id": "abc123"}))
    with pytest.raises(FatalError, match=r"Transaction Search.*hours") as caught:
        read(paypal)
    assert TOKEN_TEXT not in str(caught.value) and "abc123" in str(caught.value)


def test_check_says_which_permissions_the_app_lacks(paypal):
    assert paypal.check() == "PayPal app answers; the app may not read or tell: payments, balances, disputes, shipments"


def test_check_shows_balances_side_by_side(paypal, loopback, said):
    scopes = " ".join(f"https://uri.paypal.com/services{each}" for each in ("/reporting/search/read", "/reporting/balances/read"))
    loopback.on("POST", TOKEN, said({"access_token": TOKEN_TEXT, "expires_in": 32400, "scope": scopes}))
    held = [
        {"currency": "EUR", "total_balance": {"currency_code": "EUR", "value": "120.50"},
         "withheld_balance": {"currency_code": "EUR", "value": "20.00"}},
        {"currency": "JPY", "total_balance": {"currency_code": "JPY", "value": "900"}},
    ]  # fmt: skip
    loopback.on("GET", "/v1/reporting/balances", said({"balances": held, "account_id": "QQQQQ22222QQQ"}))
    assert paypal.check() == (
        "account QQQQQ22222QQQ: 120.50 EUR (20.00 withheld), 900 JPY; the app may not read or tell: disputes, shipments"
    )


def test_no_window_is_longer_than_31_days_and_together_they_leave_no_hole(paypal, loopback, said):
    loopback.on("GET", SEARCH, said(result()))
    read(paypal, Window(NIGHT - timedelta(days=100), WINDOW.end))
    spans = [(each.query["start_date"], each.query["end_date"]) for each in loopback.calls(SEARCH)]
    assert len(spans) == 4 and all(later[0] == before[1] for before, later in pairwise(spans))
    assert all(instant(end) - instant(start) <= timedelta(days=31) for start, end in spans)
    assert instant(spans[0][0]) == NIGHT - timedelta(days=100) and instant(spans[-1][1]) == WINDOW.end


def instant(text):
    return datetime.fromisoformat(text)


def crowded(loopback, said, most_seconds):
    """A PayPal that refuses every window longer than ``most_seconds`` and has one transaction an hour."""

    def answer(asked):
        start, end = instant(asked.query["start_date"]), instant(asked.query["end_date"])
        if (end - start).total_seconds() > most_seconds:
            return said(error("RESULTSET_TOO_LARGE", "Result set size is greater than the maximum limit."), 400)
        hour = (start + timedelta(minutes=59, seconds=59)).replace(minute=0, second=0)
        hours = [hour + timedelta(hours=place) for place in range(200) if hour + timedelta(hours=place) <= end]
        return said(result(*(info(f"{each:%Y%m%d%H}AAAAAAA", transaction_initiation_date=f"{each:%Y-%m-%dT%H:00:00}Z") for each in hours)))

    loopback.on("GET", SEARCH, answer)


def test_more_than_ten_thousand_rows_halve_the_window_and_lose_none(paypal, loopback, said):
    crowded(loopback, said, 6 * 3600)
    pages = read(paypal)
    ids = paypal.record_ids("payments", pages)
    assert len(ids) == len(set(ids)) == 92  # every hour of 92
    refused = len(loopback.calls(SEARCH)) - len(pages)
    assert 0 < refused < 7, "what was too large once is not asked for again"


def test_a_window_that_cannot_be_halved_is_an_error_and_not_an_empty_success(paypal, loopback, said):
    loopback.on("GET", SEARCH, said(error("RESULTSET_TOO_LARGE"), 400))
    with pytest.raises(FatalError, match="one second"):
        read(paypal)


def test_a_start_that_is_not_loaded_yet_is_neither_a_failure_nor_an_empty_success(paypal, loopback, said):
    loopback.on("GET", SEARCH, said(error("INVALID_REQUEST", "Data for the given start date is not available."), 400))
    with pytest.raises(QuotaWait, match="not loaded"):
        read(paypal)


def test_an_end_that_was_cut_back_to_the_last_refresh_lands_no_page_until_it_is_loaded(paypal, loopback, said):
    loopback.on("GET", SEARCH, said(result(info(), refreshed="2026-11-16T20:00:00+0000")), said(result(info(), info("B" * 17))))
    landed = []
    with pytest.raises(QuotaWait):
        landed += paypal.read("payments", WINDOW)
    assert landed == []
    assert len(paypal.record_ids("payments", read(paypal))) == 2


def test_any_other_bad_request_is_final_and_names_field_and_debug_id(paypal, loopback, said):
    detail = {"field": "end_date", "value": "x", "location": "query", "issue": "INVALID_DATE_RANGE", "description": "greater than 31 days"}
    loopback.on("GET", SEARCH, said(error("INVALID_REQUEST", "bad", details=[detail]), 400, {"PayPal-Debug-Id": "f00"}))
    with pytest.raises(FatalError, match="INVALID_DATE_RANGE on end_date") as caught:
        read(paypal)
    assert "f00" in str(caught.value) and len(loopback.calls(SEARCH)) == 1


def test_movements_that_move_no_money_are_asked_for_and_nothing_of_the_buyer_but_a_number(paypal, loopback, said):
    loopback.on("GET", SEARCH, said(result()))
    read(paypal)
    query = loopback.calls(SEARCH)[0].query
    assert (query["balance_affecting_records_only"], query["fields"], query["page_size"]) == ("N", "transaction_info", "500")


def test_one_number_on_several_rows_is_several_payments(paypal):
    leg = {"transaction_event_code": "T0200", "fee_amount": None, "invoice_id": None}
    pair = [info(**leg), info(**leg, transaction_amount={"currency_code": "USD", "value": "-55.10"})]
    rows = mapped(paypal, *pair, info(), info(transaction_event_code="T1300"))["payments"]
    assert len({row["payment_id"] for row in rows}) == 4 and {row["transaction_id"] for row in rows} == {"8MC585209K746392H"}
    assert [row["kind"] for row in rows] == ["conversion", "conversion", "payment", "authorisation"]
    page = Page(json.dumps(result(*pair, info(), info(transaction_event_code="T1300"))).encode(), NIGHT, "", part="payments")
    assert paypal.record_ids("payments", [page]) == [row["payment_id"] for row in rows]


@pytest.mark.parametrize(
    "text", ["2026-11-15T11:00:00+0100", "2026-11-15T11:00:00+01:00", "2026-11-15T10:00:00Z", "2026-11-15T10:00:00.000Z"]
)
def test_an_offset_with_and_without_its_colon_is_the_same_instant_and_the_same_payment(paypal, text):
    row = mapped(paypal, info(transaction_initiation_date=text))["payments"][0]
    assert row["payment_id"] == "8MC585209K746392H/T0006/20261115T100000Z/EUR49.90" and row["fault"] is None
    assert row["paid_at"] == datetime(2026, 11, 15, 10, tzinfo=UTC) and str(row["paid_date"]) == "2026-11-15"


def test_yen_have_no_decimals_and_money_is_exact(paypal):
    yen = {"transaction_amount": {"currency_code": "JPY", "value": "-5200"}, "fee_amount": {"currency_code": "JPY", "value": "-187"}}
    rows = mapped(paypal, info(**yen), info("B" * 17))["payments"]
    assert [(row["amount_minor"], row["fee_minor"]) for row in rows] == [(-5200, -187), (4990, -174)]
    half = info(transaction_amount={"currency_code": "JPY", "value": "52.5"})
    other = info("B" * 17, fee_amount=yen["fee_amount"])
    assert [row["fault"].partition(":")[0] for row in mapped(paypal, half, other)["payments"]][1:] == ["fee_minor"]
    assert "amount_minor" in mapped(paypal, half)["payments"][0]["fault"]


def test_a_refund_names_its_payment_and_a_withdrawal_is_a_payout_too(paypal):
    refund = info("R" * 17, transaction_event_code="T1107", paypal_reference_id="8MC585209K746392H", fee_amount=None)
    taken = {"currency_code": "EUR", "value": "-900.00"}
    bank = info("W" * 17, transaction_event_code="T0403", transaction_status="P", transaction_amount=taken, fee_amount=None)
    found = mapped(paypal, refund, bank)
    assert [(row["kind"], row["parent_id"]) for row in found["payments"]] == [("refund", "8MC585209K746392H"), ("payout", None)]
    assert [(row["payout_id"], row["status"], row["amount_minor"], row["landing_record"]) for row in found["payouts"]] == [
        ("W" * 17, "pending", 90_000, 1)
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [({"transaction_event_code": "T8800"}, "'T8800' is not a known word"), ({"transaction_status": "X"}, "'X' is not a known word"),
     ({"transaction_amount": {"currency_code": "EUR", "value": "4,99"}}, "amount_minor"),
     ({"transaction_amount": "much"}, "is not an object"),
     ({"transaction_initiation_date": "yesterday"}, "is not an instant")],
)  # fmt: skip
def test_what_cannot_be_read_is_a_fault_of_its_row_and_takes_no_other_with_it(paypal, change, fault):
    rows = mapped(paypal, info(**change), info("B" * 17))["payments"]
    assert len(rows) == 2 and rows[1]["fault"] is None
    assert fault in rows[0]["fault"]


@pytest.mark.parametrize(
    ("invoice", "custom", "found"),
    [("WC-1001", None, "1001"), ("INV-7", None, "INV-7"), ("LS-5", None, "5"), (None, '{"order_id": 77, "order_key": "k"}', "77"),
     (None, "WC-88", "88"), (None, "a note of the buyer", None), (None, "[1]", None), ("", "", None), (None, None, None)],
)  # fmt: skip
def test_the_store_order_is_what_follows_the_shops_prefix_or_stands_in_the_custom_field(invoice, custom, found):
    assert order_number(invoice, custom, ("WC-", "LS-")) == found


def test_the_payer_is_a_keyed_hash_of_an_account_number(paypal):
    assert mapped(paypal, info())["payments"][0]["payer_key"] == "key of QQQQQ22222QQQ"
    assert mapped(paypal, info(paypal_account_id=None))["payments"][0]["payer_key"] is None


def test_the_first_pull_after_a_monday_looks_back_45_days_and_the_others_three():
    def night(day):
        return Window(datetime(2026, 11, day, 23, tzinfo=UTC) - timedelta(days=4), datetime(2026, 11, day, 23, tzinfo=UTC))

    back = {day: night(day).end - reached_back(night(day)) for day in range(14, 22)}
    assert {day for day, span in back.items() if span == timedelta(days=45)} == {16}
    assert all(span == timedelta(days=4) for day, span in back.items() if day != 16)
    late = Window(datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 17, 23, tzinfo=UTC))
    assert late.end - reached_back(late) == timedelta(days=45), "a Monday's night that was missed is made up for"


def test_a_refused_rate_waits_long_enough(paypal, loopback, said):
    loopback.on("GET", SEARCH, said(error("RATE_LIMIT_REACHED"), 429), said(result()))
    read(paypal)
    assert sum(paypal.services.clock.slept) >= 100
    impatient = paypal.services.__class__(**{**vars(paypal.services), "patience_seconds": 20.0})
    paypal.wire._searches.services = impatient
    loopback.on("GET", SEARCH, said(error("RATE_LIMIT_REACHED"), 429))
    with pytest.raises(QuotaWait) as caught:
        read(paypal)
    assert caught.value.seconds >= 100


def test_rows_that_come_while_pages_are_turned_begin_the_window_anew(paypal, loopback, said):
    rows = [info(f"{place:017d}") for place in range(5)]
    answers = [result(*rows[:2], pages=2, total=4), result(*rows[2:4], page=2, pages=3, total=5)]
    whole = [result(*rows[:2], pages=3, total=5), result(*rows[2:4], page=2, pages=3, total=5), result(rows[4], page=3, pages=3, total=5)]
    loopback.on("GET", SEARCH, *(said(each) for each in (*answers, *whole)))
    pages = read(paypal)
    assert len(paypal.record_ids("payments", pages)) == 5 and [page.group for page in pages] == sorted(page.group for page in pages)


def test_a_page_that_is_shown_again_is_noticed_and_one_that_is_missing_too(paypal, loopback, said):
    rows = [info(f"{place:017d}") for place in range(4)]
    one, two = result(*rows[:2], pages=2, total=4), result(*rows[2:], page=2, pages=2, total=4)
    loopback.on("GET", SEARCH, said(one), said(one), said(one), said(two))
    assert len(paypal.record_ids("payments", read(paypal))) == 4
    loopback.on("GET", SEARCH, said(result(*rows[:2], total=3)))
    with pytest.raises(RetryableError, match="changed each of 4 times"):
        read(paypal)


def test_an_answer_to_another_question_is_asked_for_again(paypal, loopback, said):
    elsewhere = {**result(), "start_date": "2026-01-01T00:00:00+0000"}
    loopback.on("GET", SEARCH, said(result(info(), page=2)), said(elsewhere), said(result(info())))
    assert len(paypal.record_ids("payments", read(paypal))) == 1 and len(loopback.calls(SEARCH)) == 3
    lists(loopback, said, [item()])
    loopback.on("GET", f"{DISPUTES}/PP-D-1", said({"items": [item()]}), said(case()))
    assert paypal.map("disputes", read(paypal, entity="disputes"))["disputes"]["order_id"].tolist() == ["1001"]
    loopback.on("GET", f"{DISPUTES}/PP-D-1", said({"items": [item()]}))
    with pytest.raises(RetryableError, match="something else"):
        read(paypal, entity="disputes")


def test_a_pull_killed_after_any_page_goes_on_to_the_same_rows(paypal, loopback, said):
    rows = [info(f"{place:017d}") for place in range(6)]

    def answer(asked):
        place = int(asked.query["page"])
        return said(result(*rows[place * 2 - 2: place * 2], page=place, pages=3, total=6))

    loopback.on("GET", SEARCH, answer)
    whole = read(paypal)
    for cut in range(1, len(whole)):
        cursor = json.loads(json.dumps(whole[cut - 1].cursor))
        again = whole[:cut] + read(paypal, cursor=cursor)
        assert paypal.record_ids("payments", again) == paypal.record_ids("payments", whole)
        assert [page.group for page in again] == [page.group for page in whole]
    assert whole[-1].cursor is None and not any(TOKEN_TEXT in page.request or "QQQQQ" in page.request for page in whole)


# Disputes


def item(number="PP-D-1", **changes):
    return {
        "dispute_id": number, "create_time": "2026-11-15T10:00:00.000Z", "update_time": "2026-11-16T10:00:00.000Z",
        "reason": "UNAUTHORISED", "status": "WAITING_FOR_SELLER_RESPONSE", "dispute_state": "REQUIRED_ACTION",
        "seller_response_due_date": "2026-11-25T10:00:00.000Z",
        "dispute_amount": {"currency_code": "EUR", "value": "49.90"}, **changes,
    }  # fmt: skip


def case(number="PP-D-1", **changes):
    found = {"seller_transaction_id": "8MC585209K746392H", "invoice_number": "WC-1001"}
    return {"dispute_id": number, "disputed_transactions": [found], **changes}


def lists(loopback, said, *pages, still_open=()):
    """Lists of what changed in the window, linked by their tokens; the list of older open cases; and a case for each item."""
    for each in (*still_open, *(one for items in pages for one in items)):
        loopback.on("GET", f"{DISPUTES}/{each['dispute_id']}", said(case(each["dispute_id"])))

    def answer(asked):
        if "dispute_state" in asked.query:
            return said({"items": list(still_open), "links": []})
        place = int(asked.query.get("next_page_token", "0"))
        href = f"https://api-m.paypal.com{DISPUTES}?page_size=50&next_page_token={place + 1}"
        more = [{"href": href, "rel": "next"}] if place + 1 < len(pages) else []
        return said({"items": pages[place], "links": [{"href": "https://x.example", "rel": "self"}, *more]})

    loopback.on("GET", DISPUTES, answer)


def test_disputes_page_by_the_token_in_the_next_link_and_go_on_after_any_page(paypal, loopback, said):
    lists(loopback, said, [item("PP-D-1"), item("PP-D-2")], [item("PP-D-3")])
    pages = read(paypal, entity="disputes")
    assert [page.part for page in pages] == ["disputes", "disputes", "dispute", "dispute", "disputes", "dispute"]
    assert [page.group for page in pages] == [0, 1, 1, 1, 2, 2]
    for cut in range(1, len(pages)):
        again = pages[:cut] + read(paypal, cursor=json.loads(json.dumps(pages[cut - 1].cursor)), entity="disputes")
        assert [page.body for page in again] == [page.body for page in pages]
    rows = paypal.map("disputes", pages)["disputes"].to_dict("records")
    assert [row["dispute_id"] for row in rows] == paypal.record_ids("disputes", pages) == ["PP-D-1", "PP-D-2", "PP-D-3"]
    assert {(row["order_id"], row["payment_id"], row["status"], row["amount_minor"]) for row in rows} == {
        ("1001", "8MC585209K746392H", "waiting_for_seller", 4990)
    }


def test_a_dead_page_token_starts_the_disputes_anew(paypal, loopback, said):
    lists(loopback, said, [item("PP-D-1")], [item("PP-D-2")])
    pages = read(paypal, entity="disputes")
    loopback.on("GET", DISPUTES, said(error("INVALID_REQUEST", "The page token is not valid."), 400))
    with pytest.raises(CursorExpired):
        read(paypal, cursor=pages[2].cursor, entity="disputes")


def test_an_open_dispute_is_read_again_until_it_is_closed_though_its_last_update_lies_before_the_window(paypal, loopback, said):
    old = item("PP-D-8", update_time="2026-08-01T10:00:00.000Z")
    lists(loopback, said, [item("PP-D-1")], still_open=[old])
    pages = read(paypal, entity="disputes")
    older, changed = (asked.query for asked in loopback.calls(DISPUTES) if asked.path == DISPUTES)
    assert older["dispute_state"] == "OPEN_INQUIRIES,REQUIRED_ACTION,REQUIRED_OTHER_PARTY_ACTION,UNDER_PAYPAL_REVIEW"
    assert instant(older["update_time_before"]) == WINDOW.start == instant(changed["update_time_after"]) and "dispute_state" not in changed
    assert timedelta(days=179) < NIGHT - instant(older["update_time_after"]) < timedelta(days=180)
    assert paypal.record_ids("disputes", pages) == ["PP-D-8", "PP-D-1"]
    rows = paypal.map("disputes", pages)["disputes"]
    assert rows["order_id"].tolist() == ["1001", "1001"] and rows["fault"].isna().all()
    for cut in range(1, len(pages)):
        again = pages[:cut] + read(paypal, cursor=json.loads(json.dumps(pages[cut - 1].cursor)), entity="disputes")
        assert [page.body for page in again] == [page.body for page in pages]


@pytest.mark.parametrize("told", ["dispute_state=RESOLVED", "update_time_after=2026-01-01T00:00:00Z"])
def test_a_list_that_answers_another_question_is_asked_for_again_and_never_taken_for_an_empty_one(paypal, loopback, said, told):
    """A cache on the way shows the list of open cases once more, where the window's was asked for."""
    lists(loopback, said, [item("PP-D-1")])
    link = {"href": f"https://api-m.paypal.com{DISPUTES}?{told}", "rel": "self"}
    loopback.on("GET", DISPUTES, said({"items": [], "links": [link]}))
    with pytest.raises(RetryableError, match="something else 3 times"):
        read(paypal, entity="disputes")
    loopback.on("GET", DISPUTES, said({"items": [], "links": [{"href": f"{DISPUTES}?update_time_after=long%20ago", "rel": "self"}]}))
    assert len(read(paypal, entity="disputes")) == 2, "what cannot be compared is taken"


def test_disputes_are_never_asked_for_beyond_180_days(paypal, loopback, said):
    lists(loopback, said, [])
    read(paypal, Window(NIGHT - timedelta(days=700), NIGHT), entity="disputes")
    query = loopback.calls(DISPUTES)[0].query
    assert NIGHT - instant(query["update_time_after"]) < timedelta(days=180) and instant(query["update_time_before"]) == NIGHT
    assert "start_time" not in query and query["page_size"] == "50"
    with pytest.raises(FatalError, match="180 days"):
        read(paypal, Window(NIGHT - timedelta(days=700), NIGHT - timedelta(days=200)), entity="disputes")


@pytest.mark.parametrize(
    ("status", "state", "outcome", "word"),
    [("OPEN", "OPEN_INQUIRIES", None, "open"), ("UNDER_REVIEW", "UNDER_PAYPAL_REVIEW", None, "under_review"),
     ("RESOLVED", "RESOLVED", "RESOLVED_BUYER_FAVOUR", "lost"), ("RESOLVED", "RESOLVED", "RESOLVED_SELLER_FAVOUR", "won"),
     ("RESOLVED", "RESOLVED", "CANCELED_BY_BUYER", "withdrawn"), ("RESOLVED", "APPEALABLE", "NONE", "closed"),
     ("OTHER", "REQUIRED_OTHER_PARTY_ACTION", None, "waiting_for_buyer"), ("RESOLVED", "RESOLVED", "SPLIT", None),
     ("PAUSED", "RESOLVED", None, None)],
)  # fmt: skip
def test_a_cases_state_is_the_lists_and_its_outcome_the_cases_own(paypal, status, state, outcome, word):
    pages = [
        Page(json.dumps({"items": [item(status=status, dispute_state=state)]}).encode(), NIGHT, "", part="disputes"),
        Page(json.dumps(case(dispute_outcome={"outcome_code": outcome} if outcome else None)).encode(), NIGHT, "", part="dispute"),
    ]
    row = paypal.map("disputes", pages)["disputes"].to_dict("records")[0]
    assert row["status"] == word and row["status_raw"] == ",".join(filter(None, (status, state, outcome)))
    assert (row["fault"] is None) == (word is not None)


# Parcels


def notice(place=0, **changes):
    return ShipmentNotice(
        **{"job_id": f"j{place}", "site": "DE", "order_id": "1001", "units": {"1": 1}, "carrier": "DHL", "tracking_number": f"00{place}",
           "shipped_at": datetime(2026, 11, 15, 23, 30, tzinfo=UTC), **changes}
    )  # fmt: skip


def desk(loopback, said, known=()):
    """A PayPal that has one payment and shows the given parcels, and those it is told."""
    shown = set(known)

    def show(asked):
        number = asked.query["tracking_number"]
        return said({"tracking_number": number, "status": "SHIPPED"}) if number in shown else said(error("RESOURCE_NOT_FOUND"), 404)

    def take(asked):
        trackers = asked.json["trackers"]
        shown.update(each["tracking_number"] for each in trackers)
        return said({"tracker_identifiers": [{key: each[key] for key in ("transaction_id", "tracking_number")} for each in trackers]})

    loopback.on("GET", SEARCH, said(result(info())))
    loopback.on("GET", TRACKERS, show)
    loopback.on("POST", BATCH, take)


def test_parcels_are_told_twenty_at_a_time_and_read_back(paypal, loopback, said):
    desk(loopback, said)
    notices = [notice(place) for place in range(45)]
    answers = paypal.push_shipments(notices)
    assert [answer.job_id for answer in answers] == [each.job_id for each in notices] and all(answer.is_accepted for answer in answers)
    assert [len(each.json["trackers"]) for each in loopback.calls(BATCH)] == [20, 20, 5]
    assert loopback.calls(BATCH)[0].json["trackers"][0] == {
        "transaction_id": "8MC585209K746392H", "tracking_number": "000", "status": "SHIPPED", "carrier": "DHL",
        "shipment_date": "2026-11-16", "notify_buyer": False,
    }  # fmt: skip
    assert set(paypal.observe_shipments(notices[:2]).values()) == {True}


def test_a_parcel_paypal_knows_already_is_not_told_again(paypal, loopback, said):
    desk(loopback, said, known=["000"])
    assert [answer.is_accepted for answer in paypal.push_shipments([notice(0), notice(1)])] == [True, True]
    assert [each["tracking_number"] for call in loopback.calls(BATCH) for each in call.json["trackers"]] == ["001"]


def test_a_batch_is_answered_200_with_taken_and_refused_side_by_side(paypal, loopback, said):
    desk(loopback, said)
    detail = {"field": "/trackers/1/carrier", "value": "X", "location": "body", "issue": "INVALID_CARRIER", "description": "No such."}
    taken = [{"transaction_id": "8MC585209K746392H", "tracking_number": "000"}]
    loopback.on("POST", BATCH, said({"tracker_identifiers": taken, "errors": [error("INVALID_REQUEST", details=[detail])]}))
    answers = paypal.push_shipments([notice(0), notice(1)])
    assert [answer.is_accepted for answer in answers] == [True, False] and "INVALID_CARRIER" in answers[1].message
    loopback.on("POST", BATCH, said({"tracker_identifiers": taken}))
    assert "neither" in paypal.push_shipments([notice(0), notice(1)])[1].message


def test_an_order_without_a_completed_payment_is_refused_and_nothing_is_told(paypal, loopback, said):
    desk(loopback, said)
    loopback.on("GET", SEARCH, said(result(info(transaction_status="P"))))
    assert [answer.is_accepted for answer in paypal.push_shipments([notice()])] == [False]
    assert paypal.observe_shipments([notice()]) == {"j0": False} and not loopback.calls(BATCH)


def test_a_parcel_of_an_order_number_that_several_payments_bear_is_not_told_to_one_of_them(paypal, loopback, said):
    desk(loopback, said)
    loopback.on("GET", SEARCH, said(result(info(), info("5TY05013RG002845M"))))
    (answer,) = paypal.push_shipments([notice()])
    assert not answer.is_accepted and "several payments" in answer.message and not loopback.calls(BATCH)
    assert paypal.observe_shipments([notice()]) == {"j0": False}


def test_money_that_we_paid_is_no_payment_of_an_order(paypal, loopback, said):
    desk(loopback, said)
    paid = info("5TY05013RG002845M", transaction_amount={"currency_code": "EUR", "value": "-20.00"})
    loopback.on("GET", SEARCH, said(result(info(), paid)))
    assert [answer.is_accepted for answer in paypal.push_shipments([notice()])] == [True]
    assert [each["transaction_id"] for each in loopback.calls(BATCH)[0].json["trackers"]] == ["8MC585209K746392H"]


def test_a_carrier_outside_paypals_list_is_told_by_its_name(paypal, loopback, said):
    desk(loopback, said)
    paypal.push_shipments([notice(0, carrier="Ninja Van"), notice(1, carrier="Royal Mail", order_id="8MC585209K746392H")])
    told = loopback.calls(BATCH)[0].json["trackers"]
    assert [(each["carrier"], each.get("carrier_name_other")) for each in told] == [("OTHER", "Ninja Van"), ("ROYAL_MAIL", None)]


def test_nobody_sees_a_secret_in_what_the_connector_shows_of_itself(paypal):
    assert SECRET not in f"{paypal!r}{paypal.wire.session!r}" and TOKEN_TEXT not in repr(paypal)
