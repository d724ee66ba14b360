import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.hashing import stamp_hash
from transforms.schema import SchemaError
from transforms.tables import CANONICAL, FX_RATES, LISTINGS, ORDER_LINES, ORDERS


def hashes(frame):
    return [int(value) for value in frame["content_hash"]]


def test_null_is_not_the_empty_text_and_a_value_is_not_at_home_in_another_column(row, table_of):
    changes = [{"title": None}, {"title": ""}, {"title": "a", "product_id": "b"}, {"title": "b", "product_id": "a"}]
    rows = [row(LISTINGS, **change) for change in changes]
    assert len(set(hashes(stamp_hash(LISTINGS, table_of(LISTINGS, rows))))) == 4


def test_provenance_does_not_count(row, table_of):
    rows = [row(ORDERS), row(ORDERS, landing_ref="other/1#2", seen_at=pd.Timestamp("2026-11-11", tz="UTC"))]
    first, second = hashes(stamp_hash(ORDERS, table_of(ORDERS, rows)))
    assert first == second


def test_every_content_column_of_every_table_moves_the_hash(row, table_of):
    for table in CANONICAL.values():
        for column in (c for c in table.columns if c.name in table.content):
            value = {"TEXT": "changed", "INTEGER": 77, "MINOR": 77, "BOOLEAN": False, "INSTANT": pd.Timestamp("2001-01-01", tz="UTC"),
                     "DAY": pd.Timestamp("2001-01-01").date(), "RATE": 7}[column.kind.name]
            before, after = hashes(stamp_hash(table, table_of(table, [row(table), row(table, **{column.name: value})])))
            assert before != after, f"{table.name}.{column.name}"


def test_a_changed_line_moves_its_order_and_no_other(row, table_of):
    orders = table_of(ORDERS, [row(ORDERS, order_id=key) for key in "AB"])
    lines = [row(ORDER_LINES, order_id=key, line_id=n) for key in "AB" for n in "12"]
    before = hashes(stamp_hash(ORDERS, orders, {"order_lines": table_of(ORDER_LINES, lines)}))
    after = hashes(stamp_hash(ORDERS, orders, {"order_lines": table_of(ORDER_LINES, [*lines[:3], lines[3] | {"quantity": 9}])}))
    gone = hashes(stamp_hash(ORDERS, orders, {"order_lines": table_of(ORDER_LINES, lines[:3])}))
    assert before[0] == after[0] == gone[0]
    assert len({before[1], after[1], gone[1]}) == 3


def test_two_equal_children_are_not_none(row, table_of):
    orders = table_of(ORDERS, [row(ORDERS)])
    line = row(ORDER_LINES)
    found = {hashes(stamp_hash(ORDERS, orders, {"order_lines": table_of(ORDER_LINES, [line] * n)}))[0] for n in range(4)}
    assert len(found) == 4


def test_a_missing_column_and_a_foreign_child_are_refused(row, table_of):
    orders = table_of(ORDERS, [row(ORDERS)])
    with pytest.raises(SchemaError, match="site"):
        stamp_hash(ORDERS, orders.drop(columns="site"))
    with pytest.raises(SchemaError, match="not children"):
        stamp_hash(ORDERS, orders, {"listings": LISTINGS.empty()})


def test_an_empty_frame_is_stamped_too():
    assert list(stamp_hash(ORDERS, ORDERS.empty(), {"order_lines": ORDER_LINES.empty()})["content_hash"]) == []


line = st.tuples(st.sampled_from("ABC"), st.text(max_size=3), st.one_of(st.none(), st.text(max_size=3)), st.integers(0, 5))


@settings(max_examples=40, deadline=None)
@given(st.lists(line, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(found, shuffler):
    base = {"client": "c", "shop": "s", "status": "paid", "shipped_quantity": 0}

    def typed(table, rows):
        return pd.DataFrame({
            name: pd.Series([row.get(name) for row in rows], dtype=table.by_name[name].kind.dtype) for name in table.content
        })

    def build(rows):
        return typed(ORDER_LINES, [base | {"order_id": o, "line_id": i, "title": t, "quantity": q} for o, i, t, q in rows])

    orders = typed(ORDERS, [base | {"order_id": key} for key in "ABC"])
    shuffled = list(found)
    shuffler.shuffle(shuffled)
    one = stamp_hash(ORDERS, orders, {"order_lines": build(found)})
    other = stamp_hash(ORDERS, orders.iloc[::-1], {"order_lines": build(shuffled)})
    assert hashes(one) == hashes(other)[::-1]


def test_another_process_finds_the_same_hash(row, table_of):
    here = hashes(stamp_hash(FX_RATES, table_of(FX_RATES, [row(FX_RATES, currency="USD", rate_per_eur="1.08")])))
    script = (
        "import datetime, pandas as pd\nfrom transforms.hashing import stamp_hash\nfrom transforms.tables import FX_RATES\n"
        "row = dict(source='ECB', rate_date=datetime.date(2026, 11, 10), currency='USD', rate_per_eur='1.08')\n"
        "frame = pd.DataFrame({k: pd.array([v], dtype=FX_RATES.by_name[k].kind.dtype) for k, v in row.items()})\n"
        "print(stamp_hash(FX_RATES, frame)['content_hash'][0])"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root, env=environment)
    assert told.stdout.split() == [str(here[0])], told.stderr


def test_a_night_of_orders_is_hashed_in_moments(row, table_of):
    orders, lines = table_of(ORDERS, [row(ORDERS)]), table_of(ORDER_LINES, [row(ORDER_LINES)])
    orders = orders.loc[np.zeros(20_000, int)].reset_index(drop=True).assign(order_id=[f"302-{n:07}" for n in range(20_000)])
    lines = lines.loc[np.zeros(50_000, int)].reset_index(drop=True)
    lines = lines.assign(order_id=[f"302-{n * 2 // 5:07}" for n in range(50_000)], line_id=[str(n) for n in range(50_000)])
    start = time.process_time()
    stamped = stamp_hash(ORDERS, orders, {"order_lines": lines})
    stamp_hash(ORDER_LINES, lines)
    assert time.process_time() - start < 1.5  # a fifth of a benchmark's night; about 0.15 s where nothing else runs
    assert stamped["content_hash"].nunique() == 20_000
