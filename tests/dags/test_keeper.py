"""The processes of a local Airflow live and die together, and never outlive who started them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
STUBBORN = "import signal, subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"
SHORT = "import time; time.sleep(0.5); raise SystemExit(3)"


@pytest.fixture
def keep(tmp_path):
    """Start a keeper of these pieces of Python; return it and its children's ids."""
    argv = [sys.executable, "-m", "pipeline.keeper"]
    with subprocess.Popen(argv, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:

        def start(**commands: str) -> tuple[subprocess.Popen, dict[str, int]]:
            order = {"logs": str(tmp_path), "commands": {name: [sys.executable, "-c", code] for name, code in commands.items()}}
            keeper.stdin.write(json.dumps(order) + "\n")
            keeper.stdin.flush()
            return keeper, json.loads(keeper.stdout.readline())

        yield start


def family(pids: dict[str, int], count: int) -> list[psutil.Process]:
    """The children and what they started, once that many are there."""
    until = time.monotonic() + 20
    while True:
        found = [process for pid in pids.values() for process in (psutil.Process(pid), *psutil.Process(pid).children())]
        if len(found) == count or time.monotonic() > until:
            assert len(found) == count
            return found
        time.sleep(0.1)


def assert_gone(processes: list[psutil.Process]) -> None:
    _, left = psutil.wait_procs(processes, timeout=15)
    assert left == []


def test_closing_its_input_ends_every_child_and_grandchild(keep):
    keeper, pids = keep(one=STUBBORN, two=STUBBORN)
    processes = family(pids, 4)
    keeper.stdin.close()
    assert keeper.wait(20) == 0
    assert_gone(processes)


def test_an_owner_killed_outright_leaves_nothing_behind(tmp_path):
    owner = (
        "import json, subprocess, sys\n"
        "keeper = subprocess.Popen([sys.executable, '-m', 'pipeline.keeper'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\n"
        f"order = {{'logs': {str(tmp_path)!r}, 'commands': {{'one': [sys.executable, '-c', {STUBBORN!r}]}}}}\n"
        "keeper.stdin.write(json.dumps(order) + '\\n'); keeper.stdin.flush()\n"
        "print(keeper.stdout.readline(), flush=True)\n"
        "keeper.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", owner], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        processes = family(json.loads(process.stdout.readline()), 2)
        os.kill(process.pid, signal.SIGKILL)
    assert_gone(processes)


def test_one_child_ending_by_itself_ends_the_others_and_is_named(keep):
    keeper, pids = keep(steady=STUBBORN, short=SHORT)
    processes = [psutil.Process(pids["steady"])]
    assert json.loads(keeper.stdout.readline()) == {"ended": "short", "code": 3}
    assert keeper.wait(20) == 1
    assert_gone(processes)
