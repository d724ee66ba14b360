"""What AliExpress's records become: its words, its odd fields, and what cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from connectors.aliexpress import connect
from connectors.contract import Credentials, Page, Services, Shop
from connectors.memory import MemoryLimiter, MemoryTokens

NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)
NUMBER = 30739911004131200


class Clock:
    def now(self):
        return NOW

    def sleep(self, seconds):
        raise AssertionError("mapping waits for nothing")


@pytest.fixture(scope="module")
def aliexpress():
    services = Services(clock=Clock(), limiter=MemoryLimiter(Clock()), tokens=MemoryTokens(), pseudonym=lambda buyer: f"key of {buyer}")
    secrets = {"app_key": "k", "app_secret": "s", "refresh_token": "r"}
    return connect(Shop("lumora", "lumora_aliexpress", "aliexpress", ("US",)), Credentials("", "", secrets), services)


def page(part, body, group=0):
    return Page(json.dumps({"aliexpress_x_response": body}).encode(), NOW, "a test", part=f"{part}/US", group=group)


def usd(amount):
    return {"amount": amount, "currency_code": "USD"}


def line(child=NUMBER, **changes):
    plain = {
        "child_id": child, "product_id": 7, "sku_code": "LAMP-1", "product_name": "Lamp", "product_count": 1,
        "product_unit_price": usd("10.00"), "total_product_amount": usd("10.00"), "son_order_status": "WAIT_SELLER_SEND_GOODS",
    }
    return {**plain, **changes}


def orders(aliexpress, lines=None, parcels=(), detail=None, **changes):
    plain = {
        "order_id": NUMBER, "order_status": "WAIT_SELLER_SEND_GOODS", "gmt_create": "2026-11-14 23:30:00",
        "gmt_update": "2026-11-15 02:00:00", "pay_amount": usd("10.00"),
        "logistics_status": "WAIT_SELLER_SEND_GOODS", "fund_status": "PAY_SUCCESS", "buyer_login_id": "b",
        "product_list": {"order_product_dto": lines or [line()]},
    }
    data = {"id": NUMBER, "logistics_amount": usd("0.00"), "logistic_info_list": {"dto": list(parcels)}, **(detail or {})}
    pages = [page("orders", {"result": {"target_list": {"order_dto": [{**plain, **changes}]}}}), page("detail", {"result": {"data": data}})]
    return aliexpress.map("orders", pages)


@pytest.mark.parametrize(("status", "logistics", "fund", "reason", "ours", "raw"), [
    ("PLACE_ORDER_SUCCESS", "NO_LOGISTICS", "NOT_PAY", "", "pending", "PLACE_ORDER_SUCCESS"),
    ("RISK_CONTROL", "NO_LOGISTICS", "PAY_SUCCESS", "", "pending", "RISK_CONTROL"),
    ("WAIT_SELLER_EXAMINE_MONEY", "NO_LOGISTICS", "WAIT_SELLER_CHECK", "", "pending", "WAIT_SELLER_EXAMINE_MONEY"),
    ("WAIT_SELLER_SEND_GOODS", "WAIT_SELLER_SEND_GOODS", "PAY_SUCCESS", "", "paid", "WAIT_SELLER_SEND_GOODS"),
    ("SELLER_PART_SEND_GOODS", "SELLER_SEND_PART_GOODS", "PAY_SUCCESS", "", "partially_shipped", "SELLER_PART_SEND_GOODS"),
    ("WAIT_BUYER_ACCEPT_GOODS", "SELLER_SEND_GOODS", "PAY_SUCCESS", "", "shipped", "WAIT_BUYER_ACCEPT_GOODS"),
    ("FUND_PROCESSING", "BUYER_ACCEPT_GOODS", "PAY_SUCCESS", "", "delivered", "FUND_PROCESSING"),
    ("FINISH", "BUYER_ACCEPT_GOODS", "PAY_SUCCESS", "buyer_accept_goods", "delivered", "FINISH,buyer_accept_goods"),
    ("FINISH", "NO_LOGISTICS", "NOT_PAY", "buyer_pay_timeout", "cancelled", "FINISH,buyer_pay_timeout"),
    ("FINISH", "SELLER_SEND_GOODS", "PAY_SUCCESS", "seller_response_issue_timeout", "returned", "FINISH,seller_response_issue_timeout"),
    ("IN_CANCEL", "NO_LOGISTICS", "NOT_PAY", "", "pending", "IN_CANCEL,NO_LOGISTICS"),
    ("IN_CANCEL", "WAIT_SELLER_SEND_GOODS", "PAY_SUCCESS", "", "paid", "IN_CANCEL,WAIT_SELLER_SEND_GOODS"),
    ("IN_ISSUE", "SELLER_SEND_GOODS", "PAY_SUCCESS", "", "shipped", "IN_ISSUE,SELLER_SEND_GOODS"),
    ("IN_FROZEN", "BUYER_ACCEPT_GOODS", "PAY_SUCCESS", "", "delivered", "BUYER_ACCEPT_GOODS,IN_FROZEN"),
])
def test_an_order_stands_where_its_status_says_and_a_held_up_or_finished_one_where_another_word_does(
    aliexpress, status, logistics, fund, reason, ours, raw
):
    told = orders(aliexpress, order_status=status, logistics_status=logistics, fund_status=fund, end_reason=reason)["orders"].iloc[0]
    assert (told["status"], told["status_raw"]) == (ours, raw)


@pytest.mark.parametrize(("changes", "fault"), [
    ({"order_status": "ON_THE_MOON"}, "order_status: 'ON_THE_MOON' is not a known word"),
    ({"order_status": "FINISH", "end_reason": "mars"}, "end_reason: 'mars' is not a known word"),
    ({"order_status": "IN_ISSUE", "logistics_status": "LOST"}, "logistics_status: 'LOST' is not a known word"),
    ({"gmt_create": "yesterday"}, "placed_at: 'yesterday' is not a time"),
    ({"pay_amount": usd("ten")}, "total_minor: 'ten' is not an amount"),
    ({"pay_amount": {"amount": "1.00", "currency_code": "EUR"}}, "is another currency than the order's own"),
    ({"product_list": {}}, "showed no line"), ({"product_list": {"order_product_dto": 5}}, "is not a list"),
])
def test_what_cannot_be_read_is_a_fault_of_its_order(aliexpress, changes, fault):
    frames = orders(aliexpress, **changes)
    assert len(frames["orders"]) == 1 and fault in frames["orders"]["fault"].iloc[0]
    assert frames["order_lines"]["fault"].notna().all()


def test_an_order_whose_details_were_refused_is_kept_with_the_reason(aliexpress):
    pages = [
        page("orders", {"result": {"target_list": {"order_dto": [{"order_id": NUMBER, "product_list": {"order_product_dto": [line()]}}]}}}),
        page("detail", {"result": {"error_code": "ORDER_NOT_FOUND", "error_message": "no"}}),
    ]
    assert "refused them" in aliexpress.map("orders", pages)["orders"]["fault"].iloc[0]


def test_an_order_seen_open_and_finished_is_its_last_reading_with_that_readings_details(aliexpress):
    first, last = orders_pages(0, "WAIT_BUYER_ACCEPT_GOODS", "1.00"), orders_pages(1, "FUND_PROCESSING", "2.00")
    frames = aliexpress.map("orders", [*first, *last])
    assert list(frames["orders"]["status"]) == ["delivered"] and list(frames["orders"]["shipping_minor"]) == [200]
    assert len(frames["order_lines"]) == 1


def orders_pages(group, status, freight):
    told = {
        "order_id": NUMBER, "order_status": status, "gmt_create": "2026-11-14 10:00:00", "gmt_update": "2026-11-15 02:00:00",
        "pay_amount": usd("10.00"), "product_list": {"order_product_dto": [line()]},
    }
    return [
        page("orders", {"result": {"target_list": {"order_dto": [told]}}}, group),
        page("detail", {"result": {"data": {"id": NUMBER, "logistics_amount": usd(freight)}}}, group),
    ]


@pytest.mark.parametrize(("theirs", "ours"), [("logistics_amount", "shipping_minor"), ("order_discount_info", "discount_minor")])
def test_freight_or_discount_in_another_currency_is_never_called_the_orders_own(aliexpress, theirs, ours):
    told = orders(aliexpress, detail={theirs: {"amount": "300.00", "currency_code": "RUB"}})["orders"].iloc[0]
    assert ours in told["fault"] and "RUB" in told["fault"]


def test_an_evening_order_in_california_is_of_the_day_there(aliexpress):
    told = orders(aliexpress)["orders"].iloc[0]
    assert (told["placed_date"], told["placed_at"]) == (date(2026, 11, 14), datetime(2026, 11, 15, 7, 30, tzinfo=UTC))


def test_a_finished_line_that_never_left_was_called_off_and_the_others_ended_as_their_order(aliexpress):
    sent = line(NUMBER + 2, son_order_status="FINISH", send_goods_time="2026-11-15 01:00:00")
    lines = [line(NUMBER + 1, son_order_status="FINISH"), sent]
    frames = orders(aliexpress, lines, order_status="FINISH", end_reason="buyer_accept_goods_timeout", pay_amount=usd("20.00"))
    assert list(frames["order_lines"]["status"]) == ["cancelled", "delivered"]
    waiting = [line(NUMBER + 1, son_order_status="FINISH"), line(NUMBER + 2)]
    assert list(orders(aliexpress, waiting)["order_lines"]["status"]) == ["cancelled", "paid"]


def test_a_line_of_which_a_part_has_left_counts_as_not_shipped(aliexpress):
    partly = line(son_order_status="SELLER_PART_SEND_GOODS", send_goods_time="2026-11-15 01:00:00", product_count=3)
    parcel = {"logistics_no": "A", "gmt_send": "2026-11-15 01:00:00"}
    frames = orders(aliexpress, [partly], [parcel], order_status="SELLER_PART_SEND_GOODS")
    assert (frames["order_lines"]["status"].iloc[0], frames["order_lines"]["shipped_quantity"].iloc[0]) == ("partially_shipped", 0)
    assert len(frames["shipments"]) == 1 and not len(frames["shipment_lines"])


def test_what_is_in_which_of_two_parcels_is_not_told_and_so_not_said(aliexpress):
    sent = {"son_order_status": "WAIT_BUYER_ACCEPT_GOODS", "send_goods_time": "2026-11-15 01:00:00"}
    parcels = [{"logistics_no": number, "gmt_send": "2026-11-15 01:00:00"} for number in ("A", "B", "A")]
    frames = orders(aliexpress, [line(**sent)], parcels, order_status="WAIT_BUYER_ACCEPT_GOODS")
    assert list(frames["shipments"]["shipment_id"]) == ["B", "A"] and not len(frames["shipment_lines"])  # a number told twice is one parcel


@pytest.mark.parametrize(("word", "ours", "arrives"), [
    ("default", "in_transit", False), (None, "in_transit", False), ("not_received", "in_transit", False), ("received", "delivered", True),
    ("suspected_received", "in_transit", False), ("eaten", None, False),
])
def test_a_parcel_is_delivered_only_where_it_was_received(aliexpress, word, ours, arrives):
    parcel = {"logistics_no": "A", "gmt_send": "2026-11-15 01:00:00", "gmt_received": "2026-11-15 09:00:00", "receive_status": word}
    frames = orders(aliexpress, parcels=[parcel])
    told = frames["shipments"].iloc[0]
    assert (told["status"] if ours else None) == ours
    assert (told["delivered_at"] == datetime(2026, 11, 15, 17, tzinfo=UTC)) if arrives else pd.isna(told["delivered_at"])
    assert ("eaten" in str(frames["orders"]["fault"].iloc[0])) is (ours is None)


def listings(aliexpress, *skus, item=None, **changes):
    held = [{"id": "14:1", "sku_code": "A", "sku_price": "9.00", **sku} for sku in skus]
    plain = {
        "product_id": 1005003000012001, "product_status_type": "onSelling", "subject": "deprecated", "currency_code": "USD",
        "gmt_create": "2026-01-01 00:00:00", "gmt_modified": "2026-11-01 00:00:00",
        "aeop_ae_product_s_k_us": {"global_aeop_ae_product_sku": held},
    }
    shown = {"aeop_a_e_product_display_d_t_o_list": {"item_display_dto": [{"product_id": 1005003000012001, **(item or {})}]}}
    return aliexpress.map("listings", [page("products", {"result": shown}), page("product", {"result": {**plain, **changes}})])


@pytest.mark.parametrize(("sku", "price"), [
    ({"sku_discount_price": "8.50"}, 850), ({}, 900), ({"sku_discount_price": ""}, 900), ({"sku_discount_price": "0.00"}, 900),
])
def test_the_price_is_the_discount_price_where_one_runs(aliexpress, sku, price):
    assert listings(aliexpress, sku)["listings"]["price_minor"].iloc[0] == price


def test_a_sku_without_a_sellers_code_is_called_by_its_product_and_id(aliexpress):
    frames = listings(aliexpress, {"sku_code": ""}, {"id": "14:2", "ipm_sku_stock": 4})
    assert list(frames["listings"]["sku"]) == ["1005003000012001:14:1", "A"]
    assert list(frames["inventory"]["sku"]) == ["1005003000012001:14:1", "A"]
    assert list(frames["listings"]["listing_id"]) == ["1005003000012001:14:1", "1005003000012001:14:2"]


def test_no_stock_said_in_words_is_zero_and_none_said_at_all_is_null(aliexpress):
    held = listings(aliexpress, {"sku_stock": False}, {"id": "b", "ipm_sku_stock": 7}, {"id": "c", "sku_stock": True})["inventory"]
    assert [None if str(value) == "<NA>" else value for value in held["sellable_quantity"]] == [0, 7, None]


@pytest.mark.parametrize(("status", "why", "ours", "raw"), [
    ("onSelling", "", "active", "onSelling"), ("offline", "user_offline", "inactive", "offline,user_offline"),
    ("offline", "punish_offline", "suppressed", "offline,punish_offline"), ("auditing", "", "pending", "auditing"),
    ("editingRequired", "", "suppressed", "editingRequired"),
])
def test_a_product_taken_down_by_aliexpress_is_suppressed(aliexpress, status, why, ours, raw):
    told = listings(aliexpress, {}, item={"ws_display": why}, product_status_type=status)["listings"].iloc[0]
    assert (told["status"], told["status_raw"]) == (ours, raw)


def test_the_title_is_the_english_one_and_the_deprecated_field_only_without_it(aliexpress):
    subjects = {"global_subject": [{"locale": "es_ES", "subject": "Lámpara"}, {"locale": "en_US", "subject": "Lamp"}]}
    assert listings(aliexpress, {}, multi_language_subject_list=subjects)["listings"]["title"].iloc[0] == "Lamp"
    assert listings(aliexpress, {})["listings"]["title"].iloc[0] == "deprecated"


def test_a_listed_product_whose_skus_were_refused_is_kept_with_the_reason(aliexpress):
    shown = {"result": {"aeop_a_e_product_display_d_t_o_list": {"item_display_dto": [{"product_id": 5}]}}}
    refusal = {"result": {"success": False, "error_code": "F00", "error_message": "gone"}}
    frame = aliexpress.map("listings", [page("products", shown), page("product", refusal)])["listings"]
    assert list(frame["product_id"]) == ["5"] and "refused them" in frame["fault"].iloc[0]


def dispute(aliexpress, status, refund=None, **changes):
    told = {
        "issue_id": 6000000000000001, "order_id": NUMBER + 1, "parent_order_id": NUMBER, "issue_status": status,
        "gmt_create": "2026-11-10 00:00:00", "gmt_modified": "2026-11-12 00:00:00", "reason_english": "Product not as described", **changes,
    }
    child = {"child_order_id": str(NUMBER + 1), "sku_code": "A", "product_count": 2, **({"refund_info": refund} if refund else {})}
    pages = [
        page("issues", {"data_list": {"issue_api_issue_dto": [told]}}),
        page("detail", {"result": {"data": {"id": NUMBER, "child_order_list": {"dto": [child]}}}}),
    ]
    return aliexpress.map("disputes", pages)


def refund(status):
    return {"refund_status": status, "refund_cash_amt": {"amount_str": "4.50", "cent": 450, "currency_code": "USD"}}


@pytest.mark.parametrize(("status", "money", "case", "request_"), [
    ("processing", None, "open", "requested"), ("canceled_issue", None, "withdrawn", "cancelled"), ("finish", None, "closed", "closed"),
    ("finish", refund("refund_ok"), "closed", "refunded"), ("finish", refund("wait_refund"), "closed", "approved"),
    ("finish", refund("close"), "closed", "closed"),
])
def test_a_dispute_is_a_case_and_a_request_for_the_money_its_order_shows(aliexpress, status, money, case, request_):
    frames = dispute(aliexpress, status, money)
    told, asked = frames["disputes"].iloc[0], frames["returns"].iloc[0]
    assert (told["status"], told["kind"], asked["status"], asked["quantity"]) == (case, "not_as_described", request_, 2)
    assert asked["refund_minor"] == 450 if money else pd.isna(asked["refund_minor"])
    assert told["order_id"] == str(NUMBER) and asked["line_id"] == str(NUMBER + 1)


def test_a_disputes_unknown_word_and_missing_line_are_faults(aliexpress):
    frames = dispute(aliexpress, "arguing")
    assert "'arguing' is not a known word" in frames["disputes"]["fault"].iloc[0] and frames["returns"]["fault"].notna().all()
    assert "no such line" in dispute(aliexpress, "finish", order_id=5)["returns"]["fault"].iloc[0]


def test_an_evaluation_counts_in_stars_and_holds_what_was_added_later(aliexpress):
    said = {
        "order_id": NUMBER, "parent_order_id": NUMBER, "product_id": 7, "buyer_evaluation": "4", "buyer_feedback": "Good.",
        "buyer_reply": "Still.", "buyer_fb_date": "2026-11-10 00:00:00", "gmt_modified": "2026-11-12 00:00:00", "seller_reply": "Thanks",
    }
    told = aliexpress.map("reviews", [page("reviews", {"target_list": {"trade_evaluation_open_dto": [said]}})])["reviews"].iloc[0]
    assert (told["rating"], told["text"], told["reply"], told["review_id"]) == (4, "Good.\nStill.", "Thanks", str(NUMBER))


@pytest.mark.parametrize(("forbidden", "ours"), [(False, "verified"), (True, "restricted")])
def test_a_seller_who_may_not_post_products_is_restricted(aliexpress, forbidden, ours):
    profile = {"shop_id": 9, "country_code": "ES", "product_posting_forbidden": forbidden, "shop_type": "official"}
    told = aliexpress.map("account", [page("profile", profile)])["seller_accounts"].iloc[0]
    assert (told["account_id"], told["status"], told["country"]) == ("9", ours, "ES")
