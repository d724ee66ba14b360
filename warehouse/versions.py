"""One batch, one version of each record: of several, the newest stays, and only its children with it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from transforms.schema import Table
from transforms.tables import CANONICAL

# What decides which of two versions is newer, in order of weight; the hash only makes the order total.
VERSION = ("source_updated_at", "seen_at", "derivation", "content_hash")


def newest_of(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Leave one row of each key: of parents the newest version, of children those told with it.

    Where a batch holds several versions of one parent, its children tell theirs apart by carrying their parent's
    ``source_updated_at``, ``seen_at`` and ``derivation``. (The checks leave one version a chunk already; this is for batches put together.)
    """
    kept: dict[str, pd.DataFrame] = {}
    for name in sorted(frames, key=lambda name: CANONICAL[name].parent is not None):
        table, frame = CANONICAL[name], frames[name]
        if table.parent and len(kept[table.parent]) < len(frames[table.parent]):
            frame = _of_winners(table, frame, frames[table.parent], kept[table.parent])
        kept[name] = _newest(table, frame)
    return {name: kept[name] for name in frames}


def _newest(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    key = list(table.full_key)
    if not frame.duplicated(key).any():
        return frame
    return frame.sort_values(list(VERSION), kind="stable").drop_duplicates(key, keep="last")


def _of_winners(table: Table, frame: pd.DataFrame, delivered: pd.DataFrame, winners: pd.DataFrame) -> pd.DataFrame:
    parent = CANONICAL[table.parent]
    key, mine = list(parent.full_key), list(table.full_parent_key)
    repeated = pd.MultiIndex.from_frame(delivered.loc[delivered.duplicated(key), key])
    is_doubtful = pd.MultiIndex.from_frame(frame[mine]).isin(repeated)
    version = VERSION[:-1]
    of_winner = pd.MultiIndex.from_frame(frame[[*mine, *version]]).isin(pd.MultiIndex.from_frame(winners[[*key, *version]]))
    return frame[~is_doubtful | of_winner]
