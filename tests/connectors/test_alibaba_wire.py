"""Alibaba.com's traps on the way in, each by its name, against a gateway on loopback that answers what the test says."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from connectors.alibaba import connect, read_contracts, read_listings
from connectors.alibaba.endpoints import DOORS, FUND, LOGISTICS, ORDER, ORDER_LIST, PRODUCT, PRODUCT_LIST, TRACKING
from connectors.contract import Credentials, Shop, Window
from connectors.errors import FatalError, RetryableError
from connectors.iop import signature
from connectors.writes import LadderChange, LadderStep, QuotationOffer, QuotedItem, ShipmentNotice

SECRET, BUYER = "a-secret-nobody-may-see", "B700000013"
NUMBER = "234193410001028893"
WRAP = "param_trade_ecology_order_list_query"
METHODS = {door.name: operation for operation, doors in DOORS.items() for door in doors.values()}


class Gateway:
    """Answers by operation: a value, a list used up one by one (its last stays), or a function of the parameters.

    ``doors``: what the app is granted; other calls are refused as the platform does it.
    """

    def __init__(self, loopback, said):
        self.asked, self.answers, self.said, self.doors = [], {}, said, {"rest", "sync"}
        self.token = {
            "access_token": "token-1", "refresh_token": "consent-1", "expires_in": "864000", "refresh_expires_in": "5184000", "code": "0",
            "account": None, "account_platform": "seller_center", "user_info": {"seller_id": "77", "loginId": "cn77"},
        }
        self.ungranted, self.repeated = set(), None
        loopback.on("POST", "/sync", self.sync)
        for path in [door.name for doors in DOORS.values() for door in doors.values() if door.name.startswith("/")]:
            loopback.on("POST", f"/rest{path}", self.rest)
        for verb in ("refresh", "create"):
            loopback.on("POST", f"/rest/auth/token/{verb}", self.auth)

    def auth(self, asked):
        sent, path = self._sent(asked), asked.path.removeprefix("/rest")
        assert sent.pop("sign") == signature(path, sent, SECRET) and "access_token" not in sent
        self.asked.append((path, sent))
        return self.said(self.token)

    def rest(self, asked):
        sent, path = self._sent(asked), asked.path.removeprefix("/rest")
        assert not asked.query and sent.pop("sign") == signature(path, sent, SECRET), "the path is signed"
        assert sent["access_token"].startswith("token-") and "session" not in sent
        return self._answer("rest", path, sent)

    def sync(self, asked):
        sent = self._sent(asked)
        assert not asked.query and sent.pop("sign") == signature("", sent, SECRET), "no path is signed"
        assert sent["session"].startswith("token-") and "access_token" not in sent
        return self._answer("sync", sent["method"], sent)

    def _sent(self, asked):
        return dict(parse_qsl(asked.body.decode(), keep_blank_values=True))

    def _answer(self, door, name, sent):
        self.asked.append((name, sent))
        if door not in self.doors or name in self.ungranted:
            own = refused("InvalidApiPath") if door == "rest" else error("isv.InsufficientPermission", "InsufficientPermission")
            return self.said({**own, "request_id": f"req-{len(self.asked)}"})
        chosen = self.answers[METHODS[name]]
        if isinstance(chosen, list):
            chosen = chosen.pop(0) if len(chosen) > 1 else chosen[0]
        chosen = chosen(sent) if callable(chosen) else chosen
        return self.said({**chosen, "request_id": self.repeated or f"req-{len(self.asked)}"} if isinstance(chosen, dict) else chosen)

    def names(self):
        return [name for name, _ in self.asked if not name.startswith("/auth")]


def refused(code, message="no", **more):
    return {"type": "ISV", "code": code, "message": message, "request_id": "req-77", **more}


def error(sub_code, code="15", message="no"):
    return {"error_response": {"code": code, "sub_code": sub_code, "msg": message, "request_id": "req-77"}}


def value(found, **more):
    return {"code": "0", "value": found, "request_id": "req-1", **more}


def stamp(milliseconds):
    return {"format_date": "Nov. 15, 2026, 10:00:00 PST.", "timestamp": str(milliseconds)}


def header(number=NUMBER, status="undeliver", **changes):
    return {"trade_id": number, "trade_status": status, "create_date": stamp(1794700000000), "modify_date": stamp(1794780000000), **changes}


def listing(*orders, **changes):
    return value({"total_count": str(len(orders)), "order_list": list(orders), **changes})


def money(amount, currency="USD"):
    return {"amount": amount, "currency": currency}


def line(**changes):
    plain = {
        "id": "1", "product_id": "1600", "sku_id": "105", "sku_code": "HB-1", "name": "Hex bolt", "quantity": "1000.0000", "unit": "Piece",
        "unit_price": money("0.0325"),
    }
    return {**plain, **changes}


def detail(**changes):
    plain = {
        "trade_status": "undeliver", "pay_step": "ADVANCE", "trade_term": "fob", "dropshipping": "false", "remark": "null",
        "buyer": {"immutable_eid": BUYER, "full_name": "Jane Buyer"},
        "shipping_address": {"country_code": "DE", "contact_person": "Jane Buyer"},
        "order_products": [line()], "product_total_amount": money("32.5000"), "shipment_fee": money("4.8700"),
        "shipment_insurance_fee": money("0.1300"), "discount_amount": money("0.0000"), "vat_amount": None, "duty_amount": "null",
        "total_amount": money("37.5000"), "advance_amount": money("11.2500"), "balance_amount": money("26.2500"),
        "shipment_date": {"type": "absolute", "date": "2026-12-24 00:00:00"},
    }
    return value({**plain, **changes})


def funds(*pays, **more):
    return {"alibaba_seller_order_fund_get_response": {"value": {"fund_pay_list": {"fund_pay": list(pays)}, **more}, "request_id": "req-1"}}


def pay(step="ADVANCE", status="CAPTURED", amount="11.2500", **changes):
    at = {"pay_time": stamp(1794710000000), "receive_time": stamp(1794720000000)}
    return {"pay_step": step, "pay_status": status, "pay_amount": money(amount), "receive_amount": money(amount), **at, **changes}


def vouchers(*numbers):
    told = [{"tracking_number": each, "service_provider": "EX_ASP_OCEAN_EXPRESS", "logistics_type": "EXPRESS"} for each in numbers]
    shown = [{"voucher": each} for each in told]
    return value({"logistic_status": "DELIVERED", "shipment_date": stamp(1794730000000), "shipping_order_list": shown})


NO_TRACKING = {"code": "0", "tracking_list": [], "request_id": "req-1"}


@pytest.fixture
def gateway(loopback, said):
    found = Gateway(loopback, said)
    found.answers = {ORDER_LIST: by_series(header()), ORDER: detail(), FUND: funds(pay(), pay("BALANCE", "UNPAY", "26.2500")),
                     LOGISTICS: vouchers(), TRACKING: NO_TRACKING}
    return found


def by_series(*orders):
    """The window's list shows these orders, the lists by status nothing."""

    def answer(sent):
        query = json.loads(sent[WRAP]) if WRAP in sent else sent
        shown = () if "status" in query else orders
        told = {"total_count": len(shown), "order_list": {"trade_ecology_order": list(shown)}}
        return {"alibaba_seller_order_list_response": {"result": {"success": True, "value": told}}} if WRAP in sent else listing(*shown)

    return answer


@pytest.fixture
def shop(loopback, lend):
    def opened(account=None, services=None, **secrets):
        given = {"app_key": "123456", "app_secret": SECRET, "refresh_token": "consent-0", **secrets}
        place = Shop("harbor", "harbor_alibaba", "alibaba", ("CN",), account or {})
        return connect(place, Credentials(f"{loopback.url}/rest", loopback.url, given), services or lend())

    return opened


@pytest.fixture
def night(clock):
    return Window(clock.now() - timedelta(days=1), clock.now() - timedelta(minutes=10))


def read(shop, night, entity="contracts"):
    """Table → rows, and the pages they came from."""
    pages = list(shop.read(entity, night))
    frames = shop.map(entity, pages)
    return {name: frame.astype(object).where(frame.notna(), None).to_dict("records") for name, frame in frames.items()}


def only(rows):
    (row,) = rows
    return row


def test_the_list_is_asked_as_seller_from_page_nought_with_epoch_bounds(gateway, shop, night):
    """The role's default is the buyer, pages count from nought, and bounds as texts would be Los Angeles wall time."""
    read(shop(), night)
    sent = next(sent for name, sent in gateway.asked if name == "/alibaba/order/list")
    assert (sent["role"], sent["start_page"], sent["page_size"]) == ("seller", "0", "100")
    start, end = (json.loads(sent[f"modified_date_{side}"]) for side in ("start", "end"))
    assert start == {"date_timestamp": str(int(night.start.timestamp() * 1000))}
    assert end == {"date_timestamp": str(int(night.end.timestamp() * 1000))}


def test_orders_whose_goods_are_on_their_way_are_asked_for_whatever_changed(gateway, shop, night):
    read(shop(), night)
    series = [sent.get("status") for name, sent in gateway.asked if name == "/alibaba/order/list"]
    assert series == [None, "delivering", "frozen", "wait_confirm_receipt"]


def test_instants_are_the_timestamps_and_never_the_texts(gateway, shop, night):
    row = only(read(shop(), night)["contracts"])
    assert (row["created_at"].timestamp(), row["source_updated_at"].timestamp()) == (1794700000, 1794780000)
    assert row["created_date"] == date(2026, 11, 15), "the day in Shanghai"


def test_money_of_four_decimals_the_word_null_and_booleans_as_texts_are_read(gateway, shop, night):
    row = only(read(shop(), night)["contracts"])
    amounts = [row[name] for name in ("items_minor", "shipping_minor", "discount_minor", "tax_minor", "total_minor", "deposit_minor")]
    assert amounts == [3250, 500, 0, None, 3750, 1125] and row["fault"] is None
    assert (row["incoterm"], row["buyer_country"], row["currency"], row["ship_by_date"]) == ("FOB", "DE", "USD", date(2026, 12, 24))


def test_a_unit_price_finer_than_a_cent_is_exact_and_a_line_finer_than_a_cent_has_no_total(gateway, shop, night):
    odd = line(id="2", quantity="333.0000", sku_code="null")
    gateway.answers[ORDER] = detail(order_products=[line(), odd], product_total_amount=money("43.3225"))
    rows = read(shop(), night)
    assert [(row["unit_price"], row["total_minor"], row["sku"]) for row in rows["contract_lines"]] == [
        (Decimal("0.0325"), 3250, "HB-1"), (Decimal("0.0325"), None, "105")]
    assert only(rows["contracts"])["items_minor"] is None and only(rows["contracts"])["fault"] is None


def test_a_total_finer_than_the_currency_is_a_fault(gateway, shop, night):
    gateway.answers[ORDER] = detail(total_amount=money("37.5050"))
    assert "total_minor" in only(read(shop(), night)["contracts"])["fault"]


def test_two_currencies_never_stand_in_one_contract(gateway, shop, night):
    gateway.answers[ORDER] = detail(shipment_fee=money("4.8700", "CNY"))
    assert "another currency" in only(read(shop(), night)["contracts"])["fault"]


@pytest.mark.parametrize(("status", "step", "ours"), [
    ("unpay", "ADVANCE", "signed"), ("unpay", "FULL", "signed"), ("unpay", "BALANCE", "deposit_paid"),
    ("relating", "BALANCE", "deposit_paid"), ("undeliver", "ADVANCE", "deposit_paid"), ("captured", "BALANCE", "paid"),
    ("paid", "FULL", "paid"), ("to_be_audited", "ADVANCE", "draft"),
    ("delivering", "BALANCE", "partially_shipped"), ("wait_confirm_receipt", "BALANCE", "shipped"), ("trade_success", "FULL", "completed"),
    ("trade_close", "ADVANCE", "cancelled"), ("charge_back", "FULL", "disputed"), ("wait_confirm_modify", "ADVANCE", "on_hold"),
])
def test_the_pay_step_parts_deposit_from_balance(gateway, shop, night, status, step, ours):
    gateway.answers |= {ORDER_LIST: by_series(header(status=status)), ORDER: detail(trade_status=status, pay_step=step)}
    row = only(read(shop(), night)["contracts"])
    assert (row["status"], row["status_raw"], row["fault"]) == (ours, f"{status},{step}", None)


@pytest.mark.parametrize(("status", "step", "words"), [
    ("teleported", "ADVANCE", "'teleported' is not a known word"), ("trade_unavailable", "FULL", "'trade_unavailable' is not a known word"),
    ("unpay", "LATER", "'LATER' is not a known word"), ("unpay", None, "pay_step: is missing"),
])
def test_an_unknown_word_is_a_fault_of_its_row_and_never_a_guess(gateway, shop, night, status, step, words):
    gateway.answers |= {ORDER_LIST: by_series(header(status=status), header("2")), ORDER: lambda sent: detail(
        trade_status=status, pay_step=step) if sent["e_trade_id"] == NUMBER else detail()}
    rows = {row["contract_id"]: row for row in read(shop(), night)["contracts"]}
    assert words in rows[NUMBER]["fault"] and rows["2"]["fault"] is None


def test_deposit_and_balance_are_milestones_and_their_money_is_the_funds(gateway, shop, night):
    rows = read(shop(), night)
    assert [(row["milestone"], row["due_minor"], row["status"], row["paid_at"] and row["paid_at"].timestamp()) for row in
            rows["payment_milestones"]] == [("deposit", 1125, "paid", 1794720000), ("balance", 2625, "due", None)]
    paid = only(rows["payments"])
    assert (paid["payment_id"], paid["kind"], paid["status"], paid["amount_minor"], paid["fee_minor"]) == (
        f"{NUMBER}/ADVANCE", "payment", "completed", 1125, None)


def test_a_bank_that_kept_a_part_a_refund_and_the_service_fee_are_movements_of_their_own(gateway, shop, night):
    back = [{"id": 5, "amount": money("2.0000"), "refund_time": stamp(1794730000000)}]
    gateway.answers[FUND] = funds(
        pay(receive_amount=money("10.0000")), pay("ADVANCE", "RELATING", "1.0000", receive_amount=None, receive_time=None),
        refund_list={"refund": back}, service_fee=money("0.5000"),
    )
    rows = {row["payment_id"]: row for row in read(shop(), night)["payments"]}
    columns = ("kind", "status", "amount_minor", "fee_minor")
    told = {key.removeprefix(f"{NUMBER}/"): tuple(row[name] for name in columns) for key, row in rows.items()}
    assert told == {
        "ADVANCE": ("payment", "completed", 1125, -125), "ADVANCE/2": ("payment", "pending", 100, None),
        "refund/5": ("refund", "completed", -200, None), "service_fee": ("fee", "completed", -50, None),
    }
    assert rows[f"{NUMBER}/service_fee"]["paid_at"].timestamp() == 1794720000


def test_money_that_was_all_given_back_is_refunded_and_held_money_is_frozen(gateway, shop, night):
    back = {"refund": [{"id": 5, "amount": money("11.2500"), "refund_time": stamp(1794730000000)}]}
    gateway.answers |= {ORDER_LIST: by_series(header(status="trade_close")), ORDER: detail(trade_status="trade_close"),
                        FUND: funds(pay(), pay("BALANCE", "UNPAY", "26.2500"), refund_list=back)}
    assert [row["status"] for row in read(shop(), night)["payment_milestones"]] == ["refunded", "cancelled"]
    gateway.answers |= {ORDER_LIST: by_series(header(status="frozen")), ORDER: detail(trade_status="frozen"), FUND: funds(pay())}
    assert [row["status"] for row in read(shop(), night)["payment_milestones"]] == ["frozen", "due"]


def test_a_masked_trade_number_is_a_permission_problem_of_its_row_and_fails_nobody_else(gateway, shop, night):
    gateway.answers[ORDER_LIST] = by_series(header("2341**********8893"), header("2341**********8893"), header())
    opened = shop()
    pages = list(opened.read("contracts", night))
    rows = opened.map("contracts", pages)["contracts"].to_dict("records")
    assert len(rows) == 3, "two masked numbers that look alike are two orders"
    assert ["masked" in str(row["fault"]) and "permission" in str(row["fault"]) for row in rows] == [True, True, False]
    assert opened.record_ids("contracts", pages) == ["2341**********8893", NUMBER]
    assert not any("*" in sent.get("e_trade_id", "") for _, sent in gateway.asked), "nothing is asked about a masked number"


def test_without_the_details_grant_the_contract_is_held_back_and_funds_and_shipments_are_read(gateway, shop, night):
    gateway.ungranted = {door.name for door in DOORS[ORDER].values()}
    gateway.answers |= {ORDER_LIST: by_series(header(status="trade_success"), header("2", "trade_success")), LOGISTICS: vouchers("BL1")}
    rows = read(shop(), night)
    assert all("is not granted" in row["fault"] and row["fault"].startswith("total_minor") for row in rows["contracts"])
    assert [row["status"] for row in rows["contracts"]] == ["completed", "completed"] and rows["contract_lines"] == []
    assert len(rows["payments"]) == len(rows["trade_shipments"]) == 2 and not any(row["fault"] for row in rows["payments"])
    assert sum(name in gateway.ungranted for name in gateway.names()) == 2, "asked once a page, at each door, and no more"


def test_an_order_that_is_refused_by_itself_is_its_own_affair(gateway, shop, night):
    gateway.answers |= {ORDER_LIST: by_series(header(), header("2")), ORDER: lambda sent: (
        refused("404", "order not exist") if sent["e_trade_id"] == "2" else detail())}
    rows = {row["contract_id"]: row for row in read(shop(), night)["contracts"]}
    assert "order not exist" in rows["2"]["fault"] and rows[NUMBER]["fault"] is None


def test_what_one_door_refuses_is_asked_at_the_other_and_remembered_for_the_shop(gateway, shop, night, lend):
    gateway.doors = {"sync"}
    gateway.answers |= {ORDER: {"alibaba_seller_order_get_response": {"value": {
        **detail()["value"], "order_products": {"trade_ecology_order_product": [line()]}}}}}
    services = lend()
    rows = read(shop(services=services), night)
    assert only(rows["contracts"])["fault"] is None and len(rows["contract_lines"]) == 1
    tried = [name for name in gateway.names() if name == "/alibaba/order/list"]
    gateway.asked.clear()
    read(shop(services=services), night)
    assert len(tried) == 1 and not any(name.startswith("/") for name in gateway.names()), "known from the last time"


def test_a_call_granted_nowhere_is_asked_at_both_doors_again_after_a_day(gateway, shop, clock, night, loopback):
    loopback.now = clock.now
    gateway.doors = set()
    opened = shop()
    for expected in (2, 1):
        gateway.asked.clear()
        with pytest.raises(FatalError, match="not granted /alibaba/order/list or alibaba"):
            list(opened.read("contracts", night))
        assert len(gateway.names()) == expected
    clock.advance(25 * 3600)
    gateway.doors = {"sync"}
    assert list(opened.read("contracts", night))


def test_an_entity_that_is_not_granted_says_so_plainly_and_the_other_is_read(gateway, shop, night):
    gateway.ungranted = {door.name for door in DOORS[PRODUCT_LIST].values()}
    opened = shop()
    with pytest.raises(FatalError, match=r"harbor_alibaba.*not granted /alibaba/icbu/product/list.*InsufficientPermission.*package"):
        list(opened.read("listings", night))
    assert len(read(opened, night)["contracts"]) == 1


def test_check_says_what_the_app_may_read_and_remembers_it(gateway, shop):
    gateway.answers |= {each: value({}) for each in (ORDER_LIST, ORDER, FUND, LOGISTICS, TRACKING, PRODUCT_LIST)}
    gateway.answers[PRODUCT] = {"code": "0", "success": "false", "msg_code": "B_PRODUCT_NOT_FOUND", "message": "no"}
    gateway.ungranted = {door.name for operation in (ORDER, "rfq_search") for door in DOORS[operation].values()}
    opened = shop({"seller_id": "77"})
    told = opened.check()
    assert told.startswith("CN: seller 77; granted: order_list (rest)") and "order_fund (sync)" in told
    assert told.endswith("not granted: order_get, rfq_search")
    assert opened.gateway.grants.known()["order_get"][0] == "none"
    gateway.doors = set()
    for grant in DOORS:
        opened.gateway.grants.learn(grant, "none")
    with pytest.raises(FatalError, match="neither orders nor products"):
        opened.check()


@pytest.mark.parametrize(("answer", "kind", "words"), [
    (refused("IncompleteSignature"), FatalError, "app's key and secret"), (refused("InvalidAppKey"), FatalError, "app's key and secret"),
    (refused("AppWhiteIpLimit"), FatalError, "IP allow-list"), (refused("MissingParameter", "bad"), FatalError, "defect of the connector"),
    (refused("IllegalTimestamp"), FatalError, "clock right"),
    (refused("S_COMMON_INTERNAL_ERROR"), RetryableError, "S_COMMON_INTERNAL_ERROR"),
    (error("isv.IncompleteSignature", "IncompleteSignature"), FatalError, "app's key and secret"),
    (error("isp.remote-service-timeout"), RetryableError, "isp.remote-service-timeout"),
    (["no", "envelope"], RetryableError, "without its envelope"),
    ({"code": "0", "success": "false", "msg_code": "S_PRODUCT_SEARCH_ERROR", "message": "x"}, RetryableError, "S_PRODUCT_SEARCH_ERROR"),
])
def test_a_refusal_in_any_of_its_envelopes_says_what_to_do(gateway, shop, night, answer, kind, words):
    gateway.answers[ORDER_LIST] = answer
    with pytest.raises(kind, match=words) as told:
        list(shop().read("contracts", night))
    assert "harbor_alibaba" in str(told.value) and SECRET not in str(told.value) and "token-1" not in str(told.value)


def test_an_answer_that_was_given_before_is_not_taken_for_another_orders(gateway, shop, night):
    """Funds and vouchers name no order: a stale answer from a cache on the way would book one order's money under another."""
    gateway.repeated = "req-0"
    with pytest.raises(RetryableError, match=r"request id req-0.* earlier question"):
        list(shop().read("contracts", night))


def test_a_detail_of_another_order_is_a_fault(gateway, shop, night):
    gateway.answers[ORDER] = detail(trade_id="234000000000000099")
    assert "another order's" in only(read(shop(), night)["contracts"])["fault"]


def test_a_ban_is_waited_out_as_long_as_its_message_says(gateway, shop, night, clock):
    gateway.answers[ORDER_LIST] = [refused("ApiCallLimit", "this ban will last for 4 more seconds"), listing()]
    assert list(shop().read("contracts", night)) and sum(clock.slept) >= 4


def test_a_dead_token_is_renewed_once_and_lifetimes_are_texts_of_seconds(gateway, shop, night, clock, loopback):
    loopback.now = clock.now
    gateway.answers[ORDER_LIST] = [refused("IllegalAccessToken"), listing()]
    opened = shop()
    gateway.token["access_token"] = "token-2"
    assert list(opened.read("contracts", night))
    assert [name for name, _ in gateway.asked].count("/auth/token/refresh") == 2, "once to begin with, once renewed"


@pytest.mark.parametrize(("changes", "words"), [
    ({"account_platform": "buyApp"}, "no seller's app"), ({"user_info": {"seller_id": "78"}}, "the token is of seller 78"),
    ({"access_token": ""}, "without an access token"),
])
def test_a_token_of_a_buyer_or_another_seller_is_refused(gateway, shop, night, changes, words):
    gateway.token |= changes
    with pytest.raises(FatalError, match=words):
        list(shop({"seller_id": "77"}).read("contracts", night))


def test_a_token_that_cannot_be_refreshed_needs_consent(gateway, shop, night, clock, loopback):
    loopback.now = clock.now
    gateway.token["refresh_expires_in"] = "0"
    opened = shop()
    list(opened.read("contracts", night))
    clock.advance(11 * 86400)
    with pytest.raises(FatalError, match="consent again"):
        list(opened.read("contracts", night))


def test_an_order_that_leaves_the_window_while_it_is_read_hides_no_other(gateway, shop, night, monkeypatch):
    monkeypatch.setattr(read_contracts, "PAGE", 2)
    orders = [header(str(number)) for number in (11, 12, 13)]
    pages = iter([(orders[:2], 3), ([], 2), (orders[1:], 2), ([], 2)])

    def page(sent):
        if "status" in sent:
            return listing()
        shown, total = next(pages)
        return listing(*shown, total_count=str(total))

    gateway.answers |= {ORDER_LIST: page, ORDER: lambda sent: detail(trade_id=sent["e_trade_id"])}
    opened = shop()
    assert opened.record_ids("contracts", list(opened.read("contracts", night))) == ["11", "12", "13"]


def test_a_number_declared_twice_is_one_consignment_and_sea_is_told_by_the_providers_code(gateway, shop, night):
    gateway.answers |= {ORDER_LIST: by_series(header(status="trade_success")), ORDER: detail(trade_status="trade_success", pay_step="FULL"),
                        LOGISTICS: vouchers("BL1", "BL1")}
    row = only(read(shop(), night)["trade_shipments"])
    assert (row["shipment_id"], row["mode"], row["status"], row["shipped_at"].timestamp()) == ("BL1", "sea", "delivered", 1794730000)


def test_tracking_times_without_a_zone_are_given_none(gateway, shop, night):
    events = [{"event_code": "DELIVERED", "event_time": "2026-11-15 10:00:00"}]
    gateway.answers |= {
        ORDER_LIST: by_series(header(status="wait_confirm_receipt")), ORDER: detail(trade_status="wait_confirm_receipt", pay_step="FULL"),
        LOGISTICS: vouchers("BL1", "BL2"), TRACKING: {"code": "0", "tracking_list": [
            {"tracking_number": "BL1", "current_event_code": "DELIVERED", "event_list": events}]},
    }
    rows = {row["shipment_id"]: row for row in read(shop(), night)["trade_shipments"]}
    assert [(rows[key]["status"], rows[key]["delivered_at"], rows[key]["shipped_at"]) for key in ("BL1", "BL2")] == [
        ("delivered", None, None), ("in_transit", None, None)]


def product(number=1600, **changes):
    steps = [{"quantity": "500", "price": "0.04"}, {"quantity": "100", "price": "0.05"}]
    plain = {
        "basic_info": {"product_id": str(number), "title": "Bolt", "status": "online", "audit_status": "approved", "model_number": "HB",
                       "create_timestamp": "1794700000000", "last_modified_timestamp": "1794780000000"},
        "trade_info": {"moq": "100", "unit": "Piece", "inventory": "9", "price": {
            "price_type": "TIERED", "currency": "USD", "tiered_price": steps},
            "sku_info": [{"sku_id": "105", "sku_code": "HB-1", "inventory": "7"}]},
    }
    return {"code": "0", "success": "true", "product_info": {**plain, **changes}}


def items(*numbers):
    return {"code": "0", "total_item": str(len(numbers)), "products": [{"id": str(each), "product_id": f"IDX1{each}"} for each in numbers]}


def test_details_are_asked_for_by_the_plain_number_and_not_by_the_disguised_one(gateway, shop, night):
    gateway.answers |= {PRODUCT_LIST: items(1600), PRODUCT: product()}
    row = only(read(shop(), night, "listings")["listings"])
    assert (row["listing_id"], row["product_id"], row["sku"], row["price_minor"], row["status"]) == ("105", "1600", "HB-1", 5, "active")
    assert [sent["product_id"] for name, sent in gateway.asked if name == "/alibaba/icbu/product/get/v2"] == ["1600"]
    assert [sent["page_size"] for name, sent in gateway.asked if name == "/alibaba/icbu/product/list"] == ["30"]


def test_a_ladder_a_range_and_a_price_of_its_own_are_price_tiers(gateway, shop, night):
    trade = product()["product_info"]["trade_info"]
    ranged = {**trade, "price": {"price_type": "RANGE", "currency": "USD", "range_price": {"min_price": "1.2345", "max_price": "2.0000"}}}
    own = {**trade, "sku_info": [{"sku_id": "106", "sku_code": "HB-2", "inventory": "1", "sku_price": "3.10"}]}
    told = {"1": product(1), "2": product(2, trade_info={**ranged, "sku_info": []}), "3": product(3, trade_info=own)}
    gateway.answers |= {PRODUCT_LIST: items(1, 2, 3), PRODUCT: lambda sent: told[sent["product_id"]]}
    rows = read(shop(), night, "listings")
    steps = {(row["listing_id"], row["minimum_quantity"]): (row["unit_price"], row["highest_price"]) for row in rows["price_tiers"]}
    assert steps == {
        ("105", 500): (Decimal("0.04"), None), ("105", 100): (Decimal("0.05"), None), ("2", 100): (Decimal("1.2345"), Decimal("2")),
        ("106", 100): (Decimal("3.1"), None),
    }
    assert {row["listing_id"]: row["price_minor"] for row in rows["listings"]} == {"105": 5, "2": None, "106": 310}
    assert {row["sku"]: row["sellable_quantity"] for row in rows["inventory"]} == {"HB-1": 7, "HB": 9, "HB-2": 1}


@pytest.mark.parametrize(("status", "audit", "ours"), [
    ("online", "approved", "active"), ("offline", "approved", "inactive"), ("online", "pending", "pending"),
    ("online", "rejected", "suppressed"),
    ("deleted", "approved", "deleted"), ("sleeping", "approved", None), ("online", "maybe", None),
])
def test_a_products_status_is_its_shelf_and_its_audit(gateway, shop, night, status, audit, ours):
    basic = {**product()["product_info"]["basic_info"], "status": status, "audit_status": audit}
    gateway.answers |= {PRODUCT_LIST: items(1600), PRODUCT: product(basic_info=basic)}
    row = only(read(shop(), night, "listings")["listings"])
    assert row["status"] == ours and (row["fault"] is None) == (ours is not None)


def test_a_request_whose_detail_is_refused_is_held_back_and_one_whose_detail_may_not_be_asked_for_is_not(gateway, shop, night):
    def requests(sent):
        shown = [{"rfq_id": number, "subject": "Bolts", "quantity": 5, "open_time": 1794700000} for number in (1, 2)]
        found = {"success": True, "result": {"total": 2, "request_list": shown}}
        return {"alibaba_icbu_rfq_search_response": {"result": found}}

    def detail(sent):
        gone = {"success": False, "error_type": "RFQ_NOT_FOUND", "message": "gone"}
        told = {"success": True, "result": {"rfq_detail_dto": {"rfq_id": 2, "status": "quoted"}}}
        is_gone = json.loads(sent["rfq_query_dto"])["rfq_id"] == "1"
        return {"alibaba_icbu_rfqdetail_get_response": {"result": gone if is_gone else told}}

    gateway.answers |= {"rfq_search": requests, "rfq_detail": detail}
    rows = read(shop({"rfq_search": "bolt"}), night, "rfqs")["rfqs"]
    assert ["refused" in (row["fault"] or "") for row in rows] == [True, False] and rows[1]["status"] == "quoted"
    gateway.ungranted = {door.name for door in DOORS["rfq_detail"].values()}
    assert [(row["fault"], row["status"]) for row in read(shop({"rfq_search": "bolt"}), night, "rfqs")["rfqs"]] == [(None, "open")] * 2


def test_a_product_whose_detail_is_refused_is_kept_with_the_reason(gateway, shop, night):
    gone = {"code": "0", "success": "false", "msg_code": "B_PRODUCT_NOT_FOUND", "message": "gone"}
    gateway.answers |= {PRODUCT_LIST: items(1600, 1601), PRODUCT: lambda sent: gone if sent["product_id"] == "1601" else product()}
    rows = read(shop(), night, "listings")["listings"]
    assert [row["product_id"] for row in rows] == ["1600", "1601"] and "showed no detail" in rows[1]["fault"]


def test_a_ladder_the_marketplace_would_refuse_is_not_sent(gateway, shop):
    gateway.answers[PRODUCT] = product()
    opened = shop()

    def ladder(*steps, currency="USD"):
        return LadderChange("j", "CN", "1600", currency, tuple(LadderStep(quantity, Decimal(price)) for quantity, price in steps))

    wrong = {
        "B_PRICE_SCALE_INVALID": ladder((10, "0.125")), "B_PRICE_SEQUENCE_INVALID": ladder((10, "1"), (20, "1")),
        "USD only": ladder((10, "1"), currency="EUR"), "needs a step": ladder(), "above zero": ladder((10, "0")),
    }
    for words, change in wrong.items():
        (answer,) = opened.push_price_tiers([change])
        assert not answer.is_accepted and words in answer.message and "nothing was sent" in answer.message
    assert "/icbu/product/edit-price" not in gateway.names()


def test_a_voucher_the_order_shows_is_not_made_again(gateway, shop, clock):
    gateway.answers[LOGISTICS] = vouchers("BL1")
    notice = ShipmentNotice("j", "CN", NUMBER, {}, "COSCO", "BL1", clock.now())
    (answer,) = shop().push_shipments([notice])
    assert answer.is_accepted and "already" in answer.message and gateway.names() == ["/order/logistics/query"]
    (answer,) = shop().push_shipments([ShipmentNotice("j", "CN", "2341****93", {}, "COSCO", "BL2", clock.now())])
    assert not answer.is_accepted and "nothing was sent" in answer.message


def test_a_refused_voucher_says_why_and_a_sub_accounts_token_is_named(gateway, shop, clock):
    gateway.answers |= {"shipping_channels": {"alibaba_seller_order_shipping_channels_response": {"value": {"carrier_list": {"carrier": [
        {"code": "EX_ASP_OCEAN_COSCO", "name": "COSCO"}]}}}},
        "order_shipping": refused("403", "this is not your order or you are not the admin account")}
    notices = [ShipmentNotice(carrier, "CN", NUMBER, {}, carrier, "BL9", clock.now()) for carrier in ("COSCO", "Pigeon")]
    answers = shop().push_shipments(notices)
    assert "not the admin account" in answers[0].message and "knows no carrier 'Pigeon' (it knows COSCO" in answers[1].message
    assert not any(answer.is_accepted for answer in answers)


def test_an_offer_without_a_required_field_is_not_sent_and_one_request_is_offered_to_once(gateway, shop):
    gateway.answers["quotation_post"] = {"alibaba_icbu_quotation_post_response": {"result": {"success": True, "result": {"id": 71}}}}
    item = QuotedItem("Bolt", Decimal("2.5"), "Tonne", Decimal("1234.5678"), "USD", "FOB", "Ningbo", "HB-1", "as asked")
    offer = QuotationOffer("j", "9001", "Dear Sir", "T/T 30/70", date(2026, 12, 1), (item,))
    answers = shop().push_quotations([offer, offer, QuotationOffer("k", "9002", "", "T/T", date(2026, 12, 1), (item,))])
    assert [answer.is_accepted for answer in answers] == [True, False, False] and answers[0].vendor_ref == "quotation 71"
    (sent,) = [json.loads(sent["dto"]) for name, sent in gateway.asked if name == "alibaba.icbu.quotation.post"]
    assert (sent["price_list"][0]["quantity"], sent["price_list"][0]["fob_price"]) == ("2.5", "1234.5678")


def test_no_secret_and_no_buyer_in_any_log_line_row_or_note(gateway, shop, night, caplog):
    caplog.set_level(logging.DEBUG)
    opened = shop()
    pages = list(opened.read("contracts", night))
    shown = repr(opened) + caplog.text + str([(page.request, page.cursor, page.part) for page in pages])
    frames = opened.map("contracts", pages)
    shown += str({name: frame.to_dict("records") for name, frame in frames.items()})
    assert not any(word in shown for word in (SECRET, "consent-0", "token-1", BUYER, "Jane Buyer"))


@pytest.mark.parametrize("sites", [(), ("CN", "HK"), ("US",)])
def test_a_shops_only_site_is_where_the_seller_sits(loopback, lend, sites):
    with pytest.raises(FatalError, match="its only site is CN"):
        connect(Shop("harbor", "h", "alibaba", sites), Credentials(loopback.url, "", {"app_key": "1", "app_secret": "2"}), lend())


def test_pages_of_products_are_read_on_after_a_page_that_was_full(gateway, shop, night, monkeypatch):
    monkeypatch.setattr(read_listings, "PAGE", 2)
    pages = {"1": items(1, 2), "2": items(3)}
    bare = {**product()["product_info"]["trade_info"], "sku_info": []}
    gateway.answers |= {PRODUCT_LIST: lambda sent: {**pages[sent["current_page"]], "total_item": "3"},
                        PRODUCT: lambda sent: product(int(sent["product_id"]), trade_info=bare)}
    assert [row["listing_id"] for row in read(shop(), night, "listings")["listings"]] == ["1", "2", "3"]
