"""Wishes: which of them a person must look at."""

import pytest

from transforms.wishes import judge


@pytest.mark.parametrize(
    ("before", "after", "is_asked"),
    [(1000, 1300, False), (1000, 1301, True), (1000, 700, False), (1000, 699, True), (1000, 0, True), (0, 1, True), (0, 0, False)],
)
def test_a_price_that_moves_far_needs_a_person_also_where_it_was_nothing(before, after, is_asked):
    told = {"price_minor": before, "currency": "EUR"}
    for kind in ("price", "product"):
        assert bool(judge(kind, {"price_minor": after, "currency": "EUR"}, told)) == is_asked


def test_a_price_over_one_that_is_not_known_needs_a_person():
    assert judge("price", {"price_minor": 1000, "currency": "EUR"}, {"title": "Lamp"}) == ["its price now is unknown"]
