"""A backward pass as a table, for a terminal and for a notebook."""

from __future__ import annotations

import itertools

from autograd.node_names import NodeNames
from autograd.rows import CHECKPOINT
from autograd.tables import Column, html_table, text_table
from autograd.tracing.events import Event, Trace
from autograd.traversal import topological_order
from autograd.value import Value
from autograd.wording import number

PRECISION = 6  # significant digits
COLUMNS = (
    Column("step", numeric=True),
    Column("edge"),
    Column("upstream × local", numeric=True),
    Column("adjoint"),
    Column("before → after", numeric=True),
    Column("finished"),
)


def in_text(trace: Trace, limit: int) -> str:
    """Write the first events of a trace as a table for a terminal, and how many more there are."""
    rows, rest = _rows(trace, limit)
    return text_table(COLUMNS, rows) + (f"\n{rest}" if rest else "")


def in_html(trace: Trace, limit: int) -> str:
    """Write the first events of a trace as a table for a notebook, and how many more there are."""
    rows, rest = _rows(trace, limit)
    return html_table(COLUMNS, rows, rest)


def _rows(trace: Trace, limit: int) -> tuple[list[list[str]], str]:
    """Write the first ``limit`` rows, and what to say of the others."""
    names = NodeNames(topological_order(trace.out))
    events = iter(trace)
    shown = list(itertools.islice(events, limit))
    last = {event.target: step for step, event in enumerate(shown)}
    count = len(shown)
    for event in events:
        if event.target in last:
            last[event.target] = count
        count += 1
    rows = [
        [str(step), *row_of(event, trace.out, names), names[event.target] if last[event.target] == step else ""]
        for step, event in enumerate(shown)
    ]
    return rows, f"… {count - limit:,} more events, up to step {count - 1:,}" if count > limit else ""


def row_of(event: Event, out: Value, names: NodeNames) -> list[str]:
    """Write edge, product, adjoint and its change."""
    change = f"{figure(event.before)} → {figure(event.after)}"
    return [arrow(event, names), product(event), names.gradient(out, event.target), change]


def arrow(event: Event, names: NodeNames) -> str:
    """Write which edge an event goes along: ``y → x``; a seed has no beginning."""
    mark = " (inside)" if event.inside else ""
    return (
        f"→ {names[event.node]}{mark}" if event.edge is None else f"{names[event.node]} → {names[event.target]}{mark}"
    )


def product(event: Event) -> str:
    """Write what is added: upstream adjoint times local partial; a seed is no product."""
    plain = event.edge is None or event.node._op is CHECKPOINT
    return figure(event.upstream) if plain else f"{figure(event.upstream)} × {figure(event.partial)}"


def figure(x: float) -> str:
    """Write a number for reading."""
    return number(x, PRECISION)
