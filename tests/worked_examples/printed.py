"""What a source prints about one output: the form in which the worked examples record their claims."""

from __future__ import annotations

from typing import Any, NamedTuple

from autograd import Value, gradients


class Sheet(NamedTuple):
    """Claims of one source about the graph of one output, as `check` takes them.

    Attributes:
        title: where they are printed.
        out: the output whose gradients are claimed.
        claims: the gradients, as printed: numerals as strings, formulas over the labels.
        values: the values of nodes, as printed.
        of: the nodes behind the names of matrices, and behind names in formulas that are not in the graph of ``out``.
    """

    title: str
    out: Value
    claims: dict[Any, Any]
    values: dict[Any, Any] | None = None
    of: dict[str, Any] | None = None


def row(name: str, numbers: list[float]) -> list[Value]:
    """Make leaves ``name_1``, ``name_2``…"""
    return [Value(number, f"{name}_{i}") for i, number in enumerate(numbers, 1)]


def matrix(name: str, rows: list[list[float]]) -> list[list[Value]]:
    """Make leaves ``name_11``, ``name_12``…"""
    return [
        [Value(number, f"{name}_{i}{j}") for j, number in enumerate(numbers, 1)] for i, numbers in enumerate(rows, 1)
    ]


def adjoints(out: Value, nodes: list[Value]) -> dict[str, Value]:
    """Return ∂out/∂node as nodes, under names such as ``dL_z_1``, for formulas that are printed in terms of them."""
    names = [f"d{out.label}_{node.label}" for node in nodes]
    return {name: slope.named(name) for name, slope in zip(names, gradients(out, nodes), strict=True)}
