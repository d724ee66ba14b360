"""The fast road (typed records) and the slow one (dictionaries) give the same columns, whatever the documents look like."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Page
from connectors.flatten import Flattener
from connectors.trees import Branch, Tree
from connectors.typed import OtherShape

BRANCHES = {
    "orders": Branch(Flattener({"id": "id", "total": "money.total.amount", "state": "money.state", "lines": "lines", "bag": "bag"})),
    "lines": Branch(Flattener({"n": "n", "price": "price.amount", "parts": "price.parts"}), "orders", "lines", "lines"),
    "parts": Branch(Flattener({"kind": "kind"}), "lines", "parts", "parts"),
}

scalars = st.one_of(st.none(), st.integers(-(10**20), 10**20), st.text(max_size=3), st.booleans(), st.just("OK"))
anything = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from(["amount", "kind", "x"]), scalars, max_size=2))
parts = st.one_of(anything, st.lists(st.fixed_dictionaries({}, optional={"kind": anything}), max_size=3))
price = st.one_of(anything, st.fixed_dictionaries({}, optional={"amount": anything, "parts": parts, "unknown": anything}))
lines = st.one_of(anything, st.lists(st.fixed_dictionaries({}, optional={"n": anything, "price": price}), max_size=3))
money = st.one_of(anything, st.fixed_dictionaries({}, optional={"total": anything, "state": anything}))
order = st.one_of(anything, st.fixed_dictionaries({}, optional={"id": anything, "money": money, "lines": lines, "bag": anything}))
document = st.one_of(anything, st.fixed_dictionaries({}, optional={"orders": st.one_of(anything, st.lists(order, max_size=4))}))


class SlowTree(Tree):
    """The same tree with its fast road closed."""

    def __init__(self, *given):
        super().__init__(*given)
        self._typed.records = self._closed

    def _closed(self, body):
        raise OtherShape


def _read(tree, documents):
    pages = [Page(json.dumps(each).encode(), datetime(2026, 11, 16, tzinfo=UTC), "test") for each in documents]
    levels, records = tree.read(pages)
    seen = {name: (level.columns, level.parent.tolist(), level.faults.column().to_pylist()) for name, level in levels.items()}
    return seen, records.page.tolist(), records.record.tolist()


@settings(max_examples=300, deadline=None)
@given(st.lists(document, max_size=3))
def test_both_roads_give_the_same_columns_parents_and_faults(documents):
    assert _read(Tree("orders", BRANCHES), documents) == _read(SlowTree("orders", BRANCHES), documents)


def test_a_well_shaped_page_takes_the_fast_road():
    lines = b'[{"n": 2, "price": {"parts": [{"kind": "x"}]}}]'
    body = b'{"orders": [{"id": 1, "money": {"total": {"amount": 1.10}}, "lines": ' + lines + b'}], "more": [1]}'
    found = Tree("orders", BRANCHES)._typed.records(body)
    assert len(found) == 1 and not isinstance(found[0], dict)
    levels, _ = Tree("orders", BRANCHES).read([Page(body, datetime(2026, 11, 16, tzinfo=UTC), "test")])
    assert levels["orders"].columns["total"] == ["1.10"] and levels["parts"].columns == {"kind": ["x"]}
