"""What one query is executed with, and the arguments every connection takes: pages by key, and the search language."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from sandbox.clock import instant

MOST = 250
_TERM = re.compile(r"\s*(?:(\()|(\))|(AND|OR|NOT)\b|(-?)(\w+):(>=|<=|>|<)?(?:'([^']*)'|\"([^\"]*)\"|([^\s()]+)))")


@dataclass
class Asked:
    """Context of one execution. ``is_bulk``: connections give everything; ``warnings``: of searches."""

    is_bulk: bool = False
    warnings: list[dict[str, Any]] = field(default_factory=list)


def refused(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def connection(
    rows: Callable[[], Sequence[Any]], node: Callable[[Any], Mapping[str, Any]], key: Callable[[Any], tuple[Any, int]],
    fields: Mapping[str, Callable[[Any], Any]] | None = None,
) -> Callable[..., dict[str, Any]]:
    """A field that pages through ``rows`` in the order of ``key`` (sort value, number); ``fields`` are what ``query`` may name."""

    def resolve(info: Any, **arguments: Any) -> dict[str, Any]:
        found = sorted(rows(), key=key, reverse=bool(arguments.get("reverse")))
        if arguments.get("query"):
            found = search(found, arguments["query"], fields or {}, info)
        if info.context.is_bulk:
            return {"nodes": [node(row) for row in found], "edges": [{"node": node(row)} for row in found]}
        return _page(found, node, key, arguments)

    return resolve


def _page(found: list[Any], node, key, arguments: Mapping[str, Any]) -> dict[str, Any]:
    count = _count(arguments)
    begin = 0
    if arguments.get("after"):
        edge, is_down = _place(arguments["after"]), bool(arguments.get("reverse"))
        begin = next((at for at, row in enumerate(found) if (list(key(row)) < edge if is_down else list(key(row)) > edge)), len(found))
    chosen = found[begin: begin + count] if arguments.get("last") is None else found[max(len(found) - count, 0):]
    edges = [{"cursor": _cursor(key(row)), "node": node(row)} for row in chosen]
    information = {
        "hasNextPage": begin + count < len(found) if arguments.get("last") is None else False, "hasPreviousPage": begin > 0,
        "startCursor": edges[0]["cursor"] if edges else None, "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "nodes": [edge["node"] for edge in edges], "pageInfo": information}


def _count(arguments: Mapping[str, Any]) -> int:
    count = arguments.get("first") if arguments.get("first") is not None else arguments.get("last")
    if count is None:
        raise refused("BAD_REQUEST", "you must provide one of first or last")
    if not 0 < count <= MOST:
        raise refused("INVALID_FIELD_ARGUMENTS", f"first and last must lie between 1 and {MOST}")
    return count


def first_of(rows: Sequence[Any], first: int | None) -> Sequence[Any]:
    """A plain list's ``first``: no cursor, just its beginning."""
    return rows if first is None else rows[: min(first, MOST)]


def _cursor(place: tuple[Any, int]) -> str:
    return base64.b64encode(json.dumps({"last_id": place[1], "last_value": place[0]}).encode()).decode()


def _place(cursor: str) -> list[Any]:
    try:
        told = json.loads(base64.b64decode(cursor, validate=True))
        return [told["last_value"], told["last_id"]]
    except (ValueError, KeyError, TypeError):
        raise refused("BAD_REQUEST", "Invalid cursor for current pagination sort.") from None


def search(rows: Sequence[Any], text: str, fields: Mapping[str, Callable[[Any], Any]], info: Any) -> list[Any]:
    """Rows that match; a term with an unknown name matches all and leaves a warning."""
    test, warnings = _parse(text, fields)
    if warnings:
        path = [str(step) for step in info.path.as_list()]
        info.context.warnings.append({"path": path, "query": text, "warnings": warnings})
    return [row for row in rows if test(row)]


def _parse(text: str, fields) -> tuple[Callable[[Any], bool], list[dict[str, str]]]:
    tokens, at, warnings = [], 0, []
    while at < len(text.rstrip()):
        found = _TERM.match(text, at)
        if not found:
            raise refused("BAD_REQUEST", f"Invalid search query at {text[at:at + 20]!r}")
        tokens.append(found)
        at = found.end()

    def either() -> Callable[[Any], bool]:
        tests = [both()]
        while tokens and tokens[0][3] == "OR":
            tokens.pop(0)
            tests.append(both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def both() -> Callable[[Any], bool]:
        tests = [one()]
        while tokens and tokens[0][2] is None and tokens[0][3] != "OR":
            if tokens[0][3] == "AND":
                tokens.pop(0)
            tests.append(one())
        return lambda row: all(test(row) for test in tests)

    def one() -> Callable[[Any], bool]:
        if not tokens:
            raise refused("BAD_REQUEST", "Invalid search query: it ends too early")
        token = tokens.pop(0)
        if token[3] == "NOT":
            inner = one()
            return lambda row: not inner(row)
        if token[1]:
            inner = either()
            if tokens:
                tokens.pop(0)
            return inner
        return _term(token, fields, warnings)

    return either(), warnings


def _term(token: re.Match[str], fields, warnings: list[dict[str, str]]) -> Callable[[Any], bool]:
    name, sign = token[5], token[6] or ""
    value = next((part for part in token.groups()[6:9] if part is not None), "")
    if name not in fields:
        warnings.append({"field": name or "", "message": "Invalid search field for this query."})
        return lambda row: True
    is_not = token[4] == "-"
    return lambda row: _holds(fields[name](row), sign, value) != is_not


def _holds(have: Any, sign: str, value: str) -> bool:
    if isinstance(have, datetime):
        bound = instant(value if "T" in value else f"{value}T00:00:00Z")
        have = have.replace(microsecond=0)
        # the live system's ">" takes its bound in, as sellers report
        return {"": have == bound, ">": have >= bound, ">=": have >= bound, "<": have < bound, "<=": have <= bound}[sign]
    if isinstance(have, int):
        number = int(value)
        return {"": have == number, ">": have > number, ">=": have >= number, "<": have < number, "<=": have <= number}[sign]
    return str(have).lower() == value.lower()
