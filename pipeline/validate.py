"""validate: landed pages → mapped, stamped, checked frames; good rows as batches, bad ones to quarantine."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors import registry
from connectors.contract import Connector, Endpoint
from pipeline.opened import OpenShop, clock, landing
from pipeline.settings import settings
from transforms.checks import BatchFacts, Checked, check
from transforms.hashing import stamp_hash
from transforms.tables import CANONICAL
from warehouse import ledger, quarantine
from warehouse.landing import LandedPage

log = logging.getLogger(__name__)
INSTANT = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))


@dataclass(frozen=True)
class Chunk:
    """Whole page groups, about ``DAIYUN_CHUNK_BYTES`` of them; ``first_page`` is the number of the first in its pull."""

    first_page: int
    pages: Sequence[LandedPage]


def page_chunks(pull: ledger.Pull) -> Iterator[Chunk]:
    """The pull's landed pages in bounded pieces that never part a group.

    Raises:
        LandingError: fewer pages lie there than were landed: what is lost or expired must not pass for what never came.
    """
    pages: list[LandedPage] = []
    first = size = 0
    for page in landing().read_pages(pull.ref, pull.attempt, expected=pull.pages):
        if size > settings().chunk_bytes and page.group != pages[-1].group:
            yield Chunk(first, pages)
            first, pages, size = first + len(pages), [], 0
        pages.append(page)
        size += len(page.body)
    if pages:
        yield Chunk(first, pages)


def validate_pull(opened: OpenShop, endpoint: Endpoint, pull: ledger.Pull) -> dict[str, int]:
    """Replace the pull's batches and quarantine rows by what mapping and checks say now.

    Returns:
        ``{"good": rows, "bad": rows}`` over all tables.
    Raises:
        PagesExpired: its pages are not kept any more.
        PullMoved: another process works on it in spite of everything (its lock is lost with the database's connection).
    """
    connector = opened.connector  # a wrong connection is told before anything is taken back
    with opened.session() as conn:
        pull = ledger.begin_derivation(conn, pull)
    landing().clear_batches(pull.ref)
    faults, tallies, good = [], {}, 0
    for number, chunk in enumerate(page_chunks(pull)):
        checked = check_chunk(connector, endpoint, pull, chunk)
        faults.append(checked.faults)
        for table, tally in checked.tallies.items():
            tallies[table] = tallies[table] + tally if table in tallies else tally
        for table, frame in hashed(checked.good).items():
            landing().write_batch(pull.ref, number, table, frame)
            good += len(frame)
    bad_rows = pd.concat(faults, ignore_index=True) if faults else None
    counts = {"good": good, "bad": 0 if bad_rows is None else bad_rows[["table", "key"]].drop_duplicates().shape[0]}
    log.info("%s: %d rows are good, %d in quarantine", pull.entity, counts["good"], counts["bad"])
    with opened.session() as conn:
        ledger.hold(conn, pull)
        quarantine.put(conn, pull.pull_id, bad_rows)
        ledger.set_state(conn, pull.pull_id, "validated", counts={**counts, "tallies": [tally.to_json() for tally in tallies.values()]})
    return counts


def check_chunk(connector: Connector, endpoint: Endpoint, pull: ledger.Pull, chunk: Chunk) -> Checked:
    """Map one chunk, stamp where and when it came from, and part good rows from bad."""
    mapped = connector.map(endpoint.entity, chunk.pages)
    stamped = {table: stamp(frame, pull, chunk) for table, frame in mapped.items()}
    currencies = registry.currencies(connector.shop.marketplace)
    return check(endpoint.tables[0], stamped, BatchFacts(now=clock().now(), currency_of_site=currencies))


def hashed(good: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Good frames with their content hash: after the checks, as a parent's hash covers the children that are kept."""
    return {table: stamp_hash(CANONICAL[table], frame, _children(table, good)) for table, frame in good.items()}


def _children(table: str, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: frame for name, frame in frames.items() if CANONICAL[name].parent == table}


def stamp(frame: pd.DataFrame, pull: ledger.Pull, chunk: Chunk) -> pd.DataFrame:
    """Add version and provenance to a mapped frame: when its page arrived, which mapping of it this is, where the raw record lies."""
    arrivals = pa.array([page.received_at for page in chunk.pages], type=INSTANT.pyarrow_dtype)
    pages, records = (pa.array(frame[name], type=pa.int64(), from_pandas=True) for name in ("landing_page", "landing_record"))
    seen = arrivals.take(pages)
    told = pa.array(frame["source_updated_at"].astype(INSTANT))
    return frame.drop(columns=["landing_page", "landing_record"]).assign(
        seen_at=_series(seen, frame), derivation=_series(pa.repeat(pa.scalar(pull.derivation, pa.int64()), len(frame)), frame),
        source_updated_at=_series(pc.coalesce(told, seen), frame), landing_ref=_series(_places(pull, chunk, pages, records), frame),
    )


def _places(pull: ledger.Pull, chunk: Chunk, pages: pa.Array, records: pa.Array) -> pa.Array:
    """Where each raw record lies: ``<pull id>/<page>#<record>``."""
    numbers, texts = pc.add(pages, pa.scalar(chunk.first_page, pa.int64())), pa.string()
    return pc.binary_join_element_wise(pc.binary_join_element_wise(f"{pull.pull_id}/", numbers.cast(texts), ""), records.cast(texts), "#")


def _series(values: pa.Array | pa.ChunkedArray, frame: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(values), index=frame.index, copy=False)
