"""The figures of a run, and their form as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REPLAY = "replay"  # the one phase of an engine that compiles once and then replays


@dataclass(frozen=True)
class Row:
    """Medians of one engine on one workload, in seconds by phase."""

    engine: str
    phases: dict[str, float]
    build: float | None = None

    @property
    def total(self) -> float:
        return sum(self.phases.values())

    @property
    def compiled(self) -> bool:
        return REPLAY in self.phases


@dataclass(frozen=True)
class Timed:
    """One workload: its rows, ours first."""

    title: str
    rows: list[Row]
    left_out: dict[str, str] = field(default_factory=dict)

    def row(self, engine: str) -> Row | None:
        return next((row for row in self.rows if row.engine == engine), None)


@dataclass(frozen=True)
class Bytes:
    """Bytes per operation: counted before and after backward, and resident (``None`` where that cannot be read)."""

    built: float
    after: float
    resident: float | None


@dataclass(frozen=True)
class Figures:
    """All that one run measured, and on what."""

    run: dict[str, Any]
    timed: dict[str, Timed] = field(default_factory=dict)
    growth: dict[str, dict[int, dict[str, float]]] = field(default_factory=dict)
    memory: dict[str, dict[str, Bytes]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def save(figures: Figures, path: Path) -> None:
    path.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> Figures:
    """Read what `save` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Figures(
        run=raw["run"],
        timed={
            name: Timed(timed["title"], [Row(**row) for row in timed["rows"]], timed["left_out"])
            for name, timed in raw["timed"].items()
        },
        growth={
            engine: {int(nodes): phases for nodes, phases in sizes.items()} for engine, sizes in raw["growth"].items()
        },
        memory={
            engine: {symbol: Bytes(**counts) for symbol, counts in operations.items()}
            for engine, operations in raw["memory"].items()
        },
        notes=raw["notes"],
    )
