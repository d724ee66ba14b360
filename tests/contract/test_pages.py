"""Going through pages: the last one, the same one twice, and a kill after any of them."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from contract_gateway import Call, Reply, Rule
from contract_rules import Stale, outermost

MOST_KILLS = 16


def test_only_the_last_page_ends_the_reading_and_groups_follow_one_another(bench, entity):
    pages = bench.calmly(entity, bench.history).pages
    assert pages, "not even an empty page: a night would take that for a broken reading"
    assert [page.cursor is None for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[0].group == 0 and all(0 <= after.group - before.group <= 1 for before, after in pairwise(pages))
    assert all(page.received_at.tzinfo and page.request for page in pages)


def test_killed_after_every_page_it_goes_on_from_there_in_another_process(bench, entity):
    window = bench.recent if len(bench.calmly(entity, bench.recent).pages) > 1 else bench.history
    calm = bench.calmly(entity, window)
    kept, cursor, landed = max(1, len(calm.pages) // MOST_KILLS), None, []
    while not landed or cursor is not None:
        reading, before = bench.open().read(entity, window, cursor), len(landed)
        for page in reading:
            landed.append(page)
            cursor = None if page.cursor is None else json.loads(json.dumps(page.cursor))
            if len(landed) % kept == 0:
                break
        reading.close()
        assert len(landed) > before, "nothing comes after the cursor, and it was not the last"
        assert len(landed) < 2 * len(calm.pages) + 20, "killed after a page it never comes to an end"
    assert bench.inside(entity, window, bench.kept_like(calm, entity, landed)) == bench.inside(entity, window, calm)


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
def test_a_page_that_comes_again_is_noticed_or_does_no_harm(bench, entity, for_ever):
    calm, rule = bench.calmly(entity, bench.history), Stale(for_ever)
    with bench.gateway.under(rule) as calls:
        again = bench.read(entity, bench.history)
        assert len(calls) < 3 * len(calm.pages) + 200, "it goes round in circles"
    if not rule.repeated:
        pytest.skip("all it needs stands on one page")
    assert not again.is_proven or again.held or bench.inside(entity, bench.history, again) == bench.inside(entity, bench.history, calm)


def test_an_answer_without_its_last_record_is_noticed_where_the_marketplace_counts(bench, entity):
    calm = bench.calmly(entity, bench.recent)
    if all(page.announced is None for page in calm.pages):
        pytest.skip("the marketplace gives no count")
    with bench.gateway.under(Shorter()):
        less = bench.read(entity, bench.recent)
    assert not less.is_proven or less.held or bench.inside(entity, bench.recent, less) == bench.inside(entity, bench.recent, calm)


class Shorter(Rule):
    """The outermost list of objects in every answer to the first kind of call that has one loses its last one."""

    shape = ""

    def after(self, call: Call, reply: Reply) -> None:
        document = reply.document
        _, found = outermost(document) if reply.status < 300 else ((), None)
        if found and self.shape in ("", call.shape):
            self.shape = call.shape
            found.pop()
            reply.say(document)
