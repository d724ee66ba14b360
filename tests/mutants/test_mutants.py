"""Mistakes people make in connectors, planted one at a time: the contract suite must notice each.

A mistake is a line of ``mistakes.yaml``; to add one, add a line. Where its old text is gone from the file the test fails,
so that the list stays true.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from connectors import registry

HERE = Path(__file__).parent
MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text(encoding="utf-8"))
LEAST = 20


class Runner:
    """The warm process (``mutant_runner.py``)."""

    def __init__(self) -> None:
        command = [sys.executable, str(HERE / "mutant_runner.py")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert json.loads(self._process.stdout.readline())["outcome"] == "ready"

    def judge(self, mistake: dict[str, str]) -> dict[str, str]:
        self._process.stdin.write(json.dumps(mistake) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    warm = Runner()
    yield warm
    warm.stop()


@pytest.mark.parametrize("mistake", MISTAKES, ids=[each["mistake"] for each in MISTAKES])
def test_the_suite_notices(runner, mistake):
    verdict = runner.judge(mistake)
    assert verdict["outcome"] == "caught", f"{verdict['outcome']}: {verdict['words']}"


def test_a_connector_without_a_mistake_passes_and_a_mistake_that_is_not_there_is_an_error(runner):
    harmless = {"connector": "lazada", "file": "contract.py", "old": '"""What a connector is given', "new": '"""What a connector gets'}
    assert runner.judge({**harmless, "caught_by": "frames_have_the_declared"})["outcome"] == "survived"
    assert runner.judge({**harmless, "old": "no such text", "caught_by": "frames"})["outcome"] == "broken"


def test_there_are_mistakes_enough_in_connectors_and_in_what_they_share():
    assert len(MISTAKES) >= LEAST
    assert {each["connector"] for each in MISTAKES} == set(registry.known())
    assert sum("/" not in each["file"] for each in MISTAKES) > LEAST / 3
