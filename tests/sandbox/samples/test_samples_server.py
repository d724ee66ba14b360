"""The vendors' published samples: byte for byte, every one once, and no end that is not one."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import requests

from sandbox.samples.raw import cut


def test_a_cut_keeps_spaces_and_numbers_as_published():
    text = '{"a": [1, {"b" : {"x":  1.50, "y": "ü,}"} , "c": null}]}'
    assert cut(text, ("a", 1, "b")) == '{"x":  1.50, "y": "ü,}"}'
    assert cut(text, ("a", 1, "c")) == "null"
    with pytest.raises(KeyError):
        cut(text, ("a", 2))


def test_the_line_names_clients_shops_sites_and_credentials(told):
    shops = {name: shop for market in told["marketplaces"].values() for name, shop in market["shops"].items()}
    assert set(told["marketplaces"]) == {"amazon", "lazada", "aliexpress", "woocommerce", "dhl"}
    assert {shop["client"] for shop in shops.values()} == set(told["clients"]) == set(told["client_settings"])
    assert told["client_settings"]["samples_lazada"] == {"language": "zh", "currency": "EUR"}
    assert all(shop["sites"] and shop["credentials"] and shop["account"]["seller_id"] for shop in shops.values())
    assert shops["samples_amazon_1"]["sites"][0] == "JP" and shops["samples_lazada_1"]["sites"] == ["SG"]
    assert requests.get(told["clock"], timeout=10).json()["speed"] == 1


def test_the_night_is_the_monday_after_the_newest_recording_and_the_clock_stands_behind_it(told, ask):
    night = datetime.fromisoformat(told["night"])
    assert night.isoformat() == "2026-11-30T03:00:00+00:00" and ask.now() > night
    newest = max(datetime.fromisoformat(f"{order['date_modified_gmt']}+00:00") for order in ask.woocommerce("/orders").json())
    assert newest < night and night.weekday() == 0


def test_every_order_sample_is_served_once_over_the_shops_as_published(told, ask, specs):
    published = (specs / "amazon" / "orders_2026-01-01.json").read_text(encoding="utf-8")
    shops = told["marketplaces"]["amazon"]["shops"]
    bodies = [ask.amazon("/orders/2026-01-01/orders", shop, lastUpdatedAfter="2020-01-01T00:00:00Z").text for shop in shops]
    assert len(set(bodies)) == len(bodies) == 4 and all(body in published for body in bodies)
    served = [order["orderId"] for body in bodies for order in json.loads(body)["orders"]]
    assert served == [number for name in shops for number in ask.expected(name)["orders"]]


@pytest.mark.parametrize(("path", "token", "records"), [
    ("/orders/2026-01-01/orders", "paginationToken", ("orders",)), ("/listings/2021-08-01/items/A", "pageToken", ("items",)),
    ("/finances/2024-06-19/transactions", "nextToken", ("payload", "transactions")),
    ("/finances/transfers/2024-06-01/payouts", "nextToken", ("payouts",)),
])
def test_a_continued_page_is_the_empty_last_one(ask, path, token, records):
    first, last = ask.amazon(path).json(), ask.amazon(path, **{token: "x"}).json()
    for name in records:
        first, last = first[name], last[name]
    assert first and last == []


def test_the_listings_reports_name_exactly_the_samples_skus(told, ask):
    ids = {"US": "ATVPDKIKX0DER", "CA": "A2EUQ1WTGCTBG2", "JP": "A1VC38T7YXB528", "GB": "A1F83G8C2ARO7P", "BR": "A2Q3Y263D00KWC"}
    for name, shop in told["marketplaces"]["amazon"]["shops"].items():
        named = set()
        for site in shop["sites"]:
            wanted = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [ids[site]]}
            reports = "/reports/2021-06-30"
            number = ask.amazon(f"{reports}/reports", name, body=wanted).json()["reportId"]
            document = ask.amazon(f"{reports}/reports/{number}", name).json()["reportDocumentId"]
            address = ask.amazon(f"{reports}/documents/{document}", name).json()["url"]
            header, *lines = requests.get(address, timeout=10).text.splitlines()
            assert header.split("\t")[0] == "seller-sku"
            named |= {line.split("\t")[0] for line in lines}
        assert named == set(ask.expected(name)["listings"]) != set()


def test_lazadas_samples_are_served_as_published_and_end(ask, specs):
    published = specs / "lazada" / "examples"
    for call, file in {
        "orders/get": "orders.get", "order/items/get": "order.items.get", "orders/items/get": "order.items.get",
        "products/get": "products.get", "logistic/order/trace": "logistic.order.trace",
        "reverse/getreverseordersforseller": "reverse.getreverseordersforseller", "review/seller/list/v2": "review.seller.list.v2",
        "finance/transaction/details/get": "finance.transaction.details.get",
    }.items():
        assert ask.lazada(f"/{call}").content == (published / f"{file}_resp.json").read_bytes()
    assert ask.lazada("/orders/get", offset=1).json()["data"] == {"count": "10", "countTotal": "500", "orders": []}
    assert ask.lazada("/reverse/getreverseordersforseller", page_no=2).json()["result"]["items"] == []
    assert ask.lazada("/finance/transaction/details/get", offset=500).json()["data"] == []
    assert ask.lazada("/products/get", offset=1).json()["data"]["products"] == []
    assert ask.lazada("/nothing/get").json()["code"] == "InvalidApiPath"
    assert ask.expected("samples_lazada_1")["orders"] == ["491253082180001"]


def test_amazons_door_admits_its_own_sellers_tokens_alone(ask):
    here = ask.shop("samples_amazon_1")
    refused = requests.post(f"{here['auth_url']}/auth/o2/token", data={"grant_type": "refresh_token", **here["credentials"],
                                                                      "refresh_token": "Atzr|x"}, timeout=10)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert requests.post(f"{here['auth_url']}/auth/o2/token", data={}, timeout=10).status_code == 400
    orders = "/orders/2026-01-01/orders"
    assert ask.amazon(orders).status_code == 200
    others = ask._amazon_token("samples_amazon_2")
    for token in ("", "Atza|samples", others):
        answer = ask.amazon(orders, token=token)
        assert answer.status_code == 403 and answer.json()["errors"][0]["code"] == "Unauthorized", token
    assert ask.amazon("/reports/2021-06-30/reports", token="Atza|x", body={"reportType": "x"}).status_code == 403


def test_lazadas_door_judges_signature_token_and_country(ask):
    assert ask.lazada("/orders/get", spoil={"sign": "0" * 64}).json()["code"] == "IncompleteSignature"
    assert ask.lazada("/orders/get", spoil={"app_key": "1"}).json()["code"] == "InvalidAppKey"
    assert ask.lazada("/orders/get", access_token="x").json()["code"] == "IllegalAccessToken"
    assert ask.lazada("/orders/get", country="my").json()["code"] == "InsufficientPermission"
    here = ask.shop("samples_lazada_1")
    assert requests.get(f"{here['base_url']}/orders/get", timeout=10).json()["code"] == "MissingParameter"
    assert requests.post(f"{here['auth_url']}/auth/token/refresh", data={}, timeout=10).json()["code"] == "MissingParameter"


def test_aliexpresss_door_judges_signature_token_and_app(ask):
    profile = "aliexpress.solution.merchant.profile.get"
    assert ask.aliexpress(profile).json()["aliexpress_solution_merchant_profile_get_response"]["shop_id"] == 1234321
    assert ask.aliexpress(profile, spoil={"sign": "0" * 64}).json()["error_response"]["code"] == "IncompleteSignature"
    assert ask.aliexpress(profile, spoil={"app_key": "1"}).json()["error_response"]["code"] == "InvalidAppKey"
    assert ask.aliexpress(profile, session="x").json()["error_response"]["code"] == "IllegalAccessToken"
    assert ask.aliexpress("aliexpress.solution.nothing.get").json()["error_response"]["code"] == "InvalidApiPath"


def test_a_folder_without_samples_is_refused(tmp_path):
    command = [sys.executable, "-m", "sandbox", "samples", "--dir", str(tmp_path)]
    ended = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2 and "no samples" in ended.stderr
