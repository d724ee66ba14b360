"""Reading Amazon page by page, over real sockets: every trap of its paging, and going on after any landed page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors import registry
from connectors.contract import Credentials, Shop, Window
from connectors.errors import CursorExpired, FatalError, QuotaWait, RetryableError

SHOP = Shop("lumora", "lumora_amazon_eu", "amazon", ("DE", "FR"), {"seller_id": "A1SELLER"})
WINDOW = Window(datetime(2026, 11, 15, 3, tzinfo=UTC), datetime(2026, 11, 16, 3, tzinfo=UTC))
ORDERS, LEDGER, FBA = "/orders/2026-01-01/orders", "/finances/2024-06-19/transactions", "/fba/inventory/v1/summaries"
PAYOUTS = "/finances/transfers/2024-06-01/payouts"


@pytest.fixture
def connector(loopback, said, lend, credentials):
    loopback.on("POST", "/auth/o2/token", said({"access_token": "Atza|one", "expires_in": 3600, "token_type": "bearer"}))
    return registry.connect(SHOP, credentials, lend())


def _orders(*ids, token=None):
    return {"orders": [{"orderId": each} for each in ids], **({"pagination": {"nextToken": token}} if token else {})}


def _ids(connector, entity, pages):
    return connector.record_ids(entity, pages)


def test_orders_are_asked_for_by_update_time_without_personal_data(connector, loopback, said):
    loopback.on("GET", ORDERS, said(_orders("1")))
    list(connector.read("orders", WINDOW))
    asked = loopback.calls(ORDERS)[0]
    assert asked.query["lastUpdatedAfter"] == "2026-11-15T03:00:00.000Z" and asked.query["lastUpdatedBefore"] == "2026-11-16T03:00:00.000Z"
    assert asked.query["marketplaceIds"] == "A1PA6795UKMFR9,A13V1IB3VIYZZH" and "createdAfter" not in asked.query
    assert "BUYER" not in asked.query["includedData"] and "RECIPIENT" not in asked.query["includedData"]
    assert asked.headers["x-amz-access-token"] == "Atza|one" and asked.headers["user-agent"].startswith("Daiyun/")


def test_the_page_token_goes_back_with_all_other_parameters_unchanged(connector, loopback, said):
    loopback.on("GET", ORDERS, said(_orders("1", token="next+/=")), said(_orders("2")))
    pages = list(connector.read("orders", WINDOW))
    first, second = loopback.calls(ORDERS)
    assert second.query == {**first.query, "paginationToken": "next+/="}
    assert _ids(connector, "orders", pages) == ["1", "2"] and pages[-1].cursor is None and [page.group for page in pages] == [0, 1]


@pytest.mark.parametrize("landed", [1, 2, 3])
def test_reading_goes_on_after_any_landed_page_in_another_process(landed, connector, loopback, said):
    loopback.on("GET", ORDERS, *(said(_orders(str(number), token=token)) for number, token in ((1, "a"), (2, "b"), (3, "c"), (4, None))))
    reading = connector.read("orders", WINDOW)
    pages = [next(reading) for _ in range(landed)]
    reading.close()
    pages += connector.read("orders", WINDOW, json.loads(json.dumps(pages[-1].cursor)))
    assert _ids(connector, "orders", pages) == ["1", "2", "3", "4"] and [page.group for page in pages] == [0, 1, 2, 3]
    assert len(loopback.calls(ORDERS)) == 4


def test_an_order_token_older_than_a_day_is_not_even_tried(connector, loopback, said, clock):
    loopback.on("GET", ORDERS, said(_orders("1", token="a")))
    page = next(connector.read("orders", WINDOW))
    clock.advance(24 * 3600 + 1)
    with pytest.raises(CursorExpired, match="Amazon honours one for 1 day"):
        list(connector.read("orders", WINDOW, page.cursor))
    assert len(loopback.calls(ORDERS)) == 1


def test_a_refused_page_token_means_reading_again_from_the_start(connector, loopback, said):
    no = {"errors": [{"code": "InvalidInput", "message": "The token has expired"}]}
    loopback.on("GET", ORDERS, said(_orders("1", token="a")), said(no, 400))
    with pytest.raises(CursorExpired, match="InvalidInput: The token has expired"):
        list(connector.read("orders", WINDOW))


def test_repeated_pages_with_fresh_tokens_come_to_an_end(connector, loopback, said):
    numbers = iter(range(1000))
    loopback.on("GET", ORDERS, lambda asked: said(_orders("1", "2", token=f"fresh {next(numbers)}")))
    pages = list(connector.read("orders", WINDOW))
    assert len(pages) == 3 and pages[-1].cursor is None


def test_the_same_page_token_twice_stops_with_an_error(connector, loopback, said):
    numbers = iter(range(1000))
    loopback.on("GET", ORDERS, lambda asked: said(_orders(str(next(numbers)), token="same")))
    with pytest.raises(RetryableError, match="round in circles"):
        list(connector.read("orders", WINDOW))
    assert len(loopback.calls(ORDERS)) == 2


def test_an_answer_that_does_not_reach_the_windows_end_is_not_taken_for_the_whole(connector, loopback, said):
    loopback.on("GET", ORDERS, said(_orders("1") | {"lastUpdatedBefore": "2026-11-16T02:50:00Z"}))
    with pytest.raises(RetryableError, match="answered only up to 2026-11-16T02:50"):
        list(connector.read("orders", WINDOW))


def test_the_twenty_first_order_page_gives_the_slot_back(loopback, said, lend, credentials):
    loopback.on("POST", "/auth/o2/token", said({"access_token": "a", "expires_in": 3600}))
    loopback.on("GET", ORDERS, lambda asked: said(_orders(asked.query.get("paginationToken", "0"), token=str(len(loopback.asked)))))
    connector = registry.connect(SHOP, credentials, lend(patience_seconds=20))
    pages = []
    with pytest.raises(QuotaWait) as caught:
        for page in connector.read("orders", WINDOW):
            pages.append(page)
    assert len(pages) == 20 and caught.value.seconds == pytest.approx(1 / 0.0056, rel=0.01) and pages[-1].cursor is not None


def test_the_rate_amazon_grants_in_its_header_is_believed(loopback, said, lend, credentials, clock):
    loopback.on("POST", "/auth/o2/token", said({"access_token": "a", "expires_in": 36000}))
    plan = {"x-amzn-RateLimit-Limit": "0.05"}
    loopback.on("GET", ORDERS, lambda asked: said(_orders(str(len(loopback.asked)), token=str(len(loopback.asked))), headers=plan))
    reading = registry.connect(SHOP, credentials, lend()).read("orders", WINDOW)
    for _ in range(24):
        next(reading)
    assert max(clock.slept) == pytest.approx(20, rel=0.01)


def test_a_quota_refusal_is_waited_out(connector, loopback, said, clock):
    no = {"errors": [{"code": "QuotaExceeded", "message": "You exceeded your quota for the requested resource."}]}
    loopback.on("GET", ORDERS, said(no, 429), said(_orders("1")))
    assert _ids(connector, "orders", list(connector.read("orders", WINDOW))) == ["1"]
    assert sum(clock.slept) == pytest.approx(1 / 0.0056)


def test_an_expired_access_token_is_renewed_once_and_the_page_asked_again(connector, loopback, said):
    loopback.on("POST", "/auth/o2/token", *(said({"access_token": word, "expires_in": 3600}) for word in ("old", "new")))
    error = {"code": "Unauthorized", "message": "Access denied", "details": "The access token you provided has expired."}
    expired = said({"errors": [error]}, 403)
    loopback.on("GET", ORDERS, lambda asked: said(_orders("1")) if asked.headers["x-amz-access-token"] == "new" else expired)
    assert _ids(connector, "orders", list(connector.read("orders", WINDOW))) == ["1"]
    form = loopback.calls("/auth/o2/token")[0].body.decode()
    assert "grant_type=refresh_token" in form and len(loopback.calls("/auth/o2/token")) == 2


def test_a_403_that_is_not_about_the_token_names_roles_and_regions(connector, loopback, said):
    loopback.on("GET", ORDERS, said({"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied."}]}, 403))
    with pytest.raises(FatalError, match="has the role this operation needs"):
        list(connector.read("orders", WINDOW))
    assert len(loopback.calls("/auth/o2/token")) == 1


@pytest.mark.parametrize(("code", "status", "remedy"), [
    ("invalid_grant", 400, "authorize anew"), ("invalid_client", 401, "client_id or client_secret"),
])
def test_wrong_credentials_name_the_remedy_and_show_no_secret(code, status, remedy, loopback, said, lend, credentials):
    loopback.on("POST", "/auth/o2/token", said({"error": code, "error_description": "very-secret-word is no good"}, status))
    with pytest.raises(FatalError, match=remedy) as caught:
        registry.connect(SHOP, credentials, lend()).check()
    assert "lumora_amazon_eu" in str(caught.value) and "very-secret-word" not in str(caught.value) and "Atzr" not in str(caught.value)


def test_an_upper_bound_from_a_fast_clock_is_explained_as_that(connector, loopback, said, clock):
    clock.advance(2 * 3600)
    no = {"errors": [{"code": "InvalidInput", "message": "lastUpdatedBefore must be at least 2 minutes in the past"}]}
    loopback.on("GET", ORDERS, said(no, 400))
    with pytest.raises(FatalError, match="clock is 2 h 0 min ahead of the marketplace's"):
        list(connector.read("orders", Window(WINDOW.start, clock.now() - timedelta(minutes=5))))


def test_money_windows_over_180_days_are_cut_because_longer_ones_come_back_empty(connector, loopback, said):
    def answer(asked):
        after, before = (datetime.fromisoformat(asked.query[name]) for name in ("postedAfter", "postedBefore"))
        found = [] if before - after > timedelta(days=180) else [{"transactionId": asked.query["postedAfter"]}]
        return said({"payload": {"transactions": found}})

    loopback.on("GET", LEDGER, answer)
    pages = list(connector.read("ledger", Window(WINDOW.end - timedelta(days=400), WINDOW.end)))
    assert len(_ids(connector, "ledger", pages)) == 3 and "marketplaceId" not in loopback.calls(LEDGER)[0].query
    starts, ends = ([each.query[name] for each in loopback.calls(LEDGER)] for name in ("postedAfter", "postedBefore"))
    assert starts[1:] == ends[:-1]


def test_empty_money_pages_with_a_token_are_not_the_end(connector, loopback, said):
    page = lambda found, token: said({"payload": {"transactions": found, "nextToken": token}})  # noqa: E731
    loopback.on("GET", LEDGER, page([], "a"), page([], "b"), page([{"transactionId": "t1"}], None))
    pages = list(connector.read("ledger", WINDOW))
    assert len(pages) == 3 and _ids(connector, "ledger", pages) == ["t1"]


def test_fba_stock_is_read_site_by_site_and_its_tokens_die_after_thirty_seconds(connector, loopback, said, clock):
    def answer(asked):
        site, token = asked.query["marketplaceIds"], asked.query.get("nextToken")
        skus = [{"sellerSku": f"{site}-{token or 'first'}"}]
        return said({"payload": {"inventorySummaries": skus}, **({} if token else {"pagination": {"nextToken": "second"}})})

    loopback.on("GET", FBA, answer)
    pages = list(connector.read("fba_inventory", WINDOW))
    assert len(set(_ids(connector, "fba_inventory", pages))) == 4 and all(each.query["details"] == "true" for each in loopback.calls(FBA))
    clock.advance(31)
    with pytest.raises(CursorExpired, match="0:00:30"):
        list(connector.read("fba_inventory", WINDOW, pages[0].cursor))
    again = list(connector.read("fba_inventory", WINDOW, pages[1].cursor))  # between two sites no token is needed
    assert [page.part for page in again] == ["summaries@FR", "summaries@FR"]


def test_payouts_name_the_shops_sites(connector, loopback, said):
    loopback.on("GET", PAYOUTS, said({"payouts": [{"id": "p1"}]}))
    assert _ids(connector, "payouts", list(connector.read("payouts", WINDOW))) == ["p1"]
    assert loopback.calls(PAYOUTS)[0].query["marketplaceIds"] == "A1PA6795UKMFR9,A13V1IB3VIYZZH"


def _participation(*sites):
    return {"payload": [
        {"marketplace": {"id": {"DE": "A1PA6795UKMFR9", "FR": "A13V1IB3VIYZZH"}[site]}, "storeName": "Lumora",
         "participation": {"isParticipating": True, "hasSuspendedListings": False}} for site in sites
    ]}


def test_the_check_says_whose_account_answered(connector, loopback, said):
    loopback.on("GET", "/sellers/v1/marketplaceParticipations", said(_participation("DE", "FR")))
    assert connector.check() == "Amazon seller A1SELLER, store Lumora, sells on DE, FR"


def test_the_check_finds_a_site_the_account_does_not_sell_on(connector, loopback, said):
    loopback.on("GET", "/sellers/v1/marketplaceParticipations", said(_participation("DE")))
    with pytest.raises(FatalError, match="does not sell on FR; it sells on DE"):
        connector.check()


@pytest.mark.parametrize(("changes", "words"), [
    ({"sites": ("DE", "US")}, "regions eu, na"), ({"sites": ("XX",)}, "no site XX"), ({"account": {}}, "seller_id missing"),
])
def test_a_shop_that_cannot_be_is_refused_before_anything_is_sent(changes, words, lend, credentials):
    shop = Shop(**{**vars(SHOP), **changes})
    with pytest.raises(FatalError, match=words):
        registry.connect(shop, Credentials("", "", credentials.secrets), lend())


def test_an_unknown_entity_lists_the_known_ones(connector):
    with pytest.raises(FatalError, match=r"nothing is read under the name 'reviews'\. Known: fba_inventory, ledger, listings"):
        connector.read("reviews", WINDOW)
