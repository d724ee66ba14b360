"""The world does not stand still: rows that come late, rows that change while they are read, nights that follow one another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from contract_bench import merge_readings, record_id
from contract_rules import Meanwhile, Rule

from connectors.contract import Window

STEP = timedelta(hours=3)


def the_night_after(bench, entity, start) -> Window:
    """As a night chooses it: from the watermark (where the last reading ended) less the overlap, up to now."""
    return Window(max(start, bench.clock.horizon - STEP - bench.endpoint(entity).overlap), bench.clock.horizon)


def missing(shown, wanted) -> dict:
    """Table → keys of rows that are not there, or not so."""
    lost = {table: [key for key, row in rows.items() if shown.get(table, {}).get(key) != row] for table, rows in wanted.items()}
    return {table: keys[:5] for table, keys in lost.items() if keys}


def test_the_next_night_brings_what_changed_and_what_came_late(bench, windowed):
    """Rows inside the overlap that the first night was not shown yet are read by the second."""
    overlap = bench.endpoint(windowed).overlap
    assert overlap > timedelta(0), "a window without overlap loses every row that comes late"
    window = bench.recent
    first = bench.read(windowed, window)
    assert first.is_proven, first.trouble or first.fault
    late = set(bench.read(windowed, Window(max(window.start, window.end - overlap), window.end)).ids)
    table = bench.endpoint(windowed).tables[0]
    for key in [key for key, row in first.rows[table].items() if record_id(bench.endpoint(windowed), row) in late]:
        del first.rows[table][key]
    bench.move(STEP)
    second = bench.read(windowed, the_night_after(bench, windowed, window.start), onto=first)
    assert second.is_proven, second.trouble or second.fault
    assert not missing(second.content, bench.calmly(windowed, Window(window.start, bench.clock.horizon)).content)
    assert not bench.differences(windowed, second.rows, whole=False)


def test_a_row_that_changes_between_two_pages_is_not_lost(bench, entity):
    window = bench.recent
    with bench.gateway.under(Rule()) as calls:
        bench.pages(entity, window)
        needed = len(calls)
    if needed < 2:
        pytest.skip("one call is all it takes")
    with bench.gateway.under(Meanwhile(needed // 2 - 1, lambda: bench.move(STEP))):
        shaken = bench.read(entity, window)
    is_snapshot = bench.endpoint(entity).incremental == "snapshot"
    is_usable = shaken.is_proven and not is_snapshot  # a snapshot is followed by a whole new one, an unproven window is read again
    following = the_night_after(bench, entity, window.start) if is_usable else Window(window.start, bench.clock.horizon)
    after = bench.read(entity, following)
    assert after.is_proven, after.trouble or after.fault
    shown = merge_readings([shaken, after] if is_usable else [after])
    fresh = bench.calmly(entity, Window(window.start, bench.clock.horizon))
    assert not missing(shown, fresh.content)
    assert not bench.differences(entity, after.rows, whole=is_snapshot)
