"""Lazada's door: signature, time, tokens, quotas, limits; and answers against the truth, read by plain HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import requests

from sandbox.iop.signature import expected

SHOP, OTHER = "lumora_lazada_sg", "teahaus_lazada_vn"
SINCE = "2026-10-17T00:00:00+08:00"


@pytest.fixture
def lazada(sandbox):
    sandbox.post("/clock", {"advance_seconds": 60})  # every bucket is full again
    return sandbox.lazada(SHOP)


@pytest.mark.parametrize(("path", "parameters", "secret", "sign"), [
    ("/order/get", {"access_token": "test", "app_key": "123456", "order_id": "1234", "sign_method": "sha256", "timestamp": "1517820392000"},
     "helloworld", "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"),
    ("/test/api", {"foo": "1", "bar": "2", "foo_bar": "3", "foobar": "4"},
     "1234", "988085883BF9D32D251478D23122C7ECC91518CDF63BA22F792000A378F52409"),
])
def test_the_signature_is_the_vendors(path, parameters, secret, sign):
    assert expected(path, parameters, secret) == sign


def test_a_signed_call_is_answered_whether_its_parameters_come_in_query_or_form(lazada):
    assert lazada.call("/seller/get")["data"]["seller_id"] == int(lazada.told["account"]["seller_id"])
    assert lazada.call("/reverse/getreverseordersforseller", method="POST", page_no=1, page_size=10)["code"] == "0"


@pytest.mark.parametrize(("spoil", "code"), [
    ({"sign": "0" * 64}, "IncompleteSignature"), ({"limit": "7"}, "IncompleteSignature"), ({"app_key": "1"}, "InvalidAppKey"),
    ({"timestamp": ""}, "MissingParameter"), ({"sign": ""}, "MissingParameter"), ({"sign_method": "md5"}, "UnsupportedSignMethod"),
    ({"timestamp": "1517820392000"}, "IllegalTimestamp"),
])
def test_a_call_that_was_changed_after_signing_is_refused(lazada, spoil, code):
    answer = lazada.call("/orders/get", created_after=SINCE, spoil=spoil)
    assert answer["code"] == code and answer["request_id"] and "data" not in answer


def test_a_clock_more_than_two_hours_off_is_refused(lazada):
    now = lazada.sandbox.now()
    for minutes, code in ((121, "IllegalTimestamp"), (118, "0"), (-118, "0"), (-121, "IllegalTimestamp")):
        parameters = lazada.signed("/seller/get", {}, at=now + timedelta(minutes=minutes))
        assert lazada.send("/seller/get", "GET", lazada.told["base_url"], parameters)["code"] == code


def test_a_token_opens_its_own_shop_at_its_own_country_only(sandbox, lazada):
    there = sandbox.lazada(OTHER)
    assert lazada.call("/seller/get", base=there.told["base_url"])["code"] == "InsufficientPermission"
    mine = {row["order_id"] for row in sandbox.get("/truth/orders", shop=SHOP)}
    seen = there.call("/orders/get", created_after=SINCE)["data"]["orders"]
    assert seen and mine.isdisjoint(str(order["order_id"]) for order in seen)
    answer = lazada.send("/seller/get", "GET", lazada.told["base_url"], lazada.signed("/seller/get", {}, token="50000xffx0xabc"))
    assert answer["code"] == "IllegalAccessToken"


def test_access_tokens_end_and_refresh_tokens_rotate(start):
    sandbox = start("--marketplaces", "lazada")
    lazada = sandbox.lazada(SHOP)
    sandbox.post("/clock", {"advance_seconds": 7 * 3600})
    assert lazada.call("/seller/get")["code"] == "IllegalAccessToken"
    first = lazada.told["credentials"]["refresh_token"]
    one = _refresh(lazada, first)
    parameters = lazada.signed("/seller/get", {}, token=one["access_token"])
    assert lazada.send("/seller/get", "GET", lazada.told["base_url"], parameters)["code"] == "0"
    assert one["refresh_token"] != first and one["country_user_info_list"][0]["country"] == "sg"
    two = _refresh(lazada, one["refresh_token"])
    assert _refresh(lazada, two["refresh_token"])["access_token"]
    assert _refresh(lazada, first)["code"] == "IllegalRefreshToken"


def _refresh(lazada, token: str) -> dict:
    path = "/auth/token/refresh"
    return lazada.send(path, "POST", lazada.told["auth_url"], lazada.signed(path, {"refresh_token": token}))


def test_a_consents_code_is_good_once(sandbox, lazada):
    wanted = {"response_type": "code", "client_id": lazada.told["credentials"]["app_key"], "redirect_uri": "http://cb", "shop": SHOP}
    moved = requests.get(f"{sandbox.base}/lazada/oauth/authorize", params=wanted, allow_redirects=False, timeout=10)
    code = moved.headers["location"].partition("code=")[2]
    path = "/auth/token/create"
    told = lazada.send(path, "GET", lazada.told["auth_url"], lazada.signed(path, {"code": code}))
    assert told["code"] == "0" and told["country"] == "sg" and told["country_user_info"][0]["seller_id"]
    assert lazada.send(path, "GET", lazada.told["auth_url"], lazada.signed(path, {"code": code}))["code"] == "InvalidCode"


def test_calls_beyond_the_limit_are_banned_and_the_ban_ends_on_the_sandboxs_clock(start):
    sandbox = start("--marketplaces", "lazada", "--speed", "0.001")
    lazada = sandbox.lazada(SHOP)
    answers = [lazada.call("/seller/get") for _ in range(14)]
    assert [answer["code"] for answer in answers].count("ApiCallLimit") == 4
    assert "seconds" in answers[-1]["message"] and answers[-1]["type"] == "ISP"
    assert sandbox.lazada(OTHER).call("/seller/get")["code"] == "0"
    sandbox.post("/clock", {"advance_seconds": 1})
    assert lazada.call("/seller/get")["code"] == "0"
    stats = sandbox.get("/stats")
    assert stats["shops"][SHOP] == {"calls": {"/seller/get": 15}, "rejected": {"/seller/get: ApiCallLimit": 4}}
    assert stats["max_concurrency"] >= 1


@pytest.mark.parametrize(("path", "parameters", "code"), [
    ("/orders/get", {}, "MissingParameter"), ("/orders/get", {"created_after": SINCE, "limit": 101}, "19"),
    ("/orders/get", {"created_after": SINCE, "offset": 5001}, "14"), ("/orders/get", {"created_after": "yesterday"}, "17"),
    ("/orders/get", {"created_after": "2026-11-01T00:00:00"}, "17"), ("/orders/get", {"created_after": SINCE, "status": "sold"}, "36"),
    ("/orders/get", {"created_after": SINCE, "sort_by": "price"}, "74"),
    ("/orders/get", {"created_after": SINCE, "sort_direction": "UP"}, "75"),
    ("/order/get", {"order_id": "12"}, "16"), ("/orders/items/get", {"order_ids": str(list(range(51)))}, "38"),
    ("/orders/items/get", {"order_ids": "[]"}, "39"), ("/products/get", {"filter": "all", "limit": 51}, "19"),
    ("/products/get", {"filter": "everything"}, "36"), ("/product/item/get", {}, "MissingParameter"),
    ("/finance/transaction/details/get", {"start_time": "2026-01-01", "end_time": "2026-07-01"}, "1000012"),
    ("/finance/transaction/details/get", {"start_time": "2026-11-01", "end_time": "2026-11-02", "limit": 501}, "19"),
    ("/reverse/getreverseordersforseller", {"page_no": 1}, "MissingParameter"),
    ("/review/seller/history/list", {"item_id": 1, "start_time": 1791000000000, "end_time": 1791700000001, "current": 1},
     "IllegalParameter"),
    ("/review/seller/list/v2", {"id_list": str(list(range(11)))}, "IllegalParameter"), ("/nothing/here", {}, "InvalidApiPath"),
    ("/product/stock/sellable/update", {"payload": "<Request>"}, "1003"),
])
def test_what_lazada_would_refuse_is_refused_with_its_code(lazada, path, parameters, code):
    assert lazada.call(path, **parameters)["code"] == code


def test_unknown_query_names_are_ignored_but_signed(lazada):
    assert lazada.call("/seller/get", nobody_knows="this")["code"] == "0"


def test_pages_of_orders_show_each_visible_order_once_and_agree_with_the_truth(sandbox, lazada):
    shown, total = [], None
    while total is None or len(shown) < total:
        data = lazada.call(
            "/orders/get", update_after=SINCE, sort_by="updated_at", sort_direction="ASC", limit=40, offset=len(shown),
        )["data"]
        total, shown = data["countTotal"], shown + data["orders"]
        assert data["count"] == len(data["orders"]) <= 40
    times = [order["updated_at"] for order in shown]
    assert times == sorted(times)
    truth = {row["order_id"]: row for row in sandbox.get("/truth/orders", shop=SHOP) if row["source_updated_at"] >= "2026-10-16T16:00:00"}
    assert {str(order["order_id"]) for order in shown} == set(truth)
    for order in shown:
        row = truth[str(order["order_id"])]
        paid = Decimal(order["price"]) - Decimal(order["voucher"]) + Decimal(order["shipping_fee"])
        assert paid * 100 == row["total_minor"] and order["items_count"] == row["unit_count"]
        assert datetime.fromisoformat(order["created_at"]).astimezone(UTC).isoformat() == row["placed_at"]
        assert ",".join(order["statuses"]) == row["status_raw"]


def test_items_of_fifty_orders_are_one_row_a_unit_and_sum_to_the_header(lazada):
    orders = lazada.call("/orders/get", created_after=SINCE, limit=50)["data"]["orders"]
    wanted = json.dumps([order["order_id"] for order in orders])
    groups = {group["order_id"]: group["order_items"] for group in lazada.call("/orders/items/get", order_ids=wanted)["data"]}
    for order in orders:
        rows = groups[order["order_id"]]
        assert len(rows) == order["items_count"]
        assert sum(Decimal(str(row["item_price"])) for row in rows) == Decimal(order["price"])
        assert sum(Decimal(str(row["voucher_amount"])) for row in rows) == Decimal(order["voucher"])
        assert {row["currency"] for row in rows} == {"SGD"}


def test_dong_have_no_minor_unit_but_lazada_writes_two_places_and_whole_refunds(sandbox):
    shop = sandbox.lazada(OTHER)
    truth = {row["order_id"]: row for row in sandbox.get("/truth/orders", shop=OTHER)}
    order = shop.call("/orders/get", created_after=SINCE, limit=1)["data"]["orders"][0]
    assert order["price"].endswith(".00") and Decimal(order["price"]) == truth[str(order["order_id"])]["items_minor"]
    asked = shop.call("/reverse/getreverseordersforseller", page_no=1, page_size=50)["result"]["items"]
    lines = {str(line["reverse_order_line_id"]): line for item in asked for line in item["reverse_order_lines"]}
    returns = sandbox.get("/truth/returns", shop=OTHER)
    assert returns and all(lines[row["return_line_id"]]["refund_amount"] == row["refund_minor"] for row in returns)


def test_a_parcel_tells_when_it_left_and_arrived(sandbox, lazada):
    row = next(row for row in sandbox.get("/truth/shipments", shop=SHOP) if row["delivered_at"])
    module = lazada.call("/logistic/order/trace", order_id=row["order_id"], locale="en")["result"]["module"]
    package = next(each for each in module[0]["package_detail_info_list"] if each["ofc_package_id"] == row["shipment_id"])
    times = {each["detail_type"]: datetime.fromtimestamp(each["event_time"] / 1000, UTC) for each in package["logistic_detail_info_list"]}
    assert times["shipped"].isoformat() == row["shipped_at"] and times["delivered"].isoformat() == row["delivered_at"]
    unknown = lazada.call("/logistic/order/trace", order_id=5)["result"]
    assert unknown["success"] is False and unknown["module"] == []


def test_the_ledger_and_the_statements_agree(sandbox, lazada):
    rows = []
    while True:
        bounds = {"start_time": "2026-10-17", "end_time": "2026-11-16", "limit": 500, "offset": len(rows)}
        page = lazada.call("/finance/transaction/details/get", **bounds)["data"]
        rows += page
        if len(page) < 500:
            break
    truth = sandbox.get("/truth/ledger_entries", shop=SHOP)
    assert sorted(Decimal(row["amount"]) * 100 for row in rows) == sorted(row["amount_minor"] for row in truth)
    statement = sandbox.lazada(SHOP).call("/finance/payout/status/get", created_after="2026-10-17")["data"][-1]
    booked = [Decimal(row["amount"]) for row in rows if row["statement"] == "9 Nov 2026 - 15 Nov 2026"]
    assert sum(booked) == Decimal(statement["closing_balance"]) and statement["payout"] == f"{statement['closing_balance']} SGD"


def test_products_show_variants_prices_and_stock(sandbox, lazada):
    data = lazada.call("/products/get", filter="all", limit=50, options=1)["data"]
    skus = {str(sku["SkuId"]): sku for product in data["products"] for sku in product["skus"]}
    truth = sandbox.get("/truth/listings", shop=SHOP)
    assert set(skus) == {row["listing_id"] for row in truth} and data["total_products"] == len(data["products"])
    assert any(len(product["skus"]) > 1 for product in data["products"])
    held = {row["sku"]: row for row in sandbox.get("/truth/inventory", shop=SHOP)}
    for sku in skus.values():
        assert sku["Available"] == held[sku["SellerSku"]]["sellable_quantity"]
        for place in sku.get("multiWarehouseInventories", ()):
            assert place["sellableQuantity"] + place["occupyQuantity"] + place["withholdQuantity"] == place["totalQuantity"]
    live = lazada.call("/products/get", filter="live", limit=50)["data"]["products"]
    assert {product["status"] for product in live} == {"Active"} and len(live) < len(data["products"])
    one = lazada.call("/products/get", sku_seller_list=json.dumps(["LM #1/blk & co"]))["data"]
    assert one["total_products"] == 1


def test_a_write_with_one_wrong_row_takes_the_others_and_names_it(start):
    sandbox = start("--marketplaces", "lazada")
    lazada = sandbox.lazada(SHOP)
    rows = [row for row in sandbox.get("/truth/listings", shop=SHOP) if row["status"] == "active" and "&" not in row["sku"]][:2]
    skus = "".join(
        f"<Sku><ItemId>{row['product_id']}</ItemId><SkuId>{number}</SkuId><SellerSku>{row['sku']}</SellerSku>"
        "<SellableQuantity>901</SellableQuantity></Sku>" for row, number in zip(rows, (rows[0]["listing_id"], "1"), strict=True)
    )
    payload = f"<Request><Product><Skus>{skus}</Skus></Product></Request>"
    answer = lazada.call("/product/stock/sellable/update", method="POST", payload=payload)
    assert answer["code"] == "501" and [each["seller_sku"] for each in answer["detail"]] == [rows[1]["sku"]]
    sandbox.post("/clock", {"advance_seconds": 150})
    stock = {row["sku"]: row["sellable_quantity"] for row in sandbox.get("/truth/inventory", shop=SHOP)}
    assert stock[rows[0]["sku"]] == 901 != stock[rows[1]["sku"]]


def test_lazadas_own_python_client_reads_orders(start, tmp_path):
    """lazop-sdk signs by the machine's clock and writes logs to HOME: a horizon of now, and a home of its own."""
    horizon = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    sandbox = start("--marketplaces", "lazada", "--horizon", horizon.isoformat())
    shop = sandbox.told["marketplaces"]["lazada"]["shops"][SHOP]
    script = textwrap.dedent("""
        import json, sys
        from lazop_sdk import LazopClient, LazopRequest
        shop, since = json.loads(sys.argv[1]), sys.argv[2]
        secrets = shop["credentials"]
        client = LazopClient(shop["base_url"], secrets["app_key"], secrets["app_secret"])
        request = LazopRequest("/orders/get", "GET")
        for name, value in {"update_after": since, "limit": "100", "sort_by": "updated_at", "sort_direction": "ASC"}.items():
            request.add_api_param(name, value)
        answer = client.execute(request, secrets["access_token"])
        items = LazopRequest("/orders/items/get", "GET")
        items.add_api_param("order_ids", json.dumps([order["order_id"] for order in answer.body["data"]["orders"][:50]]))
        rows = client.execute(items, secrets["access_token"]).body["data"]
        auth = LazopClient(shop["auth_url"], secrets["app_key"], secrets["app_secret"])
        refresh = LazopRequest("/auth/token/refresh")
        refresh.add_api_param("refresh_token", secrets["refresh_token"])
        token = auth.execute(refresh).body
        print(json.dumps({"code": answer.code, "total": answer.body["data"]["countTotal"], "items": len(rows), "token": token["code"]}))
    """)
    since = (horizon - timedelta(days=30)).isoformat()
    command = [sys.executable, "-c", script, json.dumps(shop), since]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env={**os.environ, "HOME": str(tmp_path)})
    read = json.loads(done.stdout)
    assert read == {"code": "0", "total": len(sandbox.get("/truth/orders", shop=SHOP)), "items": 50, "token": "0"}
