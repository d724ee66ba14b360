"""AliExpress's own published sample answers: every record becomes a row or a row with a fault, and none raises."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest

from connectors.aliexpress import connect
from connectors.aliexpress.read_listings import ListingsWalk
from connectors.contract import Credentials, Page, Services, Shop, Window
from connectors.errors import RetryableError
from connectors.memory import MemoryLimiter, MemoryTokens

FOLDER = Path(os.environ.get("DAIYUN_SPECS", Path(__file__).resolve().parents[3] / "shared" / "specs")) / "aliexpress"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the vendors' samples are not beside this repository (DAIYUN_SPECS)")

CASES = {
    "orders": (("solution_order_get", "orders"),),
    "listings": (("solution_product_list_get", "products"), ("solution_product_info_get", "product")),
    "account": (("solution_merchant_profile_get", "profile"),),
}
ODD = (None, [], {}, "null", True, -7, "abc\0", "2026-13-99", 10**30)


class Clock:
    def now(self):
        return datetime(2026, 11, 16, 3, 10, tzinfo=UTC)

    def sleep(self, seconds):
        raise AssertionError("mapping waits for nothing")


def connector():
    services = Services(clock=Clock(), limiter=MemoryLimiter(Clock()), tokens=MemoryTokens(), pseudonym=lambda buyer: f"key of {buyer}")
    secrets = {"app_key": "k", "app_secret": "s", "refresh_token": "r"}
    return connect(Shop("lumora", "lumora_aliexpress", "aliexpress", ("US",)), Credentials("", "", secrets), services)


def sample(name, part):
    return Page((FOLDER / "examples" / f"aliexpress_{name}_response.json").read_bytes(), Clock().now(), name, part=f"{part}/US")


def described(name, part):
    """An answer made of a method's own description: every field it names, each once, lists under a type's name."""
    told = json.loads((FOLDER / "top-metadata" / f"aliexpress_{name}.json").read_text(encoding="utf-8"))
    body = {f"aliexpress_{name}_response": {field["name"]: made(field) for field in told["responseParams"]}}
    return Page(json.dumps(body).encode(), Clock().now(), name, part=f"{part}/US")


KNOWN = {
    "currency_code": "USD", "receive_status": "received", "gmt_send": "2026-11-15 02:00:00", "gmt_received": "2026-11-15 03:00:00",
    "child_order_id": "23457890", "country": "ES", "id": 1160045860056286,
}


def made(field):
    if field.get("subParams"):
        inside = {each["name"]: made(each) for each in field["subParams"] if each["name"] != "currency"}  # the same of every amount
        return {"a_type": [inside]} if field["type"].endswith("[]") else inside
    if field["name"] in KNOWN:
        return KNOWN[field["name"]]
    return {"Number": 1, "Boolean": True}.get(field["type"], "1.01" if field["name"] in ("amount", "amount_str") else "text")


def mapped(entity, *pages):
    return connector().map(entity, list(pages))


@pytest.mark.parametrize("entity", CASES)
def test_every_sample_record_is_a_row(entity):
    frames = mapped(entity, *(sample(*each) for each in CASES[entity]))
    for frame in frames.values():
        assert {"fault", "landing_page", "landing_record", "source_updated_at"} <= set(frame.columns)
    assert len(next(iter(frames.values())))


def test_the_sample_order_without_details_is_kept_with_its_reason():
    told = mapped("orders", sample("solution_order_get", "orders"))["orders"].iloc[0]
    assert (told["order_id"], told["status"], told["total_minor"]) == ("1160045860056286", "pending", 101)
    assert "details" in told["fault"]


def test_the_sample_order_with_details_as_the_method_describes_them_is_whole():
    frames = mapped("orders", sample("solution_order_get", "orders"), described("solution_order_info_get", "detail"))
    told, parcel, line = (frames[name].iloc[0] for name in ("orders", "shipments", "order_lines"))
    assert (told["shipping_minor"], told["discount_minor"], told["ship_country"]) == (101, 101, "ES")
    assert (parcel["status"], parcel["delivered_at"], line["discount_minor"]) == ("delivered", datetime(2026, 11, 15, 11, tzinfo=UTC), 101)
    assert frames["orders"]["fault"].isna().all()


def test_the_sample_product_has_two_skus_at_their_discount_price_and_the_listed_one_without_skus_stays():
    frames = mapped("listings", *(sample(*each) for each in CASES["listings"]))
    assert list(frames["listings"]["sku"])[:2] == ["ffff00978", "cfas00978"] and list(frames["listings"]["price_minor"])[:2] == [1001, 1001]
    assert list(frames["inventory"]["sellable_quantity"]) == [1234, 1234]
    assert frames["listings"]["fault"].iloc[2].startswith("product: the marketplace listed it")


def test_the_sample_list_of_products_as_published_is_refused_for_it_counts_1201_and_shows_one():
    answer = json.loads(sample("solution_product_list_get", "products").body)
    walk, state = ListingsWalk(), ListingsWalk().start("US", Window(datetime(2026, 11, 15, tzinfo=UTC), Clock().now()), Clock().now())
    with pytest.raises(RetryableError, match="changed under each of 3 readings"):
        for _ in range(3):
            step = walk.after(state, answer)
            state = step.state
            assert not step.is_kept, "no product of it may pass for the whole list"


def test_the_sample_profile_is_whole():
    told = mapped("account", sample("solution_merchant_profile_get", "profile"))["seller_accounts"].iloc[0]
    assert (told["account_id"], told["status"], told["country"]) == ("1234321", "verified", "ES")
    assert told["status_raw"] == "official,posting allowed"


def test_damaged_samples_are_faults_and_never_exceptions():
    """Each value of each sample, one after the other, replaced by a thing that does not belong there."""
    aliexpress = connector()
    for entity, parts in CASES.items():
        pages = [sample(*part) for part in parts]
        pages += [described("solution_order_info_get", "detail")] if entity == "orders" else []
        for damaged in damages(pages):
            frames = aliexpress.map(entity, damaged)
            aliexpress.record_ids(entity, damaged)
            assert set(frames) == set(aliexpress.endpoints[entity].tables)


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
