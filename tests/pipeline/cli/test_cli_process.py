"""`daiyun` as a process of its own: exit codes, what goes to which stream, and an end on SIGTERM."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
import requests

from sandbox.world.cast import OPEN

DAIYUN = Path(sys.executable).with_name("daiyun")
pytestmark = pytest.mark.skipif(not DAIYUN.exists(), reason="the command is not installed beside this interpreter")


def daiyun(*words, env):
    return subprocess.run([str(DAIYUN), *words], capture_output=True, text=True, timeout=60, env={**os.environ, **env})


def test_a_bad_name_is_one_line_on_standard_error_and_exit_code_1(house):
    done = daiyun("sync", "--shop", "nobody", "--json", env=house.env)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1 and "No shop 'nobody'" in done.stderr


def test_a_database_that_is_down_is_no_traceback(house):
    done = daiyun("jobs", "list", env={**house.env, "DAIYUN_DATABASE_URL": "postgresql://daiyun_app:very-secret@127.0.0.1:9/x"})
    assert (done.returncode, done.stdout) == (1, "") and "DAIYUN_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr and "very-secret" not in done.stderr


def test_json_goes_to_standard_output_alone(house):
    done = daiyun("check", "--shop", "lumora_lazada_sg", "--json", env=house.env)
    assert done.returncode == 0 and done.stderr == "" and json.loads(done.stdout)[0]["is_ok"]


def test_without_a_word_it_shows_its_commands_and_a_wrong_option_is_exit_code_2(house):
    helped = daiyun("--help", env=house.env)
    assert helped.returncode == 0 and all(word in helped.stdout for word in ("check", "sync", "certificate", "quarantine", "jobs"))
    assert daiyun("sync", "--no-such-option", env=house.env).returncode == 2


def test_the_sandbox_says_one_line_when_it_is_ready_and_ends_on_sigterm():
    command = [str(DAIYUN), "sandbox", "serve", "--seed", "7", "--days", "1", "--orders-per-day", "2", "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        told = json.loads(process.stdout.readline())
        assert {"truth", "marketplaces"} <= set(told) and set(told["marketplaces"]) == set(OPEN)
        markets = told["marketplaces"].values()
        networked = [market for market in markets if not market["base_url"].startswith(told["drops"])]  # the others' place is a folder
        assert all(market["base_url"] and market["credentials"] for market in networked)
        assert requests.get(told["clock"], timeout=10).ok
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out) == (0, ""), err
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_a_demo_that_is_asked_to_end_leaves_nothing_running():
    with tempfile.TemporaryDirectory(prefix="daiyun-ended-", ignore_cleanup_errors=True) as out:  # PostgreSQL's user must reach it
        Path(out).chmod(0o755)
        demo = subprocess.Popen([str(DAIYUN), "demo", "--days", "2", "--out", out], stdout=subprocess.PIPE, text=True)
        running = []
        for _ in range(600):
            if demo.poll() is not None or (running := [each for each in _children(demo.pid) if "reports.catcher" in each[1]]):
                break
            time.sleep(0.1)
        assert running, "the mail catcher is the last part to start before Airflow"
        begun = _children(demo.pid)
        demo.send_signal(signal.SIGTERM)
        said, _ = demo.communicate(timeout=60)
        assert demo.returncode == 130 and "Stopped before the night was over" in said
        left = [command for pid, command in begun if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]
        assert left == []


def _children(pid):
    try:
        return [(each.pid, " ".join(each.cmdline())) for each in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
