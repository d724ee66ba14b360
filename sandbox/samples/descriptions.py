"""What the vendors' descriptions hold of whole sample answers: counted, so that a marketplace without any is not passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

# Vendor → its descriptions; those that serve samples of their own come with the ids of what they serve instead.
DESCRIPTIONS = {
    "aftership": "*.json", "dhl": "*.yaml", "ebay": "**/*_oas3.*", "etsy": "*.json", "paypal": "*.json", "shopify": "*.graphql",
}


def looked_into(folder: Path) -> dict[str, dict[str, int]]:
    """Vendor → ``descriptions`` (files), ``examples`` (anything in them called so), ``answers`` (whole successful answers of reads).

    Only the last could be served: a request, a refusal or one field's value is no record.
    """
    return {vendor: _counted([*sorted((folder / vendor).glob(pattern))]) for vendor, pattern in DESCRIPTIONS.items()}


def _counted(files: list[Path]) -> dict[str, int]:
    documents = [_document(file) for file in files]
    return {
        "descriptions": len(files), "examples": sum(1 for document in documents for _ in _examples(document)),
        "answers": sum(1 for document in documents for _ in _answers(document)),
    }


def _document(file: Path) -> Any:
    """A GraphQL schema has no place for examples."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".graphql":
        return {}
    return json.loads(text) if file.suffix == ".json" else yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _examples(value: Any, above: str = "") -> Iterator[Any]:
    for name, below in value.items() if isinstance(value, dict) else [("", each) for each in value] if isinstance(value, list) else ():
        if name in ("example", "examples") and above != "properties":  # there it is a field that is called so
            yield below
        else:
            yield from _examples(below, name)


def _answers(document: Mapping[str, Any]) -> Iterator[Any]:
    """OpenAPI 3: examples of a read's successful answers, beside its schema or as the schema's own."""
    for methods in document.get("paths", {}).values():
        for status, told in methods.get("get", {}).get("responses", {}).items():
            if str(status).startswith("2"):
                for content in _resolved(document, told).get("content", {}).values():
                    yield from _whole(document, content)


def _whole(document: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Any]:
    yield from content.get("examples", {}).values()
    for holder in (content, _resolved(document, content.get("schema", {}))):
        if "example" in holder:
            yield holder["example"]


def _resolved(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in value:
        return value
    found: Any = document
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found
