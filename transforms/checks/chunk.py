"""``check``: judge the mapped frames of one bounded chunk, and part good rows from bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from transforms.checks.catalogue import rules_of
from transforms.checks.column_rules import column_rules
from transforms.checks.facts import EXAMPLES_KEPT, BatchFacts, Checked, Tally
from transforms.checks.order_rules import family_rules, table_rules
from transforms.checks.quarantine import fault_rows
from transforms.checks.rows import Broken, Rows, places_of
from transforms.checks.versions import newest_only
from transforms.schema import SchemaError
from transforms.tables import CANONICAL


def check(table_name: str, frames: Mapping[str, pd.DataFrame], facts: BatchFacts) -> Checked:
    """Judge one chunk (some thousand records; the fixed cost is a chunk's, not a row's).

    Args:
        table_name: the table that carries the records (``orders`` where the frames are orders and what hangs on them).
        frames: table → mapped rows with scope, body, ``source_updated_at``, ``seen_at``, ``landing_ref`` and ``fault``;
            other columns are ignored. ``content_hash`` is stamped afterwards, on the good rows.
    Raises:
        SchemaError: a frame lacks a declared column or is of a derived table, or ``table_name`` is not among the frames.
    """
    from transforms.checks import gate  # Great Expectations takes seconds to import: only who checks pays

    if table_name not in frames:
        raise SchemaError(f"{table_name}: no frame among {sorted(frames)}")
    derived = [name for name in frames if CANONICAL[name].is_derived]
    if derived:
        raise SchemaError(f"{derived}: derived from tables that were checked; it has no records of its own to judge")
    chunk, ambiguous, dropped = newest_only({name: Rows(CANONICAL[name], frame) for name, frame in frames.items()})
    broken = _broken(chunk, ambiguous, facts)
    masks = {name: _by_rule(broken[name]) for name in chunk}
    bad = {name: _any(masks[name].values(), len(rows)) for name, rows in chunk.items()}
    result = {"gate": gate.gate({name: ~mask for name, mask in bad.items()})}
    if not result["gate"].success:
        result |= {name: gate.rule_result(CANONICAL[name], masks[name]) for name in chunk if masks[name]}
    good = {name: rows.frame if not bad[name].any() else rows.take(np.flatnonzero(~bad[name])).frame for name, rows in chunk.items()}
    tallies = {name: _tally(rows, masks[name]) for name, rows in chunk.items()}
    return Checked(good, fault_rows(chunk, broken), tallies, dropped, result)


def _broken(chunk: dict[str, Rows], ambiguous: dict[str, Broken], facts: BatchFacts) -> dict[str, list[Broken]]:
    parents = {name: _parent_places(rows, chunk) for name, rows in chunk.items() if rows.table.parent}
    found = {name: [*column_rules(rows, facts), *table_rules(rows), ambiguous[name]] for name, rows in chunk.items()}
    for name, places in parents.items():
        found[name].append(Broken("orphan", chunk[name].table.parent_key[-1], places < 0))
    for name, one in family_rules(chunk, parents, facts):
        found[name].append(one)
    found = {name: [one for one in some if one.mask.any()] for name, some in found.items()}
    for name, one in _families(chunk, parents, found):
        found[name].append(one)
    return found


def _parent_places(rows: Rows, chunk: dict[str, Rows]) -> np.ndarray:
    parent = CANONICAL[rows.table.parent]
    if parent.name not in chunk:
        return np.full(len(rows), -1)
    return places_of(rows.link(rows.table.full_parent_key, parent.full_key), chunk[parent.name].key)


def _families(chunk, parents: dict[str, np.ndarray], found: dict[str, list[Broken]]) -> list[tuple[str, Broken]]:
    """An order is stored whole or not at all: a bad child takes its parent, a bad parent its children."""
    bad = {name: _any((one.mask for one in found[name]), len(rows)) for name, rows in chunk.items()}
    spread = []
    for parent in {chunk[name].table.parent for name in parents} & set(chunk):
        children = {name: places for name, places in parents.items() if chunk[name].table.parent == parent}
        through = np.zeros(len(chunk[parent]), dtype=bool)
        for name, places in children.items():
            through[places[bad[name] & (places >= 0)]] = True
        spread.append((parent, Broken("child_quarantined", None, through & ~bad[parent])))
        gone = bad[parent] | through
        for name, places in children.items():
            follows = (places >= 0) & ~bad[name] & (gone[np.maximum(places, 0)] if len(gone) else False)
            spread.append((name, Broken("parent_quarantined", None, follows)))
    return [(name, one) for name, one in spread if one.mask.any()]


def _any(masks, length: int) -> np.ndarray:
    total = np.zeros(length, dtype=bool)
    for mask in masks:
        total |= mask
    return total


def _by_rule(broken: list[Broken]) -> dict[str, np.ndarray]:
    masks: dict[str, np.ndarray] = {}
    for one in broken:
        masks[one.rule] = masks[one.rule] | one.mask if one.rule in masks else one.mask
    return masks


def _tally(rows: Rows, masks: dict[str, np.ndarray]) -> Tally:
    rules = rules_of(rows.table)
    bits = np.zeros(len(rows), dtype=np.int64)
    for rule, mask in masks.items():
        bits[mask] |= 1 << rules.index(rule)
    bad = np.flatnonzero(bits)[:EXAMPLES_KEPT]
    refs = rows.frame["landing_ref"].iloc[bad].fillna("").tolist()
    patterns = Counter({0: len(rows)}) if not len(bad) else Counter(bits.tolist())
    return Tally(rows.table.name, rules, dict(patterns), tuple(zip(bits[bad].tolist(), refs, strict=True)))
