"""Etsy's wire: what stands on every call, what each refusal leads to, and that nothing secret is ever said."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from connectors.contract import Credentials, Shop
from connectors.errors import FatalError, QuotaWait, RetryableError
from connectors.etsy import connect
from connectors.etsy.endpoints import BUDGETS, DAY, ENDPOINTS
from connectors.memory import MemoryTokens

SECRETS = {"client_id": "keystring-one", "shared_secret": "hush-hush-hush", "refresh_token": "7.first-refresh"}
TOKEN, ME = "/v3/public/oauth/token", "/v3/application/users/me"
SHOP = Shop("kiln", "kiln_etsy", "etsy", ("US",), {"shop_id": "41"})


def granted(number, said, **changes):
    body = {"access_token": f"7.access-{number}", "token_type": "Bearer", "expires_in": 3600, "refresh_token": f"7.refresh-{number}"}
    return said({**body, **changes})


@pytest.fixture
def etsy(loopback, lend, said):
    """``etsy()`` opens the shop over a loopback where the token service works and the account answers."""
    loopback.on("POST", TOKEN, granted(1, said), granted(2, said))
    loopback.on("GET", ME, said({"user_id": 7, "shop_id": 41}))

    def opened(shop=SHOP, secrets=SECRETS, **changes):
        return connect(shop, Credentials(loopback.url, loopback.url, secrets), lend(**changes))

    return opened


def test_key_secret_and_token_stand_on_every_call_and_the_token_is_asked_for_in_a_form(etsy, loopback):
    assert etsy().check() == "Etsy shop 41, user 7"
    (asked,), (token,) = loopback.calls(ME), loopback.calls(TOKEN)
    assert asked.headers["x-api-key"] == "keystring-one:hush-hush-hush" and asked.headers["Authorization"] == "Bearer 7.access-1"
    form = {name: values[0] for name, values in parse_qs(token.body.decode()).items()}
    assert form == {"grant_type": "refresh_token", "client_id": "keystring-one", "refresh_token": "7.first-refresh"}
    assert token.headers["Content-Type"] == "application/x-www-form-urlencoded" and "x-api-key" not in token.headers


def test_a_token_that_ended_is_renewed_once_with_the_rotated_refresh_token_and_the_call_replayed(etsy, loopback, said):
    expired = said({"error": "invalid_token", "error_description": "access token is expired"}, 401)
    loopback.on("GET", ME, expired, said({"user_id": 7, "shop_id": 41}))
    assert etsy().check()
    shown = [parse_qs(asked.body.decode())["refresh_token"][0] for asked in loopback.calls(TOKEN)]
    assert shown == ["7.first-refresh", "7.refresh-1"]


def test_an_hour_later_the_token_is_renewed_before_it_is_used(etsy, loopback, clock):
    store = MemoryTokens()
    etsy(tokens=store).check()
    clock.sleep(3590)
    etsy(tokens=store).check()
    assert [asked.headers["Authorization"] for asked in loopback.calls(ME)] == ["Bearer 7.access-1", "Bearer 7.access-2"]


def test_a_token_service_that_stumbles_is_asked_again_with_the_same_body(etsy, loopback, said):
    loopback.on("POST", TOKEN, said({"error": "Server Error"}, 500), granted(1, said))
    assert etsy().check()
    first, second = loopback.calls(TOKEN)
    assert first.body == second.body


def test_a_revoked_consent_says_whom_to_ask_and_is_not_asked_again(etsy, loopback, said):
    loopback.on("POST", TOKEN, said({"error": "invalid_grant", "error_description": "refresh_token is revoked 7.first-refresh"}, 400))
    with pytest.raises(FatalError, match="consent again") as caught:
        etsy().check()
    assert "refresh_token is revoked" in str(caught.value) and "'kiln_etsy'" in str(caught.value)
    assert len(loopback.calls(TOKEN)) == 1 and "first-refresh" not in str(caught.value)


def test_a_wrong_keystring_is_no_lost_consent(etsy, loopback, said):
    loopback.on("POST", TOKEN, said({"error": "invalid_client", "error_description": "client_id is unknown"}, 401))
    with pytest.raises(FatalError, match="keystring") as caught:
        etsy().check()
    assert "consent again" not in str(caught.value)


def test_a_missing_shared_secret_or_scope_is_named_and_no_token_is_spent_on_it(etsy, loopback, said):
    loopback.on("GET", ME, said({"error": "Shared secret is required in x-api-key header."}, 403))
    with pytest.raises(FatalError, match="Shared secret is required") as caught:
        etsy().check()
    assert "shared_secret" in str(caught.value) and "transactions_r" in str(caught.value)
    assert len(loopback.calls(ME)) == len(loopback.calls(TOKEN)) == 1


def test_no_error_holds_a_secret(etsy, loopback, said):
    everything = " ".join([*SECRETS.values(), "7.access-1"])
    loopback.on("GET", ME, said({"error": f"echo {everything}"}, 400))
    with pytest.raises(FatalError) as caught:
        etsy().check()
    assert not any(secret in str(caught.value) for secret in (*SECRETS.values(), "7.access-1")) and "echo" in str(caught.value)


def test_a_spent_second_is_waited_out(etsy, loopback, said, clock):
    too_fast = said({"error": "Exceeded per second rate limit"}, 429, {"Retry-After": "1"})
    loopback.on("GET", ME, too_fast, said({"user_id": 7, "shop_id": 41}))
    assert etsy().check() and sum(clock.slept) == pytest.approx(1, abs=0.5)


def test_a_spent_day_gives_the_slot_back_for_every_shop_of_the_app(etsy, loopback, said):
    loopback.on("GET", ME, said({"error": "Exceeded per day rate limit"}, 429, {"Retry-After": "86400"}))
    with pytest.raises(QuotaWait) as caught:
        etsy().check()
    assert caught.value.seconds == 86400


def test_all_operations_share_one_second_and_one_day_of_the_app(etsy, clock):
    assert {budget.operation for budget in BUDGETS.values()} == {"calls of a second"} and DAY.per == "app"
    assert {name for endpoint in ENDPOINTS.values() for name in endpoint.operations} <= set(BUDGETS)
    assert DAY.burst + DAY.rate_per_second * 86_400 <= 10_000  # at once and coming back, within any day
    shop = etsy()
    for _ in range(9):
        shop.check()
    assert sum(clock.slept) > 0


def test_a_marketplace_that_answers_503_for_long_is_passing_trouble(etsy, loopback, said):
    loopback.on("GET", ME, said({"error": "down"}, 503))
    with pytest.raises(RetryableError, match="passing trouble"):
        etsy().check()


def test_the_tokens_shop_must_be_the_connections(etsy, loopback, said):
    loopback.on("GET", ME, said({"user_id": 8, "shop_id": 99}))
    with pytest.raises(FatalError, match="good for shop 99"):
        etsy().check()


@pytest.mark.parametrize("name", SECRETS)
def test_a_connection_that_lacks_a_secret_names_it(etsy, name):
    with pytest.raises(FatalError, match=name):
        etsy(secrets={key: value for key, value in SECRETS.items() if key != name})


def test_a_shop_needs_its_number_and_has_one_home(etsy):
    with pytest.raises(FatalError, match="shop_id"):
        etsy(Shop("kiln", "kiln_etsy", "etsy", ("US",), {}))
    with pytest.raises(FatalError, match="one home"):
        etsy(Shop("kiln", "kiln_etsy", "etsy", ("US", "GB"), {"shop_id": "41"}))


def test_nothing_secret_is_in_a_repr(etsy):
    shop = etsy()
    shown = f"{shop!r} {shop.gateway!r} {shop.session!r} {vars(shop.gateway)['session']!r}"
    assert not any(secret in shown for secret in SECRETS.values())
