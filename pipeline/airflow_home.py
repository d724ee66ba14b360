"""What Airflow is told, in one place: the local runner uses it, `docker-compose.yml` repeats it (a test compares them).

Airflow is configured by environment variables alone; its home holds the generated keys, the local settings and the logs.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from pipeline.settings import REPOSITORY

ADMIN = "admin"
POOL_SLOTS = 4  # shops of one marketplace pulled at once

# The same for every way of running. Telemetry: Airflow 3.3 has none; Great Expectations' is off.
SETTINGS: Mapping[str, str] = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DEFAULT_TIMEZONE": "utc",
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "30",
    "AIRFLOW__API__EXPOSE_CONFIG": "False",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2",  # also how long a failed or skipped task's slot stays taken after its end
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "GX_ANALYTICS_ENABLED": "False",
}
# The processes of Airflow itself; a Celery deployment adds workers.
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
_FALSIFY = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")  # without byte code every process compiles thousands of modules


def make_home(home: Path) -> dict[str, str]:
    """Make or complete an AIRFLOW_HOME; return its generated keys (kept, so that a restart reads the same Connections)."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "logs").mkdir(exist_ok=True)
    shutil.copyfile(REPOSITORY / "deploy" / "airflow_local_settings.py", home / "config" / "airflow_local_settings.py")
    file = home / "keys.json"
    if not file.exists():
        keys = {
            "fernet": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt": secrets.token_urlsafe(48),
            "api": secrets.token_urlsafe(32),
            "password": secrets.token_urlsafe(12),
        }
        _write_private(file, keys)
        _write_private(home / "passwords.json", {ADMIN: keys["password"]})
    return json.loads(file.read_text(encoding="utf-8"))


def _write_private(file: Path, content: Mapping[str, str]) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out)


def environment(home: Path, database_url: str, port: int, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment of a local Airflow's processes; ``extra`` (settings, connections) has the last word."""
    keys = make_home(home)
    address = f"http://127.0.0.1:{port}"
    own = {
        **SETTINGS,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(2 * (os.cpu_count() or 2)),
        "AIRFLOW__CORE__FERNET_KEY": keys["fernet"],
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _with_driver(database_url),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__SECRET_KEY": keys["api"],
        "AIRFLOW__API_AUTH__JWT_SECRET": keys["jwt"],
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH")))),
        "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost"))),
    }
    inherited = {name: value for name, value in os.environ.items() if name not in _FALSIFY and not name.startswith("AIRFLOW__")}
    return {**inherited, **own, **(extra or {})}


def _with_driver(url: str) -> str:
    """Airflow's metadata needs psycopg2, whatever driver the caller's address names."""
    _, _, rest = url.partition("://")
    return f"postgresql+psycopg2://{rest}"


def pools(clients: Path) -> dict[str, int]:
    """Pool → slots, one a marketplace that the clients' shops name; a file that is refused keeps no Airflow from starting."""
    from pipeline.clients import read_clients

    return {shop.marketplace: POOL_SLOTS for client in read_clients(clients).good.values() for shop in client.shops}


def add_pools(file: Path, clients: Path) -> None:
    """Add the pools that are not there to a file of ``airflow pools export``; a size somebody chose stays."""
    there = json.loads(file.read_text(encoding="utf-8") or "{}")
    for name, slots in pools(clients).items():
        there.setdefault(name, {"slots": slots, "description": f"shops of {name} pulled at once", "include_deferred": False})
    file.write_text(json.dumps(there), encoding="utf-8")
