"""What a connector reads is what the marketplace holds: schema, keys, every row and every field."""

from __future__ import annotations

import pytest
from contract_bench import records

from pipeline.certify import id_of
from transforms.tables import CANONICAL


def test_frames_have_the_declared_columns_and_types(bench, entity):
    pages = bench.calmly(entity, bench.evening).pages
    for table, frame in bench.connector.map(entity, pages).items():
        assert {"landing_page", "landing_record", "fault", "source_updated_at"} <= set(frame.columns)
        plain = frame.drop(columns=["landing_page", "landing_record", "fault", "source_updated_at"])
        for column, series in CANONICAL[table].conform(plain, version=False).items():
            assert series.dtype == frame[column].dtype, f"{table}.{column} is mapped as {frame[column].dtype}"


def test_every_row_equals_the_truth(bench, entity):
    whole = bench.calmly(entity, bench.history)
    assert whole.is_proven, whole.trouble or whole.fault
    assert not whole.held, whole.held[:3]
    assert not bench.differences(entity, whole.rows)


def test_rows_of_its_other_shops_equal_the_truth_too(others, entity):
    for bench in others:
        whole = bench.read(entity, bench.history)
        assert whole.is_proven and not whole.held, whole.trouble or whole.fault or whole.held[:3]
        assert not bench.differences(entity, whole.rows), bench.shop.name


def test_a_key_stands_for_one_row_and_every_row_says_where_it_was_landed(bench, entity):
    """Two rows under one key are versions of it, and say when each was true."""
    pages = bench.calmly(entity, bench.history).pages
    for table, frame in bench.connector.map(entity, pages).items():
        keys: dict[tuple, dict] = {}
        for row in records(frame):
            key, content = tuple(row[name] for name in CANONICAL[table].full_key), {name: row[name] for name in CANONICAL[table].content}
            assert keys.setdefault((*key, row["source_updated_at"]), content) == content, f"{table}: two rows under {key}"
            assert 0 <= row["landing_page"] < len(pages) and row["landing_record"] >= 0


def test_records_are_counted_from_the_pages_alone(bench, entity):
    whole = bench.calmly(entity, bench.history)
    endpoint = bench.endpoint(entity)
    mapped = {id_of(row, endpoint.record_id) for row in whole.rows[endpoint.tables[0]].values()}
    assert set(whole.ids) == mapped


def test_every_parcel_that_is_to_be_followed_is_told_of(bench, entity):
    if not bench.parcels:
        pytest.skip("it follows no parcels")
    assert {parcel.tracking_number for parcel in bench.parcels()} <= set(bench.calmly(entity, bench.history).ids)


def test_another_reading_adds_and_changes_nothing(bench, entity):
    first = bench.calmly(entity, bench.evening)
    again = bench.read(entity, bench.evening, onto=first)
    assert again.is_proven and bench.inside(entity, bench.evening, again) == bench.inside(entity, bench.evening, first)
