"""The clients' YAML files: one that is refused takes its own client out, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.client import Client, ShopEntry
from pipeline.errors import SettingsError
from pipeline.strict_yaml import Document, NotYaml, read_document

__all__ = ["BrokenFile", "Client", "ClientFolder", "ShopEntry", "load_clients", "read_clients"]


@dataclass(frozen=True)
class BrokenFile:
    """A file that was refused.

    Attributes:
        fault: file, line, what is wrong and what now.
        client: whose it says it is; where it does not, its own name without the suffix.
        names: every client and shop it seems to name.
    """

    fault: str
    client: str
    names: frozenset[str]


@dataclass(frozen=True)
class ClientFolder:
    """All clients' files.

    Attributes:
        good: clients by name, in the order of their files.
        broken: the files that were refused.
    """

    folder: Path
    good: Mapping[str, Client]
    broken: tuple[BrokenFile, ...]

    def client(self, name: str) -> Client:
        """Raises SettingsError: there is none, or its file was refused."""
        if name not in self.good:
            raise self._missing("client", name, self.good)
        return self.good[name]

    def shop(self, name: str) -> tuple[Client, ShopEntry]:
        """A shop and whose it is. Raises SettingsError: there is none, or its client's file was refused."""
        by_name = {entry.name: (client, entry) for client in self.good.values() for entry in client.shops}
        if name not in by_name:
            raise self._missing("shop", name, by_name)
        return by_name[name]

    def refuse_broken(self) -> None:
        """Raises SettingsError: a file was refused; the message holds every fault."""
        if self.broken:
            raise SettingsError("\n".join(file.fault for file in self.broken))

    def _missing(self, what: str, name: str, known: Iterable[str]) -> SettingsError:
        """The fault of the file that names it; where none does, every fault: an unreadable file may well be the one."""
        faults = [file.fault for file in self.broken if name in file.names]
        if faults:
            return SettingsError(f"{what.capitalize()} '{name}': " + "\n".join(faults))
        unread = "".join(f"\n{file.fault}" for file in self.broken)
        return SettingsError(f"No {what} '{name}' in {self.folder}; there are: {', '.join(known) or 'none'}.{unread}")


def load_clients(folder: Path) -> list[Client]:
    """Every client in ``folder``, by file; for callers that want all or nothing.

    Raises:
        SettingsError: some file is refused, or there is none.
    """
    found = read_clients(folder)
    found.refuse_broken()
    return list(found.good.values())


def read_clients(folder: Path) -> ClientFolder:
    """What the files in ``folder`` say. Refused: what is no YAML, misses, misspells or repeats a key, ends in `.yml`, or
    shares the name of its client or of a shop with another file (then both: nobody knows whose it is).

    Raises:
        SettingsError: there is no file.
    """
    files = sorted(file for file in folder.glob("*") if file.suffix.lower() in (".yaml", ".yml"))
    if not files:
        raise SettingsError(f"No client in {folder}: it needs at least one <client>.yaml (docs/clients.md shows one).")
    read: dict[Path, tuple[Client, Document]] = {}
    faults: dict[Path, str] = {}
    for file in files:
        try:
            read[file] = _load(file)
        except SettingsError as error:
            faults[file] = str(error)
    faults |= _twins(read)
    good = {client.name: client for file, (client, _) in read.items() if file not in faults}
    return ClientFolder(folder, good, tuple(_broken(file, faults[file]) for file in files if file in faults))


def _broken(file: Path, fault: str) -> BrokenFile:
    """``fault`` with whose the file seems to be: it may be no YAML at all, so its text is searched."""
    try:
        text = file.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        text = ""
    own = re.search(r"""^name:\s*["']?([a-z][a-z0-9_]*)""", text, re.MULTILINE)
    names = re.findall(r"""\bname["']?:\s*["']?([a-z][a-z0-9_]*)""", text)
    return BrokenFile(fault, own[1] if own else file.stem, frozenset((*names, file.stem)))


_LEFT_OUT = "Mend the file; its client is left out until then."


def _load(file: Path) -> tuple[Client, Document]:
    """Raises SettingsError: by file, line and key."""
    if file.suffix != ".yaml":
        raise SettingsError(f"{file.name} is not read, because clients' files end in `.yaml`. Rename it to {file.stem}.yaml, or remove it.")
    try:
        document = read_document(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise SettingsError(f"{file.name} is not UTF-8. Save it as UTF-8; its client is left out until then.") from None
    except OSError as error:
        raise SettingsError(f"{file.name} cannot be read: {error.strerror}. {_LEFT_OUT}") from None
    except NotYaml as error:
        raise SettingsError(f"{file.name} {error}. {_LEFT_OUT}") from None
    if not isinstance(document.data, dict):
        raise SettingsError(f"{file.name} holds no client: it must be a mapping that begins with `name:`. {_LEFT_OUT}")
    try:
        return Client.model_validate(document.data), document
    except ValidationError as error:
        faults = "; ".join(_said(fault, document) for fault in error.errors())
        raise SettingsError(f"{file.name} (client {document.data.get('name', '?')}): {faults}. {_LEFT_OUT}") from None


def _said(fault: Mapping[str, Any], document: Document) -> str:
    """One fault of pydantic's with its line, and what YAML made of an unquoted word."""
    word, hint = document.written(fault["loc"]), ""
    if word and fault["type"] == "string_type":
        is_switch = isinstance(fault["input"], bool)
        remedy = f"means {str(fault['input']).lower()}: quote two-letter codes such as 'NO'" if is_switch else "is no text: quote it"
        hint = f" (unquoted, {word} {remedy})"
    return f"line {document.line(fault['loc'])}, {'.'.join(map(str, fault['loc']))}: {fault['msg']}{hint}"


def _twins(read: Mapping[Path, tuple[Client, Document]]) -> dict[Path, str]:
    """File → what is wrong, for every file one of whose names stands a second time."""
    places: dict[tuple[str, str], list[tuple[Path, int]]] = {}
    for file, (client, document) in read.items():
        places.setdefault(("client", client.name), []).append((file, document.line(["name"])))
        for index, entry in enumerate(client.shops):
            places.setdefault(("shop", entry.name), []).append((file, document.line(["shops", index, "name"])))
    found: dict[Path, str] = {}
    for (what, name), spots in places.items():
        if len(spots) > 1:
            where = " and ".join(f"{file.name} line {line}" for file, line in spots)
            fault = f"Two {what}s are called {name}, in {where}: every {what} needs its own name. Mend one; both are left out until then."
            found |= {file: fault for file, _ in spots if file not in found}
    return found
