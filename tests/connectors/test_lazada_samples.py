"""Lazada's own published sample answers: every record becomes a row or a row with a fault, and none raises."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from itertools import cycle
from pathlib import Path

import pytest

from connectors.contract import Credentials, Page, Services, Shop
from connectors.lazada import connect
from connectors.memory import MemoryLimiter, MemoryTokens

SAMPLES = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).resolve().parents[3] / "shared" / "specs")) / "lazada" / "examples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the vendors' samples are not beside this repository (DAIYUN_SPECS)")

CASES = {
    "orders": (("orders.get", "orders"), ("order.items.get", "items"), ("logistic.order.trace", "trace")),
    "listings": (("products.get", "products"),),
    "returns": (("reverse.getreverseordersforseller", "returns"),),
    "ledger": (("finance.transaction.details.get", "entries"),),
    "reviews": (("review.seller.list.v2", "reviews"),),
}


ODD = (None, [], {}, "null", True, -7, "abc\0", "2026-13-99", 10**30)


class Clock:
    def now(self):
        return datetime(2026, 11, 16, 3, 10, tzinfo=UTC)

    def sleep(self, seconds):
        raise AssertionError("mapping waits for nothing")


def connector(site="SG"):
    services = Services(clock=Clock(), limiter=MemoryLimiter(Clock()), tokens=MemoryTokens(), pseudonym=lambda buyer: f"key of {buyer}")
    secrets = {"app_key": "k", "app_secret": "s", "refresh_token": "r"}
    host = "http://127.0.0.1:9/rest"
    return connect(Shop("lumora", "lumora_lazada", "lazada", (site,)), Credentials(host, host, secrets), services)


def sample(name, part, site="SG"):
    return Page((SAMPLES / f"{name}_resp.json").read_bytes(), Clock().now(), name, part=f"{part}/{site}")


def mapped(entity, *samples, site="SG"):
    return connector(site).map(entity, [sample(*each, site) for each in samples])


@pytest.mark.parametrize("entity", CASES)
@pytest.mark.parametrize("site", ["SG", "VN"])
def test_every_sample_record_is_a_row(entity, site):
    frames = mapped(entity, *CASES[entity], site=site)
    for frame in frames.values():
        assert {"fault", "landing_page", "landing_record", "source_updated_at"} <= set(frame.columns)
    assert len(next(iter(frames.values()))) == 1


def test_the_sample_order_without_items_is_kept_with_its_reason_and_so_is_the_item_without_order():
    frames = mapped("orders", *CASES["orders"])
    order, line = frames["orders"].iloc[0], frames["order_lines"].iloc[0]
    assert (order["order_id"], order["total_minor"], order["ship_country"]) == ("491253082180001", 10654, "SG")
    assert "showed none for this order" in order["fault"]
    assert (line["line_id"], line["status"], line["unit_price_minor"]) == ("98108", "cancelled", 9900)
    assert "no order page" in line["fault"]


def test_the_sample_status_that_lists_every_word_is_a_fault():
    listing = mapped("listings", *CASES["listings"])["listings"].iloc[0]
    assert "not a known word" in listing["fault"]
    assert (listing["listing_id"], listing["price_minor"]) == ("314525867", 3200)  # the special price ended in 2020


def test_the_sample_entry_has_its_day_and_its_sign():
    entry = mapped("ledger", *CASES["ledger"])["ledger_entries"].iloc[0]
    assert (entry["entry_id"], entry["amount_minor"], entry["status"]) == ("SG103EF-1P9VK1A/13/1666666", -62, "deferred")
    assert entry["posted_date"] == date(2016, 5, 17)
    assert entry["posted_at"] == datetime(2016, 5, 16, 16, tzinfo=UTC)


def test_the_sample_review_and_return_are_whole():
    assert mapped("reviews", *CASES["reviews"])["reviews"].iloc[0]["rating"] == 2
    assert mapped("returns", *CASES["returns"])["returns"]["fault"].isna().all()


def test_damaged_samples_are_faults_and_never_exceptions():
    """Each value of each sample, one after the other, replaced by a thing that does not belong there."""
    lazada = connector()
    for entity, parts in CASES.items():
        for damaged in damages([sample(*part) for part in parts]):
            frames = lazada.map(entity, damaged)
            lazada.record_ids(entity, damaged)
            assert set(frames) == set(lazada.endpoints[entity].tables)


def damages(pages):
    for at, page in enumerate(pages):
        document = json.loads(page.body)
        for path, odd in zip(paths(document), cycle(ODD), strict=False):
            changed = json.dumps(put(document, path, odd)).encode()
            yield [*pages[:at], Page(changed, page.received_at, page.request, part=page.part), *pages[at + 1 :]]


def paths(value, above=()):
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*above, key)
        yield from paths(below, (*above, key))


def put(document, path, odd):
    copy = json.loads(json.dumps(document))
    holder = copy
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = odd
    return copy
