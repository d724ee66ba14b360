"""How facts become proofs: small words the readings of orders, goods and deals share."""

from __future__ import annotations

import pandas as pd

from transforms.stages.derive import PROOF


def proofs(
    kind: str, subject_id: pd.Series, stage: str, entered_at: pd.Series, entered_date: pd.Series, evidence: str
) -> pd.DataFrame:
    """One proof a row; rows without an instant prove nothing."""
    columns = (kind, subject_id, stage, entered_at, entered_date, evidence)
    made = pd.DataFrame(dict(zip(PROOF, columns, strict=True)), index=entered_at.index)
    return made.dropna(subset=["entered_at", "subject_id"])


def typed(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Proofs of several stages one below the other, in ``PROOF``'s types."""
    made = [pd.DataFrame({name: part[name].astype(kind.dtype) for name, kind in PROOF.items()}) for part in parts]
    if not made:
        return pd.DataFrame({name: pd.Series([], dtype=kind.dtype) for name, kind in PROOF.items()})
    return pd.concat(made, ignore_index=True)


def first(frame: pd.DataFrame, keys: list[str], column: str) -> pd.DataFrame:
    """The earliest instant of each group; groups without one are left out."""
    return frame.dropna(subset=column).groupby(keys, as_index=False)[column].min()


def last_of_all(frame: pd.DataFrame, keys: list[str], column: str) -> pd.DataFrame:
    """The latest instant of each group in which every row has one."""
    grouped = frame.assign(is_open=frame[column].isna()).groupby(keys, as_index=False)
    found = grouped.agg(**{column: (column, "max"), "is_open": ("is_open", "any")})
    return found[~found["is_open"].astype(bool)][[*keys, column]]


def is_not(values: pd.Series, *words: str) -> pd.Series:
    """Plain booleans: null is none of the words."""
    return ~values.isin(words).fillna(False).astype(bool)
