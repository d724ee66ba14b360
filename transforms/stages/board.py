"""Where everything stands: how many entered each stage, how long they took, what is stuck since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from transforms.stages.chain import Chain, Stage

PLACE = ["shop", "subject_kind", "subject_id"]
HOUR = 3_600_000_000.0  # microseconds: what instants are counted in here; a double holds them exactly


@dataclass(frozen=True)
class Line:
    """One stage of a chain, over all shops of one client and mode.

    Attributes:
        entered: subjects that have entered it.
        reached: subjects that have entered it or a stage after it: what went past without a record of it, too.
        share: of the subjects of its leg in shops that tell this stage; None where nobody tells it.
        step: of those that entered the told stage before, in shops that tell both, how many entered this one too.
        median_hours, p90_hours: from the stage entered before it; None where no subject has both.
        waiting: subjects it is waited for; ``stuck``: of those, longer than ``service_level_hours``.
        is_told: some shop has ever told it.
    """

    stage: str
    subject: str
    entered: int
    reached: int
    share: float | None
    step: float | None
    median_hours: float | None
    p90_hours: float | None
    waiting: int
    stuck: int
    is_told: bool
    service_level_hours: int | None


@dataclass(frozen=True)
class StuckItem:
    """One subject whose next stage is overdue. ``since``: when it entered ``at``, the last thing known of it; ``due``: since then late."""

    shop: str
    subject_kind: str
    subject_id: str
    at: str
    waits_for: str
    since: datetime
    due: datetime


@dataclass(frozen=True)
class ShownException:
    """A move that was refused, or an elder that is missing (``due`` in the future: still waited for).

    An elder that several papers name is told once, by the paper that has waited longest; ``papers``: how many name it.
    """

    shop: str
    subject_kind: str
    subject_id: str
    kind: str
    stage: str
    ref: str
    evidence: str
    since: datetime
    due: datetime
    papers: int = 1


@dataclass(frozen=True)
class Board:
    """One client's chain of one mode.

    Attributes:
        begun: subjects by kind. ``ended``: of them, those nothing is waited for because they were cancelled, refused or closed.
        stuck: longest overdue first. ``exceptions``: what a person should look at. ``waiting``: elders that are
            missing and not yet overdue, ``waiting_parents``: how many.
    """

    mode: str
    now: datetime
    begun: Mapping[str, int]
    ended: int
    lines: tuple[Line, ...]
    stuck: tuple[StuckItem, ...]
    exceptions: tuple[ShownException, ...]
    waiting_parents: int
    waiting: tuple[ShownException, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)


def board(
    chain: Chain, events: pd.DataFrame, exceptions: pd.DataFrame, standing: pd.DataFrame, levels: Mapping[str, int], now: datetime
) -> Board:
    """Count one client's subjects of one mode.

    Args:
        events, exceptions: stored rows of the client in this mode; of a subject all its events or none.
        standing: ``shop, subject_kind, subject_id, status``: the subject's own word for where it stands, where it has one; with
            ``done``: names of stages, joined by commas, that other rows of it say are done though no instant is told.
        levels: stage → hours, where the client's file says otherwise than the chain.
        now: what is overdue by then.
    """
    wide = _wide(chain, events, standing, exceptions)
    legs = [_Leg(chain, leg, wide[wide["subject_kind"] == leg[0].subject], levels, now) for leg in chain.legs]
    shown = _shown(exceptions)
    waiting = tuple(each for each in shown if each.due > now)
    return Board(
        mode=chain.mode, now=now, begun={leg.kind: len(leg.rows) for leg in legs}, ended=sum(leg.ended for leg in legs),
        lines=tuple(line for leg in legs for line in leg.lines()),
        stuck=tuple(sorted((item for leg in legs for item in leg.stuck()), key=lambda item: (item.due, item.shop, item.subject_id))),
        exceptions=tuple(each for each in shown if each.due <= now), waiting_parents=len(waiting),
        waiting=waiting,
    )  # fmt: skip


def _wide(chain: Chain, events: pd.DataFrame, standing: pd.DataFrame, exceptions: pd.DataFrame) -> pd.DataFrame:
    """One row a subject, one column a stage: when it was entered, in microseconds; beside them its status, what is ``done``
    without an instant, and the stages whose papers are ``missing``, both as one text between commas."""
    at = events["entered_at"].astype("datetime64[us, UTC]").astype("int64").astype("float64")
    long = pd.DataFrame({**{name: events[name].astype("object") for name in (*PLACE, "stage")}, "at": at.to_numpy()})
    wide = long.pivot(index=PLACE, columns="stage", values="at").reindex(columns=list(chain.by_name)).reset_index()
    words = pd.DataFrame({name: standing[name].astype("object") for name in (*PLACE, "status")})
    words["done"] = standing["done"].astype("object") if "done" in standing else ""
    absent = exceptions[(exceptions["kind"] == "missing_parent").to_numpy(dtype=bool)]
    absent = pd.DataFrame({name: absent[name].astype("object") for name in (*PLACE, "stage")}).drop_duplicates()
    missing = absent.groupby(PLACE, sort=False)["stage"].agg(",".join).rename("missing").astype("object").reset_index()
    wide = wide.merge(words.drop_duplicates(PLACE), on=PLACE, how="left").merge(missing, on=PLACE, how="left")
    return wide.assign(**{name: "," + wide[name].fillna("").astype(str) + "," for name in ("done", "missing")})


class _Leg:
    """The stages of one kind of subject."""

    def __init__(self, chain: Chain, stages: tuple[Stage, ...], rows: pd.DataFrame, levels: Mapping[str, int], now: datetime) -> None:
        self.before = chain.before
        self.stages, self.kind, self.rows = stages, stages[0].subject, rows.reset_index(drop=True)
        self.levels = {stage.name: levels.get(stage.name, stage.hours) for stage in stages}
        self.at = {stage.name: self.rows[stage.name].to_numpy(dtype="float64") for stage in stages}
        self.has = {name: ~np.isnan(at) for name, at in self.at.items()}
        over = self.rows["status"].isin(chain.ended.get(self.kind, ())).to_numpy(dtype=bool)
        self.ended, self.ending = int(over.sum()), set(chain.ended.get(self.kind, ()))
        self.told = {stage.name: self._told(stage) for stage in stages}
        self.is_blind = self._blind()
        self.waits_for = self._waits_for(over)
        self.since = np.fmax.reduce([*self.at.values(), np.full(len(self.rows), np.nan)])
        hours = np.array([self.levels.get(name) or np.inf for name in self.waits_for], dtype="float64")
        self.due = self.since + hours * HOUR
        self.is_stuck = (self.waits_for != "") & (self.due < now.timestamp() * 1e6)

    def _names(self, column: str, stage: Stage) -> np.ndarray:
        return self.rows[column].str.contains(f",{stage.name},", regex=False).to_numpy(dtype=bool)

    def _blind(self) -> dict[str, np.ndarray]:
        """Stage → per subject: whether the paper that would tell of it is missing."""
        found, blind = np.zeros(len(self.rows), dtype=bool), {}
        for stage in self.stages:
            if stage.is_basis:
                found = found | self._names("missing", stage)
            blind[stage.name] = found
        return blind

    def _told(self, stage: Stage) -> np.ndarray:
        """Per subject: whether its shop has ever told this stage, by an instant or by a word that means it and nothing else."""
        words = set(stage.done) - self.ending
        said = self.has[stage.name] | self.rows["status"].isin(words).to_numpy(dtype=bool)
        return self.rows["shop"].isin(set(self.rows.loc[said, "shop"])).to_numpy(dtype=bool)

    def _waits_for(self, over: np.ndarray) -> np.ndarray:
        """The first stage, in chain order, that is neither entered, done, passed over nor beyond what the shop tells."""
        found = np.full(len(self.rows), "", dtype=object)
        for place, stage in enumerate(self.stages):
            if stage.waited == "never":
                continue
            lacks = ~self.has[stage.name] & ~self.rows["status"].isin(stage.done).to_numpy(dtype=bool) & ~over
            lacks &= ~self._names("done", stage) & ~self.is_blind[stage.name]
            if stage.waited == "told":
                lacks &= self.told[stage.name]
            if stage.is_passed:
                for later in self.stages[place + 1 :]:
                    lacks &= ~self.has[later.name]
            found[lacks & (found == "")] = stage.name
        return found

    def lines(self) -> list[Line]:
        before: Stage | None = None
        found = []
        for stage in self.stages:
            found.append(self._line(stage, before))
            before = stage if self.told[stage.name].any() else before
        return found

    def _line(self, stage: Stage, before: Stage | None) -> Line:
        has, told = self.has[stage.name], self.told[stage.name]
        hours = self._hours(stage)
        waits = self.waits_for == stage.name
        step = None
        if before is not None:
            step = _share(has, self.has[before.name] & told & self.told[before.name])
        return Line(
            stage=stage.name, subject=stage.subject, entered=int(has.sum()), reached=self._reached(stage),
            share=_share(has, told), step=step,
            median_hours=_quantile(hours, 0.5), p90_hours=_quantile(hours, 0.9), waiting=int(waits.sum()),
            stuck=int((waits & self.is_stuck).sum()), is_told=bool(has.any()), service_level_hours=self.levels[stage.name],
        )

    def _reached(self, stage: Stage) -> int:
        on = self.stages[self.stages.index(stage) :]
        return int(np.logical_or.reduce([self.has[each.name] for each in on]).sum())

    def _hours(self, stage: Stage) -> np.ndarray:
        """From the nearest stage before it in the chain that the subject had entered by then (an inspection before shipment is not
        timed from the shipment); never below zero (some sources tell only days)."""
        earlier = np.full(len(self.rows), np.nan)
        for each in self.stages[: self.stages.index(stage)]:
            counts = self.has[each.name]
            if each.name not in self.before[stage.name]:
                counts = counts & (self.at[each.name] <= self.at[stage.name])
            earlier = np.where(counts, self.at[each.name], earlier)
        took = (self.at[stage.name] - earlier) / HOUR
        return np.maximum(took[~np.isnan(took)], 0.0)

    def stuck(self) -> list[StuckItem]:
        return [self._item(row) for row in np.flatnonzero(self.is_stuck)]

    def _item(self, row: int) -> StuckItem:
        entered = [stage.name for stage in self.stages if self.has[stage.name][row]]
        shop, kind, number = (self.rows.at[row, name] for name in PLACE)
        last = max(entered, key=lambda name: (self.at[name][row], entered.index(name)))
        return StuckItem(shop, kind, number, last, self.waits_for[row], _instant(self.since[row]), _instant(self.due[row]))


def _share(part: np.ndarray, whole: np.ndarray) -> float | None:
    return float((part & whole).sum() / whole.sum()) if whole.any() else None


def _quantile(values: np.ndarray, share: float) -> float | None:
    """The smallest value that at least ``share`` of them do not exceed: a time that was really taken."""
    return round(float(np.quantile(values, share, method="inverted_cdf")), 2) if len(values) else None


def _instant(micros: float) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, tz=UTC)


def _shown(exceptions: pd.DataFrame) -> list[ShownException]:
    """The longest due first; of the papers that name one missing elder the first."""
    found: dict[tuple[str, ...], list[ShownException]] = {}
    for row in exceptions.sort_values(["due_at", *PLACE, "ref"]).to_dict("records"):
        plain = {name: str(row[name]) for name in (*PLACE, "kind", "stage", "ref", "evidence")}
        since, due = (pd.Timestamp(row[name]).to_pydatetime() for name in ("since_at", "due_at"))
        each = ShownException(**plain, since=since, due=due)
        elder = (each.shop, each.ref.partition(" > ")[2])
        key = elder if each.kind == "missing_parent" else (each.shop, each.subject_kind, each.subject_id, each.stage, each.ref)
        found.setdefault(key, []).append(each)
    return [replace(several[0], papers=len(several)) for several in found.values()]
