"""`check`: verdicts on true and false claims, on formulas at many inputs, and on odd graphs."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import autograd
from autograd import Primitive, StaleGraphError, Value, checkpoint, exp, log, maximum, no_grad, relu, sigmoid, tanh
from autograd.checking.judging import check
from autograd.checking.points import Differences, random_points, recorded_point
from autograd.checking.report import Check, CheckRow
from autograd.symbols import formula_gradients
from tests.counting import lines_executed
from tests.planted_slips import all_paths, networks, product
from tests.strategies import Program, programs


def one(out: Value, claims: Any, **more: Any) -> CheckRow:
    (row,) = check(out, claims, **more).rows
    return row


# Numbers --------------------------------------------------------------------------------------------------------------


def test_true_claims_are_never_rejected() -> None:
    """Right gradients of random networks, multiplied out path by path, printed in one to twelve digits."""
    made = 0
    for network, _ in zip(networks(7), range(60), strict=False):
        gradients = {x: sum(map(product, all_paths(network.loss, x))) for x in network.parameters}
        for digits in range(1, 13):
            report = check(network.loss, {x: format(g, f"#.{digits}g") for x, g in gradients.items()})
            assert report.ok, report
            made += len(report.rows)
    assert made >= 4000


def test_rounded_half_up_and_half_to_even_are_right() -> None:
    x = Value(0.125, "x")
    y = x * 1.0
    for text in ("0.12", "0.13", "0.125", "0.1250"):
        assert one(y, {}, values={y: text}).right
    for text in ("0.11", "0.14", "0.126", "0.1251"):
        assert not one(y, {}, values={y: text}).right


def test_both_figures_are_given() -> None:
    x = Value(0.5, "x")
    s = (x * 3).named("s")
    y = s.tanh().named("y")
    report = check(y, {"x": "0.54", "s": 0.5, "y": 1})
    slope = 1.0 - math.tanh(1.5) ** 2
    for row, right in zip(report.rows, (3.0 * slope, slope, 1.0), strict=True):
        assert row.expected == pytest.approx(right, rel=1e-14)  # a few roundings
        assert row.finite_difference == pytest.approx(right, rel=1e-8)  # what extrapolated differences come to
    assert [row.right for row in report.rows] == [True, False, True]
    assert not report.ok
    assert report.wrong == (report.rows[1],)


def test_nodes_outside_the_graph_have_gradient_zero() -> None:
    x, other = Value(2.0, "x"), Value(3.0)
    report = check(x * x, {other: "0.00", x: "4.00"}, values={other: "3.0"})
    assert report.ok
    assert report.rows[0].finite_difference == 0.0


def test_constants_get_no_gradient() -> None:
    x = Value(2.0, "x")
    t = Value(3.0, "t").detach()
    assert check((x - t) ** 2, {"x": "2*(x - t)", "t": "0.0"}, values={"t": 3.0}).ok


def test_infinities_are_judged_literally() -> None:
    x = Value(0.0, "x")
    assert one(x.sqrt(), {"x": "inf"}).right
    assert not one(x.sqrt(), {"x": "5"}).right
    assert not one(x * 2, {"x": "nan"}).right


def test_a_kink_is_noted() -> None:
    x = Value(0.0, "x")
    row = one(relu(x) * 2, {"x": "0.0"})
    assert row.right
    assert math.isnan(row.finite_difference)
    assert row.note == "kink in the stencil"


def test_a_claim_without_a_digit_says_so() -> None:
    x = Value(0.2, "x")
    row = one(x * x, {"x": "0"})
    assert row.right  # 0.4 rounds to 0
    assert row.note == "printed to no significant digit"


# Formulas -------------------------------------------------------------------------------------------------------------


def neuron(x: float = 0.4) -> Value:
    w, b, t = Value(0.7, "w"), Value(-0.2, "b"), Value(0.9, "t")
    s = (w * Value(x, "x") + b).named("s")
    y = tanh(s).named("y")
    return (0.5 * (y - t) ** 2).named("L")


@pytest.mark.parametrize(
    ("label", "formula"),
    [
        ("w", "(y - t) * (1 - y**2) * x"),
        ("w", "(tanh(w*x + b) - t) / cosh(s)**2 * x"),
        ("b", "(y - t) * (1 - tanh(s)**2)"),
        ("s", "(y - t) * (1 - y) * (1 + y)"),
        ("t", "t - y"),
        ("L", "1"),
    ],
)
def test_right_formulas(label: str, formula: str) -> None:
    row = one(neuron(), {label: formula})
    assert row.right, row
    assert row.diagnosis == row.counterexample == ""


def test_a_coincidence_at_one_point_does_not_pass() -> None:
    x = Value(3.0, "x")
    row = one(x * x, {"x": "x**2 - 3"})  # 2*x is 6 as well
    assert not row.right
    assert row.claimed == row.expected == 6.0
    assert "holds at the recorded point only" in row.diagnosis
    assert row.counterexample.startswith("at x = ")


def test_a_counterexample_is_one() -> None:
    x, y = Value(0.3, "x"), Value(0.8, "y")
    row = one((x.sin() * y).named("z"), {"x": "y*cos(0.3)"})  # right at the recorded point
    assert not row.right
    inputs = dict(part.split(" = ") for part in row.counterexample.split(" it ")[0].removeprefix("at ").split(", "))
    claimed, right = row.counterexample.split("it comes to ")[1].split(", right is ")
    a, b = float(inputs["x"]), float(inputs["y"])
    assert float(right) == pytest.approx(b * math.cos(a), rel=1e-5)  # six digits are printed
    assert float(claimed) == pytest.approx(b * math.cos(0.3), rel=1e-5)


def test_the_recorded_point_is_the_counterexample_where_the_formula_is_wrong_there() -> None:
    x, y = Value(0.3, "x"), Value(0.8, "y")
    row = one((x.sin() * y).named("z"), {"x": "y*x"})
    assert row.counterexample == f"here it comes to {0.8 * 0.3:.6g}, right is {0.8 * math.cos(0.3):.6g}"


def test_a_figure_of_negative_zero_reads_as_zero() -> None:
    w, x, v = Value(0.5, "w"), Value(-2.0, "x"), Value(3.0, "v")
    row = one((v * relu(w * x)).named("y"), {"w": "x"})
    assert math.copysign(1.0, row.expected) == -1.0
    assert row.counterexample == "here it comes to -2, right is 0"


def test_values_may_be_formulas() -> None:
    report = check(neuron(), {}, values={"s": "w*x + b", "y": "tanh(s)", "L": "(y - t)**2 / 2"})
    assert report.ok
    row = one(neuron(), {}, values={"y": "sigmoid(s)"})
    assert not row.right


def test_formulas_over_interior_nodes_see_them_move() -> None:
    row = one(neuron(), {"w": "(y - 0.9) * (1 - y**2) * x"})  # t was 0.9, but it is an input
    assert not row.right


def test_what_is_right_on_one_side_of_a_kink_only_is_wrong() -> None:
    w, x = Value(0.5, "w"), Value(2.0, "x")
    z = relu((w * x).named("s")).named("z")
    assert not one(z, {"w": "x"}).right
    assert one(z, {"w": "x * (s > 0)"}).right
    assert one(z, {"w": "where(s > 0, x, 0)"}).right
    a, b = Value(1.0, "a"), Value(2.0, "b")
    assert not one(maximum(a, b) * a, {"a": "b"}).right
    assert one(maximum(a, b) * a, {"a": "where(a > b, 2*a, b)"}).right


def test_formulas_of_plain_numbers_are_judged_where_the_graph_was_recorded() -> None:
    x = Value(1.5, "x")
    assert one(x * x / 9, {"x": "1/3"}).right
    assert not one(x * x / 9, {"x": "1/3 + 1e-8"}).right


def test_points_stay_inside_the_domain() -> None:
    x, y = Value(0.2, "x"), Value(3.0, "y")
    out = (log(x) / (y - 2)).sqrt() if x > 1 else log(x) * y.sqrt()
    assert one(out, {"x": "sqrt(y)/x"}).right
    assert one(out, {"y": "log(x)/(2*sqrt(y))"}).right


def test_cancellation_in_a_right_formula_is_no_error() -> None:
    s = Value(9.0, "s")
    y = tanh(s).named("y")
    row = one(y, {"s": "1 - y**2"})  # six digits of it are lost in floats; they are stirred, and the loss is seen
    assert row.right
    assert not one(y, {"s": "1 - y**3"}).right


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(largest=50))
def test_true_formulas_of_random_graphs_are_never_rejected(program: Program) -> None:
    """The chain rule as it is written, over leaves alone: long formulas, ill conditioned ones among them."""

    def apply(row: Primitive, operands: list[Any]) -> Any:
        half = len(operands) // 2
        return (
            row(operands[:half], operands[half:])
            if row.pairs
            else row(*([operands] if row.arity is None else operands))
        )

    inputs = [Value(x, f"x{i}") for i, x in enumerate(program.inputs)]
    out = program.run(inputs, apply)[-1]
    try:
        written = [formula.text for formula in formula_gradients(out, inputs)]
    except ValueError:  # beyond any use
        return
    right = recorded_point(out).adjoints  # nan over a path of slope 0 * nan, whose zero factor a formula leaves out
    claims = {
        x: text
        for x, text in zip(inputs, written, strict=True)
        if len(text) < 20_000 and not math.isnan(right.get(x, 0.0))
    }
    if claims:
        assert check(out, claims).ok


def test_a_formula_without_a_value_at_the_recorded_point_is_wrong() -> None:
    x = Value(-1.0, "x")
    row = one(x * x, {"x": "2*exp(log(x))"})
    assert not row.right
    assert math.isnan(row.claimed)


def test_a_condition_on_inputs_that_are_fixed_is_found() -> None:
    """The gradient of cross-entropy through softmax is p - y only if the y add up to 1: constants are not varied."""

    def loss(make: Callable[[float, str], Value]) -> Value:
        z = [Value(v, f"z_{i}") for i, v in enumerate((0.3, -0.2, 0.5))]
        y = [make(v, f"y_{i}") for i, v in enumerate((0.0, 1.0, 0.0))]
        total = sum(map(exp, z))
        p = [(exp(v) / total).named(f"p_{i}") for i, v in enumerate(z)]
        return -sum((a * log(b) for a, b in zip(y, p, strict=True)), Value(0.0))

    claims = {f"z_{i}": f"p_{i} - y_{i}" for i in range(3)}
    assert check(loss(lambda v, name: Value(v, name).detach()), claims).ok
    report = check(loss(Value), claims)
    assert not report.ok
    assert all("holds only as long as" in row.diagnosis for row in report.rows)
    assert all("detach()" in row.diagnosis for row in report.rows)


# Odd graphs, limits ---------------------------------------------------------------------------------------------------


def test_checkpoints_leave_one_point() -> None:
    x = Value(0.5, "x")
    y = checkpoint(lambda v: (v * 2).sin(), x).named("y")
    row = one(y * y, {"x": "4*y*cos(2*x)"})
    assert row.right
    assert "judged at the recorded point only" in row.note
    assert not one(y * y, {"x": "1.0"}).right


def test_within_no_grad() -> None:
    out = neuron()
    with no_grad():
        assert check(out, {"w": "(y - t) * (1 - y**2) * x"}).ok


def test_a_leaf_alone() -> None:
    x = Value(2.0, "x")
    assert check(x, {"x": "1"}, values={"x": "2.0"}).ok
    assert not check(x, {"x": "x"}).ok


def test_nothing_is_touched() -> None:
    out = neuron()
    out.backward()
    before = [(node.data, node.grad) for node in recorded_point(out).order]
    check(out, {"w": "0.5", "b": "(y-t)*y"}, values={"s": "w*x"})
    assert before == [(node.data, node.grad) for node in recorded_point(out).order]


def test_the_same_report_every_time() -> None:
    claims = {"w": "0.5", "b": "(y-t)*y", "s": "y - t"}
    assert repr(check(neuron(), claims)) == repr(check(neuron(), claims))


def test_a_stale_graph_is_refused() -> None:
    x = Value(2.0, "x")
    y = x * x
    x.data = 3.0
    with pytest.raises(StaleGraphError):
        check(y, {"x": "6.0"})


def test_random_points_reach_both_sides() -> None:
    x = Value(3.0, "x")
    points = random_points(recorded_point(relu(x).named("z")), 24)
    signs = [point.values[x] > 0.0 for point in points]
    assert min(signs.count(True), signs.count(False)) >= 3


def test_finite_differences_of_interior_nodes() -> None:
    random = Random(3)
    for network, _ in zip(networks(3), range(6), strict=False):
        point = recorded_point(network.loss)
        differences = Differences(point)
        for node in random.sample(point.order[:-1], 5):
            if node.op == "constant":
                continue
            right = sum(map(product, all_paths(network.loss, node)))
            assert differences.by(node).value == pytest.approx(right, rel=1e-7, abs=1e-9)


def deep(size: int, labelled: bool = False) -> Value:
    """Make a graph of ``size`` nodes with many paths."""
    random = Random(size)
    nodes = [Value(random.uniform(-1.0, 1.0), f"x{i}") for i in range(10)]
    while len(nodes) < size:
        a, b = random.choice(nodes[-40:]), random.choice(nodes[-40:])
        kind = len(nodes) % 3
        node = a * b if kind == 0 else (a - b).tanh() if kind == 1 else (a + b) * 0.5
        nodes.append(node.named(f"n{len(nodes)}") if labelled else node)
    return sum(nodes).named("L")  # type: ignore[union-attr]


@pytest.mark.parametrize("labelled", [False, True])
def test_large_graphs_are_answered(labelled: bool) -> None:
    out = deep(6_000, labelled)
    report = check(out, {"x0": "0.1234", "x1": "x0*x2"}, values={"x2": "5.0"})
    assert [row.right for row in report.rows] == [False, False, False]


def test_the_work_is_linear() -> None:
    """On a chain of diamonds, of 2**size paths, of sizes at which every limit holds already.

    Twice the size is twice the lines, but for the few that sorting takes more; anything per pair of nodes or per path
    would be four times as many, or beyond counting.
    """

    def lines(size: int) -> int:
        x = node = Value(0.3, "x")
        for _ in range(size):
            node = (node * 0.5 + node.sin()).named("n") * 0.9
        return lines_executed(lambda: check(node, {x: "0.1234"}))

    small, large = lines(2_100), lines(4_200)
    if autograd.compiled:
        pytest.skip("compiled code has no lines to count; its loops are those of the plain build")
    assert large <= 2.02 * small


def test_limits_are_said() -> None:
    out = deep(6_000)
    report = check(out, {f"x{i}": "0.1234" for i in range(10)} | {"L": "7"}, values={f"x{i}": "7" for i in range(10)})
    assert "not looked into: too many wrong claims about a large graph" in {row.diagnosis for row in report.rows}
    assert "not estimated: the graph is too large" in {row.note for row in report.rows}


# The report -----------------------------------------------------------------------------------------------------------


def test_the_table() -> None:
    x = Value(2.0, "x")
    report = check((x * x).named("y"), {"x": "-4.0"}, values={"y": "4.0"})
    lines = repr(report).splitlines()
    assert lines[0] == "check: 2 claims, 1 right, 1 wrong"
    assert lines[1].split() == ["claim", "claimed", "right", "figure", "finite", "difference", "verdict"]
    assert lines[3].split() == ["∂y/∂x", "-4.0", "4", "4", "WRONG"]
    assert lines[4].split() == ["y", "4.0", "4", "–", "right"]
    assert lines[5] == "∂y/∂x: sign: it is the negative of the right figure"
    assert str(report) == repr(report)


def test_truth_is_ok() -> None:
    x = Value(2.0, "x")
    assert check(x * x, {"x": "4.0"})
    assert not check(x * x, {"x": "5.0"})


def test_html_is_escaped() -> None:
    x = Value(2.0, "<b>&x</b>")
    html = check(x * x, {x: "5"})._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;x" in html


def test_long_reports_show_what_is_wrong() -> None:
    rows = [Value(float(i), f"w{i}") for i in range(150)]
    out = sum(w * w for w in rows).named("L")  # type: ignore[union-attr]
    report = check(out, {"w": [f"{2 * i}.0" for i in range(149)] + ["5"]}, of={"w": rows})
    text = repr(report)
    assert "showing 100" in text
    assert "∂L/∂w[149]" in text
    assert len(text.splitlines()) < 110


def test_a_report_is_a_plain_tuple() -> None:
    x = Value(2.0, "x")
    report = check(x * x, {"x": "4.0"})
    assert isinstance(report, Check)
    assert report.rows[0].node is x
    assert sigmoid(0.0) == 0.5
