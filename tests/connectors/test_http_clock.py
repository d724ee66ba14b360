"""A clock that differs from the marketplace's: nothing is read by it, and the message says by how much."""

from datetime import timedelta

import pytest

from connectors.contract import Shop
from connectors.errors import FatalError
from connectors.http import Call, Session

SHOP = Shop("lumora", "lumora_amazon_eu", "amazon", ("DE",))


@pytest.fixture
def ask(loopback, lend, credentials, said):
    """``ask(method)``: one call; ``off`` moves the vendor's clock against ours."""

    def make(method="GET", off=timedelta(0), meanwhile=0.0):
        ours = lend().clock
        loopback.now = lambda: ours.now() - off

        def answer(asked):
            ours.advance(meanwhile)
            return said({"orders": []})

        loopback.on(method, "/orders", answer)
        session = Session(SHOP, credentials, lend(), {})
        return session.send(Call("searchOrders", method, f"{loopback.url}/orders", is_signed=False))

    return make


@pytest.mark.parametrize(("off", "words"), [(timedelta(minutes=45), "0 h 45 min ahead of"), (-timedelta(hours=2), "2 h 0 min behind")])
def test_an_answer_from_another_time_is_not_used(ask, off, words):
    with pytest.raises(FatalError) as refused:
        ask(off=off)
    assert all(part in str(refused.value) for part in ("lumora/lumora_amazon_eu", "searchOrders", words, "NTP"))


def test_some_minutes_of_difference_are_covered_by_the_overlap(ask):
    assert ask(off=timedelta(minutes=20)).status == 200


def test_an_answer_that_was_long_under_way_is_no_wrong_clock(ask):
    assert ask(meanwhile=3600.0).status == 200


def test_a_write_that_was_answered_is_not_called_unanswered(ask):
    assert ask("PATCH", off=timedelta(hours=3)).status == 200
