"""The landing: what is written is read back, or refused by name."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from warehouse.landing import LandedPage, Landing, LandingError, PullRef

PULL = PullRef("lumora", "lumora_amazon_us", "orders", "0123456789abcdef")
NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
KEY = bytes(range(32))


def _page(number: int, **changes) -> LandedPage:
    basis = {"body": b'{"orders": [%d]}' % number, "received_at": NOW, "request": "GET orders", "cursor": {"next": number}}
    return LandedPage(**{**basis, **changes})


@pytest.fixture
def landing(tmp_path) -> Landing:
    return Landing(tmp_path / "landing", KEY)


def _file(landing, ending: str):
    return next(file for file in landing.root.rglob("*") if file.name.endswith(ending))


def test_pages_come_back_in_order_as_they_were(landing):
    pages = [_page(0, part="items", group=3, request_id="r", announced=7), _page(1), _page(2, cursor=None, body=b"")]
    for index, page in enumerate(pages):
        landing.write_page(PULL, 0, index, page)
    assert list(landing.read_pages(PULL, 0)) == pages
    assert list(landing.read_pages(PULL, 1)) == []


def test_a_page_written_again_takes_the_place_of_the_first(landing):
    landing.write_page(PULL, 0, 0, _page(0))
    landing.write_page(PULL, 0, 0, _page(9))
    assert [page.body for page in landing.read_pages(PULL, 0)] == [_page(9).body]


def test_nothing_of_a_page_is_readable_on_disk(landing):
    landing.write_page(PULL, 0, 0, _page(0, body=b"Jane Doe" * 50))
    assert b"Jane" not in _file(landing, ".page").read_bytes()


def _altered(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: raw[:3], lambda raw: b"", _altered])
def test_a_damaged_page_is_refused_by_its_name(landing, damage):
    landing.write_page(PULL, 0, 0, _page(0))
    file = _file(landing, ".page")
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(LandingError, match=r"000000\.page .*cut short.*shop 'lumora_amazon_us'"):
        list(landing.read_pages(PULL, 0))


def test_a_page_moved_to_another_pulls_place_is_refused(landing):
    other = PullRef("teahaus", "teahaus_amazon_jp", "orders", PULL.pull_id)
    landing.write_page(PULL, 0, 0, _page(0))
    landing.write_page(other, 0, 0, _page(1))
    (landing.root / other.place / "0" / "000000.page").write_bytes((landing.root / PULL.place / "0" / "000000.page").read_bytes())
    with pytest.raises(LandingError, match="teahaus"):
        list(landing.read_pages(other, 0))


def test_a_missing_page_is_named(landing):
    for index in (0, 2):
        landing.write_page(PULL, 0, index, _page(index))
    with pytest.raises(LandingError, match=r"000001\.page: page 1 of 2 is missing"):
        list(landing.read_pages(PULL, 0))
    with pytest.raises(LandingError, match="page 1 of 5"):
        list(landing.read_pages(PULL, 0, expected=5))


def test_a_page_landed_but_not_counted_yet_is_left_out(landing):
    for index in (0, 1):
        landing.write_page(PULL, 0, index, _page(index))
    assert len(list(landing.read_pages(PULL, 0, expected=1))) == 1


def test_batches_come_back_chunk_by_chunk_in_declared_types(landing, rows):
    first = rows.batch([{"order_id": "1", "lines": [{"line_id": "a", "total_minor": 5}]}])
    second = rows.batch([{"order_id": "2"}])
    for chunk, frames in enumerate((first, second)):
        for table, frame in frames.items():
            landing.write_batch(PULL, chunk, table, frame)
    read = list(landing.read_batches(PULL))
    assert [list(frames) for frames in read] == [["orders", "order_lines"]] * 2
    for frames, expected in zip(read, (first, second), strict=True):
        for table in expected:
            assert frames[table].equals(expected[table]) and list(frames[table].dtypes) == list(expected[table].dtypes)
    landing.clear_batches(PULL)
    assert list(landing.read_batches(PULL)) == []


def test_expiry_takes_old_files_only(landing):
    landing.write_page(PULL, 0, 0, _page(0))
    landing.write_page(PULL, 0, 1, _page(1))
    old = landing.root / PULL.place / "0" / "000000.page"
    os.utime(old, (0, 0))
    assert landing.expire(datetime.now(UTC) - timedelta(days=30)) == 1
    assert not old.exists() and _file(landing, "000001.page")


@pytest.mark.parametrize("place", ["a folder", "memory://landing-remove"])
def test_a_pull_is_removed_whole_and_alone_and_twice_is_once(rows, tmp_path, place):
    landing = Landing(tmp_path if place == "a folder" else place, KEY)
    other = PullRef("teahaus", "teahaus_amazon_jp", "orders", "fedcba9876543210")
    for pull in (PULL, other):
        for attempt in (0, 1):
            landing.write_page(pull, attempt, 0, _page(0))
        landing.write_batch(pull, 0, "orders", rows.batch([{"order_id": "1"}])["orders"])
    assert landing.pulls() == [PULL, other]
    for _ in range(2):
        landing.remove(PULL)
        assert landing.pulls() == [other]
    assert list(landing.read_pages(PULL, 0)) == [] and list(landing.read_batches(PULL)) == []
    assert list(landing.read_pages(other, 1)) == [_page(0)]


def test_an_object_store_serves_as_well_as_a_folder(rows):
    landing = Landing("memory://landing-test", KEY)
    landing.write_page(PULL, 0, 0, _page(0))
    frames = rows.batch([{"order_id": "1"}])
    landing.write_batch(PULL, 0, "orders", frames["orders"])
    assert list(landing.read_pages(PULL, 0)) == [_page(0)]
    assert next(landing.read_batches(PULL))["orders"].equals(frames["orders"])
    landing.clear_batches(PULL)
    assert list(landing.read_batches(PULL)) == []
