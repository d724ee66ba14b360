"""What a demo's summary must not pass over: its exit code hangs on it."""

from __future__ import annotations

import copy

import pytest

from pipeline.demo.summary import shortcomings

GOOD = {
    "shops": [{"shop": "acme_de", "entities": {"orders": {"announced": 3, "stored": 3, "quarantined": 0, "certified": True}}}],
    "sync_jobs": {"planned": 2, "waiting": 0},
    "reports": [{"client": "acme", "period": "2026-11-09_2026-11-15", "status": "sent"}],
    "truth": {"orders": {"expected": 3, "found": 3, "mismatches": 0}},
    "dag_runs": [{"dag_id": name, "state": "success"} for name in ("nightly_sync", "push_sync_jobs", "brand_reports")],
}


def test_a_good_night_falls_short_of_nothing_and_a_push_may_wait_for_a_person():
    assert shortcomings(GOOD) == []
    waiting = copy.deepcopy(GOOD) | {"sync_jobs": {"planned": 2, "waiting": 1}}
    waiting["dag_runs"][1]["state"] = "running"
    assert shortcomings(waiting) == []


BAD = [
    (lambda night: night["truth"]["orders"].update(mismatches=1), "orders differs from the truth in 1 rows"),
    (lambda night: night["shops"][0]["entities"]["orders"].update(certified=False), "acme_de: orders is not certified"),
    (lambda night: night["dag_runs"][0].update(state="running"), "nightly_sync is running"),
    (lambda night: night["dag_runs"].pop(), "brand_reports never ran"),
    (lambda night: night["dag_runs"][1].update(state="running"), "push_sync_jobs is running"),
    (lambda night: night["reports"][0].update(status="failed"), "acme's report of 2026-11-09_2026-11-15 is failed"),
]


@pytest.mark.parametrize(("spoil", "words"), BAD, ids=[words for _, words in BAD])
def test_each_thing_that_is_not_right_is_said(spoil, words):
    night = copy.deepcopy(GOOD)
    spoil(night)
    assert shortcomings(night) == [words]


def test_of_samples_only_what_is_lost_counts():
    night = copy.deepcopy(GOOD) | {"truth": {}, "samples": {"acme_de": {"orders": {"lost": ["7"], "served": 2}}}}
    night["shops"][0]["entities"]["orders"]["certified"] = False
    assert shortcomings(night) == ["acme_de: 1 samples of orders are lost"]


def test_an_answer_a_vendor_publishes_and_nobody_serves_is_said():
    empty, held = {"descriptions": 1, "examples": 9, "answers": 0}, {"descriptions": 1, "examples": 9, "answers": 2}
    night = copy.deepcopy(GOOD) | {"truth": {}, "samples": {}, "looked_into": {"etsy": empty, "ebay": held}}
    assert shortcomings(night) == ["ebay: 2 whole answers in its descriptions are served by nobody"]
