from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.connector_kit import begin
from pipeline.errors import PipelineError
from pipeline.settings import REPOSITORY

COPIED = ("connectors", "sandbox", "transforms", "warehouse", "pipeline", "reports", "tests/contract", "tests/connectors")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of the repository with a new connector in it, installed as far as the registry is concerned."""
    root = tmp_path_factory.mktemp("copy")
    words = ["tar", "cf", "-", "--exclude=__pycache__", *COPIED, "pyproject.toml", "README.md"]
    tar = subprocess.run(words, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "xf", "-"], cwd=root, input=tar.stdout, check=True)
    begin("northmart", root)
    python(root, "-c", "import setuptools; setuptools.setup()", "-q", "egg_info", check=True)
    return root


def python(root: Path, *words: str, check: bool = False) -> subprocess.CompletedProcess:
    env = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run([sys.executable, *words], cwd=root, env=env, capture_output=True, text=True, check=check)


def outcome(done: subprocess.CompletedProcess) -> dict[str, int]:
    return {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout.splitlines()[-1])}


def test_a_new_connector_keeps_the_contract_from_its_first_minute(checkout):
    done = python(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract", "--connector", "northmart")
    found = outcome(done)
    assert done.returncode == 0 and found["passed"] > 25 and set(found) == {"passed"}, done.stdout[-3000:]


def test_its_own_test_fails_only_where_something_is_still_to_be_written(checkout):
    done = python(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/connectors/test_northmart.py")
    assert outcome(done) == {"failed": 4}, done.stdout[-3000:]
    assert all(each in done.stdout for each in ("reference page", "BUDGETS", "read and map listings", "push_stock"))


def test_the_linter_has_nothing_to_say_about_it(checkout):
    for name in ("aardvark", "zebra_shop"):  # where the name stands among the imports
        begin(name, checkout)
    done = python(checkout, "-m", "ruff", "check", "--no-cache", "connectors", "sandbox", "tests/connectors/test_northmart.py")
    assert done.returncode == 0, done.stdout


def test_nothing_that_exists_is_overwritten_and_a_bad_name_is_refused(checkout):
    before = (checkout / "sandbox" / "world" / "cast.py").read_text()
    for name in ("northmart", "amazon", "class", "North-Mart", "../outside"):
        with pytest.raises(PipelineError):
            begin(name, checkout)
    assert (checkout / "sandbox" / "world" / "cast.py").read_text() == before


def test_outside_a_checkout_it_says_so(tmp_path):
    with pytest.raises(PipelineError, match="no checkout"):
        begin("northmart", tmp_path)
    assert not list(tmp_path.iterdir())
