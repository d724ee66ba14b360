"""AliExpress's traps on the way in, each by its name, against a gateway on loopback that answers what the test says."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from connectors.aliexpress import connect, read_orders
from connectors.aliexpress.endpoints import ISSUES, ORDER, ORDERS, PRODUCT, PRODUCTS, PROFILE
from connectors.aliexpress.times import read_wall
from connectors.contract import Credentials, Shop, Window
from connectors.errors import FatalError, RetryableError
from connectors.iop import signature

SECRET, BUYER = "a-secret-nobody-may-see", "us300000000000wjba"


class Gateway:
    """Answers by method: a value, a list used up one by one (its last stays), or a function of the parameters."""

    def __init__(self, loopback, said):
        self.asked, self.answers, self.said = [], {}, said
        self.token = {"access_token": "token-1", "refresh_token": "consent-1", "expires_in": 2592000, "refresh_expires_in": 5184000}
        self.token |= {"account_platform": "seller_center", "seller_id": "77", "code": "0"}
        loopback.on("POST", "/sync", self.sync)
        for verb in ("refresh", "create", "security/refresh"):
            loopback.on("POST", f"/rest/auth/token/{verb}", self.rest)

    def rest(self, asked):
        sent = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        path = asked.path.removeprefix("/rest")
        assert sent.pop("sign") == signature(path, sent, SECRET), "the token door signs its path"
        self.asked.append((path, sent))
        return self.said(self.token)

    def sync(self, asked):
        sent = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        assert not asked.query and sent.pop("sign") == signature("", sent, SECRET), "everything in the form, and no path signed"
        assert sent["session"].startswith("token-") and "access_token" not in sent
        self.asked.append((sent["method"], sent))
        chosen = self.answers[sent["method"]]
        if isinstance(chosen, list):
            chosen = chosen.pop(0) if len(chosen) > 1 else chosen[0]
        return self.said(chosen(sent) if callable(chosen) else chosen)

    def sent(self, method, name):
        return [json.loads(parameters[name]) for called, parameters in self.asked if called == method]


def wrapped(method, body):
    return {f"{method.replace('.', '_')}_response": {**body, "request_id": "req-1"}}


def refused(code, message="no", **more):
    return {"error_response": {"code": code, "msg": message, "type": "ISV", "request_id": "req-77", **more}}


def listing(orders, **more):
    found = {"target_list": {"order_dto": orders}} if orders else {"target_list": {}}
    return wrapped(ORDERS, {"result": {"success": True, "error_message": "1", "total_count": len(orders), **found, **more}})


def order(number=30739911004131200, **changes):
    line = {
        "child_id": number, "product_id": 1005003000012001, "sku_code": "LAMP-1", "product_name": "Lamp", "product_count": 2,
        "son_order_status": "WAIT_BUYER_ACCEPT_GOODS", "send_goods_time": "2026-11-15 02:00:00", "send_goods_operator": "SELLER_SEND_GOODS",
        "product_unit_price": money("10.00"), "total_product_amount": money("20.00"), "logistics_amount": money("9.99"),
    }
    plain = {
        "order_id": number, "order_status": "WAIT_BUYER_ACCEPT_GOODS", "gmt_create": "2026-11-14 10:00:00",
        "gmt_pay_time": "2026-11-14 10:05:00", "gmt_update": "2026-11-15 02:00:00",
        "pay_amount": money("23.50"), "logistics_status": "SELLER_SEND_GOODS",
        "fund_status": "PAY_SUCCESS", "end_reason": "", "buyer_login_id": BUYER, "product_list": {"order_product_dto": [line]},
    }
    return {**plain, **changes}


def money(amount, name="amount"):
    return {name: amount, "currency_code": "USD"}


def detail(number=30739911004131200, **changes):
    plain = {
        "id": number, "logistics_amount": money("5.00"), "order_discount_info": money("1.50"), "receipt_address": {"country": "UK"},
        "child_order_list": {"global_aeop_tp_child_order_dto": [
            {"child_order_id": str(number), "child_order_discount_info": money("1.50", "amount_str")},
        ]},
        "logistic_info_list": {"global_aeop_tp_logistic_info_dto": [
            {"logistics_no": "LS1NL", "logistics_service_name": "UPS", "gmt_send": "2026-11-15 02:00:00", "receive_status": "default"},
        ]},
    }
    return wrapped(ORDER, {"result": {"data": {**plain, **changes}}})


@pytest.fixture
def gateway(loopback, said):
    return Gateway(loopback, said)


@pytest.fixture
def shop(loopback, lend):
    def opened(account=None, **secrets):
        given = {"app_key": "123456", "app_secret": SECRET, "refresh_token": "consent-0", **secrets}
        place = Shop("lumora", "lumora_aliexpress", "aliexpress", ("US",), account or {})
        return connect(place, Credentials(f"{loopback.url}/sync", loopback.url, given), lend())

    return opened


@pytest.fixture
def night(clock):
    return Window(clock.now() - timedelta(days=1), clock.now() - timedelta(minutes=10))


@pytest.fixture
def small_pages(monkeypatch):
    """Five orders a page instead of fifty."""
    monkeypatch.setattr(read_orders, "PAGE", 5)


def read(gateway, shop, night, orders, *details):
    """The frames of one open listing of these orders."""
    gateway.answers |= {ORDERS: [listing(orders), listing([])], ORDER: list(details) or [detail()]}
    return shop.map("orders", list(shop.read("orders", night)))


def test_finished_orders_are_asked_for_by_themselves_a_month_of_creation_at_a_time(gateway, shop, night):
    gateway.answers[ORDERS] = listing([])
    assert list(shop().read("orders", night))
    queries = gateway.sent(ORDERS, "param0")
    spans = {query.get("order_status", ""): [] for query in queries}
    for query in queries:
        start, end = (read_wall(query[name]) for name in ("create_date_start", "create_date_end"))
        spans[query.get("order_status", "")].append((start, end))
        assert (query["modified_date_start"], query["modified_date_end"]) == ("2026-11-14 19:10:00", "2026-11-15 19:00:00")
    assert list(spans) == ["", "FINISH"] and len(spans["FINISH"]) > 4
    assert all(end - start <= timedelta(days=180) for start, end in spans[""])
    assert all(end - start <= timedelta(days=30) for start, end in spans["FINISH"])


@pytest.mark.parametrize("until", [datetime(2026, 11, 16, 3, 0, 0, 250_000, tzinfo=UTC), datetime(2027, 3, 20, tzinfo=UTC)])
def test_no_span_of_creation_is_longer_than_allowed_on_california_s_wall_or_in_truth(until):
    """Nor by a rounded second, nor where one of its ends steps out of the doubled hour of 1 November."""
    for hours in range(0, 24 * 31, 3):
        end = until + timedelta(hours=hours, minutes=30)
        window = Window(end - timedelta(hours=25, microseconds=1), end)
        for word, *told in read_orders.OrdersWalk().start("US", window, end)["spans"]:
            longest = timedelta(days=30 if word else 180)
            walls = [datetime.fromisoformat(text) for text in told]
            truths = [read_wall(text) for text in told]
            assert walls[1] - walls[0] <= longest and truths[1] - truths[0] <= longest, (word, told)


def test_a_count_that_leaves_orders_out_ends_nothing_only_a_short_page_does(gateway, shop, night, small_pages):
    pages = [[order(10**16 + n) for n in range(5)], [order(2 * 10**16 + n) for n in range(5)], [order(3 * 10**16)]]
    gateway.answers = {ORDERS: [*(listing(page, total_count=4, total_page=1) for page in pages), listing([])], ORDER: detail()}
    opened = shop()
    assert len(opened.record_ids("orders", list(opened.read("orders", night)))) == 11


def test_fewer_orders_than_the_count_are_too_few(gateway, shop, night):
    gateway.answers[ORDERS] = listing([order()], total_count=7)
    with pytest.raises(RetryableError, match="changed under each of 3 readings"):
        list(shop().read("orders", night))


def test_an_order_that_leaves_the_window_while_it_is_read_hides_no_other(gateway, shop, night, small_pages):
    full, rest = [order(10**16 + n) for n in range(5)], [order(3 * 10**16 + n) for n in range(3)]
    moved = [*full[1:], rest[0]]  # the first left: the second page would skip one
    open_ones = iter((listing(each, total_count=count) for each, count in ((full, 8), (rest[1:], 7), (moved, 7), (rest[1:], 7))))

    def page(sent):
        return listing([]) if "order_status" in json.loads(sent["param0"]) else next(open_ones)

    gateway.answers = {ORDER: detail(), ORDERS: page}
    opened = shop()
    seen = opened.record_ids("orders", list(opened.read("orders", night)))
    assert {str(each["order_id"]) for each in (*full, *rest)} == set(seen)


def test_a_page_that_is_shown_twice_is_asked_for_again(gateway, shop, night, small_pages):
    full, rest = [order(10**16 + n) for n in range(5)], [order(3 * 10**16)]
    second = iter((full, rest))

    def page(sent):
        query = json.loads(sent["param0"])
        if "order_status" in query:
            return listing([])
        if query["current_page"] > 2:
            return listing([], total_count=6)
        return listing(full if query["current_page"] == 1 else next(second), total_page=2, total_count=6)

    gateway.answers = {ORDERS: page, ORDER: detail()}
    opened = shop()
    assert len(opened.record_ids("orders", list(opened.read("orders", night)))) == 6


@pytest.mark.parametrize("nothing", [
    {"target_list": {}}, {"target_list": None}, {}, {"target_list": {"order_dto": []}}, {"target_list": []},
])
def test_an_empty_list_in_any_spelling_is_empty(gateway, shop, night, nothing):
    gateway.answers[ORDERS] = wrapped(ORDERS, {"result": {"success": True, "total_count": 0, **nothing}})
    opened = shop()
    pages = list(opened.read("orders", night))
    assert opened.record_ids("orders", pages) == [] and len(opened.map("orders", pages)["orders"]) == 0


def test_an_answer_without_its_wrappers_reads_the_same(gateway, shop, night):
    whole = read(gateway, shop(), night, [order()])
    plain = {**order(), "product_list": order()["product_list"]["order_product_dto"]}
    told = detail()["aliexpress_solution_order_info_get_response"]["result"]["data"]
    told |= {name: next(iter(told[name].values())) for name in ("child_order_list", "logistic_info_list")}
    gateway.answers = {
        ORDERS: [{"result": {"success": True, "total_count": 1, "target_list": [plain]}}, {"result": {"success": True}}],
        ORDER: {"result": {"data": told}},
    }
    opened = shop()
    pages = list(opened.read("orders", night))
    for name, frame in opened.map("orders", pages).items():
        assert frame.equals(whole[name]), name
    assert opened.record_ids("orders", pages) == ["30739911004131200"]


def test_success_decides_and_not_the_message_beside_good_data(gateway, shop, night):
    gateway.answers[ORDERS] = wrapped(ORDERS, {"result": {"success": False, "error_code": "B_PARAM", "error_message": "wrong span"}})
    with pytest.raises(FatalError, match="B_PARAM: wrong span"):
        list(shop().read("orders", night))


@pytest.mark.parametrize(("answer", "error", "words"), [
    (refused("IncompleteSignature"), FatalError, "app's key and secret"), (refused("25"), FatalError, "app's key and secret"),
    (refused(11), FatalError, "permission group"), (refused("InsufficientPermission"), FatalError, "permission group"),
    (refused("AppWhiteIpLimit"), FatalError, "IP allow-list"), (refused("41", "bad"), FatalError, "defect of the connector"),
    (refused("15", sub_code="isv.order-not-exist"), FatalError, "isv.order-not-exist"),
    (refused("15", sub_code="isp.remote-service-timeout"), RetryableError, "isp.remote-service-timeout"),
    (refused("ServiceTimeout"), RetryableError, "ServiceTimeout"),
    ({"aliexpress_x_response": refused("InsufficientPermission")}, FatalError, "permission group"),
    ({"code": "AppWhiteIpLimit", "type": "ISV", "message": "no", "request_id": "1"}, FatalError, "IP allow-list"),
    (["no", "envelope"], RetryableError, "without its envelope"),
])
def test_a_refusal_in_any_of_its_envelopes_says_what_to_do(gateway, shop, answer, error, words):
    gateway.answers[PROFILE] = answer
    with pytest.raises(error, match=words) as told:
        shop().check()
    assert "lumora_aliexpress" in str(told.value) and SECRET not in str(told.value) and "token-1" not in str(told.value)


def test_a_ban_is_waited_out_as_long_as_its_message_says(gateway, shop, clock):
    told = wrapped(PROFILE, {"shop_id": 5, "shop_name": "Lumora"})
    gateway.answers[PROFILE] = [refused("ApiCallLimit", "this ban will last for 4 more seconds"), told]
    assert shop().check() == "US: shop 5 (Lumora)"
    assert sum(clock.slept) >= 4


def test_a_dead_token_is_renewed_once_and_the_call_replayed(gateway, shop):
    gateway.answers[PROFILE] = [refused("IllegalAccessToken"), wrapped(PROFILE, {"shop_id": 5})]
    gateway.token |= {"access_token": "token-2"}
    assert "shop 5" in shop().check()
    gateway.answers[PROFILE] = refused("27")
    with pytest.raises(FatalError, match="authorize the application anew"):
        shop().check()


@pytest.mark.parametrize(("changes", "words"), [
    ({"account_platform": "affiliate"}, "no seller's app"), ({"seller_id": "78"}, "the token is of seller 78"),
    ({"access_token": ""}, "without an access token"),
])
def test_a_token_of_another_line_or_seller_is_refused(gateway, shop, changes, words):
    gateway.token |= changes
    with pytest.raises(FatalError, match=words):
        shop({"seller_id": "77"}).check()


def test_the_token_is_renewed_half_an_hour_early_and_never_where_it_cannot_be(gateway, shop, clock, loopback):
    loopback.now = clock.now
    gateway.answers[PROFILE] = wrapped(PROFILE, {"shop_id": 5})
    gateway.token |= {"refresh_expires_in": 0}
    opened = shop()
    opened.check()
    clock.advance(2592000 - 1900)
    opened.check()
    assert [path for path, _ in gateway.asked if path.startswith("/auth")] == ["/auth/token/refresh"]
    clock.advance(120)
    with pytest.raises(FatalError, match="there is no refresh token"):
        opened.check()


def test_a_consents_code_is_exchanged_and_newer_apps_have_their_own_token_call(gateway, shop):
    gateway.answers[PROFILE] = wrapped(PROFILE, {"shop_id": 5})
    shop(refresh_token="", code="0_123456_abcDEF").check()
    shop({"token_api": "security"}).check()
    assert [path for path, _ in gateway.asked if path.startswith("/auth")] == ["/auth/token/create", "/auth/token/security/refresh"]


def test_a_method_may_have_another_name_in_the_accounts_permission_group(gateway, shop):
    gateway.answers["aliexpress.offer.local.cb.profile"] = wrapped(PROFILE, {"shop_id": 6})
    assert "shop 6" in shop({PROFILE: "aliexpress.offer.local.cb.profile"}).check()


def test_a_wrong_clock_stops_reading_though_every_call_is_a_post(gateway, shop, night, clock):
    gateway.answers[ORDERS] = listing([])
    opened = shop()
    clock.advance(3 * 3600)
    with pytest.raises(FatalError, match="clock is 3 h 0 min ahead"):
        list(opened.read("orders", night))


def test_a_shop_of_another_site_is_refused(lend):
    secrets = {"app_key": "k", "app_secret": "s", "refresh_token": "r"}
    with pytest.raises(FatalError, match="its only site is US"):
        connect(Shop("lumora", "x", "aliexpress", ("DE",)), Credentials("", "", secrets), lend())


def test_the_buyer_is_not_asked_for_and_stands_nowhere_but_as_a_pseudonym(gateway, shop, night, caplog):
    caplog.set_level(logging.DEBUG)
    opened = shop()
    frames = read(gateway, opened, night, [order()])
    assert {query["ext_info_bit_flag"] & 8 for query in gateway.sent(ORDER, "param1")} == {0}
    assert frames["orders"]["buyer_key"].iloc[0] == f"key of {len(f'aliexpress:{BUYER}')}"
    shown = caplog.text + "".join(page.request for page in opened.read("orders", night)) + "".join(map(str, frames.values()))
    assert BUYER not in shown and SECRET not in shown and "token-1" not in shown


def test_products_are_listed_in_every_status_by_less_than_a_hundred(gateway, shop, night):
    gateway.answers[PRODUCTS] = wrapped(PRODUCTS, {"result": {"success": True, "product_count": 0}})
    assert list(shop().read("listings", night))
    queries = gateway.sent(PRODUCTS, "aeop_a_e_product_list_query")
    assert {query["product_status_type"] for query in queries} == {"onSelling", "offline", "auditing", "editingRequired"}
    assert all(query["page_size"] < 100 for query in queries)


def test_a_product_taken_off_sale_while_the_catalogue_is_read_is_not_lost(gateway, shop, night):
    """It was on sale when `offline` was read and off sale when `onSelling` was."""
    seen = []

    def page(sent):
        query = json.loads(sent["aeop_a_e_product_list_query"])
        seen.append(query["product_status_type"])
        has_moved = query["product_status_type"] == "offline" and "gmt_modified_start" in query and "onSelling" in seen
        found = {"item_display_dto": [{"product_id": 1005003000012001}]} if has_moved else {}
        return wrapped(PRODUCTS, {"result": {"success": True, "aeop_a_e_product_display_d_t_o_list": found}})

    sku = {"id": "14:1", "sku_code": "A", "sku_price": "5.00", "currency_code": "USD", "ipm_sku_stock": 3}
    product = {"product_id": 1005003000012001, "product_status_type": "offline", "gmt_modified": "2026-11-15 19:11:00"}
    product |= {"gmt_create": "2026-11-01 03:00:00", "aeop_ae_product_s_k_us": {"global_aeop_ae_product_sku": [sku]}}
    gateway.answers = {PRODUCTS: page, PRODUCT: wrapped(PRODUCT, {"result": product})}
    opened = shop()
    assert opened.record_ids("listings", list(opened.read("listings", night))) == ["1005003000012001:14:1"]


@pytest.mark.parametrize("status", ["auditing", "editingRequired"])
def test_a_product_that_goes_back_to_the_auditors_while_the_catalogue_is_read_is_not_lost(gateway, shop, night, status):
    """It was on sale when that status was read, and gone from there when `onSelling` was."""
    seen = []

    def page(sent):
        query = json.loads(sent["aeop_a_e_product_list_query"])
        seen.append(query["product_status_type"])
        has_moved = query["product_status_type"] == status and "onSelling" in seen
        found = {"item_display_dto": [{"product_id": 1005003000012001}]} if has_moved else {}
        return wrapped(PRODUCTS, {"result": {"success": True, "aeop_a_e_product_display_d_t_o_list": found}})

    product = {"product_id": 1005003000012001, "product_status_type": status, "gmt_modified": "2026-11-15 19:11:00"}
    product |= {"aeop_ae_product_s_k_us": {"global_aeop_ae_product_sku": [{"id": "14:1", "sku_code": "A"}]}}
    gateway.answers = {PRODUCTS: page, PRODUCT: wrapped(PRODUCT, {"result": product})}
    opened = shop()
    assert opened.record_ids("listings", list(opened.read("listings", night))) == ["1005003000012001:14:1"]


def test_disputes_have_no_filter_by_change_so_old_pages_are_read_past_and_not_kept(gateway, shop, night):
    def page(sent):
        query = json.loads(sent["query_dto"])
        if query["issue_status"] != "finish":
            return wrapped(ISSUES, {"total_item": 0, "data_list": {}})
        first = 50 * (query["current_page"] - 1)
        ages = {1: ("2026-11-01 00:00:00", "2026-11-02 00:00:00"), 2: ("2026-10-01 00:00:00", "2026-11-15 10:00:00")}
        made, changed = ages.get(query["current_page"], ("2026-05-01 00:00:00", "2026-05-02 00:00:00"))
        found = [{"issue_id": first + n, "gmt_create": made, "gmt_modified": changed, "parent_order_id": "x"} for n in range(50)]
        return wrapped(ISSUES, {"total_item": 1000, "data_list": {"issue_api_issue_dto": found}})

    gateway.answers[ISSUES] = page
    pages = list(shop().read("disputes", night))
    assert [page.request.partition("disputes ")[2] for page in pages] == ["finish, page 2", "finish, page 3"]
    assert [query["current_page"] for query in gateway.sent(ISSUES, "query_dto") if query["issue_status"] == "finish"] == [1, 2, 3]


def test_an_order_page_and_its_details_are_one_group_and_money_and_country_are_read_right(gateway, shop, night):
    frames = read(gateway, shop(), night, [order()])
    told, line, parcel = (frames[name].iloc[0] for name in ("orders", "order_lines", "shipments"))
    assert (told["items_minor"], told["discount_minor"], told["shipping_minor"], told["total_minor"]) == (2000, 150, 500, 2350)
    assert told["ship_country"] == "GB" and told["order_id"] == "30739911004131200"  # 17 digits: not through a float
    assert line["discount_minor"] == 150  # from amount_str
    assert line["shipping_minor"] is None or str(line["shipping_minor"]) == "<NA>"  # the 9.99 of a line means nothing
    assert (parcel["shipment_id"], parcel["status"], line["shipped_quantity"]) == ("LS1NL", "in_transit", 2)
    assert frames["orders"]["fault"].isna().all() and len(frames["shipment_lines"]) == 1


def test_a_pull_that_finds_nothing_still_ends_with_a_page(gateway, shop, night):
    gateway.answers[ISSUES] = wrapped(ISSUES, {"total_item": 0, "data_list": {}})
    pages = list(shop().read("disputes", night))
    assert len(pages) == 1 and pages[-1].cursor is None
