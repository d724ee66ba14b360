"""Whole nights over a supplier's files and mails, against the truth of its deals."""

from __future__ import annotations

from datetime import timedelta

import pytest

SHOPS = ["harbor_globalsources", "harbor_offline"]
DAY = timedelta(days=1)


def begin(world, **changes):
    return world(sandbox=["--marketplaces", "globalsources", "filedrop"], **{"days": 4, "orders_per_day": 2, **changes})


@pytest.mark.parametrize("seed", [3])
def test_nights_over_dropped_files_and_mails_end_at_the_truth_with_every_row_proven(world, seed):
    here = begin(world, seed=seed)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}
    here.move_to(here.horizon + DAY)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}
