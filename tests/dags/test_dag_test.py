"""Nights by `dag.test()`: every task in one process, on real PostgreSQL, without a scheduler."""

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
NIGHTS = """
import asyncio, json, os, sys
import httpx
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.execution_time.supervisor import in_process_api_server

async def warm():  # a night speaks to an API in its own process, which makes its routes for seconds when it is first asked
    async with httpx.AsyncClient(transport=in_process_api_server().atransport, base_url="http://here") as client:
        await client.get("/nothing")

asyncio.run(warm())

def night(clients):
    os.environ["DAIYUN_CLIENTS"] = clients
    run = DagBag("dags/nightly_sync.py").dags["nightly_sync"].test(run_conf={"until": "2026-11-16T03:00:00Z"})
    return {"state": run.state, "tasks": {ti.task_id: ti.state for ti in run.get_task_instances()}}

for line in sys.stdin:  # each night in a process of its own, that finds Airflow imported and its API made
    if (child := os.fork()) == 0:
        print("NIGHT " + json.dumps(night(line.strip())), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print("NIGHT", flush=True)
"""


@pytest.fixture(scope="module")
def airflow(postgres, stage, tmp_path_factory):
    """On a metadata database of its own: a scheduler at work on the other one would take the run over."""
    with psycopg.connect(postgres.url("postgres").replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute("CREATE DATABASE dag_test OWNER airflow")
    env = environment(tmp_path_factory.mktemp("home"), postgres.url("dag_test", role="airflow"), 9, stage.environment)
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], cwd=REPOSITORY, env=env, check=True, capture_output=True)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen([sys.executable, "-c", NIGHTS], cwd=REPOSITORY, env={**os.environ, **env}, **pipes) as process:
        yield process
        process.stdin.close()


def night_of(clients: Path, airflow) -> dict:
    print(clients, file=airflow.stdin, flush=True)
    log = []
    while not log or not log[-1].startswith("NIGHT"):
        log.append(airflow.stdout.readline())
        assert log[-1], "".join(log)
    told = log.pop().removeprefix("NIGHT").strip()
    assert told, "".join(log)
    return {**json.loads(told), "log": "".join(log)}


def test_a_night_of_one_shop_runs_from_pull_to_verdict(airflow, stage, tmp_path):
    stage.script({})
    clients = tmp_path / "clients"
    clients.mkdir()
    (clients / "teahaus.yaml").write_text((stage.folder / "clients" / "northpeak.yaml").read_text())
    found = night_of(clients, airflow)
    assert found["state"] == "success"
    assert set(found["tasks"].values()) == {"success"}
    assert [len(stage.calls(f"{verb}_shop")) for verb in ("pull", "validate", "merge", "certify")] == [1, 1, 1, 1]
    assert [len(stage.calls(verb)) for verb in ("load_rates", "expire_landing", "verdict")] == [1, 1, 1]


def test_a_failed_shop_keeps_no_parcel_of_another_from_being_followed_and_all_are_followed_last(airflow, stage, tmp_path):
    stage.script({"pull_shop northpeak_lazada_ph": "fatal"})
    clients = tmp_path / "clients"
    clients.mkdir()
    data = yaml.safe_load((stage.folder / "clients" / "northpeak.yaml").read_text())
    data["shops"] += [{"name": f"northpeak_{name}", "marketplace": name, "sites": ["DE"]} for name in ("dhl", "ebay")]
    (clients / "northpeak.yaml").write_text(yaml.safe_dump(data))
    found = night_of(clients, airflow)
    assert found["state"] == "failed" and found["tasks"]["dhl.certify"] == "success"
    calls = [json.loads(line) for line in (stage.folder / "calls.jsonl").read_text().splitlines()]
    order = [(call["verb"], call["subject"]) for call in calls]
    assert order.index(("merge_shop", "northpeak_ebay")) < order.index(("pull_shop", "northpeak_dhl"))
    assert ("pull_shop", "northpeak_lazada_ph") in order and ("merge_shop", "northpeak_dhl") in order


def test_a_client_file_that_is_not_yaml_leaves_the_other_clients_shop_done_and_the_run_red(airflow, stage, tmp_path):
    stage.script({})
    clients = tmp_path / "clients"
    clients.mkdir()
    (clients / "northpeak.yaml").write_text((stage.folder / "clients" / "northpeak.yaml").read_text())
    (clients / "lumora.yaml").write_text("name: lumora\nbrand: [")
    found = night_of(clients, airflow)
    red = {task for task, state in found["tasks"].items() if state != "success"}
    assert (found["state"], red) == ("failed", {"verdict"})
    assert [stage.subjects(f"{verb}_shop") for verb in ("pull", "validate", "merge", "certify")] == [["northpeak_lazada_ph"]] * 4
    assert [call["shops"] for call in stage.calls("verdict")] == [["northpeak_lazada_ph"]]
    assert found["log"].count("lumora.yaml is not YAML at line 2") >= 2  # by the list, early, and by the verdict
