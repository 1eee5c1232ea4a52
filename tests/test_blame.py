"""Which step of the backward pass is blamed, why, and what is said when nothing is."""

import math
import random
import re
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, checkpoint, topological_order
from autograd.provenance import source_lines
from autograd.tracing.blame import blame
from tests.counting import assert_linear
from tests.strategies import Program, programs
from tests.test_events import HARD, hard_graph, of_values

inf, nan = math.inf, math.nan


def assert_says(pattern: str, text: str) -> None:
    assert re.search(pattern, text), text


class Case(NamedTuple):
    """A graph of one leaf: where it breaks, by the labels of node and operand, and what is to be said."""

    x: float
    build: Callable[[Value], Any]
    node: str
    operand: str
    upstream: float
    partial: float
    adjoint: float
    reason: str
    seed: float = 1.0


CASES = {
    "0·inf": Case(
        0.0, lambda x: x.sqrt().named("p") * 0.0, "p", "x", 0.0, inf, nan, "times an upstream adjoint of 0"
    ),
    "infinite slope at the edge of the domain": Case(
        0.0, lambda x: x.sqrt().named("p") * 2.0, "p", "x", 2.0, inf, inf, r"edge of its domain \(x ≥ 0\)"
    ),
    "at the edge on the other side": Case(
        1.0, lambda x: autograd.arccos(x).named("p"), "p", "x", 1.0, -inf, -inf, "edge of its domain .* slope of arccos"
    ),
    "infinite slope inside the domain": Case(
        0.0, lambda x: autograd.cbrt(x).named("p"), "p", "x", 1.0, inf, inf, "slope of cbrt is infinite at 0"
    ),
    "no derivative": Case(
        3.0, lambda x: (-2.0) ** x + Value(1.0), "**", "x", 1.0, nan, nan, "power has no derivative by x there"
    ),
    "overflow of a product": Case(
        0.25, lambda x: (x * 1e200).named("p") * 1e120, "p", "x", 1e120, 1e200, inf, "overflow: the product is beyond"
    ),
    "overflow of the sum": Case(
        1e-10, lambda x: autograd.sum([x * 1e308, (x * 1.5e308).named("q")]), "*", "x", 1.0, 1e308, inf,
        "overflow: the sum of the contributions is beyond",
    ),
    "overflow of a slope": Case(
        1e-200, lambda x: autograd.reciprocal(x).named("p"), "p", "x", 1.0, -inf, -inf, "overflow: the slope"
    ),
    "overflow in the forward pass": Case(
        1000.0, lambda x: x.exp().named("p"), "p", "x", 1.0, inf, inf, "p is inf since the forward pass"
    ),
    "nan in the forward pass": Case(
        nan, lambda x: (x * 2.0).named("q").tanh().named("p") + 1.0, "p", "q", 1.0, nan, nan, "q is nan since"
    ),
    "the seed": Case(1.0, lambda x: (x * 2.0).named("p"), "p", "", nan, 1.0, nan, "the seed is not finite", seed=nan),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_reason(case: Case) -> None:
    x = Value(case.x, "x")
    out = case.build(x)
    out.backward(case.seed)
    assert not all(math.isfinite(node.grad) for node in topological_order(out))  # the case is one
    out.zero_grad()
    found = blame(out, case.seed)
    assert not found
    assert not found.ok
    assert found.node is not None
    assert (found.node.label or found.node.op) == case.node
    if case.operand:
        assert found.edge is not None
        assert found.edge.operand.label == case.operand
        assert found.edge.operand is found.node.operands[found.edge.slot]
    else:
        assert found.edge is None
    numbers = [(found.upstream, case.upstream), (found.partial, case.partial), (found.adjoint, case.adjoint)]
    assert all(a == b or (a != a and b != b) for a, b in numbers)
    assert x.grad == 0.0
    assert_says(case.reason, found.reason)
    assert_says(case.reason, str(found))


def test_opposite_infinities() -> None:
    x = Value(0.0, "x")
    a, b = x.sqrt().named("a"), x.sqrt().named("b")
    out = (a - b).named("L")
    out.backward()
    assert math.isnan(x.grad)
    found = blame(out)
    # The sweep reaches b first, whose share is −1·inf; a's +inf then meets it.
    assert (found.node, found.adjoint) == (b, -inf)
    assert found.turned_nan is not None
    assert found.turned_nan.node is a
    assert_says("then: .*became nan at a → x: -inf . 1.0 × inf .*inf − inf is undefined", str(found))


def test_infinity_that_turns_nan_below() -> None:
    x = Value(0.0, "x")
    found = blame((x * 0.0).named("q").sqrt().named("p"))
    assert (found.adjoint, found.edge and found.edge.operand.label) == (inf, "q")
    assert_says("then: .*became nan at q → x: inf × 0.0 .infinity times 0 is undefined", str(found))


def test_the_first_value_that_is_not_finite_is_named() -> None:
    a, b = Value(1000.0, "a"), Value(800.0, "b")
    e, f = a.exp().named("e"), b.exp().named("f")
    found = blame((e - f).named("d").tanh())
    assert found.forward is e
    assert found.forward_nan is not None
    assert found.forward_nan.label == "d"
    assert_says(r"forward: e = exp\(a\) with a = 1000.0 was inf already .overflow", str(found))
    assert_says(r"then: +d = e - f with e = inf, f = inf was nan already .inf − inf is undefined", str(found))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda x: x * 0.0, "0 × inf is undefined"),
        (lambda x: x / x, "inf / inf is undefined"),
        (lambda x: autograd.sum([x, x, -x]), "inf − inf is undefined"),
        (lambda x: autograd.prod([x, x, 0.0]), "undefined for what is not finite"),
    ],
)
def test_why_a_value_is_nan(build: Callable[[Value], Value], words: str) -> None:
    out = build(Value(inf, "x"))
    assert math.isnan(out.data)
    found = blame(out)
    assert found.forward_nan is out
    assert_says(words, str(found))


def test_a_leaf_given_as_infinite() -> None:
    x = Value(-inf, "x")
    found = blame(x.relu())
    assert found.ok
    assert found.forward is x
    assert str(found) == "nothing to blame: every adjoint is finite\n  forward: x = -inf (given as it is)"


def test_nothing_to_blame() -> None:
    x = Value(2.0, "x")
    found = blame((x * x).sqrt())
    assert found.ok
    assert bool(found) is True
    assert (found.event, found.node, found.edge, found.upstream, found.partial, found.adjoint) == (None,) * 6
    assert (found.forward, found.line, found.reason) == (None, "", "")
    assert repr(found) == str(found) == "nothing to blame: every adjoint is finite"
    assert "nothing to blame" in found._repr_html_()


@settings(max_examples=60, deadline=None)
@given(programs(largest=60), st.sampled_from([1.0, -0.5, 1e300, 1e308]))
def test_random_graphs_are_blamed_just_when_a_gradient_is_not_finite(program: Program, seed: float) -> None:
    assert_blames_rightly(of_values(program)[-1], seed)


@pytest.mark.parametrize("start", range(200))
def test_hard_graphs_are_blamed_just_when_a_gradient_is_not_finite(start: int) -> None:
    choice = random.Random(start)
    assert_blames_rightly(hard_graph(choice), choice.choice(HARD))


def assert_blames_rightly(out: Value, seed: float) -> None:
    found = blame(out, seed)
    out.zero_grad()
    out.backward(seed)
    order = topological_order(out)
    assert found.ok == all(math.isfinite(node.grad) for node in order)
    assert found.forward is next((node for node in order if not math.isfinite(node.data)), None)
    assert str(found)
    if found.edge is not None:  # what is above was still finite
        assert math.isfinite(found.edge.node.grad)
        assert not math.isfinite(found.edge.operand.grad)
        assert found.reason


# Source lines -----------------------------------------------------------------------------------------------------


def test_the_line_that_made_the_node() -> None:
    x = Value(0.0, "x")
    with source_lines():
        p, line = x.sqrt().named("p"), sys._getframe().f_lineno
        out = p * 0.0
    found = blame(out)
    assert found.node is p
    assert found.line == f"test_blame.py:{line}"
    assert f"line:    test_blame.py:{line}" in str(found)


def test_how_to_record_lines() -> None:
    found = blame(Value(0.0).sqrt() * 0.0)
    assert found.line == ""
    assert "line:    not recorded (build the graph in a block `with source_lines():`)" in str(found)


# The inside of checkpoints, long and wide graphs, labels ------------------------------------------------------------


def test_inside_a_checkpoint() -> None:
    x = Value(0.0, "x")
    found = blame(checkpoint(lambda x: x.sqrt().named("p") * 0.0, x))
    assert found.node is not None
    assert (found.node.label, found.event and found.event.inside) == ("p", True)
    assert str(found).startswith("∂out/∂x became nan at p → x: 0.0 × inf, inside a checkpoint")


def test_wide_nodes_are_not_written_out() -> None:
    xs = [Value(1e308 if i else -1.0, f"x{i}") for i in range(1000)]
    text = str(blame(autograd.sum(xs).tanh().named("y"), 1e308))
    assert "nothing to blame" in text
    assert "sum of 1,000 operands" in text
    assert len(text) < 500


def test_the_work_is_linear() -> None:
    def work(size: int) -> Any:
        x = Value(0.0, "x")
        y = x.sqrt()
        for _ in range(size):
            y = y * 0.5 + x
        return lambda: str(blame(y))

    assert_linear(work)


@pytest.mark.parametrize("label", ["a\nb", "\x1b[31m", "\u202e", "x" * 500, "<b>"])
def test_labels_obey_nobody(label: str) -> None:
    x = Value(0.0, label)
    found = blame(x.sqrt().named(label) * 0.0)
    assert all(line.isprintable() and len(line) < 400 for line in str(found).splitlines())
    assert len(str(found).splitlines()) == 4
    assert "<b>" not in found._repr_html_()


# Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("out", [3.0, None, [Value(1.0)]])
def test_only_a_value_can_be_blamed(out: Any) -> None:
    with pytest.raises(TypeError, match="blame takes one Value, not "):
        blame(out)


def test_a_constant_cannot_be_blamed() -> None:
    with pytest.raises(ValueError, match="is a constant"):
        blame(Value(1.0).detach())


def test_a_seed_is_a_number() -> None:
    with pytest.raises(TypeError, match="seed must be a real number"):
        blame(Value(1.0), "1")  # type: ignore[arg-type]


def test_a_stale_graph_is_refused() -> None:
    x = Value(4.0, "x")
    y = x.sqrt()
    x.data = 0.0
    with pytest.raises(autograd.StaleGraphError, match="stale"):
        blame(y)
