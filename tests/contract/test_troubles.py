"""What can go wrong on the way: every connector comes through with the right rows, or says who, what and what now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from contract_bench import IMPATIENT_SECONDS
from contract_gateway import Rule
from contract_rules import HINT_SECONDS, IN_A_ROW, TROUBLES, Strike

from connectors.errors import QuotaWait

MOST_BURST = 30  # calls at once that are tried out; who may make more is not driven to the edge of it here
FOR_EVER = ("401", "429 with a hint", "500", "truncated body", "HTML instead of JSON")


def says_what_to_do(bench, trouble: Exception) -> bool:
    """Marketplace and shop, and a sentence about what happened; a wait for a quota speaks of its operation."""
    said = str(trouble)
    return isinstance(trouble, QuotaWait) or (bench.name in said and bench.shop.name in said and said.rstrip().endswith("."))


def calm_with_calls(bench, entity):
    """The evening without trouble; skips where it asks the marketplace nothing, for then no call can meet any."""
    calm = bench.calmly(entity, bench.evening)
    if not calm.calls:
        pytest.skip("nothing is asked for this shop")
    return calm


def same(bench, entity, window, one, other) -> bool:
    return bench.inside(entity, window, one) == bench.inside(entity, window, other)


@pytest.mark.parametrize("kinds", IN_A_ROW, ids=", ".join)
def test_passing_trouble_of_every_call_costs_no_row(bench, entity, kinds):
    calm = calm_with_calls(bench, entity)
    rule = Strike([TROUBLES[kind] for kind in kinds])
    connector = bench.open(IMPATIENT_SECONDS) if "time-out" in kinds else None
    with bench.gateway.under(rule):
        pages, trouble = bench.tried(entity, bench.evening, connector=connector)
    assert rule.struck, "this time nothing was asked"
    if trouble is not None:
        assert says_what_to_do(bench, trouble), trouble
    else:
        read = bench.kept_like(calm, entity, pages)
        assert not read.is_proven or read.held or same(bench, entity, bench.evening, read, calm)


@pytest.mark.parametrize("kind", FOR_EVER)
def test_lasting_trouble_ends_in_an_error_that_a_person_can_act_on(bench, entity, kind):
    calm_with_calls(bench, entity)
    with bench.gateway.under(Strike([TROUBLES[kind]], for_ever=True)) as calls:
        _, trouble = bench.tried(entity, bench.evening)
        assert trouble is not None, f"{len(calls)} calls, all of them struck, and nothing is said"
    assert says_what_to_do(bench, trouble), trouble


def test_a_hint_how_long_to_wait_is_kept(bench, entity):
    rule = Strike([TROUBLES["429 with a hint"]])
    with bench.gateway.under(rule) as calls:
        _, trouble = bench.tried(entity, bench.evening)
        asked = list(calls)
    if trouble is not None:
        pytest.skip(f"a 429 is no throttle here: {type(trouble).__name__}")
    for struck in rule.struck:
        following = next(call for call in asked if call.number > struck.number and call.shape == struck.shape)
        assert following.at - struck.at >= timedelta(seconds=HINT_SECONDS - 0.5), f"{struck.shape} was asked again too soon"


def test_the_declared_budgets_keep_the_marketplace_from_refusing(bench, entity):
    endpoint, budgets = bench.endpoint(entity), bench.module.BUDGETS
    small = [operation for operation in endpoint.operations if budgets[operation].burst <= MOST_BURST]
    bench.clock.sleep(max([budgets[operation].burst / budgets[operation].rate_per_second for operation in small], default=0))  # all full
    before, known = bench.rejected(), len(bench.counted)
    with bench.gateway.under(Rule()) as calls:
        for _ in range(MOST_BURST):
            bench.pages(entity, bench.evening)
            if not small or any(bench.counted[known:].count(operation) > budgets[operation].burst + 5 for operation in small):
                break
        made = len(calls)
        counted = bench.counted[known:]
    assert bench.rejected() == before
    assert made == len(counted), "every call is told to `count_call`"
    of_others = {operation for each in bench.module.ENDPOINTS.values() for operation in each.operations} - set(endpoint.operations)
    assert not of_others & set(counted), "an operation it does not declare"
