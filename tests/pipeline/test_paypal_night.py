"""Whole nights of the PayPal accounts against the sandbox's truth."""

from __future__ import annotations

from datetime import timedelta

import pytest

SHOPS = ["lumora_paypal", "northpeak_paypal", "kiln_paypal"]
DAY = timedelta(days=1)


def begin(world, **changes):
    return world(sandbox=["--marketplaces", "paypal"], **{"days": 12, **changes})


@pytest.mark.parametrize("seed", [3])
def test_two_nights_of_the_accounts_end_at_the_truth(world, seed):
    here = begin(world, seed=seed)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}
    before = {row["payment_id"]: row["status"] for row in here.rows("SELECT payment_id, status FROM payments")}
    cases = {row["dispute_id"]: row["status"] for row in here.rows("SELECT dispute_id, status FROM disputes")}
    assert here.rows("SELECT 1 FROM payouts") and cases
    here.move_to(here.horizon + 2 * DAY)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}
    after = {row["payment_id"]: row["status"] for row in here.rows("SELECT payment_id, status FROM payments")}
    assert set(before) < set(after), "two days on, money has moved"
    assert cases != {row["dispute_id"]: row["status"] for row in here.rows("SELECT dispute_id, status FROM disputes")}
    assert {row["state"] for row in here.rows("SELECT state FROM pulls")} == {"certified"}
    calls = here.stats()["shops"]
    assert all("/v1/oauth2/token" not in calls[shop]["calls"] for shop in SHOPS)
