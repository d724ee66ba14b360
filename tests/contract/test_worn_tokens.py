"""Last of all, for it takes the clock as far as tokens live: one that ends in the middle of a pull."""

from __future__ import annotations

from datetime import timedelta

import pytest
from contract_gateway import Rule
from contract_rules import Meanwhile


def test_a_token_that_ends_in_the_middle_of_a_pull_is_renewed(bench):
    """Only the marketplace knows it: the store says that the token lives much longer."""
    bench.tokens.forget()
    bench.tokens.lie = timedelta(days=1000)
    try:
        connector = bench.open()
        entity = next((each for each in bench.module.ENDPOINTS if takes_several_calls(bench, each, connector)), None)
        if not bench.tokens.seen or entity is None:
            pytest.skip("it logs in with keys, not with tokens" if entity else "one call is all that anything takes")
        calm = bench.calmly(entity, bench.evening)
        ends = bench.tokens.seen[-1].expires_at - bench.clock.now()
        with bench.gateway.under(Meanwhile(0, lambda: bench.clock.sleep(ends.total_seconds() + 60))):
            read = bench.read(entity, bench.evening, connector=connector)
    finally:
        bench.tokens.lie = timedelta(0)
        bench.tokens.forget()
    assert read.trouble is None, read.trouble
    assert bench.inside(entity, bench.evening, read) == bench.inside(entity, bench.evening, calm)


def takes_several_calls(bench, entity: str, connector) -> bool:
    bench.pages(entity, bench.evening, connector=connector)  # so that it has logged in
    with bench.gateway.under(Rule()) as calls:
        bench.pages(entity, bench.evening, connector=connector)
        return len(calls) > 1
