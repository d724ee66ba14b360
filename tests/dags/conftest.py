"""A real Airflow for the tests of this room: PostgreSQL from its wheel, the LocalExecutor, stand-in verbs."""

import json
import os
import socket
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # compose_file, beside the tests that read it

REPOSITORY = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).with_name("stand_in")


SHOPS = {  # few, because each costs four task instances a night
    "lumora": ("lumora_amazon_us", "lumora_lazada_sg"),
    "northpeak": ("northpeak_lazada_ph",),
    "teahaus": ("teahaus_amazon_jp", "teahaus_lazada_vn"),
}
CLIENT = """
name: {name}
brand: {name}
language: en
currency: EUR
zone: Europe/Berlin
shops:
"""


def write_clients(folder: Path) -> None:
    folder.mkdir()
    for name, shops in SHOPS.items():
        lines = [f"  - {{name: {shop}, marketplace: {shop.split('_')[1]}, sites: [DE]}}" for shop in shops]
        (folder / f"{name}.yaml").write_text(CLIENT.format(name=name) + "\n".join(lines))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sleep_until(what, seconds=60):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.3)
    return found


class Stage:
    """Where the stand-in verbs read what should go wrong, and write what was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_clients(folder / "clients")
        self.script({})

    @property
    def environment(self) -> dict[str, str]:
        return {
            "STAND_IN": str(self.folder),
            "PYTHONPATH": os.pathsep.join((str(STAND_IN), str(REPOSITORY))),
            "DAIYUN_CLIENTS": str(self.folder / "clients"),
            "DAIYUN_NIGHT_CRON": "manual",
            "DAIYUN_RETRY_SECONDS": "1",
        }

    def script(self, troubles: dict) -> None:
        """``{"verb subject": trouble}`` from now on; what was called so far is forgotten."""
        (self.folder / "script.json").write_text(json.dumps(troubles))
        (self.folder / "calls.jsonl").write_text("")

    def calls(self, verb: str) -> list[dict]:
        lines = [json.loads(line) for line in (self.folder / "calls.jsonl").read_text().splitlines()]
        return [line for line in lines if line["verb"] == verb]

    def subjects(self, verb: str) -> list[str]:
        return sorted(call["subject"] for call in self.calls(verb))


@pytest.fixture(scope="session")
def stage(tmp_path_factory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="module")  # one that only waits still costs a tenth of a core
def airflow(tmp_path_factory, postgres, stage):
    from pipeline.local import LocalAirflow

    secret = {"conn_type": "http", "host": "https://api.example/amazon", "extra": {"secrets": {"app_key": "a-very-secret-word"}}}
    env = {**stage.environment, "AIRFLOW_CONN_LUMORA_AMAZON_US": json.dumps(secret)}
    with LocalAirflow(tmp_path_factory.mktemp("airflow"), postgres.url("airflow"), env, free_port()) as running:
        running.unpause("nightly_sync", "push_sync_jobs", "brand_reports")
        yield running
