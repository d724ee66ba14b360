"""The whole demo: parts up, one night in Airflow, the comparison with the truth, parts down (or kept)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline import opened as state
from pipeline.clients import load_clients
from pipeline.demo import summary as summaries
from pipeline.demo.children import child
from pipeline.demo.environment import Options, drop_masters, environment, sample_clients, sandbox_options, write_env
from pipeline.demo.night import Answering, Night, approve_all_but_last, night_seconds
from pipeline.demo.samples import account
from pipeline.demo.truth import Comparison, compare_all
from pipeline.errors import PipelineError
from pipeline.local import LocalAirflow
from pipeline.settings import REPOSITORY
from warehouse import database, embedded


def run_demo(options: Options, console: Console, answer: Answering = approve_all_but_last) -> dict[str, Any]:
    """Run one night below ``options.out`` and return its summary, which is also written to ``summary.json``.

    Raises:
        PipelineError: a part did not start; names its log.
    """
    begun = time.monotonic()
    with contextlib.ExitStack() as parts:
        with console.status("Starting PostgreSQL, the marketplaces and the mail catcher ..."):
            env, sandbox, clients = start_parts(options, parts)
            options = replace(options, night=datetime.fromisoformat(sandbox.get("night", options.night.isoformat())))
        airflow = LocalAirflow(options.out / "airflow", env.pop("AIRFLOW_DATABASE_URL"), env, free_port(options))
        with console.status("Starting Airflow ..."):
            airflow.start()
        parts.callback(airflow.stop)
        console.print(f"Airflow {airflow.ui_url}  (user {airflow.user}, password {airflow.password})")
        night, runs = _run_nights(options, airflow, console, answer)
        with console.status("Comparing every table with the marketplaces' own truth ..."):
            truth = {} if options.samples else compare_all(state.engine(), sandbox["truth"])
        samples = account(state.engine(), load_clients(clients), sandbox) if options.samples else {}
        summary = _summarise(options, env, sandbox, clients, runs, truth, time.monotonic() - begun) | samples
        summaries.write(summary, options.out / "summary.json")
        summaries.show(summary, console)
        _say_where(options, night, airflow, console)
        if options.keep:
            _keep(options, console, airflow)
    return summary


def _run_nights(options: Options, airflow: LocalAirflow, console: Console, answer: Answering) -> tuple[Night, dict[str, Any]]:
    """One night; of samples two, because a parcel told of in the one is followed in the next."""
    for _ in range(2 if options.samples else 1):
        night = Night(airflow, console, answer)
        runs = night.run(options.night)
    return night, runs


def start_parts(options: Options, parts: contextlib.ExitStack) -> tuple[dict[str, str], dict[str, Any], Path]:
    """PostgreSQL, sandbox, mail catcher; the environment that points at them is also this process's from now on."""
    logs = options.out / "logs"
    server = parts.enter_context(embedded.start(options.out / "state" / "postgres"))
    addresses = {"admin": server.url("daiyun"), "app": server.url("daiyun", "daiyun_app")}
    database.upgrade(addresses["admin"])
    sandbox = parts.enter_context(child("sandbox", sandbox_options(options), logs / "sandbox.log"))
    mail = parts.enter_context(
        child("reports.catcher", ["--folder", str(options.out / "mail"), "--port", "0", "--json"], logs / "mail.log")
    )
    clients = sample_clients(sandbox, options.out / "clients") if options.samples else _clients(options)
    env = environment(options, addresses, sandbox, mail, clients)
    write_env(options.out / "env.sh", env)
    drop_masters(options, sandbox, clients)
    os.environ.update(env)
    state.forget()
    return {**env, "AIRFLOW_DATABASE_URL": server.url("airflow", driver="psycopg2")}, sandbox, clients


def _clients(options: Options) -> Path:
    """The clients' files of the repository, or those `DAIYUN_CLIENTS` names."""
    return Path(os.environ.get("DAIYUN_CLIENTS") or REPOSITORY / "clients")


def free_port(options: Options) -> int:
    """The same port as last time where it is free, so that an open browser tab still works."""
    file = options.out / "state" / "airflow.port"
    wanted = int(file.read_text()) if file.exists() else 8080
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            port = probe.getsockname()[1]
            file.write_text(str(port))
            return port
    raise PipelineError("No free port on loopback for Airflow's UI.")


def _summarise(options, env, sandbox, clients, runs, truth: Mapping[str, Comparison], seconds: float) -> dict[str, Any]:
    gathered = summaries.gather(state.engine(), load_clients(clients), runs["nightly_sync"]["dag_run_id"])
    examples = {name: row.examples for name, row in truth.items() if row.examples}
    if examples:
        (options.out / "differences.json").write_text(json.dumps(examples, indent=1, ensure_ascii=False), encoding="utf-8")
    return {
        "seed": options.seed,
        "database": _without_password(env["DAIYUN_DATABASE_URL"]),
        "wall_seconds": round(seconds, 1),
        "night": options.night.isoformat(),
        "night_seconds": night_seconds(runs["nightly_sync"], options.speed),
        **gathered,
        "truth": {name: {"expected": r.expected, "found": r.found, "mismatches": r.mismatches} for name, r in truth.items()},
        "dag_runs": [{"dag_id": dag_id, "state": run["state"], "run_id": run["dag_run_id"]} for dag_id, run in runs.items()],
    }


def _without_password(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)


def _say_where(options: Options, night: Night, airflow: LocalAirflow, console: Console) -> None:
    for approval, option in night.answered:
        console.print(f"Answered for you: {approval.subject}: [green]{option}[/].")
    for approval in airflow.pending_approvals():
        console.print(f"Waiting for a person: {approval.subject}")
    console.print(
        f"Reports {options.out / 'outbox' / 'index.html'} · mails {options.out / 'mail'} · figures {options.out / 'summary.json'}"
    )
    if not options.keep:
        console.print("Everything has ended with the demo; `make up` runs the same night and keeps Airflow's UI open.")


def _keep(options: Options, console: Console, airflow: LocalAirflow) -> None:
    console.print(f"In another shell: . {options.out / 'env.sh'} && .venv/bin/daiyun jobs list")
    console.print(
        f"\n[bold]Airflow stays open at {airflow.ui_url}[/] (user {airflow.user}, password {airflow.password}). Ctrl-C ends everything."
    )
    with _until_asked_to_stop():
        while airflow.is_running:
            time.sleep(1)


@contextlib.contextmanager
def _until_asked_to_stop() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
