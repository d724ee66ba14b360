"""YAML as a person meant it: no key may stand twice, and every part knows its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import yaml


class NotYaml(ValueError):
    """The text cannot be read; the message says what is wrong, and where."""


class _Twice(yaml.MarkedYAMLError):
    """PyYAML alone would let the last one win, silently."""


# libyaml, where PyYAML was built with it: every process reads every client's file, and in Python that takes ten times as long
_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ODD = {"\t", "\ufeff"}  # libyaml takes them where YAML in Python does not; a file must mean the same on every machine


def _refuse_twice(root: yaml.Node | None) -> None:
    """Keys as they are written, before ``<<`` brings in another mapping's: those may be overridden. Raises _Twice."""
    waiting, seen = [root] if root else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):  # an alias leads to a node once more
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            _refuse_twice_in(node)
        waiting += [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value


def _refuse_twice_in(node: yaml.MappingNode) -> None:
    lines: dict[tuple[str, str], int] = {}
    for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
        if (key.tag, key.value) in lines:
            first = lines[key.tag, key.value]
            raise _Twice(problem=f"the key '{key.value}' stands twice, first at line {first}", problem_mark=key.start_mark)
        lines[key.tag, key.value] = key.start_mark.line + 1


@dataclass(frozen=True)
class Document:
    """One YAML document: its data, and the nodes that remember how and where each part was written."""

    data: Any
    root: yaml.Node | None

    def line(self, path: Iterable[int | str]) -> int:
        """1-based line of the part at ``path``, or of the nearest part above it that the text has."""
        return self._nearest(path)[0].start_mark.line + 1 if self.root else 1

    def written(self, path: Iterable[int | str]) -> str | None:
        """The word as it stands in the text; None where ``path`` leads to no plain unquoted word."""
        node, is_there = self._nearest(path) if self.root else (None, False)
        return node.value if is_there and isinstance(node, yaml.ScalarNode) and not node.style else None

    def _nearest(self, path: Iterable[int | str]) -> tuple[yaml.Node, bool]:
        node = self.root
        for step in path:
            below = _below(node, step)
            if below is None:
                return node, False
            node = below
        return node, True


def _below(node: yaml.Node, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def read_document(text: str) -> Document:
    """The one document of ``text``.

    Raises:
        NotYaml: it is malformed, says a key twice, or holds a value that cannot be (a 32nd of January).
    """
    try:
        return _read(text, yaml.SafeLoader if _ODD & set(text) else _QUICK)
    except NotYaml:
        return _read(text, yaml.SafeLoader)  # it says more exactly where


def _read(text: str, make_loader: Callable[[str], yaml.SafeLoader]) -> Document:
    try:
        loader = make_loader(text)
        root = loader.get_single_node()
        _refuse_twice(root)
        return Document(loader.construct_document(root) if root else None, root)
    except _Twice as twice:
        raise NotYaml(f"is ambiguous{_place(twice)}: {twice.problem}") from None
    except yaml.YAMLError as error:
        raise NotYaml(f"is not YAML{_place(error)}: {getattr(error, 'problem', None) or error}") from None
    except ValueError as error:  # a date or a number only in form
        raise NotYaml(f"is not YAML: {error}") from None
    except (LookupError, AttributeError):  # what PyYAML stumbles over
        raise NotYaml("is not YAML: a word cannot be what its tag (!!int, !!bool, !!timestamp) says; leave the tag out") from None


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
