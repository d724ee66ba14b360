"""The contract suite's bench: every registered connector against its counterpart in the sandbox, with a gateway between.

``--connector NAME`` (repeatable) picks; ``--score FILE`` writes ``[{name, passed, failed, skipped}]``. Connectors are found
through ``connectors.registry``, their counterpart through the sandbox's announcement, or through the file that
``DAIYUN_CONTRACT_TARGET`` names (JSON of the same shape) for a connector whose marketplace lives elsewhere.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from contract_bench import Bench, MarketClock
from contract_gateway import Gateway
from contract_world import sandbox

from connectors import registry
from connectors.contract import Shop

TARGET = "DAIYUN_CONTRACT_TARGET"
FINDINGS = Path(__file__).with_name("open_findings.yaml")
MEANINGLESS = Path(__file__).with_name("without_meaning.yaml")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract")
    group.addoption("--connector", action="append", default=[], help="only this connector; may be given more than once")
    group.addoption("--score", default=None, help="where to write the score as JSON")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``name`` runs over the connectors, ``entity`` over what each reads, ``windowed`` over those read by windows."""
    names = metafunc.config.getoption("--connector") or registry.known()
    if {"entity", "windowed"} & set(metafunc.fixturenames):
        wanted = "entity" if "entity" in metafunc.fixturenames else "windowed"
        pairs = [
            (name, entity) for name in names for entity, endpoint in registry.endpoints(name).items()
            if wanted == "entity" or endpoint.incremental != "snapshot"
        ]
        metafunc.parametrize(("name", wanted), pairs, ids=[f"{name}-{entity}" for name, entity in pairs])
    elif "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--score", None):
        names = config.getoption("--connector") or registry.known()
        config.pluginmanager.register(Score(Path(config.getoption("--score")), {name: Counter() for name in names}))


@dataclass
class Score:
    """Counts every test by its connector, whichever of its phases failed, and writes the sum down at the end."""

    file: Path
    counts: dict[str, Counter[str]]
    _failed: set[str] = field(default_factory=set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = dict(report.user_properties).get("connector")
        if name in self.counts:
            if report.failed and report.nodeid not in self._failed:
                self._failed.add(report.nodeid)
                self.counts[name]["failed"] += 1
            elif hasattr(report, "wasxfail") and report.skipped:
                self.counts[name]["failed"] += 1
            elif report.passed and report.when == "call":
                self.counts[name]["passed"] += 1

    def pytest_sessionfinish(self) -> None:
        rows = [{"name": name, "passed": counts["passed"], "failed": counts["failed"]} for name, counts in self.counts.items()]
        self.file.write_text(json.dumps(rows), encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whose test it is; and what is known to fail must fail until it is mended, and then its line goes."""
    known = {each["test"]: each["why"] for each in yaml.safe_load(FINDINGS.read_text(encoding="utf-8")) or ()}
    listed = yaml.safe_load(MEANINGLESS.read_text(encoding="utf-8"))
    idle = {(each["check"], name): each["why"] for each in listed for name in each["connectors"]}
    for item in items:
        name = getattr(getattr(item, "callspec", None), "params", {}).get("name")
        if (item.originalname, name) in idle:
            item.add_marker(pytest.mark.skip(reason=idle[item.originalname, name]))
        if item.name in known:
            item.add_marker(pytest.mark.xfail(reason=known[item.name], strict=True))
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if "name" in parameters:
            item.user_properties.append(("connector", parameters["name"]))


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> Iterator[Mapping[str, Any]]:
    """The announcement: where each marketplace, the truth, the clock, the horizon and the counts are."""
    if os.environ.get(TARGET):
        yield json.loads(Path(os.environ[TARGET]).read_text(encoding="utf-8"))
        return
    with sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.log") as line:
        yield line


@pytest.fixture(scope="session")
def clock(told) -> MarketClock:
    return MarketClock(told["clock"])


@pytest.fixture(scope="session")
def gateway(told, clock) -> Iterator[Gateway]:
    opened = Gateway(told["clock"].removesuffix("/clock"), clock.now)
    yield opened
    opened.stop()


@dataclass
class Benches:
    """One bench a shop, opened once; a marketplace's shops are sorted the liveliest first."""

    told: Mapping[str, Any]
    gateway: Gateway
    clock: MarketClock
    _shops: dict[str, list[Shop]] = field(default_factory=dict)
    _open: dict[str, Bench] = field(default_factory=dict)

    def of(self, name: str) -> list[Bench]:
        return [self._bench(name, shop) for shop in self.shops(name)]

    def _bench(self, name: str, shop: Shop) -> Bench:
        if shop.name not in self._open:
            self._open[shop.name] = Bench(name, shop, self.told, self.gateway, self.clock)
        return self._open[shop.name]

    def shops(self, name: str) -> list[Shop]:
        if name not in self._shops:
            found = self.told["marketplaces"][name]["shops"]
            tables = sorted({endpoint.tables[0] for endpoint in registry.endpoints(name).values()})
            truth = [row for table in tables for row in requests.get(f"{self.told['truth']}/{table}", timeout=60).json()]
            counts = Counter(row["shop"] for row in truth)
            made = [Shop(each["client"], shop, name, tuple(each["sites"]), each["account"]) for shop, each in found.items()]
            self._shops[name] = sorted(made, key=lambda shop: -counts[shop.name])
        return self._shops[name]


@pytest.fixture(scope="session")
def benches(told, gateway, clock) -> Benches:
    return Benches(told, gateway, clock)


@pytest.fixture
def bench(name, benches) -> Bench:
    """The connector on its liveliest shop."""
    return _benches(name, benches)[0]


@pytest.fixture
def others(name, benches) -> list[Bench]:
    """The connector on each of its other shops."""
    return _benches(name, benches)[1:]


def _benches(name: str, benches: Benches) -> list[Bench]:
    if name not in benches.told["marketplaces"]:
        why = f"no marketplace announces itself as '{name}': add it to the sandbox, or name an announcement in {TARGET}"
        pytest.skip(why) if os.environ.get(TARGET) else pytest.fail(why)
    if hasattr(registry.module(name), "SOURCE"):
        pytest.skip("it follows parcels that other shops tell of: there is nothing it reads by itself")
    return benches.of(name)
