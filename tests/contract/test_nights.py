"""The world does not stand still: rows that come late, rows that change while they are read, nights that follow one another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from contract_bench import Bench, Reading, merge_readings
from contract_rules import Meanwhile, Rule

from connectors.contract import Window

STEP = timedelta(hours=3)


@dataclass
class FirstNight:
    """What a night read and kept: without the records that came too late for it, though their time lies inside the overlap."""

    window: Window
    reading: Reading

    def following(self, bench: Bench, entity: str) -> Window:
        """As the next night chooses it: from the watermark (where this one ended) less the overlap, up to now."""
        return Window(max(self.window.start, self.window.end - bench.endpoint(entity).overlap), bench.clock.horizon)


@pytest.fixture(scope="module")
def first_nights():
    """One night of a connector is over before the world moves on; kept by shop and entity."""
    return {}


def the_first_night(bench: Bench, entity: str, nights: dict) -> FirstNight:
    if (bench.shop.name, entity) not in nights:
        windowed = [each for each, endpoint in bench.module.ENDPOINTS.items() if endpoint.incremental != "snapshot"]
        nights |= {(bench.shop.name, each): a_night(bench, each) for each in windowed}
        bench.move(STEP)
    return nights[bench.shop.name, entity]


def a_night(bench: Bench, entity: str) -> FirstNight:
    window, endpoint = bench.recent, bench.endpoint(entity)
    first = bench.calmly(entity, window)
    first = replace(first, rows={table: dict(rows) for table, rows in first.rows.items()})  # some are taken out below
    if first.is_proven and endpoint.overlap:
        reach = Window(max(window.start, window.end - endpoint.overlap), window.end)
        for key in bench.inside(entity, reach, bench.read(entity, reach)).get(endpoint.tables[0], ()):
            first.rows[endpoint.tables[0]].pop(key, None)
    return FirstNight(window, first)


def missing(shown, wanted) -> dict:
    """Table → keys of rows that are not there, or not so."""
    lost = {table: [key for key, row in rows.items() if shown.get(table, {}).get(key) != row] for table, rows in wanted.items()}
    return {table: keys[:5] for table, keys in lost.items() if keys}


def test_the_next_night_brings_what_changed_and_what_came_late(bench, windowed, first_nights):
    """Rows inside the overlap that the first night was not shown yet are read by the second."""
    endpoint = bench.endpoint(windowed)
    assert endpoint.overlap or endpoint.finds_late, "a window without overlap loses every row that comes late"
    night = the_first_night(bench, windowed, first_nights)
    assert night.reading.is_proven, night.reading.trouble or night.reading.fault
    second = bench.read(windowed, night.following(bench, windowed), onto=night.reading)
    assert second.is_proven, second.trouble or second.fault
    both = Window(night.window.start, bench.clock.horizon)
    assert not missing(second.content, bench.inside(windowed, both, bench.calmly(windowed, both)))
    assert not bench.differences(windowed, second.rows, whole=False)


def calls_of(bench: Bench, entity: str, window: Window) -> int:
    with bench.gateway.under(Rule()) as calls:
        bench.pages(entity, window)
        return len(calls)


def test_a_row_that_changes_between_two_pages_is_not_lost(bench, entity):
    window = bench.recent
    needed = calls_of(bench, entity, window)
    if needed < 2:  # then the world moves between the login and that call, where there is a login
        bench.tokens.forget()
        needed = calls_of(bench, entity, window)
        bench.tokens.forget()
    if needed < 2:
        pytest.skip("one call is all it takes")
    with bench.gateway.under(Meanwhile(needed // 2 - 1, lambda: bench.move(STEP))):
        shaken = bench.read(entity, window)
    is_snapshot = bench.endpoint(entity).incremental == "snapshot"
    is_usable = shaken.is_proven and not is_snapshot  # a snapshot is followed by a whole new one, an unproven window is read again
    both = Window(window.start, bench.clock.horizon)
    after = bench.read(entity, FirstNight(window, shaken).following(bench, entity) if is_usable else both)
    assert after.is_proven, after.trouble or after.fault
    shown = merge_readings([shaken, after] if is_usable else [after])
    assert not missing(shown, bench.inside(entity, both, bench.calmly(entity, both)))
    assert not bench.differences(entity, after.rows, whole=is_snapshot)
