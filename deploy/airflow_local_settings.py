"""Read by Airflow at its start: imports the heavy libraries once, in the processes whose forks run tasks.

Airflow forks each task from the scheduler (LocalExecutor) or the Celery worker; what the parent has imported is free there,
and costs 2-3 s a task otherwise (the libraries), and near a second more (the verbs' own modules). Every other Airflow process
is left light. After an upgrade these two are started again.
"""

import sys

if {"scheduler", "worker"} & set(sys.argv):
    import great_expectations  # noqa: F401
    import pandas  # noqa: F401

    from pipeline import derive, expire, merge, pull, report, stock, validate, want  # noqa: F401
