"""The DAG files as Airflow's own parser sees them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors import registry
from pipeline.clients import load_clients

REPOSITORY = Path(__file__).resolve().parents[2]
MARKETPLACES = {shop.marketplace for client in load_clients(REPOSITORY / "clients") for shop in client.shops}
LOOK = """
import json, os, socket, sys, time
def refuse(*args, **kwargs):
    raise OSError("a DAG file spoke to the network while it was parsed")
from airflow.dag_processing.dagbag import DagBag
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse

def look():
    DagBag("dags/brand_reports.py", safe_mode=False)  # the first file of a parser also pays for Airflow's own imports
    start = time.process_time()
    bag = DagBag("dags")
    return {
        "seconds": time.process_time() - start,
        "errors": bag.import_errors,
        "trackers": sorted(sys.modules["dags.support"].TRACKERS),
        "heavy": sorted({"pandas", "great_expectations", "pyarrow", "requests", "psycopg", "pipeline", "warehouse"} & set(sys.modules)),
        "dags": {
            dag.dag_id: {
                "doc": dag.doc_md or "",
                "tasks": {task.task_id: [task.retries, task.pool, task.trigger_rule] for task in dag.tasks},
                "upstream": {task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks},
                "outlets": [task.task_id for task in dag.tasks if task.outlets],
                "scheduled": repr(dag.schedule),
            }
            for dag in bag.dags.values()
        },
    }

for line in sys.stdin:  # as Airflow's own processor does it: each look in a fork, which finds Airflow imported and none of our files
    if (child := os.fork()) == 0:
        os.environ.update(json.loads(line))
        print("SEEN " + json.dumps(look()), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print("SEEN", flush=True)
"""


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    """Look at all DAG files as a parser with these variables does."""
    own = {
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("home")),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://nobody@127.0.0.1:1/nothing",
        "PYTHONPATH": str(REPOSITORY),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen([sys.executable, "-c", LOOK], cwd=REPOSITORY, env={**os.environ, **own}, **pipes) as process:

        def look(**env: str) -> dict:
            print(json.dumps(env), file=process.stdin, flush=True)
            log = []
            while not log or not log[-1].startswith("SEEN"):
                log.append(process.stdout.readline())
                assert log[-1], "".join(log)
            told = log.pop().removeprefix("SEEN").strip()
            assert told, "".join(log)
            return json.loads(told)

        yield look
        process.stdin.close()


@pytest.fixture(scope="module")
def seen(parse) -> dict:
    return parse()


def test_every_dag_loads_without_network_database_or_heavy_imports(seen):
    assert seen["errors"] == {}
    assert set(seen["dags"]) == {"nightly_sync", "push_sync_jobs", "brand_reports"}
    assert seen["heavy"] == []
    assert seen["seconds"] < 1.0


def test_every_dag_tells_an_operator_what_each_failure_means(seen):
    for dag_id, dag in seen["dags"].items():
        steps = {task_id.rsplit(".", 1)[-1] for task_id in dag["tasks"]} - {"clients", "publish"}
        steps = {"<marketplace>_shops" if step.removesuffix("_shops") in MARKETPLACES else step for step in steps}
        silent = [step for step in steps if f"`{step}`" not in dag["doc"]]
        assert "what to do now" in dag["doc"], dag_id
        assert silent == [], f"{dag_id}: the docs do not say what a failure of {silent} means"


def test_every_task_is_retried(seen):
    for dag_id, dag in seen["dags"].items():
        assert dag["tasks"], dag_id
        assert all(retries >= 1 for retries, *_ in dag["tasks"].values()), dag_id


def test_a_shop_is_pulled_in_the_pool_of_its_marketplace_and_nothing_else_is(seen):
    pools = {task_id: pool for task_id, (_, pool, _) in seen["dags"]["nightly_sync"]["tasks"].items() if pool != "default_pool"}
    assert pools == {f"{name}.pull": name for name in MARKETPLACES}


def test_parcels_are_followed_when_every_shops_merge_has_ended_however_it_ended(seen):
    trackers = {name for name in registry.known() if registry.tracking_source(name)}
    assert set(seen["trackers"]) == trackers, "dags/support.py keeps a copy of the registry's list"
    night, merges = seen["dags"]["nightly_sync"], sorted(f"{name}.merge" for name in MARKETPLACES - trackers)
    lists = {name: (night["upstream"][f"{name}_shops"], night["tasks"][f"{name}_shops"][2]) for name in MARKETPLACES}
    assert lists == {name: (merges, "all_done") if name in trackers else ([], "all_success") for name in MARKETPLACES}


def test_the_asset_comes_from_one_unmapped_task_so_that_a_night_is_one_event(seen):
    assert {dag_id: dag["outlets"] for dag_id, dag in seen["dags"].items() if dag["outlets"]} == {"nightly_sync": ["publish"]}


def test_the_night_follows_its_cron_or_waits_for_a_person(seen, parse):
    assert "0 3 * * *" in seen["dags"]["nightly_sync"]["scheduled"]
    by_hand = parse(DAIYUN_NIGHT_CRON="manual")
    assert by_hand["dags"]["nightly_sync"]["scheduled"] == "None"


def test_a_client_file_that_is_not_yaml_leaves_the_other_clients_groups_in_place(parse, tmp_path):
    (tmp_path / "good.yaml").write_text("name: good\nshops: [{name: good_shop, marketplace: lazada, sites: [SG]}]\n")
    (tmp_path / "bad.yaml").write_text("name: [unclosed\nshops: {")
    (tmp_path / "flat.yaml").write_text("just a sentence")
    found = parse(DAIYUN_CLIENTS=str(tmp_path))
    assert found["errors"] == {}
    assert "lazada.pull" in found["dags"]["nightly_sync"]["tasks"]
    assert "amazon.pull" not in found["dags"]["nightly_sync"]["tasks"]


def test_a_folder_without_any_shop_is_an_import_error_that_names_the_folder(parse, tmp_path):
    found = parse(DAIYUN_CLIENTS=str(tmp_path))
    assert list(found["errors"]) == ["dags/nightly_sync.py"]
    assert str(tmp_path) in found["errors"]["dags/nightly_sync.py"]
