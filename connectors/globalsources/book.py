"""How an account's files look: its headers by entity, and the templates of its mails. Data, read from YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from connectors.files.headers import pattern, places

KNOWN_HEADERS = 3  # so many make a row a header
STEPS = range(1, 7)


class BadBook(ValueError):
    """An account's mapping says something that cannot be; names where."""


@dataclass(frozen=True)
class Layout:
    """One entity's columns. ``fields``: our word → patterns of its headers, the better one first."""

    required: tuple[str, ...]
    fields: Mapping[str, tuple[re.Pattern[str], ...]]

    def columns(self, header: Sequence[str]) -> dict[str, int]:
        return places(self.fields, header)


@dataclass(frozen=True)
class Template:
    """One layout of a notification mail. ``fields``: our word → expressions whose first group is its value."""

    name: str
    version: str
    entity: str
    required: tuple[str, ...]
    fields: Mapping[str, tuple[re.Pattern[str], ...]]

    def read(self, text: str) -> dict[str, str]:
        """Our word → what the mail says."""
        found = {}
        for field, expressions in self.fields.items():
            hit = next((hit for expression in expressions if (hit := expression.search(text))), None)
            if hit and hit.group(1).strip():
                found[field] = hit.group(1).strip()
        return found

    def share(self, found: Mapping[str, str]) -> float:
        return sum(name in found for name in self.required) / len(self.required)


@dataclass(frozen=True)
class Book:
    layouts: Mapping[str, Layout]
    templates: tuple[Template, ...]

    def templates_of(self, entity: str) -> list[Template]:
        return [template for template in self.templates if template.entity == entity]


def read_book(platform: str, own: Mapping[str, Any]) -> Book:
    """The shipped book of ``platform`` under what one account's mapping adds.

    Args:
        own: ``{headers: {entity: {our word: [header, …]}}, templates: [{name, version, entity, required, fields}, …]}``.
    Raises:
        BadBook: the platform is not known, or ``own`` says something that cannot be.
    """
    if platform not in _shipped("platforms.yaml"):
        raise BadBook(f"platform '{platform}' is not known; there are {', '.join(_shipped('platforms.yaml'))}")
    if not isinstance(own, Mapping) or set(own) - {"headers", "templates"}:
        raise BadBook("it must be a mapping of `headers` and `templates` alone")
    shipped = _shipped("aliases.yaml")
    added, more = _headers(own.get("headers") or {}, shipped), _shipped("platforms.yaml")[platform]
    layouts = {
        entity: Layout(tuple(told["required"]), _fields(told["fields"], added.get(entity, {}), more.get(entity, {})))
        for entity, told in shipped.items()
    }
    mine = own.get("templates") or []
    if not isinstance(mine, list):
        raise BadBook("`templates` must be a list")
    return Book(layouts, tuple(_template(each, layouts) for each in (*mine, *_shipped("templates.yaml"))))


@cache
def _shipped(name: str) -> Any:
    return yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _headers(told: Any, shipped: Mapping[str, Any]) -> Mapping[str, Mapping[str, list[str]]]:
    """Raises BadBook."""
    for entity, fields in told.items() if isinstance(told, Mapping) else [(None, None)]:
        if entity not in shipped or not isinstance(fields, Mapping):
            raise BadBook(f"`headers` must be a mapping of {', '.join(shipped)} to their columns")
        for field, headers in fields.items():
            is_known = field in shipped[entity]["fields"] or re.sub(r"\d$", "{n}", str(field)) in shipped[entity]["fields"]
            if not is_known or not isinstance(headers, list) or not all(isinstance(header, str) for header in headers):
                raise BadBook(f"`headers`, {entity}: '{field}' is no column of ours, or its headers are no list of texts")
    return told


def _fields(*told: Mapping[str, list[str]]) -> dict[str, tuple[re.Pattern[str], ...]]:
    """Of several, the account's headers come before the platform's, and these before those of all."""
    base, *before = told
    words = [word.replace("{n}", str(n)) for word in base for n in (STEPS if "{n}" in word else (0,))]
    added = {word: [header for each in before for header in each.get(word, [])] for word in words}
    return {word: tuple(pattern(header) for header in (word, *added[word], *_of_all(word, base))) for word in words}


def _of_all(word: str, base: Mapping[str, list[str]]) -> list[str]:
    return base[word] if word in base else [header.replace("{n}", word[-1]) for header in base[word[:-1] + "{n}"]]


def _template(told: Any, layouts: Mapping[str, Layout]) -> Template:
    """Raises BadBook."""
    try:
        fields = {
            word: tuple(re.compile(text, re.MULTILINE | re.IGNORECASE) for text in texts) for word, texts in told["fields"].items()
        }
        made = Template(str(told["name"]), str(told["version"]), told["entity"], tuple(told["required"]), fields)
        known = layouts[made.entity].fields
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise BadBook(f"a template lacks or misspells something: {type(error).__name__} {error}") from None
    unknown = sorted((fields.keys() | set(made.required)) - known.keys())
    if unknown or not made.required or any(expression.groups < 1 for each in fields.values() for expression in each):
        why = f"unknown words {', '.join(unknown)}" if unknown else "nothing required, or an expression without a group"
        raise BadBook(f"template '{made.name}': {why}")
    return made
