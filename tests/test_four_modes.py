"""Four chains walked from end to end: nights of a few shops on real Airflow, an early one and a late one, and the late one again."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from rich.console import Console
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from pipeline import opened
from pipeline.cli import app
from pipeline.demo import night as watching
from pipeline.demo.environment import Options, drop_masters
from pipeline.demo.run import free_port, start_parts
from pipeline.local import LocalAirflow
from transforms.stages import CHAINS
from transforms.tables import CANONICAL

EARLY, LATE = datetime(2026, 10, 27, 3, tzinfo=UTC), datetime(2026, 11, 4, 3, tzinfo=UTC)
MARKETS = ("aftership", "etsy", "filedrop", "globalsources", "shopify")
CLIENTS = {  # few shops, because each costs four tasks a night; two brands ask before a push, one is mailed
    "harbor": """
name: harbor
brand: Harborline
language: zh
currency: USD
zone: Asia/Shanghai
shops:
  - {name: harbor_globalsources, marketplace: globalsources, sites: [HK],
     account: {mail_senders: notify.supplier-news.example.com, mail_authserv: mx.agency.example.com}}
stock: {is_enabled: false}
""",
    "kiln": """
name: kiln
brand: Kiln & Ash
language: en
currency: USD
zone: America/New_York
shops:
  - {name: kiln_etsy, marketplace: etsy, sites: [US]}
  - {name: kiln_aftership, marketplace: aftership, sites: [GB]}
stock: {approve_above_share: 0.0}
""",
    "lumora": """
name: lumora
brand: Lumora
language: zh
currency: USD
zone: Asia/Shanghai
shops:
  - {name: lumora_shopify, marketplace: shopify, sites: [US]}
  - {name: lumora_files, marketplace: filedrop, sites: [US], account: {amazon_ads: ENTITY2LUMORA, currency: USD}}
stock: {approve_above_share: 0.0}
report: {recipients: [owner@lumora.example]}
agreement:
  signed: 2026-10-01
  services: [listings, promotion, orders, logistics, analysis]
  fee: {currency: USD, monthly_base: "1200.00", share_of_net_sales: "0.03"}
""",
}
SHOPS = ("harbor_globalsources", "kiln_aftership", "kiln_etsy", "lumora_files", "lumora_shopify")
REFUSED, APPROVED, MONTH = "kiln", "lumora", "2026-10"
pytestmark = pytest.mark.timeout(2400)  # three nights in Airflow, whatever else the machine does

Subject = tuple[str, str, str]  # shop, kind, number
History = dict[str, tuple[datetime, str, str]]  # stage → instant, calendar day, evidence


@dataclasses.dataclass
class Seen:
    """The house after one night. ``stored``, ``truth``: what each subject went through by the tables, and by the world itself."""

    runs: Mapping[str, str]
    stored: dict[Subject, History]
    truth: dict[Subject, History]
    exceptions: Sequence[Mapping[str, Any]]
    jobs: dict[tuple[str, str], int]
    fingerprint: dict[str, str]
    mails: int


@dataclasses.dataclass
class Story:
    """``early``, ``late`` and the late night ``again``; ``tell(table)``: the world's own rows as of the late night."""

    out: Path
    tell: Callable[[str], list[dict[str, Any]]]
    early: Seen
    late: Seen
    again: Seen
    settled: Mapping[str, Any]


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """One Airflow, one world, three nights. Not below pytest's own folder: PostgreSQL's user may not enter that one."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="daiyun-modes-", ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as parts:
        out = Path(folder)
        parts.callback(opened.forget)
        parts.callback(lambda: (os.environ.clear(), os.environ.update(before)))
        os.environ["DAIYUN_CLIENTS"] = str(written(out / "clients"))
        options = Options(seed=15, days=10, orders_per_day=30, out=out, night=EARLY, speed=60, marketplaces=MARKETS)
        env, sandbox, clients = start_parts(options, parts)
        parts.callback(lambda: opened.engine().dispose())
        env["AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL"] = "3600"  # nobody changes a DAG meanwhile
        (out / "state" / "airflow.port").write_text("0")  # any: another test's night wants the usual one at the same time
        airflow = LocalAirflow(out / "airflow", env.pop("AIRFLOW_DATABASE_URL"), env, free_port(options))
        parts.enter_context(airflow)

        def tell(table: str) -> list[dict[str, Any]]:
            rows = requests.get(f"{sandbox['truth']}/{table}", timeout=180).json()
            return [row for row in rows if row.get("shop") in SHOPS]

        def night(until: datetime) -> dict[str, str]:
            watched = watching.Night(airflow, Console(quiet=True), answers)
            return {name: run["state"] for name, run in watched.run(until).items()}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(watching, "LOOK_SECONDS", 4.0)  # each look costs the machine that is looked at
            early = look(tell, night(EARLY), out)
            requests.post(sandbox["horizon"], json={"until": LATE.isoformat()}, timeout=180).raise_for_status()
            drop_masters(options, sandbox, clients)
            runs = night(LATE)
            settled = settle()
            late = look(tell, runs, out)
            forget_the_agencys_chain()
            yield Story(out, tell, early, late, look(tell, night(LATE), out), settled)


def written(folder: Path) -> Path:
    folder.mkdir()
    for name, content in CLIENTS.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return folder


def answers(waiting):
    return [(each, "Reject" if each.subject.startswith("Kiln") else "Approve") for each in waiting]


def settle() -> dict[str, Any]:
    """A person settles the month's fee; that is the one fact of these chains no night can bring."""
    opened.forget()
    told = CliRunner().invoke(app, ["fees", "settle", "--client", "lumora", "--month", MONTH, "--json"])
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)[0]


def forget_the_agencys_chain() -> None:
    """What settling derived at once, so that the next night has to derive it."""
    with admin() as conn:
        conn.execute(text("DELETE FROM stage_events WHERE mode = 'agency'"))


@contextlib.contextmanager
def admin():
    engine = create_engine(os.environ["DAIYUN_ADMIN_DATABASE_URL"])
    with engine.begin() as conn:
        conn.execute(text("SELECT set_config('daiyun.client', '*', true)"))
        yield conn
    engine.dispose()


def look(tell, runs: Mapping[str, str], out: Path) -> Seen:
    whole = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
    with admin() as conn:
        events = conn.execute(text("SELECT * FROM stage_events")).mappings().all()
        exceptions = conn.execute(text("SELECT * FROM stage_exceptions")).mappings().all()
        jobs = conn.execute(text("SELECT client, status, count(*) FROM sync_jobs GROUP BY 1, 2"))
        return Seen(
            runs=runs, stored=histories(events), truth=histories(tell("stage_events")), exceptions=exceptions,
            jobs={(client, status): count for client, status, count in jobs},
            fingerprint={name: conn.execute(text(whole.format(name))).scalar() for name in CANONICAL},
            mails=len(list((out / "mail").glob("*.eml"))),
        )  # fmt: skip


def histories(events) -> dict[Subject, History]:
    found: dict[Subject, History] = {}
    for row in events:
        at, day = row["entered_at"], row["entered_date"]
        at = datetime.fromisoformat(at) if isinstance(at, str) else at.astimezone(UTC)
        place = row["shop"], row["subject_kind"], row["subject_id"]
        found.setdefault(place, {})[row["stage"]] = (at, str(day), row["evidence"])
    return found


def of(seen: dict[Subject, History], mode: str, shops: Sequence[str]) -> dict[Subject, History]:
    kinds = {stage.subject for stage in CHAINS[mode].stages}
    return {subject: history for subject, history in seen.items() if subject[0] in shops and subject[1] in kinds}


def walked(story: Story, mode: str, kind: str, shops: Sequence[str]) -> str:
    """The subject that is found mid-chain early and at its chain's end late; both as the world itself states them, and in order."""
    leg = [stage.name for stage in CHAINS[mode].stages if stage.subject == kind]
    early, late = (of(seen, mode, shops) for seen in (story.early.stored, story.late.stored))
    assert early == of(story.early.truth, mode, shops)
    assert late == of(story.late.truth, mode, shops)
    whole = {each for each, history in story.late.truth.items() if each in late and each[1] == kind and set(history) == set(leg)}
    subject = min(each for each in whole if early.get(each) and leg[-1] not in early[each])
    assert 1 < len(early[subject]) < len(leg), "it stood in the middle"
    assert early[subject].items() <= late[subject].items(), "what was told early still stands"
    assert_in_order(mode, late[subject])
    assert {stage for history in late.values() for stage in history} == set(CHAINS[mode].by_name), "from the first stage to the last"
    return subject[2]


def assert_in_order(mode: str, history: History) -> None:
    """By the days the sources tell, every stage lies after those it must follow, and each step from one to the next is a legal one."""
    chain = CHAINS[mode]
    for stage in history:
        assert all(history[elder][1] <= history[stage][1] for elder in chain.before[stage] if elder in history), stage
    steps = pairwise(sorted(history, key=lambda stage: (history[stage][1], chain.place[stage])))
    assert set(steps) <= chain.moves


def assert_listed(story: Story, shop: str, skus: set[str | None], before: datetime | None = None) -> None:
    """What it is about stood in the shop, since an instant that the world states too."""
    places = {f"{row['site']}/{row['listing_id']}" for row in story.tell("listings") if row["shop"] == shop and row["sku"] in skus}
    since = [story.late.stored[shop, "listing", place]["listed"][0] for place in places]
    assert since and (before is None or min(since) < before)


def test_in_b2b_a_deal_goes_from_the_inquiry_to_the_goods_accepted(story):
    shop = "harbor_globalsources"
    deal = walked(story, "b2b", "deal", [shop])
    history = story.late.stored[shop, "deal", deal]
    assert "completed" not in story.early.stored[shop, "deal", deal]
    assert {history["deposit_paid"][2], history["paid"][2]} == {"payments.paid_at"}, "the contract's own list tells no day of payment"
    assert history["received"][2] == "trade_shipments.delivered_at"
    with admin() as conn:
        named = conn.execute(text("SELECT DISTINCT sku FROM quotation_lines JOIN quotations USING (client, shop, quotation_id) "
                                  "WHERE rfq_id = :number OR inquiry_id = :number"), {"number": deal.partition("/")[2]})  # fmt: skip
        skus = set(named.scalars())
    assert_listed(story, shop, skus)


def test_in_b2c_an_order_goes_from_the_listing_to_after_sales(story):
    shop = "lumora_shopify"
    order = walked(story, "b2c", "order", [shop, "lumora_files"])
    history = story.late.stored[shop, "order", order]
    sold = {row["sku"] for row in story.tell("order_lines") if row["shop"] == shop and row["order_id"] == order}
    assert_listed(story, shop, sold, before=history["ordered"][0])
    begun = [each["promoted"][0] for subject, each in story.late.stored.items() if subject[:2] == ("lumora_files", "campaign")]
    assert begun and min(begun) < history["ordered"][0]


def test_in_c2c_an_order_goes_from_the_verified_seller_to_the_buyers_review(story):
    shop = "kiln_etsy"
    order = walked(story, "c2c", "order", [shop])
    history = story.late.stored[shop, "order", order]
    assert history["received"][2] == "tracked_parcels.delivered_at", "Etsy tells no arrival, the tracking service does"
    sold = {row["sku"] for row in story.tell("order_lines") if row["shop"] == shop and row["order_id"] == order}
    assert_listed(story, shop, sold, before=history["ordered"][0])
    (seller,) = [each for subject, each in story.late.stored.items() if subject[:2] == (shop, "seller")]
    assert seller["seller_verified"][0] < history["ordered"][0]
    (charged,) = [each for subject, each in story.late.stored.items() if subject[:2] == (shop, "campaign")]
    assert charged["promoted"][2] == "ledger_entries.posted_at"


def test_the_agencys_own_chain_goes_from_the_signed_agreement_to_the_settled_fee(story):
    month = ("*", "month", MONTH)
    early, late = story.early.stored[month], story.late.stored[month]
    assert set(late) == {stage.name for stage in CHAINS["agency"].stages if stage.subject == "month"}
    assert set(late) - set(early) == {"fee_settled"} and early.items() <= late.items()
    (signed,) = story.late.stored["*", "agreement", "2026-10-01"].values()
    assert signed[0] == datetime(2026, 10, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    told = {stage: at for stage, (at, _, _) in late.items()}
    assert told["listings_managed"] == told["served"] == EARLY, "the first night that proved its shops complete"
    days = [date.fromisoformat(row["spend_date"]) for row in story.tell("ad_spend") if row["spend_minor"]]
    first = min(day for day in days if day >= date(2026, 10, 1))
    assert told["promoted"] == datetime.combine(first, time(), ZoneInfo("Asia/Shanghai"))
    sent = [each["shipped"][0] for subject, each in story.late.truth.items() if subject[0] == "lumora_shopify" and "shipped" in each]
    assert told["logistics"] == min(sent)
    with admin() as conn:
        mailed = conn.execute(text("SELECT min(sent_at) FROM deliveries JOIN reports USING (report_id) WHERE period_end < '2026-11-01'"))
        assert told["analysed"] == mailed.scalar()
    assert (story.early.mails, story.late.mails) == (1, 2), "one report a week to its one reader"
    assert told["fee_settled"] == datetime.fromisoformat(story.settled["settled_at"])
    assert set(story.late.jobs) >= {(APPROVED, "observed")}, "the approved push was sent, and seen in the shop"
    assert_in_order("agency", late)


def test_every_night_is_green_and_nothing_illegal_is_stored(story):
    for seen in (story.early, story.late, story.again):
        assert seen.runs == dict.fromkeys(("nightly_sync", "push_sync_jobs", "brand_reports"), "success")
        assert [row for row in seen.exceptions if row["kind"] == "illegal_move"] == []
        for history in (history for subject, history in seen.stored.items() if subject[0] in SHOPS and subject[1] in ("deal", "order")):
            assert_in_order(next(mode for mode, chain in CHAINS.items() if set(history) <= set(chain.by_name)), history)


def test_the_same_night_again_changes_no_row_and_sends_no_mail(story):
    assert story.again.fingerprint == story.late.fingerprint
    assert story.again.mails == story.late.mails
    assert story.again.stored == story.late.stored, "and brings back what was taken away of the agency's own chain"
    mine = [{key: count for key, count in seen.jobs.items() if key[0] != REFUSED} for seen in (story.late, story.again)]
    assert mine[0] == mine[1]


def test_a_refused_wish_is_asked_again_on_the_next_run_and_nothing_of_it_was_sent(story):
    asked = [seen.jobs for seen in (story.early, story.late, story.again)]
    assert all({status for client, status in jobs if client == REFUSED} == {"rejected"} for jobs in asked)
    first, second, third = (jobs[REFUSED, "rejected"] for jobs in asked)
    assert first and third - second == second - first
    writes = [line for line in (story.out / "state" / "sandbox.jsonl").read_text().splitlines() if json.loads(line)["kind"] == "stock"]
    assert any("lumora_shopify" in line for line in writes)
    assert not any("kiln_" in line for line in writes)
