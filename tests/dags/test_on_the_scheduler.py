"""The three DAGs on a real scheduler (LocalExecutor, PostgreSQL), with stand-in verbs."""

import time

import pytest
from conftest import sleep_until

H = "2026-11-16T03:00:00+00:00"
SHOPS = 5


def states(airflow, run) -> dict[tuple[str, str], str]:
    """(task, map name) → state."""
    return {(ti["task_id"], ti["rendered_map_index"] or str(ti["map_index"])): ti["state"] for ti in airflow.task_instances(run)}


def night(airflow, **conf):
    return airflow.wait(airflow.trigger("nightly_sync", conf={"until": H, **conf}), 150)


def runs_started_by(airflow, dag_id, before, count=1):
    known = {run["dag_run_id"] for run in before}
    return sleep_until(lambda: [run for run in airflow.runs(dag_id) if run["dag_run_id"] not in known][:count])


@pytest.fixture(scope="module")
def troubled_night(airflow, stage):
    """One shop refused, one waiting for its quota, one client's push refused, another's approved."""
    stage.script(
        {
            "pull_shop northpeak_lazada_ph": "fatal",
            "pull_shop teahaus_amazon_jp": 21,
            "certify_shop teahaus_lazada_vn": "uncertified",
            "plan_client lumora": {"jobs": 3, "needs_approval": True},
            "plan_client northpeak": {"jobs": 2, "needs_approval": True},
            "plan_client teahaus": {"jobs": 1, "needs_approval": False},
        }
    )
    run = night(airflow)
    push = runs_started_by(airflow, "push_sync_jobs", [])[0]
    reports = runs_started_by(airflow, "brand_reports", [])[0]
    sleep_until(lambda: len(airflow.pending_approvals()) == 2)
    sleep_until(lambda: stage.subjects("observe_client") == ["teahaus"])
    asked = {approval.subject.split(":")[0]: approval for approval in airflow.pending_approvals()}
    while_waiting = stage.subjects("push_client")
    airflow.answer(asked["lumora"], "Reject", "the master file is a week old")
    airflow.answer(asked["northpeak"], "Approve")
    push = airflow.wait(push, 60)
    return {"run": run, "push": push, "reports": airflow.wait(reports, 60), "while_waiting": while_waiting, "asked": asked}


def test_one_shop_failing_leaves_the_others_done_and_the_run_failed(airflow, stage, troubled_night):
    found = states(airflow, troubled_night["run"])
    assert troubled_night["run"]["state"] == "failed"
    assert found["lazada.pull", "northpeak_lazada_ph"] == "failed"
    assert len([name for (task, name), state in found.items() if task.endswith(".pull") and state == "success"]) == SHOPS - 1
    assert found["lazada.certify", "teahaus_lazada_vn"] == "failed"
    assert len([name for (task, name), state in found.items() if task.endswith(".certify") and state == "success"]) == SHOPS - 1
    assert found["publish", "-1"] == "success"
    assert found["verdict", "-1"] == "upstream_failed"


def test_what_no_retry_can_mend_is_tried_once_and_says_why(airflow, stage, troubled_night):
    assert stage.subjects("pull_shop").count("northpeak_lazada_ph") == 1
    failed = next(ti for ti in airflow.task_instances(troubled_night["run"]) if (ti["task_id"], ti["state"]) == ("lazada.pull", "failed"))
    assert "HTTP 401, renew the connection 'northpeak_lazada_ph'" in airflow.log(failed)


def test_every_task_finds_the_verbs_imported_by_the_scheduler(airflow, stage, troubled_night):
    assert {call["imported_by"] for call in stage.calls("pull_shop")} == {airflow.pids["scheduler"]}


def test_a_pull_that_waits_for_its_quota_gives_its_slot_back_and_comes_again(stage, troubled_night):
    assert stage.subjects("pull_shop").count("teahaus_amazon_jp") == 2


def test_the_pull_has_the_shops_connection_and_its_secret_is_masked_in_the_log(airflow, stage, troubled_night):
    calls = {call["subject"]: call for call in stage.calls("pull_shop")}
    assert calls["lumora_amazon_us"]["host"] == "https://api.example/amazon"
    assert not calls["lumora_lazada_sg"]["has_connection"]
    pulls = [ti for ti in airflow.task_instances(troubled_night["run"]) if ti["task_id"] == "amazon.pull"]
    text = airflow.log(next(ti for ti in pulls if ti["rendered_map_index"] == "lumora_amazon_us"))
    assert "logs in with secret ***" in text
    assert "a-very-secret-word" not in text


def test_the_night_is_one_event_and_its_date_reaches_the_listeners(airflow, stage, troubled_night):
    assert len(airflow.runs("push_sync_jobs")) == len(airflow.runs("brand_reports")) == 1
    assert [call["night"] for call in stage.calls("due_reports")] == ["2026-11-16 03:00:00+00:00"]
    assert stage.subjects("report_client") == ["lumora", "northpeak"]
    assert troubled_night["reports"]["state"] == "success"


def test_nothing_guarded_leaves_while_a_person_is_asked_and_the_unguarded_client_is_not_held_up(troubled_night):
    assert troubled_night["while_waiting"] == ["teahaus"]
    assert set(troubled_night["asked"]) == {"lumora", "northpeak"}


def test_a_refusal_stops_that_clients_push_and_nobody_elses(airflow, stage, troubled_night):
    found = states(airflow, troubled_night["push"])
    assert stage.subjects("push_client") == ["northpeak", "teahaus"]
    assert stage.subjects("observe_client") == ["northpeak", "teahaus"]
    assert found["stock.push", "lumora"] == "skipped"
    assert troubled_night["push"]["state"] == "success"


def test_who_decided_what_is_recorded_before_anything_is_pushed(stage, troubled_night):
    decisions = {call["subject"]: (call["approved"], call["by"], call["reason"]) for call in stage.calls("record_decision")}
    assert decisions == {"lumora": (False, "admin", "the master file is a week old"), "northpeak": (True, "admin", "")}
    order = [call["verb"] for verb in ("record_decision", "push_client") for call in stage.calls(verb) if call["subject"] == "northpeak"]
    assert order == ["record_decision", "push_client"]


def test_a_night_in_which_no_shop_was_merged_is_not_told_to_anybody(airflow, stage, troubled_night):
    every = set(stage.subjects("pull_shop"))
    assert len(every) == SHOPS
    stage.script({f"{verb} {shop}": trouble for shop in every for verb, trouble in (("pull_shop", "fatal"), ("merge_shop", {}))})
    before = len(airflow.runs("push_sync_jobs"))
    run = night(airflow)
    assert run["state"] == "failed"
    assert len(stage.calls("merge_shop")) == SHOPS
    assert states(airflow, run)["publish", "-1"] == "skipped"
    time.sleep(2)
    assert len(airflow.runs("push_sync_jobs")) == before


def test_a_night_without_trouble_is_green_and_asks_nobody_where_nothing_is_to_do(airflow, stage, troubled_night):
    stage.script({})
    before = airflow.runs("push_sync_jobs")
    run = night(airflow, since="2026-11-01T00:00:00Z")
    assert run["state"] == "success"
    assert {call["since"] for call in stage.calls("pull_shop")} == {"2026-11-01 00:00:00+00:00"}
    assert len(stage.calls("verdict")) == 1
    push = airflow.wait(runs_started_by(airflow, "push_sync_jobs", before)[0], 60)
    assert push["state"] == "success"
    assert stage.calls("push_client") == stage.calls("record_decision") == airflow.pending_approvals() == []


def clear(airflow, run, *instances: tuple[str, int]) -> None:
    body = {"dry_run": False, "only_failed": False, "dag_run_id": run["dag_run_id"], "task_ids": [list(each) for each in instances]}
    airflow._call("POST", f"/dags/{run['dag_id']}/clearTaskInstances", json=body)


def test_an_answer_is_about_the_list_that_was_shown_however_plan_is_cleared_alone(airflow, stage, troubled_night):
    """One client's plan is cleared after the answer, another's while the question stands open."""
    stage.script({f"plan_client {name}": {"jobs": 2, "needs_approval": True} for name in ("lumora", "northpeak")})
    run = airflow.trigger("push_sync_jobs")
    sleep_until(lambda: len(airflow.pending_approvals()) == 2)
    asked = {approval.subject.split(":")[0]: approval for approval in airflow.pending_approvals()}
    row = {name: approval.map_index for name, approval in asked.items()}
    airflow.answer(asked["lumora"], "Approve")
    sleep_until(lambda: stage.subjects("observe_client") == ["lumora"])
    assert [call["shown"] for call in stage.calls("record_decision")] == ["list of 2"]

    stage.script({f"plan_client {name}": {"jobs": 5, "needs_approval": True} for name in ("lumora", "northpeak")})
    after_the_answer = [(f"stock.{task}", row["lumora"]) for task in ("plan", "push", "read_back")]
    clear(airflow, run, *after_the_answer, ("stock.plan", row["northpeak"]))
    sleep_until(lambda: stage.subjects("plan_client") == ["lumora", "northpeak"])
    sleep_until(lambda: [states(airflow, run)["stock.plan", name] for name in row] == ["success"] * 2)
    airflow.answer(asked["northpeak"], "Approve")
    assert airflow.wait(run, 60)["state"] == "failed"
    assert stage.calls("record_decision") == stage.calls("push_client") == []
    refused = [ti for ti in airflow.task_instances(run) if (ti["task_id"], ti["state"]) == ("stock.push", "failed")]
    assert len(refused) == 2 and all("the decision is about list of 2" in airflow.log(ti) for ti in refused)
