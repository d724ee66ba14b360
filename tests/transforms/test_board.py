"""Counts, shares, times, and what is stuck since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from transforms.stages import CHAINS, board
from transforms.tables import STAGE_EVENTS, STAGE_EXCEPTIONS

NOW = datetime(2026, 11, 20, tzinfo=UTC)
EVENT = {"client": "lumora", "shop": "de", "mode": "b2c", "subject_kind": "order", "evidence": "x.y"}


@pytest.fixture
def stand():
    """``stand({"A": {"ordered": hours before now, …}, …}, words={"A": status})``: the board of these orders."""

    def build(orders, words=None, levels=None, shops=None, done=None, missing=None, **scope):
        rows = [
            {**EVENT, **scope, "shop": (shops or {}).get(number, "de"), "subject_id": number, "stage": stage,
             "entered_at": NOW - timedelta(hours=hours), "entered_date": (NOW - timedelta(hours=hours)).date()}
            for number, stages in orders.items() for stage, hours in stages.items()
        ]  # fmt: skip
        events = STAGE_EVENTS.conform(pd.DataFrame(rows, columns=list(STAGE_EVENTS.names)))
        kind = scope.get("subject_kind", "order")
        told = [((shops or {}).get(number, "de"), kind, number, word) for number, word in (words or {}).items()]
        standing = pd.DataFrame(told, columns=["shop", "subject_kind", "subject_id", "status"])
        if done:
            standing["done"] = standing["subject_id"].map(done)
        odd = STAGE_EXCEPTIONS.conform(pd.DataFrame(missing)) if missing else STAGE_EXCEPTIONS.empty()
        return board(CHAINS[scope.get("mode", "b2c")], events, odd, standing, levels or {}, NOW)

    return build


def line(found, stage):
    return next(each for each in found.lines if each.stage == stage)


def test_shares_and_steps_are_of_what_began_and_times_are_times_that_were_taken(stand):
    orders = {str(n): {"ordered": 200, "paid": 200 - n, "shipped": 150} for n in range(1, 11)}
    found = stand(orders | {"unpaid": {"ordered": 10}})
    assert (line(found, "ordered").entered, line(found, "paid").entered) == (11, 10)
    assert line(found, "paid").share == pytest.approx(10 / 11) and line(found, "shipped").step == 1
    assert (line(found, "paid").median_hours, line(found, "paid").p90_hours) == (5, 9)


def test_an_order_is_stuck_since_its_last_stage_once_the_service_level_is_over(stand):
    found = stand({"A": {"ordered": 100, "paid": 90}, "B": {"ordered": 30, "paid": 20}})
    (item,) = found.stuck
    assert (item.subject_id, item.at, item.waits_for) == ("A", "paid", "shipped")
    assert (NOW - item.since, NOW - item.due) == (timedelta(hours=90), timedelta(hours=42))
    assert (line(found, "shipped").waiting, line(found, "shipped").stuck) == (2, 1)
    assert len(stand({"A": {"ordered": 100, "paid": 90}}, levels={"shipped": 96}).stuck) == 0, "the client's own service level"


def test_what_went_past_a_stage_without_a_record_of_it_has_reached_it(stand):
    found = stand({"A": {"ordered": 100, "shipped": 50}, "B": {"ordered": 90, "paid": 80}, "C": {"ordered": 70}})
    assert [(line(found, name).entered, line(found, name).reached) for name in ("ordered", "paid", "shipped")] == [(3, 3), (1, 2), (1, 1)]


def test_what_was_cancelled_or_is_done_by_its_own_word_is_waited_for_no_more(stand):
    late = {"ordered": 900, "paid": 890}
    found = stand({"gone": late, "sent": late, "late": late}, {"gone": "cancelled", "sent": "shipped", "late": "paid"})
    assert [item.subject_id for item in found.stuck] == ["late"] and found.ended == 1


def test_nobody_waits_for_a_stage_that_a_shop_never_tells(stand):
    """Amazon tells no arrival; the shop next to it does."""
    sent = {"ordered": 2000, "paid": 1990, "shipped": 1980}
    orders = {"A": sent, "B": sent, "C": sent | {"delivered": 1900}}
    found = stand(orders, shops={"A": "amazon"})
    assert [item.subject_id for item in found.stuck] == ["B"]
    assert line(found, "delivered").share == 0.5, "of the two orders of the shop that tells it"
    assert not line(found, "confirmed").is_told and line(found, "confirmed").share is None


def test_cash_on_delivery_passes_over_its_payment_but_a_balance_is_asked_for_even_after_the_goods_have_left(stand):
    assert stand({"A": {"ordered": 2000, "shipped": 1990, "delivered": 1900}}).stuck == ()
    deal = {"inquiry": 5000, "negotiation": 4990, "contract": 4900, "deposit_paid": 4800, "shipped": 4000}
    (item,) = stand({"inquiry/1": deal}, mode="b2b", subject_kind="deal").stuck
    assert (item.at, item.waits_for) == ("shipped", "paid")
    assert stand({"inquiry/1": deal}, {"inquiry/1": "completed"}, mode="b2b", subject_kind="deal").stuck == ()


DEAL = {"mode": "b2b", "subject_kind": "deal"}


def absent(subject, table, number, *papers, days=5, stage="contract"):
    return [
        {**EVENT, **DEAL, "subject_id": subject, "kind": "missing_parent", "stage": stage, "ref": f"{paper} > {table}/{number}",
         "since_at": NOW - timedelta(days=days + n), "due_at": NOW - timedelta(days=days + n - 30)}
        for n, paper in enumerate(papers)
    ]  # fmt: skip


def test_nobody_is_asked_for_money_or_goods_of_a_contract_that_is_not_there(stand):
    """Goods were accepted; whether their balance came is what the contract would tell."""
    deal = {"contract/C": {"inspected": 4000, "completed": 3000}}
    assert [item.waits_for for item in stand(deal, **DEAL).stuck] == ["paid"], "a contract nobody names as missing"
    found = stand(deal, missing=absent("contract/C", "contracts", "C", "acceptances/C/1", "inspections/I"), **DEAL)
    assert found.stuck == () and [each.papers for each in found.waiting] == [2]
    asked = {"inquiry/I": {"negotiation": 4000}}
    gap = absent("inquiry/I", "inquiries", "I", "quotations/Q", stage="inquiry")
    assert [item.waits_for for item in stand(asked, missing=gap, **DEAL).stuck] == ["contract"], "a missing inquiry hides nothing"


def test_a_missing_elder_is_told_once_by_the_paper_that_waits_longest(stand):
    rows = absent("contract/C", "contracts", "C", "inspections/1", "inspections/2", days=40) + absent("contract/D", "contracts", "D", "x/3")
    found = stand({}, missing=rows, **DEAL)
    assert [(each.ref, each.papers) for each in found.exceptions] == [("inspections/2 > contracts/C", 2)]
    assert [(each.ref, each.papers) for each in found.waiting] == [("x/3 > contracts/D", 1)] and found.waiting_parents == 1


def test_goods_that_left_do_not_say_that_their_money_came_unless_the_milestones_do(stand):
    deal = {"inquiry/1": {"contract": 4900, "deposit_paid": 4800, "shipped": 4000}}
    words = {"inquiry/1": "shipped"}
    assert [item.waits_for for item in stand(deal, words, **DEAL).stuck] == ["paid"]
    assert stand(deal, words, done={"inquiry/1": "deposit_paid,paid"}, **DEAL).stuck == ()
    parts = {"inquiry/1": {"contract": 4900, "deposit_paid": 4800, "paid": 4700}}
    assert stand(parts, {"inquiry/1": "partially_shipped"}, **DEAL).stuck == (), "the first part has left"


def test_the_service_level_ends_with_its_last_instant_and_a_client_may_set_its_own(stand):
    at_the_edge = {"A": {"ordered": 60, "paid": 48}}
    assert stand(at_the_edge).stuck == () and stand(at_the_edge, levels={"shipped": 47}).stuck != ()
    ((stuck,), (due,)) = ([item.subject_id for item in stand({"A": {"ordered": 60, "paid": 48.001}}).stuck], ["A"])
    assert stuck == due


def test_an_inspection_before_shipment_is_timed_from_what_had_happened_by_then(stand):
    found = stand({"inquiry/1": {"contract": 500, "deposit_paid": 400, "inspected": 300, "shipped": 200, "received": 100}}, **DEAL)
    assert line(found, "inspected").median_hours == 100


def test_an_empty_client_has_an_empty_board(stand):
    found = stand({})
    assert found.stuck == () and all(each.entered == 0 and each.share is None for each in found.lines)


def test_missing_elders_show_once_they_are_due():
    rows = [
        {**EVENT, "mode": "b2b", "subject_kind": "deal", "subject_id": "contract/C", "kind": "missing_parent", "stage": "negotiation",
         "ref": f"contracts/C > quotations/{n}", "since_at": NOW - timedelta(days=days), "due_at": NOW - timedelta(days=days - 30)}
        for n, days in enumerate((31, 5))
    ]  # fmt: skip
    frame = STAGE_EXCEPTIONS.conform(pd.DataFrame(rows))
    standing = pd.DataFrame(columns=["shop", "subject_kind", "subject_id", "status"])
    found = board(CHAINS["b2b"], STAGE_EVENTS.empty(), frame, standing, {}, NOW)
    assert [each.ref for each in found.exceptions] == ["contracts/C > quotations/0"] and found.waiting_parents == 1
