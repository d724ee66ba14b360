"""What the DAGs share: who is pulled, with which connection, for which night, and what an error means to Airflow.

Nothing here runs while a DAG file is parsed, except :func:`marketplaces`, which reads the clients' small YAML files.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from airflow.sdk import Asset, Connection, CronDataIntervalTimetable, get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException, AirflowRescheduleException
from airflow.sdk.log import mask_secret
from airflow.sdk.timezone import utcnow

log = logging.getLogger(__name__)

NIGHT_DONE = Asset("daiyun_night")  # one event a night: what was pulled is in the tables
TRACKERS = frozenset(("aftership", "dhl", "track17"))  # a copy of the registry's, which is too heavy to load while a file is parsed
SHORTEST_RESCHEDULE_SECONDS = 20  # Airflow 3.3 loses a task that comes back before its end was seen: shorter waits sleep
RETRY_DELAY = timedelta(seconds=float(os.environ.get("DAIYUN_RETRY_SECONDS", "300")))
DEFAULTS = {"owner": "daiyun", "retries": 2, "retry_delay": RETRY_DELAY}


def night_schedule() -> CronDataIntervalTimetable | None:
    """When the night begins (UTC); None where it is only started by hand (the demo). Backfill needs a schedule."""
    cron = os.environ.get("DAIYUN_NIGHT_CRON", "0 3 * * *")
    return None if cron == "manual" else CronDataIntervalTimetable(cron, timezone="UTC")


def marketplaces() -> list[str]:
    """The marketplaces the clients' files name, sorted; one group and one pool each.

    A file that cannot be read is left out here; the night's `verdict` is red about it.
    """
    found = {name for file in sorted(_clients_folder().glob("*.yaml")) for name in _marketplaces_of(file)}
    if not found:
        raise ValueError(f"No client's shop names a marketplace in {_clients_folder()}. Put a <client>.yaml there (docs/clients.md).")
    return sorted(found)


def followers() -> list[str]:
    """Of these marketplaces the services that follow the others' parcels."""
    return [name for name in marketplaces() if name in TRACKERS]


def _clients_folder() -> Path:
    return Path(os.environ.get("DAIYUN_CLIENTS") or Path(__file__).resolve().parent.parent / "clients")


def _marketplaces_of(file: Path) -> set[str]:
    try:
        shops = yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["shops"]
        return {str(shop["marketplace"]) for shop in shops}
    except (OSError, UnicodeError, yaml.YAMLError, KeyError, TypeError):
        return set()


class Secret(dict):
    """A shop's connection as a plain mapping whose text shows no value."""

    def __repr__(self) -> str:
        return f"<connection: {', '.join(self)}>"

    __str__ = __repr__


def connection(shop: str) -> Secret | None:
    """The Airflow Connection named like the shop; None where there is none. Its values are masked in every later log line."""
    try:
        found = Connection.get(shop)
    except AirflowNotFoundException:
        return None
    extra = found.extra_dejson
    _mask(extra.get("secrets"))
    host = found.host or ""
    if host and "://" not in host and found.schema:
        host = f"{found.schema}://{host}"
    if host and found.port:
        host = f"{host}:{found.port}"
    return Secret(host=host, login=found.login, password=found.password, extra=extra)


def _mask(value: Any) -> None:
    if isinstance(value, dict):
        for part in value.values():
            _mask(part)
    elif isinstance(value, str) and value:
        mask_secret(value)


def connections(client: str) -> dict[str, Secret | None]:
    """Each shop of a client with its connection."""
    from pipeline.clients import read_clients

    shops = attempt(lambda: read_clients(_clients_folder()).client(client).shops)
    return {shop.name: connection(shop.name) for shop in shops}


def attempt(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a verb of the night; translate what it says into what Airflow should do.

    A wait of 20 s and more gives the worker slot back (the task starts again from the top and goes on from its landing);
    a shorter one is slept out. What no retry can mend fails at once; anything else is retried. Errors of the pipeline
    name their remedy, so the log shows them without a stack.
    """
    from pipeline.errors import PipelineError, TryLater

    while True:
        try:
            return verb(*args, **kwargs)
        except TryLater as later:
            log.info("%s", later)
            if later.seconds >= SHORTEST_RESCHEDULE_SECONDS:
                raise AirflowRescheduleException(utcnow() + timedelta(seconds=later.seconds)) from None
            time.sleep(later.seconds)
        except PipelineError as error:
            raise (AirflowFailException if _is_final(error) else AirflowException)(str(error)) from None


def _is_final(error: Exception) -> bool:
    from pipeline.errors import Refused, SettingsError, Uncertified

    return isinstance(error, SettingsError | Uncertified | Refused) or getattr(error, "is_fatal", False)


def run_id() -> str:
    return get_current_context()["dag_run"].run_id


def window() -> tuple[datetime | None, datetime | None]:
    """(since, until) of this run: given by hand, else a backfill's whole interval, else up to the interval's end.

    (None, None) where a run has neither: everything still open, up to now less each entity's lag.
    """
    context = get_current_context()
    run, given = context["dag_run"], context["params"]
    until = _instant(given.get("until")) or run.data_interval_end
    since = _instant(given.get("since")) or (run.data_interval_start if run.run_type == "backfill" else None)
    return since, until


def night() -> datetime:
    """Which night this run belongs to: given by hand, else the latest asset event's, else the interval's end, else now.

    ``now`` is the night's own clock (a demo's runs faster than the wall's).
    """
    context = get_current_context()
    given = context["params"].get("night") or context["params"].get("until")
    told = [event.extra["night"] for events in _events(context) for event in events if "night" in (event.extra or {})]
    return _instant(given) or _instant(max(told, default=None)) or context["dag_run"].data_interval_end or _now()


def _events(context: Any) -> list[Any]:
    triggering = context.get("triggering_asset_events") or {}
    return [triggering[asset] for asset in triggering]


def _now() -> datetime:
    from pipeline.clock import clock_from
    from pipeline.settings import settings

    return clock_from(settings().clock).now()


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise AirflowFailException(f"'{text}' has no UTC offset: write it as 2026-11-16T03:00:00Z.")
    return instant
