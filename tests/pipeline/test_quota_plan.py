"""The night's plan before and after a night that really ran."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from connectors import registry
from pipeline import quota_plan
from pipeline.cli import app

START = datetime(2026, 11, 17, 3, tzinfo=UTC)
SHOP = "lumora_lazada_sg"


def planned(shop: str) -> dict:
    (row,) = [row for row in quota_plan.plan_night(START) if row["shop"] == shop]
    return row


def test_before_its_first_night_a_shop_s_plan_says_at_least_and_afterwards_what_a_night_really_called(world):
    here = world(days=4)
    before = planned(SHOP)
    assert {each["basis"] for each in before["operations"]} == {quota_plan.BY_DECLARATION}
    assert before["calls"] >= len(before["operations"])
    assert here.night([SHOP]) == {}
    after = planned(SHOP)
    counted = {row["operation"]: row["calls"] for row in here.rows("SELECT * FROM call_counts WHERE shop = :shop", shop=SHOP)}
    assert all(each["calls"] == counted.get(each["operation"], 0) for each in after["operations"]) and after["calls"] > 20
    assert {each["basis"] for each in after["operations"]} == {quota_plan.BY_HISTORY}
    assert after["fresh_at"] == START + timedelta(seconds=max(after["operations"], key=lambda each: each["seconds"])["seconds"])


def test_the_command_prints_every_shop_s_hour_and_its_bottleneck(world):
    here = world(days=4)
    here.rows("INSERT INTO call_counts VALUES ('lumora', 'lumora_amazon_us', 'last night', 'searchOrders', 44) RETURNING calls")
    here.rows(
        "INSERT INTO pulls (pull_id, client, shop, entity, window_start, window_end, run_id) VALUES "
        "('p', 'lumora', 'lumora_amazon_us', 'orders', now() - interval '1 day', now(), 'last night') RETURNING pull_id"
    )
    done = CliRunner().invoke(app, ["quota", "plan", "--shop", "lumora_amazon_us", "--at", "2026-11-17T03:00:00Z", "--json"])
    (row,) = json.loads(done.stdout)
    assert row["bottleneck"] == "searchOrders" and row["seconds"] == pytest.approx((44 - 20) / 0.0056, abs=1)
    assert row["fresh_at"].startswith("2026-11-17T04:11:25") and row["entities"]["orders"] == row["fresh_at"]
    plan = quota_plan.plan_night(START)
    (tracker,) = [each for each in plan if each["shop"] == "lumora_17track"]
    assert tracker["starts_at"] == max(each["fresh_at"] for each in plan if not registry.tracking_source(each["marketplace"])) > START
    shown = CliRunner().invoke(app, ["quota", "plan", "--client", "lumora", "--at", "2026-11-17T03:00:00Z"])
    assert shown.exit_code == 0 and "The coming night" in shown.stdout


def test_the_night_starts_by_its_cron_or_now_where_it_is_started_by_hand(world):
    world(days=2)
    assert abs((quota_plan.night_start() - datetime(2026, 11, 16, 3, 10, tzinfo=UTC)).total_seconds()) < 3600
    world_by_cron = {"DAIYUN_NIGHT_CRON": "30 2 * * *"}
    world(days=2, extra=world_by_cron)
    assert quota_plan.night_start() == datetime(2026, 11, 17, 2, 30, tzinfo=UTC)
