"""Bring the shops' stock to what the clients want: plan, ask where the guard says so, push, read back.

One row of the grid is one client. **plan** compares wanted with observed stock; **approve** asks a person only where a
change is large (share of SKUs, drop to zero) or stands on old ground (a shop not proven tonight, an old stock master):
*Required Actions* in Airflow's menu shows the table, *Approve* or *Reject* with a reason; unanswered for 20 hours counts as
refused. The answer holds for the list that was shown and no other. **push** first writes down who decided what, then sends;
it refuses by itself whatever was guarded and not approved. **read_back** closes a job only when the marketplace shows the
quantity. A refusal stops that client's batch and nobody else's.

| state | what it means | what to do now |
| --- | --- | --- |
| `approve` awaiting input | a guarded change waits for a person | read the table, answer under *Required Actions*; an answer within the first seconds may be asked for again |
| `push` skipped | nothing to do, or refused | `daiyun jobs` shows which, by whom and why; the next night plans anew |
| `plan` red | the client's stock file is missing or malformed | mend the file the log names; clear `plan` with downstream |
| `push` red, "list" | `plan` was cleared after the answer: it is about another list, nothing was sent | clear `plan` with downstream; `approve` asks anew |
| `push` red | the marketplace refused the change or could not be reached | the log says which; clear `push`: what was acknowledged is not sent again |
| `read_back` up for reschedule | the marketplace has not shown the change yet | nothing: it looks again by itself |
| `read_back` red | the change was acknowledged and never appeared | `daiyun jobs`; look at the listing in the seller's own pages; the next night plans it again |
"""  # noqa: E501 (rows of a table)

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import dag, task, task_group
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from dags import support
from dags.approval import GuardApproval

BY_CLIENT = "{{ task.op_kwargs['client'] }}"


@dag(
    schedule=[support.NIGHT_DONE],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    doc_md=__doc__,
    tags=["daiyun", "push"],
    default_args=support.DEFAULTS,
)
def push_sync_jobs():
    @task
    def clients() -> list[str]:
        from pipeline import steps

        return support.attempt(steps.list_clients)

    @task_group(group_id="stock")
    def sync_stock(client: str):
        @task(map_index_template=BY_CLIENT)
        def plan(client: str) -> dict:  # a dict's keys become values of their own: `planned["subject"]`
            from pipeline import steps

            return support.attempt(steps.plan_client, client, run_id=support.run_id())

        @task(map_index_template=BY_CLIENT)
        def push(client: str, planned: dict, decision: dict):
            from pipeline import steps

            batch = planned["batch"]
            if not planned["jobs"]:
                raise AirflowSkipException(f"{client}: every shop shows what is wanted; nothing to push.")
            if decision["asked"]:
                verdict = {name: decision[name] for name in ("approved", "by", "reason", "shown")}
                support.attempt(steps.record_decision, client, batch=batch, **verdict)
                if not decision["approved"]:
                    raise AirflowSkipException(f"{client}: refused by {decision['by']}: {decision['reason'] or 'no reason given'}.")
            elif planned["needs_approval"]:
                raise AirflowFailException(f"{client}: nobody was asked about list {planned['digest']}; clear `plan` with downstream.")
            return support.attempt(steps.push_client, client, batch=batch, connections=support.connections(client))

        @task(map_index_template=BY_CLIENT)
        def read_back(client: str, planned: dict):
            from pipeline import steps

            return support.attempt(steps.observe_client, client, batch=planned["batch"], connections=support.connections(client))

        planned = plan(client=client)
        asked = GuardApproval(
            task_id="approve",
            map_index_template="{{ task.client }}",
            client=client,
            needed=planned["needs_approval"],
            subject=planned["subject"],
            body=planned["body"],
            digest=planned["digest"],
        )
        push(client=client, planned=planned, decision=asked.output) >> read_back(client=client, planned=planned)

    sync_stock.expand(client=clients())


push_sync_jobs()
