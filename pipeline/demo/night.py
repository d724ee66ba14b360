"""Watching one night in a running Airflow: start it, show it live, answer one approval, know when it is over."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table as Grid
from rich.text import Text

from pipeline.airflow_api import ENDED, AirflowApi, Approval

SYNC, PUSH, REPORT = "nightly_sync", "push_sync_jobs", "brand_reports"
COLOURS = {
    "success": "green",
    "failed": "red",
    "upstream_failed": "red",
    "running": "yellow",
    "skipped": "dim",
    "awaiting_input": "magenta",
}
MOVING = frozenset(("running", "queued", "scheduled", "restarting", "up_for_retry", "up_for_reschedule"))
LOOK_SECONDS = 0.7
QUIET_SECONDS = 20  # after the night's end the asset's runs begin within this


Answering = Callable[[Sequence[Approval]], list[tuple[Approval, str]]]


def approve_all_but_last(waiting: Sequence[Approval]) -> list[tuple[Approval, str]]:
    """One is always left for a person to try it out."""
    return [(approval, "Approve") for approval in waiting[:-1]]


class Night:
    """One night of the three DAGs; ``runs`` holds the run of each that belongs to it."""

    def __init__(self, airflow: AirflowApi, console: Console, answer: Answering = approve_all_but_last) -> None:
        self.airflow, self.console, self._answer = airflow, console, answer
        self.runs: dict[str, dict[str, Any]] = {}
        self.answered: list[tuple[Approval, str]] = []
        self._before = {dag_id: {run["dag_run_id"] for run in airflow.runs(dag_id)} for dag_id in (PUSH, REPORT)}

    def run(self, until: datetime, since: datetime | None = None, timeout_seconds: float = 3600) -> dict[str, dict[str, Any]]:
        """Run the night up to ``until`` and follow it to its end.

        Approvals are answered as ``answer`` says; what it leaves open waits for a person, so the run of
        ``push_sync_jobs`` may still be running when this returns.
        """
        self.airflow.unpause(SYNC, PUSH, REPORT)
        conf = {"until": until.isoformat(), **({"since": since.isoformat()} if since else {})}
        self.runs[SYNC] = self.airflow.trigger(SYNC, conf=conf)
        deadline = time.monotonic() + timeout_seconds
        with Live(console=self.console, refresh_per_second=4, transient=True) as live:
            while not self._is_over() and time.monotonic() < deadline:
                if not self.console.quiet:  # a picture asks for every task of the night
                    live.update(self._picture())
                time.sleep(LOOK_SECONDS)
        return self.runs

    def _is_over(self) -> bool:
        self._refresh()
        night = self.runs[SYNC]
        if night["state"] not in ENDED:
            return False
        if len(self.runs) < 3:  # nothing follows a night in which nothing was merged
            ended = datetime.fromisoformat(night["end_date"])
            return (datetime.now(ended.tzinfo) - ended).total_seconds() > QUIET_SECONDS
        return self.runs[REPORT]["state"] in ENDED and (self.runs[PUSH]["state"] in ENDED or self._only_waits())

    def _refresh(self) -> None:
        for dag_id, run in list(self.runs.items()):
            if run["state"] not in ENDED:
                self.runs[dag_id] = self.airflow.run(dag_id, run["dag_run_id"])
        for dag_id in {PUSH, REPORT} - self.runs.keys():
            for run in self.airflow.runs(dag_id):
                if run["dag_run_id"] not in self._before[dag_id]:
                    self.runs[dag_id] = run

    def _only_waits(self) -> bool:
        """Whether nothing moves any more but questions to people; answers one where two or more wait."""
        instances = self.airflow.task_instances(self.runs[PUSH])
        waiting = [approval for approval in self.airflow.pending_approvals() if approval.run_id == self.runs[PUSH]["dag_run_id"]]
        if not waiting or any(_moves(each, instances) for each in instances):  # else a slow client's question would come too late
            return False
        answers = self._asked_again(waiting) if self.answered else self._answer(waiting)
        for approval, option in answers:
            self.airflow.answer(approval, option, "answered by the demo")
        self.answered = self.answered or answers
        return not answers

    def _asked_again(self, waiting: Sequence[Approval]) -> list[tuple[Approval, str]]:
        """What was answered and is open all the same: a busy scheduler has lost the answer."""
        said = {(approval.task_id, approval.map_index): option for approval, option in self.answered}
        return [(each, said[each.task_id, each.map_index]) for each in waiting if (each.task_id, each.map_index) in said]

    def _picture(self) -> Group:
        parts: list[Any] = []
        for dag_id, run in self.runs.items():
            parts.append(Text(f"{dag_id}: {run['state']}", style="bold"))
            parts.append(_grid(self.airflow.task_instances(run)))
        return Group(*parts)


def night_seconds(run: dict[str, Any], speed: float) -> int | None:
    """How long the night was on the marketplaces' clock: its length at their real speed, quotas and all."""
    if not run.get("end_date"):
        return None
    length = datetime.fromisoformat(run["end_date"]) - datetime.fromisoformat(run["start_date"])
    return round(length.total_seconds() * speed)


def _moves(instance: dict[str, Any], instances: Iterable[dict[str, Any]]) -> bool:
    """Whether a task is on its way, or has no state yet though nobody in its own row of the grid is waited for."""
    if instance["state"] is not None:
        return instance["state"] in MOVING
    row = [each for each in instances if each["map_index"] == instance["map_index"]]
    return not any(each["state"] in ("awaiting_input", "deferred") for each in row)


def _grid(instances: Iterable[dict[str, Any]]) -> Grid:
    """One line a row of Airflow's grid (a shop, a client), one column a task."""
    rows: dict[str, dict[str, str | None]] = {}
    for each in instances:
        group, _, task = each["task_id"].rpartition(".")
        name = each.get("rendered_map_index") or (f"{group} {each['map_index']}" if group else "the run")
        if each["map_index"] < 0 and group:
            continue
        rows.setdefault(name, {})[task] = each["state"]
    columns = [name for name, _ in Counter(task for row in rows.values() for task in row).most_common()]
    grid = Grid(box=None, padding=(0, 1))
    grid.add_column("")
    for column in columns:
        grid.add_column(column)
    for name, row in sorted(rows.items()):
        grid.add_row(name, *(Text(row.get(c) or ("" if c not in row else "·"), style=COLOURS.get(row.get(c) or "", "")) for c in columns))
    return grid
