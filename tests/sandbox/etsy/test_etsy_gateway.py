"""Etsy's door and its answers: key, token, quota, filters, refusals; and what is shown against the truth."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.etsy import open_market
from sandbox.house import Settings, open_house

DAY = 86_400


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"x-api-key": ""}, 403, "API key not found"), ({"x-api-key": "nobody:else"}, 403, "API key not found"),
        ({"x-api-key": "kilnkeystring0123456789a"}, 403, "Shared secret is required in x-api-key header."),
        ({"x-api-key": "kilnkeystring0123456789a:wrong"}, 403, "Shared secret is required"),
        ({"Authorization": ""}, 401, "invalid_request"), ({"Authorization": "Bearer 1.nothing"}, 401, "invalid_token"),
    ],
)
def test_a_call_without_the_right_key_secret_and_token_is_refused(stand, headers, status, words):
    answer = stand.ask("GET", f"{stand.shop}/receipts", headers=headers)
    assert answer.status_code == status and words in answer.json()["error"]


def test_reviews_and_the_shop_need_the_key_alone_and_another_shop_is_not_shown(stand):
    assert stand.ask("GET", stand.shop, headers={"Authorization": ""}).status_code == 200
    assert stand.ask("GET", f"{stand.shop}/reviews", headers={"Authorization": ""}).status_code == 200
    assert stand.get("/shops/999/receipts").status_code == 404


def test_an_access_token_names_its_user_and_lives_an_hour(stand):
    told = stand.refresh(stand.secrets["refresh_token"]).json()
    assert told["access_token"].partition(".")[0] == stand.market.account("kiln_etsy")["seller_id"]
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    stand.tokens["access"] = told["access_token"]
    stand.house.clock.advance(3601)
    answer = stand.get("/users/me")
    assert answer.status_code == 401 and answer.json()["error_description"] == "access token is expired"


def test_every_refresh_rotates_and_a_token_dies_when_its_successor_is_used(stand):
    first = stand.secrets["refresh_token"]
    lost, kept = (stand.refresh(first).json()["refresh_token"] for _ in range(2))
    assert len({first, lost, kept}) == 3
    assert stand.refresh(kept).status_code == 200
    for buried in (first, lost):
        answer = stand.refresh(buried)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant", "error_description": "refresh_token is revoked"})


def test_refresh_tokens_end_after_ninety_days_and_with_a_new_password(stand):
    stand.house.clock.advance(91 * DAY)
    assert stand.refresh(stand.secrets["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_new_password_revokes_all_of_them(stand):
    young = stand.refresh(stand.secrets["refresh_token"]).json()["refresh_token"]
    stand.market.gate.tokens.revoke("kiln_etsy")
    assert stand.refresh(young).json()["error_description"] == "refresh_token is revoked"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"), ({"client_id": "other"}, 401, "invalid_client"),
        ({"refresh_token": ""}, 400, "invalid_request"), ({"refresh_token": "1.r0-0-0"}, 400, "invalid_grant"),
    ],
)
def test_the_token_service_refuses_in_its_own_words(stand, changes, status, error):
    answer = stand.refresh(changes.pop("refresh_token", "x"), **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_the_consent_needs_pkce_and_its_code_is_good_once(stand):
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": stand.secrets["client_id"], "redirect_uri": "https://app.example/cb", "scope": "shops_r",
        "state": "s", "code_challenge": challenge, "code_challenge_method": "S256", "shop": "kiln_etsy",
    }  # fmt: skip
    assert stand.client.get("/oauth/connect", params={**asked, "code_challenge_method": "plain"}, follow_redirects=False).status_code == 400
    moved = stand.client.get("/oauth/connect", params=asked, follow_redirects=False)
    query = parse_qs(urlsplit(moved.headers["location"]).query)
    same = {name: asked[name] for name in ("client_id", "redirect_uri")}
    form = {"grant_type": "authorization_code", "code": query["code"][0], **same}
    assert stand.client.post("/v3/public/oauth/token", data={**form, "code_verifier": "w" * 50}).json()["error"] == "invalid_grant"
    assert stand.client.post("/v3/public/oauth/token", data={**form, "code_verifier": verifier}).status_code == 200
    assert stand.client.post("/v3/public/oauth/token", data={**form, "code_verifier": verifier}).json()["error"] == "invalid_grant"


def test_ten_calls_a_second_and_ten_thousand_a_day_for_the_whole_app(stand):
    stand.token()
    answers = [stand.ask("GET", "/users/me") for _ in range(14)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and refused[0].json() == {"error": "Exceeded per second rate limit"} and refused[0].headers["retry-after"] == "1"
    assert answers[0].headers["x-limit-per-day"] == "10000" and answers[0].headers["x-remaining-today"] == "9999"
    stand.market.gate.limits.spend(10_000)
    spent = stand.get("/users/me")
    assert spent.json() == {"error": "Exceeded per day rate limit"} and 80_000 < int(spent.headers["retry-after"]) <= DAY
    stand.house.clock.advance(24 * 3600)
    stand.tokens.clear()
    assert stand.get("/users/me").status_code == 200


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/receipts", {"limit": 101}), ("/receipts", {"offset": -1}), ("/receipts", {"min_created": 5}),
        ("/receipts", {"sort_on": "price"}),
        ("/receipts", {"was_paid": "perhaps"}), ("/listings", {"state": "sold"}), ("/listings", {"includes": "Everything"}),
        ("/payment-account/ledger-entries", {}), ("/payment-account/ledger-entries", {"min_created": 1_790_000_000}),
        ("/payment-account/ledger-entries", {"min_created": 1_790_000_000, "max_created": 1_790_000_000 + 2_678_401}),
        ("/payment-account/ledger-entries", {"min_created": 1_790_000_000_000, "max_created": 1_795_000_000_000}),
        ("/payment-account/ledger-entries/payments", {}), ("/payments", {"payment_ids": "one"}),
    ],
)
def test_what_etsy_would_refuse_is_refused(stand, path, params):
    answer = stand.get(stand.shop + path, **params)
    assert answer.status_code == 400 and set(answer.json()) == {"error"}


def test_unknown_names_are_ignored_and_unknown_addresses_are_not(stand):
    assert stand.get(f"{stand.shop}/receipts", nobody_knows="this").status_code == 200
    assert stand.get(f"{stand.shop}/nothing").status_code == 404


def test_what_was_cancelled_or_refunded_hides_from_filters_by_change(stand):
    words = {str(each["receipt_id"]): each for each in stand.all(f"{stand.shop}/receipts")}
    cancelled = {number for number, each in words.items() if each["status"].lower() == "canceled"}
    by_change = {str(each["receipt_id"]) for each in stand.all(f"{stand.shop}/receipts", min_last_modified=946_684_800)}
    assert cancelled and cancelled.isdisjoint(by_change) and by_change | cancelled == set(words)
    assert cancelled == {str(each["receipt_id"]) for each in stand.all(f"{stand.shop}/receipts", was_canceled="true")}
    refunded = [each for each in words.values() if each["refunds"]]
    assert any(refund["created_timestamp"] > each["updated_timestamp"] for each in refunded for refund in each["refunds"])


def test_pages_of_receipts_show_each_once_oldest_change_first_and_sum_to_the_truth(stand):
    shown = stand.all(f"{stand.shop}/receipts", was_canceled="false", sort_on="updated", sort_order="asc", min_last_modified=946_684_800)
    assert [each["updated_timestamp"] for each in shown] == sorted(each["updated_timestamp"] for each in shown)
    truth = {row["order_id"]: row for row in stand.truth("orders")}
    for each in shown:
        row = truth[str(each["receipt_id"])]
        assert each["grandtotal"]["amount"] == row["total_minor"]
        assert each["total_price"]["amount"] == sum(line["price"]["amount"] * line["quantity"] for line in each["transactions"])
        assert each["total_shipping_cost"]["amount"] == sum(line["shipping_cost"]["amount"] for line in each["transactions"])


def test_the_ledger_is_in_sequence_its_balance_runs_and_payments_lead_to_receipts(stand):
    horizon = stand.house.clock.horizon
    bounds = {"min_created": int((horizon - timedelta(days=31)).timestamp()), "max_created": int(horizon.timestamp())}
    rows = stand.all(f"{stand.shop}/payment-account/ledger-entries", **bounds)
    assert [row["sequence_number"] for row in rows] == list(range(1, len(rows) + 1))
    balance = 0
    for row in rows:
        balance += row["amount"]
        assert row["balance"] == balance
    paid = [row for row in rows if row["ledger_type"] == "PAYMENT_GROSS"][:5]
    asked = ",".join(str(row["entry_id"]) for row in paid)
    payments = stand.get(f"{stand.shop}/payment-account/ledger-entries/payments", ledger_entry_ids=asked).json()["results"]
    assert {str(payment["payment_id"]) for payment in payments} == {row["reference_id"] for row in paid}
    assert any(row["ledger_type"] == "DISBURSE2" for row in rows) and any(row["reference_id"] == "0" for row in rows)


def test_listings_are_shown_by_state_and_what_was_deleted_is_gone(stand):
    default = {each["listing_id"] for each in stand.all(f"{stand.shop}/listings")}
    states = ("active", "inactive", "sold_out", "draft", "expired")
    shown = {state: stand.all(f"{stand.shop}/listings", state=state, includes="Inventory") for state in states}
    assert default == {each["listing_id"] for each in shown["active"]} and len(default) > 3
    variants = {str(product["product_id"]) for some in shown.values() for each in some for product in each["inventory"]["products"]}
    assert variants == {row["listing_id"] for row in stand.truth("listings")}
    assert "deleted" not in {row["status"] for row in stand.truth("listings")}


def test_what_was_written_and_rotated_outlives_the_process(stand, tmp_path):
    settings = Settings(seed=7, days=20, orders_per_day=25, state=tmp_path / "state.jsonl")
    one = open_market(open_house(settings))
    token = one.gate.tokens.renew(one.credentials("kiln_etsy")["refresh_token"])["refresh_token"]
    one.gate.written.tell(5, "USPS", "9400")
    one.gate.written.set_price(17, 999)
    again = open_market(open_house(settings))
    assert again.credentials("kiln_etsy")["refresh_token"] == token
    assert [each.tracking for each in again.gate.written.shipments(5)] == ["9400"]
    again._house.clock.advance(60)
    assert again.gate.written.price(17) == 999
