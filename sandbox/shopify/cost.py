"""What a query costs, before and after it ran, and the bucket it is paid from.

An object with an id costs one point, a connection or list as often as it was asked to (and, afterwards, did) give one,
a mutation ten; plain values cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, get_named_type
from graphql.type import is_leaf_type, is_list_type, is_object_type
from graphql.utilities import value_from_ast_untyped

from sandbox.clock import WorldClock

MUTATION, MOST, BUCKET, RESTORE = 10, 1000, 2000, 100


class Price:
    """Costs of one operation of a document."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        self._schema, self._operation, self._variables = schema, operation, variables
        self._fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}

    def requested(self) -> int:
        return self._operation_cost(None)

    def actual(self, data: Mapping[str, Any]) -> int:
        return self._operation_cost(data)

    def _operation_cost(self, data: Mapping[str, Any] | None) -> int:
        is_write = self._operation.operation.value == "mutation"
        kind = self._schema.mutation_type if is_write else self._schema.query_type
        fields = len(self._operation.selection_set.selections)
        return (MUTATION * fields if is_write else 0) + self._inside(self._operation.selection_set, kind, data)

    def _inside(self, selections: Any, kind: Any, data: Any) -> int:
        return sum(self._selection(each, kind, data) for each in selections.selections)

    def _selection(self, node: Any, kind: Any, data: Any) -> int:
        if isinstance(node, FieldNode):
            return self._field(node, kind, data)
        inner = self._fragments[node.name.value] if hasattr(node, "name") else node
        condition = inner.type_condition
        into = self._schema.get_type(condition.name.value) if condition else kind
        return self._inside(inner.selection_set, into, data)

    def _field(self, node: FieldNode, kind: Any, data: Any) -> int:
        if node.name.value.startswith("__"):
            return 0
        name = node.alias.value if node.alias else node.name.value
        if data is not None and (not isinstance(data, dict) or data.get(name) is None):
            return 0
        field = getattr(kind, "fields", {}).get(node.name.value)
        if field is None or node.selection_set is None:
            return 0
        value, named = (None if data is None else data[name]), get_named_type(field.type)
        if is_leaf_type(named):
            return 0
        if isinstance(value, list):
            return sum(self._one(node, named, each) for each in value)
        if value is None and _is_list(field.type):
            return self._times(node) * self._one(node, named, None)
        if value is None and named.name.endswith("Connection"):
            return self._connection(node, named)
        return self._one(node, named, value)

    def _connection(self, node: FieldNode, kind: Any) -> int:
        """Before it ran: ``first`` times what one node costs (its edges and page information cost nothing)."""
        paths = [each for each in node.selection_set.selections if isinstance(each, FieldNode) and each.name.value in ("nodes", "edges")]
        one = 0
        for path in paths:
            inner = get_named_type(kind.fields[path.name.value].type)
            one = max(one, self._one(path, inner, None))
        return self._times(node) * one

    def _one(self, node: FieldNode, kind: Any, data: Any) -> int:
        if data is None and is_object_type(kind) and kind.name.endswith("Edge"):
            return self._inside(node.selection_set, kind, None)
        is_object = "id" in getattr(kind, "fields", {}) and not kind.name.endswith(("Edge", "Connection"))
        return int(is_object) + self._inside(node.selection_set, kind, data)

    def _times(self, node: FieldNode) -> int:
        given = {each.name.value: value_from_ast_untyped(each.value, dict(self._variables)) for each in node.arguments or ()}
        for name in ("first", "last"):
            if isinstance(given.get(name), int):
                return given[name]
        return len(given["ids"]) if isinstance(given.get("ids"), list) else 1


def _is_list(kind: Any) -> bool:
    return is_list_type(getattr(kind, "of_type", kind)) or is_list_type(kind)


@dataclass
class Bucket:
    """One shop's points on the sandbox's clock."""

    clock: WorldClock
    points: float = BUCKET
    at: Any = None

    def available(self) -> int:
        now = self.clock.now()
        self.points = min(BUCKET, self.points + ((now - self.at).total_seconds() * RESTORE if self.at else 0))
        self.at = now
        return int(self.points)

    def pay(self, points: int) -> None:
        self.points -= points

    def told(self) -> dict[str, float]:
        return {"maximumAvailable": float(BUCKET), "currentlyAvailable": self.available(), "restoreRate": float(RESTORE)}
