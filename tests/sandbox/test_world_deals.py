"""Deals of B2B shops: alive, in every stage, and no neighbour of theirs moves."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.world import World, demand
from sandbox.world.cast import SHOPS, TRADERS, ZONES
from sandbox.world.deal_state import deal_at
from sandbox.world.ladders import ladder

ORIGIN = datetime(2026, 11, 16, 3, tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [World(seed, 3, 10, origin=ORIGIN) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def deals(worlds):
    return [deal for world in worlds for shop in TRADERS for deal in world.deals(shop, ORIGIN)]


def test_every_stage_of_a_deal_is_there_on_one_night(worlds):
    states = [state for world in worlds for shop in TRADERS for state in world.deals_at(shop, ORIGIN)]
    stages = {state.contract.stage for state in states if state.contract}
    assert stages == {
        "draft", "signed", "deposit_paid", "in_production", "ready", "paid", "partially_shipped", "shipped", "completed", "cancelled",
        "disputed", "on_hold",
    }
    assert {state.inquiry_status for state in states} == {None, "new", "read", "replied", "closed", "spam"}
    assert {state.rfq_status for state in states} == {None, "open", "quoted", "won", "lost", "expired"}
    assert {mine.status for state in states for mine in state.quotations.values()} == {"draft", "sent", "accepted", "rejected", "expired"}


def test_the_hard_kinds_of_deals_occur(deals):
    kinds = Counter(event.kind for deal in deals for event in deal.events)
    assert min(kinds[each] for each in ("change_refused", "change_confirmed", "frozen", "unfrozen", "charged_back", "refunded", "spam")) > 0
    results = [tuple(each.result for each in deal.inspections if each.kind == "pre_shipment") for deal in deals]
    assert {("pass",), ("fail", "pass"), ("fail", "fail"), ("conditional",), ("pending",)} <= set(results)
    lines = [line for deal in deals if deal.terms for line in deal.terms.lines]
    assert any(line.amount_minor is None for line in lines) and any(line.unit_price % 1 * 10_000 % 100 for line in lines)
    assert any(line.quantity % 1 for line in lines)
    assert any(deal.terms.deposit_minor is None for deal in deals if deal.terms)
    assert any(each.claim_minor for deal in deals for each in deal.acceptances)


def test_a_deals_events_come_in_order_and_its_money_adds_up(deals):
    for deal in deals:
        assert list(deal.events) == sorted(deal.events, key=lambda event: event.at)
        state = deal_at(deal, END)
        if state.contract:
            terms = state.contract.terms
            assert sum(terms.due_minor.values()) == terms.total_minor > 0
            assert state.contract.shipped_quantity <= state.contract.quantity
            accepted = sum(each.accepted + each.rejected for each in deal.acceptances)
            assert accepted in (0, state.contract.shipped_quantity)


def test_a_deal_shows_what_happened_strictly_before_the_instant(deals):
    deal = next(deal for deal in deals if deal.acceptances)
    for event in (event for event in deal.events if event.kind in ("drawn_up", "paid", "shipped", "arrived", "accepted")):
        before, after = deal_at(deal, event.at), deal_at(deal, event.at + timedelta(seconds=1))
        assert before.contract is None or before.contract.updated_at < event.at
        assert after.contract.updated_at == event.at


def test_a_world_whose_deals_grew_night_by_night_equals_one_made_at_once():
    grown, until = World(1, 3, 10, origin=ORIGIN), ORIGIN + timedelta(days=3)
    for night in range(4):
        grown.deals_at("harbor_alibaba", ORIGIN + timedelta(days=night))
    assert grown.deals("harbor_alibaba", until) == World(1, 3, 10, origin=ORIGIN).deals("harbor_alibaba", until)


def test_shops_of_orders_are_the_same_with_and_without_shops_of_deals(worlds, monkeypatch):
    with_them = worlds[0].orders(ORIGIN)
    monkeypatch.setattr(demand, "SHOPS", {name: shop for name, shop in SHOPS.items() if name not in TRADERS})
    assert World(1, 3, 10, origin=ORIGIN).orders(ORIGIN) == with_them


def test_a_deal_lies_in_its_shops_own_day(worlds):
    for shop, (site, _) in TRADERS.items():
        for deal in worlds[0].deals(shop, ORIGIN):
            assert (deal.began_at.astimezone(ZONES[site]).date().toordinal()) == deal.number // 1000


def test_a_ladder_falls_and_begins_at_the_least_order(worlds):
    for product in worlds[0].products["harbor"]:
        steps = ladder(1, product)
        assert [each.price for each in steps] == sorted({each.price for each in steps}, reverse=True)
        assert [each.quantity for each in steps] == sorted({each.quantity for each in steps})
