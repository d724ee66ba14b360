"""How a shop logs in: an Airflow Connection named like the shop, or the environment variable of the same shape.

Shape: ``{"host": "https://…", "extra": {"auth_host": "https://…", "account": {…}, "secrets": {…}}}``, as in
``AIRFLOW_CONN_<SHOP>``. Inside Airflow ``dags/support.py`` reads the Connection and passes this mapping on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.contract import Credentials
from pipeline.errors import SettingsError


def read_connection(shop: str, given: Mapping[str, Any] | None = None) -> tuple[Credentials, dict[str, str]]:
    """Return a shop's credentials, and the account numbers that come with them.

    Raises:
        SettingsError: there is no connection of that name, or it lacks something; never prints its values.
    """
    connection = given if given is not None else _from_environment(shop)
    extra = _extra(shop, connection.get("extra") or {})
    lacking = [name for name, value in (("host", connection.get("host")), ("extra.secrets", extra.get("secrets"))) if not value]
    if lacking:
        raise SettingsError(
            f"Shop '{shop}': its connection lacks {' and '.join(lacking)}. Mend the Airflow connection '{shop}' "
            f"(or the variable {_variable(shop)}); docs/connections.md shows its shape."
        )
    host = connection["host"]
    return Credentials(host=host, auth_host=extra.get("auth_host") or host, secrets=extra["secrets"]), dict(extra.get("account") or {})


def read_folder(shop: str, folder: Path, given: Mapping[str, Any] | None = None) -> tuple[Credentials, dict[str, str]]:
    """For a marketplace without a login (``HAS_LOGIN = False``): ``folder``, or the ``host`` of a connection where there is one.

    A connection's ``auth_host`` and ``secrets`` are passed on: a folder may have a mailbox beside it.

    Raises:
        SettingsError: there is a connection, and it cannot be read.
    """
    connection = given if given is not None else (_from_environment(shop) if os.environ.get(_variable(shop)) else {})
    extra = _extra(shop, connection.get("extra") or {})
    mailbox, secrets = extra.get("auth_host") or "", extra.get("secrets") or {}
    return Credentials(host=connection.get("host") or str(folder), auth_host=mailbox, secrets=secrets), dict(extra.get("account") or {})


def _extra(shop: str, given: Any) -> dict[str, Any]:
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("secrets") or {}, dict):
        raise SettingsError(
            f"Shop '{shop}': the `extra` of its connection is no JSON object with an object `secrets`. Mend the Airflow connection "
            f"'{shop}' (or the variable {_variable(shop)}); docs/connections.md shows its shape."
        )
    return found


def _variable(shop: str) -> str:
    return f"AIRFLOW_CONN_{shop.upper()}"


def _from_environment(shop: str) -> dict[str, Any]:
    text = os.environ.get(_variable(shop))
    if not text:
        raise SettingsError(
            f"Shop '{shop}' has no connection: make an Airflow connection named '{shop}', or set {_variable(shop)} (docs/connections.md)."
        )
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SettingsError(f"Shop '{shop}': {_variable(shop)} is not JSON. docs/connections.md shows its shape.")
    return found
