"""Random expression graphs: the gradient against finite differences, high precision, and the gradient as a graph.

Every tolerance is a base times ``max(1, κ)``, and κ is the condition number of the gradient, by one formula for all:

    κ = max over all computed nodes v of the gradient's own graph of |v · ∂g/∂v|, divided by |g|,

by how much a rounding error in one step of the computation of g is amplified at most. The nodes are those of the
forward pass, the partials and the adjoints. So what is allowed is the base times that maximum, g itself included,
which also says what is allowed where g is 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from mpmath import mp

from autograd import Primitive, Value, gradients
from autograd.rows import lookup
from autograd.sweep import Adjoints, sweep
from autograd.table import PUBLIC
from tests.oracle import ORACLES, Real, UndefinedError
from tests.reporting import report
from tests.strategies import Edge, Program, programs
from tests.test_rows import apply

AGAINST_DIFFERENCES = 1e-6
AGAINST_PRECISION = 1e-12
# The graph of the gradient makes the same multiplications and additions, some in another order: a few ulps.
AGAINST_GRAPH = 8.0 * 2.0**-52

# Digits of the oracle, and of the step below 1: 50 digits are left of a quotient, truncation included.
DIGITS, STEP = 80, 30


class Tally:
    """What was exercised, for the report at the end."""

    def __init__(self) -> None:
        self.graphs = self.nodes = self.components = self.badly_conditioned = self.bad_graphs = 0
        self.compared = self.not_smooth = self.too_noisy = 0
        self.worst: dict[str, float] = {}
        self.sizes: list[int] = []
        self.rows: Counter[str] = Counter()

    def note(self, what: str, error: float, allowed: float) -> None:
        """Keep the worst error in units of the tolerance."""
        self.worst[what] = max(self.worst.get(what, 0.0), error / allowed if allowed else 0.0)


TALLY = Tally()


# Algebras a program is put through --------------------------------------------------------------------------------


def of_values(program: Program) -> tuple[list[Value], list[Value]]:
    """Return the inputs and all nodes as `Value`s."""
    inputs = [Value(x) for x in program.inputs]
    return inputs, program.run(inputs, apply)


def of_floats(program: Program, inputs: Sequence[float]) -> tuple[float, Hashable]:
    """Return the output as a float, and the smooth pieces on which all nodes lie."""
    pieces: list[object] = []

    def evaluate(row: Primitive, operands: list[float]) -> float:
        if row.piece is not None:
            pieces.append(row.piece(*operands))
        return row.evaluate(tuple(operands))

    return program.run(list(inputs), evaluate)[-1], tuple(pieces)


def of_reals(program: Program, inputs: Sequence[Real]) -> Real:
    """Return the output in high precision, by the oracle's functions."""

    def evaluate(row: Primitive, operands: list[Real]) -> Real:
        return ORACLES[row.name].value(*map(mp.mpf, operands))

    return program.run(list(inputs), evaluate)[-1]


# Derivatives that know nothing of the engine -------------------------------------------------------------------------


def slope_in_high_precision(program: Program, index: int) -> Real:
    """Return ∂output/∂input by difference quotients at 80 digits: one-sided at an edge, ±inf where it diverges."""
    sides = [side for side in (_quotient(program, index, -1), _quotient(program, index, 1)) if side is not None]
    assert sides
    if len(sides) == 2:
        assert abs(sides[0] - sides[1]) <= mp.mpf(10) ** -15 * max(1, *map(abs, sides)), "on a kink"
        return sum(sides) / 2
    if abs(sides[0]) < 1e8:
        return sides[0]
    return mp.sign(sides[0]) * mp.inf


def _quotient(program: Program, index: int, side: int) -> Real | None:
    step = side * mp.mpf(10) ** -STEP
    inputs = [mp.mpf(x) for x in program.inputs]
    here = of_reals(program, inputs)
    inputs[index] += step
    try:
        return (of_reals(program, inputs) - here) / step
    except UndefinedError:
        return None


class Difference(NamedTuple):
    """A derivative by finite differences of floats, and what the rounding of the values may do to it."""

    value: float
    noise: float


def finite_difference(program: Program, index: int) -> Difference | None:
    """Extrapolate central differences of floats to step 0 (Richardson); ``None`` if a kink is nearer than 1e-4."""
    x = program.inputs[index]
    _, home = of_floats(program, program.inputs)

    def central(h: float) -> float | None:
        sides = []
        for z in (x + h, x - h):
            height, pieces = of_floats(program, [*program.inputs[:index], z, *program.inputs[index + 1 :]])
            if pieces != home or not math.isfinite(height):
                return None
            sides.append(height)
        return (sides[0] - sides[1]) / ((x + h) - (x - h))

    for first in (0.02, 0.005, 0.001, 0.0002):
        steps = [first / 2.0**k for k in range(5)]
        row = [central(h) for h in steps]
        if None not in row:
            return _extrapolated([q for q in row if q is not None], steps[-1], program)
    return None


def _extrapolated(row: list[float], last_step: float, program: Program) -> Difference:
    height, _ = of_floats(program, program.inputs)
    for level in range(1, len(row)):
        row = [finer + (finer - coarser) / (4.0**level - 1.0) for coarser, finer in pairwise(row)]
    # Each value carries some hundred roundings of numbers of the size of the output; extrapolation adds little.
    return Difference(row[0], 100.0 * 2.0**-53 * max(1.0, abs(height)) / last_step)


# The condition number -------------------------------------------------------------------------------------------------


def spread(gradient: Value) -> float:
    """Return max |v · ∂g/∂v| over the computed nodes of the graph of g; leaves and constants carry no rounding."""
    algebra: Adjoints[float] = Adjoints()
    sweep([(gradient, 1.0)], algebra)
    amplified = (abs(v.data * slope) for v, slope in algebra.adjoints.items() if v.op not in ("", "constant"))
    return max(abs(gradient.data), *amplified, 0.0)


# Properties -----------------------------------------------------------------------------------------------------------

thorough = settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@thorough
@given(programs())
def test_gradients_of_random_graphs(program: Program) -> None:
    inputs, nodes = of_values(program)
    nodes[-1].backward()
    as_graph = gradients(nodes[-1], inputs)
    spreads = [spread(g) for g in as_graph]
    _count(program, [g.data for g in as_graph], spreads)
    for i, (x, g, allowed) in enumerate(zip(inputs, as_graph, spreads, strict=True)):
        _assert_close("gradient as a graph", g.data, x.grad, AGAINST_GRAPH * allowed)
        with mp.workdps(DIGITS):
            true = slope_in_high_precision(program, i)
            _assert_close("50 digits", x.grad, true, AGAINST_PRECISION * allowed)
        _check_finite_difference(program, i, x.grad, AGAINST_DIFFERENCES * allowed)


def _check_finite_difference(program: Program, index: int, gradient: float, allowed: float) -> None:
    estimate = finite_difference(program, index)
    if estimate is None:
        TALLY.not_smooth += 1
    elif estimate.noise > allowed and gradient:
        TALLY.too_noisy += 1
    else:
        TALLY.compared += 1
        _assert_close("finite differences", gradient, estimate.value, max(allowed, estimate.noise))


def _assert_close(what: str, got: float, true: Any, allowed: float) -> None:
    error = float(abs(got - true))
    TALLY.note(what, error, allowed)
    assert error <= allowed, (
        f"{what}: {got!r}, but {mp.nstr(mp.mpf(true), 17)}; off by {error:.3g}, allowed {allowed:.3g}"
    )


def _count(program: Program, slopes: Sequence[float], spreads: Sequence[float]) -> None:
    bad = [s > 100.0 * abs(g) for g, s in zip(slopes, spreads, strict=True)]
    TALLY.graphs += 1
    TALLY.nodes += program.size
    TALLY.sizes.append(program.size)
    TALLY.components += len(bad)
    TALLY.badly_conditioned += sum(bad)
    TALLY.bad_graphs += any(bad)
    TALLY.rows.update(step.row.name for step in program.steps)
    event(f"nodes: {program.size // 40 * 40}…")


@settings(thorough, max_examples=50)
@given(programs(smallest=10, largest=30))
def test_gradients_of_gradients_of_random_graphs(program: Program) -> None:
    inputs, nodes = of_values(program)
    for i, slope in enumerate(gradients(nodes[-1], inputs[:3])):
        for j, curvature in enumerate(gradients(slope, inputs[:3])):
            with mp.workdps(2 * DIGITS):
                true = _second_difference(program, i, j)
                allowed = AGAINST_PRECISION * spread(curvature)
                _assert_close("50 digits, second order", curvature.data, true, allowed + 1e-30)


def _second_difference(program: Program, i: int, j: int) -> Real:
    """Return ∂²output/∂i∂j by central differences; the error of truncation is 1e-60."""
    step = mp.mpf(10) ** -STEP

    def moved(along_i: int, along_j: int) -> Real:
        inputs = [mp.mpf(x) for x in program.inputs]
        inputs[i] += along_i * step
        inputs[j] += along_j * step
        return of_reals(program, inputs)

    return (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) / (4 * step**2)


EDGES = [
    *(Edge(lookup("sqrt"), 0.0), Edge(lookup("arccosh"), 1.0)),
    *(Edge(lookup(name), x) for name in ("arcsin", "arccos") for x in (-1.0, 1.0)),
    *(Edge(lookup("power"), 0.0, (n,)) for n in (0.5, 1.0, 2.5)),
]


@settings(thorough, max_examples=10)
@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.row.name}{(edge.x, *edge.rest)}")
@given(data=st.data())
def test_gradients_at_an_edge_are_one_sided_limits(edge: Edge, data: st.DataObject) -> None:
    program = data.draw(programs(smallest=10, largest=40, edge=edge))
    inputs, nodes = of_values(program)
    nodes[-1].backward()
    # Where nothing comes back to the edge, 0·inf is nan, as it should be.
    assume(nodes[len(inputs)].grad != 0.0)
    with mp.workdps(DIGITS):
        for i, x in enumerate(inputs):
            true = slope_in_high_precision(program, i)
            if mp.isinf(true):
                assert x.grad == true, f"{x.grad}, but {true}"
            else:
                allowed = AGAINST_PRECISION * spread(gradients(nodes[-1], [x])[0]) + 1e-40
                _assert_close("one-sided limits at edges", x.grad, true, allowed)


def test_what_was_exercised() -> None:
    """Runs after the property (tests run in the order of the file); alone, it has nothing to judge."""
    if TALLY.graphs < thorough.max_examples:
        pytest.skip("the random graphs were not run")
    rarest, times = TALLY.rows.most_common()[-1]
    ill = TALLY.badly_conditioned / TALLY.components, TALLY.bad_graphs / TALLY.graphs
    skipped = f"{TALLY.not_smooth} not smooth in the stencil, {TALLY.too_noisy} lost in rounding"
    lines: list[tuple[object, ...]] = [
        ("graphs", TALLY.graphs),
        ("nodes", f"{TALLY.nodes}: {min(TALLY.sizes)} to {max(TALLY.sizes)} in a graph"),
        ("gradients", TALLY.components),
        ("primitives reached", f"{len(TALLY.rows)} of {len(PUBLIC)}; the rarest, {rarest}, {times} times"),
        ("factor κ above 100", f"in {ill[0]:.1%} of gradients, in {ill[1]:.1%} of graphs"),
        ("finite differences", f"{TALLY.compared} compared, {skipped}"),
        *((f"worst against {what}, ÷ tolerance", worst) for what, worst in TALLY.worst.items()),
    ]
    report("Random graphs: gradients of every primitive, at edges, second order", lines)
    assert {row.name for row in PUBLIC} <= set(TALLY.rows)
    assert TALLY.bad_graphs < 0.1 * TALLY.graphs
    assert TALLY.compared > 0.8 * TALLY.components
    assert TALLY.nodes > 50 * TALLY.graphs
    assert 10 <= min(TALLY.sizes) <= 15
    assert 180 <= max(TALLY.sizes) <= 200
