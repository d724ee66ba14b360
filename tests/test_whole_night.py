"""The whole house on real Airflow: scheduler, marketplaces, mail; one brand refuses its stock push, others approve.

The same night again is `test_four_modes`'s.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from connectors import registry
from pipeline import opened
from pipeline.clients import load_clients
from pipeline.demo.environment import Options
from pipeline.demo.run import run_demo
from pipeline.demo.summary import shortcomings
from transforms.tables import CANONICAL

# Who trades with businesses and who sells to people, at vendors `test_four_modes` does not call; `make demo` is the night of all brands.
BRANDS = {
    "harbor": """
name: harbor
brand: Harborline Tools 海港五金
language: zh
currency: USD
zone: Asia/Shanghai
shops:
  - {name: harbor_alibaba, marketplace: alibaba, sites: [CN], entities: [contracts, listings, rfqs]}
  - name: harbor_offline
    marketplace: globalsources
    sites: [CN]
    deals_of: harbor_alibaba
    entities: [inquiries, rfqs, quotations, inspections, acceptances]
    account: {platform: alibaba, zone: Asia/Shanghai}
stock: {buffer_units: 2, approve_above_share: 0.4}
report: {weekday: 0, recipients: [export@harbor.example]}
""",
    "lumora": """
name: lumora
brand: Lumora
language: en
currency: CNY
zone: Asia/Shanghai
shops:
  - {name: lumora_amazon_eu, marketplace: amazon, sites: [DE, FR]}
  - {name: lumora_lazada_sg, marketplace: lazada, sites: [SG]}
  - {name: lumora_17track, marketplace: track17, sites: [US]}
stock: {buffer_units: 3, approve_above_share: 0.3}
report: {weekday: 0, recipients: [owner@lumora.example, sales@lumora.example]}
agreement:
  signed: 2026-10-01
  services: [listings, promotion, orders, logistics, analysis]
  fee: {currency: USD, monthly_base: "1200.00", share_of_net_sales: "0.03", minimum: "1500.00"}
  targets: {net_sales: "60000.00"}
service_levels: {b2c: {shipped: 36}}
""",
}
MARKETS = ("alibaba", "amazon", "globalsources", "lazada", "track17")
REFUSED = "lumora"
SILENT = {"tracking_events"}  # parcels are followed from the first night on; the services tell of them from the next day on
pytestmark = pytest.mark.timeout(900)  # a whole night of five accounts, in Airflow


@pytest.fixture(scope="module")
def out():
    """A folder outside pytest's own, whose parents PostgreSQL's user may not enter when the tests run as root."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="daiyun-night-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
    os.environ.clear()
    os.environ.update(before)
    opened.forget()


@pytest.fixture(scope="module")
def first(out):
    folder = out / "clients"
    folder.mkdir()
    for name, content in BRANDS.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    os.environ["DAIYUN_CLIENTS"] = str(folder)
    return night(out)


def night(out):
    def answer(waiting):
        return [(each, "Reject" if each.subject.startswith("Lumora") else "Approve") for each in waiting]

    until = datetime(2026, 11, 16, 3, tzinfo=UTC)
    options = Options(seed=3, days=8, orders_per_day=12, out=out, night=until, speed=60, marketplaces=MARKETS)
    return run_demo(options, Console(quiet=True), answer)


@pytest.fixture
def clients(first, out):
    return load_clients(out / "clients")


@pytest.fixture
def entries(clients):
    """Every shop of the brands, by name."""
    return {entry.name: entry for client in clients for entry in client.shops}


def read(entry):
    """What is read of one account: entity → endpoint."""
    every = registry.endpoints(entry.marketplace)
    return {name: every[name] for name in entry.entities or every}


def test_every_table_equals_the_marketplaces_own_truth(first, entries):
    assert {name: row["mismatches"] for name, row in first["truth"].items()} == dict.fromkeys(CANONICAL, 0)
    offered = [endpoint for entry in entries.values() for endpoint in read(entry).values()]
    filled = {table for endpoint in offered for table in endpoint.tables} - SILENT
    assert all(first["truth"][name]["expected"] for name in {*filled, "fx_rates", "followed_shipments", "stage_events"})


def test_every_entity_of_every_shop_is_certified_and_every_run_is_green(first, entries):
    assert {shop["shop"] for shop in first["shops"]} == set(entries)
    for shop in first["shops"]:
        entry = entries[shop["shop"]]
        assert set(shop["entities"]) == set(read(entry))
        assert all(each["certified"] for each in shop["entities"].values())
    assert {run["dag_id"]: run["state"] for run in first["dag_runs"]} == dict.fromkeys(
        ("nightly_sync", "push_sync_jobs", "brand_reports"), "success"
    )


def test_of_a_refused_push_nothing_leaves_and_the_other_brands_goes(first, out):
    written = [json.loads(line) for line in (out / "state" / "sandbox.jsonl").read_text().splitlines()]
    writes = [json.dumps(row) for row in written if "stock" in json.dumps(row)]
    assert any("harbor_" in row for row in writes)
    assert not any(f"{REFUSED}_" in row for row in writes)


def test_each_brand_has_its_report_once_per_recipient_in_its_language(first, out, clients):
    assert [(report["client"], report["language"], report["status"]) for report in first["reports"]] == [
        (client.name, client.language, "sent") for client in clients
    ]
    assert len(list((out / "mail").glob("*.eml"))) == sum(len(client.report.recipients) for client in clients) >= 3


def test_nothing_falls_short_and_its_settings_are_there_for_another_shell(first, out):
    assert shortcomings(first) == []
    assert (out / "env.sh").stat().st_mode & 0o777 == 0o600 and "export DAIYUN_DATABASE_URL=" in (out / "env.sh").read_text()
