"""The sandbox's PayPal: as strict as the real one; and the connector against it, account by account, equal to the truth."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pandas as pd
import pytest
import requests
import uvicorn

from connectors.contract import Credentials, Services, Shop, Window
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.paypal import connect, tracking, words
from connectors.writes import ShipmentNotice
from pipeline.demo.truth import compare
from sandbox import paypal_ids
from sandbox.house import Settings, open_house
from sandbox.paypal import answer_money, ids
from sandbox.server import application, open_markets
from sandbox.woocommerce import ids as store_ids
from transforms.payments import join_payments
from transforms.tables import CANONICAL, ORDERS

SPECS = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).parents[3] / "shared" / "specs")) / "paypal"
needs_specs = pytest.mark.skipif(not SPECS.is_dir(), reason="PayPal's description files do not lie beside (DAIYUN_SPECS)")
PREFIXES = {"lumora_paypal": "LS-", "northpeak_paypal": "WC-", "kiln_paypal": ""}
STORE = "northpeak_woocommerce"


class Desk:
    """A PayPal in a thread, its house beside it."""

    def __init__(self, house, base):
        self.house, self.base = house, f"{base}/paypal"
        self.market, self.tokens = open_markets(house, ["paypal"])["paypal"], {}

    def token(self, account):
        secrets = self.market.credentials(account)
        pair = base64.b64encode(f"{secrets['client_id']}:{secrets['client_secret']}".encode()).decode()
        headers, form = {"Authorization": f"Basic {pair}"}, {"grant_type": "client_credentials"}
        return requests.post(f"{self.base}/v1/oauth2/token", data=form, headers=headers, timeout=30).json()["access_token"]

    def get(self, account, path, **query):
        if account not in self.tokens:
            self.tokens[account] = self.token(account)
        headers = {"Authorization": f"Bearer {self.tokens[account]}"}
        return requests.get(f"{self.base}{path}", params=query, headers=headers, timeout=30)

    def connector(self, account):
        clock = self.house.clock
        night = SimpleNamespace(now=clock.now, sleep=clock.advance)
        patience = {"patience_seconds": 7200.0, "answer_seconds": 1.5}
        services = Services(night, MemoryLimiter(night), MemoryTokens(), pseudonym=lambda text: f"key of {text}", **patience)
        cast = ids.ACCOUNTS[account]
        shop = Shop(cast.client, account, "paypal", cast.sites, {"invoice_prefix": PREFIXES[account]})
        return connect(shop, Credentials(self.base, self.base, dict(self.market.credentials(account))), services)

    def frames(self, account, entity, days=40):
        """Everything the connector reads of the last days, mapped."""
        opened, now = self.connector(account), self.house.clock.now()
        end = min(self.house.clock.horizon, now - opened.endpoints[entity].lag)
        pages = list(opened.read(entity, Window(end - timedelta(days=days), end)))
        found = opened.map(entity, pages)
        assert opened.record_ids(entity, pages) == list(dict.fromkeys(found[opened.endpoints[entity].tables[0]][f"{entity[:-1]}_id"]))
        return found

    def mismatches(self, account, entity):
        """Rows that differ from the truth, by table."""
        wrong = {}
        for table, frame in self.frames(account, entity).items():
            assert frame["fault"].isna().all()
            rows = [{name: None if value is None or value != value else value for name, value in row.items()}
                    for row in frame.astype(object).to_dict("records")]
            truth = [row for row in self.market.truth(table) if row["shop"] == account]
            found = compare(CANONICAL[table], truth, rows)
            if found.mismatches or len(rows) < len(truth):
                wrong[table] = found.examples
        return wrong


@contextlib.contextmanager
def serving(**settings):
    house = open_house(Settings(**{"seed": 3, "days": 14, "orders_per_day": 12, **settings}))
    desk = Desk(house, "")
    app = application(house, {"paypal": desk.market}, stall_seconds=2.0)
    config = uvicorn.Config(app, port=0, log_level="warning", date_header=False, lifespan="off")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    desk.base = f"http://127.0.0.1:{listener.getsockname()[1]}/paypal"
    yield desk
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture(scope="module")
def paypal():
    with serving() as desk:
        yield desk


@pytest.mark.parametrize("seed", [1, 2])
def test_every_account_is_read_as_the_truth_states_it_also_through_small_windows_and_faults(seed, monkeypatch):
    monkeypatch.setattr(answer_money, "MOST_ROWS", 7)
    with serving(seed=seed, faults="flaky") as desk:
        for account in ids.ACCOUNTS:
            assert desk.mismatches(account, "payments") == {} and desk.mismatches(account, "disputes") == {}
        desk.house.clock.move_horizon(desk.house.clock.horizon + timedelta(days=1))
        assert all(desk.mismatches(account, "payments") == {} for account in ids.ACCOUNTS)


def test_accounts_have_rows_though_no_store_is_open(paypal):
    for table in ("payments", "payouts", "disputes"):
        assert {row["shop"] for row in paypal.market.truth(table)} == set(ids.ACCOUNTS)


def day(number):
    return datetime(2026, 11, number, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("query", "issue"),
    [({"start_date": day(1)}, "end_date"), ({"start_date": "2026-11-01", "end_date": day(2)}, "start_date"),
     ({"start_date": "2026-10-01T00:00:00Z", "end_date": day(2)}, "31 days"), ({"start_date": day(2), "end_date": day(1)}, "before start"),
     ({"start_date": day(1), "end_date": day(2), "page_size": "501"}, "page_size"),
     ({"start_date": day(1), "end_date": day(2), "fields": "everything"}, "fields"),
     ({"start_date": "2026-11-16T02:00:00Z", "end_date": "2026-11-16T03:00:00Z"}, "start date is not available")],
)  # fmt: skip
def test_a_search_that_the_real_one_refuses_is_refused(paypal, query, issue):
    reply = paypal.get("lumora_paypal", "/v1/reporting/transactions", **query)
    assert reply.status_code == 400 and issue in reply.text and reply.json()["debug_id"] == reply.headers["PayPal-Debug-Id"]


def search(paypal, account="lumora_paypal", **query):
    wanted = {"start_date": day(2), "end_date": day(15), "page_size": 500, **query}
    found = paypal.get(account, "/v1/reporting/transactions", **wanted).json()
    return found, [each["transaction_info"] for each in found["transaction_details"]]


def test_what_moves_no_money_is_hidden_unless_asked_for_and_a_filter_empties_the_balance(paypal):
    shown = [search(paypal, account)[1] for account in ids.ACCOUNTS]
    everything = [search(paypal, account, balance_affecting_records_only="N")[1] for account in ids.ACCOUNTS]
    hidden = [each for few, many in zip(shown, everything, strict=True) for each in many if each not in few]
    assert {each["transaction_event_code"] for each in hidden} == {"T1300"}
    assert all("ending_balance" in each for each in shown[0])
    filtered = search(paypal, transaction_type="T0000")[1]
    assert filtered and not any("ending_balance" in each for each in filtered)


def test_pages_are_numbered_and_the_result_says_how_fresh_it_is(paypal):
    whole, rows = search(paypal)
    pages = [search(paypal, page_size=5, page=page)[1] for page in range(1, -(-len(rows) // 5) + 1)]
    assert [row["transaction_id"] for page in pages for row in page] == [row["transaction_id"] for row in rows]
    fresh = datetime.fromisoformat(whole["last_refreshed_datetime"])
    assert timedelta(hours=3) <= paypal.house.clock.now() - fresh < timedelta(hours=3, minutes=20)


def test_a_case_names_its_buyer_and_the_sandbox_tells_who_they_are(paypal):
    cases = [case["dispute_id"] for case in paypal.get("northpeak_paypal", "/v1/customer/disputes").json()["items"]]
    named = {
        part["buyer"]["name"] for case in cases
        for part in paypal.get("northpeak_paypal", f"/v1/customer/disputes/{case}").json()["disputed_transactions"]
    }
    told = requests.get(f"{paypal.base.removesuffix('/paypal')}/buyers", params={"shop": "northpeak_paypal"}, timeout=30).json()
    assert named and named <= set(told) and set(told) == paypal.market.buyers("northpeak_paypal")


def test_a_token_a_call_is_rate_limited_and_a_wrong_secret_has_the_token_services_words(paypal):
    wrong = {"Authorization": f"Basic {base64.b64encode(b'A:B').decode()}"}
    reply = requests.post(f"{paypal.base}/v1/oauth2/token", data={"grant_type": "client_credentials"}, headers=wrong, timeout=30)
    assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")
    assert requests.get(f"{paypal.base}/v1/reporting/balances", timeout=30).status_code == 401
    with serving(days=2) as desk, pytest.raises(KeyError):
        for _ in range(12):
            desk.token("kiln_paypal")


def test_parcels_told_to_paypal_are_shown_after_a_while_and_told_once(paypal):
    opened = paypal.connector("northpeak_paypal")
    rows = [row for row in paypal.market.truth("payments") if row["shop"] == "northpeak_paypal" and row["kind"] == "payment"]
    number = next(row["order_id"] for row in rows if row["status"] == "completed")
    at = paypal.house.clock.now() - timedelta(days=1)
    orders = {"j1": (number, "00340"), "j2": ("none", "1")}
    notices = [ShipmentNotice(job, "DE", order, {"1": 1}, "DHL", parcel, at) for job, (order, parcel) in orders.items()]
    assert [answer.is_accepted for answer in opened.push_shipments(notices)] == [True, False]
    assert opened.observe_shipments(notices) == {"j1": False, "j2": False}
    paypal.house.clock.advance(120)
    assert opened.observe_shipments(notices) == {"j1": True, "j2": False}
    assert "already" in opened.push_shipments(notices[:1])[0].message
    assert len(paypal.house.journal.rows("paypal_tracker")) == 1


def test_check_names_the_account_and_its_balances(paypal):
    told = paypal.connector("lumora_paypal").check()
    assert told.startswith(f"account {ids.merchant_id('lumora_paypal')}: ") and "USD" in told and "may not" not in told


# Store orders


@pytest.fixture(scope="module")
def store():
    """A PayPal in a world with many orders, and those of one brand's own store that were paid by PayPal."""
    with serving(orders_per_day=150) as desk:
        orders = desk.house.world.orders(desk.house.clock.horizon)
        yield desk, [each for each in orders if each.shop == STORE and paypal_ids.is_by_paypal(each)]


def test_a_stores_paypal_orders_are_payments_of_the_brands_account_and_join_to_them(store):
    desk, orders = store
    assert desk.mismatches("northpeak_paypal", "payments") == {} and desk.mismatches("northpeak_paypal", "disputes") == {}
    frame = desk.frames("northpeak_paypal", "payments")["payments"]
    captured = {paypal_ids.capture_id(3, order): str(store_ids.order_id(order)) for order in orders}
    mine = frame[frame["transaction_id"].isin(list(captured))]
    assert len(mine) > 10 and all(captured[row.transaction_id] == row.order_id for row in mine.itertuples())
    assert {"refund", "payment"} <= set(frame[frame["order_id"].isin(list(captured.values()))]["kind"])
    joined = join_payments(frame, _orders(orders), {"northpeak_paypal"})
    outcomes = joined.set_index("order_id")["outcome"].to_dict()
    assert {outcomes[number] for number in outcomes if number in captured.values()} >= {"matched"}
    assert {outcome for number, outcome in outcomes.items() if number.startswith("INV-")} == {"unmatched"}
    assert not set(captured.values()) & _truth_of(desk, "kiln_paypal")


def _orders(orders):
    rows = [
        {"client": "northpeak", "shop": STORE, "order_id": str(store_ids.order_id(each)), "currency": "EUR",
         "total_minor": sum(line.unit_price_minor * line.quantity - line.discount_minor + line.shipping_minor + line.tax_minor
                            for line in each.lines)}
        for each in orders
    ]  # fmt: skip
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=ORDERS.by_name[name].kind.dtype) for name in ORDERS.names})


def _truth_of(desk, account):
    return {row["order_id"] for row in desk.market.truth("payments") if row["shop"] == account}


# Strangers: PayPal's own descriptions


def described(file, name, answer):
    """Validate an answer against a schema of PayPal's own file (OpenAPI 3.0: its words, less the examples)."""
    components = json.loads((SPECS / file).read_text())["components"]
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    jsonschema.Draft7Validator(schema).validate(answer)


@needs_specs
def test_every_answer_is_what_paypals_own_files_describe(paypal):
    money, cases, parcels = "reporting_transactions_v1.json", "customer_disputes_v1.json", "shipping_shipment_tracking_v1.json"
    german = "northpeak_paypal"  # its dates have the colon the files want; others write them as PayPal's servers do
    described(money, "search_response", search(paypal, german, fields="all", balance_affecting_records_only="N")[0])
    described(money, "balances_response", paypal.get(german, "/v1/reporting/balances").json())
    described(money, "error_400", paypal.get(german, "/v1/reporting/transactions", start_date=day(2), end_date=day(1)).json())
    listed = paypal.get(german, "/v1/customer/disputes", page_size=50).json()
    described(cases, "dispute_search", listed)
    for each in listed["items"]:
        described(cases, "dispute", paypal.get(german, f"/v1/customer/disputes/{each['dispute_id']}").json())
    described(parcels, "error_404", paypal.get(german, "/v1/shipping/trackers", transaction_id="X" * 17).json())


@needs_specs
def test_every_word_of_paypals_files_is_known_and_every_carrier_told_is_on_its_list():
    schemas = json.loads((SPECS / "customer_disputes_v1.json").read_text())["components"]["schemas"]
    assert set(words.DISPUTE_KIND) == set(schemas["dispute_reason"]["enum"])
    assert {*words.DISPUTE_STATUS, "RESOLVED", "OTHER"} == set(schemas["status"]["enum"])
    assert set(words.DISPUTE_STATE) == set(schemas["dispute_state"]["enum"])
    assert set(words.DISPUTE_OUTCOME) == set(schemas["dispute_outcome"]["properties"]["outcome_code"]["enum"])
    parcels = json.loads((SPECS / "shipping_shipment_tracking_v1.json").read_text())["components"]["schemas"]
    assert set(tracking.CARRIERS.values()) <= set(parcels["carrier"]["enum"])
