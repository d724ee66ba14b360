"""Mail each brand its report on the day its calendar names.

Started by the night's asset, not by the clock, so that a report never runs ahead of its data. **due** asks the clients'
calendars who gets one for this night; **report** freezes the figures, renders, and delivers once per recipient, however
often it runs. One client's failure leaves the others' mails alone.

| red task | what it means | what to do now |
| --- | --- | --- |
| `due` | the warehouse is away, or there is no client's file at all | mend what the log names; clear `due` |
| `report` | no figures, or the mail server refused or was away; the log names the recipient | mend it, clear the row: who already has the mail gets no second one |

A client whose file is malformed has no row, here or in `push_sync_jobs`: `verdict` of `nightly_sync` is red and names the line.
No rows at all: nobody's calendar names this night. To send one by hand: trigger with `night` (any instant of the day after
the period ends), or `daiyun report`.
"""  # noqa: E501 (rows of a table)

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, dag, task

from dags import support


@dag(
    schedule=[support.NIGHT_DONE],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    doc_md=__doc__,
    tags=["daiyun", "report"],
    default_args=support.DEFAULTS,
    params={"night": Param(None, type=["null", "string"], format="date-time")},
)
def brand_reports():
    @task
    def due() -> list[str]:
        from pipeline import steps

        return support.attempt(steps.due_reports, support.night())

    @task(map_index_template="{{ task.op_kwargs['client'] }}")
    def report(client: str):
        from pipeline import steps

        return support.attempt(steps.report_client, client, night=support.night())

    report.expand(client=due())


brand_reports()
