"""Windows are half-open: nothing falls between two of them, wherever they meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from contract_bench import HISTORY_DAYS, Bench, merge_readings, record_id

from connectors.contract import Window
from transforms.schema import Kind
from transforms.tables import CANONICAL

TRUSTED = "source_updated_at"


def moments(bench: Bench, entity: str, window: Window, names: Sequence[str] = (TRUSTED,)) -> dict[str, datetime]:
    """Record id → the first of these instants that the truth tells, where it lies inside the window."""
    endpoint = bench.endpoint(entity)
    found: dict[str, datetime] = {}
    for row in bench.truth(endpoint.tables[0]):
        told = next((row[name] for name in names if row.get(name)), None)
        if told and window.start < (at := datetime.fromisoformat(told)) < window.end:
            found[record_id(endpoint, row)] = at
    return found


def test_a_window_in_which_nothing_happened_gives_empty_tables(bench, windowed):
    silent = Window(bench.clock.horizon - timedelta(days=40), bench.clock.horizon - timedelta(days=39))
    empty = bench.read(windowed, silent)
    assert empty.is_proven and not empty.held, empty.trouble or empty.fault or empty.held
    for table, frame in bench.connector.map(windowed, empty.pages).items():
        assert set(CANONICAL[table].content) <= set(frame.columns)
    assert not bench.differences(windowed, empty.rows, whole=False), "rows nobody knows"


def test_rows_on_the_edge_of_two_windows_are_in_one_of_them(bench, windowed):
    whole = bench.calmly(windowed, bench.recent)
    table = CANONICAL[bench.endpoint(windowed).tables[0]]
    any_of = (TRUSTED, *(column.name for column in table.body if column.kind is Kind.INSTANT))
    times = sorted(set(moments(bench, windowed, bench.recent, any_of).values()))
    if not times:
        pytest.skip("no record tells an instant inside the window")
    edge = times[len(times) // 2]
    parts = [bench.read(windowed, Window(bench.recent.start, edge)), bench.read(windowed, Window(edge, bench.recent.end))]
    assert all(part.is_proven for part in parts), [part.trouble or part.fault for part in parts]
    joined = merge_readings(parts)
    assert {table: joined[table] for table in whole.content} == whole.content


def test_records_of_the_very_same_second_stay_together_and_complete(bench, windowed):
    found = moments(bench, windowed, bench.history) if bench.endpoint(windowed).has_trusted_clock else {}
    if not found:
        pytest.skip("its records tell no time of change")
    at, ties = Counter(found.values()).most_common(1)[0]
    wanted = {record for record, moment in found.items() if moment == at}
    upon = bench.read(windowed, Window(at, at + timedelta(seconds=1)))
    assert upon.is_proven and wanted <= set(upon.ids), f"{ties} records at {at}: a window begins with its start"


def test_a_window_longer_than_one_query_may_ask_for_is_cut(bench, windowed):
    longest = bench.endpoint(windowed).max_window
    if longest is None:
        pytest.skip("declares no longest window")
    span = max(longest + timedelta(days=2), timedelta(days=HISTORY_DAYS))
    long = Window(bench.clock.horizon - span, bench.clock.horizon)  # cut in the middle of what happened
    read = bench.read(windowed, long)
    assert read.is_proven, read.trouble or read.fault
    assert not bench.differences(windowed, read.rows)
