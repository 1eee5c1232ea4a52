"""Random graphs: the gradient against finite differences, 50 digits of mpmath, and the gradient as a graph.

Rounding at a node v, a relative error ε, changes a computed gradient g by ε |v ∂g/∂v|. The condition number used for
every tolerance here is the largest such amplification over all nodes of the graph that computes g::

    κ(g) = max_v |v ∂g/∂v| / |g|

It is computed by our own sweep over the gradient's graph, but can only loosen a tolerance in proportion to quantities that
are there; the share of graphs where it exceeds 100 is printed and must be small. Tolerances: 1e-12 κ relative to mpmath
(about 4500 roundings, for graphs of up to some thousand operations), 1e-6 κ relative to finite differences, and
1e-13 κ between the eager gradient and its graph, which round differently.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from mpmath import mp

from autograd import Primitive, Value, finite_difference, gradients
from autograd.sweep import Adjoints, sweep
from autograd.table import PUBLIC
from tests.oracle import ORACLES
from tests.random_graphs import Program, call, programs, random_program
from tests.reporting import report

DIGITS = 60
FACTORS: list[float] = []  # κ of every example, for the printed share
SEEN: dict[str, int] = {"graphs": 0, "nodes": 0, "finite differences": 0, "not smooth in the stencil": 0}


def condition(gradient: Value) -> float:
    """κ of a gradient, from the graph that computes it."""
    adjoints: Adjoints[float] = Adjoints()
    sweep([(gradient, 1.0)], adjoints)
    amplified = max(abs(node.data * adjoint) for node, adjoint in adjoints.adjoints.items())
    return amplified / abs(gradient.data) if gradient.data else math.inf


def scale(gradient: Value) -> float:
    """κ |g|: the unit in which the gradient's error is measured; finite even where the gradient is 0."""
    return condition(gradient) * abs(gradient.data) if gradient.data else 1.0


def in_mpmath(row: Primitive, operands: list[Any]) -> Any:
    return ORACLES[row.name].value(*map(mp.mpf, operands))


def slope_in_mpmath(program: Program, index: int, order: int = 1) -> Any:
    """A difference quotient so fine, and in so many digits, that it is right to 25 digits however small it is."""
    with mp.workdps(DIGITS):
        slope = quotient(program, index, order)
        if abs(slope) > 1e-10:
            return slope
    with mp.workdps(10 * DIGITS):
        return quotient(program, index, order)


def quotient(program: Program, index: int, order: int) -> Any:
    """The central difference quotient of the whole program at the working precision."""
    step = mp.mpf(10) ** (-15 if order == 2 else -18)

    def along(shift: Any) -> Any:
        point = [mp.mpf(x) for x in program.inputs]
        point[index] += shift
        return program.run(point, in_mpmath)

    if order == 1:
        return (along(step) - along(-step)) / (2 * step)
    return (along(step) - 2 * along(0) + along(-step)) / step**2


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_gradients_of_random_graphs(program: Program) -> None:
    leaves = [Value(x) for x in program.inputs]
    out = program.run(leaves, call)
    as_graphs = gradients(out, leaves)
    out.backward()
    SEEN["graphs"] += 1
    SEEN["nodes"] += len(program.inputs) + len(program.steps)
    FACTORS.append(max(condition(g) for g in as_graphs if g.data) if any(g.data for g in as_graphs) else 1.0)
    for index, (leaf, graph) in enumerate(zip(leaves, as_graphs, strict=True)):
        unit = scale(graph)
        assert abs(leaf.grad - graph.data) <= 1e-13 * unit
        assert abs(mp.mpf(leaf.grad) - slope_in_mpmath(program, index)) <= 1e-12 * unit
    against_finite_differences(program, leaves, as_graphs)


def against_finite_differences(program: Program, leaves: list[Value], as_graphs: list[Value]) -> None:
    index = len(program.steps) % len(leaves)  # one input each: finite differences take most of the time
    estimate = finite_difference(lambda *xs: program.run(xs, call), program.inputs, index)
    SEEN["not smooth in the stencil" if estimate.note else "finite differences"] += 1
    if not estimate.note:
        # Values are known to a rounding only, so their differences are to about 1e-13 of f over the step.
        unit = max(scale(as_graphs[index]), 1e-6 * estimate.scale)
        assert abs(leaves[index].grad - estimate.value) <= 1e-6 * unit


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(most=30))
def test_second_derivatives_of_random_graphs(program: Program) -> None:
    leaves = [Value(x) for x in program.inputs]
    slopes = gradients(program.run(leaves, call), leaves)
    for index, (leaf, slope) in enumerate(zip(leaves, slopes, strict=True)):
        (curvature,) = gradients(slope, [leaf])
        assert abs(mp.mpf(curvature.data) - slope_in_mpmath(program, index, 2)) <= 1e-11 * scale(curvature)


def test_random_graphs_reach_every_primitive_and_share() -> None:
    made = [random_program(Random(seed), 10 + seed) for seed in range(190)]
    assert {name for program in made for name in program.rows} == {row.name for row in PUBLIC}
    assert all(len(program.inputs) + len(program.steps) >= 10 for program in made)
    shared = [len(uses) > len(set(uses)) for uses in map(_uses, made)]
    assert sum(shared) > 0.95 * len(made)


def _uses(program: Program) -> list[int]:
    return [o for step in program.steps for o in step.operands if isinstance(o, int)]


def test_ill_conditioned_graphs_are_few() -> None:
    if not FACTORS:
        pytest.skip("the random graphs were not run")
    share = sum(factor > 100.0 for factor in FACTORS) / len(FACTORS)
    counts = [[name, count] for name, count in SEEN.items()]
    report("Random graphs", [*counts, ["share with a condition number over 100", f"{share:.1%}"]])
    assert share < 0.1
