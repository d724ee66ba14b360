"""When the parts of a contract's money were paid: by the contract's own word, else by the transfers that are told of it."""

from __future__ import annotations

import pandas as pd

PLACE = ["contract_id", "currency"]
RANK = {"deposit": 0, "full": 0, "balance": 1}  # in which order a contract's parts fall due


def completed(payments: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """The transfers of these kinds that stayed: one that was recalled is told by its status alone, no refund follows."""
    return payments[(payments["kind"].isin(kinds) & (payments["status"] == "completed")).fillna(False).astype(bool)]


def paid_milestones(milestones: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """``milestones`` with ``paid_at`` as far as anybody tells it, and ``paid_evidence``: the column that does.

    Off the platforms a contract says at most that it is paid; when stands in the list of transfers. A part is paid at the first
    instant at which the completed payments of the contract, in its currency, cover it and the parts that fall due before it.
    What went back later changes nothing of that; too little paid proves nothing.
    """
    own = milestones["paid_at"].notna().to_numpy(dtype=bool)
    if own.all() or payments.empty:
        return milestones.assign(paid_evidence="payment_milestones.paid_at")
    covered = milestones[[*PLACE, "milestone"]].merge(_covered(milestones, payments), on=[*PLACE, "milestone"], how="left")
    told = pd.Series(covered["covered_at"].to_numpy(), index=milestones.index, dtype=milestones["paid_at"].dtype)
    evidence = pd.Series("payments.paid_at", index=milestones.index, dtype="string[pyarrow]").mask(own, "payment_milestones.paid_at")
    return milestones.assign(paid_at=milestones["paid_at"].fillna(told), paid_evidence=evidence)


def _covered(milestones: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """One row a part that was covered: ``covered_at``."""
    came = completed(payments, "payment").rename(columns={"order_id": "contract_id", "paid_at": "covered_at"}).dropna(subset="contract_id")
    came = came.sort_values(["covered_at", "payment_id"])
    came = came.assign(sum_minor=came.groupby(PLACE)["amount_minor"].cumsum())[[*PLACE, "sum_minor", "covered_at"]]
    due = milestones.drop_duplicates([*PLACE, "milestone"])
    due = due.assign(rank=due["milestone"].map(RANK)).sort_values("rank", kind="stable")
    due = due.assign(until_minor=due.groupby(PLACE)["due_minor"].cumsum())[[*PLACE, "milestone", "until_minor"]]
    both = due.merge(came, on=PLACE)
    enough = both[(both["sum_minor"] >= both["until_minor"]).fillna(False).astype(bool)]
    return enough.sort_values("covered_at").drop_duplicates([*PLACE, "milestone"])[[*PLACE, "milestone", "covered_at"]]
