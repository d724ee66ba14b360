"""docker-compose.yml beside the local runner: the same processes and settings, and no secret in a file."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import compose_file
import pytest
from pydantic import TypeAdapter

from pipeline.airflow_home import COMMANDS, SETTINGS, environment
from pipeline.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")


@pytest.fixture(scope="module")
def compose() -> dict:
    return compose_file.read()


def test_it_holds_airflow_celery_workers_postgresql_valkey_and_a_mail_catcher(compose):
    assert set(compose["services"]) == {*AIRFLOW, "postgres", "valkey", "mail", "init"}


def test_airflows_processes_are_started_with_the_local_runners_commands(compose):
    for name, words in COMMANDS.items():
        assert compose["services"][name]["command"] == ["airflow", *words]
    assert compose["services"]["worker"]["command"][:3] == ["airflow", "celery", "worker"]


def test_airflows_settings_are_the_local_runners(compose, tmp_path):
    local = environment(tmp_path, "postgresql://airflow@127.0.0.1/airflow", 8080)
    for name in AIRFLOW:
        there = compose["services"][name]["environment"]
        assert {key: there.get(key) for key in SETTINGS} == dict(SETTINGS), name
        settings = {key for key in there if key.startswith(("AIRFLOW__", "AIRFLOW_HOME"))}
        extra = {key for key in settings if key.startswith("AIRFLOW__CELERY__")}
        assert settings - extra == {key for key in local if key.startswith(("AIRFLOW__", "AIRFLOW_HOME"))}, name
        assert extra == {f"AIRFLOW__CELERY__{key}" for key in ("BROKER_URL", "RESULT_BACKEND", "WORKER_CONCURRENCY")}


def test_every_daiyun_setting_it_names_exists_and_every_needed_one_is_named(compose):
    known = {f"DAIYUN_{name.upper()}": field for name, field in Settings.model_fields.items()}
    given = {key for key in compose["services"]["worker"]["environment"] if key.startswith("DAIYUN_")}
    assert given - set(known) == {"DAIYUN_RETRY_SECONDS"}
    assert set(known) - given == {"DAIYUN_ADMIN_DATABASE_URL", "DAIYUN_CLOCK"}, "init's own, and for trying things out"


def test_a_setting_left_out_of_env_has_the_default_the_program_has(compose):
    there = compose["services"]["worker"]["environment"]
    for name in ("history_days", "landing_days", "landing_held_days", "patience_seconds", "answer_seconds", "observe_seconds", "ecb_url"):
        ours = Settings.model_fields[name].default
        variable, _, default = there[f"DAIYUN_{name.upper()}"].removeprefix("${").removesuffix("}").partition(":-")
        assert (variable, TypeAdapter(type(ours)).validate_python(default)) == (f"DAIYUN_{name.upper()}", ours)
    assert there["DAIYUN_FX_FILES"] == "${DAIYUN_FX_FILES:-[]}"


def test_only_init_knows_the_owner_of_the_databases(compose):
    owners = [name for name, service in compose["services"].items() if "POSTGRES_PASSWORD" in str(service)]
    assert sorted(owners) == ["init", "postgres"]


def test_every_process_is_watched_and_waits_for_init(compose):
    for name in AIRFLOW:
        service = compose["services"][name]
        assert service["healthcheck"]["test"], name
        assert service["depends_on"] == {"init": {"condition": "service_completed_successfully"}}, name
    for name in ("postgres", "valkey"):
        assert compose["services"][name]["healthcheck"]["test"], name


def test_no_secret_stands_in_a_file_and_the_example_names_every_variable(compose):
    used = compose_file.used_names()
    text = (REPOSITORY / "docker-compose.yml").read_text()
    secret = [name for name in used if re.search("PASSWORD|SECRET|KEY", name) and name != "DAIYUN_SMTP_PASSWORD"]
    assert secret and all(used[name] for name in secret), "a secret has a default"
    assert not re.search(r"(PASSWORD|SECRET|KEY)\w*: (?!\"?\$\{|/)", text), "a secret is written out"
    assert {name for name, is_needed in used.items() if is_needed} <= compose_file.example_names()
    assert compose_file.example_names() <= set(used)


def test_a_missing_secret_is_named_before_anything_starts():
    with pytest.raises(KeyError, match="FERNET_KEY is required: see deploy"):
        compose_file.read({name: "x" for name, is_needed in compose_file.used_names().items() if is_needed and name != "FERNET_KEY"})


def test_docker_compose_itself_accepts_the_file():
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("docker compose is not installed here")
    env = {"PATH": os.environ["PATH"], **{name: "x" for name in compose_file.used_names()}}
    done = subprocess.run([docker, "compose", "config", "--quiet"], cwd=REPOSITORY, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_image_is_built_from_the_hashed_lock_alone():
    text = (REPOSITORY / "deploy" / "Dockerfile").read_text()
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert "--no-deps --require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]
