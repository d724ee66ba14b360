"""Begin a connector: a small one that works, its counterpart in the sandbox, and a test of what is still to be written.

Everything is computed before the first byte is written, and nothing that exists is overwritten.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.errors import PipelineError
from pipeline.settings import REPOSITORY

TEMPLATES = Path(__file__).parent / "templates" / "connector"
FILES = {
    "connectors_init.py": "connectors/{name}/__init__.py", "endpoints.py": "connectors/{name}/endpoints.py",
    "connector.py": "connectors/{name}/connector.py", "mapping.py": "connectors/{name}/mapping.py",
    "sandbox_init.py": "sandbox/{name}/__init__.py", "sandbox_bodies.py": "sandbox/{name}/bodies.py",
    "sandbox_truth.py": "sandbox/{name}/truth.py", "test.py": "tests/connectors/test_{name}.py",
}
CLIENT, SITE, ZONES, SHARE = "lumora", "US", {"US": "America/Los_Angeles"}, 0.05
NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")


def begin(name: str, root: Path = REPOSITORY) -> list[Path]:
    """Write the files and register them; returns what was written or changed, relative to ``root``.

    Raises:
        PipelineError: the name will not do, something of that name exists, or this is no checkout of the repository.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise PipelineError(f"'{name}' will not do: a connector's name is a Python word in small letters, such as 'northmart'.")
    if not (root / "sandbox" / "world" / "cast.py").exists() or not (root / "pyproject.toml").exists():
        raise PipelineError(f"{root} is no checkout of Daiyun's repository: run this inside one.")
    files = {root / path.format(name=name): text for path, text in _rendered(name).items()}
    taken = [path for path in {*files, *(path.parent for path in files if path.name == "__init__.py")} if path.exists()]
    if taken:
        raise PipelineError(f"There is something under that name already: {', '.join(sorted(str(path) for path in taken))}.")
    files |= {root / path: text for path, text in _registered(name, root).items()}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(root) for path in files]


def _rendered(name: str) -> Mapping[str, str]:
    words = {"name": name, "title": name.replace("_", " ").title(), "class_name": name.title().replace("_", ""), "zones": repr(ZONES)}
    words["zones"] = words["zones"].replace("'", '"')
    made = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return {path: _sorted_imports(made.get_template(f"{template}.jinja").render(words)) for template, path in FILES.items()}


def _sorted_imports(text: str) -> str:
    """Where the new name stands among the imports depends on its first letter; the linter minds."""
    imports = r"(?:^from (?:connectors|sandbox)\b.*\n)+"
    return re.sub(imports, lambda run: "".join(sorted(run[0].splitlines(True), key=_module)), text, flags=re.M)


def _module(line: str) -> str:
    return line.split()[1]


def _registered(name: str, root: Path) -> Mapping[str, str]:
    """The two files that name every connector, with this one in them."""
    project = _after_last(
        _text(root, "pyproject.toml"), r'(\[project\.entry-points\."daiyun\.connectors"\]\n(?:\w+ = "[^"]+"\n)+)',
        f'{name} = "connectors.{name}"\n', "pyproject.toml: the entry points",
    )
    arrow = r'(modules = \[\n(?:    "connectors\.[^\n]*\n)+)'
    project = _after_last(project, arrow, f'    "connectors.{name}",\n', "pyproject.toml: no marketplace imports another")
    cast = _after_last(_text(root, "sandbox/world/cast.py"), r"(OPEN = \([^)]*?),?(?=\))", f', "{name}"', "sandbox/world/cast.py: OPEN")
    row = f'            ("{CLIENT}_{name}", "{CLIENT}", "{name}", ("{SITE}",), {SHARE}),\n'
    cast = _after_last(cast, r"(SHOPS = \{.*?\n)(?=        \)\n    \)\n    if marketplace in OPEN)", row, "sandbox/world/cast.py: SHOPS")
    return {"pyproject.toml": project, "sandbox/world/cast.py": cast}


def _after_last(text: str, pattern: str, more: str, place: str) -> str:
    changed, count = re.subn(pattern, lambda found: found.group(1) + more, text, count=1, flags=re.DOTALL)
    if not count:
        raise PipelineError(f"{place}: not found where it used to be, so nothing was written. Mend pipeline/connector_kit.py.")
    return changed


def _text(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8")
