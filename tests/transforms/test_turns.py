"""Turns of shops that share a quota: nobody waits for another's backlog, nobody breaks the quota, and whoever is alone has all of it."""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.turns import Turns, take_turn

START = datetime(2026, 11, 16, 3, tzinfo=UTC)


def seconds(at: datetime) -> float:
    return (at - START).total_seconds()


def play(askers, *, interval: float, burst: int, patience: float, late: float = 0.0) -> list[tuple[float, str, float]]:
    """Each asker (shop, when it begins, calls) asks, waits or comes back when told (``late`` behind), calls, and asks again.

    Returns (when it first asked for the call, shop, when it called), in the order of the calls.
    """
    turns, made = Turns(START, START), []
    waiting = [(START + timedelta(seconds=begin), place, None, calls) for place, (_, begin, calls) in enumerate(askers)]
    heapq.heapify(waiting)
    while waiting:
        now, place, asked, left = heapq.heappop(waiting)
        shop, asked = askers[place][0], asked or now
        taken = take_turn(turns, shop, now, timedelta(seconds=interval), burst, timedelta(seconds=patience))
        turns = taken.turns
        if not taken.is_granted:
            heapq.heappush(waiting, (taken.at + timedelta(seconds=late), place, asked, left))
            continue
        made.append((seconds(asked), shop, seconds(taken.at)))
        if left > 1:
            heapq.heappush(waiting, (taken.at, place, None, left - 1))
    return sorted(made, key=lambda call: call[2])


SHOPS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(SHOPS, st.integers(1, 5), st.sampled_from([0.0, 0.4, 3.0, 30.0]))
def test_between_asking_and_calling_every_other_shop_makes_at_most_the_call_it_had_asked_for(small, burst, patience):
    askers = [("large", 0, 200), *((f"small {at}", begin, calls) for at, (begin, calls) in enumerate(small))]
    made = play(askers, interval=1.0, burst=burst, patience=patience)
    for asked, shop, called in made:
        if called > asked:
            between = [other for begun, other, at in made if other != shop and asked < at < called]
            assert len(between) == len(set(between)), f"{shop} asked at {asked}, called at {called}, meanwhile {between}"


@settings(max_examples=150, deadline=None)
@given(SHOPS, st.integers(1, 5), st.sampled_from([0.0, 0.4, 30.0]), st.sampled_from([0.0, 0.3, 2.5]))
def test_the_vendor_never_sees_more_than_its_quota_however_late_a_turn_is_fetched(shops, burst, patience, late):
    askers = [(f"shop {at}", begin, calls) for at, (begin, calls) in enumerate(shops)]
    made = [at for *_, at in play(askers, interval=1.0, burst=burst, patience=patience, late=late)]
    for first in range(len(made)):
        for last in range(first, len(made)):
            assert last - first + 1 <= burst + made[last] - made[first] + 1e-6


@pytest.mark.parametrize("patience", [0.0, 0.4, 30.0])
def test_a_shop_alone_has_the_whole_quota(patience):
    made = play([("alone", 0, 50)], interval=1.0, burst=5, patience=patience)
    assert made[-1][2] == 45, "five at once and then one a second"


def test_a_turn_that_is_never_fetched_costs_one_turn_and_no_more():
    made = play([("dead", 0, 1), ("alive", 0, 10)], interval=1.0, burst=1, patience=30)
    turns, interval = Turns(START, START), timedelta(seconds=1)
    for shop in ("alive", "dead", "dead"):
        turns = take_turn(turns, shop, START, interval, 1, timedelta(0)).turns
    waits = [seconds(take_turn(turns, "alive", START + timedelta(seconds=at), interval, 1, interval).at) for at in (1, 2, 3)]
    assert len(made) == 11 and waits == [2, 2, 3], "the dead one's second is lost, the next is free"


def test_all_processes_of_a_shop_share_the_one_turn_it_is_booked_for():
    turns, interval = Turns(START, START), timedelta(seconds=1)
    told = []
    for shop in ("a", "a", "b", "a", "a"):
        taken = take_turn(turns, shop, START, interval, 1, timedelta(0))
        turns = taken.turns
        told.append((shop, seconds(taken.at), taken.is_granted))
    assert told == [("a", 0, True), ("a", 1, False), ("b", 2, False), ("a", 1, False), ("a", 1, False)]


@given(st.integers(1, 3), st.floats(0, 3), st.sampled_from([0.0, 0.4]))
@settings(max_examples=60, deadline=None)
def test_who_comes_back_for_its_turn_is_served_however_late_and_waits_a_turn_of_each_other_beyond_its_patience(burst, late, patience):
    turns, interval, now = Turns(START, START), timedelta(seconds=1), START
    for _ in range(12):
        for shop in ("large", "larger", "small"):
            taken = take_turn(turns, shop, now, interval, burst, timedelta(seconds=patience))
            was_due, turns = turns.booked.get(shop, now + interval) <= now, taken.turns
            assert taken.is_granted or not was_due
            assert not taken.is_granted or seconds(taken.at) - seconds(now) <= patience + 2 + 1e-6
        now += timedelta(seconds=1 + late)


def test_who_comes_back_for_its_turn_while_the_vendor_refuses_everybody_waits_no_longer_than_its_patience_and_keeps_its_turn():
    turns, interval, patience = Turns(START, START), timedelta(seconds=60), timedelta(seconds=20)
    turns = take_turn(turns, "a", START, interval, 1, patience).turns
    booked = take_turn(turns, "b", START, interval, 1, patience)
    refused = replace(booked.turns, blocked_until=booked.at + timedelta(hours=1))
    sent_away = take_turn(refused, "b", booked.at, interval, 1, patience)
    assert (sent_away.is_granted, sent_away.at) == (False, refused.blocked_until)
    served = take_turn(sent_away.turns, "b", sent_away.at, interval, 1, patience)
    assert (served.is_granted, served.at) == (True, sent_away.at)
