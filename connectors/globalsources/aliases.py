"""One inquiry told twice, by a mail that does not number it and by an export that does, is one: by its minute, sender and subject.

``.inquiries.json`` beside the files notes what each was called when it was first told of; from then on it keeps that name, in
papers that answer it too. The names a file needs are landed with it, so that a replay finds them. Losing the note makes two
inquiries of one that is told again by the other road.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.files.folder import read_json_note, write_json_note
from connectors.globalsources.account import Account
from connectors.globalsources.cells import Cells
from connectors.globalsources.rows import natural_keys

ANSWERING = ("quotations", "contracts")


class Aliases:
    def __init__(self, account: Account, pseudonym: Callable[[str], str]) -> None:
        self._file, self._pseudonym = account.folder / ".inquiries.json", pseudonym
        self._known: dict[str, str] = {key: str(name) for key, name in read_json_note(self._file).items()}

    def learn(self, entity: str, cells: Cells) -> Mapping[str, str]:
        """Note what is told, and return the names that this file's rows go by other than they say."""
        if entity == "inquiries":
            return self._meet(cells)
        numbers = cells.texts("inquiry_id") if entity in ANSWERING else []
        return {number: self._known[number] for number in numbers if number is not None and self._known.get(number, number) != number}

    def _meet(self, cells: Cells) -> Mapping[str, str]:
        before, other = dict(self._known), {}
        for number, natural in zip(cells.texts("inquiry_id"), natural_keys(cells, self._pseudonym), strict=True):
            told = number or natural
            if told is not None:
                name = self._name(number, natural)
                other |= {told: name} if name != told else {}
        if self._known != before:
            write_json_note(self._file, self._known)
        return other

    def _name(self, number: str | None, natural: str | None) -> str:
        """Two numbers are two inquiries, whatever they have in common."""
        known = self._known
        if number is None:
            return known.setdefault(natural, natural)
        if number not in known and natural is not None and known.setdefault(natural, number) == natural and not self._is_numbered(natural):
            known[number] = natural
        return known.get(number, number)

    def _is_numbered(self, natural: str) -> bool:
        return any(name == natural for key, name in self._known.items() if key != natural)
