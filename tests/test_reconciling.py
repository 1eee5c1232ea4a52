"""`reconcile`: the input that was planted wrongly is found from figures made elsewhere, and nothing else is claimed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

from autograd import StaleGraphError, Value, checkpoint, dot, log, no_grad, relu, sum, tanh, topological_order
from autograd.checking.nearby_numbers import EXCHANGED, POINT, SIGN, numerals_near, slips
from autograd.checking.reconciling import Reconciliation, reconcile
from tests.counting import live_nodes


class Net:
    """A 2-3-1 network with tanh, as a graph, and the same in NumPy with its backward pass written out by hand."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.numbers = {
            f"{name}{i}": round(random.choice([-1, 1]) * random.uniform(0.12, 1.8), 2)
            for name, count in (("x", 2), ("W", 6), ("w", 3), ("y", 1))
            for i in range(count)
        }
        self.leaves = {name: Value(number, name) for name, number in self.numbers.items()}
        x, first, second, (y,) = (self._block(name) for name in "xWwy")
        self.z = [tanh(dot(x, first[2 * j : 2 * j + 2])).named(f"z{j}") for j in range(3)]
        self.out = tanh(dot(self.z, second)).named("out")
        self.loss = ((self.out - y) ** 2 / 2).named("L")

    def _block(self, name: str) -> list[Value]:
        return [leaf for label, leaf in self.leaves.items() if label[0] == name]

    def figures(self, changed: dict[str, float]) -> tuple[dict[str, float], dict[str, float]]:
        """Return gradients and values for other inputs, by NumPy."""
        n = {**self.numbers, **changed}
        x, y = np.array([n["x0"], n["x1"]]), n["y0"]
        first, second = np.array([n[f"W{i}"] for i in range(6)]).reshape(3, 2), np.array([n[f"w{i}"] for i in range(3)])
        z = np.tanh(first @ x)
        out = np.tanh(second @ z)
        delta = (out - y) * (1 - out**2)
        d_first = np.outer(delta * second * (1 - z**2), x)
        gradients = {f"W{i}": g for i, g in enumerate(d_first.ravel())} | {f"w{j}": g for j, g in enumerate(delta * z)}
        return gradients, {"out": out, "L": (out - y) ** 2 / 2, **{f"z{j}": z[j] for j in range(3)}}


def printed(figures: dict[str, float], digits: int = 7) -> dict[str, str]:
    return {name: f"{figure:.{digits}f}" for name, figure in figures.items()}


def other_numbers(random: Random, x: float) -> list[float]:
    """Return what a number may be taken for: by each kind of slip, and any other number."""
    return [
        *(number for _, number in slips(x)),
        round(random.uniform(-2.0, 2.0), 2),
        round(x * random.uniform(0.5, 2), 3),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_a_planted_input_is_found_from_figures_computed_elsewhere(seed: int) -> None:
    """All claims are gradients and values that NumPy found for another number of one input, to seven decimals."""
    random, net = Random(seed), Net(seed)
    name = random.choice(list(net.numbers))
    number = random.choice([x for x in other_numbers(random, net.numbers[name]) if abs(x) < 20])
    gradients, values = net.figures({name: number})
    found = reconcile(net.loss, printed(gradients), printed(values))
    planted = [s for s in found.solutions if s.name == name]
    assert [s.after for s in planted] == [number]
    assert planted[0].right == found.claims == 14
    for other in found.solutions:  # NumPy agrees that they explain every figure
        again, there = net.figures({other.name: other.after})
        for mine, claimed in ((again, gradients), (there, values)):
            assert all(abs(mine[k] - claimed[k]) <= 1.01e-7 for k in mine)


@pytest.mark.parametrize("which", ["gradients", "values"])
def test_gradients_alone_and_values_alone_suffice(which: str) -> None:
    """The number planted is no slip of the one there: only Newton's method, on second derivatives too, finds it."""
    net = Net(5)
    gradients, values = net.figures({"w1": 1.37})
    claims = (printed(gradients), {}) if which == "gradients" else ({}, printed(values))
    found = reconcile(net.loss, *claims, inputs=["w1"])
    assert [(s.name, s.after, s.slip) for s in found.solutions] == [("w1", 1.37, "")]


def test_figures_that_are_right_need_no_change() -> None:
    net = Net(1)
    gradients, values = net.figures({})
    found = reconcile(net.loss, printed(gradients), printed(values))
    assert found.ok
    assert (found.solutions, found.best, found.right) == ((), None, 14)
    assert str(found) == "every figure (14 of 14) follows from the inputs as they are"


@pytest.mark.parametrize("claim", ["0.063", "0.0634", "0.06336", "-0.41", "2.2528"])
def test_the_shortest_number_that_makes_the_claim_right_is_proposed(claim: str) -> None:
    """Every number of fewer digits is tried by brute force, on plain floats: none does."""
    w, x = Value(0.9, "w"), Value(0.704, "x")
    (found,) = reconcile((w * x).named("s"), {}, {"s": claim}, inputs=[w]).solutions
    half = 0.5 * 10.0 ** -len(claim.partition(".")[2])

    def right(number: float) -> bool:
        return abs(number * 0.704 - float(claim)) <= half * (1 + 1e-9)

    assert right(found.after)
    if not found.slip:
        digits = len(f"{abs(found.after):f}".replace(".", "").strip("0"))
        shorter = range(-(10 ** (digits - 1)) + 1, 10 ** (digits - 1))
        assert not any(right(n / 10.0**k) for n, k in itertools.product(shorter, range(6)))


def test_a_slip_of_the_pen_is_proposed_before_a_shorter_number() -> None:
    """0.4 would do as well as 0.36, but nobody writes 0.63 for it."""
    w = Value(0.63, "w")
    (found,) = reconcile((w * 2.0).named("s"), {}, {"s": "0.7"}).solutions
    assert (found.after, found.slip) == (0.36, EXCHANGED)
    assert abs(0.4 * 2.0 - 0.7) > 0.05  # it would not do here, but for a wider claim:
    (wider,) = reconcile((w * 10.0).named("s"), {}, {"s": "4"}).solutions
    assert wider.after == 0.36
    assert abs(0.4 * 10.0 - 4) <= 0.5


@pytest.mark.parametrize(
    ("x", "number", "slip"), [(0.9, 0.09, POINT), (0.09, 9.0, POINT), (0.7, -0.7, SIGN), (1.52, 1.25, EXCHANGED)]
)
def test_kinds_of_slip(x: float, number: float, slip: str) -> None:
    w = Value(x, "w")
    (found,) = reconcile((w.tanh() + w).named("s"), {}, {"s": f"{math.tanh(number) + number:.6f}"}).solutions
    assert (found.after, found.slip) == (number, slip)


def test_every_input_that_explains_all_figures_is_named() -> None:
    """s = w·x: both factors can be another number; the loss's target cannot make s right."""
    w, x, t = Value(0.5, "w"), Value(4.0, "x"), Value(1.0, "t")
    s = (w * x).named("s")
    found = reconcile(((s - t) ** 2).named("L"), {}, {"s": "0.2", "L": "0.64"})
    assert {(s.name, s.after) for s in found.solutions} == {("w", 0.05), ("x", 0.4)}
    assert "x is 0.4 rather than 4, or if w is 0.05 rather than 0.5" in found.sentence


def test_a_kink_between_here_and_there_is_jumped_over() -> None:
    """At 0.2 the ReLU passes nothing on and Newton's method has no slope; from other starts it has."""
    w = Value(0.2, "w")
    (found,) = reconcile(relu(w - 1.0).named("s"), {}, {"s": "0.50"}).solutions
    assert found.after == 1.5


def test_starts_outside_the_domain_are_passed_over() -> None:
    x = Value(2.0, "x")
    y = log(x).named("y")
    (found,) = reconcile(y, {x: "3.70"}, {y: "-1.3"}).solutions  # ln 0.27 = -1.309, 1/0.27 = 3.704
    assert found.after == 0.27


def test_contradicting_figures_have_no_solution_and_the_majority_is_explained() -> None:
    net = Net(3)
    gradients, values = net.figures({"w2": net.numbers["w2"] * 10})
    claims = {**printed(gradients), "W0": "7.5"}
    found = reconcile(net.loss, claims, printed(values))
    assert not found.ok
    assert not found.solutions
    assert found.best is not None
    assert (found.best.name, found.best.right, found.best.wrong) == ("w2", 13, ("∂L/∂W0",))
    assert f"13 of 14, follow if w2 is {found.best.after:g}" in str(found)


def test_nothing_is_proposed_for_figures_that_nothing_explains() -> None:
    random, net = Random(0), Net(0)
    gradients, values = net.figures({})
    noise = {name: f"{random.gauss(0.0, 1.0):.5f}" for name in gradients}
    found = reconcile(net.loss, noise, {name: f"{random.gauss(0.0, 1.0):.5f}" for name in values})
    assert (found.solutions, found.best) == ((), None)
    assert "no change of a single input explains the others" in str(found)


@pytest.mark.parametrize("claim", ["nan", "inf", "-inf", "1e300", "1e-300"])
def test_figures_out_of_reach_end_in_no_solution(claim: str) -> None:
    w = Value(0.5, "w")
    found = reconcile(w.tanh().named("y"), {"w": "0.1"}, {"y": claim})
    assert not found.solutions


def test_a_figure_may_be_about_an_input_itself() -> None:
    w, x = Value(0.9, "w"), Value(2.0, "x")
    (found,) = reconcile((w * x).named("s"), {"x": "0.09"}, {"w": "0.09", "s": "0.18"}).solutions
    assert (found.name, found.after) == ("w", 0.09)


def test_the_graph_is_left_as_it_was() -> None:
    net = Net(2)
    net.loss.backward()
    nodes = topological_order([net.loss])
    before = [(node.data, node.grad, node.partials, node.label) for node in nodes]
    alive = live_nodes()
    gradients, values = net.figures({"x0": 5.0})
    found = reconcile(net.loss, printed(gradients), printed(values))
    assert found.solutions
    assert [(node.data, node.grad, node.partials, node.label) for node in nodes] == before
    assert live_nodes() == alive  # the copy is gone


def test_it_works_inside_no_grad_and_through_checkpoints() -> None:
    def inside(a: Value, b: Value) -> Value:
        return tanh(a * b) + a

    a, b = Value(0.3, "a"), Value(0.9, "b")
    out = (checkpoint(inside, a, b) * 2).named("out")
    product = 0.3 * 0.09
    claims = {"a": f"{2 * ((1 - math.tanh(product) ** 2) * 0.09 + 1):.6f}"}
    with no_grad():
        found = reconcile(out, claims, {"out": f"{2 * (math.tanh(product) + 0.3):.6f}"})
    assert ("b", 0.09) in [(s.name, s.after) for s in found.solutions]


def test_formulas_are_left_out_with_a_note() -> None:
    w, x = Value(0.9, "w"), Value(2.0, "x")
    found = reconcile((w * x).named("s"), {"w": "x", "x": "w"}, {"s": "0.18"})
    assert found.claims == 1
    assert "left out, because they are formulas and not figures: ∂s/∂w, ∂s/∂x" in str(found)


def test_inputs_may_be_named_and_unlabelled_or_alike() -> None:
    w, other, nameless = Value(0.9, "w"), Value(2.0, "w"), Value(3.0)
    s = (w * other * nameless).named("s")
    names = [solution.name for solution in reconcile(s, {}, {"s": "0.54"}).solutions]
    assert sorted(names) == ["w (= 0.9)", "w (= 2.0)"]
    (found,) = reconcile(s, {}, {"s": "0.54"}, inputs=[nameless]).solutions
    assert (found.input is nameless, found.name, found.after) == (True, "inputs[0]", 0.3)
    assert [x.name for x in reconcile(s, {}, {"s": "0.54"}, inputs=(nameless, [w])).solutions] == ["inputs[0]", "w"]


WRONG: Any = 1.5  # where a Value or a whole number belongs


def graph() -> tuple[Value, Value, Value]:
    w, x = Value(0.9, "w"), Value(2.0, "x")
    return w, x, (w * x).named("s")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda w, x, s: reconcile(s, {"w": "x"}), ValueError, "all claims are formulas.*see check"),
        (lambda w, x, s: reconcile(s, {}), ValueError, "nothing is claimed"),
        (lambda w, x, s: reconcile(WRONG, {"w": "1"}), TypeError, "float"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, inputs=[]), ValueError, "inputs is empty"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, inputs=[s]), ValueError, "'s' is computed from others: only leaves"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, inputs=["v"]), ValueError, "no node .* labelled 'v'"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, inputs=[0.9]), TypeError, "Values or labels.*float"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, inputs=[Value(1.0, "v")]), ValueError, "'v' is not in the graph"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, inputs=[w.detach()]), ValueError, "'w' is a constant"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, budget=0), ValueError, "budget must be a whole number.*0"),
        (lambda w, x, s: reconcile(s, {"w": "1"}, budget=WRONG), ValueError, "budget must be a whole number.*1.5"),
        (lambda w, x, s: reconcile(Value(1.0) * 2, {}, {}), ValueError, "nothing is claimed"),
    ],
)
def test_errors_say_what_to_do(
    call: Callable[[Value, Value, Value], Reconciliation], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(*graph())


def test_a_graph_without_labels_needs_inputs() -> None:
    x = Value(2.0)
    with pytest.raises(ValueError, match="no leaf of the graph has a label"):
        reconcile(x * 2, {x: "3"})


def test_a_stale_graph_is_refused() -> None:
    w, _, s = graph()
    w.data = 0.09
    with pytest.raises(StaleGraphError, match="recompute"):
        reconcile(s, {"x": "0.09"})
    s.recompute()
    assert reconcile(s, {"x": "0.09"}).ok


def test_a_budget_bounds_the_work_and_is_reported() -> None:
    """A thousand inputs, ten thousand nodes: the search is cut short and says so; naming the input finds it."""
    random = Random(0)
    weights = [Value(round(random.uniform(0.1, 1.0), 2), f"w{i}") for i in range(1000)]
    y = sum([tanh(w * 0.3) * 0.1 + w * w for w in weights]).named("y")
    changed = y.data - tanh(weights[500].data * 0.3) * 0.1 - weights[500].data ** 2 + math.tanh(0.3 * 7) * 0.1 + 49
    claims = {weights[500]: f"{0.03 * (1 - math.tanh(2.1) ** 2) + 14:.5f}"}
    found = reconcile(y, claims, {y: f"{changed:.5f}"}, budget=50_000)
    assert [(s.name, s.after) for s in found.solutions] == [("w500", 7.0)]  # the only one on which the gradient depends
    cut = reconcile(y, {}, {y: f"{changed:.5f}"}, budget=50_000)
    assert "the budget ran out before" in str(cut)
    named = reconcile(y, {}, {y: f"{changed:.5f}"}, inputs=["w500"], budget=50_000)
    assert [(s.name, s.after) for s in named.solutions] == [("w500", 7.0)]


def test_a_chain_too_deep_for_recursion() -> None:
    x = Value(0.5, "x")
    y = x
    for _ in range(30_000):
        y = y + 0.0001
    (found,) = reconcile(y.named("y"), {}, {"y": "3.75"}, budget=500_000).solutions
    assert found.after == 0.75


def test_the_report_as_text_and_as_html() -> None:
    w, x = Value(0.9, "<w>"), Value(2.0, "x")
    found = reconcile((w * x).named("s"), {}, {"s": "0.18"}, inputs=[w])
    lines = str(found).splitlines()
    assert lines[0] == repr(found).splitlines()[0] == "every figure follows if <w> is 0.09 rather than 0.9"
    assert lines[2].split() == ["input", "from", "to", "figures", "right", "what", "changed"]
    assert lines[4].split() == ["<w>", "0.9", "0.09", "1", "of", "1", "decimal", "point"]
    html = found._repr_html_()
    assert "&lt;w&gt; is 0.09 rather than 0.9" in html
    assert ">&lt;w&gt;</td>" in html


def test_numerals_near_a_number_come_from_both_sides_in_order_of_their_digits() -> None:
    near = list(numerals_near(0.08996))
    for digits in range(1, 5):
        below, above = sorted(near[2 * digits - 1 : 2 * digits + 1])
        assert below <= 0.08996 <= above
        assert above - below <= 1.01 * 10.0 ** (-1 - digits)
    assert near[-1] == 0.08996
