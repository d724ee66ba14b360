"""Read by Airflow at its start: imports the heavy libraries once, in the processes whose forks run tasks.

Airflow forks each task from the scheduler (LocalExecutor) or the Celery worker; what the parent has imported is free there,
and costs 2-3 s a task otherwise. Every other Airflow process is left light. Nothing of Daiyun's own is imported here: a
mended mapping counts from the next task on, without a restart.
"""

import sys
from importlib import import_module

HEAVY = (
    "great_expectations", "pandas", "pyarrow.parquet", "sqlalchemy.dialects.postgresql", "psycopg", "alembic.command", "requests",
    "pydantic_settings", "email_validator", "iso4217", "cryptography.hazmat.primitives.serialization", "mjml",
    "babel.dates", "babel.messages.pofile", "babel.numbers", "babel.support",
    "airflow.dag_processing.dagbag", "airflow.providers.standard.operators.python",
)  # fmt: skip

if {"scheduler", "worker"} & set(sys.argv):
    for name in HEAVY:
        import_module(name)
