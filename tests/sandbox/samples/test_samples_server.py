"""The vendors' published samples: byte for byte, every one once, and no end that is not one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from sandbox.samples.raw import cut

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[4] / "shared" / "specs"))
needs_specs = pytest.mark.skipif(not SPECS.is_dir(), reason="the vendors' description files do not lie beside (DAIYUN_SPECS)")


def test_a_cut_keeps_spaces_and_numbers_as_published():
    text = '{"a": [1, {"b" : {"x":  1.50, "y": "ü,}"} , "c": null}]}'
    assert cut(text, ("a", 1, "b")) == '{"x":  1.50, "y": "ü,}"}'
    assert cut(text, ("a", 1, "c")) == "null"
    with pytest.raises(KeyError):
        cut(text, ("a", 2))


@pytest.fixture(scope="module")
def told():
    """The line of a running ``python -m sandbox samples``."""
    command = [sys.executable, "-m", "sandbox", "samples", "--dir", str(SPECS), "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3], text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()


def _get(address, **params):
    return requests.get(address, params=params, timeout=10)


@needs_specs
def test_the_line_names_clients_shops_sites_and_credentials(told):
    shops = {name: shop for market in told["marketplaces"].values() for name, shop in market["shops"].items()}
    assert {shop["client"] for shop in shops.values()} == {"samples_amazon", "samples_lazada"} == set(told["clients"])
    assert told["client_settings"]["samples_lazada"] == {"language": "zh", "currency": "EUR"}
    assert all(shop["sites"] and shop["credentials"] and shop["account"]["seller_id"] for shop in shops.values())
    assert shops["samples_amazon_1"]["sites"][0] == "JP" and shops["samples_lazada_1"]["sites"] == ["SG"]
    assert _get(told["clock"]).json()["speed"] == 1


@needs_specs
def test_every_order_sample_is_served_once_over_the_shops_as_published(told):
    published = (SPECS / "amazon" / "orders_2026-01-01.json").read_text(encoding="utf-8")
    shops = told["marketplaces"]["amazon"]["shops"]
    bodies = [_get(f"{shop['base_url']}/orders/2026-01-01/orders", lastUpdatedAfter="2020-01-01T00:00:00Z").text for shop in shops.values()]
    assert len(set(bodies)) == len(bodies) == 4 and all(body in published for body in bodies)
    expected = _get(told["expected"]).json()
    served = [order["orderId"] for body in bodies for order in json.loads(body)["orders"]]
    assert served == [number for name in shops for number in expected[name]["orders"]]


@needs_specs
@pytest.mark.parametrize(("path", "token", "records"), [
    ("/orders/2026-01-01/orders", "paginationToken", ("orders",)), ("/listings/2021-08-01/items/A", "pageToken", ("items",)),
    ("/finances/2024-06-19/transactions", "nextToken", ("payload", "transactions")),
    ("/finances/transfers/2024-06-01/payouts", "nextToken", ("payouts",)),
])
def test_a_continued_page_is_the_empty_last_one(told, path, token, records):
    base = told["marketplaces"]["amazon"]["base_url"]
    first, last = _get(f"{base}{path}").json(), _get(f"{base}{path}", **{token: "x"}).json()
    for name in records:
        first, last = first[name], last[name]
    assert first and last == []


@needs_specs
def test_a_report_of_a_days_visitors_is_of_that_day_and_site_and_tells_of_nobody(told):
    shop = next(iter(told["marketplaces"]["amazon"]["shops"].values()))
    reports, day = f"{shop['base_url']}/reports/2021-06-30", "2026-11-12T00:00:00Z"
    wanted = {"reportType": "GET_SALES_AND_TRAFFIC_REPORT", "marketplaceIds": ["ATVPDKIKX0DER"], "dataStartTime": day, "dataEndTime": day}
    number = requests.post(f"{reports}/reports", json=wanted, timeout=10).json()["reportId"]
    document = _get(_get(f"{reports}/documents/{_get(f'{reports}/reports/{number}').json()['reportDocumentId']}").json()["url"]).json()
    assert document["salesAndTrafficByDate"] == document["salesAndTrafficByAsin"] == []
    told = document["reportSpecification"]
    assert (told["dataStartTime"], told["dataEndTime"], told["marketplaceIds"]) == ("2026-11-12", "2026-11-12", ["ATVPDKIKX0DER"])


@needs_specs
def test_the_listings_reports_name_exactly_the_samples_skus(told):
    expected = _get(told["expected"]).json()
    ids = {"US": "ATVPDKIKX0DER", "CA": "A2EUQ1WTGCTBG2", "JP": "A1VC38T7YXB528", "GB": "A1F83G8C2ARO7P", "BR": "A2Q3Y263D00KWC"}
    for name, shop in told["marketplaces"]["amazon"]["shops"].items():
        named = set()
        for site in shop["sites"]:
            wanted = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [ids[site]]}
            reports = f"{shop['base_url']}/reports/2021-06-30"
            number = requests.post(f"{reports}/reports", json=wanted, timeout=10).json()["reportId"]
            document = _get(f"{reports}/documents/{_get(f'{reports}/reports/{number}').json()['reportDocumentId']}").json()
            header, *lines = _get(document["url"]).text.splitlines()
            assert header.split("\t")[0] == "seller-sku"
            named |= {line.split("\t")[0] for line in lines}
        assert named == set(expected[name]["listings"]) != set()


@needs_specs
def test_lazadas_samples_are_served_as_published_and_end(told):
    base = told["marketplaces"]["lazada"]["base_url"]
    published = SPECS / "lazada" / "examples"
    for call, file in {
        "orders/get": "orders.get", "order/items/get": "order.items.get", "orders/items/get": "order.items.get",
        "products/get": "products.get", "logistic/order/trace": "logistic.order.trace",
        "reverse/getreverseordersforseller": "reverse.getreverseordersforseller", "review/seller/list/v2": "review.seller.list.v2",
        "finance/transaction/details/get": "finance.transaction.details.get",
    }.items():
        assert _get(f"{base}/{call}").content == (published / f"{file}_resp.json").read_bytes()
    assert _get(f"{base}/orders/get", offset=1).json()["data"] == {"count": "10", "countTotal": "500", "orders": []}
    assert _get(f"{base}/reverse/getreverseordersforseller", page_no=2).json()["result"]["items"] == []
    assert _get(f"{base}/finance/transaction/details/get", offset=500).json()["data"] == []
    assert _get(f"{base}/products/get", offset=1).json()["data"]["products"] == []
    assert _get(f"{base}/nothing/get").json()["code"] == "InvalidApiPath"
    assert _get(told["expected"]).json()["samples_lazada_1"]["orders"] == ["491253082180001"]


@needs_specs
def test_any_well_formed_login_is_taken_and_no_other(told):
    amazon, lazada = (told["marketplaces"][name]["auth_url"] for name in ("amazon", "lazada"))
    assert requests.post(f"{amazon}/auth/o2/token", data={"grant_type": "refresh_token"}, timeout=10).json()["access_token"]
    assert requests.post(f"{amazon}/auth/o2/token", data={}, timeout=10).status_code == 400
    answer = requests.post(f"{lazada}/auth/token/refresh", data={"app_key": "1", "refresh_token": "x"}, timeout=10).json()
    assert answer["code"] == "0" and answer["access_token"] and answer["country_user_info"][0]["country"] == "sg"
    assert requests.post(f"{lazada}/auth/token/refresh", data={}, timeout=10).json()["code"] == "MissingParameter"


def test_a_folder_without_samples_is_refused(tmp_path):
    command = [sys.executable, "-m", "sandbox", "samples", "--dir", str(tmp_path)]
    ended = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2 and "no samples" in ended.stderr
