"""What is folded away: constants in operations, unlabelled nodes in formulas, total derivatives on edges."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest

import autograd
from autograd import Value, checkpoint, clip, draw, logsumexp, no_grad
from autograd.pictures.folding import Naming, Plan, folded_plan, plain_plan
from autograd.pictures.formulas import circled, operation
from autograd.rows import CONSTANT
from autograd.traversal import topological_order
from tests.counting import assert_linear
from tests.pictures import arrows, boxes, edges

NAMING = Naming(lambda node: node.label, 4)


def folded(*roots: Value) -> Plan:
    return folded_plan(topological_order(roots), set(roots), NAMING)


def written(root: Value) -> str:
    """Return the formula in the box of a result."""
    return " ".join(next(box for box in folded(root).boxes if box.node is root).formula)


# Constants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x: x * 2, "× 2"), (lambda x: 2 * x, "× 2"), (lambda x: x**2, "^2"), (lambda x: 2**x, "2^"),
        (lambda x: x - 1, "− 1"), (lambda x: 1 - x, "1 −"), (lambda x: x / 4, "/ 4"), (lambda x: 4 / x, "4 /"),
        (lambda x: x + -0.5, "+ (−0.5)"), (lambda x: x**-1, "^(−1)"), (lambda x: x % 2, "% 2"),
        (lambda x: clip(x, 0.0, 1.0), "clip(·, 0, 1)"), (lambda x: autograd.sum([x, 1.0, x]), "sum(·, 1, ·)"),
        (lambda x: autograd.dot([x, 2.0], [3.0, x]), "dot(·, 2; 3, ·)"),
        (lambda x: logsumexp([1.0] * 50 + [x]), "logsumexp(…)"),
        (lambda x: x * Value(2 / 3).detach(), "× 0.6667"), (lambda x: x * Value(7.0, "k").detach(), "× k"),
        (lambda x: Value(7.0, "k").detach() + 3, "k + 3"), (lambda x: x * x, "×"),
    ],
)  # fmt: skip
def test_constants_in_operations(make: Any, text: str) -> None:
    x = Value(3.0, "x")
    node = make(x)
    (box,) = [b for b in plain_plan(topological_order(node), [node], NAMING, constants=False).boxes if b.node is node]
    assert box.sign == text
    assert [edge.tail for edge in box.edges] == [x] * sum(operand is x for operand in node.operands)
    assert text in boxes(draw(node, constants=False, partials=False))[f"n{len(topological_order(node)) - 1}"]


def test_without_constants_no_box_and_no_edge_is_one() -> None:
    x = Value(2.0, "x")
    y = 2 * x + Value(7.0, "k").detach() * x - 1
    assert len(boxes(draw(y))) == 5 + 3
    picture = draw(y, constants=False)
    assert len(boxes(picture)) == 1 + 4
    assert len(edges(picture)) == 2 + 3


def test_operands_that_are_left_are_numbered_where_their_order_matters() -> None:
    x, y = Value(2.0), Value(3.0)
    node = autograd.where(x, y, 1.0)
    (box,) = [b for b in plain_plan([x, y, node], [node], NAMING, constants=False).boxes if b.node is node]
    assert [edge.mark for edge in box.edges] == ["1", "2"]
    (box,) = [b for b in plain_plan([x, 2 - x], [x], NAMING, constants=False).boxes if b.edges]
    assert [edge.mark for edge in box.edges] == [""]


def test_a_result_that_is_a_constant_is_drawn() -> None:
    with no_grad():
        y = Value(2.0) * 3
    assert boxes(draw(y, constants=False)) == boxes(draw(y, fold=True)) == {"n0": ["6"]}


# Formulas ---------------------------------------------------------------------------------------------------------


def test_a_neuron_becomes_one_box() -> None:
    x1, x2, w1, w2, b = (Value(i / 10, label) for i, label in enumerate(["x1", "x2", "w1", "w2", "b"]))
    o = (x1 * w1 + x2 * w2 + b).tanh().named("o")
    texts = boxes(draw(o, fold=True))
    assert len(texts) == 6
    assert "tanh(x₁·w₁ + x₂·w₂ + b)" in texts["n9"]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x, y: 2 * x**2 - 1 + 3 / x, "2·x² − 1 + 3/x"),
        (lambda x, y: -(x - y), "−(x − y)"),
        (lambda x, y: (x + y) ** 2 * x**-1.0, "(x + y)²·x^(−1)"),
        (lambda x, y: 1 / 3 + x * 0.999999, "0.3333 + x·0.999999"),
        (lambda x, y: -(x * 1), "−x"),
        (lambda x, y: autograd.maximum(x * x, y), "maximum(x·x, y)"),
        (lambda x, y: autograd.sum([x] * 20) + 1, "sum(…) + 1"),
        (lambda x, y: (x * Value(2.0, "k_1").detach()) + Value(5.0).detach(), "x·k₁ + 5"),
    ],
)
def test_formulas(make: Any, text: str) -> None:
    assert written(make(Value(2.0, "x"), Value(3.0, "y"))) == text


@pytest.mark.parametrize("label", ["a * b ** 2 - c", "x/y", "<B>", "\\N", '"', "…", "\ue000", "-", "**", "·"])
def test_names_are_not_taken_for_signs(label: str) -> None:
    x, y = Value(2.0, label), Value(3.0, "y")
    root = (x**2 * y - 1).named("r")
    assert written(root) == f"{label}²·y − 1"
    assert any(label in line for line in boxes(draw(root, fold=True))["n4"])


def test_what_has_no_name_is_numbered_where_it_comes_in() -> None:
    a, b = Value(2.0), Value(3.0)
    root = (a * b + b).named("r")
    (box,) = [box for box in folded(root).boxes if box.node is root]
    assert box.formula == ["①·②", "+", "②"]
    assert [(edge.tail, edge.mark) for edge in box.edges] == [(a, "①"), (b, "②")]
    assert (circled(0), circled(19), circled(20)) == ("①", "⑳", "(21)")


def test_long_formulas_end_in_an_ellipsis() -> None:
    x = Value(1.0, "x")
    y = x
    for _ in range(1_000):
        y = y * y + x
    assert "…" in written(y)
    assert len(written(y)) < 200
    assert len(edges(draw(y, fold=True))) == 1


def test_a_long_formula_has_several_lines() -> None:
    terms = [Value(float(i), f"a_long_name_{i}") for i in range(12)]
    y = terms[0]
    for term in terms[1:]:
        y = y + term
    texts = boxes(draw(y, fold=True, partials=False))[f"n{len(topological_order(y)) - 1}"]
    lines = texts[: texts.index("data")]
    assert len(lines) == 4
    assert lines[-1].endswith(" …")
    assert all(len(line) <= 32 for line in lines)


def test_a_large_folded_graph_is_folded_in_linear_time() -> None:
    def work(size: int) -> Any:
        y = x = Value(0.5, "x")
        for index in range(size):
            y = (y * 0.5 + x) * y
            if index % 10 == 0:
                y = y.named("h")
        return lambda: folded(y)

    assert_linear(work)


# Which nodes ------------------------------------------------------------------------------------------------------


def test_what_several_boxes_share_remains() -> None:
    x = Value(2.0, "x")
    shared = x * x
    a, b = (shared + 1).named("a"), (shared - 1).named("b")
    root = (a * b).named("r")
    assert [box.node for box in folded(root).boxes] == [x, shared, a, b, root]
    inner = x * 3
    once = (inner * inner + inner).named("once")
    assert [box.node for box in folded(once).boxes] == [x, once]


def test_results_remain() -> None:
    x = Value(2.0, "x")
    y = x * 2
    z = y + 1
    assert [box.node for box in folded(z, y).boxes] == [x, y, z]


def test_checkpoints_and_what_goes_into_them_remain_and_are_not_run() -> None:
    calls = []

    def cube(x: Any) -> Any:
        calls.append(x)
        return x * x * x

    inside = Value(2.0, "x") * 2
    result = checkpoint(cube, inside)
    root = (result + 1).named("r")
    plan = folded(root)
    assert {inside, result, root} <= {box.node for box in plan.boxes}
    assert [edge.partial for box in plan.boxes if box.node is result for edge in box.edges] == [None]
    draw(root, fold=True).pipe("svg")
    assert len(calls) == 1


# Total derivatives ------------------------------------------------------------------------------------------------


def test_a_total_derivative_by_hand() -> None:
    x = Value(3.0, "x")
    y = (2 * x**2 - 1 + 3 / x).named("y")
    (edge,) = folded(y).boxes[-1].edges
    assert edge.partial == pytest.approx(4 * 3 - 3 / 9, rel=1e-15)  # 4x - 3/x²
    assert "∂ 11.67" in boxes(draw(y, fold=True))["n5"]
    ((_, attributes),) = arrows(draw(y, fold=True)).items()
    assert attributes["tooltip"].startswith("total derivative 11.66666")


def random_graph(random: Random) -> Value:
    nodes = [Value(random.uniform(0.5, 1.5), f"x{i}" if random.random() < 0.8 else "") for i in range(4)]
    for index in range(random.randint(5, 40)):
        a, b = random.choice(nodes[-8:]), random.choice(nodes)
        made: list[Value] = [a * b, a + b, a - 0.5 * b, a.tanh(), 1 / (b * b + 1)]
        node = random.choice(made)
        nodes.append(node.named(f"h{index}") if random.random() < 0.3 else node)
    out: Value = autograd.sum(nodes[-5:])
    return out.named("out")


def by_paths(head: Value, tail: Value, kept: set[Value]) -> float:
    """Sum the products of partials over all paths that lead over no other box."""
    total = 0.0
    stack = [(head, 1.0)]
    while stack:
        node, product = stack.pop()
        for operand, partial in zip(node.operands, node.partials, strict=True):
            if operand is tail:
                total += product * partial
            elif operand._op is not CONSTANT and operand not in kept:
                stack.append((operand, product * partial))
    return total


@pytest.mark.parametrize("seed", range(40))
def test_edges_carry_the_sum_over_all_that_is_folded_away(seed: int) -> None:
    root = random_graph(Random(seed))
    root.backward()
    plan = folded(root)
    kept = {box.node for box in plan.boxes}
    gradients = dict.fromkeys(kept, 0.0) | {root: 1.0}
    for box in reversed(plan.boxes):
        for tail in {edge.tail for edge in box.edges if isinstance(edge.tail, Value)}:
            partials = [edge.partial for edge in box.edges if edge.tail is tail]
            # Sums in another order differ by some units in the last place of their largest terms.
            assert math.fsum(filter(None, partials)) == pytest.approx(
                by_paths(box.node, tail, kept), rel=1e-9, abs=1e-12
            )
            gradients[tail] += gradients[box.node] * math.fsum(filter(None, partials))
    for node, gradient in gradients.items():
        assert gradient == pytest.approx(node.grad, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_every_node_is_in_one_box(seed: int) -> None:
    root = random_graph(Random(seed))
    plan = folded(root)
    order = topological_order(root)
    assert {plan.homes[node] for node in order if node._op is not CONSTANT} == {box.node for box in plan.boxes}
    assert all(plan.homes[node] is node for node in order if node.label)
    uses: dict[Value, set[Value]] = {}
    for node in order:
        for operand in node.operands:
            uses.setdefault(operand, set()).add(plan.homes[node])
    for node in order:
        if not node.label and node.operands:
            assert (plan.homes[node] is node) == (len(uses.get(node, ())) != 1)


def test_operation_of_a_user() -> None:
    row = autograd.primitive("twice", lambda x, y: 2 * x + y, [lambda x, y, z: 2.0, lambda x, y, z: 1.0], "", "Twice.")
    x = Value(1.0)
    assert operation(row(x, 3.0), {1}, str, 4) == "twice(·, 3)"
