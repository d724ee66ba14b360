"""Answers change their shape: a field that is new, a field that is not there."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from contract_bench import records
from contract_rules import Rewrite, outermost, paths_of, with_unknown_field, without

from transforms.tables import CANONICAL

MOST_TURNS, MOST_AROUND = 12, 8
PAID = ("total_minor", "amount_minor", "refund_minor")  # what was paid, booked, given back; parts of it may have a stand-in


def test_a_new_unknown_field_everywhere_changes_nothing(bench, entity):
    calm = bench.calmly(entity, bench.evening)
    with bench.gateway.under(Rewrite(with_unknown_field)):
        read = bench.read(entity, bench.evening)
    assert read.is_proven, read.trouble or read.fault
    assert bench.inside(entity, bench.evening, read) == bench.inside(entity, bench.evening, calm)


def test_a_missing_field_never_loses_a_record_and_never_makes_an_amount_up(bench, entity):
    """Of the fields that every record carries: without one its value is null, or its record is held back with the reason."""
    calm = bench.calmly(entity, bench.recent)
    documents = [json.loads(page.body) if page.body[:1] in (b"{", b"[") else None for page in calm.pages]
    paths = [path for path in sorted({path for document in documents for path in paths_of(document)}) if _is_always_there(documents, path)]
    if not paths:
        pytest.skip("its pages are no JSON, or hold no record")
    inner, around = _parted(documents, paths)
    for lacking in _each_record_without_another(documents, inner):
        if _complaint(bench, entity, calm, lacking):
            around = [*inner, *around]  # it is told with the field's name
            break
    else:
        around = around[:: max(1, len(around) // MOST_AROUND)]
    for path in around:
        complaint = _complaint(bench, entity, calm, [without(document, path) for document in documents])
        assert not complaint, f"without {'.'.join(path)}: {complaint}"


def _parted(documents, paths) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Paths below a list of records, and those around them."""
    places = {place for place, found in map(outermost, documents) if found}
    inner = [path for path in paths if any(path[: len(place)] == place for place in places)]
    return inner, [path for path in paths if path not in inner]


def _each_record_without_another(documents, inner) -> Iterator[list]:
    """Copies in which every record lacks one field, and the next one another; as often as every field was missing somewhere."""
    found = [outermost(document) for document in documents]
    fields = {place: [path[len(place) :] for path in inner if path[: len(place)] == place] for place, records_of in found if records_of}
    many = {place: sum(len(each) for at, each in found if at == place and each) for place in fields}
    turns = max((math.ceil(len(fields[place]) / many[place]) for place in fields), default=0)
    for turn in range(min(MOST_TURNS, turns)):
        numbers = {place: itertools.count(turn * many[place]) for place in fields if fields[place]}
        yield [
            _without_another(document, place, fields[place], numbers[place]) if place in numbers and each else document
            for document, (place, each) in zip(documents, found, strict=True)
        ]


def _without_another(document, place, fields, numbers):
    """A copy in which each of the records at ``place`` lacks the field whose turn it is."""
    if isinstance(document, list):
        return [without(each, fields[next(numbers) % len(fields)]) for each in document]
    return {name: _without_another(value, place[1:], fields, numbers) if name == place[0] else value for name, value in document.items()}


def _complaint(bench, entity, calm, documents) -> str | None:
    """What is wrong with what is made of these documents instead of the calm ones; None where nothing is."""
    pages = [
        page if document is None else replace(page, body=json.dumps(document, ensure_ascii=False).encode())
        for page, document in zip(calm.pages, documents, strict=True)
    ]
    frames = {name: records(frame) for name, frame in bench.connector.map(entity, pages).items()}
    if _made_up(frames, calm.content):  # then the checks must hold it back
        kept = bench.keep(entity, pages).rows
        wrong = _made_up({name: [{**row, "fault": None} for row in rows.values()] for name, rows in kept.items()}, calm.content)
        if wrong:
            return str(wrong)
    told = set(bench.connector.record_ids(entity, pages))
    return "records are gone" if len(frames[bench.endpoint(entity).tables[0]]) < len(told) else None


def _is_always_there(documents, path: tuple[str, ...]) -> bool:
    """Whether every object at that place holds a plain value there: what is there for some only may mean something by its absence."""
    found = list(documents)
    for step in path[:-1]:
        found = [each[step] for each in _objects(found) if step in each]
    values = [each.get(path[-1], {}) for each in _objects(found)]
    return bool(values) and not any(isinstance(value, dict | list) for value in values)


def _objects(values):
    for value in values:
        if isinstance(value, list):
            yield from _objects(value)
        elif isinstance(value, dict):
            yield value


def _made_up(frames, true) -> list[str]:
    """Sums that are neither what it was nor null nor under a fault."""
    return [
        f"{table} {key} {name} {row[name]!r} instead of {known[name]!r}"
        for table, rows in frames.items() for row in rows if row["fault"] is None
        for key in [tuple(row[name] for name in CANONICAL[table].full_key)]
        for known in [true.get(table, {}).get(key, row)]
        for name in CANONICAL[table].content
        if name in PAID and row[name] is not None and row[name] != known[name]
    ][:3]
