"""What a chain of stages is: which moves are legal, what proves a stage, and how long it may be waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Stage:
    """One stage of a chain.

    Attributes:
        name: a word of ``transforms.tables.stages.STAGES``.
        subject: what enters it (a word of ``SUBJECT_KINDS``); neighbours of one subject form a leg, and shares are told within a leg.
        proofs: ``table.column`` of every instant that may prove it.
        after: stages it cannot lie before. Whether those are known does not matter: many sources tell only some.
        waited: ``always``; ``told``: only in shops that have ever told it; ``never``: it may come or not (a return, a review).
        is_passed: a later stage passes over it where nothing proved it (an inquiry by telephone, cash on delivery).
        hours: the service level: how long after the stage before it may be waited for, unless the client's file says otherwise.
        done: words of the subject's own status that say it has happened though no instant is told.
        is_basis: its paper tells of everything after it: while that paper is named and not there, nobody is asked for what follows.
    """

    name: str
    subject: str
    proofs: tuple[str, ...]
    after: tuple[str, ...] = ()
    waited: str = "never"
    is_passed: bool = False
    hours: int | None = None
    done: tuple[str, ...] = ()
    is_basis: bool = False


@dataclass(frozen=True)
class Chain:
    """A trade mode's stages in order.

    Attributes:
        ended: words of a subject's status (by kind of subject) with which nothing is waited for any more.

    Raises:
        ValueError: a stage stands twice, or before one it must follow, or is waited for without a service level.
    """

    mode: str
    stages: tuple[Stage, ...]
    ended: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for stage in self.stages:
            if stage.name in seen:
                raise ValueError(f"{self.mode}: stage {stage.name} is declared twice")
            strangers = [name for name in stage.after if seen.get(name) != stage.subject]
            if strangers:
                raise ValueError(f"{self.mode}: {stage.name} follows {', '.join(strangers)}, no earlier stage of the same subject")
            if (stage.waited != "never") != (stage.hours is not None):
                raise ValueError(f"{self.mode}: {stage.name} needs a service level exactly where it is waited for")
            seen[stage.name] = stage.subject

    @cached_property
    def by_name(self) -> Mapping[str, Stage]:
        return {stage.name: stage for stage in self.stages}

    @cached_property
    def place(self) -> Mapping[str, int]:
        return {stage.name: at for at, stage in enumerate(self.stages)}

    @cached_property
    def legs(self) -> tuple[tuple[Stage, ...], ...]:
        """Stages of one subject that stand together."""
        found: list[list[Stage]] = []
        for stage in self.stages:
            if not found or found[-1][-1].subject != stage.subject:
                found.append([])
            found[-1].append(stage)
        return tuple(tuple(leg) for leg in found)

    @cached_property
    def before(self) -> Mapping[str, tuple[str, ...]]:
        """Stage → every stage that cannot lie after it, in chain order."""
        found: dict[str, set[str]] = {}
        for stage in self.stages:
            found[stage.name] = set(stage.after).union(*(found[name] for name in stage.after))
        return {name: tuple(sorted(names, key=self.place.__getitem__)) for name, names in found.items()}

    @cached_property
    def moves(self) -> frozenset[tuple[str, str]]:
        """Every legal move from one stage of a subject to another, as it may stand in a history ordered by time."""
        pairs = ((one, other) for leg in self.legs for one in leg for other in leg if one is not other)
        return frozenset((one.name, other.name) for one, other in pairs if other.name not in self.before[one.name])
