"""The demo's settings: the same variables production uses, pointing at loopback parts and one folder."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests
import yaml

from pipeline.clients import load_clients

ANSWER_SECONDS = 180  # the sandbox makes a night of its world when it is first asked for one
OBSERVE_SECONDS = 7200  # of the marketplaces' time: a change that does not show by then was lost, and its job says so


@dataclass(frozen=True)
class Options:
    """What a demo night is made of.

    Attributes:
        out: everything the demo writes lies below it; running again there is the next, incremental run.
        night: the horizon of the world, which is the end of the night's data interval.
        speed: how many of the sandbox's seconds pass in one of ours, quotas and token lifetimes included.
        marketplaces: open these alone (none named: all of them).
        samples: serve what the vendors publish, found here, and nothing else; the server says which night it is.
    """

    seed: int
    days: int
    orders_per_day: int
    out: Path
    night: datetime
    speed: float
    faults: str = "none"
    marketplaces: tuple[str, ...] = ()
    samples: Path | None = None
    keep: bool = False


def sandbox_options(options: Options) -> list[str]:
    if options.samples:
        state = options.out / "state" / "samples.jsonl"
        return ["samples", "--dir", str(options.samples), "--state", str(state), "--port", "0", "--json"]
    return [
        "serve", "--seed", str(options.seed), "--days", str(options.days), "--orders-per-day", str(options.orders_per_day),
        "--horizon", options.night.isoformat(), "--speed", str(options.speed), "--state", str(options.out / "state" / "sandbox.jsonl"),
        "--faults", options.faults, "--port", "0", "--json", *(("--marketplaces", *options.marketplaces) if options.marketplaces else ()),
    ]  # fmt: skip


def environment(
    options: Options, database: Mapping[str, str], sandbox: Mapping[str, Any], mail: Mapping[str, Any], clients: Path
) -> dict[str, str]:
    """Every variable the night reads; Airflow's children and the demo itself share it."""
    out = options.out
    return {
        "DAIYUN_DATABASE_URL": database["app"],
        "DAIYUN_ADMIN_DATABASE_URL": database["admin"],
        "DAIYUN_LANDING": str(out / "landing"),
        "DAIYUN_SECRET_KEY": _secret_key(out / "state" / "secret.key"),
        "DAIYUN_CLIENTS": str(clients),
        "DAIYUN_DROP": str(out / "drop"),
        "DAIYUN_OUTBOX": str(out / "outbox"),
        "DAIYUN_CLOCK": sandbox["clock"],
        "DAIYUN_NIGHT_CRON": "manual",
        "DAIYUN_HISTORY_DAYS": str(options.days + 2),
        "DAIYUN_RETRY_SECONDS": "5",
        "DAIYUN_OBSERVE_SECONDS": str(round(max(60, OBSERVE_SECONDS / options.speed))),
        "DAIYUN_ECB_URL": sandbox.get("ecb", ""),
        "DAIYUN_FX_FILES": json.dumps([sandbox["fx_other"]] if sandbox.get("fx_other") else []),
        "DAIYUN_SMTP_HOST": mail["host"],
        "DAIYUN_SMTP_PORT": str(mail["port"]),
        **_connections(sandbox),
    }


def write_env(file: Path, env: Mapping[str, str]) -> None:
    """The demo's settings for another shell (``. env.sh``), readable by its owner alone; good while the demo runs."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(env.items())]
    file.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.writelines(lines)


def _connections(sandbox: Mapping[str, Any]) -> dict[str, str]:
    """One variable a shop, shaped like an Airflow connection: Airflow and the command line both read it."""
    found = {}
    for market in sandbox["marketplaces"].values():
        for name, shop in ((name, shop) for name, shop in market["shops"].items() if shop["credentials"]):  # a folder has no login
            extra = {"auth_host": shop["auth_url"], "account": shop.get("account", {}), "secrets": shop["credentials"]}
            found[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps({"conn_type": "http", "host": shop["base_url"], "extra": extra})
    return found


def _secret_key(file: Path) -> str:
    """Made once a folder; without it a second run could not read what the first landed."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as handle:
            handle.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return file.read_text()


def drop_masters(options: Options, sandbox: Mapping[str, Any], clients: Path) -> None:
    """What each brand would drop: its own count of stock, and its exports of advertising and traffic.

    Each is dated when it was made (on the sandbox's clock, not the wall's).
    """
    if not sandbox.get("masters"):
        return
    with requests.Session() as http:  # some hundred small files over one connection
        http.trust_env = False  # the sandbox is on this machine: no proxy stands before it
        for client in load_clients(clients):
            folder = options.out / "drop" / client.name
            _drop(http, f"{sandbox['masters']}/{client.name}.csv", folder / "stock_master.csv")
            if sandbox.get("drops"):
                _drop_exports(http, f"{sandbox['drops']}/{client.name}", folder)


def _drop_exports(http: requests.Session, desk: str, folder: Path) -> None:
    """Every file a client has exported so far, dated as it was made."""
    for path in http.get(desk, timeout=ANSWER_SECONDS).json():
        _drop(http, f"{desk}/{path}", folder / path)


def _drop(http: requests.Session, address: str, file: Path) -> None:
    answer = http.get(address, timeout=ANSWER_SECONDS)
    if answer.ok:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(answer.content)
        made = parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp()
        os.utime(file, (made, made))


def sample_clients(sandbox: Mapping[str, Any], folder: Path) -> Path:
    """Client files for whatever shops a sample server offers, each client in the language and money the server names for it."""
    folder.mkdir(parents=True, exist_ok=True)
    for client, (marketplaces, shops) in _by_client(sandbox["marketplaces"]).items():
        settings = sandbox["client_settings"][client]
        data = {
            "name": client, "brand": f"{' and '.join(marketplaces)} samples", **settings, "zone": "UTC", "shops": shops,
            "stock": {"is_enabled": False}, "report": {"recipients": [f"owner@{client.replace('_', '-')}.example.com"]},
        }  # fmt: skip
        (folder / f"{client}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def _by_client(markets: Mapping[str, Any]) -> dict[str, tuple[list[str], list[dict[str, Any]]]]:
    """Client → the marketplaces it is on, and its shops as its file names them."""
    found: dict[str, tuple[list[str], list[dict[str, Any]]]] = {}
    for marketplace, market in markets.items():
        for name, shop in market["shops"].items():
            names, shops = found.setdefault(shop["client"], ([], []))
            chosen = {"entities": shop["entities"]} if shop.get("entities") else {}
            shops.append({"name": name, "marketplace": marketplace, "sites": shop["sites"], **chosen})
            if marketplace not in names:
                names.append(marketplace)
    return found
