"""What can go wrong on the way: every connector comes through with the right rows, or says who, what and what now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from contract_bench import IMPATIENT_SECONDS
from contract_gateway import Rule
from contract_rules import HINT_SECONDS, IN_A_ROW, TROUBLES, Meanwhile, Strike

from connectors.errors import QuotaWait

FOR_EVER = ("401", "429 with a hint", "500", "truncated body", "HTML instead of JSON")


def says_what_to_do(bench, trouble: Exception) -> bool:
    """Marketplace and shop, and a sentence about what happened; a wait for a quota speaks of its operation."""
    said = str(trouble)
    return isinstance(trouble, QuotaWait) or (bench.name in said and bench.shop.name in said and said.rstrip().endswith("."))


@pytest.mark.parametrize("kinds", IN_A_ROW, ids=", ".join)
def test_passing_trouble_of_every_call_costs_no_row(bench, entity, kinds):
    calm = bench.calmly(entity, bench.evening)
    rule = Strike([TROUBLES[kind] for kind in kinds])
    connector = bench.open(IMPATIENT_SECONDS) if "time-out" in kinds else None
    with bench.gateway.under(rule):
        read = bench.read(entity, bench.evening, connector=connector)
    if not rule.struck:
        pytest.skip("nothing is asked for this shop")
    if read.trouble is not None:
        assert says_what_to_do(bench, read.trouble), read.trouble
    else:
        assert not read.is_proven or read.held or read.content == calm.content


@pytest.mark.parametrize("kind", FOR_EVER)
def test_lasting_trouble_ends_in_an_error_that_a_person_can_act_on(bench, entity, kind):
    with bench.gateway.under(Strike([TROUBLES[kind]], for_ever=True)) as calls:
        read = bench.read(entity, bench.evening)
        if not calls:
            pytest.skip("nothing is asked for this shop")
        assert read.trouble is not None, f"{len(calls)} calls, all of them struck, and nothing is said"
    assert says_what_to_do(bench, read.trouble), read.trouble


def test_a_hint_how_long_to_wait_is_kept(bench, entity):
    rule = Strike([TROUBLES["429 with a hint"]])
    with bench.gateway.under(rule) as calls:
        read = bench.read(entity, bench.evening)
        asked = list(calls)
    if read.trouble is not None:
        pytest.skip(f"a 429 is no throttle here: {type(read.trouble).__name__}")
    for struck in rule.struck:
        following = next(call for call in asked if call.number > struck.number and call.shape == struck.shape)
        assert following.at - struck.at >= timedelta(seconds=HINT_SECONDS - 0.5), f"{struck.shape} was asked again too soon"


def test_a_token_that_ends_in_the_middle_of_a_pull_is_renewed(bench, entity):
    """Only the marketplace knows it: the store says that the token lives much longer."""
    calm = bench.calmly(entity, bench.evening)
    bench.tokens.forget()
    bench.tokens.lie = timedelta(days=1000)
    try:
        connector = bench.open()
        bench.pages(entity, bench.evening, connector=connector)
        if not bench.tokens.seen:
            pytest.skip("it logs in with keys, not with tokens")
        ends = bench.tokens.seen[-1].expires_at - bench.clock.now()
        with bench.gateway.under(Meanwhile(0, lambda: bench.clock.sleep(ends.total_seconds() + 60))) as calls:
            read = bench.read(entity, bench.evening, connector=connector)
            if len(calls) < 2:
                pytest.skip("one call is all it takes")
    finally:
        bench.tokens.lie = timedelta(0)
        bench.tokens.forget()
    assert read.trouble is None, read.trouble
    assert read.content == calm.content


def test_the_declared_budgets_keep_the_marketplace_from_refusing(bench, entity):
    endpoint, budgets = bench.endpoint(entity), bench.module.BUDGETS
    before = bench.rejected()
    bench.counted.clear()
    with bench.gateway.under(Rule()) as calls:
        for _ in range(30):
            bench.pages(entity, bench.evening)
            if any(bench.counted.count(operation) > budgets[operation].burst for operation in endpoint.operations):
                break
        made = len(calls)
    assert bench.rejected() == before
    assert made == len(bench.counted), "every call is told to `count_call`"
    assert {each for each in bench.counted if each in budgets} <= set(endpoint.operations), "an operation it does not declare"
