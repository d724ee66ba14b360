"""One night by `dag.test()`: every task in one process, on real PostgreSQL, without a scheduler."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import yaml

from pipeline.airflow_home import environment

REPOSITORY = Path(__file__).resolve().parents[2]
NIGHT = """
import json
from airflow.dag_processing.dagbag import DagBag
run = DagBag("dags/nightly_sync.py").dags["nightly_sync"].test(run_conf={"until": "2026-11-16T03:00:00Z"})
print(json.dumps({"state": run.state, "tasks": {ti.task_id: ti.state for ti in run.get_task_instances()}}))
"""


@pytest.fixture(scope="module")
def metadata(postgres) -> str:
    """A metadata database of its own: a scheduler at work on the other one would take the run over."""
    with psycopg.connect(postgres.url("postgres").replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute("CREATE DATABASE dag_test OWNER airflow")
    return postgres.url("dag_test", role="airflow")


def night_of(clients: Path, metadata: str, stage, tmp_path: Path) -> dict:
    env = environment(tmp_path / "home", metadata, 9, {**stage.environment, "DAIYUN_CLIENTS": str(clients)})
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], cwd=REPOSITORY, env=env, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", NIGHT], cwd=REPOSITORY, env={**os.environ, **env}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {**json.loads(done.stdout.splitlines()[-1]), "log": done.stdout + done.stderr}


def test_a_night_of_one_shop_runs_from_pull_to_verdict(metadata, stage, tmp_path):
    stage.script({})
    clients = tmp_path / "clients"
    clients.mkdir()
    (clients / "teahaus.yaml").write_text((stage.folder / "clients" / "northpeak.yaml").read_text())
    found = night_of(clients, metadata, stage, tmp_path)
    assert found["state"] == "success"
    assert set(found["tasks"].values()) == {"success"}
    assert [len(stage.calls(f"{verb}_shop")) for verb in ("pull", "validate", "merge", "certify")] == [1, 1, 1, 1]
    assert [len(stage.calls(verb)) for verb in ("load_rates", "expire_landing", "verdict")] == [1, 1, 1]


def test_a_failed_shop_keeps_no_parcel_of_another_from_being_followed_and_all_are_followed_last(metadata, stage, tmp_path):
    stage.script({"pull_shop northpeak_lazada_ph": "fatal"})
    clients = tmp_path / "clients"
    clients.mkdir()
    data = yaml.safe_load((stage.folder / "clients" / "northpeak.yaml").read_text())
    data["shops"] += [{"name": f"northpeak_{name}", "marketplace": name, "sites": ["DE"]} for name in ("dhl", "ebay")]
    (clients / "northpeak.yaml").write_text(yaml.safe_dump(data))
    found = night_of(clients, metadata, stage, tmp_path)
    assert found["state"] == "failed" and found["tasks"]["dhl.certify"] == "success"
    calls = [json.loads(line) for line in (stage.folder / "calls.jsonl").read_text().splitlines()]
    order = [(call["verb"], call["subject"]) for call in calls]
    assert order.index(("merge_shop", "northpeak_ebay")) < order.index(("pull_shop", "northpeak_dhl"))
    assert ("pull_shop", "northpeak_lazada_ph") in order and ("merge_shop", "northpeak_dhl") in order


def test_a_client_file_that_is_not_yaml_leaves_the_other_clients_shop_done_and_the_run_red(metadata, stage, tmp_path):
    stage.script({})
    clients = tmp_path / "clients"
    clients.mkdir()
    (clients / "northpeak.yaml").write_text((stage.folder / "clients" / "northpeak.yaml").read_text())
    (clients / "lumora.yaml").write_text("name: lumora\nbrand: [")
    found = night_of(clients, metadata, stage, tmp_path)
    red = {task for task, state in found["tasks"].items() if state != "success"}
    assert (found["state"], red) == ("failed", {"verdict"})
    assert [stage.subjects(f"{verb}_shop") for verb in ("pull", "validate", "merge", "certify")] == [["northpeak_lazada_ph"]] * 4
    assert [call["shops"] for call in stage.calls("verdict")] == [["northpeak_lazada_ph"]]
    assert found["log"].count("lumora.yaml is not YAML at line 2") >= 2  # by the list, early, and by the verdict
