"""The figures as tables."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks.contender import OURS
from benchmarks.figures import Bytes, Figures, Row, Timed
from benchmarks.growth import ratio
from benchmarks.machine import headline

REPLAYED = "compiled once, then replayed"
PHASES = ("forward", "backward", "update")


def show(figures: Figures, console: Console) -> None:
    console.print(headline(figures.run), markup=False, highlight=False, soft_wrap=True)
    if figures.timed:
        console.print(times(figures))
    if figures.growth:
        console.print(growth(figures))
    if figures.memory:
        console.print(memory(figures))
    for note in figures.notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)


def times(figures: Figures) -> Table:
    peers = ", ".join(f"{name} {version}" for name, version in figures.run["peers"].items())
    caption = (
        f"Medians of {figures.run['repeats']} alternating rounds; leaves change between them, and all gradients agree. "
        f"What is compiled once does another kind of work. {peers}"
    )
    table = Table(title="Time of one pass", caption=caption, caption_justify="left")
    table.add_column("engine", no_wrap=True)
    for heading in (*PHASES, "total", "ratio to ours", "build, once"):
        table.add_column(heading, justify="right")
    for timed in figures.timed.values():
        table.add_section()
        table.add_row(f"[bold]{timed.title}[/bold]")
        _add_rows(table, timed)
    return table


def _add_rows(table: Table, timed: Timed) -> None:
    ours = timed.rows[0].total
    for row in timed.rows:
        if not row.compiled:
            table.add_row(*_cells(row, ours))
    replayed = [row for row in timed.rows if row.compiled]
    if replayed:
        table.add_row(f"[italic]{REPLAYED}[/italic]")
    for row in replayed:
        table.add_row(*_cells(row, ours))
    for name, reason in timed.left_out.items():
        table.add_row(f"[dim]{name}: left out, {reason}[/dim]")


def _cells(row: Row, ours: float) -> list[str]:
    phases = [duration(row.phases[phase]) if phase in row.phases else "–" for phase in PHASES]
    build = "–" if row.build is None else duration(row.build)
    name = f"[bold]{row.engine}[/bold]" if row.engine == OURS else row.engine
    return [name, *phases, duration(row.total), _ratio(row.total / ours), build]


def growth(figures: Figures) -> Table:
    table = Table("engine", title="Time per node as the graph grows, in ns")
    for heading in ("nodes", "forward", "backward", "free"):
        table.add_column(heading, justify="right")
    for engine, sizes in figures.growth.items():
        table.add_section()
        for nodes, phases in sizes.items():
            table.add_row(engine, f"{nodes:,}", *(f"{1e9 * phases[p]:.0f}" for p in ("forward", "backward", "free")))
        factor = ratio(sizes)
        if factor is not None:
            table.add_row(f"10⁶ over 10⁴ nodes, forward and backward: {factor:.2f}")
    return table


def memory(figures: Figures) -> Table:
    caption = (
        "Counted by tracemalloc after building → after backward / growth of a fresh process while building "
        "(the allocator rounds each object up to 16 bytes)."
    )
    table = Table("engine", title="Bytes per operation", caption=caption, caption_justify="left")
    for symbol in next(iter(figures.memory.values())):
        table.add_column(symbol, justify="right")
    for engine, operations in figures.memory.items():
        table.add_row(engine, *map(_bytes, operations.values()))
    return table


def _bytes(count: Bytes) -> str:
    resident = "–" if count.resident is None else f"{count.resident:.0f}"
    return f"{count.built:.0f} → {count.after:.0f} / {resident}"


def duration(seconds: float) -> str:
    """Write seconds with three digits and the unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{_three_digits(seconds / size)} {unit}"
    return f"{_three_digits(seconds / 1e-9)} ns"


def _ratio(ratio: float) -> str:
    return f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}"


def _three_digits(x: float) -> str:
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.1f}" if abs(x) >= 10 else f"{x:.2f}"
