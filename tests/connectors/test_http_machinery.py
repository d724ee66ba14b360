"""Tokens, buckets, pages, registry and redaction, each by itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from connectors import registry
from connectors.contract import Budget, Credentials, Services, Shop, Token, Window
from connectors.errors import FatalError, QuotaWait, RetryableError
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.paging import PageMemory, cut
from connectors.redaction import redact, shorten
from connectors.tokens import AccessTokens, token_name

SHOP = Shop("lumora", "s1", "amazon", ("US",))


def test_two_processes_with_a_dead_token_ask_for_one_new_one(clock):
    store, asked = MemoryTokens(), []
    barrier = threading.Barrier(2)

    def fetch(stored):
        asked.append(stored)
        return Token(f"fresh-{len(asked)}", clock.now() + timedelta(hours=1))

    store.put("t", Token("dead", clock.now() + timedelta(hours=1)))
    found = []

    def worker():
        barrier.wait()
        found.append(AccessTokens("t", store, clock, fetch).renew("dead"))

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["fresh-1", "fresh-1"] and len(asked) == 1


def test_a_token_about_to_expire_is_fetched_before_it_does(clock):
    tokens = AccessTokens("t", MemoryTokens(), clock, lambda stored: Token("x", clock.now() + timedelta(hours=1)))
    tokens.current()
    calls = []
    again = AccessTokens("t", tokens.store, clock, lambda stored: calls.append(stored) or Token("y", clock.now() + timedelta(hours=1)))
    assert again.current() == "x"
    clock.advance(3600 - 119)
    assert again.current() == "y" and calls[0].access_token == "x"


def test_a_living_token_is_believed_until_the_vendor_refuses_it_then_the_one_another_process_renewed_counts(clock):
    def vendor(stored):
        raise AssertionError("nobody need ask the vendor")

    old, new = (Token(word, clock.now() + timedelta(hours=1)) for word in ("old", "new"))
    store = MemoryTokens()
    store.put("t", old)
    tokens = AccessTokens("t", store, clock, vendor)
    assert tokens.current() == "old"
    store.put("t", new)
    assert tokens.current() == "old"
    assert tokens.renew("old") == "new" and tokens.current() == "new"


@pytest.mark.parametrize("left", [Token("", datetime(2020, 1, 1, tzinfo=UTC), "r"), Token("ended", datetime(2020, 1, 1, tzinfo=UTC))])
def test_a_stored_token_that_does_not_live_is_no_successor_of_a_refused_one(clock, left):
    store = MemoryTokens()
    store.put("t", Token("old", clock.now() + timedelta(hours=1)))
    tokens = AccessTokens("t", store, clock, lambda stored: Token("fresh", clock.now() + timedelta(hours=1)))
    assert tokens.current() == "old"
    store.put("t", left)  # the store was emptied, and who began to fill it anew was killed; or what it holds has ended
    assert tokens.renew("old") == "fresh"


def test_new_credentials_forget_the_old_token():
    first, second = (Credentials("h", "a", {"client_id": "i", "refresh_token": word}) for word in ("one", "two"))
    assert token_name(SHOP, first) != token_name(SHOP, second)
    assert "one" not in token_name(SHOP, first)


def test_a_bucket_lets_a_burst_through_and_then_its_rate(clock):
    limiter, budget = MemoryLimiter(clock), Budget("searchOrders", 0.0056, 20)
    assert [limiter.take(budget, "shop", 1e9) for _ in range(20)] == [0.0] * 20
    assert limiter.take(budget, "shop", 1e9) == pytest.approx(1 / 0.0056)
    assert limiter.take(budget, "another shop", 0) == 0.0


def test_a_wait_that_is_too_long_reserves_nothing(clock):
    limiter, budget = MemoryLimiter(clock), Budget("list", 0.1, 1)
    limiter.take(budget, "shop", 0)
    for _ in range(3):
        with pytest.raises(QuotaWait) as caught:
            limiter.take(budget, "shop", 5)
        assert caught.value.seconds == pytest.approx(10)
    clock.advance(10)
    assert limiter.take(budget, "shop", 0) == 0.0


def test_a_clock_that_was_ahead_leaves_queue_and_refusal_as_long_as_they_were(clock):
    limiter, budget = MemoryLimiter(clock), Budget("list", 0.1, 1)
    clock.advance(5 * 3600)
    assert [limiter.take(budget, "queue", 60) for _ in range(3)] == [0, 10, 20]
    limiter.penalise(budget, "refused", 600)
    clock.advance(-5 * 3600)
    for shop, seconds in (("queue", 30), ("refused", 600)):
        with pytest.raises(QuotaWait) as caught:
            limiter.take(budget, shop, 1)
        assert caught.value.seconds == pytest.approx(seconds)
    clock.advance(600)
    assert limiter.take(budget, "queue", 0) == limiter.take(budget, "refused", 0) == 0.0


def test_a_clock_a_little_back_frees_nothing(clock):
    limiter, budget = MemoryLimiter(clock), Budget("list", 0.1, 1)
    limiter.take(budget, "shop", 0)
    clock.advance(-50)
    with pytest.raises(QuotaWait) as caught:
        limiter.take(budget, "shop", 0)
    assert caught.value.seconds == pytest.approx(60)


def test_a_window_is_cut_into_half_open_pieces_without_gap():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    parts = list(cut(Window(start, start + timedelta(days=400)), timedelta(days=170)))
    assert [(part.end - part.start).days for part in parts] == [170, 170, 60]
    assert all(first.end == second.start for first, second in pairwise(parts))


def test_a_page_token_that_comes_twice_stops_with_an_error_also_in_the_next_process():
    memory = PageMemory("amazon searchOrders")
    assert memory.goes_on("a", ["1"])
    later = PageMemory("amazon searchOrders", memory.state())
    with pytest.raises(RetryableError, match="round in circles"):
        later.goes_on("a", ["2"])


def test_a_listing_that_shows_nothing_new_twice_is_over():
    memory = PageMemory("x")
    assert memory.goes_on("a", ["1", "2"]) and memory.goes_on("b", ["1", "2"])
    assert not memory.goes_on("c", ["2"])


def test_empty_pages_with_a_token_go_on_within_reason():
    memory = PageMemory("x")
    assert all(memory.goes_on(str(number), []) for number in range(400))
    with pytest.raises(RetryableError, match="empty pages in a row"):
        [memory.goes_on(f"again {number}", []) for number in range(200)]


def test_an_unknown_connector_lists_the_known_ones():
    services = Services(None, None, None, str)
    with pytest.raises(FatalError, match=r"Unknown connector 'ebuy'\. Known: .*amazon, .*lazada"):
        registry.connect(Shop("c", "s", "ebuy", ("US",)), Credentials("", "", {}), services)


def test_a_package_outside_the_repository_can_add_a_marketplace(monkeypatch, tmp_path):
    source = "ENDPOINTS = {'orders': 1}\ndef connect(shop, credentials, services): return shop.name\n"
    (tmp_path / "northmart_connector.py").write_text(source)
    announced = tmp_path / "northmart-1.0.dist-info"
    announced.mkdir()
    (announced / "METADATA").write_text("Metadata-Version: 2.1\nName: northmart\nVersion: 1.0\n")
    (announced / "entry_points.txt").write_text(f"[{registry.GROUP}]\nnorthmart = northmart_connector\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert {"amazon", "northmart"} <= set(registry.known()) and registry.endpoints("northmart") == {"orders": 1}
    assert registry.connect(Shop("c", "s", "northmart", ("US",)), Credentials("", "", {}), None) == "s"


@pytest.mark.parametrize("text", [
    "GET /x?access_token=SECRETVALUE&page=1", "X-Amz-Signature=SECRETVALUE", '{"refresh_token": "SECRETVALUE"}',
    "x-amz-access-token: SECRETVALUE", "token Atza|SECRETVALUE", "the word SECRETVALUE itself", "Authorization: Bearer SECRETVALUE",
])
def test_secrets_are_cut_out_of_text(text):
    assert "SECRETVALUE" not in redact(text, ["SECRETVALUE"] if "itself" in text else [])


@pytest.mark.parametrize("token", [
    "shpat_" + "0aB9" * 8, "shpca_" + "0f" * 16, "shppa_" + "0f" * 16, "shpss_" + "0f" * 16, "shprt_" + "0f" * 16, "shptka_" + "0f" * 16,
    "ck_" + "0f" * 20, "cs_" + "0f" * 20, "A21AA" + "Kn_v0-rX" * 12, "R23AA" + "Kn_v0-rX" * 12, "asat_" + "0f" * 16,
    "12345678." + "jKBP_nOi-t" * 8, "v^1.1#i^1#f^0#I^3#p^1#t^H4sIAAAA/+VYe2==", "v%5E1.1%23i%5E1%23t%5EH4sIAAAA", "Atzr|IwEB-x.y+z/=",
    "PRD-0f1e2d3c4b5a-8cae-4fb6-b103-52ca", "amzn1.oa2-cs.v1." + "0f" * 32, "50000601c30" + "atpEdfgu3L" * 4,
])
def test_what_looks_like_a_vendors_token_is_cut_out_whoever_wrote_it(token):
    assert redact(f'refused "{token}" for shop 7.') == 'refused "***" for shop 7.'
    assert token not in redact(f"https://x.test/a?page=2&t={token}&b=1")


@pytest.mark.parametrize("name", ["17token", "DHL-API-Key", "as-api-key", "x-api-key", "shared_secret", "X-Shopify-Access-Token"])
def test_keys_without_a_shape_go_by_the_name_they_are_sent_under(name):
    assert "0F1E2D3C" not in redact(f"{name}: 0F1E2D3C4B5A") + redact(f'{{"{name}": "0F1E2D3C4B5A"}}')


@pytest.mark.parametrize("text", [
    "order 500012345678901, 1234567.50 USD", "request id 0f1e2d3c4b5a69788796a5b4c3d2e1f0", "parcel JD014600003828392000",
    "capture 2XR45678AB123456C", "shop acme-store.myshopify.com", "receipt 3012345678 on 2026-11-27T03:00:00.000000+00:00",
])
def test_numbers_that_people_need_stay_readable(text):
    assert redact(text) == text


def test_a_vendors_novel_becomes_one_short_line():
    assert len(shorten("word\n" * 500)) == 300 and "\n" not in shorten("a\nb")
