"""The Lazada connector against a small gateway on loopback that checks every signature by its own lights."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit
from xml.dom import minidom

import pytest

from connectors.contract import Credentials, Services, Shop, Window
from connectors.errors import FatalError, RetryableError
from connectors.lazada import connect
from connectors.memory import MemoryLimiter, MemoryTokens
from connectors.writes import StockChange

NOW = datetime(2026, 11, 16, 3, 10, tzinfo=UTC)
NIGHT = Window(NOW - timedelta(days=1), NOW - timedelta(minutes=10))
SECRET = "a-secret-nobody-may-see"


class Clock:
    """Stands still but for sleeping."""

    def __init__(self):
        self.moment, self.slept = NOW, []

    def now(self):
        return self.moment

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


class Lazada:
    """Answers are functions of the parameters, by path; a list is used up one by one, its last one stays."""

    def __init__(self):
        self.answers, self.calls, self.sites, self.tokens, self.refreshes = {}, [], [], set(), 0
        self.answers["/auth/token/refresh"] = self.refresh
        self.lock = threading.Lock()

    def refresh(self, sent):
        with self.lock:
            self.refreshes += 1
            if sent["refresh_token"] != f"consent-{self.refreshes - 1}":
                return error("IllegalRefreshToken", "The specified refresh token is invalid or expired")
            self.tokens = {f"token-{self.refreshes}"}
            return token_answer(self.refreshes)

    def answer(self, path, sent):
        self.calls.append((path, sent))
        if not self.is_signed(path, sent):
            return error("IncompleteSignature", "The request signature does not conform to platform standards")
        if any(value == "" for value in sent.values()):
            return error("MissingParameter", "an empty parameter was sent")
        if not path.startswith("/auth") and sent.get("access_token") not in self.tokens:
            return error("IllegalAccessToken", "The specified access token is invalid or expired")
        chosen = self.answers[path]
        if isinstance(chosen, list):
            chosen = chosen.pop(0) if len(chosen) > 1 else chosen[0]
        return chosen(sent) if callable(chosen) else chosen

    def is_signed(self, path, sent):
        text = path
        for name in sorted(set(sent) - {"sign"}):
            text += f"{name}{sent[name]}"
        return hmac.new(SECRET.encode(), text.encode("utf-8"), hashlib.sha256).hexdigest().upper() == sent.get("sign")

    def sent_to(self, path):
        return [sent for called, sent in self.calls if called == path]


def token_answer(number, **changes):
    countries = {"country_user_info_list": {"sg": {"seller_id": "1"}, "my": {"seller_id": "2"}}}
    lives = {"expires_in": "604800", "refresh_expires_in": 15552000}
    return {"code": "0", "access_token": f"token-{number}", "refresh_token": f"consent-{number}", **lives, **countries, **changes}


def error(code, message, **more):
    return {"code": code, "type": "ISV", "message": message, "request_id": "req-77", **more}


def data(found):
    return {"code": "0", "data": found, "request_id": "req-1"}


@pytest.fixture
def lazada():
    return Lazada()


@pytest.fixture
def open_shop(lazada):
    with serving(lazada) as host:
        yield lambda *sites, **options: opened(host, sites or ("SG",), **options)


@contextmanager
def serving(lazada):
    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", -1  # one packet an answer

        def do_GET(self):
            self.reply(urlsplit(self.path).query)

        def do_POST(self):
            assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            assert not urlsplit(self.path).query
            self.reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def reply(self, text):
            site, _, path = urlsplit(self.path).path.partition("/rest")
            lazada.sites.append(site)
            body = json.dumps(lazada.answer(path, dict(parse_qsl(text, keep_blank_values=True)))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opened(host, sites, *, store=None, clock=None, secrets=None):
    clock = clock or Clock()
    given = {"app_key": "100132", "app_secret": SECRET, "refresh_token": "consent-0"} if secrets is None else secrets
    services = Services(clock, MemoryLimiter(clock), store or MemoryTokens(), lambda buyer: f"key of {buyer}")
    base = f"{host}/{{site}}/rest" if len(sites) > 1 else f"{host}/rest"
    return connect(Shop("lumora", "lumora_lazada", "lazada", sites), Credentials(base, f"{host}/rest", given), services)


def order(number, updated, **changes):
    return {
        "order_id": number, "created_at": "2026-11-15T09:00:00+08:00", "updated_at": updated.isoformat(),
        "price": "10.00", "voucher": "0.00", "shipping_fee": "1.50", "statuses": ["shipped"],
        "address_shipping": {"country": "Singapore"}, **changes,
    }


def item(number, **changes):
    return {
        "order_id": number, "order_item_id": number * 10, "sku": "LAMP-1", "product_id": "5", "name": "Lamp", "status": "shipped",
        "currency": "SGD", "item_price": "10.00", "voucher_amount": "0.00", "shipping_amount": "1.50", "payment_time": "1794700000000",
        "buyer_id": 7, "is_fbl": "0", "package_id": f"FP{number}", "shipment_provider": "LEX", "tracking_code": "T1",
        "created_at": "2026-11-15 09:00:00 +0800", "updated_at": "2026-11-15 10:00:00 +0800", **changes,
    }


class OrderBook:
    """Orders as the vendor pages them: both bounds kept, offset beyond 5000 refused."""

    def __init__(self, lazada, orders, **item_changes):
        self.orders, self.item_changes = orders, item_changes
        self.on_page = lambda page: None
        lazada.answers |= {"/orders/get": self.page, "/orders/items/get": self.items, "/logistic/order/trace": self.trace}

    def page(self, sent):
        after, before = (datetime.fromisoformat(sent[name]) for name in ("update_after", "update_before"))
        offset, limit = int(sent["offset"]), int(sent["limit"])
        if offset > 5000 or limit > 100:
            return error("14", "E014: Invalid Offset")
        inside = (each for each in self.orders if after <= datetime.fromisoformat(each["updated_at"]) < before)
        found = sorted(inside, key=lambda each: each["updated_at"])
        answer = data({"count": "1", "countTotal": str(len(found)), "orders": found[offset : offset + limit]})
        self.on_page(offset)
        return answer

    def items(self, sent):
        wanted = json.loads(sent["order_ids"])
        if len(wanted) > 50:
            return error("38", "too many")
        return data([{"order_id": number, "order_items": [item(number, **self.item_changes)]} for number in wanted])

    def trace(self, sent):
        events = [{"detail_type": "shipped", "event_time": "1794720000000"}, {"detail_type": "shipped", "event_time": 1794730000000}]
        package = {"ofc_package_id": f"FP{sent['order_id']}", "logistic_detail_info_list": events}
        return {"code": "0", "result": {"success": "true", "module": [{"package_detail_info_list": [package]}]}}


def book_of(lazada, size, *, step=1, **item_changes):
    start = NIGHT.start + timedelta(minutes=1)
    return OrderBook(lazada, [order(1000 + n, start + timedelta(seconds=n * step)) for n in range(size)], **item_changes)


def test_an_order_page_its_items_and_its_traces_are_one_group(lazada, open_shop):
    book_of(lazada, 120)
    pages = list(open_shop().read("orders", NIGHT))
    assert [page.part for page in pages if page.group == 0] == ["orders/SG", "items/SG", "items/SG"] + ["trace/SG"] * 100
    assert [page.part for page in pages if page.group == 1] == ["orders/SG", "items/SG"] + ["trace/SG"] * 20
    assert pages[-1].cursor is None and {page.announced for page in pages} == {120}
    assert [len(json.loads(sent["order_ids"])) for sent in lazada.sent_to("/orders/items/get")] == [50, 50, 20]


def test_a_pull_goes_on_after_any_page(lazada, open_shop):
    book_of(lazada, 103)
    shop = open_shop()
    whole = list(shop.read("orders", NIGHT))
    for at in (0, 2, 50, 102, 104, len(whole) - 2):
        cursor = json.loads(json.dumps(whole[at].cursor))
        rest = list(shop.read("orders", NIGHT, cursor))
        assert [(page.body, page.group, page.part, page.announced) for page in rest] == [
            (page.body, page.group, page.part, page.announced) for page in whole[at + 1 :]
        ]


def test_traces_are_asked_only_for_parcels_that_can_have_left(lazada, open_shop):
    book_of(lazada, 5, status="ready_to_ship")
    assert not [page for page in open_shop().read("orders", NIGHT) if page.part == "trace/SG"]


def test_more_orders_than_the_offset_reaches_are_read_from_the_last_row_on(lazada, open_shop):
    book_of(lazada, 5130, status="pending", package_id="")
    shop = open_shop()
    pages = list(shop.read("orders", NIGHT))
    assert max(int(sent["offset"]) for sent in lazada.sent_to("/orders/get")) <= 4900
    assert len(shop.record_ids("orders", pages)) == 5130
    assert pages[-1].announced == 5130  # ties at the seam are not counted twice
    frames = shop.map("orders", pages)
    assert len(frames["orders"]) == len(frames["order_lines"]) == 5130
    assert frames["orders"]["fault"].isna().all()


def test_an_order_that_leaves_the_window_while_it_is_read_hides_no_other(lazada, open_shop):
    book = book_of(lazada, 250, step=5, status="pending", package_id="")
    book.on_page = lambda offset: offset or book.orders.pop(3) if len(book.orders) == 250 else None
    shop = open_shop()
    pages = list(shop.read("orders", NIGHT))
    seen = set(shop.record_ids("orders", pages))
    assert {str(each["order_id"]) for each in book.orders} <= seen
    assert len(seen) == pages[-1].announced == 250  # the one that left had been seen before


def test_a_marketplace_that_repeats_its_page_for_ever_is_left(lazada, open_shop):
    book_of(lazada, 3)
    lazada.answers["/orders/get"] = data({"countTotal": 500, "orders": [order(1000, NIGHT.start)]})
    pages = list(open_shop().read("orders", NIGHT))
    assert len(lazada.sent_to("/orders/get")) == 2
    assert pages[-1].cursor is None and pages[-1].announced == 500  # so that the certificate sees what is missing


def test_a_cross_border_token_reads_each_site_at_its_own_gateway(lazada, open_shop):
    result = {"success": True, "total": 1, "items": [{"reverse_order_id": 9}]}
    lazada.answers["/reverse/getreverseordersforseller"] = {"code": "0", "result": result}
    pages = list(open_shop("SG", "MY").read("returns", NIGHT))
    assert [page.part for page in pages] == ["returns/SG", "returns/MY"]
    assert [page.announced for page in pages] == [1, 2] and [page.group for page in pages] == [0, 1]
    assert lazada.sites == ["", "/sg", "/my"] and lazada.refreshes == 1


def test_a_catalogue_beyond_the_offset_is_cut_by_creation_time(lazada, open_shop):
    created = [1_400_000_000_000 + 30_000_000_000 * n for n in range(3)]

    def page(sent):
        first = datetime.fromisoformat(sent["create_after"]).timestamp() * 1000 if "create_after" in sent else 0
        last = datetime.fromisoformat(sent["create_before"]).timestamp() * 1000 if "create_before" in sent else 9e15
        found = [at for at in created if first <= at < last]
        products = [{"item_id": at, "skus": [{"SkuId": at + n, "SellerSku": f"S{at}"} for n in range(2)]} for at in found]
        return data({"total_products": 10_001 if len(found) == 3 else len(found), "products": products if len(found) < 3 else []})

    lazada.answers["/products/get"] = page
    shop = open_shop()
    pages = list(shop.read("listings", NIGHT))
    assert len(shop.record_ids("listings", pages)) == 6 == pages[-1].announced


def test_a_product_that_was_counted_but_not_shown_stays_announced(lazada, open_shop):
    first = data({"total_products": 3, "products": [{"item_id": 1, "skus": [{"SkuId": 1}]}]})
    lazada.answers["/products/get"] = [first, data({"total_products": 3})]
    pages = list(open_shop().read("listings", NIGHT))
    assert pages[-1].announced == 3


def test_account_entries_are_asked_in_spans_below_180_days_and_500_rows(lazada, open_shop):
    full = [{"transaction_number": f"T{n}", "fee_type": "13", "orderItem_no": n} for n in range(500)]
    lazada.answers["/finance/transaction/details/get"] = [data(full), data(full[:3]), data([])]
    list(open_shop().read("ledger", Window(NOW - timedelta(days=300), NOW)))
    asked = [(sent["start_time"], sent["end_time"], sent["offset"]) for sent in lazada.sent_to("/finance/transaction/details/get")]
    assert asked == [("2026-01-20", "2026-07-17", "0"), ("2026-01-20", "2026-07-17", "500"), ("2026-07-18", "2026-11-16", "0")]


def test_reviews_are_asked_in_weeks_of_the_last_90_days_and_by_ten(lazada, open_shop):
    lazada.answers["/products/get"] = data({"total_products": 1, "products": [{"item_id": 55}]})
    first = data({"total": 12, "id_list": list(range(100, 112))})
    lazada.answers["/review/seller/history/list"] = [first, data({"total": 0, "id_list": []})]
    lazada.answers["/review/seller/list/v2"] = lambda sent: data(
        {"review_list": [], "outdated_reviews": [n for n in json.loads(sent["id_list"]) if n == 111]}
    )
    shop = open_shop()
    pages = list(shop.read("reviews", Window(NOW - timedelta(days=200), NOW)))
    spans = [(int(sent["start_time"]), int(sent["end_time"])) for sent in lazada.sent_to("/review/seller/history/list")]
    assert len(spans) == 13 and all(0 < end - start <= 7 * 86_400_000 for start, end in spans)
    assert NOW - timedelta(days=90) <= datetime.fromtimestamp(spans[0][0] / 1000, UTC)
    assert [len(json.loads(sent["id_list"])) for sent in lazada.sent_to("/review/seller/list/v2")] == [10, 2]
    assert len(shop.record_ids("reviews", pages)) == 11 == pages[-1].announced
    assert list(shop.read("reviews", Window(NOW - timedelta(days=200), NOW - timedelta(days=91)))) == []


def seller():
    return data({"seller_id": 1, "short_code": "SG1"})


def test_a_ban_is_waited_out_for_the_seconds_the_message_names(lazada, open_shop):
    lazada.answers["/seller/get"] = [error("ApiCallLimit", "Too frequent. this ban will last 7 seconds"), seller()]
    clock = Clock()
    assert open_shop(clock=clock).check() == "SG: seller 1 (SG1)"
    assert sum(clock.slept) == pytest.approx(7, abs=1)


def test_a_call_closed_for_a_campaign_is_not_asked_again_now(lazada, open_shop):
    lazada.answers["/seller/get"] = error("998", "closed")
    with pytest.raises(RetryableError, match="after hours"):
        open_shop().check()
    assert len(lazada.sent_to("/seller/get")) == 1


def test_a_refused_token_is_refreshed_once_and_the_call_replayed(lazada, open_shop):
    lazada.answers["/seller/get"] = seller()
    store = MemoryTokens()
    open_shop(store=store).check()
    lazada.tokens = set()  # ended before its time
    open_shop(store=store).check()
    assert lazada.refreshes == 2
    assert [sent["refresh_token"] for sent in lazada.sent_to("/auth/token/refresh")] == ["consent-0", "consent-1"]


def test_a_token_that_is_refused_again_after_its_refresh_ends_the_pull(lazada, open_shop):
    lazada.answers["/seller/get"] = error("IllegalAccessToken", "no")
    with pytest.raises(FatalError, match="IllegalAccessToken"):
        open_shop().check()
    assert lazada.refreshes == 2 and len(lazada.sent_to("/seller/get")) == 2


def test_many_workers_refresh_a_shops_token_once(lazada, open_shop):
    lazada.answers["/seller/get"] = seller()
    store = MemoryTokens()
    workers = [threading.Thread(target=open_shop(store=store).check) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert lazada.refreshes == 1 and len(lazada.sent_to("/seller/get")) == 6


@pytest.mark.parametrize(
    ("code", "message", "remedy"),
    [
        ("IllegalRefreshToken", "dead", "consent is lost"),
        ("AUTH_TYPE_UNSUPPORTED", "no", "consent is lost"),
        ("IncompleteSignature", "bad", "key and secret"),
        ("IllegalTimestamp", "The timestamp is too old", "Set this machine's clock right"),
    ],
)
def test_what_only_a_person_can_mend_says_what_to_mend_and_no_secret(lazada, open_shop, code, message, remedy):
    lazada.answers["/auth/token/refresh"] = error(code, message)
    with pytest.raises(FatalError, match=remedy) as caught:
        open_shop().check()
    assert "req-77" in str(caught.value) and len(lazada.calls) == 1
    assert SECRET not in str(caught.value) and "consent-0" not in str(caught.value)


@pytest.mark.parametrize("countries", [[{"country": "SG"}], {"sg": {}}, {"country": "sg"}, None, [], "null"])
def test_a_token_is_read_nested_or_flat_and_with_its_countries_in_any_form(lazada, open_shop, countries):
    flat = token_answer(1, country_user_info_list=countries)
    lazada.tokens = {"token-1"}
    lazada.answers |= {"/auth/token/refresh": {"code": "0", "data": flat}, "/seller/get": seller()}
    open_shop().check()


def test_a_token_for_another_country_is_refused_before_it_is_used(lazada, open_shop):
    with pytest.raises(FatalError, match="not for TH"):
        open_shop("TH").check()


def change(number, sku="LAMP-1", quantity=5):
    return StockChange(f"job-{number}", "SG", sku, str(900 + number), "55", quantity)


def test_stock_is_sent_by_twenty_and_any_article_number_survives_the_xml(lazada, open_shop):
    lazada.answers["/product/stock/sellable/update"] = data({})
    odd = "<A&B>\"'灯"
    answers = open_shop().push_stock([change(n, sku=f"{odd}{n}") for n in range(45)])
    sent = [minidom.parseString(each["payload"]) for each in lazada.sent_to("/product/stock/sellable/update")]
    assert [len(each.getElementsByTagName("Sku")) for each in sent] == [20, 20, 5]
    assert sent[0].getElementsByTagName("SellerSku")[3].firstChild.data == f"{odd}3"
    assert [answer.job_id for answer in answers] == [f"job-{n}" for n in range(45)] and all(answer.is_accepted for answer in answers)


def test_a_refused_article_does_not_take_its_neighbours_with_it(lazada, open_shop):
    detail = [{"seller_sku": "B", "message": "campaign", "code": "4170"}]
    lazada.answers["/product/stock/sellable/update"] = error("501", "E501: update failed", detail=detail)
    fine, locked, wrong = open_shop().push_stock([change(1, "A"), change(2, "B"), change(3, "C", -1)])
    assert fine.is_accepted and not locked.is_accepted and not wrong.is_accepted
    assert "may only rise" in locked.message and "no stock" in wrong.message


def test_a_dry_run_is_judged_here_and_says_so(lazada, open_shop):
    skus = [{"SellerSku": "A", "multiWarehouseInventories": [{"sellableQuantity": 4}, {"sellableQuantity": "3"}]}]
    lazada.answers["/products/get"] = data({"products": [{"item_id": 1, "skus": skus}]})
    shop = open_shop()
    known, unknown = shop.push_stock([change(1, "A"), change(2, "Z")], dry_run=True)
    assert known.is_accepted and not unknown.is_accepted and "no trial run" in known.message
    assert not lazada.sent_to("/product/stock/sellable/update")
    assert shop.observe_stock([change(1, "A"), change(2, "Z")]) == {"job-1": 7, "job-2": None}
