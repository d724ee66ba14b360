"""Nights of shops of several trade modes at once: every stage of every chain as the sandbox's own truth states it."""

from __future__ import annotations

from datetime import timedelta

import requests
from dealt import week_of
from sqlalchemy import text

from pipeline import opened, report, stages
from pipeline.boards import client_boards
from pipeline.trade import trade
from transforms.metrics import Period
from transforms.metrics.trade import NEEDED
from transforms.stages import CHAINS
from warehouse.database import client_session

DAY = timedelta(days=1)
SHOPS = ["kiln_etsy", "kiln_ebay", "lumora_shopify", "lumora_files"]
MARKETS = ["--marketplaces", "etsy", "ebay", "shopify", "filedrop"]
STAGES = text("SELECT DISTINCT mode, stage FROM stage_events")


def test_two_nights_of_consumers_and_private_sellers_end_at_the_truth_in_every_stage(world):
    here = world(days=10, orders_per_day=60, sandbox=MARKETS)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}
    told = {(row["mode"], row["stage"]) for row in here.rows(STAGES.text)}
    b2c = {"listed", "promoted", "ordered", "paid", "confirmed", "shipped", "delivered", "after_sales"}
    c2c = {"seller_verified", "listed", "promoted", "ordered", "paid", "shipped", "reviewed"}  # nobody follows these parcels
    agency = {"agreement_signed", "listings_managed", "promoted", "served", "logistics"}  # no report was sent
    assert told == {(mode, stage) for mode, every in (("b2c", b2c), ("c2c", c2c), ("agency", agency)) for stage in every}
    before = here.fingerprints()
    assert here.night(SHOPS, run_id="again") == {}
    assert here.fingerprints() == before, "a night that learns nothing touched a row"
    here.move_to(here.horizon + DAY)
    assert here.night(SHOPS) == {}
    assert here.mismatches(SHOPS) == {}

    stored = here.fingerprints()["stage_events"]
    for name in ("kiln", "lumora"):
        assert sum(stages.rebuild(opened.find_client(name)).values()) == 0, "deriving again from what is stored found another history"
    with client_session(opened.engine(), "*") as conn:
        conn.execute(text("DELETE FROM stage_events"))
    for name in ("kiln", "lumora"):
        stages.rebuild(opened.find_client(name))
    assert len(here.fingerprints()["stage_events"]) == len(stored)
    assert here.mismatches(SHOPS) == {}


def shortly(mismatches):
    """Two of each table's: pytest compares long lists for minutes.

    Requests for quotation are left out: which of them an account is shown is its connector's own question (words to search by,
    methods rarely granted), and one that nobody answered stands on no chain.
    """
    return {table: examples[:2] for table, examples in mismatches.items() if table != "rfqs"}


DEALERS = ["harbor_alibaba", "harbor_globalsources", "harbor_offline"]


def test_nights_of_a_manufacturer_end_at_the_truth_of_its_deals_over_every_account_that_tells_of_them(world):
    reach = {"DAIYUN_HISTORY_DAYS": "130"}  # this world's deals began long before its orders
    here = world(days=4, orders_per_day=2, extra=reach, sandbox=["--marketplaces", "alibaba", "globalsources", "filedrop"])
    assert here.night(DEALERS) == {}
    assert shortly(here.mismatches(DEALERS)) == {}
    told = {row["stage"] for row in here.rows("SELECT DISTINCT stage FROM stage_events WHERE subject_kind = 'deal'")}
    assert told == {stage.name for stage in CHAINS["b2b"].stages if stage.subject == "deal"}
    over_two = "SELECT 1 FROM stage_events a JOIN stage_events b USING (client, shop, subject_id) WHERE a.shop = 'harbor_alibaba'"
    assert here.rows(f"{over_two} AND a.evidence LIKE 'trade_shipments%' AND b.evidence LIKE 'inspections%'"), "one deal, two accounts"
    here.move_to(here.horizon + DAY)
    assert here.night(DEALERS) == {}
    assert shortly(here.mismatches(DEALERS)) == {}
    assert sum(stages.rebuild(opened.find_client("harbor")).values()) == 0
    boards = client_boards(opened.find_client("harbor"), now=here.horizon)
    assert [board.mode for board in boards] == ["b2b"] and boards[0].begun["deal"] > 3
    assert_the_weeks_of_trade_are_those_of_the_truth(here)


def assert_the_weeks_of_trade_are_those_of_the_truth(here):
    """Every week of the last three months; and the report's first lines tell the latest."""
    harbor = opened.find_client("harbor")

    def tell(table):
        return [row for row in requests.get(f"{here.told['truth']}/{table}", timeout=60).json() if row["shop"] in DEALERS]

    tables = {table: tell(table) for table in NEEDED if table != "fx_rates"}
    last, seen = report.last_week(harbor, here.horizon), {}
    for back in range(0, 91, 14):
        period = Period(last.start - timedelta(days=back), last.end - timedelta(days=back))
        with client_session(opened.engine(), "harbor") as conn:
            week = trade(conn, harbor, period)
        for found, each in ((week.this, period), (week.before, Period(period.start - 7 * DAY, period.start))):
            true = week_of(tables.__getitem__, each)
            told = {name: getattr(found, name) for name in true} | {"signed": found.signed.own, "received": found.received.own}
            assert told == true, each
            seen |= {name: true[name] for name in true if true[name]}
    assert set(seen) == set(true), "each figure was told in some week"
    built = report.preview("harbor", here.horizon)
    assert "（上周新询盘" in built.text, "every account is proven back over the week before"
    assert "没有订单" not in built.text and "净销售额" not in built.html and "签约金额" in built.html
