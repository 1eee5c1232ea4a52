"""Our engine in another build, from an earlier run: one build can be imported at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from benchmarks.contender import OURS
from benchmarks.figures import Figures, Row, Timed
from benchmarks.machine import build_of
from benchmarks.values import TEACHING

T = TypeVar("T")
YARDSTICKS = ("micrograd", TEACHING)


def merge(figures: Figures, earlier: Figures) -> Figures:
    """Add the earlier figures of our engine as a row of its own, below ours.

    Times are scaled by what a pure-Python yardstick took in either run, so that ratios are those of each own run.
    """
    label = f"{OURS} ({build_of(earlier.run)})"
    if earlier.run["compiled"] == figures.run["compiled"]:
        label = f"{OURS} (earlier run)"
    note = (
        f"{label}: version {earlier.run['version']}, measured {earlier.run['date']} on {earlier.run['cpu']}; its "
        "times are scaled by micrograd's (GPT: the teaching class's) in either run; growth and memory are as they were"
    )
    return replace(
        figures,
        timed={name: _merged(timed, earlier.timed.get(name), label) for name, timed in figures.timed.items()},
        growth=figures.growth | _ours(earlier.growth, label, bool(figures.growth)),
        memory=_below_ours(figures.memory, _ours(earlier.memory, label, bool(figures.memory))),
        notes=[*figures.notes, note],
    )


def _merged(now: Timed, then: Timed | None, label: str) -> Timed:
    ours = None if then is None else then.row(OURS)
    if then is None or ours is None:
        return now
    for name in YARDSTICKS:
        yard_now, yard_then = now.row(name), then.row(name)
        if yard_now and yard_then:
            scale = yard_now.total / yard_then.total
            row = Row(label, {phase: seconds * scale for phase, seconds in ours.phases.items()})
            return replace(now, rows=[now.rows[0], row, *now.rows[1:]])
    return replace(now, left_out=now.left_out | {label: "no yardstick ran in both runs"})


def _ours(rows: dict[str, T], label: str, wanted: bool) -> dict[str, T]:
    return {label: rows[OURS]} if wanted and OURS in rows else {}


def _below_ours(rows: dict[str, T], added: dict[str, T]) -> dict[str, T]:
    return {name: row for name, row in rows.items() if name == OURS} | added | rows
