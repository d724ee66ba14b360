"""Several versions of one record in one chunk: the newest stays, equal ones are one, and what cannot be told apart is a fault.

A record may well be told twice: windows overlap, pages shift while they are read, a shop shows one order under two sites.
"""

from __future__ import annotations

import re

import numpy as np

from transforms.checks.rows import Broken, Rows, places_of
from transforms.hashing import row_hash
from transforms.tables import CANONICAL

_PLACE = re.compile(r"(\d+)#(\d+)$")


def newest_only(chunk: dict[str, Rows]) -> tuple[dict[str, Rows], dict[str, Broken], dict[str, int]]:
    """Leave one version of each key in every table; children of a version that lost go with it.

    Returns:
        The chunk; per table the rows that are ambiguous (same key and version, different content: both stay, to be
        quarantined together); per table how many rows were left out.
    """
    kept, ambiguous, dropped = {}, {}, {}
    for name in sorted(chunk, key=lambda name: CANONICAL[name].parent is not None):  # parents first
        rows, parent = chunk[name], CANONICAL[name].parent
        if parent in kept and dropped[parent]:
            rows = rows.take(_children_of_winners(rows, chunk[parent], kept[parent]))
        winners, is_ambiguous = _winners(rows)
        kept[name] = rows if len(winners) == len(rows) else rows.take(winners)
        ambiguous[name] = Broken("key_unique", CANONICAL[name].key[-1], is_ambiguous)
        dropped[name] = len(chunk[name]) - len(winners)
    return kept, ambiguous, dropped


def _winners(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Places of the rows to keep, in order, and which of those are ambiguous."""
    keys, counts = np.unique(rows.key, return_counts=True)
    everything = np.arange(len(rows))
    if len(keys) == len(rows):
        return everything, np.zeros(len(rows), dtype=bool)
    is_repeated = np.isin(rows.key, keys[counts > 1]) & _has_key(rows)
    kept, doubtful = set(everything[~is_repeated].tolist()), set()
    for versions in _by_key(rows, everything[is_repeated]):
        best = max(version for version, _, _ in versions)
        contents = {content: place for version, content, place in reversed(versions) if version == best}
        kept.update(contents.values())
        if len(contents) > 1:
            doubtful.update(contents.values())
    places = np.array(sorted(kept), dtype=np.int64)
    return places, np.isin(places, list(doubtful))


def _has_key(rows: Rows) -> np.ndarray:
    return np.logical_and.reduce([rows.has(name) for name in rows.table.full_key])


def _by_key(rows: Rows, places: np.ndarray) -> list[list[tuple[tuple[int, int], int, int]]]:
    """Per repeated key: (version, content, place) of its rows, in row order."""
    some = rows.take(places)
    contents = row_hash(rows.table, some.frame, rows.table.content).tolist()
    # An unreadable version is other content: else it could pass for its readable twin.
    contents = [(content, fault) for content, fault in zip(contents, some.faults.to_pylist(), strict=True)]
    # Reference data carries versions too; a null clock is older than any.
    updated, seen = some.numbers("source_updated_at").tolist(), some.numbers("seen_at").tolist()
    grouped: dict[int, list] = {}
    for key, version, content, place in zip(some.key.tolist(), zip(updated, seen, strict=True), contents, places.tolist(), strict=True):
        grouped.setdefault(key, []).append((version, content, place))
    return list(grouped.values())


def _children_of_winners(rows: Rows, parents: Rows, kept: Rows) -> np.ndarray:
    """Places of the children that do not belong to a version of their parent that lost.

    A vendor's children follow their parent's page (or stand in the same record), so a child belongs to the last version
    that lies at or before it in the landing. Where that leaves the winner childless, its children were read for all
    versions together and all of them count.
    """
    link = rows.link(rows.table.full_parent_key, parents.table.full_key)
    keys, counts = np.unique(parents.key, return_counts=True)
    versions: dict[int, list[tuple[int, int]]] = {int(key): [] for key in keys[counts > 1]}
    for key, ref in zip(parents.key.tolist(), parents.array("landing_ref").to_pylist(), strict=True):
        if key in versions:
            versions[key].append(_landed(ref))
    refs = kept.array("landing_ref").to_pylist()
    winner_at = places_of(np.array(list(versions), dtype=np.uint64), kept.key).tolist()
    winner = {key: _landed(refs[at]) for key, at in zip(versions, winner_at, strict=True)}
    mine: dict[int, list[int]] = {key: [] for key in versions}
    others: dict[int, list[int]] = {key: [] for key in versions}
    free = []
    for place, (key, ref) in enumerate(zip(link.tolist(), rows.array("landing_ref").to_pylist(), strict=True)):
        if key not in versions:
            free.append(place)
            continue
        before = [at for at in versions[key] if at <= _landed(ref)]
        (mine if before and max(before) == winner[key] else others)[key].append(place)
    for key, places in mine.items():
        free.extend(places or others[key])
    return np.array(sorted(free), dtype=np.int64)


def _landed(ref: str | None) -> tuple[int, int]:
    found = _PLACE.search(ref or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)
