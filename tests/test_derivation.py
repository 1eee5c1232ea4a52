"""Derivations: every form of every line is the engine's gradient, and reads as it is written by hand."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import MissingExtraError, StaleGraphError, Value, checkpoint
from autograd.derivation.derive import Derivation, Line, derive
from autograd.derivation.mathml import in_mathml
from autograd.expression import parse
from autograd.rows import PRIMITIVES
from autograd.symbols import Symbol, symbol, write
from autograd.table import PUBLIC
from autograd.written_row import row_in_latex
from tests.counting import assert_linear
from tests.strategies import Program, programs
from tests.test_rows import apply
from tests.worked_examples.d import ACTIVATIONS, Network, d1, d2

# A formula adds and multiplies what the sweep does, in another order, and writes some slopes (1 - y²) by formulas that
# lose digits where the engine's do not: what is left of 16 digits after a few dozen roundings and mild cancellation.
TOLERANCE = 1e-9


def gradient(out: Value, x: Value) -> float:
    """The engine's: by a backward pass, which no derivation makes."""
    out.zero_grad()
    x.grad = 0.0
    out.backward()
    return x.grad


def numbers_of(line: Line, derivation: Derivation) -> list[float]:
    """Evaluate all forms of a line, read again by the parser."""
    forms = [form for form in (line.chain, line.symbolic, line.numeric) if form is not None]
    return [float(parse(form.text).evaluate(derivation.values)) for form in forms]


def check(derivation: Derivation, expected: float, scale: float = 1.0) -> None:
    """Every form of every line is its number, and the last line's number is the gradient."""
    close: dict[str, Any] = {"rel": TOLERANCE, "abs": TOLERANCE * scale}
    for line in (*derivation.factored, derivation.expanded):
        for found in numbers_of(line, derivation):
            assert found == pytest.approx(line.value, **close, nan_ok=True)
    for value in (derivation.value, derivation.factored[-1].value, derivation.expanded.value):
        assert value == pytest.approx(expected, **close, nan_ok=True)
    for line in derivation.where:
        assert line.value == derivation.names[line.left.text].data
        if line.symbolic is not None:
            assert float(parse(line.symbolic.text).evaluate(derivation.values)) == pytest.approx(line.value, **close)


# Worked example D -------------------------------------------------------------------------------------------------

# The chain rule as the source prints it, for the three derivatives that it writes in quotients. It prints
# ∂n7/∂n5 in the second as ∂n5/∂n5, which is 1: with it the product is not the gradient, and the third factor of its own
# formula, g'(b + w_57 n5) w_57, is ∂n7/∂n5. The last factor of the third it writes out, as g'(b + v_11 x_1) (x_1)_d.
FACTORED = {
    (d1, "n_4"): "∂E/∂n₆ ∂n₆/∂n₄",
    (d1, "w_25"): "∂E/∂n₇ ∂n₇/∂n₅ ∂n₅/∂w₂₅",
    (d1, "v_11_1"): "(∂E/∂n₆ ∂n₆/∂n₃ ∂n₃/∂n₁ + ∂E/∂n₆ ∂n₆/∂n₄ ∂n₄/∂n₁) ∂n₁/∂v₁₁‚₁",
    (d1, "x_2_1"): "(∂E/∂n₆ ∂n₆/∂n₄ ∂n₄/∂n₂ + ∂E/∂n₇ ∂n₇/∂n₅ ∂n₅/∂n₂) ∂n₂/∂x₂‚₁",
    (d2, "v_22_1"): "(∂E/∂n₆ ∂n₆/∂n₄ + ∂E/∂n₈ ∂n₈/∂n₄) ∂n₄/∂n₂ ∂n₂/∂v₂₂‚₁",
    (d2, "w_24"): "(∂E/∂n₆ ∂n₆/∂n₄ + ∂E/∂n₈ ∂n₈/∂n₄) ∂n₄/∂w₂₄",
    (d2, "n_1"): "(∂E/∂n₆ ∂n₆/∂n₃ + ∂E/∂n₈ ∂n₈/∂n₃) ∂n₃/∂n₁ + ∂E/∂n₇ ∂n₇/∂n₅ ∂n₅/∂n₁",
}
# Paths as the source's graph has them, read off its edges.
PATHS = {
    (d1, "n_4"): ["E n_6 n_4"],
    (d1, "w_25"): ["E n_7 n_5 w_25"],
    (d1, "v_11_1"): ["E n_6 n_3 n_1 v_11_1", "E n_6 n_4 n_1 v_11_1"],
    (d1, "x_2_1"): ["E n_6 n_4 n_2 x_2_1", "E n_7 n_5 n_2 x_2_1"],
    (d2, "v_22_1"): ["E n_6 n_4 n_2 v_22_1", "E n_8 n_4 n_2 v_22_1"],
    (d2, "w_24"): ["E n_6 n_4 w_24", "E n_8 n_4 w_24"],
    (d2, "n_1"): ["E n_6 n_3 n_1", "E n_8 n_3 n_1", "E n_7 n_5 n_1"],
}
ASKED = list(FACTORED)
IDS = [f"{build.__name__}-{label}" for build, label in ASKED]
Build = Callable[..., Network]


def labels_of(path: tuple[Value, ...]) -> str:
    return " ".join(node.label for node in path)


@pytest.mark.parametrize(("build", "label"), ASKED, ids=IDS)
@pytest.mark.parametrize("points", [1, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_worked_example_d_is_factored_as_the_source_prints_it(
    build: Build, label: str, activation: str, points: int
) -> None:
    network = build(activation, points)
    derivation = derive(network.error, network.nodes[label])
    (line,) = derivation.factored
    assert str(line.chain) == FACTORED[build, label]
    assert [labels_of(path) for path in derivation.paths] == PATHS[build, label]
    assert derivation.path_count == len(PATHS[build, label])
    check(derivation, gradient(network.error, network.nodes[label]))


@pytest.mark.parametrize(("build", "label"), ASKED, ids=IDS)
@pytest.mark.parametrize("separate", [False, True], ids=["same neurons", "neurons per point"])
@pytest.mark.parametrize("points", [1, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_worked_example_d_as_formulas_is_the_gradient_everywhere(
    build: Build, label: str, activation: str, points: int, separate: bool
) -> None:
    network = build(activation, points, separate)
    label = f"{label}^(1)" if separate and label[0] in "nx" else label
    derivation = derive(network.error, network.nodes[label])
    assert len(derivation.paths) == len(PATHS[build, label.partition("^")[0]]) * (
        points if separate and "^" not in label else 1
    )
    check(derivation, gradient(network.error, network.nodes[label]))
    random = Random(label)
    dead = 0
    for _ in range(10):
        for node in network.nodes.values():
            if not node.op:
                node.data = random.uniform(-1.5, 1.5)
        network.error.recompute()
        dead += any(node.data == 0.0 for node in network.nodes.values())
        names = {name: node.data for name, node in derivation.names.items()}
        expected = gradient(network.error, network.nodes[label])
        assert derivation.evaluate(names) == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)
        expanded = derivation.expanded.symbolic
        assert expanded is not None
        assert parse(expanded.text).evaluate(names) == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)
    assert (dead > 0) == (activation == "relu")  # the slope 0 was among the points


def test_the_first_derivative_of_d_is_the_printed_formula() -> None:
    # Printed: (2 Σ_i (n6 - y6^(i))) g'(b + w_36 n3 + w_46 n4) w_46, with g' = 1 - g² for tanh.
    network = d1("tanh", points=3)
    (line,) = derive(network.error, network.nodes["n_4"]).factored
    assert str(line.symbolic) == "(2 (n₆ − y₆⁽¹⁾) + 2 (n₆ − y₆⁽²⁾) + 2 (n₆ − y₆⁽³⁾)) (1 − n₆²) w₄₆"
    n6, w46 = network.nodes["n_6"].data, network.nodes["w_46"].data
    by_hand = 2.0 * sum(n6 - network.nodes[f"y_6^({i})"].data for i in (1, 2, 3)) * (1.0 - n6**2) * w46
    assert line.value == pytest.approx(by_hand, rel=1e-12)


# Random graphs ----------------------------------------------------------------------------------------------------


def labelled(program: Program, share: int) -> tuple[list[Value], Value]:
    """Run a program on labelled inputs; one of so many steps gets a label (none for 0)."""
    inputs = [Value(x, f"x_{i}") for i, x in enumerate(program.inputs)]
    nodes: list[Any] = program.run(inputs, apply)
    for i, node in enumerate(nodes[len(inputs) :]):
        if share and (7 * i) % share == 0:
            node.label = f"n_{i}"
    return inputs, nodes[-1]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(program=programs(smallest=10, largest=60), share=st.sampled_from([0, 1, 2, 5]))
def test_on_random_graphs_every_line_is_the_gradient(program: Program, share: int) -> None:
    inputs, out = labelled(program, share)
    # In the sweep 0 · nan is nan; a formula has no terms that are 0, so that it may have a value there.
    assume(all(partial == partial for node in _all(out) for partial in node.partials))
    expected = [gradient(out, x) for x in inputs]
    # By how much a rounding error in some adjoint may be amplified on its way down.
    scale = 1.0 + max(abs(node.grad * partial) for node in _all(out) for partial in node.partials or (1.0,))
    for x, slope in zip(inputs, expected, strict=True):
        check(derive(out, x), slope, scale)


def _all(out: Value) -> list[Value]:
    from autograd.traversal import topological_order

    out.backward()
    return topological_order(out)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(program=programs(smallest=10, largest=40), share=st.sampled_from([1, 2, 5]), seed=st.integers(0, 99))
def test_formulas_of_random_graphs_hold_at_other_points(program: Program, share: int, seed: int) -> None:
    inputs, out = labelled(program, share)
    derivation = derive(out, inputs[0], longest=100_000)
    random = Random(seed)
    for _ in range(5):
        before = [x.data for x in inputs]
        for x in inputs:
            x.data *= random.uniform(0.97, 1.03)
        try:
            out.recompute()
        except ag.DomainError:
            for x, data in zip(inputs, before, strict=True):
                x.data = data
            continue
        expected = gradient(out, inputs[0])
        scale = 1.0 + max(abs(node.grad * partial) for node in _all(out) for partial in node.partials or (1.0,))
        names = {name: node.data for name, node in derivation.names.items()}
        close = pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE * scale, nan_ok=True)
        assert derivation.evaluate(names) == close
        if not any(step.row.name in ("max", "min") for step in program.steps):
            # Names given by the derivation follow from the others, but for a rounding, at which max may see no equal.
            leaves = {name: x for name, x in names.items() if not name.startswith("u_")}
            assert derivation.evaluate(leaves) == close


# What is written --------------------------------------------------------------------------------------------------


def neuron() -> tuple[Value, Value]:
    x, w, b, t = Value(0.5, "x"), Value(2.0, "w"), Value(-1.5, "b"), Value(1.0, "t")
    return (((w * x + b).tanh().named("y") - t) ** 2).named("L"), w


def test_a_neuron_on_the_board() -> None:
    out, w = neuron()
    derivation = derive(out, w)
    y = math.tanh(-0.5)
    assert str(derivation).splitlines() == [
        "∂L/∂w = ∂L/∂y ∂y/∂w",
        "      = 2 (y − t) (1 − y²) x",
        f"      = 2 · (−{-y:.6g} − 1) · (1 − (−{-y:.6g})²) · 0.5",
        f"      = −{-2 * (y - 1) * (1 - y**2) * 0.5:.6g}",
    ]
    (line,) = derivation.factored
    assert line.symbolic is not None
    assert line.chain is not None
    assert line.chain.latex == r"\frac{\partial L}{\partial y} \, \frac{\partial y}{\partial w}"
    assert line.symbolic.latex == r"2 \, \left(y - t\right) \, \left(1 - y^2\right) \, x"
    assert line.symbolic.text == "2 * (y - t) * (1 - y**2) * x"
    assert repr(derivation) == str(derivation)
    assert derivation._repr_latex_() == f"$${derivation.latex}$$"


def test_unlabelled_nodes_between_labelled_ones_are_one_local_derivative() -> None:
    network = d1()
    (line,) = derive(network.nodes["n_6"], network.nodes["n_4"]).factored
    assert line.symbolic is not None
    assert line.symbolic.latex == r"\left(1 - n_{6}^2\right) \, w_{46}"


def test_an_adjoint_that_is_a_sum_and_needed_twice_gets_a_line_of_its_own() -> None:
    x = Value(0.4, "x")
    a, b = x.sin().named("a"), x.cos().named("b")
    c = (a * b).named("c")
    d, e = c.exp().named("d"), c.square().named("e")
    derivation = derive((d * e).named("y"), x)
    lines = [f"{line.left} = {line.chain}" for line in derivation.factored]
    assert lines == ["∂y/∂c = ∂y/∂d ∂d/∂c + ∂y/∂e ∂e/∂c", "∂y/∂x = ∂y/∂c ∂c/∂a ∂a/∂x + ∂y/∂c ∂c/∂b ∂b/∂x"]
    assert derivation.path_count == 4
    # y = exp(c) c², so ∂y/∂c = exp(c) (c² + 2c), and c = sin(2x) / 2.
    value = math.sin(0.8) / 2.0
    assert derivation.factored[0].value == pytest.approx(math.exp(value) * (value**2 + 2.0 * value), rel=1e-12)
    assert derivation.value == pytest.approx(derivation.factored[0].value * math.cos(0.8), rel=1e-12)
    check(derivation, gradient(derivation.out, x))


def test_a_direct_dependence_beside_a_way_through_others_is_marked() -> None:
    x, w = Value(0.5, "x"), Value(2.0, "w")
    f = (w * x).tanh().named("f")
    derivation = derive((x + f).named("y"), x)
    assert str(derivation.factored[0].chain) == "∂y/∂f ∂f/∂x + ∂⁺y/∂x"
    assert str(derivation).endswith("∂⁺ is the direct dependence alone, with the other nodes held fixed")
    assert "∂⁺" not in str(derive(derivation.out, w))
    check(derivation, 1.0 + 2.0 * (1.0 - math.tanh(1.0) ** 2))


@pytest.mark.parametrize(
    ("formula", "symbolic"),
    [
        (lambda x, y: 0.5 * (x - y) ** 2, "x − y"),  # not 0.5 · 2 (x − y)
        (lambda x, y: (y - x) ** 2, "−2 (y − x)"),
        (lambda x, y: y / x, "−z/x"),
        (lambda x, y: x / y, "1/y"),
        (lambda x, y: x * 3 * y, "3 y"),
        (lambda x, y: -x * y, "−y"),
        (lambda x, y: x - y * x, "1 − y"),
        (lambda x, y: ag.sqrt(x), "1/(2 z)"),
        (lambda x, y: ag.exp(x * y), "z y"),
        (lambda x, y: ag.sigmoid(x), "z (1 − z)"),
        (lambda x, y: ag.relu(x), "step(z)"),  # z > 0 where x > 0, and z is the shorter
        (lambda x, y: x**3, "3 x²"),
        (lambda x, y: 0.1 * (0.7 * x * y), "0.07 y"),  # not 0.06999999999999999 y
        (lambda x, y: ag.log(x) * y, "y/x"),
        (lambda x, y: x * x, "x + x"),
        (lambda x, y: x // y, "0"),
        (lambda x, y: y / (x * y), "−z/(x y) · y"),
        (lambda x, y: (x % y) * y, "y"),
    ],
)
def test_formulas_as_one_writes_them(formula: Callable[..., Value], symbolic: str) -> None:
    x, y = Value(0.6, "x"), Value(0.8, "y")
    derivation = derive(formula(x, y).named("z"), x)
    assert str(derivation.factored[-1].symbolic) == symbolic
    check(derivation, gradient(derivation.out, x))


def test_labels_are_set_as_mathematics_and_read_again_under_safe_names() -> None:
    w, x, odd = Value(0.5, "W'"), Value(2.0, "x_1^(2)"), Value(3.0, "a + b")
    lam, pi = Value(0.3, "lambda"), Value(0.7, "pi")
    delta = (w * x * odd * lam * pi.exp() + odd.square()).named("delta_out")
    out = (delta.square() * x.square()).named("loss")
    derivation = derive(out, w)
    assert str(derivation.factored[0].symbolic) == "2 (x₁⁽²⁾)² δ_out exp(π) λ (a + b) x₁⁽²⁾"
    latex = derivation.factored[0].symbolic.latex if derivation.factored[0].symbolic else ""
    assert r"2 \, \left(x_{1}^{(2)}\right)^2 \, \delta_{\mathrm{out}} \, e^{\pi} \, \lambda" in latex
    assert r"\left(\mathrm{a}\ {+}\ \mathrm{b}\right)" in latex
    check(derivation, gradient(out, w))
    check(derive(out, odd), gradient(out, odd))
    assert str(derive(out, odd).factored[-1].left) == "∂loss/∂(a + b)"


def test_a_label_pi_does_not_stand_for_the_number() -> None:
    x = Value(0.3, "pi")
    check(derive(ag.gelu(x).named("e"), x), gradient(ag.gelu(x), x))  # the slope of gelu has π in it


def test_without_labels_there_are_names_that_no_label_has() -> None:
    x = Value(0.5)
    w = Value(2.0, "x")
    v = Value(2.0, "out")
    derivation = derive(x * w + v, x)
    assert (str(derivation.factored[0].left), str(derivation.factored[0].symbolic)) == ("∂out′/∂x′", "x")
    deep, u = Value(0.5, "x"), Value(0.1, "u_1")
    node = deep
    for _ in range(12):
        node = (node * u).sin() * node.cos()
    derivation = derive(node, deep)
    assert derivation.where
    assert all(str(line.left).startswith("v") for line in derivation.where)  # as u₁ is a label here
    check(derivation, gradient(node, deep))


def test_names_given_to_nodes_are_numbered_without_gaps_and_defined() -> None:
    x = node = Value(0.5, "x")
    for _ in range(40):
        node = (node * 1.1).sin() + node.cos() * 0.5
    derivation = derive(node, x)
    assert [str(line.left) for line in derivation.where][:2] == ["u₁", "u₂"]
    assert [line.left.text for line in derivation.where] == [f"u_{i}" for i in range(1, len(derivation.where) + 1)]
    assert "where\n  u₁ = " in str(derivation)
    check(derivation, gradient(node, x))


def test_constants_are_written_as_numbers_or_by_their_labels() -> None:
    x, c = Value(0.5, "x"), Value(3.0, "c").detach()
    c.label = "c"
    assert str(derive(x * c * Value(0.25), x).factored[0].symbolic) == "0.25 c"


# Special cases ----------------------------------------------------------------------------------------------------


def test_what_does_not_depend_is_zero_and_says_so() -> None:
    x, y = Value(1.0, "x"), Value(2.0, "y")
    derivation = derive(x.exp().named("z"), y)
    assert (derivation.value, derivation.path_count, derivation.paths) == (0.0, 0, ())
    assert str(derivation) == "∂z/∂y = 0\n\nbecause Value 'z' does not depend on Value 'y'"
    assert derivation.evaluate({}) == 0.0
    constant = y.detach().named("k")
    assert str(derive((x * constant).named("z"), constant)).endswith("because Value 'k' is a constant")


def test_the_derivative_by_itself_is_one() -> None:
    x = Value(3.0, "x")
    assert str(derive(x, x)) == "∂x/∂x = 1"
    assert (derive(x, x).path_count, derive(x, x).paths) == (1, ((x,),))
    y = x.exp()
    assert derive(y, y).value == 1.0


def test_two_nodes_with_one_label_are_an_error_that_names_both() -> None:
    a, b = Value(0.25, "w"), Value(0.75, "w")
    with pytest.raises(ValueError, match=r"labelled 'w', a leaf \(= 0.25\) and a leaf \(= 0.75\)"):
        derive((a * b).named("y"), a)
    other = Value(2.0, "x")
    # Where only one of them occurs in the derivation, nothing is ambiguous.
    assert str(derive((a * other + b).named("y"), a).factored[0].symbolic) == "x"


def test_a_stale_graph_is_refused() -> None:
    out, w = neuron()
    w.data = 3.0
    with pytest.raises(StaleGraphError, match="recompute"):
        derive(out, w)


def test_what_is_no_value_is_refused() -> None:
    x: Any = Value(1.0, "x")
    for arguments in [(2.0, x), (x, "x")]:
        with pytest.raises(TypeError, match="must be a Value"):
            derive(*arguments)
    with pytest.raises(ValueError, match="at least 20"):
        derive(x, x, longest=3)
    with pytest.raises(TypeError, match="number of characters"):
        derive(x, x, longest=1e3)  # type: ignore[arg-type]


def test_a_checkpoint_is_known_by_its_numbers_alone() -> None:
    x, w = Value(0.5, "x"), Value(2.0, "w")
    inside = checkpoint(lambda x: (x * w).sin() * x, x.exp())
    out = inside.square().named("y")
    derivation = derive(out, w)
    check(derivation, gradient(out, w))
    assert "∂u₁/∂w" in str(derivation.factored[-1].symbolic)
    assert any(line.symbolic is None for line in derivation.where)
    with pytest.raises(ValueError, match="no formula"):
        derivation.evaluate({name: node.data for name, node in derivation.names.items()})


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_numbers_that_are_not_finite(value: float) -> None:
    x, w = Value(value, "x"), Value(2.0, "w")
    out = (x * w + w).named("y").exp()
    derivation = derive(out, w)
    assert str(derivation.factored[-1].value) == str(gradient(out, w))
    assert len(str(derivation)) > 20


# Size -------------------------------------------------------------------------------------------------------------


def diamonds(count: int, label: bool) -> tuple[Value, Value]:
    x = node = Value(1.01, "x")
    for i in range(count):
        left, right = node.sin(), node * 0.5
        if label:
            left.label, right.label = f"a_{i}", f"b_{i}"
        node = left + right
        node.label = f"c_{i}" if label else ""
    return node, x


def chain(length: int, label: bool) -> tuple[Value, Value]:
    x = node = Value(0.5, "x")
    for i in range(length):
        node = (node.sin() if i % 2 else node * 1.001).named(f"n_{i}" if label else "")
    return node, x


def tangle(size: int, label: bool) -> tuple[Value, Value]:
    random, x = Random(size), Value(0.5, "x")
    nodes = [x]
    for i in range(size):
        a, b = random.choice(nodes[-30:]), random.choice(nodes[-200:])
        node = random.choice([(a + b) * 0.5, (a * b).tanh(), a.sin()])
        nodes.append(node.named(f"n_{i}" if label else ""))
    return ag.sum(nodes[-50:]).named("E"), x


def recurrent(length: int, label: bool) -> tuple[Value, Value]:
    """Every state depends on the weight too: Σ over all of them, of products of all factors before."""
    h, w = Value(0.1, "h"), Value(0.5, "w")
    for i in range(length):
        h = (w * h + 0.1).tanh().named(f"h_{i}" if label else "")
    return h, w


def wide(size: int, label: bool) -> tuple[Value, Value]:
    """One node of very many operands, another of whose partials are long."""
    x = Value(0.5, "x")
    terms = [(x * (i / size)).named(f"t_{i}" if label else "") for i in range(size)]
    return ag.sum(terms) + ag.logsumexp(terms) + ag.prod(terms[:200]), x


GRAPHS = {
    "diamonds": (diamonds, 3_333),
    "chain": (chain, 10_000),
    "tangle": (tangle, 10_000),
    "recurrent": (recurrent, 3_333),
    "wide": (wide, 10_000),
}


@pytest.mark.parametrize("label", [True, False], ids=["labelled", "unlabelled"])
@pytest.mark.parametrize("kind", GRAPHS)
def test_large_graphs_fold(kind: str, label: bool) -> None:
    build, size = GRAPHS[kind]
    out, x = build(size, label)
    derivation = derive(out, x)
    text, latex = str(derivation), derivation.latex
    # At most 8 equations and 8 definitions of so many characters in three forms: some pages, whatever the graph.
    assert len(text) < 100_000
    assert len(latex) < 400_000
    assert derivation.factored[-1].value == pytest.approx(gradient(out, x), rel=1e-9, abs=1e-300)
    assert derivation.expanded.value == derivation.factored[-1].value
    last = derivation.factored[-1]
    for found in numbers_of(last, derivation):
        assert found == pytest.approx(last.value, rel=1e-9, abs=1e-300)


def test_a_thousand_diamonds_have_so_many_paths_and_as_many_equations_as_diamonds() -> None:
    out, x = diamonds(1_000, label=True)
    derivation = derive(out, x)
    assert derivation.path_count == 2**1000
    assert len(derivation.factored) == 1_000
    assert len(derivation.paths) == 8
    assert "expanded, one product per path (about 10^301 paths)" in str(derivation)
    assert "⋯ 993 more equations ⋯" in str(derivation)


def test_the_paths_shown_are_those_of_largest_contribution() -> None:
    out, x = diamonds(5, label=True)
    derivation = derive(out, x)

    def contribution(path: tuple[Value, ...]) -> float:
        product = 1.0
        for above, below in pairwise(path):
            product *= sum(p for o, p in zip(above.operands, above.partials, strict=True) if o is below)
        return product

    def every(node: Value) -> list[tuple[Value, ...]]:
        if node is x:
            return [(x,)]
        operands = dict.fromkeys(o for o in node.operands if o.label)
        return [(node, *path) for operand in operands for path in every(operand)]

    brute = sorted((abs(contribution(path)) for path in every(out)), reverse=True)
    assert derivation.path_count == len(brute) == 32
    assert [abs(contribution(path)) for path in derivation.paths] == pytest.approx(brute[:8], rel=1e-12)
    assert "(⋯ 24 more paths ⋯)" in str(derivation.expanded.chain)
    check(derivation, gradient(out, x))


def test_long_equations_fold_at_the_stated_length() -> None:
    n, targets = Value(0.3, "n"), [Value(0.01 * i, f"y_{i}") for i in range(1_000)]
    out = ag.sum([(n - y) ** 2 for y in targets]).named("E")
    short, long = derive(out, n, longest=100), derive(out, n, longest=100_000)
    text = str(short.factored[-1].symbolic)
    assert text.startswith("2 (n − y₀) + 2 (n − y₁) + ")
    assert "more terms ⋯)" in text
    assert len(text) < 120
    assert str(long.factored[-1].symbolic).endswith("2 (n − y₉₉₉)")
    for derivation in (short, long):
        check(derivation, gradient(out, n))
    numbers = {name: node.data for name, node in short.names.items()}
    assert short.evaluate(numbers) == pytest.approx(long.value, rel=1e-12)  # what is folded away is still known


@pytest.mark.parametrize("label", [True, False], ids=["labelled", "unlabelled"])
@pytest.mark.parametrize("kind", GRAPHS)
def test_deriving_is_linear_in_the_graph(kind: str, label: bool) -> None:
    build = GRAPHS[kind][0]

    def work(size: int) -> Callable[[], object]:
        out, x = build(size, label)
        return lambda: str(derive(out, x))

    assert_linear(work, 300)


# Typesetting ------------------------------------------------------------------------------------------------------


def formulas_of(row: ag.Primitive) -> list[str]:
    """The LaTeX of a row's formula and partials, over plain names."""
    names = [Symbol(name) for name in "abcd"[: row.arity or 4]]
    result = Symbol("z")
    return [write(row, names).latex, *(symbol(slope).latex for slope in row.slopes(names, result))]


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: str(row.name))
def test_the_latex_of_every_primitive_is_read_by_another_program(row: ag.Primitive) -> None:
    pytest.importorskip("latex2mathml.converter")
    for latex in [*formulas_of(row), row_in_latex(row).strip("$")]:
        written = in_mathml(latex)
        assert written.startswith("<math")
        assert "\\" not in written  # a command that it does not know is left as it is
        assert "&#x0005C;" not in written


@pytest.mark.parametrize("row", PUBLIC, ids=lambda row: str(row.name))
def test_the_latex_of_every_primitive_is_read_by_matplotlib(row: ag.Primitive) -> None:
    mathtext = pytest.importorskip("matplotlib.mathtext")
    for latex in formulas_of(row):
        if not any(unknown in latex for unknown in (r"\begin{cases}", r"\bmod")):  # what mathtext does not know
            mathtext.MathTextParser("path").parse(f"${latex.replace(chr(92) + 'tfrac', chr(92) + 'frac')}$")


def test_mathml_of_a_whole_derivation() -> None:
    pytest.importorskip("latex2mathml.converter")
    for derivation in (derive(*diamonds(30, True)), derive(*diamonds(30, False)), derive(*neuron())):
        root = fromstring(derivation.mathml())
        rows = root.findall(".//{*}mtr")
        assert len(rows) == derivation.latex.count(r"\\") + 1
        assert all(len(row) == 2 for row in rows)
        assert "\\" not in "".join(root.itertext())


def test_mathml_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    with pytest.raises(MissingExtraError, match=r'pip install "scalar-autograd\[mathml\]"'):
        derive(*neuron()).mathml()


def test_a_row_declared_by_a_user_is_derived_too() -> None:
    row = ag.primitive("halved_here", lambda x: x / 2, [lambda x, y: 0.5], latex=r"h\left({0:free}\right)")
    try:
        x = Value(3.0, "x")
        assert str(derive(row(x.square()).named("y"), x).factored[0].symbolic) == "x"
    finally:
        del PRIMITIVES[row.name]
