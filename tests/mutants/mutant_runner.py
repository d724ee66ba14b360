"""A process that is warm before any connector is imported: for each mutant it forks, puts a changed copy of ``connectors/``
first on the path and runs the part of the contract suite that should notice.

Requests are lines of JSON on standard input (``{connector, file, old, new, caught_by}``), answers lines on standard output
(``{outcome, words}``): ``caught``, ``survived``, or ``broken`` where the mistake is not in the file (once) or nothing ran.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests" / "contract"
sys.path[:0] = [str(ROOT), str(SUITE)]

from contract_world import sandbox  # noqa: E402

CAUGHT, SURVIVED = 1, 0  # pytest's exit codes


def warm_up() -> None:
    """Everything that is heavy and none of it a connector."""
    import pytest  # noqa: F401
    import requests  # noqa: F401
    import sqlalchemy  # noqa: F401

    import transforms.checks.gate  # noqa: F401
    import warehouse.landing  # noqa: F401

    loaded = [name for name in sys.modules if name.partition(".")[0] == "connectors"]
    if loaded:
        raise SystemExit(f"connectors are loaded before they can be changed: {loaded}")


def judge(mutant: dict[str, Any], folder: Path) -> dict[str, str]:
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "connectors", copy / "connectors")
    changed = copy / "connectors" / mutant["file"]
    source = changed.read_text(encoding="utf-8") if changed.exists() else ""
    if source.count(mutant["old"]) != 1:
        return {"outcome": "broken", "words": f"{mutant['file']} holds {source.count(mutant['old'])} times: {mutant['old']}"}
    changed.write_text(source.replace(mutant["old"], mutant["new"]), encoding="utf-8")
    log = folder / "words.txt"
    # a sandbox for each: what a vendor gave out once (a rotating refresh token) it does not give again
    with sandbox(folder / "sandbox.log", "--marketplaces", mutant["connector"]) as told:
        (folder / "announcement.json").write_text(json.dumps(told), encoding="utf-8")
        code = _in_a_fork(copy, mutant, log)
    words = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    return {"outcome": {CAUGHT: "caught", SURVIVED: "survived"}.get(code, "broken"), "words": words}


def _in_a_fork(copy: Path, mutant: dict[str, Any], log: Path) -> int:
    child = os.fork()
    if child == 0:
        with log.open("wb") as words:
            os.dup2(words.fileno(), 1)
            os.dup2(words.fileno(), 2)
        code = 70
        try:
            sys.path.insert(0, str(copy))
            import pytest

            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", f"pythonpath={copy} {ROOT}"]
            code = pytest.main([str(SUITE), "--connector", mutant["connector"], "-k", mutant["caught_by"], *options])
        finally:
            sys.stdout.flush()
            os._exit(int(code))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    warm_up()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="daiyun-mutants-") as name:
        os.environ["DAIYUN_CONTRACT_TARGET"] = str(Path(name) / "announcement.json")
        print(json.dumps({"outcome": "ready"}), flush=True)
        for line in sys.stdin:
            print(json.dumps(judge(json.loads(line), Path(name))), flush=True)


if __name__ == "__main__":
    main()
