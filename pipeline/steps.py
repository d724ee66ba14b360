"""The night's verbs over a whole shop or client: what a DAG task and the command line both call.

Arguments and results are JSON-able references and counts, never rows. Every verb may be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Endpoint
from connectors.errors import ConnectorError, CursorExpired, QuotaWait, RetryableError
from pipeline import derive, expire, rates, report, stock, want
from pipeline import opened as state
from pipeline.agency import refresh_agency
from pipeline.alone import alone_with
from pipeline.certify import certify_pull
from pipeline.errors import PullFailed, Stopped, TryLater, Uncertified
from pipeline.merge import merge_pull
from pipeline.opened import OpenShop, open_shop
from pipeline.plainly import of_all, of_client, of_shop
from pipeline.pull import pull_entity
from pipeline.validate import validate_pull
from warehouse import ledger
from warehouse.database import client_session
from warehouse.landing import LandingError

__all__ = [
    "certify_shop",
    "derive_client",
    "due_reports",
    "expire_landing",
    "expire_strays",
    "list_clients",
    "list_refused",
    "list_shops",
    "load_rates",
    "merge_shop",
    "observe_client",
    "plan_client",
    "pull_shop",
    "push_client",
    "record_decision",
    "report_client",
    "shop_marketplace",
    "validate_shop",
    "verdict",
    "want_changes",
]

Connection = Mapping[str, Any] | None

load_rates = of_all(rates.load_rates)
expire_landing = of_all(expire.expire_landing)
expire_strays = of_all(expire.expire_strays)
derive_client = of_client(derive.derive_client)
due_reports = of_all(report.due_reports)
report_client = of_client(report.report_client)
plan_client = of_client(stock.plan_client)
want_changes = of_client(want.want)
record_decision = of_client(stock.record_decision)
push_client = of_client(stock.push_client)
observe_client = of_client(stock.observe_client)


def list_clients() -> list[str]:
    """Every client whose file can be read."""
    return list(state.clients().good)


def list_shops(marketplace: str | None = None) -> list[str]:
    """Every shop of every client whose file can be read, in the order of the files."""
    entries = [entry for client in state.clients().good.values() for entry in client.shops]
    return [entry.name for entry in entries if marketplace in (None, entry.marketplace)]


def list_refused() -> list[str]:
    """What is wrong with the clients' files that cannot be read; their shops are in no list."""
    return [file.fault for file in state.clients().broken]


def shop_marketplace(shop: str) -> str:
    return state.find_shop(shop)[1].marketplace


@of_shop
def pull_shop(
    shop: str, *, until: datetime | None, since: datetime | None = None, run_id: str, connection: Connection = None
) -> dict[str, Any]:
    """Land every entity of ``shop``; one entity's trouble does not keep the others from being read.

    Returns:
        Entity → pull id (None where nothing is new).
    Raises:
        TryLater: some entity waits for its quota, nothing else is left to do.
        PullFailed: some entity could not be read; the message names each.
    """
    opened = open_shop(shop, connection)
    pulls: dict[str, Any] = {}
    waits: list[QuotaWait] = []
    busy: list[TryLater] = []
    failures: dict[str, ConnectorError] = {}
    for entity, endpoint in opened.endpoints.items():
        try:
            pulls[entity] = pull_entity(opened, endpoint, until, since, run_id)
        except QuotaWait as wait:
            waits.append(wait)
        except TryLater as held:  # another run reads this entity
            busy.append(held)
        except ConnectorError as failure:
            failures[entity] = failure
            _note_failure(opened, entity, failure)
    opened.save_calls(run_id)
    if waits:
        wait = min(waits, key=lambda each: each.seconds)
        raise TryLater(wait.seconds / state.clock().speed, f"Shop '{shop}': {wait}")
    if busy:
        raise busy[0]
    if failures:
        lines = "\n".join(f"  {entity}: {failure}" for entity, failure in failures.items())
        is_fatal = not any(isinstance(failure, RetryableError | CursorExpired) for failure in failures.values())
        raise PullFailed(
            f"Client '{opened.client.name}', shop '{shop}': {len(failures)} of {len(opened.endpoints)} entities were not read:\n{lines}",
            is_fatal=is_fatal,
        )
    return pulls


def _note_failure(opened: OpenShop, entity: str, failure: ConnectorError) -> None:
    with opened.session() as conn:
        for pull in ledger.open_pulls(conn, opened.client.name, opened.name):
            if pull.entity == entity and pull.state == "open":
                ledger.note(conn, pull.pull_id, str(failure))


@of_shop
def validate_shop(shop: str, *, run_id: str, connection: Connection = None) -> dict[str, Any]:
    """Map and check everything landed; entity → counts of good and bad rows. Nothing is called."""
    return _each(shop, {"landed"}, validate_pull, connection)


@of_shop
def merge_shop(shop: str, *, run_id: str) -> dict[str, Any]:
    """Merge everything validated; entity → per table counts."""
    return _each(shop, {"validated"}, lambda opened, endpoint, pull: merge_pull(opened, pull))


@of_shop
def certify_shop(shop: str, *, run_id: str, connection: Connection = None) -> dict[str, Any]:
    """Prove every merged pull complete; the last step of a shop's night.

    Raises:
        Uncertified: an entity is not proven, or was not read in this run; the others are certified by then.
    """
    verdicts = _each(shop, {"merged"}, certify_pull, connection)
    opened = open_shop(shop)
    refresh_agency(opened.client)
    with opened.session() as conn:
        unread = {
            pull.entity: pull.reason or f"is still {pull.state}"
            for pull in ledger.pulls_of_run(conn, opened.client.name, shop, run_id)
            if pull.state not in ("certified", "merged", "superseded")  # a later pull has proven its window
        }
    faults = {entity: fault for entity, fault in verdicts.items() if fault} | unread
    if faults:
        lines = "\n".join(f"  {entity}: {fault}" for entity, fault in faults.items())
        raise Uncertified(
            f"Client '{opened.client.name}', shop '{shop}': not proven complete, so these watermarks stay where they were:\n{lines}\n"
            "The next run reads the same windows again; `daiyun certificate --shop " + shop + "` shows the figures."
        )
    return {entity: "certified" for entity in verdicts}


@of_all
def verdict(run_id: str, shops: Sequence[str]) -> None:
    """Say what keeps a run from being whole; nothing when every shop of every client is proven complete.

    Args:
        shops: those the run has read. A client's file that was mended meanwhile has others, which it has not.
    Raises:
        Uncertified: names each shop and entity.
        SettingsError: a client's file cannot be read, so its shops were left out.
    """
    with client_session(state.engine(), "*") as conn:
        unproven = [f"{row['shop']} {row['entity']}" for row in ledger.certificates(conn, run_id=run_id) if not row["is_certified"]]
    late = sorted(set(list_shops()) - set(shops))
    faults = [f"Not proven complete: {', '.join(unproven)}"] if unproven else []
    if late:
        faults.append(f"Not in this run: {', '.join(late)}; their client's file was mended, or came, after the run had listed its shops.")
    if faults:
        raise Uncertified("\n".join([*faults, *list_refused()]))
    state.clients().refuse_broken()


def _each(
    shop: str, states: set[str], verb: Callable[[OpenShop, Endpoint, ledger.Pull], Any], connection: Connection = None
) -> dict[str, Any]:
    """Run ``verb`` over the shop's pulls in these states, oldest first; one whose landed pages are lost does not block the others.

    Raises:
        TryLater: another run is working on one of them.
        Stopped: pages of a pull are lost; it is read again from its start by the next pull of its window, or superseded.
    """
    opened = open_shop(shop, connection)
    with opened.session() as conn:
        pulls = [pull for pull in ledger.open_pulls(conn, opened.client.name, shop) if pull.state in states]
    outcomes, lost = {}, []
    for pull in (pull for pull in pulls if pull.entity in opened.endpoints):
        with alone_with(pull):
            try:
                outcomes |= _one(opened, pull.pull_id, states, verb)
            except LandingError as error:
                lost.append(str(error))
                with opened.session() as conn:
                    ledger.restart_pull(conn, pull.pull_id)
    if lost:
        raise Stopped(f"Client '{opened.client.name}', shop '{shop}': " + "\n".join(lost), is_fatal=True)
    return outcomes


def _one(
    opened: OpenShop, pull_id: str, states: set[str], verb: Callable[[OpenShop, Endpoint, ledger.Pull], Any]
) -> dict[str, Any]:
    """Entity → outcome; nothing where another run has moved the pull on meanwhile."""
    with opened.session() as conn:
        pull = ledger.get_pull(conn, pull_id)
    return {pull.entity: verb(opened, opened.endpoints[pull.entity], pull)} if pull.state in states else {}
