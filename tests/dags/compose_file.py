"""docker-compose.yml as plain data, its ${…} filled in the way Compose does."""


import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def read(values: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file with ``values`` put in; with None its variables stay as they are written."""
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text if values is None else VARIABLE.sub(lambda found: _value(found, values), text))


def _value(found: re.Match, values: Mapping[str, str]) -> str:
    name, operator, word = found.groups()
    if values.get(name):
        return values[name]
    if operator == "?":
        raise KeyError(f"{name} is required: {word}")
    return word or ""


def example_names() -> set[str]:
    """Every variable deploy/example.env tells people about, commented out or not."""
    lines = (REPOSITORY / "deploy" / "example.env").read_text(encoding="utf-8").splitlines()
    return {match.group(1) for line in lines if (match := re.match(r"#?([A-Z_]+)=$", line))}


def used_names() -> dict[str, bool]:
    """Every variable the file uses → whether it is required."""
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    found = [match.groups() for match in VARIABLE.finditer(text)]
    return {name: any(each[0] == name and each[1] == "?" for each in found) for name, *_ in found}


