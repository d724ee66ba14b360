"""Pulls, certificates, watermarks, quarantine, calls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy.exc import IntegrityError

from warehouse import ledger, quarantine
from warehouse.calls import calls_by_shop
from warehouse.database import client_session
from warehouse.merge import merge
from warehouse.tables import metadata

OWNER = ("lumora", "lumora_amazon_us")
DAY = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def conn(engine):
    with client_session(engine, "lumora") as conn:
        yield conn


def _open(conn, start: int = 0, end: int = 1, run: str = "run1") -> ledger.Pull:
    return ledger.open_pull(conn, *OWNER, "orders", DAY + timedelta(days=start), DAY + timedelta(days=end), run)


def _certify(conn, pull, is_certified=True, announced=3, **changes):
    told = {"announced": announced, "stored": announced, "quarantined": 0, "missing": [], "reason": None, **changes}
    ledger.certify(conn, pull.pull_id, is_certified=is_certified, **told)


def _watermark(conn):
    return ledger.watermark(conn, *OWNER, "orders")


def test_an_unfinished_pull_of_the_same_window_goes_on_where_it_stood(conn):
    pull = _open(conn)
    ledger.save_cursor(conn, pull.pull_id, 0, {"token": "t"}, 12)
    again = _open(conn, run="run2")
    assert (again.pull_id, again.pages, again.cursor, again.announced, again.run_id) == (pull.pull_id, 1, {"token": "t"}, 12, "run2")
    assert _open(conn, end=2).pull_id != pull.pull_id


def test_a_failed_pull_goes_on_from_the_state_it_failed_in(conn):
    pull = _open(conn)
    ledger.set_state(conn, pull.pull_id, "landed")
    ledger.set_state(conn, pull.pull_id, "failed", "mapping broke")
    ledger.set_state(conn, pull.pull_id, "failed", "broke again")
    assert ledger.open_pulls(conn, *OWNER) == []
    again = _open(conn)
    assert (again.state, again.reason, again.attempt) == ("landed", None, 0)


def test_a_certified_pull_is_returned_within_its_run_and_read_anew_in_the_next(conn):
    pull = _open(conn)
    _certify(conn, pull)
    assert _open(conn).pull_id == pull.pull_id
    assert _open(conn, run="run2").pull_id != pull.pull_id


def test_a_pull_that_could_not_be_certified_is_read_again_from_its_start(conn):
    pull = _open(conn)
    ledger.save_cursor(conn, pull.pull_id, 4, None, 9)
    _certify(conn, pull, is_certified=False, missing=["7"], reason="1 missing")
    assert ledger.get_pull(conn, pull.pull_id).state == "failed" and _watermark(conn) is None
    again = _open(conn)
    assert (again.pull_id, again.state, again.attempt, again.pages, again.announced) == (pull.pull_id, "open", 1, 0, None)


def test_a_window_read_by_hand_before_the_first_night_does_not_hide_the_history_before_it(conn):
    history_from = DAY - timedelta(days=30)
    _certify(conn, _open(conn), history_from=history_from)
    assert _watermark(conn) is None, "the next night would begin here and never read the 30 days before"
    _certify(conn, _open(conn, -31, 1), history_from=history_from)
    assert _watermark(conn) == DAY + timedelta(days=1)
    _certify(conn, _open(conn, 1, 2), history_from=history_from)
    assert _watermark(conn) == DAY + timedelta(days=2), "from then on any window that leaves no hole moves it"


def test_a_state_nobody_knows_and_a_certificate_by_the_back_door_are_refused(conn):
    pull = _open(conn)
    for state in ("done", "certified"):
        with pytest.raises(ledger.LedgerError, match="not a state to set"):
            ledger.set_state(conn, pull.pull_id, state)
    with pytest.raises(ledger.LedgerError, match="no pull"):
        ledger.set_state(conn, "nobody", "landed")


def test_counts_are_kept_by_state(conn):
    pull = _open(conn)
    ledger.set_state(conn, pull.pull_id, "validated", counts={"good": 3})
    ledger.set_state(conn, pull.pull_id, "merged", counts={"orders": {"inserted": 3}})
    assert ledger.get_pull(conn, pull.pull_id).counts == {"validated": {"good": 3}, "merged": {"orders": {"inserted": 3}}}


def test_the_watermark_moves_forward_and_over_no_gap(conn):
    _certify(conn, _open(conn, 0, 2))
    assert _watermark(conn) == DAY + timedelta(days=2)
    _certify(conn, _open(conn, 0, 1))
    assert _watermark(conn) == DAY + timedelta(days=2), "a backfill of the past moves nothing"
    _certify(conn, _open(conn, 3, 4))
    assert _watermark(conn) == DAY + timedelta(days=2), "day 3 is not proven"
    _certify(conn, _open(conn, 1, 3))
    assert _watermark(conn) == DAY + timedelta(days=3)


def test_the_proof_reaches_back_as_far_as_no_day_is_missing(conn):
    def since():
        return ledger.proven_since(conn, OWNER[0], ("orders", "returns"))

    assert since() == {}
    _certify(conn, _open(conn, 0, 2))
    _certify(conn, _open(conn, 1, 4))
    assert since() == {(OWNER[1], "orders"): DAY}
    _certify(conn, _open(conn, -4, -1))
    assert since() == {(OWNER[1], "orders"): DAY}, "the day before is not proven"
    _certify(conn, _open(conn, -1, 0), is_certified=False, missing=["7"], reason="1 missing")
    assert since() == {(OWNER[1], "orders"): DAY}, "nor is it by a bad certificate"
    _certify(conn, _open(conn, -1, 1, run="run2"))
    assert since() == {(OWNER[1], "orders"): DAY - timedelta(days=4)}


def test_an_unfinished_pull_within_a_proven_window_has_nothing_left_to_do(conn):
    left = _open(conn, 0, 1)
    _certify(conn, _open(conn, 0, 2))
    assert ledger.get_pull(conn, left.pull_id).state == "superseded" and ledger.open_pulls(conn, *OWNER) == []


def test_the_latest_certificate_of_each_entity_is_shown(conn):
    _certify(conn, _open(conn, 0, 1), announced=3)
    _certify(conn, _open(conn, 1, 2, run="run2"), announced=5)
    (row,) = ledger.certificates(conn)
    assert (row["announced"], row["entity"], row["is_certified"], row["watermark"]) == (5, "orders", True, DAY + timedelta(days=2))
    assert [row["announced"] for row in ledger.certificates(conn, run_id="run1")] == [3]
    assert ledger.usual_counts(conn, *OWNER, "orders") == [5, 3]


def test_calls_add_up_over_a_run(conn):
    for _ in range(2):
        ledger.count_calls(conn, *OWNER, "run1", {"getOrders": 2, "getReport": 1})
    assert calls_by_shop(conn, "run1") == {"lumora_amazon_us": 6} and calls_by_shop(conn, "run2") == {}


def _faults(order_id: str = "1", seen_hour: int = 0) -> pd.DataFrame:
    row = {"client": OWNER[0], "shop": OWNER[1], "order_id": order_id}
    seen = (DAY + timedelta(hours=seen_hour)).isoformat()
    return pd.DataFrame([{
        "table": "orders", "key": json.dumps(row), "rule": "currency_known", "column": "currency", "value": "XXX",
        "landing_ref": "p/0#0", "row": json.dumps({**row, "seen_at": seen}),
    }])  # fmt: skip


def test_quarantine_holds_a_pulls_faults_once_however_often_it_is_validated(conn):
    pull = _open(conn)
    for _ in range(2):
        assert quarantine.put(conn, pull.pull_id, _faults()) == 1
    (row,) = quarantine.list_open(conn, "lumora")
    assert (row["table_name"], row["rule"], row["value"], row["pull_id"]) == ("orders", "currency_known", "XXX", pull.pull_id)
    assert json.loads(row["key"])["order_id"] == "1" and quarantine.show(conn, row["id"])["status"] == "open"
    assert quarantine.put(conn, pull.pull_id, None) == 0 and quarantine.of_pull(conn, pull.pull_id) == []


def test_the_same_record_failing_in_a_later_pull_is_one_open_case(conn):
    quarantine.put(conn, _open(conn, 0, 1).pull_id, _faults())
    later = _open(conn, 1, 2).pull_id
    quarantine.put(conn, later, _faults())
    assert [row["pull_id"] for row in quarantine.list_open(conn, "lumora", OWNER[1])] == [later]


def test_an_older_pull_failing_again_leaves_the_newer_pulls_case_open(conn):
    older, newer = _open(conn, 0, 1).pull_id, _open(conn, 1, 2).pull_id
    quarantine.put(conn, newer, _faults(seen_hour=30))
    quarantine.put(conn, older, _faults(seen_hour=6))
    assert newer in {row["pull_id"] for row in quarantine.list_open(conn, "lumora")}, "its version would never be tried again"
    quarantine.put(conn, newer, _faults(seen_hour=30))
    assert [row["pull_id"] for row in quarantine.list_open(conn, "lumora")] == [newer]


def test_each_mapping_of_a_pulls_pages_is_counted_and_a_killed_one_is_begun_again(conn):
    first = ledger.begin_derivation(conn, _open(conn))
    second = ledger.begin_derivation(conn, first)
    assert [first.derivation, second.derivation] == [1, 2]
    ledger.set_state(conn, second.pull_id, "validated")
    again = ledger.begin_derivation(conn, ledger.get_pull(conn, second.pull_id))
    assert again.state == "landed", "half of its batches must not be merged"


def test_a_pull_begun_anew_meanwhile_does_not_pass_for_one_read_to_its_end(conn):
    pull = _open(conn)
    ledger.save_cursor(conn, pull.pull_id, 0, None, None)
    _certify(conn, pull, is_certified=False, missing=["7"], reason="1 missing")
    seen = ledger.get_pull(conn, pull.pull_id)
    assert _open(conn, run="run2").state == "open"
    with pytest.raises(ledger.PullMoved, match="in other hands"):
        ledger.begin_derivation(conn, seen)


def test_who_has_lost_a_pull_to_another_process_notes_nothing_on_it_any_more(conn):
    first = ledger.begin_derivation(conn, _open(conn))
    assert ledger.hold(conn, first) == first
    ledger.begin_derivation(conn, first)
    with pytest.raises(ledger.PullMoved):
        ledger.hold(conn, first)


def test_a_pull_that_waits_for_its_certificate_keeps_its_cases(conn):
    earlier = _open(conn, 0, 1).pull_id
    quarantine.put(conn, earlier, _faults())
    ledger.set_state(conn, earlier, "merged")
    quarantine.put(conn, _open(conn, 1, 2).pull_id, _faults())
    assert len(quarantine.of_pull(conn, earlier)) == 1, "the record would be neither stored nor quarantined there"


def test_a_version_seen_later_closes_the_case_and_an_older_one_does_not(conn, rows):
    quarantine.put(conn, _open(conn).pull_id, _faults(seen_hour=5))
    merge(conn, rows.batch([{"order_id": "1", "seen": 4}, {"order_id": "2", "seen": 6}]))
    assert len(quarantine.list_open(conn, "lumora")) == 1
    merge(conn, rows.batch([{"order_id": "1", "seen": 6}]))
    assert quarantine.list_open(conn, "lumora") == []


def test_a_mapping_that_breaks_every_row_of_a_great_pull_is_quarantined_whole(conn):
    many = pd.concat([_faults()] * 70_000, ignore_index=True)
    many["key"] = [json.dumps({"order_id": str(number)}) for number in range(len(many))]
    pull = _open(conn).pull_id
    for _ in range(2):
        assert quarantine.put(conn, pull, many) == 70_000


def test_a_database_error_shows_no_row(engine):
    with pytest.raises(IntegrityError) as refused, client_session(engine, "lumora") as conn:
        conn.execute(metadata.tables["call_counts"].insert().values(client="lumora", shop="Jane Doe", run_id="r", operation="o"))
    assert "Jane" not in str(refused.value), "neither SQLAlchemy's parameters nor PostgreSQL's 'Failing row contains'"


def test_a_person_can_close_a_case(conn):
    quarantine.put(conn, _open(conn).pull_id, _faults())
    (row,) = quarantine.list_open(conn, "*")
    assert quarantine.resolve(conn, [row["id"]], "test order of the vendor") == 1
    assert quarantine.show(conn, row["id"])["resolved_how"] == "test order of the vendor"
