"""Whole nights over the brands' own exports, against the truth of what was spent and who came."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

SHOPS = ["lumora_files", "northpeak_files"]
DAY = timedelta(days=1)


def begin(world, **changes):
    return world(sandbox=["--marketplaces", "filedrop", "etsy"], **{"days": 4, "orders_per_day": 2, **changes})


def folder(here) -> Path:
    return here.options.out / "drop" / "lumora"


def dated(file: Path, at) -> None:
    os.utime(file, (at.timestamp(), at.timestamp()))


@pytest.mark.parametrize("seed", [3])
def test_nights_over_dropped_exports_end_at_the_truth_with_every_row_proven(world, seed):
    here = begin(world, seed=seed)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}
    proofs = here.rows("SELECT entity, announced, stored, quarantined FROM certificates WHERE shop = 'lumora_files' ORDER BY entity")
    rows = {table: here.rows(f"SELECT count(*) AS n FROM {table} WHERE shop = 'lumora_files'")[0]["n"] for table in ("ad_spend", "traffic")}
    assert {row["entity"]: row["announced"] for row in proofs} == rows and all(rows.values())

    here.move_to(here.horizon + DAY)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}


def test_a_night_without_a_new_file_reads_none_and_changes_nothing(world):
    here = begin(world)
    assert here.night(SHOPS, run_id="first") == {}
    before = here.fingerprints()
    shutil.copy2(next((folder(here) / "ads").glob("google-ads-*.csv")), folder(here) / "ads" / "the same again.csv")
    dated(folder(here) / "ads" / "the same again.csv", here.horizon + timedelta(minutes=1))
    assert here.night(SHOPS, run_id="again", until=here.horizon + timedelta(minutes=10)) == {}
    assert here.fingerprints() == before
    assert {row["pages"] for row in here.rows("SELECT pages FROM pulls WHERE run_id = 'again'")} <= {1}, "a file was read again"
