"""How facts become proofs: small words the readings of orders, goods and deals share."""

from __future__ import annotations

import pandas as pd

from transforms.stages.derive import PROOF

NOTHING = pd.DataFrame({name: pd.Series([], dtype=kind.dtype) for name, kind in PROOF.items()})


def proofs(
    kind: str, subject_id: pd.Series, stage: str, entered_at: pd.Series, entered_date: pd.Series | None, evidence: str | pd.Series
) -> pd.DataFrame:
    """One proof a row; rows without an instant prove nothing."""
    columns = (kind, subject_id, stage, entered_at, entered_date, evidence)
    made = pd.DataFrame(dict(zip(PROOF, columns, strict=True)), index=entered_at.index)
    return made.dropna(subset=["entered_at", "subject_id"])


def typed(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Proofs of several stages one below the other, in ``PROOF``'s types."""
    made = [pd.DataFrame({name: part[name].astype(kind.dtype) for name, kind in PROOF.items()}) for part in parts if len(part)]
    if not made:
        return NOTHING.copy(deep=False)
    return pd.concat(made, ignore_index=True)


def first(frame: pd.DataFrame, keys: list[str], column: str) -> pd.DataFrame:
    """The earliest instant of each group; groups without one are left out."""
    return _one(frame, keys, column, is_earliest=True)


def last_of_all(frame: pd.DataFrame, key: str, column: str) -> pd.DataFrame:
    """The latest instant of each group in which every row has one."""
    found = _one(frame, [key], column, is_earliest=False)
    if not len(found):
        return found
    return found[~found[key].isin(frame.loc[frame[column].isna(), key])]


def _one(frame: pd.DataFrame, keys: list[str], column: str, *, is_earliest: bool) -> pd.DataFrame:
    """One instant a group, and its own ``evidence`` where the rows name it (``delivered_at``: ``delivered_evidence``)."""
    own = f"{column.removesuffix('_at')}_evidence"
    names = {name: name for name in (*keys, column)} | ({"evidence": own} if own in frame else {})
    there = pd.DataFrame({name: frame[theirs] for name, theirs in names.items()})
    if not len(there):
        return there
    there, wanted = there.dropna(subset=[*keys, column]), list(names)
    ordered = there.sort_values(wanted, ascending=[name != column or is_earliest for name in wanted])
    return ordered.drop_duplicates(keys, ignore_index=True)


def is_not(values: pd.Series, *words: str) -> pd.Series:
    """Plain booleans: null is none of the words."""
    return ~values.isin(words).fillna(False).astype(bool)
