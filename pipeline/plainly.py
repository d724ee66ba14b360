"""Errors of every room below turned into a PipelineError: one message for the command line and for a task's log."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError

from connectors.errors import ConnectorError, FatalError, QuotaWait
from pipeline import opened as state
from pipeline.alone import LOOK_AGAIN_SECONDS
from pipeline.errors import DatabaseTrouble, Stopped, TryLater
from transforms.schema import SchemaError
from warehouse.jobs import IllegalTransition
from warehouse.landing import LandingError
from warehouse.ledger import LedgerError, PullMoved
from warehouse.tokens import TokenError

NOT_FURNISHED = (postgres.UndefinedTable, postgres.UndefinedColumn, postgres.InsufficientPrivilege, postgres.InvalidSchemaName)


@contextmanager
def plainly(who: str = "") -> Iterator[None]:
    """Raise what a person can mend as a PipelineError; ``who`` begins the message where it does not name them already."""
    try:
        yield
    except QuotaWait as wait:
        raise TryLater(wait.seconds / state.clock().speed, _named(who, str(wait))) from None
    except PullMoved as moved:
        raise TryLater(LOOK_AGAIN_SECONDS, _named(who, str(moved))) from None
    except ConnectorError as error:
        raise Stopped(_named(who, str(error)), is_fatal=isinstance(error, FatalError)) from error
    except (SchemaError, LandingError, LedgerError, TokenError, IllegalTransition) as error:
        raise Stopped(_named(who, str(error)), is_fatal=True) from error
    except DBAPIError as error:
        if not (error.connection_invalidated or isinstance(error.orig, (postgres.OperationalError, *NOT_FURNISHED))):
            raise
        raise DatabaseTrouble(_named(who, _database_words(error))) from error


def of_shop(verb: Callable[..., Any]) -> Callable[..., Any]:
    """For verbs whose first argument is a shop's name."""

    @functools.wraps(verb)
    def told(shop: str, *args: Any, **kwargs: Any) -> Any:
        client, entry = state.find_shop(shop)
        with plainly(f"Client '{client.name}', shop '{entry.name}'"):
            return verb(shop, *args, **kwargs)

    return told


def of_client(verb: Callable[..., Any]) -> Callable[..., Any]:
    """For verbs whose first argument is a client's name."""

    @functools.wraps(verb)
    def told(client: str, *args: Any, **kwargs: Any) -> Any:
        with plainly(f"Client '{state.find_client(client).name}'"):
            return verb(client, *args, **kwargs)

    return told


def of_all(verb: Callable[..., Any]) -> Callable[..., Any]:
    """For verbs that concern no one client."""

    @functools.wraps(verb)
    def told(*args: Any, **kwargs: Any) -> Any:
        with plainly():
            return verb(*args, **kwargs)

    return told


def _named(who: str, words: str) -> str:
    return f"{who}: {words}" if who and not words.startswith(who) else words


def _database_words(error: DBAPIError) -> str:
    """The server's first line and what to do; the address, and with it the password, stays out."""
    said = next(iter(str(error.orig).strip().splitlines()), type(error.orig).__name__)
    if isinstance(error.orig, NOT_FURNISHED):
        return f"The warehouse refuses: {said}. Its tables or grants are not this version's: run `daiyun db upgrade`, then this step again."
    return (
        f"The warehouse does not answer: {said}. Start PostgreSQL or mend DAIYUN_DATABASE_URL, then run the step again; "
        "what was committed stays, nothing is lost."
    )

