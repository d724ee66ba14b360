"""AliExpress's two doors: signatures, tokens, limits, refusals, wrappers; and two foreign clients that read through them."""

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

from sandbox.iop.signature import expected, expected_md5
from tests.sandbox.described import strange

SHOP = "lumora_aliexpress"
SINCE, UNTIL = "2026-10-17 00:00:00", "2026-11-15 19:00:00"
FOLDER = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).resolve().parents[3] / "shared" / "specs")) / "aliexpress"


class Caller:
    """Signed calls that share no code with anybody."""

    def __init__(self, sandbox):
        self.sandbox, self.told = sandbox, sandbox.told["marketplaces"]["aliexpress"]["shops"][SHOP]

    def call(self, method, *, token=None, spoil=None, simplify="false", way="sha256", **business):
        sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in business.items()}
        sent |= {"method": method, "session": token or self.told["credentials"]["access_token"], "format": "json", "simplify": simplify}
        return self.send("/sync", {**self.signed("", sent, way), **(spoil or {})})

    def signed(self, path, business, way="sha256"):
        secrets = self.told["credentials"]
        system = {"app_key": secrets["app_key"], "sign_method": way, "timestamp": str(round(self.sandbox.now().timestamp() * 1000))}
        sent = {**business, **system}
        message, secret = "".join(name + sent[name] for name in sorted(sent)), secrets["app_secret"]
        if way == "md5":
            return {**sent, "sign": hashlib.md5((secret + message + secret).encode()).hexdigest().upper()}
        return {**sent, "sign": hmac.new(secret.encode(), (path + message).encode(), hashlib.sha256).hexdigest().upper()}

    def send(self, path, sent):
        reply = requests.post(f"{self.told['base_url']}{path}", data=sent, timeout=30)
        assert reply.status_code == 200  # AliExpress's errors too come under 200
        return reply.json()

    def orders(self, **query):
        query = {"current_page": 1, "page_size": 50, "create_date_start": SINCE, "create_date_end": UNTIL, **query}
        return self.call("aliexpress.solution.order.get", param0={name: value for name, value in query.items() if value is not None})


@pytest.fixture(scope="module")
def aliexpress_sandbox(start_one):
    return start_one("--marketplaces", "aliexpress", "--days", 20, "--orders-per-day", 60)


@pytest.fixture
def aliexpress(aliexpress_sandbox):
    aliexpress_sandbox.post("/clock", {"advance_seconds": 60})  # every bucket is full again
    return Caller(aliexpress_sandbox)


@pytest.mark.parametrize(("secret", "parameters", "sign"), [
    ("helloworld",
     {"app_key": "123456", "format": "json", "method": "aliexpress.solution.order.get", "param0": '{"current_page":1,"page_size":50}',
      "session": "test", "sign_method": "md5", "timestamp": "1793491200000", "v": "2.0"}, "58B81D278F32AC37889F2F8D2EE89518"),
    ("my_secret", {"app_key": "12345", "method": "aliexpress.affiliate.category.get"}, "E2B0571423115824CE1C4CD47457FC24"),
])
def test_the_older_signature_is_the_vendors(secret, parameters, sign):
    assert expected_md5(parameters, secret) == sign


def test_the_newer_signature_has_no_path_at_sync_and_one_at_rest():
    order = {"app_key": "123456", "format": "json", "method": "aliexpress.solution.order.get", "session": "test", "sign_method": "sha256"}
    order |= {"param0": '{"current_page":1,"page_size":50}', "simplify": "false", "timestamp": "1793491200000"}
    assert expected("", order, "helloworld") == "287BAC6291CA204735691644ED6AA4480ECE6D935076C1B9D3462D2B3C275C07"
    token = {"app_key": "123456", "code": "0_123456_abcDEF", "sign_method": "sha256", "timestamp": "1793491200000"}
    assert expected("/auth/token/create", token, "helloworld") == "A0CDCAEAFACB03C22E40356E25B2429411F5F5FD355734C27D8444F7DDAB6C4F"


@pytest.mark.parametrize("way", ["sha256", "md5"])
def test_a_call_signed_either_way_is_answered(aliexpress, way):
    told = aliexpress.call("aliexpress.solution.merchant.profile.get", way=way)
    assert told["aliexpress_solution_merchant_profile_get_response"]["shop_name"] == SHOP


@pytest.mark.parametrize(("spoil", "code"), [
    ({"sign": "0" * 64}, "IncompleteSignature"), ({"v": "2.0"}, "IncompleteSignature"), ({"app_key": "1"}, "InvalidAppKey"),
    ({"timestamp": "1517820392000"}, "IllegalTimestamp"), ({"sign": ""}, "MissingParameter"),
])
def test_a_call_that_was_changed_after_signing_is_refused(aliexpress, spoil, code):
    told = aliexpress.call("aliexpress.solution.merchant.profile.get", spoil=spoil)["error_response"]
    assert told["code"] == code and told["request_id"]


def test_a_token_sent_under_another_name_or_a_signed_path_is_refused(aliexpress):
    profile = {"method": "aliexpress.solution.merchant.profile.get", "access_token": aliexpress.told["credentials"]["access_token"]}
    assert aliexpress.send("/sync", aliexpress.signed("", profile))["error_response"]["code"] == "MissingParameter"
    assert aliexpress.send("/sync", aliexpress.signed("/sync", profile))["error_response"]["code"] == "IncompleteSignature"


def test_access_tokens_end_refresh_tokens_rotate_and_a_code_is_good_once(start):
    aliexpress = Caller(start("--marketplaces", "aliexpress"))
    aliexpress.sandbox.post("/clock", {"advance_seconds": 7 * 3600})
    profile = "aliexpress.solution.merchant.profile.get"
    assert aliexpress.call(profile)["error_response"]["code"] == "IllegalAccessToken"
    first = aliexpress.told["credentials"]["refresh_token"]
    one = refresh(aliexpress, first)
    assert one["account_platform"] == "seller_center" and one["seller_id"] == aliexpress.told["account"]["seller_id"]
    assert "error_response" not in aliexpress.call(profile, token=one["access_token"])
    two = refresh(aliexpress, one["refresh_token"], "security/")
    assert refresh(aliexpress, two["refresh_token"])["access_token"]
    assert refresh(aliexpress, first)["code"] == "IllegalRefreshToken"
    wanted = {"response_type": "code", "client_id": aliexpress.told["credentials"]["app_key"], "redirect_uri": "http://cb", "shop": SHOP}
    moved = requests.get(f"{aliexpress.told['base_url']}/oauth/authorize", params=wanted, allow_redirects=False, timeout=10)
    code = {"code": moved.headers["location"].partition("code=")[2]}
    answers = [aliexpress.send("/rest/auth/token/create", aliexpress.signed("/auth/token/create", code)) for _ in range(2)]
    assert [answer["code"] for answer in answers] == ["0", "InvalidCode"]


def refresh(aliexpress, token, middle=""):
    path = f"/auth/token/{middle}refresh"
    return aliexpress.send(f"/rest{path}", aliexpress.signed(path, {"refresh_token": token}))


@pytest.mark.parametrize(("method", "name", "query", "code"), [
    ("aliexpress.solution.order.get", "param0", {"page_size": 50}, "MissingParameter"),
    ("aliexpress.solution.order.get", "param0", {"current_page": 1, "page_size": 51}, "InvalidParameter"),
    ("aliexpress.solution.order.get", "param0", "no json", "InvalidParameter"),
    ("aliexpress.solution.order.get", "param0",
     {"current_page": 1, "page_size": 5, "modified_date_start": SINCE, "modified_date_end": UNTIL}, "MissingParameter"),
    ("aliexpress.solution.order.get", "param0", {"current_page": 1, "page_size": 5, "create_date_start": "2026-10-17T00:00:00Z"},
     "InvalidParameter"),
    ("aliexpress.solution.product.list.get", "aeop_a_e_product_list_query", {"product_status_type": "onSelling", "page_size": 100},
     "InvalidParameter"),
    ("aliexpress.solution.product.list.get", "aeop_a_e_product_list_query", {"page_size": 20}, "MissingParameter"),
    ("aliexpress.solution.batch.product.inventory.update", "mutiple_product_update_list", [{}] * 21, "InvalidParameter"),
    ("aliexpress.solution.batch.product.inventory.update", "multiple_product_update_list", [{}], "MissingParameter"),
    ("aliexpress.ds.product.get", "product_id", "1", "InvalidApiPath"),
])
def test_what_aliexpress_would_refuse_is_refused_with_its_code(aliexpress, method, name, query, code):
    assert aliexpress.call(method, **{name: query})["error_response"]["code"] == code


def test_spans_of_creation_are_limited_and_finished_orders_shown_only_where_asked_for(aliexpress_sandbox, aliexpress):
    assert aliexpress.orders(create_date_start="2026-10-01 00:00:00", order_status="FINISH")["error_response"]["code"] == "InvalidParameter"
    assert aliexpress.orders(create_date_start="2026-05-01 00:00:00")["error_response"]["code"] == "InvalidParameter"
    open_, over = (shown(aliexpress.orders(order_status=word)) for word in (None, "FINISH"))
    truth = {row["order_id"]: row for row in aliexpress_sandbox.get("/truth/orders", shop=SHOP)}
    assert {each["order_status"] for each in over} == {"FINISH"} and "FINISH" not in {each["order_status"] for each in open_}
    assert {str(each["order_id"]) for each in (*open_, *over)} <= set(truth) and over and open_
    for each in over:
        assert truth[str(each["order_id"])]["status"] in ("delivered", "cancelled", "returned") and each["end_reason"]


def shown(answer):
    return answer["aliexpress_solution_order_get_response"]["result"]["target_list"].get("order_dto", [])


def test_calls_beyond_the_limit_are_banned_for_as_long_as_the_message_says(start):
    aliexpress = Caller(start("--marketplaces", "aliexpress", "--speed", "0.001"))
    answers = [aliexpress.call("aliexpress.solution.merchant.profile.get") for _ in range(12)]
    refusals = [answer["error_response"] for answer in answers if "error_response" in answer]
    assert [each["code"] for each in refusals] == ["ApiCallLimit"] * 2 and "1 more seconds" in refusals[0]["msg"]
    aliexpress.sandbox.post("/clock", {"advance_seconds": 1})
    assert "error_response" not in aliexpress.call("aliexpress.solution.merchant.profile.get")


def test_the_wrappers_come_off_where_it_is_asked_for(aliexpress):
    plain = aliexpress.call("aliexpress.logistics.redefining.listlogisticsservice", simplify="true")
    assert isinstance(plain["result_list"], list) and plain["result_success"] is True
    whole = aliexpress.call("aliexpress.logistics.redefining.listlogisticsservice")
    wrapped = whole["aliexpress_logistics_redefining_listlogisticsservice_response"]
    assert wrapped["result_list"]["aeop_logistics_service_result"] == plain["result_list"]


def test_the_details_hold_what_their_bits_ask_for(aliexpress):
    number = shown(aliexpress.orders())[0]["order_id"]
    told = {flags: detail(aliexpress, number, flags) for flags in (0, 4, 8, 31, None)}
    assert "buyer_info" in told[8] and "buyer_info" not in told[4] and "logistic_info_list" not in told[8]
    assert {"buyer_info", "logistic_info_list"} <= set(told[31]) and told[None].keys() == told[31].keys()
    assert told[0].keys() & {"buyer_info", "logistic_info_list"} == set()


def detail(aliexpress, number, flags=None):
    query = {"order_id": number, **({} if flags is None else {"ext_info_bit_flag": flags})}
    answer = aliexpress.call("aliexpress.solution.order.info.get", param1=query)
    return answer["aliexpress_solution_order_info_get_response"]["result"]["data"]


@pytest.mark.parametrize("method", ["order_get", "order_info_get", "product_list_get", "product_info_get", "merchant_profile_get"])
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the vendor's metadata is not beside this repository (DAIYUN_SPECS)")
def test_every_field_of_an_answer_is_one_the_methods_own_description_names(aliexpress, method):
    described = json.loads((FOLDER / "top-metadata" / f"aliexpress_solution_{method}.json").read_text(encoding="utf-8"))
    orders = aliexpress.orders()
    products = aliexpress.call("aliexpress.solution.product.list.get", aeop_a_e_product_list_query={"product_status_type": "onSelling"})
    item = products["aliexpress_solution_product_list_get_response"]["result"]["aeop_a_e_product_display_d_t_o_list"]["item_display_dto"][0]
    answers = {
        "order_get": lambda: orders, "product_list_get": lambda: products,
        "order_info_get": lambda: aliexpress.call("aliexpress.solution.order.info.get", param1={"order_id": shown(orders)[0]["order_id"]}),
        "product_info_get": lambda: aliexpress.call("aliexpress.solution.product.info.get", product_id=str(item["product_id"])),
        "merchant_profile_get": lambda: aliexpress.call("aliexpress.solution.merchant.profile.get"),
    }
    body = answers[method]()[f"aliexpress_solution_{method}_response"]
    assert strange({**body, "request_id": None}, described["responseParams"]) == []


LAZOP = """
    import json, sys
    from lazop_sdk import LazopClient, LazopRequest
    shop = json.loads(sys.argv[1]); secrets = shop["credentials"]
    rest = LazopClient(shop["base_url"] + "/rest", secrets["app_key"], secrets["app_secret"])
    token = LazopRequest("/auth/token/refresh"); token.add_api_param("refresh_token", secrets["refresh_token"])
    fresh = rest.execute(token).body
    sync = LazopClient(shop["base_url"] + "/sync", secrets["app_key"], secrets["app_secret"])
    orders = LazopRequest("")
    query = json.dumps({"current_page": 1, "page_size": 50})
    for name, value in {"method": "aliexpress.solution.order.get", "session": fresh["access_token"], "param0": query}.items():
        orders.add_api_param(name, value)
    result = sync.execute(orders).body["aliexpress_solution_order_get_response"]["result"]
    print(json.dumps({"token": fresh["code"], "orders": [order["order_id"] for order in result["target_list"]["order_dto"]]}))
"""
TOP = """
    import json, sys
    from urllib.parse import urlsplit
    from aliexpress_api.skd import appinfo
    from aliexpress_api.skd.api import base
    class Orders(base.RestApi):
        param0 = None
        def getapiname(self):
            return "aliexpress.solution.order.get"
    shop = json.loads(sys.argv[1]); secrets, place = shop["credentials"], urlsplit(shop["base_url"])
    base.N_REST = place.path + "/sync"  # the only thing of it that a sandbox below a path must change
    call = Orders(place.hostname, place.port)
    call.set_app_info(appinfo(secrets["app_key"], secrets["app_secret"]))
    call.param0 = json.dumps({"current_page": 1, "page_size": 50})
    result = call.getResponse(secrets["access_token"])["aliexpress_solution_order_get_response"]["result"]
    print(json.dumps({"token": "0", "orders": [order["order_id"] for order in result["target_list"]["order_dto"]]}))
"""


@pytest.mark.parametrize(("package", "script"), [("lazop_sdk", LAZOP), ("aliexpress_api", TOP)])
def test_a_foreign_client_signs_asks_and_reads_its_own_way(start, tmp_path, package, script):
    """Both sign by the machine's clock, so the horizon is now; lazop-sdk writes logs to HOME, so it has one of its own."""
    if subprocess.run([sys.executable, "-c", f"import importlib.util as u; exit(u.find_spec('{package}') is None)"]).returncode:
        pytest.skip(f"{package} is not installed")
    horizon = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    sandbox = start("--marketplaces", "aliexpress", "--horizon", horizon.isoformat(), "--days", 3)
    shop = sandbox.told["marketplaces"]["aliexpress"]["shops"][SHOP]
    command = [sys.executable, "-c", textwrap.dedent(script), json.dumps(shop)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env={**os.environ, "HOME": str(tmp_path)})
    read, truth = json.loads(done.stdout), sandbox.get("/truth/orders", shop=SHOP)
    assert read["token"] == "0" and read["orders"]
    assert {str(number) for number in read["orders"]} <= {row["order_id"] for row in truth}
