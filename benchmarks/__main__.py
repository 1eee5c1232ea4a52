"""Run the benchmarks beside every peer that is installed, and print one table; as JSON and as a chart if asked."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from autograd import MissingExtraError
from benchmarks import baseline, chart, figures
from benchmarks.peers import MODULES
from benchmarks.suite import WORKLOADS, measure
from benchmarks.tables import show


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeats", type=positive, default=11, metavar="N", help="rounds; medians count (default 11)")
    parser.add_argument(
        "--only", type=some_of(WORKLOADS), default=WORKLOADS, metavar="A,B", help=f"of {', '.join(WORKLOADS)}"
    )
    parser.add_argument(
        "--peers", type=some_of(MODULES), default=[*MODULES], metavar="A,B", help=f"of {', '.join(MODULES)}, or none"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--chart", type=drawable, metavar="FILE", help="draw the times here, as .svg or .png")
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="a file of --json: add our engine as it was in that run"
    )
    return parser


def some_of(known: Sequence[str] | dict[str, str]) -> Callable[[str], list[str]]:
    """Return the reader of a list with commas, of known names."""

    def names(text: str) -> list[str]:
        chosen = [] if text == "none" else text.split(",")
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(map(repr, unknown))}: choose of {', '.join(known)}")
        return chosen

    return names


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rounds, at least 1")
    return int(text)


def drawable(text: str) -> Path:
    path = Path(text)
    if path.suffix not in chart.SUFFIXES:
        raise argparse.ArgumentTypeError(f"{text!r} does not end in {' or '.join(chart.SUFFIXES)}")
    return path


def main(argv: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = arguments()
    options = parser.parse_args(argv)
    if options.chart:
        try:
            chart.drawing_library()  # before measuring for minutes
        except MissingExtraError as error:
            parser.error(str(error))
    earlier = figures.read(options.baseline) if options.baseline else None
    measured = measure(options.only, options.peers, options.repeats)
    if options.json:
        figures.save(measured, options.json)
    if earlier:
        measured = baseline.merge(measured, earlier)
    terminal = Console()
    show(measured, Console(width=max(terminal.width, 110)))
    if options.chart and measured.timed:
        chart.draw(measured, options.chart)


if __name__ == "__main__":
    main()
