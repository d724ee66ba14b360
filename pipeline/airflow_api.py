"""A running Airflow, spoken to over its REST API; nothing of Airflow is imported."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from pipeline.errors import PipelineError

ENDED = ("success", "failed")
SETTLED = timedelta(seconds=6)
ANSWER_SECONDS = 180  # a night may keep the machine so busy that its API answers late


@dataclass(frozen=True)
class Approval:
    """A question parked in a run, waiting for a person; ``map_index`` -1 where the task is not mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    subject: str
    body: str


class AirflowApi:
    """One user's view of an Airflow at ``url``. Raises PipelineError with Airflow's own words on any refusal."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.ui_url = url
        self.user = user
        self.password = password
        self._http = requests.Session()
        self._http.trust_env = False  # Airflow is on this machine or in this network: never through a proxy

    def health(self) -> dict[str, str | None]:
        """Component → ``healthy`` or not; empty while the API does not answer."""
        try:
            answer = self._http.get(f"{self.ui_url}/api/v2/monitor/health", timeout=5)
            return {name: part["status"] for name, part in answer.json().items() if part}
        except (requests.RequestException, ValueError):
            return {}

    def dag_ids(self) -> list[str]:
        return [dag["dag_id"] for dag in self._all("/dags", "dags")]

    def import_errors(self) -> list[str]:
        return [f"{each['filename']}: {each['stack_trace']}" for each in self._all("/importErrors", "import_errors")]

    def unpause(self, *dag_ids: str) -> None:
        for dag_id in dag_ids:
            self._call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def pools(self) -> dict[str, int]:
        return {pool["name"]: pool["slots"] for pool in self._all("/pools", "pools")}

    def make_pools(self, pools: Mapping[str, int]) -> None:
        """Make the pools that are not there; a size somebody chose stays."""
        for name in sorted(set(pools) - set(self.pools())):
            what = {"name": name, "slots": pools[name], "description": f"shops of {name} pulled at once", "include_deferred": False}
            self._call("POST", "/pools", json=what)

    def trigger(self, dag_id: str, logical_date: datetime | None = None, conf: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Start a run and return it; with ``logical_date`` it gets the last whole interval before it, without it none."""
        body = {"logical_date": logical_date.isoformat() if logical_date else None, "conf": dict(conf or {})}
        return self._call("POST", f"/dags/{dag_id}/dagRuns", json=body)

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        return list(self._all(f"/dags/{dag_id}/dagRuns", "dag_runs"))

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        return self._call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")

    def wait(self, run: Mapping[str, Any], timeout_seconds: float) -> dict[str, Any]:
        """The run once it has ended, or as it is when the time is up."""
        until = time.monotonic() + timeout_seconds
        while True:
            now = self.run(run["dag_id"], run["dag_run_id"])
            if now["state"] in ENDED or time.monotonic() > until:
                return now
            time.sleep(0.5)

    def task_instances(self, run: Mapping[str, Any]) -> list[dict[str, Any]]:
        return list(self._all(f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances", "task_instances"))

    def log(self, instance: Mapping[str, Any]) -> str:
        """The text of one task instance's last try."""
        place = f"/dags/{instance['dag_id']}/dagRuns/{instance['dag_run_id']}/taskInstances/{instance['task_id']}"
        options = {"map_index": instance["map_index"], "full_content": "true"}
        answer = self._call("GET", f"{place}/logs/{max(1, instance['try_number'])}", params=options)
        return "\n".join(line if isinstance(line, str) else _line(line) for line in answer["content"])

    def pending_approvals(self) -> list[Approval]:
        """Open questions that have settled: one answered within seconds is asked again.

        Airflow 3.3 takes the end of the parking task, noted late, for a failure of the one the answer has woken already.
        """
        asked = self._all("/dags/~/dagRuns/~/hitlDetails", "hitl_details", response_received="false")
        return [_approval(each) for each in asked if _age(each["created_at"]) >= SETTLED]

    def answer(self, approval: Approval, option: str, reason: str = "") -> None:
        """Answer ``Approve`` or ``Reject`` as this user; a question is answered once."""
        place = f"/dags/{approval.dag_id}/dagRuns/{approval.run_id}/taskInstances/{approval.task_id}/{approval.map_index}/hitlDetails"
        self._call("PATCH", place, json={"chosen_options": [option], "params_input": {"reason": reason}})

    def approval_url(self, approval: Approval) -> str:
        mapped = f"/mapped/{approval.map_index}" if approval.map_index >= 0 else ""
        return f"{self.ui_url}/dags/{approval.dag_id}/runs/{approval.run_id}/tasks/{approval.task_id}{mapped}/required_actions"

    def _all(self, path: str, key: str, **query: str) -> Iterator[dict[str, Any]]:
        offset, total = 0, 1
        while offset < total:
            answer = self._call("GET", path, params={**query, "limit": "100", "offset": str(offset)})
            total = answer["total_entries"]
            yield from answer[key]
            if not answer[key]:
                return
            offset += len(answer[key])

    def _call(self, method: str, path: str, **what: Any) -> Any:
        answer = self._send(method, path, **what)
        if answer.status_code == 401:
            self._sign_in()
            answer = self._send(method, path, **what)
        if not answer.ok:
            raise PipelineError(f"Airflow refused {method} {path} (HTTP {answer.status_code}): {_words(answer)}")
        return answer.json() if answer.content else None

    def _send(self, method: str, path: str, **what: Any) -> requests.Response:
        try:
            return self._http.request(method, f"{self.ui_url}/api/v2{path}", timeout=ANSWER_SECONDS, **what)
        except requests.RequestException as error:
            raise PipelineError(f"Airflow does not answer at {self.ui_url} ({type(error).__name__}). Is it running?") from None

    def _sign_in(self) -> None:
        answer = self._http.post(f"{self.ui_url}/auth/token", json={"username": self.user, "password": self.password}, timeout=30)
        if answer.status_code != 201:
            raise PipelineError(f"Airflow at {self.ui_url} does not know user '{self.user}' with this password.")
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _age(moment: str) -> timedelta:
    asked = datetime.fromisoformat(moment)
    return datetime.now(asked.tzinfo) - asked


def _approval(detail: Mapping[str, Any]) -> Approval:
    task = detail["task_instance"]
    return Approval(
        dag_id=task["dag_id"], run_id=task["dag_run_id"], task_id=task["task_id"], map_index=task["map_index"],
        subject=detail["subject"], body=detail.get("body") or "",
    )


def _line(entry: Mapping[str, Any]) -> str:
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail") or ()]
    return "\n".join([str(entry.get("event", "")), *errors])


def _words(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("detail", answer.text))[:500]
    except (ValueError, AttributeError):
        return answer.text[:500]
