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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from contract_bench import Bench, module
from contract_gateway import Gateway
from contract_lent import MarketClock
from contract_world import Sandboxes

from connectors import registry
from connectors.contract import Shop

registered = cache(registry.known)
TARGET = "DAIYUN_CONTRACT_TARGET"
LAST = ("worn_tokens", "nights")
HERE = Path(__file__).parent
FINDINGS = HERE / "open_findings.yaml"
SMALL_PAGES = yaml.safe_load((HERE / "small_pages.yaml").read_text(encoding="utf-8"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract")
    group.addoption("--connector", action="append", default=[], help="only this connector; may be given more than once")
    group.addoption("--score", default=None, help="where to write the score as JSON")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``name`` runs over the connectors, ``entity`` over what each reads, ``windowed`` over those read by windows."""
    names = metafunc.config.getoption("--connector", []) or registered()
    if {"entity", "windowed"} & set(metafunc.fixturenames):
        wanted = "entity" if "entity" in metafunc.fixturenames else "windowed"
        pairs = [
            (name, entity) for name in names for entity, endpoint in module(name).ENDPOINTS.items()
            if wanted == "entity" or endpoint.incremental != "snapshot"
        ]
        metafunc.parametrize(("name", wanted), pairs, ids=[f"{name}-{entity}" for name, entity in pairs])
    elif "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--score", None):
        names = config.getoption("--connector", []) or registered()
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
    """Whose test it is; what moves the world or its clock comes last; what is known to fail must fail until it is mended."""
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ours = sorted((items[place] for place in places), key=lambda item: [name in item.path.name for name in LAST])
    for place, item in zip(places, ours, strict=True):
        items[place] = item
    known = {each["test"]: each["why"] for each in yaml.safe_load(FINDINGS.read_text(encoding="utf-8")) or ()}
    for item in items:
        if item.name in known:
            item.add_marker(pytest.mark.xfail(reason=known[item.name], strict=True))
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if "name" in parameters:
            item.user_properties.append(("connector", parameters["name"]))


@dataclass
class Stage:
    """One connector's counterpart: its announcement, its clock, and the gateway in between."""

    told: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.clock = MarketClock(self.told["clock"])
        self.gateway = Gateway(self.told["clock"].removesuffix("/clock"), self.clock.now)


@pytest.fixture(scope="session")
def announce(tmp_path_factory) -> Iterator[Callable[[], Mapping[str, Any]]]:
    """Where a marketplace, the truth, the clock, the horizon and the counts are; for every connector those of its own."""
    if os.environ.get(TARGET):
        yield lambda: json.loads(Path(os.environ[TARGET]).read_text(encoding="utf-8"))
        return
    sandboxes = Sandboxes(tmp_path_factory.mktemp("sandbox") / "sandbox.log")
    yield sandboxes.open
    sandboxes.stop()


@dataclass
class Benches:
    """One bench a shop, opened once; a marketplace's shops are sorted the liveliest first."""

    announce: Callable[[], Mapping[str, Any]]
    home: Path
    stages: dict[str, Stage] = field(default_factory=dict)
    _shops: dict[str, list[Shop]] = field(default_factory=dict)
    _open: dict[str, Bench] = field(default_factory=dict)

    def of(self, shop: Shop) -> Bench:
        if shop.name not in self._open:
            stage = self.stage(shop.marketplace)
            self._open[shop.name] = Bench(shop.marketplace, shop, stage.told, stage.gateway, stage.clock, self.home)
        return self._open[shop.name]

    def stage(self, name: str) -> Stage:
        if name not in self.stages:
            self.stages[name] = Stage(self.announce())
        return self.stages[name]

    def shops(self, name: str) -> list[Shop]:
        if name not in self._shops:
            found = self.stage(name).told["marketplaces"][name]["shops"]
            counts = self._rows_told(name) if len(found) > 1 else Counter()
            made = [Shop(each["client"], shop, name, tuple(each["sites"]), each["account"]) for shop, each in found.items()]
            self._shops[name] = sorted(made, key=lambda shop: -counts[shop.name])
        return self._shops[name]

    def _rows_told(self, name: str) -> Counter[str]:
        """How many rows the truth tells of each shop."""
        tables = sorted({endpoint.tables[0] for endpoint in module(name).ENDPOINTS.values()})
        asked = [requests.get(f"{self.stage(name).told['truth']}/{table}", {"marketplace": name}, timeout=60) for table in tables]
        return Counter(row["shop"] for answer in asked for row in answer.json())


@pytest.fixture(scope="session")
def benches(announce, tmp_path_factory) -> Iterator[Benches]:
    opened = Benches(announce, tmp_path_factory.mktemp("homes"))
    yield opened
    for stage in opened.stages.values():
        stage.gateway.stop()


@pytest.fixture(autouse=True)
def small_pages(request, monkeypatch) -> None:
    """Pages of few records, so that a small world has several of them."""
    name = getattr(request.node, "callspec", None) and request.node.callspec.params.get("name")
    for place, records in SMALL_PAGES.get(name, {}).items():
        monkeypatch.setattr(place, records)


@pytest.fixture
def bench(name, benches) -> Bench:
    """The connector on its liveliest shop."""
    return _rested(name, benches, slice(1))[0]


@pytest.fixture
def others(name, benches) -> list[Bench]:
    """The connector on each of its other shops."""
    return _rested(name, benches, slice(1, None))


def _rested(name: str, benches: Benches, chosen: slice) -> list[Bench]:
    if name not in benches.stage(name).told["marketplaces"]:
        why = f"no marketplace announces itself as '{name}': add it to the sandbox, or name an announcement in {TARGET}"
        pytest.skip(why) if os.environ.get(TARGET) else pytest.fail(why)
    found = [benches.of(shop) for shop in benches.shops(name)[chosen]]
    for each in found:
        each.settle()  # another shop's test may have let the world live on
        each.rest()
    return found
