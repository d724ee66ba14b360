"""Read by Airflow at its start: imports the heavy libraries once, in the processes whose forks run tasks.

Airflow forks each task from the scheduler (LocalExecutor) or the Celery worker; what the parent has imported is free there,
and costs 2-3 s a task otherwise. Every other Airflow process is left light. Daiyun's own modules are imported too, but a
mended mapping counts from the next task on, without a restart: a fork that finds a changed file reads all of ours anew.
"""

import gc
import os
import sys
from importlib import import_module

HEAVY = (
    "pandas", "pyarrow.parquet", "sqlalchemy.dialects.postgresql", "psycopg", "alembic.command", "requests",
    "pydantic_settings", "email_validator", "iso4217", "cryptography.hazmat.primitives.serialization", "mjml",
    "babel.dates", "babel.messages.pofile", "babel.numbers", "babel.support",
    "airflow.dag_processing.dagbag", "airflow.providers.standard.operators.python",
)  # fmt: skip

# A starting Airflow keeps millions of objects; a seventh of its start went into looking for garbage. Tasks look for it as usual.
usual = gc.get_threshold()
gc.set_threshold(50_000, 20, 10)
os.register_at_fork(after_in_child=lambda: gc.set_threshold(*usual))

if {"scheduler", "worker"} & set(sys.argv):
    for name in HEAVY:
        import_module(name)
    import_module("pipeline.preload").preload("pipeline.steps", "transforms.checks.gate")  # which imports Great Expectations, lightly
