"""A process that is warm up to the connectors: for each mutant it forks, opens the sandbox in the fork, puts a changed copy of
``connectors/`` first on the path and runs the part of the contract suite that should notice.

Requests are lines of JSON on standard input (``{connector, file, old, new, caught_by}``), answers lines on standard output
(``{outcome, words}``): ``caught``, ``survived``, or ``broken`` where the mistake is not in the file (once) or nothing ran.
"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests" / "contract"
sys.path[:0] = [str(ROOT), str(SUITE)]

from contract_world import prepared_sandbox  # noqa: E402

CAUGHT, SURVIVED = 1, 0  # pytest's exit codes
CHANGED = ("connectors", "pipeline")  # what is imported anew in every fork; everything below it stays warm


def warm_up() -> None:
    """Import everything once, and forget the connectors and who uses them."""
    import pytest  # noqa: F401

    import pipeline.demo.truth
    import pipeline.validate  # noqa: F401
    import warehouse.embedded  # noqa: F401
    from connectors import registry

    for name in registry.known():
        registry.module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in CHANGED]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # pytest's own end collects several times over; what is warm is no garbage


def judge(mutant: dict[str, Any], folder: Path, open_sandbox: Callable[[], dict[str, Any]]) -> dict[str, str]:
    changed = copy_of_connectors(folder / "copy", mutant["file"].partition("/")[0])
    source = (changed / mutant["file"]).read_text(encoding="utf-8") if (changed / mutant["file"]).exists() else ""
    if source.count(mutant["old"]) != 1:
        return {"outcome": "broken", "words": f"{mutant['file']} holds {source.count(mutant['old'])} times: {mutant['old']}"}
    (changed / mutant["file"]).write_text(source.replace(mutant["old"], mutant["new"]), encoding="utf-8")
    log = folder / "words.txt"
    code = _in_a_fork(changed.parent, mutant, log, open_sandbox)
    words = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    return {"outcome": {CAUGHT: "caught", SURVIVED: "survived"}.get(code, "broken"), "words": words}


def copy_of_connectors(place: Path, touched: str) -> Path:
    """``connectors/`` once more: its own files and the marketplace ``touched`` as copies, the other marketplaces as links."""
    shutil.rmtree(place, ignore_errors=True)
    copy = place / "connectors"
    copy.mkdir(parents=True)
    for each in (ROOT / "connectors").iterdir():
        if not each.is_dir():
            shutil.copy2(each, copy)
        elif each.name in (touched, "__pycache__"):
            shutil.copytree(each, copy / each.name)
        else:
            (copy / each.name).symlink_to(each)
    return copy


def _in_a_fork(copy: Path, mutant: dict[str, Any], log: Path, open_sandbox: Callable[[], dict[str, Any]]) -> int:
    child = os.fork()
    if child == 0:
        with log.open("wb") as words:
            os.dup2(words.fileno(), 1)
            os.dup2(words.fileno(), 2)
        code = 70
        try:
            Path(os.environ["DAIYUN_CONTRACT_TARGET"]).write_text(json.dumps(open_sandbox()), encoding="utf-8")
            sys.path.insert(0, str(copy))
            import pytest

            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # looking for plugins and loading them costs more than most tests here
            options = ["-x", "-q", "--tb=native", "-p", "no:cacheprovider", "-o", f"pythonpath={copy} {ROOT}"]
            code = pytest.main([*_files_of(mutant["caught_by"]), "--connector", mutant["connector"], "-k", mutant["caught_by"], *options])
        finally:
            sys.stdout.flush()
            os._exit(int(code))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _files_of(caught_by: str) -> list[str]:
    """The suite's files with a test that is called so: collecting the others would cost more than most tests here."""
    name = re.compile(rf"^def test_\w*{caught_by.split()[0]}", re.MULTILINE)
    found = [str(file) for file in sorted(SUITE.glob("test_*.py")) if name.search(file.read_text(encoding="utf-8"))]
    return found or [str(SUITE)]


def main() -> None:
    open_sandbox = prepared_sandbox()
    warm_up()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="daiyun-mutants-") as name:
        os.environ["DAIYUN_CONTRACT_TARGET"] = str(Path(name) / "announcement.json")
        print(json.dumps({"outcome": "ready"}), flush=True)
        for line in sys.stdin:
            print(json.dumps(judge(json.loads(line), Path(name), open_sandbox)), flush=True)


if __name__ == "__main__":
    main()
