"""What was answered about single orders: landed beside the list page they stand on, found again by group and number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.alibaba.endpoints import DOORS, FUND, LOGISTICS, ORDER, TRACKING
from connectors.alibaba.envelope import business_error, error_of, is_ungranted, plain
from connectors.alibaba.read_contracts import PARTS
from connectors.contract import Page
from connectors.exact import read_json


@dataclass
class Details:
    """``found``: (part, group, trade id) → the answer; ``ungranted``: (part, group) → what the app may not call there."""

    found: dict[tuple[str, int, str], Any] = field(default_factory=dict)
    ungranted: set[tuple[str, int]] = field(default_factory=set)
    refused: dict[tuple[str, int, str], str] = field(default_factory=dict)

    @classmethod
    def gather(cls, pages: Sequence[Page]) -> Details:
        details, parts = cls(), set(PARTS.values())
        for page in pages:
            part, _, rest = page.part.partition("/")
            if part in parts:
                details._keep((part, page.group, rest.partition("/")[0]), read_json(page.body))
        return details

    def _keep(self, place: tuple[str, int, str], answer: Any) -> None:
        if is_ungranted(answer):
            self.ungranted.add(place[:2])
            return
        refusal = error_of(answer) or business_error(answer)
        if refusal:
            self.refused[place] = ": ".join(part for part in refusal if part)
        else:
            self.found[place] = plain(answer)

    def column(self, part: str, places: Sequence[tuple[int, str]], read: Callable[[Any], Any]) -> list[Any]:
        """For each (group, trade id) what ``read`` finds in its answer; None where there is none."""
        answers = (self.found.get((part, *place)) for place in places)
        return [None if answer is None else read(answer) for answer in answers]

    def why_not(self, part: str, group: int, trade_id: str) -> str:
        """Why an order has no answer of this kind."""
        if (part, group) in self.ungranted:
            names = " or ".join(door.name for door in DOORS[_OPERATION[part]].values())
            return (
                f"the app is not granted {names}, so that this is not told: apply for its permission package in the app's console. "
                "What else the app may read of the order (funds, shipments) is stored"
            )
        refusal = self.refused.get((part, group, trade_id))
        return f"the marketplace refused it ({refusal})" if refusal else "the marketplace showed none for this order"


_OPERATION: Mapping[str, str] = {PARTS[each]: each for each in (ORDER, FUND, LOGISTICS, TRACKING)}
