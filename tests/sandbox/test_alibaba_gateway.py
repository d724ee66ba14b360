"""Alibaba.com's two doors: signatures, tokens, limits, grants, refusals; the vendor's descriptions and a foreign client judge them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from sandbox.alibaba.apps import FULL, LEAN, SYNC, app_secret
from tests.sandbox.described import strange

SHOP, SEED = "harbor_alibaba", 1
FOLDER = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).resolve().parents[3] / "shared" / "specs")) / "alibaba"


class Caller:
    """Signed calls that share no code with anybody."""

    def __init__(self, sandbox):
        self.sandbox, self.told = sandbox, sandbox.told["marketplaces"]["alibaba"]["shops"][SHOP]

    def rest(self, path, *, app=FULL, token=None, spoil=None, **business):
        sent = {**_texts(business), "access_token": token or self.told["credentials"]["access_token"]}
        return self.send(f"/rest{path}", {**self.signed(path, sent, app), **(spoil or {})})

    def sync(self, method, *, app=FULL, spoil=None, **business):
        sent = {**_texts(business), "method": method, "session": self.told["credentials"]["access_token"]}
        return self.send("/sync", {**self.signed("", sent, app), **(spoil or {})})

    def signed(self, path, business, app=FULL, at=None):
        system = {"app_key": app.key, "sign_method": "sha256", "timestamp": str(round((at or self.sandbox.now()).timestamp() * 1000))}
        sent = {**business, **system}
        message = path + "".join(name + sent[name] for name in sorted(sent))
        return {**sent, "sign": hmac.new(app_secret(SEED, app.key).encode(), message.encode(), hashlib.sha256).hexdigest().upper()}

    def send(self, path, sent):
        reply = requests.post(f"{self.told['base_url']}{path}", data=sent, timeout=30)
        assert reply.status_code == 200  # errors too come under 200
        return reply.json()

    def orders(self, **query):
        return self.rest("/alibaba/order/list", **{"role": "seller", "page_size": 100, **query})["value"]


def _texts(business):
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in business.items()}


@pytest.fixture(scope="module")
def alibaba_sandbox(start_one):
    return start_one("--marketplaces", "alibaba", "--days", 20, "--orders-per-day", 1)


@pytest.fixture
def alibaba(alibaba_sandbox):
    alibaba_sandbox.post("/clock", {"advance_seconds": 60})  # every bucket is full again
    return Caller(alibaba_sandbox)


@pytest.mark.parametrize(("spoil", "code"), [
    ({"page_size": "99"}, "IncompleteSignature"), ({"sign": "0" * 64}, "IncompleteSignature"), ({"app_key": "1"}, "InvalidAppKey"),
    ({"timestamp": "1500000000000"}, "IllegalTimestamp"), ({"sign_method": "md5"}, "IncompleteSignature"),
    ({"sign": ""}, "MissingParameter"),
])
def test_a_call_that_was_changed_after_signing_is_refused(alibaba, spoil, code):
    assert alibaba.rest("/alibaba/order/list", role="seller", spoil=spoil)["code"] == code


def test_the_doors_want_the_token_under_their_own_names_and_sign_differently(alibaba):
    secrets = alibaba.told["credentials"]
    at_sync = alibaba.signed("", {"method": "alibaba.icbu.product.list", "language": "ENGLISH", "access_token": secrets["access_token"]})
    assert alibaba.send("/sync", at_sync)["error_response"]["code"] == "MissingParameter"
    with_path = alibaba.signed("/sync", {"method": "alibaba.icbu.product.list", "language": "ENGLISH", "session": secrets["access_token"]})
    assert alibaba.send("/sync", with_path)["error_response"]["code"] == "IncompleteSignature"
    assert alibaba.rest("/alibaba/order/list", token="5000x")["code"] == "IllegalAccessToken"


def test_what_an_app_is_not_granted_is_refused_and_what_does_not_exist_too(alibaba):
    assert alibaba.rest("/alibaba/order/get", app=LEAN, e_trade_id="1")["code"] == "InsufficientPermission"
    assert alibaba.rest("/alibaba/order/list", app=SYNC, role="seller")["code"] == "InsufficientPermission"
    assert alibaba.rest("/alibaba/nothing")["code"] == "InvalidApiPath"
    assert alibaba.sync("alibaba.mydata.overview.date.get")["error_response"]["code"] == "InvalidApiPath"


def test_the_list_is_the_buyers_unless_the_role_says_seller_and_its_pages_begin_at_nought(alibaba):
    assert alibaba.rest("/alibaba/order/list", page_size=100)["value"] == {"total_count": "0", "order_list": []}
    whole = alibaba.orders()
    assert int(whole["total_count"]) == len(whole["order_list"]) > 12
    pages = [alibaba.orders(page_size=5, start_page=page)["order_list"] for page in range(2)]
    assert [order["trade_id"] for page in pages for order in page] == [order["trade_id"] for order in whole["order_list"][:10]]
    assert alibaba.rest("/alibaba/order/list", role="seller", page_size=101)["code"] == "InvalidParameter"
    assert alibaba.rest("/alibaba/order/list", role="seller", status="sold")["code"] == "InvalidParameter"


def test_bounds_are_wall_time_in_los_angeles_or_milliseconds(alibaba):
    whole = alibaba.orders()["order_list"]
    middle = whole[len(whole) // 2]["modify_date"]
    at = datetime.fromtimestamp(int(middle["timestamp"]) / 1000, UTC)
    later = [order for order in whole if int(order["modify_date"]["timestamp"]) >= int(middle["timestamp"])]
    by_number = alibaba.orders(modified_date_start={"date_timestamp": middle["timestamp"]})
    assert by_number["order_list"] == later
    wall = (at - timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")  # November: no daylight saving
    if at >= datetime(2026, 11, 1, 10, tzinfo=UTC):
        assert alibaba.orders(modified_date_start={"date_str": wall})["order_list"] == later
    assert alibaba.rest("/alibaba/order/list", role="seller", modified_date_start={"date_str": "soon"})["code"] == "InvalidParameter"


def test_scalars_are_texts_at_one_door_and_lists_wear_their_types_name_at_the_other(alibaba):
    query = {"role": "seller", "start_page": 0, "page_size": 100}
    told = alibaba.sync("alibaba.seller.order.list", param_trade_ecology_order_list_query=query)
    value = told["alibaba_seller_order_list_response"]["result"]["value"]
    assert value["total_count"] == int(alibaba.orders()["total_count"])
    assert value["order_list"]["trade_ecology_order"] == alibaba.orders()["order_list"]
    number = value["order_list"]["trade_ecology_order"][0]["trade_id"]
    detail = alibaba.rest("/alibaba/order/get", e_trade_id=number)["value"]
    assert detail["dropshipping"] == "false" and detail["remark"] == "null" and detail["total_amount"]["amount"][-5] == "."
    same = alibaba.sync("alibaba.seller.order.get", e_trade_id=number)["alibaba_seller_order_get_response"]["value"]
    lines = [[line["id"] for line in held] for held in (same["order_products"]["trade_ecology_order_product"], detail["order_products"])]
    assert lines[0] == lines[1] and same["dropshipping"] is False


def test_funds_are_told_in_full_at_one_door_only(alibaba):
    number = next(row["contract_id"] for row in alibaba.sandbox.get("/truth/contracts") if row["status"] == "completed")
    fee = alibaba.rest("/alibaba/order/fund/query", e_trade_id=number, data_select="fund_transaction_fee")["value"]
    assert set(fee) == {"payment_transaction_fee"}
    selected = "fund_serviceFee,fund_fundPay,fund_refund"
    told = alibaba.sync("alibaba.seller.order.fund.get", e_trade_id=number, data_select=selected)
    whole = told["alibaba_seller_order_fund_get_response"]["value"]
    assert whole["service_fee"] == fee["payment_transaction_fee"] and whole["fund_pay_list"]["fund_pay"]
    assert alibaba.rest("/alibaba/order/fund/query", e_trade_id=number)["code"] == "MissingParameter"


def ladder(*steps):
    return {"price_type": "TIERED", "currency": "USD", "tiered_price": [{"quantity": count, "price": price} for count, price in steps]}


@pytest.mark.parametrize(("path", "business", "code"), [
    ("/icbu/product/edit-inventory", {}, "B_INVENTORY_ALL_NULL"),
    ("/icbu/product/edit-inventory", {"inventory": 1, "sku_inventory": {"1": 1}}, "B_INVENTORY_CONFLICT"),
    ("/icbu/product/edit-price", {}, "B_PRICE_ALL_NULL"),
    ("/icbu/product/edit-price", {"price": {"price_type": "TIERED"}, "sku_price": [{"sku_id": 1, "price": 1}]}, "B_PRICE_CONFLICT"),
    ("/icbu/product/edit-price", {"price": ladder((1, "0.125"))}, "B_PRICE_SCALE_INVALID"),
    ("/icbu/product/edit-price", {"price": ladder((1, "2"), (5, "2"))}, "B_PRICE_SEQUENCE_INVALID"),
])
def test_what_a_product_call_would_refuse_is_refused_inside_a_good_envelope(alibaba, path, business, code):
    number = alibaba.rest("/alibaba/icbu/product/list", language="ENGLISH")["products"][0]["id"]
    answer = alibaba.rest(path, product_id=number, **business)
    assert (answer["code"], answer["success"], answer["msg_code"]) == ("0", "false", code)
    gone = alibaba.rest(path, product_id="1", **business)
    assert gone["msg_code"] == "B_PRODUCT_NOT_FOUND"


def test_products_have_a_plain_and_a_disguised_number_and_thirty_a_page_at_most(alibaba):
    shown = alibaba.rest("/alibaba/icbu/product/list", language="ENGLISH", page_size=30)["products"]
    assert all(each["id"].isdecimal() and each["product_id"].startswith("IDX1") for each in shown)
    assert alibaba.rest("/alibaba/icbu/product/list", language="ENGLISH", page_size=31)["code"] == "InvalidParameter"
    assert alibaba.rest("/alibaba/icbu/product/list")["code"] == "MissingParameter"
    assert alibaba.rest("/alibaba/icbu/product/get/v2", product_id=shown[0]["product_id"])["msg_code"] == "B_PRODUCT_NOT_FOUND"


@pytest.mark.parametrize(("changes", "code"), [
    ({"tracking_number": ""}, "402"), ({"logistics_type": "SEA"}, "402"), ({"service_provider": "PIGEON"}, "402"),
    ({"trade_id": "234000000000000017"}, "404"),
])
def test_a_voucher_that_is_not_whole_is_refused(alibaba, changes, code):
    number = next(row["contract_id"] for row in alibaba.sandbox.get("/truth/contracts") if row["status"] == "paid")
    request = {"trade_id": number, "service_provider": "EX_ASP_DHL", "logistics_type": "EXPRESS", "tracking_number": "1", **changes}
    assert alibaba.rest("/alibaba/v2/order/shipping", shipping_request=request)["code"] == code


def test_a_number_told_twice_makes_two_vouchers_and_both_outlive_a_restart(start, tmp_path):
    options = ("--marketplaces", "alibaba", "--days", 8, "--orders-per-day", 1, "--state", tmp_path / "state.jsonl")
    first = start(*options)
    caller = Caller(first)
    number = next(row["contract_id"] for row in first.get("/truth/contracts") if row["status"] == "paid")
    request = {"trade_id": number, "service_provider": "EX_ASP_DHL", "logistics_type": "EXPRESS", "tracking_number": "77"}
    numbers = {caller.rest("/alibaba/v2/order/shipping", shipping_request=request)["voucher_id"] for _ in range(2)}
    first.post("/clock", {"advance_seconds": 200})
    assert len(numbers) == 2 and len(vouchers(caller, number)) == 2
    first.end()
    assert len(vouchers(Caller(start(*options)), number)) == 2


def vouchers(caller, number):
    return caller.rest("/order/logistics/query", trade_id=number, data_select="logistic_order")["value"]["shipping_order_list"]


def test_access_tokens_end_refresh_tokens_rotate_lifetimes_are_texts_and_a_code_is_good_once(start):
    sandbox = start("--marketplaces", "alibaba", "--days", 3, "--orders-per-day", 1)
    caller = Caller(sandbox)

    def ask(verb, **business):
        return caller.send(f"/rest/auth/token/{verb}", caller.signed(f"/auth/token/{verb}", business))

    told = ask("refresh", refresh_token=caller.told["credentials"]["refresh_token"])
    assert (told["code"], told["account"], told["account_platform"]) == ("0", None, "seller_center")
    assert told["expires_in"] in ("863999", "864000")
    assert told["user_info"]["seller_id"] == caller.told["account"]["seller_id"] and told["refresh_token"]
    query = {"client_id": FULL.key, "response_type": "code", "redirect_uri": "http://127.0.0.1/back", "shop": SHOP}
    back = requests.get(f"{caller.told['base_url']}/oauth/authorize", params=query, allow_redirects=False, timeout=30)
    code = back.headers["location"].partition("code=")[2]
    assert ask("create", code=code)["access_token"]
    assert ask("create", code=code)["code"] == "InvalidCode"
    assert ask("refresh", refresh_token="nonsense")["code"] == "IllegalRefreshToken"
    assert ask("revoke")["code"] == "InvalidApiPath"
    sandbox.post("/clock", {"advance_seconds": 11 * 86400})
    assert caller.rest("/alibaba/order/list", token=told["access_token"])["code"] == "IllegalAccessToken"


def test_calls_beyond_the_limit_are_banned_for_as_long_as_the_message_says(start):
    caller = Caller(start("--marketplaces", "alibaba", "--days", 3, "--orders-per-day", 1))
    answers = [caller.rest("/alibaba/order/list", role="seller") for _ in range(12)]
    refused = [answer for answer in answers if answer["code"] == "ApiCallLimit"]
    assert refused and "ban will last for" in refused[0]["message"]


@pytest.mark.parametrize(
    "method", ["icbu_product_list", "icbu_rfq_search", "icbu_rfqdetail_get", "icbu_quotation_post", "order_logistics_tracking_get"]
)
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the vendor's metadata is not beside this repository (DAIYUN_SPECS)")
def test_every_field_of_an_answer_is_one_the_methods_own_description_names(alibaba, method):
    described = json.loads((FOLDER / "top-metadata" / f"alibaba_{method}.json").read_text(encoding="utf-8"))
    number = next(row["rfq_id"] for row in alibaba.sandbox.get("/truth/rfqs") if row["status"] == "open")
    item = {"item_name": "Bolt", "quantity": "5", "quantity_unit": "Piece", "fob_price": "1", "fob_price_unit": "USD", "port": "Ningbo",
            "shipping_terms": "FOB", "remark": "-"}
    offer = {"rfq_id": number, "details": "-", "payment_terms": "T/T", "expiry_date": "2026-12-01 00:00:00", "price_list": [item]}
    asked = {
        "icbu_product_list": {"language": "ENGLISH"}, "icbu_rfq_search": {"cond": {"search_text": "o"}},
        "icbu_rfqdetail_get": {"rfq_query_dto": {"rfq_id": number}}, "icbu_quotation_post": {"dto": offer},
        "order_logistics_tracking_get": {"trade_id": alibaba.sandbox.get("/truth/trade_shipments")[0]["contract_id"]},
    }[method]
    answer = alibaba.sync(f"alibaba.{method.replace('_', '.')}", **asked)[f"alibaba_{method}_response"]
    assert answer.keys() - {"request_id"} and strange(answer, described["responseParams"]) == []


LAZOP = """
    import json, sys
    from lazop_sdk import LazopClient, LazopRequest
    shop = json.loads(sys.argv[1]); secrets = shop["credentials"]
    rest = LazopClient(shop["base_url"] + "/rest", secrets["app_key"], secrets["app_secret"])
    token = LazopRequest("/auth/token/refresh"); token.add_api_param("refresh_token", secrets["refresh_token"])
    fresh = rest.execute(token).body
    orders = LazopRequest("/alibaba/order/list")
    for name, value in {"role": "seller", "page_size": "100", "modified_date_start": '{"date_str":"2020-01-01 00:00:00"}'}.items():
        orders.add_api_param(name, value)
    found = rest.execute(orders, fresh["access_token"]).body
    sync = LazopClient(shop["base_url"] + "/sync", secrets["app_key"], secrets["app_secret"])
    listed = LazopRequest("")
    query = json.dumps({"role": "seller", "start_page": 0, "page_size": 100})
    said = {"method": "alibaba.seller.order.list", "session": fresh["access_token"], "param_trade_ecology_order_list_query": query}
    for name, value in said.items():
        listed.add_api_param(name, value)
    again = sync.execute(listed).body["alibaba_seller_order_list_response"]["result"]["value"]["order_list"]["trade_ecology_order"]
    shown = [[order["trade_id"] for order in orders] for orders in (found["value"]["order_list"], again)]
    print(json.dumps({"token": fresh["code"], "orders": shown}))
"""


def test_the_platforms_own_sdk_signs_asks_and_reads_at_both_doors(start, tmp_path):
    """It signs by the machine's clock, so the horizon is now; it writes logs to HOME, so it has one of its own."""
    if subprocess.run([sys.executable, "-c", "import importlib.util as u; exit(u.find_spec('lazop_sdk') is None)"]).returncode:
        pytest.skip("lazop-sdk is not installed")
    horizon = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    sandbox = start("--marketplaces", "alibaba", "--horizon", horizon.isoformat(), "--days", 8, "--orders-per-day", 1)
    shop = sandbox.told["marketplaces"]["alibaba"]["shops"][SHOP]
    command = [sys.executable, "-c", textwrap.dedent(LAZOP), json.dumps(shop)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env={**os.environ, "HOME": str(tmp_path)})
    read, truth = json.loads(done.stdout), {row["contract_id"] for row in sandbox.get("/truth/contracts", shop=SHOP)}
    assert read["token"] == "0" and set(read["orders"][0]) == set(read["orders"][1]) == truth
