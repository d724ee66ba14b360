"""rates: the day's exchange rates into `fx_rates`, from the ECB and from the agency's own files for the rest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import requests

from connectors import ecb
from pipeline.errors import SettingsError
from pipeline.opened import clock, engine
from pipeline.settings import settings
from transforms.hashing import stamp_hash
from transforms.rates_file import read_rates
from transforms.schema import SchemaError
from transforms.tables import FX_RATES
from warehouse.database import client_session
from warehouse.merge import merge


def load_rates() -> dict[str, int]:
    """Fetch and merge every source's rates; how many rows are new or changed.

    Raises:
        connectors.errors.ConnectorError: a source could not be read; rates already stored stay in use.
        SettingsError: one of the agency's own files is wrong; names file, row and column.
    """
    with requests.Session() as session:
        frames = [(settings().ecb_url, ecb.parse(ecb.fetch_rates(session, settings().ecb_url)))]
        frames += [(address, _own_rates(session, address)) for address in settings().fx_files]
    counts = {"inserted": 0, "updated": 0, "unchanged": 0}
    for address, frame in frames:
        with client_session(engine(), "*") as conn:
            merged = merge(conn, {"fx_rates": _stamp(frame, Path(address).name)})["fx_rates"]
        for name in counts:
            counts[name] += getattr(merged, name)
    return counts


def _own_rates(session: requests.Session, address: str) -> pd.DataFrame:
    try:
        return read_rates(ecb.fetch_rates(session, address))
    except (SchemaError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"Exchange rates, file {address} (DAIYUN_FX_FILES): {error}. No rate of tonight's was stored; mend the file and run it again."
        ) from None


def _stamp(rates: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Version and provenance; a rate has no clock of its own, so its arrival counts."""
    kinds = FX_RATES.by_name
    now = pd.Timestamp(clock().now())
    rates = rates.assign(
        derivation=pd.Series(1, index=rates.index, dtype=kinds["derivation"].kind.dtype),  # nothing of it is landed: read once
        source_updated_at=pd.Series(now, index=rates.index, dtype=kinds["seen_at"].kind.dtype),
        seen_at=pd.Series(now, index=rates.index, dtype=kinds["seen_at"].kind.dtype),
        landing_ref=pd.Series(origin, index=rates.index, dtype=kinds["landing_ref"].kind.dtype),
    )
    return FX_RATES.conform(stamp_hash(FX_RATES, rates, {}))
