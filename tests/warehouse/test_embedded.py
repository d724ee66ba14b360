"""The embedded server: shared by processes, left by killed ones, whole after a crash."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from warehouse.embedded import APPLICATION, start

ROOT = Path(__file__).resolve().parents[2]
JOIN = "import sys, time; from pathlib import Path; from warehouse.embedded import start; s = start(Path(sys.argv[1])); {}"


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="daiyun-embedded-") as made:
        yield Path(made) / "a folder whose long name leaves no room for a socket" / ("x" * 40)


def _ask(server, query: str, database: str = "daiyun", role: str | None = None):
    address = server.url(database, role).replace("+psycopg", "")
    with psycopg.connect(address) as conn:
        return conn.execute(query).fetchone()


def _keep_a_row(server) -> None:
    with psycopg.connect(server.url().replace("+psycopg", "")) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 7 AS n")


def _joined(folder: Path, then: str) -> subprocess.Popen:
    command = [sys.executable, "-c", JOIN.format(f"print('in', flush=True); {then}"), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "in\n"
    return process


def test_it_makes_its_databases_and_roles_and_keeps_them_over_a_restart(folder):
    with start(folder) as server:
        assert _ask(server, "SELECT current_user", role=APPLICATION) == (APPLICATION,)
        assert _ask(server, "SELECT current_user", "airflow") == ("airflow",)
        _keep_a_row(server)
    assert server.cluster.running_port() is None
    with start(folder) as server:
        assert _ask(server, "SELECT n FROM kept") == (7,)


def test_it_runs_until_the_last_process_leaves_and_a_killed_one_counts_as_gone(folder):
    with start(folder) as server:
        port = server.port
        patient, killed = _joined(folder, "time.sleep(60)"), _joined(folder, "time.sleep(60)")
        server.stop()
        assert server.cluster.running_port() == port
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
        with start(folder) as again:
            assert again.port == port
        assert server.cluster.running_port() == port
        patient.kill()
        patient.communicate()
        with start(folder):
            pass
        assert server.cluster.running_port() is None


def test_a_killed_server_loses_nothing_and_its_number_may_belong_to_somebody_else(folder):
    with start(folder) as server:
        _keep_a_row(server)
        processes = server.cluster.processes()
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=30)
        server.hold.close()
        pid_file = server.cluster.data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with start(folder) as server:
        assert _ask(server, "SELECT n FROM kept") == (7,)


def test_passwords_are_for_their_owner_only_and_needed(folder):
    with start(folder) as server:
        assert (folder / "passwords.json").stat().st_mode & 0o077 == 0
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgresql://postgres:guess@127.0.0.1:{server.port}/daiyun")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user")
def test_an_ordinary_user_can_run_it_too(folder):
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None or subprocess.run([python, "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"]).returncode:
        pytest.skip("needs a Python of this version that every user may run")
    home = folder.parent.parent
    home.chmod(0o777)
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    code = JOIN.format("print(s.cluster.processes()[0].username() if s.port else None); s.stop()")
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": f"{ROOT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run([*user, python, "-c", code, str(home / "mine")], env=environment, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("nobody", "65534")
