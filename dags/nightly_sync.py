"""Bring every shop's changed records into the canonical tables, and prove that nothing is missing.

One row of the grid is one shop. Per shop: **pull** (marketplace → landing), **validate** (mapping, checks, quarantine),
**merge** (into the tables), **certify** (ids announced = stored + quarantined; only then does the watermark move).
The tracking services' groups begin when the shops' merges have ended, however they ended: a parcel that was told tonight is followed
tonight, and a failed shop keeps no parcel of another from being followed.
`publish` tells `push_sync_jobs` and `brand_reports` that the night is in; `verdict` keeps a run red in which a shop failed or
a client's file could not be read.
Safe to clear and run again at any point: every step goes on from what is already landed and upserts by key.

| red task | what it means | what to do now |
| --- | --- | --- |
| `<marketplace>_shops` | there is no client's file, or one names a marketplace this DAG was not built with | mend what the log names; clear the task |
| `pull` | one or more entities of the shop could not be read; the others go on. The log names entity, status and request id | *refused / credentials*: renew the Airflow connection named like the shop, clear `pull`. *Trouble at the marketplace*: wait, clear `pull`; the next night reads the gap anyway |
| `validate` | the landing could not be mapped at all (rows that only fail a check go to quarantine and fail nothing) | `daiyun quarantine list`; mend the mapping, clear `validate`: the marketplace is not called again |
| `merge` | the database refused or was away | mend it; clear `merge` |
| `certify` | records are missing, or the marketplace changed while it was read | `daiyun certificate` shows which ids. The watermark has not moved: the next run reads the window again; clear the shop's `pull` to do it now |
| `rates` | no exchange rates today | reports convert with the latest stored day and say so; clear it later |
| `expire` | old landed pages (they hold masked buyers) could not be removed | mend the landing's rights; clear it, or leave it to the next night |
| `verdict`, upstream failed | some shop above is red | nothing here: mend the shop, clear its red task *with downstream* |
| `verdict` | a client's file is malformed: its shops were left out, all others went on. Or it was mended or added while the run was under way | mend the file at the line the log names; clear `<marketplace>_shops` *with downstream*, or leave the gap to the next night |

A `pull` shown as *up for reschedule* waits for the marketplace's quota and holds no worker. Run it for a window of your own
with the parameters `since` and `until`; a backfill reads exactly its interval. Pools: one per marketplace, of the same name.
"""  # noqa: E501 (rows of a table)

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Metadata, Param, chain, dag, get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from dags import support

INSTANT = {"type": ["null", "string"], "format": "date-time"}
BY_SHOP = "{{ task.op_kwargs['shop'] }}"


def sync_marketplace(marketplace: str):
    """(list, mapped group) of one marketplace's shops: a mapped task cannot choose its pool by itself, so each has a group."""
    is_last = marketplace in support.followers()

    @task(task_id=f"{marketplace}_shops", trigger_rule="all_done" if is_last else "all_success")
    def shops() -> list[str]:
        from pipeline import steps

        by_shop = {shop: steps.shop_marketplace(shop) for shop in support.attempt(steps.list_shops)}
        for fault in steps.list_refused():  # said early; `verdict` is red about it
            support.log.error("%s", fault)
        unknown = sorted(shop for shop, name in by_shop.items() if name not in support.marketplaces())
        if unknown:
            raise AirflowFailException(f"No group pulls {', '.join(unknown)}: mend `marketplace` in the client's file.")
        return [shop for shop, name in by_shop.items() if name == marketplace]

    @task_group(group_id=marketplace)
    def sync_shop(shop: str):
        @task(pool=marketplace, map_index_template=BY_SHOP)
        def pull(shop: str):
            from pipeline import steps

            since, until = support.window()
            return support.attempt(
                steps.pull_shop, shop, since=since, until=until, run_id=support.run_id(), connection=support.connection(shop)
            )

        @task(map_index_template=BY_SHOP, trigger_rule="all_done")  # one unreadable entity must not hold up the shop's others
        def validate(shop: str):
            from pipeline import steps

            return support.attempt(steps.validate_shop, shop, run_id=support.run_id(), connection=support.connection(shop))

        @task(map_index_template=BY_SHOP)
        def merge(shop: str):
            from pipeline import steps

            return support.attempt(steps.merge_shop, shop, run_id=support.run_id())

        @task(map_index_template=BY_SHOP)
        def certify(shop: str):
            from pipeline import steps

            return support.attempt(steps.certify_shop, shop, run_id=support.run_id(), connection=support.connection(shop))

        pull(shop=shop) >> validate(shop=shop) >> merge(shop=shop) >> certify(shop=shop)  # by keyword: the map names read them

    listed = shops()
    return listed, sync_shop.expand(shop=listed)


@dag(
    schedule=support.night_schedule(),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,  # two nights at once would spend one quota twice
    doc_md=__doc__,
    tags=["daiyun", "night"],
    default_args=support.DEFAULTS,
    params={"since": Param(None, **INSTANT), "until": Param(None, **INSTANT)},
)
def nightly_sync():
    @task
    def rates():
        from pipeline import steps

        return support.attempt(steps.load_rates)

    @task
    def expire():
        from pipeline import steps

        return support.attempt(steps.expire_landing)

    @task(trigger_rule="all_done", outlets=[support.NIGHT_DONE])
    def publish(pulls: list[str], merged: list):
        """``merged``: per marketplace what each shop's merge reported; empty where it had nothing to merge."""
        run, ti = get_current_context()["dag_run"], get_current_context()["ti"]
        has_read = ti.get_ti_count(run.dag_id, task_ids=pulls, run_ids=[run.run_id], states=["success"])
        if not any(shop or has_read for shops in merged for shop in shops):
            raise AirflowSkipException("No shop was merged: the tables are as they were, so nothing is told to pushes and reports.")
        yield Metadata(support.NIGHT_DONE, {"night": support.night().isoformat(), "run_id": run.run_id})

    @task(trigger_rule="none_failed")
    def verdict(listed: list):
        from pipeline import steps

        support.attempt(steps.verdict, support.run_id(), [shop for shops in listed for shop in shops])

    synced = {name: sync_marketplace(name) for name in support.marketplaces()}
    lists, groups = zip(*synced.values(), strict=True)
    sellers = [group.children[f"{name}.merge"] for name, (_, group) in synced.items() if name not in support.followers()]
    for name in support.followers() if sellers else ():
        chain(sellers, synced[name][0])  # what a shop told of tonight is in the tables by then
    pulls = [group.children[f"{group.group_id}.pull"] for group in groups]
    done = publish([pull.task_id for pull in pulls], [group.children[f"{group.group_id}.merge"].output for group in groups])
    said = verdict(list(lists))
    chain([*groups], done)
    chain([*groups, *pulls], said)  # a group ends in certify; what could not be read must count too
    rates() >> [done, said]
    expire() >> said


nightly_sync()
