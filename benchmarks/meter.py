"""CPU of this process and of the database server together, wall time, and this process's peak memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from warehouse.cluster import Cluster


class Meter:
    """Adds up the measured stretches of one subject."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.client_cpu = self.server_cpu = self.wall = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        server, client, wall = self._server_cpu(), _client_cpu(), time.perf_counter()
        yield
        self.wall += time.perf_counter() - wall
        self.client_cpu += _client_cpu() - client
        self.server_cpu += self._server_cpu() - server

    @contextmanager
    def client_only(self) -> Iterator[None]:
        """For stretches too short to look at the server's processes around them."""
        client, wall = _client_cpu(), time.perf_counter()
        yield
        self.wall += time.perf_counter() - wall
        self.client_cpu += _client_cpu() - client

    def result(self, orders: int, rows: int) -> dict[str, float]:
        return {
            "orders": orders, "rows": rows, "cpu_seconds": round(self.client_cpu + self.server_cpu, 3),
            "client_cpu_seconds": round(self.client_cpu, 3), "server_cpu_seconds": round(self.server_cpu, 3),
            "wall_seconds": round(self.wall, 3), "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }  # fmt: skip

    def _server_cpu(self) -> float:
        """Of all its living processes, and of those that ended (their parent keeps their sum)."""
        total = 0.0
        for process in self._cluster.processes():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total


def _client_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
