"""Each command over a real marketplace and warehouse: what it does, what people see, what `--json` gives a program."""

from datetime import datetime
from itertools import count

import pytest
from sqlalchemy import text

from pipeline import opened, steps
from pipeline.demo.children import child
from pipeline.errors import TryLater
from warehouse.database import client_session

AMAZON, LAZADA = "lumora_amazon_us", "lumora_lazada_sg"
NIGHT = "2026-11-16T03:00:00Z"


SPEED = 150  # a page token of half a minute must outlive a busy machine's pause


@pytest.fixture(scope="module", autouse=True)
def synced(shared_house):
    """Both shops once through the night, by one command."""

    def only_two_shops(data):
        data["shops"] = [entry for entry in data["shops"] if entry["name"] in (AMAZON, LAZADA)]

    shared_house.client("lumora", only_two_shops)
    said = shared_house.run("sync", "--client", "lumora", "--until", NIGHT, "--json")
    assert said.code == 0, said
    return said


def test_check_says_whose_account_answers(house):
    said = house.run("check", "--client", "lumora", "--json")
    assert said.code == 0 and [(row["shop"], row["is_ok"]) for row in said.json] == [(AMAZON, True), (LAZADA, True)]
    seller = house.told["marketplaces"]["amazon"]["shops"][AMAZON]["account"]["seller_id"]
    assert set(said.json[0]) == {"client", "shop", "marketplace", "is_ok", "answer"} and seller in said.json[0]["answer"]
    shown = house.run("check", "--shop", LAZADA)
    assert shown.code == 0 and LAZADA in shown.out and AMAZON not in shown.out and "yes" in shown.out


def test_sync_stores_what_the_marketplace_has_and_says_so_in_json(house, synced):
    assert [set(row) for row in synced.json] == [{"client", "shop", "quarantined", "is_ok", "fault", "run_id"}] * 2
    for row in synced.json:
        assert row["is_ok"] and row["fault"] is None and row["quarantined"] == 0
        assert house.kept(row["shop"])["orders"] == len([each for each in house.truth("orders") if each["shop"] == row["shop"]]) > 0


def test_sync_again_changes_nothing_and_its_table_is_for_people(house):
    before = house.rows("SELECT order_id, content_hash, seen_at FROM orders ORDER BY order_id")
    said = house.run("sync", "--shop", LAZADA, "--until", NIGHT)
    assert said.code == 0 and LAZADA in said.out and "yes" in said.out
    assert house.rows("SELECT order_id, content_hash, seen_at FROM orders ORDER BY order_id") == before


def test_sync_into_a_pipe_says_each_step_and_what_it_waits_for(house, monkeypatch):
    slept, pull = [], steps.pull_shop

    def once_out_of_quota(*args, **kwargs):
        if not slept:
            raise TryLater(90, f"Shop '{LAZADA}': orders: the quota [of the hour] is spent")
        return pull(*args, **kwargs)

    monkeypatch.setattr(steps, "pull_shop", once_out_of_quota)
    monkeypatch.setattr("pipeline.clock.SystemClock.sleep", lambda self, seconds: slept.append(seconds))
    said = house.sync(LAZADA)
    assert said.code == 0 and slept == [90]
    wait = f"waits 90 s: Shop '{LAZADA}': orders: the quota [of the hour] is spent"
    assert said.err.splitlines() == [f"{LAZADA} pull", wait, *(f"{LAZADA} {verb}" for verb in ("validate", "merge", "certify"))]


def test_sync_since_reads_exactly_that_stretch(house):
    said = house.run("sync", "--shop", LAZADA, "--since", "2026-11-14T00:00:00Z", "--until", "2026-11-15T00:00:00Z", "--json")
    assert said.code == 0
    (pull,) = house.rows("SELECT * FROM pulls WHERE run_id = :run AND entity = 'orders'", run=said.json[0]["run_id"])
    assert (pull["window_start"].isoformat(), pull["window_end"].isoformat()) == ("2026-11-14T00:00:00+00:00", "2026-11-15T00:00:00+00:00")


def test_the_certificate_says_what_is_proven_and_how_far(house):
    said = house.run("certificate", "--shop", LAZADA, "--json")
    assert said.code == 0 and {row["entity"] for row in said.json} >= {"orders", "listings", "returns", "ledger", "payouts", "reviews"}
    assert all(row["announced"] == row["stored"] + row["quarantined"] and row["is_certified"] for row in said.json)
    assert {datetime.fromisoformat(row["watermark"]).isoformat() for row in said.json} == {"2026-11-16T03:00:00+00:00"}
    shown = house.run("certificate", "--shop", LAZADA)
    assert shown.code == 0 and "orders" in shown.out and "2026-11-16 03:00:00" in shown.out


def test_a_shop_that_was_never_read_is_not_proven(house):
    said = house.run("certificate", "--shop", "teahaus_lazada_vn", "--json")
    assert said.code == 1 and all(not row["is_certified"] and "daiyun sync" in row["reason"] for row in said.json)


def test_rates_are_stored_once(house):
    first, again = house.run("rates", "--json"), house.run("rates", "--json")
    assert first.code == again.code == 0 and set(first.json[0]) == {"inserted", "updated", "unchanged"}
    assert first.json[0]["inserted"] > 0 and again.json[0] == {"inserted": 0, "updated": 0, "unchanged": first.json[0]["inserted"]}


def stock_changes(house, quantities):
    """The brand drops a master: these units of some SKUs."""
    file = house.folder / "drop" / "lumora" / "stock_master.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("sku,on_hand\n" + "".join(f"{sku},{units}\n" for sku, units in quantities.items()))


def stocked_skus(house):
    query = "SELECT sku, sellable_quantity AS units FROM inventory WHERE shop = :shop AND fulfilled_by = 'seller' ORDER BY sku"
    return {row["sku"]: row["units"] for row in house.rows(query, shop=LAZADA)}


def test_derived_rows_are_the_same_when_they_are_derived_again(house):
    assert house.rows("SELECT 1 FROM followed_shipments LIMIT 1")
    said = house.run("derive", "--client", "lumora", "--json")
    assert said.code == 0 and said.json == [{"client": "lumora", "changed": 0}]


def test_jobs_are_planned_decided_pushed_and_read_back(house):
    zero = next(sku for sku, units in stocked_skus(house).items() if units > 5)
    stock_changes(house, {zero: 0})
    (planned,) = house.run("jobs", "plan", "--client", "lumora", "--json").json
    assert planned["jobs"] and planned["needs_approval"] and zero in planned["body"]
    batch = planned["batch"]
    undecided = house.run("jobs", "push", "--client", "lumora", "--batch", batch)
    assert undecided.code == 1 and "no recorded approval" in undecided.err and "daiyun jobs decide" in undecided.err
    waiting = house.run("jobs", "list", "--client", "lumora", "--status", "waiting", "--json").json
    assert {(row["sku"], row["wanted_quantity"], row["batch"], row["digest"]) for row in waiting} == {(zero, 0, batch, planned["digest"])}
    assert planned["reasons"] and all(row["reasons"] == planned["reasons"] for row in waiting)
    refused = house.run("jobs", "decide", "--client", "lumora", "--batch", batch, "--reject", "--reason", "count again", "--json")
    assert refused.json == [
        {"client": "lumora", "batch": batch, "jobs": len(waiting), "digest": planned["digest"], "decision": "rejected"},
    ]
    pushed = house.run("jobs", "push", "--client", "lumora", "--batch", batch, "--json")
    assert pushed.code == 0 and pushed.json[0]["acknowledged"] == 0, "a refused batch sends nothing"
    steps = house.run("jobs", "history", waiting[0]["job_id"], "--json").json
    assert [row["status"] for row in steps] == ["waiting", "rejected"] and steps[-1]["note"] == "count again" and steps[-1]["by"]

    (again,) = house.run("jobs", "plan", "--client", "lumora", "--json").json
    assert again["batch"] != batch and again["needs_approval"]
    decide = ("jobs", "decide", "--client", "lumora", "--batch", again["batch"], "--approve")
    unseen, other = house.run(*decide), house.run(*decide, "--digest", "0123456789abcdef")
    assert unseen.code == other.code == 1 and "--digest" in unseen.err and "nothing was decided" in other.err
    assert house.run(*decide, "--digest", again["digest"]).code == 0
    done = house.run("jobs", "push", "--client", "lumora", "--batch", again["batch"], "--json")
    assert done.code == 0 and done.json[0]["acknowledged"] == done.json[0]["observed"] == again["jobs"], (done, again)
    (job, *_) = house.run("jobs", "list", "--batch", again["batch"], "--json").json
    history = [row["status"] for row in house.run("jobs", "history", job["job_id"], "--json").json]
    assert history == ["waiting", "approved", "pushed", "acknowledged", "observed"]
    assert stocked_skus(house)[zero] == 0, "what was pushed was read in again"
    assert house.run("jobs", "plan", "--client", "lumora", "--json").json[0]["jobs"] == 0
    assert zero in house.run("jobs", "list").out


def test_a_late_push_does_not_raise_a_stock_that_sold_meanwhile(house):
    first, second = [sku for sku, units in stocked_skus(house).items() if units > 5][-2:]
    shown = stocked_skus(house)
    stock_changes(house, {first: shown[first] + 40, second: shown[second] - 2})
    (planned,) = house.run("jobs", "plan", "--client", "lumora", "--json").json
    said = {"batch": planned["batch"], "skus": [first, second]}
    with client_session(opened.engine(), "lumora") as conn:  # the plan saw three more, two hours ago
        change = "observed_quantity = observed_quantity + 3, planned_at = planned_at - interval '2 hours'"
        conn.execute(text(f"UPDATE sync_jobs SET {change} WHERE batch = :batch AND sku = ANY(:skus)"), said)
    waiting = house.run("jobs", "list", "--batch", planned["batch"], "--status", "waiting", "--json").json
    if waiting:
        decide = ("jobs", "decide", "--client", "lumora", "--batch", planned["batch"], "--approve")
        assert house.run(*decide, "--digest", waiting[0]["digest"]).code == 0
    assert house.run("jobs", "push", "--client", "lumora", "--batch", planned["batch"]).code == 0
    found = {row["sku"]: row for row in house.run("jobs", "list", "--batch", planned["batch"], "--json").json if row["shop"] == LAZADA}
    assert (found[first]["status"], found[second]["status"]) == ("superseded", "observed")
    last = house.run("jobs", "history", found[first]["job_id"], "--json").json[-1]
    assert f"shows {shown[first]} by now, not {shown[first] + 3}" in last["note"]
    assert stocked_skus(house)[first] == shown[first]


def test_a_report_is_previewed_sent_once_and_listed(house, tmp_path):
    previewed = house.run("report", "preview", "--client", "lumora", "--night", NIGHT)
    assert previewed.code == 0 and previewed.out.lstrip().lower().startswith("<!doctype html") and "Lumora" in previewed.out
    assert house.run("report", "list", "--json").json == []
    with child("reports.catcher", ["--folder", str(tmp_path / "mail"), "--port", "0", "--json"], tmp_path / "mail.log") as mail:
        house.enter(DAIYUN_SMTP_HOST=mail["host"], DAIYUN_SMTP_PORT=str(mail["port"]))
        for _ in range(2):
            sent = house.run("report", "send", "--client", "lumora", "--night", NIGHT, "--json")
            assert sent.code == 0 and set(sent.json[0]["recipients"]) == {"owner@lumora.example", "sales@lumora.example"}
    assert len(list((tmp_path / "mail").rglob("*.eml"))) == 2
    (listed,) = house.run("report", "list", "--client", "lumora", "--json").json
    assert (listed["period"], listed["status"], listed["language"]) == ("2026-11-09_2026-11-15", "sent", "zh")
    assert "2026-11-09_2026-11-15" in house.run("report", "list").out


def test_a_mail_server_that_is_away_is_waited_for_with_a_reason(house, monkeypatch):
    tries = count()

    def hurry(self, seconds):
        if next(tries):
            raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.clock.SystemClock.sleep", hurry)
    house.enter(DAIYUN_SMTP_HOST="127.0.0.1", DAIYUN_SMTP_PORT="9")
    said = house.run("report", "send", "--client", "lumora", "--night", "2026-11-09T03:00:00Z")
    assert said.code != 0 and "127.0.0.1:9" in said.err and said.err.startswith("waits 60 s: client 'lumora'")


def test_the_upgrade_may_be_repeated_and_needs_the_owner(house):
    assert house.run("db", "upgrade").out == "The warehouse is up to date.\n"
    house.enter(DAIYUN_ADMIN_DATABASE_URL="")
    said = house.run("db", "upgrade")
    assert said.code == 1 and "DAIYUN_ADMIN_DATABASE_URL" in said.err and "owner" in said.err


def test_old_pages_are_removed_on_request_and_young_ones_are_not(house):
    zeros = {"removed": 0, "held": 0, "unfinished": 0, "stray_files": 0}
    assert house.run("landing", "expire", "--json").json == [zeros]
    with client_session(opened.engine(), "lumora") as conn:
        aged = "UPDATE pulls SET landed_at = now() - interval '40 days' WHERE shop = :shop AND entity = 'orders'"
        pulls = conn.execute(text(aged), {"shop": LAZADA}).rowcount
    orders = opened.landing().root / "lumora" / LAZADA / "orders"
    assert pulls and any(orders.rglob("*.page"))
    said = house.run("landing", "expire", "--strays", "--json")
    assert said.code == 0 and said.json == [{**zeros, "removed": pulls}]
    assert not any(orders.rglob("*")) and any(orders.parent.rglob("*.page"))
    shown = house.run("landing", "expire")
    assert shown.code == 0 and "Expired pages" in shown.out
