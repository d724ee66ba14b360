"""What is landed and then lost (a disk, an expiry) must not look as if the marketplace had shown nothing."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from connectors.contract import Page
from pipeline import opened
from pipeline.validate import page_chunks
from warehouse.landing import LandingError
from warehouse.ledger import Pull

NOW = datetime(2026, 11, 16, tzinfo=UTC)
PULL = Pull(
    "p1", "lumora", "lumora_lazada_sg", "listings", NOW.replace(day=15), NOW, "night", "landed", None, attempt=0, pages=3, cursor=None,
    announced=None, counts=None,
)  # fmt: skip


@pytest.fixture
def landed(tmp_path, monkeypatch):
    monkeypatch.setenv("DAIYUN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setenv("DAIYUN_LANDING", str(tmp_path))
    monkeypatch.setenv("DAIYUN_SECRET_KEY", base64.urlsafe_b64encode(b"k" * 32).decode())
    opened.forget()
    for index in range(3):
        opened.landing().write_page(PULL.ref, 0, index, Page(b"{}", NOW, "products/get", group=index))
    yield tmp_path / PULL.ref.place / "0"
    opened.forget()


def test_all_landed_pages_are_read(landed):
    assert sum(len(chunk.pages) for chunk in page_chunks(PULL)) == 3


@pytest.mark.parametrize("lost", [["000002.page"], ["000000.page", "000001.page", "000002.page"]], ids=["the last page", "every page"])
def test_a_pull_whose_pages_are_lost_is_refused_not_read_as_a_smaller_one(landed, lost):
    for name in lost:
        (landed / name).unlink()
    with pytest.raises(LandingError, match="is missing"):
        list(page_chunks(PULL))
