"""The sandbox as a process: announcement, clock, horizon, stock, state, faults, end."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from defusedxml import ElementTree

from sandbox.world.cast import OPEN, SHOPS

LAZADA = ("--marketplaces", "lazada")
SHOP = "lumora_lazada_sg"


def test_it_announces_every_shop_of_every_open_marketplace_with_credentials(start):
    told = start().told
    assert set(told) >= {"truth", "clock", "marketplaces", "ecb", "fx_other", "masters"}
    shops = {name: shop for market in told["marketplaces"].values() for name, shop in market["shops"].items()}
    assert set(told["marketplaces"]) == set(OPEN) and set(SHOPS) <= set(shops)
    assert set(told["marketplaces"]["lazada"]["credentials"]) == {"app_key", "app_secret", "refresh_token", "access_token", "expires_at"}
    assert set(told["marketplaces"]["amazon"]["credentials"]) == {"client_id", "client_secret", "refresh_token"}
    assert all(shop["account"]["seller_id"] and shop["base_url"] and shop["auth_url"] for shop in shops.values())


def test_two_processes_with_the_same_seed_tell_the_same(start):
    one, two, other = start(*LAZADA), start(*LAZADA), start(*LAZADA, "--seed", 2)
    secrets = [each.told["marketplaces"]["lazada"]["credentials"]["app_secret"] for each in (one, two, other)]
    assert secrets[0] == secrets[1] != secrets[2]
    for table in one.get("/truth"):
        assert one.get(f"/truth/{table}") == two.get(f"/truth/{table}"), table
    assert one.get("/truth/orders") != other.get("/truth/orders")
    page = [each.lazada(SHOP).call("/orders/get", created_after="2026-10-17T00:00:00+08:00")["data"] for each in (one, two)]
    assert page[0] == page[1]


def test_the_clock_starts_ten_minutes_after_the_horizon_and_runs_at_its_speed(start):
    sandbox = start(*LAZADA, "--speed", 600)
    first = sandbox.get("/clock")
    assert datetime.fromisoformat(first["now"]) >= datetime.fromisoformat(first["horizon"]) + timedelta(minutes=10)
    before = sandbox.now()
    sandbox.post("/clock", {"advance_seconds": 3600})
    assert sandbox.now() - before >= timedelta(hours=1)
    assert sandbox.post("/clock", {"advance_seconds": -5}).status_code == 400
    assert sandbox.post("/horizon", {"until": "2026-11-01T00:00:00Z"}).status_code == 400


def test_a_later_horizon_shows_new_orders_and_changes_old_ones(start):
    sandbox = start(*LAZADA)
    before = {row["order_id"]: row for row in sandbox.get("/truth/orders")}
    assert sandbox.post("/horizon", {"until": "2026-11-17T03:00:00+00:00"}).json()["now"] >= "2026-11-17T03:10:00+00:00"
    after = {row["order_id"]: row for row in sandbox.get("/truth/orders")}
    assert set(before) < set(after)
    changed = [key for key in before if before[key] != after[key]]
    assert changed and all("2026-11-16T03:00:00" <= after[key]["source_updated_at"] < "2026-11-17T03:00:00" for key in changed)
    assert "shipped" in {before[key]["status"] for key in changed} and "delivered" in {after[key]["status"] for key in changed}


def test_a_stock_write_takes_effect_later_and_outlives_the_process(start, tmp_path):
    options = (*LAZADA, "--state", tmp_path / "state.jsonl")
    sandbox = start(*options)
    row = _a_row(sandbox)
    assert _write(sandbox, row, 77)["code"] == "0"
    assert _stock(sandbox, row) == row["sellable_quantity"]
    sandbox.post("/clock", {"advance_seconds": 150})
    assert _stock(sandbox, row) == 77
    last = sandbox.now()
    assert sandbox.end() == 0
    again = start(*options)
    assert again.now() >= last and _stock(again, row) == 77
    again.process.kill()  # no chance to say goodbye
    again.process.wait()
    third = start(*options)
    assert third.now() >= last and _stock(third, row) == 77


def test_the_horizon_and_later_sales_outlive_the_process(start, tmp_path):
    options = (*LAZADA, "--state", tmp_path / "state.jsonl")
    first = start(*options)
    first.post("/horizon", {"until": "2026-11-19T03:00:00Z"})
    told = first.get("/truth/inventory")
    first.end()
    again = start(*options)
    assert again.get("/clock")["horizon"] == "2026-11-19T03:00:00+00:00" and again.get("/truth/inventory") == told
    assert told != start(*LAZADA).get("/truth/inventory")  # three days of sales


def test_the_state_of_another_world_is_refused_with_a_reason(start, tmp_path):
    state = tmp_path / "state.jsonl"
    start(*LAZADA, "--state", state).end()
    command = [sys.executable, "-m", "sandbox", "serve", "--seed", "9", "--state", str(state)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2 and "another world" in ended.stderr and "Traceback" not in ended.stderr


def test_rates_and_masters_are_served_as_files(start):
    sandbox = start(*LAZADA)
    document = ElementTree.fromstring(requests.get(sandbox.told["ecb"], timeout=10).content)
    space = {"e": "http://www.ecb.int/vocabulary/2002-08-01/eurofxref"}
    days = [cube.get("time") for cube in document.findall("./e:Cube/e:Cube", space)]
    assert days == sorted(days, reverse=True) and days[0] == "2026-11-13"
    assert all(each.get("currency") != "VND" for each in document.iter())
    assert requests.get(sandbox.told["fx_other"], timeout=10).text.startswith("source,rate_date,currency,rate_per_eur\nSBV,")
    dropped = requests.get(f"{sandbox.told['masters']}/teahaus.csv", timeout=10)
    counted = parsedate_to_datetime(dropped.headers["Last-Modified"])
    assert counted == datetime.fromisoformat(sandbox.get("/clock")["horizon"])
    master = dropped.text.splitlines()
    assert master[0] == "sku,on_hand" and "TH/茶 #8 & cup" in {line.rpartition(",")[0] for line in master}
    assert requests.get(f"{sandbox.told['masters']}/nobody.csv", timeout=10).status_code == 404


def test_truth_can_be_asked_for_one_client_or_shop(start):
    sandbox = start(*LAZADA)
    assert {row["client"] for row in sandbox.get("/truth/listings", client="teahaus")} == {"teahaus"}
    assert {row["shop"] for row in sandbox.get("/truth/orders", shop=SHOP)} == {SHOP}
    stages = {row["stage"] for row in sandbox.get("/truth/stage_events")}
    assert stages == {"listed", "ordered", "paid", "shipped", "delivered", "after_sales"}
    assert requests.get(f"{sandbox.told['truth']}/nothing", timeout=10).status_code == 404


def test_a_hostile_sandbox_breaks_some_answers_the_same_way_each_time_and_patience_wins(start):
    shapes = []
    for _ in range(2):
        sandbox = start(*LAZADA, "--faults", "hostile", "--seed", 3)
        shapes.append([_shape(sandbox) for _ in range(60)])
    assert shapes[0] == shapes[1]
    assert len(set(shapes[0])) >= 4 and shapes[0].count("0") > 30
    assert sum(sandbox.get("/stats")["faults"].values()) > 0


def _shape(sandbox) -> str:
    """What one call for the seller comes to: a code, ``html`` or ``cut``."""
    shop = sandbox.told["marketplaces"]["lazada"]["shops"][SHOP]
    caller = sandbox.lazada(SHOP)
    sandbox.post("/clock", {"advance_seconds": 1})
    try:
        reply = requests.get(f"{shop['base_url']}/seller/get", params=caller.signed("/seller/get", {}), timeout=0.7)
        code = "html" if "html" in reply.headers["content-type"] else reply.json()["code"]
        if code == "IllegalAccessToken":
            shop["credentials"]["access_token"] = _new_token(caller)
        return code
    except requests.Timeout:
        return "timeout"
    except ValueError:
        return "cut"


def _new_token(caller) -> str:
    path = "/auth/token/refresh"
    for _ in range(5):  # the token service has bad moments too
        parameters = caller.signed(path, {"refresh_token": caller.told["credentials"]["refresh_token"]})
        try:
            return requests.post(f"{caller.told['auth_url']}{path}", data=parameters, timeout=0.7).json()["access_token"]
        except (requests.Timeout, ValueError, KeyError):
            continue
    raise AssertionError("no token in five tries")


def _a_row(sandbox) -> dict:
    """An active listing that holds awkward characters, with its stock."""
    listing = next(row for row in sandbox.get("/truth/listings", shop=SHOP) if row["sku"] == "LM #1/blk & co")
    stock = next(row for row in sandbox.get("/truth/inventory", shop=SHOP) if row["sku"] == listing["sku"])
    return {**listing, **stock}


def _stock(sandbox, row: dict) -> int:
    item = sandbox.lazada(SHOP).call("/product/item/get", item_id=row["product_id"])["data"]
    shown = next(sku["Available"] for sku in item["skus"] if str(sku["SkuId"]) == row["listing_id"])
    told = next(each for each in sandbox.get("/truth/inventory", shop=SHOP) if each["sku"] == row["sku"])
    assert told["sellable_quantity"] == shown
    return shown


def _write(sandbox, row: dict, quantity: int) -> dict:
    payload = (
        f"<Request><Product><Skus><Sku><ItemId>{row['product_id']}</ItemId><SkuId>{row['listing_id']}</SkuId>"
        f"<SellerSku>{row['sku'].replace('&', '&amp;')}</SellerSku>"
        f"<SellableQuantity>{quantity}</SellableQuantity></Sku></Skus></Product></Request>"
    )
    return sandbox.lazada(SHOP).call("/product/stock/sellable/update", method="POST", payload=payload)


def test_a_hostile_sandbox_sometimes_shows_a_walks_page_again_but_never_another_walks(start):
    sandbox = start(*LAZADA, "--faults", "hostile", "--seed", 5)
    orders = {row["order_id"] for row in sandbox.get("/truth/orders", shop=SHOP)}
    before, repeated = None, 0
    for turn in range(120):
        bounds = {"update_after": "2026-10-16T11:00:00+08:00", "sort_by": "updated_at", "sort_direction": "ASC", "limit": 5}
        page = _patiently(sandbox, "/orders/get", **bounds, offset=turn % 20 * 5)
        ids = [str(order["order_id"]) for order in page["data"]["orders"]]
        assert set(ids) <= orders
        repeated += ids == before and turn % 20 > 0
        before = ids
    assert 0 < repeated < 40


def _patiently(sandbox, path: str, **business: object) -> dict:
    """The first whole answer with code 0."""
    caller = sandbox.lazada(SHOP)
    for _ in range(20):
        sandbox.post("/clock", {"advance_seconds": 1})
        try:
            answer = requests.get(f"{caller.told['base_url']}{path}", params=caller.signed(path, business), timeout=0.7).json()
        except (requests.Timeout, ValueError):
            continue
        if answer["code"] == "IllegalAccessToken":
            caller.told["credentials"]["access_token"] = _new_token(caller)
        elif answer["code"] == "0":
            return answer
    raise AssertionError(f"{path} never answered")
