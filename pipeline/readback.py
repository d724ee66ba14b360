"""read back: one entity of one shop pulled, checked, merged and certified here and now, after we changed something there."""

from __future__ import annotations

from connectors.contract import Endpoint
from connectors.errors import QuotaWait
from pipeline import opened as state
from pipeline.alone import alone_with
from pipeline.certify import certify_pull
from pipeline.errors import TryLater, Uncertified
from pipeline.merge import merge_pull
from pipeline.opened import OpenShop
from pipeline.pull import SNAPSHOT_SPAN, pull_entity
from pipeline.validate import validate_pull
from warehouse import ledger


def read_back(opened: OpenShop, endpoint: Endpoint, *, run_id: str) -> None:
    """Take in what the marketplace shows now; within one ``run_id`` it happens once, and goes on where it was stopped.

    Raises:
        TryLater: the quota asks to come back.
        Uncertified: what came is not proven complete; the next night reads it again.
    """
    try:
        pull_id = pull_entity(opened, endpoint, None, state.clock().now() - SNAPSHOT_SPAN, run_id)
    except QuotaWait as wait:
        raise TryLater(wait.seconds / state.clock().speed, f"Shop '{opened.name}': {wait}") from None
    finally:
        opened.save_calls(run_id)
    fault = _finish(opened, endpoint, pull_id) if pull_id else None
    if fault:
        raise Uncertified(f"Client '{opened.client.name}', shop '{opened.name}', {endpoint.entity} after the push: {fault}")


def _finish(opened: OpenShop, endpoint: Endpoint, pull_id: str) -> str | None:
    """The three steps after a pull, from wherever it stands."""
    outcome = None
    for state_before, verb in (
        ("landed", lambda pull: validate_pull(opened, endpoint, pull)),
        ("validated", lambda pull: merge_pull(opened, pull)),
        ("merged", lambda pull: certify_pull(opened, endpoint, pull)),
    ):
        with alone_with(_look_up(opened, pull_id)):
            pull = _look_up(opened, pull_id)
            if pull.state == state_before:
                outcome = verb(pull)
    return outcome if pull.state == "merged" else None


def _look_up(opened: OpenShop, pull_id: str) -> ledger.Pull:
    with opened.session() as conn:
        return ledger.get_pull(conn, pull_id)
