"""Run the contract suite (``tests/contract``) for connectors by name, as a process of its own, and bring back the score."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from connectors import registry
from pipeline.errors import PipelineError
from pipeline.settings import REPOSITORY

FOLDER = REPOSITORY / "tests" / "contract"
INTERRUPTED = 2  # pytest: 0 all passed, 1 some failed, 5 nothing to run; anything else is no score


def score(names: Sequence[str], only: str = "") -> list[dict[str, object]]:
    """``[{name, passed, failed}]`` in the order of ``names``; progress goes to standard error.

    Args:
        only: pytest's ``-k`` expression; empty: the whole suite.
    Raises:
        PipelineError: there is nothing to run it with, a name is not registered, or the suite itself broke.
    """
    _equipped()
    for name in names:
        registry.module(name)
    with tempfile.TemporaryDirectory(prefix="daiyun-contract-") as folder:
        told = Path(folder) / "score.json"
        words = [word for name in names for word in ("--connector", name)] + (["-k", only] if only else [])
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(FOLDER), "--score", str(told), *words]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
            for line in child.stdout:
                sys.stderr.write(line)
        code = child.returncode
        if not told.exists() or code >= INTERRUPTED:
            raise PipelineError(f"The contract suite itself broke (pytest's exit code {code}); its last words stand above.")
        return json.loads(told.read_text(encoding="utf-8"))


def _equipped() -> None:
    if not FOLDER.is_dir() or find_spec("pytest") is None:
        lacking = "pytest is not installed" if FOLDER.is_dir() else f"{FOLDER} does not exist"
        raise PipelineError(
            f"`daiyun connector test` needs the development environment, and {lacking}. Run it in a checkout of Daiyun's repository "
            "after `make .venv/.dev` (a connector packaged elsewhere is installed into that environment)."
        )
