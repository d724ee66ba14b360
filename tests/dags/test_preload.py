"""A process whose forks run tasks has our modules imported; a fork that finds one of our files changed reads them all anew."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("connectors", "pipeline", "reports", "transforms", "warehouse")
PARENT = """
import json, os, sys
from pipeline.preload import preload
preload(*sys.argv[1:])
print("ready", flush=True)
for line in sys.stdin:  # a line: fork a task
    if (child := os.fork()) == 0:
        known = "pipeline.words" in sys.modules
        from pipeline import words
        print(json.dumps({"known": known, "says": words.SAYS}), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture
def house(tmp_path) -> Path:
    """The rooms with nothing in them but what the parent needs, and one module to mend."""
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    shutil.copy(REPOSITORY / "pipeline" / "preload.py", tmp_path / "pipeline")
    mend(tmp_path, "says = 1")
    return tmp_path


def mend(house: Path, code: str) -> None:
    (house / "pipeline" / "words.py").write_text(code.upper())


@pytest.fixture
def task(house):
    """Start the parent; each call forks one task and returns what it found."""
    started = []

    def start(*names: str):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        env = {**os.environ, "PYTHONPATH": str(house)}
        parent = subprocess.Popen([sys.executable, "-P", "-c", PARENT, *names], cwd=house, env=env, **pipes)
        started.append(parent)
        assert parent.stdout.readline() == "ready\n"

        def fork() -> dict:
            print(file=parent.stdin, flush=True)
            return json.loads(parent.stdout.readline())

        return fork

    yield start
    for parent in started:
        parent.communicate()


def test_a_task_finds_our_modules_imported_until_one_of_our_files_changes_and_then_reads_the_mended_one(house, task):
    fork = task("pipeline.words")
    assert fork() == {"known": True, "says": 1}
    mend(house, "says = 22")
    assert fork() == {"known": False, "says": 22}
    mend(house, "says = 333")
    assert fork() == {"known": False, "says": 333}


def test_a_changed_file_that_is_no_module_counts_too_and_one_that_is_gone(house, task):
    tables = [house / room / "data" / "table.csv" for room in ROOMS]
    for table in tables:
        table.parent.mkdir()
        table.write_text("a")
    fork = task("pipeline.words")
    for table in tables:
        before = table.stat()
        table.unlink()
        assert not fork()["known"], f"{table} is gone"
        table.write_text("b")
        assert not fork()["known"], f"{table} is another"
        os.utime(table, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert fork()["known"]


def test_a_module_that_cannot_be_imported_is_left_to_the_tasks(house, task):
    (house / "pipeline" / "broken.py").write_text("import pipeline.words\nraise RuntimeError('half written')")
    assert task("pipeline.broken")() == {"known": False, "says": 1}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads by Linux's /proc")
def test_importing_our_modules_starts_no_threads_that_forks_would_lack():
    code = (
        "import os, great_expectations, pyarrow.compute\n"
        "count = lambda: len(os.listdir('/proc/self/task'))\n"
        "before = count()\n"
        "import pipeline.steps\n"
        "print(before, count())"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split()
    assert told[-2] == told[-1]
