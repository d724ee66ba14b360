"""PayPal's own Python client, which nobody here wrote, reads the sandbox."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
import uvicorn

from sandbox.house import Settings, open_house
from sandbox.paypal import ids
from sandbox.server import application, open_markets

pytest.importorskip("paypalserversdk", reason="paypal-server-sdk is not installed")

# the client's own imports are heavy and its warnings are not ours
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient


@pytest.fixture
def market(monkeypatch):
    house = open_house(Settings(seed=3, days=10, orders_per_day=30))
    found = open_markets(house, ["paypal"])["paypal"]
    config = uvicorn.Config(application(house, {"paypal": found}), port=0, log_level="warning", date_header=False, lifespan="off")
    server, listener = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    base = f"http://127.0.0.1:{listener.getsockname()[1]}/paypal"
    monkeypatch.setattr(Configuration, "environments", {Environment.SANDBOX: {Server.DEFAULT: base}})
    yield found
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.mark.parametrize("account", list(ids.ACCOUNTS))
def test_paypals_own_client_logs_in_and_reads_every_transaction_and_balance(market, account):
    secrets = market.credentials(account)
    app = ClientCredentialsAuthCredentials(o_auth_client_id=secrets["client_id"], o_auth_client_secret=secrets["client_secret"])
    client = PaypalServersdkClient(client_credentials_auth_credentials=app, environment=Environment.SANDBOX)
    found, page, pages = [], 1, 1
    while page <= pages:
        wanted = {
            "start_date": "2026-11-01T00:00:00Z", "end_date": "2026-11-16T00:00:00Z", "fields": "all", "page_size": 9, "page": page,
            "balance_affecting_records_only": "N",
        }  # fmt: skip
        body = client.transaction_search.search_transactions(wanted).body
        found += [each.transaction_info for each in body.transaction_details]
        page, pages = page + 1, body.total_pages
    truth = [row for row in market.truth("payments") if row["shop"] == account]
    assert page > 2 and Counter(each.transaction_id for each in found) == Counter(row["transaction_id"] for row in truth)
    assert Counter(each.transaction_amount.currency_code for each in found) == Counter(row["currency"] for row in truth)
    balances = client.transaction_search.search_balances({}).body
    assert balances.account_id == ids.merchant_id(account)
    assert next(each.currency for each in balances.balances if each.primary) == ids.home_currency(account)
