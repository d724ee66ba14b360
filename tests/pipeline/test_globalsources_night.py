"""Whole nights over a supplier's files and mails, against the truth of its deals."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from pipeline import report, steps

SHOPS = ["harbor_globalsources", "harbor_offline"]
DAY = timedelta(days=1)


def begin(world, **changes):
    return world(sandbox=["--marketplaces", "globalsources", "filedrop"], **{"days": 4, "orders_per_day": 2, **changes})


@pytest.mark.parametrize("seed", [3])
def test_nights_over_dropped_files_and_mails_end_at_the_truth_with_every_row_proven(world, seed):
    here = begin(world, seed=seed)
    assert here.wrong_after_a_night(SHOPS) == {}
    here.move_to(here.horizon + DAY)
    assert here.wrong_after_a_night(SHOPS) == {}


def test_a_night_without_a_new_file_succeeds_says_so_and_changes_nothing_and_the_report_reminds(world):
    here = begin(world)
    assert here.night(SHOPS, run_id="first") == {}
    before = here.fingerprints()
    inbox = here.options.out / "drop" / "harbor" / SHOPS[0] / "inbox"
    assert not list(inbox.glob("*.csv"))
    done = next((inbox.parent / "done").rglob("inquiries__*__export.*[!n]"))
    shutil.copy2(done, inbox / done.name)  # the same export again
    assert here.night(SHOPS, run_id="again", until=here.horizon + timedelta(minutes=10)) == {}
    assert here.fingerprints() == before
    proofs = here.rows("SELECT entity, is_certified, reason FROM certificates WHERE run_id = 'again' AND shop = 'harbor_globalsources'")
    assert len(proofs) == 9 and all(proof["is_certified"] and "no new file; the last one was made" in proof["reason"] for proof in proofs)

    planned = steps.plan_client("harbor", run_id="stock")
    steps.record_decision("harbor", batch=planned["batch"], approved=True, by="ann", reason="", shown=planned["digest"])
    assert steps.push_client("harbor", batch=planned["batch"])["by_hand"] == planned["jobs"] > 0
    assert len(list((inbox.parent / "out").glob("upload-stock__*.xlsx"))) == 1
    assert {row["status"] for row in here.rows("SELECT status FROM sync_jobs WHERE client = 'harbor'")} == {"manual_pending"}
    told = report.preview("harbor", here.horizon)
    line = next(line for line in told.text.splitlines() if "harbor_globalsources" in line)
    assert "小时" in line and f"有 {planned['jobs']} 项更改待人工上传" in line, "the brand reads Chinese"
