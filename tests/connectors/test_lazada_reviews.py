"""The walk through Lazada's reviews, step by step: what it counts is what arrives, however odd the answers are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.contract import Window
from connectors.lazada.read_service import ReviewsWalk

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
PRODUCTS = {"data": {"total_products": 1, "products": [{"item_id": 77, "skus": []}]}}


def walked(histories, details=None, days=14):
    """Ids asked for in full, and the last count announced, of one product whose spans answer ``histories`` one by one."""
    way, window = ReviewsWalk(), Window(NOW - timedelta(days=days), NOW)
    state, asked, counts = way.start("SG", window, NOW), [], []
    histories = iter(histories)
    while state is not None:
        ask = way.ask("SG", window, state)
        if ask.part == "reviews":
            asked += state["ids"][:10]
            answer = {"data": {"review_list": [], "outdated_reviews": details or []}}
        else:
            answer = {"data": next(histories)} if ask.part == "history" else PRODUCTS
        step = way.after(state, answer)
        state, counts = step.state, [*counts, step.announced]
    return asked, counts[-1], counts


def page(*ids, total=None):
    return {"id_list": list(ids), "total": len(ids) if total is None else total}


def test_outdated_reviews_nobody_asked_for_are_not_taken_off_the_count():
    asked, count, counts = walked([page(11), page()], details=[1111111111, 1111111112])
    assert (asked, count) == (["11"], 1)
    assert min(counts) >= 0


def test_an_outdated_review_that_was_asked_for_is_taken_off():
    assert walked([page(11, 12), page()], details=[12])[1] == 1


def test_a_review_on_the_border_of_two_spans_is_one_review():
    assert walked([page(11, 12), page(12, 13)])[:2] == (["11", "12", "13"], 3)


def test_a_page_that_never_came_stays_in_the_count_to_the_end():
    asked, count, _ = walked([page(11, total=2), page(total=2), page(13)])
    assert (asked, count) == (["11", "13"], 3)


def test_a_history_that_shows_the_same_page_for_ever_ends_and_is_not_whole():
    asked, count, _ = walked([page(11, total=3), page(11, total=3), page()])
    assert (asked, count) == (["11"], 3)
