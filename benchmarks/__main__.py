"""Run every benchmark against every peer that is installed, print one table, and write it as JSON if asked."""

from __future__ import annotations

import argparse
import datetime
import json
import operator
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from autograd import Value, __version__
from benchmarks.memory import bytes_per_node
from benchmarks.timing import compare
from benchmarks.workloads import network

OPERATIONS = {"+": operator.add, "*": operator.mul, "/": operator.truediv}


def contenders() -> dict[str, Callable[[float], Any]]:
    """Return the scalar classes to compare: ours first."""
    found: dict[str, Callable[[float], Any]] = {"scalar-autograd": Value}
    try:
        from micrograd.engine import Value as MicrogradValue
    except ImportError:
        pass
    else:
        found["micrograd"] = MicrogradValue
    return found


def measure(repeats: int) -> dict[str, Any]:
    """Return all figures, and when and on what they were measured."""
    scalars = contenders()
    times = compare(network, scalars, repeats)
    memory = {
        name: {symbol: bytes_per_node(scalar, operation) for symbol, operation in OPERATIONS.items()}
        for name, scalar in scalars.items()
    }
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "version": __version__,
        "network": {name: {"forward": t.forward, "backward": t.backward} for name, t in times.items()},
        "bytes_per_node": memory,
    }


def show(figures: dict[str, Any]) -> None:
    """Print the figures as a table."""
    ours = sum(figures["network"]["scalar-autograd"].values())
    table = Table(
        title=f"2-16-16-1 network, 100 samples ({figures['python']}, {figures['machine']}, {figures['date']})"
    )
    for heading in (
        "engine",
        "forward ms",
        "backward ms",
        "total ms",
        "times ours",
        *(f"bytes {s}" for s in OPERATIONS),
    ):
        table.add_column(heading, justify="left" if heading == "engine" else "right")
    for name, run in figures["network"].items():
        total = run["forward"] + run["backward"]
        cells = [f"{1e3 * t:.1f}" for t in (run["forward"], run["backward"], total)]
        table.add_row(name, *cells, f"{total / ours:.1f}", *map(_bytes, figures["bytes_per_node"][name].values()))
    console = Console(width=120)
    console.print(table)
    console.print("bytes: per node of a chain, before → after the backward pass")


def _bytes(pair: tuple[float, float]) -> str:
    before, after = pair
    return f"{before:.0f}" if before == after else f"{before:.0f} → {after:.0f}"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeats", type=int, default=11, help="rounds; the median counts")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    figures = measure(options.repeats)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
