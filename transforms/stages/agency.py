"""The agency's own chain as proofs: the agreement with a client, and each month of service under it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pandas as pd

from transforms.sites import zone_dates
from transforms.stages.proofs import proofs, typed

SERVICES = {
    "listings": "listings_managed", "promotion": "promoted", "orders": "served", "logistics": "logistics", "analysis": "analysed",
}  # fmt: skip
EVERY_SHOP = "*"  # the shop of rows that speak of all of a client's shops together

Fact = tuple[str, str, datetime, str]  # month, stage, instant, evidence


def agency_proofs(signed: date, facts: Iterable[Fact], services: Iterable[str], zone: str) -> pd.DataFrame:
    """The signing is the agreement's own; what was done proves the stages of its month.

    Args:
        facts: of each month, what first showed that the agency did its work; services that were not agreed prove nothing.
        zone: the client's.
    """
    agreed = {SERVICES[name] for name in services} | {"fee_settled"}
    kept = [fact for fact in facts if fact[1] in agreed]
    begun = pd.Series([datetime.combine(signed, time(), ZoneInfo(zone))])
    parts = [proofs("agreement", pd.Series([signed.isoformat()]), "agreement_signed", _utc(begun), pd.Series([signed]), "agreement.signed")]
    if kept:
        month, stage, at, evidence = (pd.Series(list(column)) for column in zip(*kept, strict=True))
        found = proofs("month", month, "", _utc(at), zone_dates(_utc(at), zone), "")
        parts.append(found.assign(stage=stage, evidence=evidence))
    return typed(parts)


def _utc(instants: pd.Series) -> pd.Series:
    return pd.to_datetime(instants, utc=True)
