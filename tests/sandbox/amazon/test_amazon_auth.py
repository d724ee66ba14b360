"""Who is let in: tokens, sellers, marketplaces, quotas."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.amazon import open_market
from sandbox.house import Settings, open_house

ORDERS = "/orders/2026-01-01/orders"
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"


def _login(stand, **changes):
    form = {"grant_type": "refresh_token", **stand.market.credentials(stand.shop), **changes}
    return requests.post(f"{stand.base}/auth/o2/token", data={k: v for k, v in form.items() if v is not None}, timeout=10)


def test_a_refresh_token_buys_an_access_token_of_an_hour(stand):
    body = _login(stand).json()
    assert body["expires_in"] == 3600 and body["token_type"] == "bearer" and body["access_token"].startswith("Atza|")
    assert body["refresh_token"] == stand.market.credentials(stand.shop)["refresh_token"]


@pytest.mark.parametrize(("changes", "status", "error"), [
    ({"client_secret": "wrong"}, 401, "invalid_client"), ({"client_id": "wrong"}, 401, "invalid_client"),
    ({"refresh_token": "Atzr|other"}, 400, "invalid_grant"), ({"refresh_token": None}, 400, "invalid_request"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"), ({"grant_type": None}, 400, "invalid_request"),
    ({"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
])
def test_a_wrong_login_is_refused_in_oauth_shape(stand, changes, status, error):
    answer = _login(stand, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "error_description" in answer.json() and "errors" not in answer.json()


def test_a_login_as_json_is_refused(stand):
    form = {"grant_type": "refresh_token", **stand.market.credentials(stand.shop)}
    answer = requests.post(f"{stand.base}/auth/o2/token", json=form, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_no_token_a_foreign_token_and_an_expired_token_are_each_told_apart(stand, is_refused):
    def ask(headers):
        return requests.get(f"{stand.base}{PARTICIPATIONS}", headers=headers, timeout=10)

    token = stand.token()
    assert "missing" in is_refused(ask({}), 403, "Unauthorized")
    assert "malformed" in is_refused(ask({"x-amz-access-token": token + "x"}), 403, "Unauthorized")
    assert ask({"x-amz-access-token": token}).status_code == 200
    stand.house.clock.advance(3600)
    assert "expired" in is_refused(ask({"x-amz-access-token": token}), 403, "Unauthorized")


def test_a_grantless_token_does_not_open_a_sellers_data(stand, is_refused):
    token = _login(stand, grant_type="client_credentials", scope="sellingpartnerapi::notifications").json()["access_token"]
    answer = requests.get(f"{stand.base}{PARTICIPATIONS}", headers={"x-amz-access-token": token}, timeout=10)
    is_refused(answer, 403, "Unauthorized")


def test_a_restarted_sandbox_knows_the_tokens_it_gave_out(stand):
    again = open_market(open_house(Settings(seed=stand.house.seed)))
    assert again._login.seller(stand.token()).name == stand.shop
    other = open_market(open_house(Settings(seed=stand.house.seed + 1)))
    with pytest.raises(Exception, match="denied"):
        other._login.seller(stand.token())


def test_a_request_without_a_user_agent_is_refused(stand, is_refused):
    address = urlsplit(stand.base)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("GET", f"/amazon{PARTICIPATIONS}", headers={"x-amz-access-token": stand.token()})
    answer = connection.getresponse()
    assert answer.status == 403 and b"User-Agent" in answer.read()
    connection.close()


def test_a_sellers_participations_are_his_sites(stand):
    stand.shop = "northpeak_amazon_eu"
    body = stand.get(PARTICIPATIONS).json()["payload"]
    told = [each["marketplace"] for each in body]
    assert [(each["countryCode"], each["defaultCurrencyCode"]) for each in told] == [("GB", "GBP"), ("DE", "EUR")]


def test_another_sellers_id_is_refused(stand, is_refused):
    other = stand.market.account("teahaus_amazon_jp")["seller_id"]
    is_refused(stand.get(f"/listings/2021-08-01/items/{other}", marketplaceIds=stand.marketplace), 403, "Unauthorized")


def test_a_marketplace_of_another_region_is_refused_and_one_that_does_not_exist_is_invalid(stand, is_refused):
    after = {"lastUpdatedAfter": "2026-11-01T00:00:00Z"}
    is_refused(stand.get(ORDERS, marketplaceIds="A1PA6795UKMFR9", **after), 403, "Unauthorized")
    is_refused(stand.get(ORDERS, marketplaceIds="AWRONG", **after), 400, "InvalidInput")


def test_the_sixteenth_call_in_a_burst_of_fifteen_is_over_the_quota_until_the_clock_moved_on(stand, is_refused):
    token = {"x-amz-access-token": stand.token()}
    answers = [requests.get(f"{stand.base}{PARTICIPATIONS}", headers=token, timeout=10) for _ in range(16)]
    assert [answer.status_code for answer in answers[:15]] == [200] * 15
    assert answers[0].headers["x-amzn-RateLimit-Limit"] == "0.016"
    is_refused(answers[15], 429, "QuotaExceeded")
    assert "retry-after" not in answers[15].headers
    other = stand.token("lumora_amazon_eu")
    assert requests.get(f"{stand.base}{PARTICIPATIONS}", headers={"x-amz-access-token": other}, timeout=10).status_code == 200
    stand.house.clock.advance(63)
    assert stand.get(PARTICIPATIONS).status_code == 200


def test_an_unknown_path_is_not_found(stand, is_refused):
    is_refused(stand.get("/orders/v0/orders"), 404, "ResourceNotFound")


def test_calls_and_refusals_are_counted_by_shop(stand):
    stand.get(PARTICIPATIONS)
    stand.get(ORDERS)
    told = stand.house.stats.told()["shops"][stand.shop]
    assert told["calls"]["searchOrders"] == 1 and told["rejected"] == {"searchOrders: InvalidInput": 1}
