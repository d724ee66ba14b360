"""Answers change their shape: a field that is new, a field that is not there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from contract_bench import records
from contract_rules import Rewrite, paths_of, with_unknown_field, without

from transforms.schema import Kind
from transforms.tables import CANONICAL

MOST_FIELDS = 60


def test_a_new_unknown_field_everywhere_changes_nothing(bench, entity):
    calm = bench.calmly(entity, bench.evening)
    with bench.gateway.under(Rewrite(with_unknown_field)):
        read = bench.read(entity, bench.evening)
    assert read.is_proven, read.trouble or read.fault
    assert read.content == calm.content


def test_a_missing_field_never_loses_a_record_and_never_makes_an_amount_up(bench, entity):
    """Its value is null, or its record carries a fault; what else the record says stays right."""
    calm = bench.calmly(entity, bench.evening)
    documents = [json.loads(page.body) if page.body[:1] in (b"{", b"[") else None for page in calm.pages]
    paths = sorted({path for document in documents for path in paths_of(document)})
    if not paths:
        pytest.skip("its pages are no JSON")
    table, record_id = bench.endpoint(entity).tables[0], bench.endpoint(entity).record_id
    for path in paths[:: max(1, len(paths) // MOST_FIELDS)]:
        pages = [
            page if document is None else replace(page, body=json.dumps(without(document, path), ensure_ascii=False).encode())
            for page, document in zip(calm.pages, documents, strict=True)
        ]
        frames = {table: records(frame) for table, frame in bench.connector.map(entity, pages).items()}
        if _made_up(frames, calm.content):  # then the checks must hold it back
            kept = bench.keep(entity, pages).rows
            wrong = _made_up({table: [{**row, "fault": None} for row in rows.values()] for table, rows in kept.items()}, calm.content)
            assert not wrong, f"without {'.'.join(path)}: {wrong}"
        told = bench.connector.record_ids(entity, pages)
        lost = set(told) - {str(row[record_id]) for row in frames[table]}
        assert not lost, f"without {'.'.join(path)}: {sorted(lost)[:3]} are in the pages and in no row"
        if _is_value(documents, path):
            assert len(frames[table]) >= len(set(calm.ids)), f"without {'.'.join(path)}: records are gone"


def _is_value(documents, path: tuple[str, ...]) -> bool:
    """Whether a plain value stands at the path, and not an object or a list that holds records."""
    found = list(documents)
    for step in path:
        found = [each[step] for each in _objects(found) if step in each]
    return not any(isinstance(each, dict | list) for each in found)


def _objects(values):
    for value in values:
        if isinstance(value, list):
            yield from _objects(value)
        elif isinstance(value, dict):
            yield value


def _made_up(frames, true) -> list[str]:
    """Money that is neither what it was nor null nor under a fault."""
    return [
        f"{table} {key} {name} {row[name]!r} instead of {known[name]!r}"
        for table, rows in frames.items() for row in rows if row["fault"] is None
        for key in [tuple(row[name] for name in CANONICAL[table].full_key)]
        for known in [true.get(table, {}).get(key, row)]
        for name in CANONICAL[table].content
        if CANONICAL[table].by_name[name].kind is Kind.MINOR and row[name] is not None and row[name] != known[name]
    ][:3]
