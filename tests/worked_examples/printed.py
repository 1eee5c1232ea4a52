"""What a source prints about one output: the form in which the worked examples record their claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from autograd import Value, gradients
from nn import Layer, label

Item = TypeVar("Item")


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
    return label([Value(number) for number in numbers], name)


def matrix(name: str, rows: list[list[float]]) -> list[list[Value]]:
    """Make leaves ``name_11``, ``name_12``…"""
    return label([[Value(number) for number in numbers] for numbers in rows], name)


def transposed(rows: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """Turn rows into columns: a layer has a row of weights for each neuron, some sources have a column."""
    return [list(column) for column in zip(*rows, strict=True)]


def through(layer: Layer, x: list[Value], sums: str, outputs: str) -> tuple[list[Value], list[Value]]:
    """Pass a sample through a layer; return its sums ``W x + b`` and what the activation makes of them, labelled."""
    before = label(layer.pre_activations(x), sums)
    return before, label(layer.activate(before), outputs)


def descended(weights: list[Value], slopes: list[Value], rate: Value | float) -> list[Value]:
    """Return weights after a step of gradient descent, as nodes of the graph that the gradients are nodes of."""
    return [w - rate * slope for w, slope in zip(weights, slopes, strict=True)]


def adjoints(out: Value, nodes: list[Value]) -> dict[str, Value]:
    """Return ∂out/∂node as nodes, under names such as ``dL_z_1``, for formulas that are printed in terms of them."""
    names = [f"d{out.label}_{node.label}" for node in nodes]
    return {name: slope.named(name) for name, slope in zip(names, gradients(out, nodes), strict=True)}
