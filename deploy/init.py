"""Airflow's own commands of `init.sh`, in one process: each would take seconds to start."""

import os
import sys
import tempfile
from pathlib import Path

from airflow.__main__ import main

from pipeline.airflow_home import add_pools
from pipeline.settings import REPOSITORY


def airflow(*words: str) -> None:
    """What ``airflow <words>`` does; a failure ends this process as it would end that one."""
    sys.argv = ["airflow", *words]
    main()


airflow("db", "migrate")
with tempfile.TemporaryDirectory() as folder:
    pools = Path(folder) / "pools.json"
    airflow("pools", "export", str(pools))
    add_pools(pools, Path(os.environ.get("DAIYUN_CLIENTS") or REPOSITORY / "clients"))  # one import instead of a command a pool
    airflow("pools", "import", str(pools))
