"""A whole Airflow on this machine: its processes started, waited for and ended together."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.airflow_api import AirflowApi
from pipeline.airflow_home import ADMIN, COMMANDS, environment, make_home, pools
from pipeline.errors import PipelineError
from pipeline.settings import REPOSITORY

DAGS = ("nightly_sync", "push_sync_jobs", "brand_reports")


class LocalAirflow(AirflowApi):
    """Airflow with the LocalExecutor: api-server, scheduler, dag-processor, triggerer; also a context manager.

    Args:
        home: AIRFLOW_HOME, made when absent; keys, password and logs stay in it.
        database_url: an existing PostgreSQL database for Airflow's own metadata, never the warehouse's.
        env: ``DAIYUN_*``, ``AIRFLOW_CONN_*`` and anything else its processes must see.
        dags: what must have loaded before it counts as started.
        commands: name → Airflow's command line, without ``airflow``.
    """

    def __init__(
        self, home: Path, database_url: str, env: Mapping[str, str], port: int,
        *, dags: Sequence[str] = DAGS, commands: Mapping[str, Sequence[str]] = COMMANDS,
    ) -> None:
        self.home = home.resolve()
        super().__init__(f"http://127.0.0.1:{port}", ADMIN, make_home(self.home)["password"])
        self.environment = environment(self.home, database_url, port, env)
        self.pids: dict[str, int] = {}
        self._dags, self._commands = set(dags), commands
        self._keeper: subprocess.Popen | None = None

    def __enter__(self) -> LocalAirflow:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, tell: Callable[[str], None] = lambda step: None, timeout_seconds: float = 300) -> None:
        """Migrate the metadata, start the processes, wait until all are healthy, the DAGs loaded and the pools made.

        Raises:
            PipelineError: a process ended or a DAG did not load; names the log or the fault. Nothing is left running.
        """
        tell("preparing Airflow's database")
        self._airflow("db", "migrate")
        tell("starting Airflow")
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", "pipeline.keeper"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment, cwd=REPOSITORY, text=True, start_new_session=True,
        )
        try:
            order = {"logs": str(self.home / "logs"), "commands": {name: _argv(words) for name, words in self._commands.items()}}
            self._keeper.stdin.write(json.dumps(order) + "\n")
            self._keeper.stdin.flush()
            self.pids = json.loads(self._keeper.stdout.readline() or "{}")
            self._wait_until_ready(time.monotonic() + timeout_seconds)
            self.make_pools(pools(Path(self.environment.get("DAIYUN_CLIENTS") or REPOSITORY / "clients")))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End exactly the processes started here, and what they started."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        keeper.stdin.close()  # the keeper ends its children when nobody holds the other end
        keeper.wait()
        keeper.stdout.close()
        self.pids = {}

    @property
    def is_running(self) -> bool:
        return self._keeper is not None and self._keeper.poll() is None

    def command(self, *words: str) -> str:
        """Run ``airflow <words>`` in this Airflow's environment (a backfill, say) and return what it printed."""
        return self._airflow(*words)

    def _airflow(self, *words: str) -> str:
        done = subprocess.run(_argv(words), env=self.environment, cwd=REPOSITORY, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        log = self.home / "logs" / "commands.log"
        with log.open("a", encoding="utf-8") as out:
            out.write(f"$ airflow {' '.join(words)}\n{done.stdout}{done.stderr}\n")
        if done.returncode:
            raise PipelineError(f"`airflow {' '.join(words)}` failed; its words are in {log}")
        return done.stdout

    def _wait_until_ready(self, deadline: float) -> None:
        while True:
            self._check_alive()
            health = self.health()
            if len(health) >= len(COMMANDS) and set(health.values()) == {"healthy"} and self._has_dags():
                return
            if time.monotonic() > deadline:
                raise PipelineError(f"Airflow was not ready in time ({health or 'its API does not answer'}); logs: {self.home / 'logs'}")
            time.sleep(0.25)

    def _has_dags(self) -> bool:
        if set(self.dag_ids()) >= self._dags:
            return True
        if errors := self.import_errors():
            raise PipelineError(f"A DAG did not load: {errors[0]}")
        return False

    def _check_alive(self) -> None:
        if self.is_running:
            return
        last: dict[str, Any] = json.loads(self._keeper.stdout.readline() or "{}")
        name = last.get("ended", "keeper")
        raise PipelineError(f"Airflow's {name} ended by itself (code {last.get('code')}); its last words: {self.home / 'logs' / name}.log")


def _argv(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "airflow", *words]
