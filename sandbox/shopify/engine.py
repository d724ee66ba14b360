"""One GraphQL request, from its text to its answer: parse, validate, price, pay, execute. The language is graphql-core's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from graphql.utilities import value_from_ast_untyped

from sandbox.market import House
from sandbox.shopify.asked import Asked
from sandbox.shopify.bulk import Bulk
from sandbox.shopify.cost import MOST, Bucket, Price
from sandbox.shopify.roots import Root
from sandbox.shopify.sdl import SDL
from sandbox.shopify.shelf import Shelf
from sandbox.shopify.told import Told
from sandbox.shopify.writes import IDEMPOTENT, Writes
from sandbox.world import SHOPS


@dataclass
class Context(Asked):
    """Of one request. ``base``: the shop's own address, for addresses in answers."""

    base: str = ""
    idempotency_keys: list[str] = field(default_factory=list)


class Refusal(Exception):
    """The whole request is refused with top-level errors."""

    def __init__(self, errors: list[dict[str, Any]], cost: Mapping[str, Any] | None = None) -> None:
        super().__init__(errors)
        self.errors, self.cost = errors, cost


@cache
def published_schema() -> GraphQLSchema:
    """Read once a process: it is the same for every world, and nothing writes into it."""
    return build_schema(SDL)


class Engine:
    """Executes for all shops; buckets, bulk operations and remembered writes live as long as the process."""

    def __init__(self, house: House) -> None:
        self._house, self._schema = house, published_schema()
        told = Told(house)
        self.shelves = {shop.name: Shelf(house, told, shop.name) for shop in SHOPS.values() if shop.marketplace == "shopify"}
        self.bulk = Bulk(house, self._schema, self._run_bulk)
        self._buckets = {name: Bucket(house.clock) for name in self.shelves}
        self._remembered: dict[tuple[str, str], tuple[str, Any]] = {}
        self._last: dict[tuple[str, str], dict[str, Any]] = {}

    def answer(self, shop: str, body: Any, base: str) -> dict[str, Any]:
        """The JSON of an answer under HTTP 200, errors and all."""
        try:
            return self._answer(shop, body, base)
        except Refusal as refusal:
            return {"errors": refusal.errors, **({"extensions": {"cost": refusal.cost}} if refusal.cost else {})}

    def _answer(self, shop: str, body: Any, base: str) -> dict[str, Any]:
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise Refusal([_error("Required parameter missing or invalid", "BAD_REQUEST")])
        document, variables = self._parsed(body["query"]), body.get("variables") or {}
        operation = _operation(document, body.get("operationName"))
        for name in _roots(operation):
            self._house.stats.call(shop, name)
        keys = _idempotency(operation, variables)
        price, bucket = Price(self._schema, document, operation, variables), self._buckets[shop]
        requested = price.requested()
        self._pay(shop, operation, requested, bucket)
        context = Context(base=base, idempotency_keys=keys)
        root = self._root(shop, operation.operation.value)
        done = execute_sync(self._schema, document, root, context, variables, operation.name.value if operation.name else None)
        data = done.data
        if data is not None:
            data = self._perhaps_repeated(shop, body["query"], variables, data)
        actual = price.actual(data) if data is not None else 0
        bucket.pay(actual)
        answer: dict[str, Any] = {"data": data} if data is not None or not done.errors else {}
        if done.errors:
            answer["errors"] = [_told(each, None if data is not None or each.path else "INVALID_VARIABLE") for each in done.errors]
        cost = {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.told()}
        extensions: dict[str, Any] = {"cost": cost}
        if context.warnings:
            extensions["search"] = context.warnings
        return {**answer, "extensions": extensions}

    def _parsed(self, text: str) -> DocumentNode:
        try:
            document = parse(text)
        except GraphQLError as error:
            raise Refusal([_told(error, "BAD_REQUEST")]) from None
        wrong = validate(self._schema, document)
        if wrong:
            raise Refusal([_told(each, "undefinedField" if "Cannot query field" in each.message else "BAD_REQUEST") for each in wrong])
        return document

    def _pay(self, shop: str, operation: OperationDefinitionNode, requested: int, bucket: Bucket) -> None:
        if requested > MOST:
            self._house.stats.reject(shop, _roots(operation)[0], "MAX_COST_EXCEEDED")
            told = _error(f"Query cost is {requested}, which exceeds the single query max cost limit ({MOST}).", "MAX_COST_EXCEEDED")
            told["extensions"] |= {"cost": requested, "maxCost": MOST}
            raise Refusal([told])
        if bucket.available() < requested:
            self._house.stats.reject(shop, _roots(operation)[0], "THROTTLED")
            cost = {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": bucket.told()}
            raise Refusal([_error("Throttled", "THROTTLED")], cost)

    def _root(self, shop: str, kind: str) -> dict[str, Any]:
        extra = {
            "bulkOperation": lambda info, id: self._found(shop, id),
            "bulkOperations": lambda info, **asked: {"nodes": [self.bulk.node(each) for each in self.bulk.of(shop)]},
        }
        root = Root(self.shelves[shop], extra)
        return Writes(root, self.bulk, self._remembered).fields() if kind == "mutation" else root.fields()

    def _found(self, shop: str, gid: str) -> dict[str, Any] | None:
        found = self.bulk.find(shop, gid)
        return self.bulk.node(found) if found else None

    def _run_bulk(self, shop: str, document: DocumentNode) -> dict[str, Any]:
        done = execute_sync(self._schema, document, Root(self.shelves[shop]).fields(), Context(is_bulk=True))
        return done.data

    def _perhaps_repeated(self, shop: str, text: str, variables: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """A fault on purpose: a later page shows the one before once more."""
        last, self._last[shop, text] = self._last.get((shop, text)), data
        if variables.get("after") and last is not None and self._house.faults.draw("repeated_page", f"{shop}:{_first_word(data)}"):
            self._house.stats.fault("repeated_page")
            self._last[shop, text] = last
            return last
        return data


def _first_word(data: Mapping[str, Any]) -> str:
    return next(iter(data), "")


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    chosen = [each for each in found if name is None or (each.name and each.name.value == name)]
    if len(chosen) != 1:
        raise Refusal([_error("An operation name is required", "BAD_REQUEST")])
    return chosen[0]


def _roots(operation: OperationDefinitionNode) -> list[str]:
    return [each.name.value for each in operation.selection_set.selections if isinstance(each, FieldNode)]


def _idempotency(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[str]:
    """The keys on the operation's fields; fields that need one and have none refuse the whole request."""
    keys = []
    for node in operation.selection_set.selections:
        if not isinstance(node, FieldNode):
            continue
        mine = [each for each in node.directives or () if each.name.value == "idempotent"]
        given = [value_from_ast_untyped(argument.value, dict(variables)) for each in mine for argument in each.arguments or ()]
        if node.name.value in IDEMPOTENT and not mine:
            raise Refusal([_error("The @idempotent directive is required for this mutation but was not provided.", "BAD_REQUEST")])
        if mine and not (given and isinstance(given[0], str) and given[0].strip()):
            raise Refusal([_error("The idempotency key must not be blank.", "BAD_REQUEST")])
        keys += given
    return keys


def _error(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}


def _told(error: GraphQLError, code: str | None = None) -> dict[str, Any]:
    shown = dict(error.formatted)
    if "extensions" not in shown or (code and not error.extensions):
        shown["extensions"] = {"code": code or "INTERNAL_SERVER_ERROR"}
    return shown
