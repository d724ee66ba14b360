"""Nights over marketplaces that fail on purpose end at the truth, after at most a few runs."""

from __future__ import annotations

import pytest

RUNS = 4
FAST = {"DAIYUN_ANSWER_SECONDS": "1.5"}  # against answers that come two seconds late

# One shop of each kind; trouble at each single call of every marketplace is the contract suite's.
EACH = [
    "teahaus_amazon_jp", "teahaus_lazada_vn", "teahaus_shopify", "lumora_aliexpress", "kiln_etsy", "kiln_ebay", "kiln_woocommerce",
    "kiln_paypal", "kiln_aftership", "northpeak_files",
]  # fmt: skip
FEW = ["teahaus_amazon_jp", "lumora_lazada_sg", "northpeak_lazada_my"]  # a refused report is asked for again after half an hour


@pytest.mark.parametrize(("profile", "shops"), [("flaky", EACH), ("hostile", FEW)])
def test_a_night_among_failing_marketplaces_ends_at_the_truth(world, profile, shops):
    here = world(faults=profile, speed=60, extra=FAST, sandbox=["--stall-seconds", "2"])
    for _ in range(RUNS):
        troubles = here.night(shops)
        if not troubles:
            break
        assert all("Date" not in str(trouble) and "clock" not in str(trouble) for trouble in troubles.values()), troubles
    assert troubles == {}
    assert here.mismatches(shops) == {}
    struck = here.stats()["faults"]
    assert {"error", "throttled"} <= set(struck) and sum(struck.values()) >= 5, f"too calm to prove anything: {struck}"
    assert here.rows("SELECT 1 FROM pulls WHERE state NOT IN ('certified', 'superseded')") == []
