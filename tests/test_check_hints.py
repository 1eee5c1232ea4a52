"""What `check` says of wrong claims beyond single slips: layers, steps of descent, errors carried on, formulas."""

from __future__ import annotations

import pytest

from autograd import Value, dot, exp, gradients, log, relu, tanh
from autograd.checking.judging import check
from autograd.checking.report import Check


def matrix(name: str, rows: list[list[float]]) -> list[list[Value]]:
    return [[Value(x, f"{name}_{i}{j}") for j, x in enumerate(row, 1)] for i, row in enumerate(rows, 1)]


def diagnoses(report: Check) -> list[str]:
    return [row.diagnosis for row in report.rows]


# Another output was meant ---------------------------------------------------------------------------------------------


def two_outputs() -> tuple[list[Value], list[list[Value]], list[Value]]:
    x = [Value(0.7, "x_1"), Value(-1.1, "x_2")]
    w = matrix("W", [[0.3, -0.8], [0.5, 0.9]])
    return [dot(row, x).named(f"h_{i}") for i, row in enumerate(w, 1)], w, x


def test_the_gradient_of_another_output_was_meant() -> None:
    h, w, _ = two_outputs()
    known = {"W": w, "h": h}
    (row,) = check(h[0], {w[1][0]: "x_1"}, of=known).wrong
    assert row.diagnosis == "h_1 is not made from W_21, so the gradient is 0; it would be ∂h_2/∂W_21"
    assert row.counterexample == "here it comes to 0.7, right is 0"
    (row,) = check(h[0], {w[1][0]: "0.70"}, of=known).wrong
    assert row.diagnosis.endswith("it would be ∂h_2/∂W_21")
    (row,) = check(h[0], {w[1][0]: "0.71"}, of=known).wrong
    assert row.diagnosis == "h_1 is not made from W_21, so the gradient is 0"
    (row,) = check(h[0], {w[1][0]: "x_2"}, of=known).wrong
    assert row.diagnosis == "h_1 is not made from W_21, so the gradient is 0"


def test_without_the_other_output_only_the_zero_is_explained() -> None:
    h, w, _ = two_outputs()
    (row,) = check(h[0], {w[1][0]: "x_1"}).wrong
    assert row.diagnosis == "h_1 is not made from W_21, so the gradient is 0"


def test_constants_have_gradient_zero_for_another_reason() -> None:
    x, t = Value(2.0, "x"), Value(3.0, "t").detach()
    (row,) = check(((x - t) ** 2).named("L"), {"t": "2*(t - x)"}).wrong
    assert row.diagnosis == "t is a constant, so the gradient is 0"


def test_unlabelled_nodes_are_named() -> None:
    x, other = Value(2.0, "x"), Value(3.0)
    out = x * x
    (row,) = check(out, {other: "1.0"}).wrong
    assert row.diagnosis == "the output is not made from 3, so the gradient is 0"


# What formulas take for granted, and what they lack -------------------------------------------------------------------


def test_only_what_matters_is_said_to_be_taken_for_granted() -> None:
    """A bias of 0 has nothing to do with it: the targets add up to 1."""
    z = [Value(v, f"z_{i}") for i, v in enumerate((0.3, -0.2, 0.5), 1)]
    y = [Value(v, f"y_{i}") for i, v in enumerate((0.0, 1.0, 0.0), 1)]
    bias = Value(0.0, "bias")
    powers = [exp(v + bias) for v in z]
    p = [(power / sum(powers)).named(f"p_{i}") for i, power in enumerate(powers, 1)]
    loss = -sum((t * log(share) for t, share in zip(y, p, strict=True)), Value(0.0))
    (row,) = check(loss, {"z_1": "p_1 - y_1"}).wrong
    assert row.diagnosis == "it holds only as long as y_1, y_2, y_3 are what they are: detach() what is not to vary"


def test_a_factor_that_does_not_occur_is_named() -> None:
    w, v, x = Value(0.4, "w"), Value(1.2, "v"), Value(0.7, "x")
    s = (w * x).named("s")
    loss = (v * tanh(s)).named("L")
    (row,) = check(loss, {"w": "v * cos(s) * 3"}).wrong
    assert row.diagnosis == "no simple slip explains it: x, a factor of the gradient, does not occur in it"
    (row,) = check(loss, {"w": "x * cos(s) * 3"}).wrong
    assert row.diagnosis == "no simple slip explains it: v does not occur in it, and the gradient depends on it"
    (row,) = check(loss, {"w": "x * v * cos(s) * 3"}).wrong
    assert row.diagnosis == "no simple slip explains it"


def test_exchanged_indices_are_found() -> None:
    x = [Value(0.7, "x_1"), Value(-1.1, "x_2"), Value(0.4, "x_3")]
    w = matrix("W", [[0.3, -0.8, 0.1], [0.5, 0.9, -0.6], [-0.2, 0.35, 0.75]])
    h = [dot(row, x).named(f"h_{i}") for i, row in enumerate(w, 1)]
    loss = dot(h, h).named("L")
    (row,) = check(loss, {"x_1": "2*(h_1*W_11 + h_2*W_12 + h_3*W_13)"}).wrong
    assert row.diagnosis == "a transposed entry: with W_21 in the place of W_12 and so on it is right"
    assert check(loss, {"x_1": "2*(h_1*W_11 + h_2*W_21 + h_3*W_31)"}).ok
    (row,) = check(loss, {"x_1": "2*(h_1*W_11 + h_2*W_13 + h_3*W_12)"}).wrong
    assert not row.diagnosis.startswith("a transposed entry")


# Names ----------------------------------------------------------------------------------------------------------------


def test_a_missing_factor_is_named_by_its_formula() -> None:
    """And before the gradient of which it is a copy, if the two are the same."""
    w, x, b, t = (Value(v, name) for v, name in ((0.5, "w"), (2.0, "x"), (-0.4, "b"), (1.0, "t")))
    loss = ((tanh(w * x + b) - t) ** 2).named("L")
    (row,) = check(loss, {"w": "2*(tanh(w*x + b) - t) * (1 - tanh(w*x + b)**2)"}).wrong
    assert row.diagnosis == "a local factor missing: x"
    (row,) = check(loss, {"w": "2*(tanh(w*x + b) - t) * x"}).wrong
    assert row.diagnosis == "a local factor missing: 1 - tanh(w * x + b)**2"


def test_labels_are_written_as_they_were_given() -> None:
    w, x = Value(0.5, "w_12"), Value(2.0, "delta_out")
    y = tanh((w * x).named("s_1")).named("y_1")
    (row,) = check(y, {"w_12": "1 - y_1**2"}).wrong
    assert row.diagnosis == "a local factor missing: ∂s_1/∂w_12 = delta_out"


# Values ---------------------------------------------------------------------------------------------------------------


def perceptron() -> tuple[Value, list[Value], list[Value]]:
    """Two units of three have negative sums: -0.44 and -0.18."""
    x, v = [Value(-0.75, "x_1"), Value(0.8, "x_2")], [Value(0.2, "v_1"), Value(0.3, "v_2"), Value(0.9, "v_3")]
    w = matrix("W", [[0.6, 0.01], [0.7, 0.43], [0.0, 0.88]])
    s = [dot(row, x).named(f"s_{i}") for i, row in enumerate(w, 1)]
    z = [relu(a).named(f"z_{i}") for i, a in enumerate(s, 1)]
    return dot(z, v).named("out"), s, z


def test_activations_left_out_of_a_layer() -> None:
    out, s, z = perceptron()
    v = [0.2, 0.3, 0.9]
    layer = sum(a.data * b for a, b in zip(s, v, strict=True))
    (row,) = check(out, {}, values={"out": f"{layer:.5f}"}).wrong
    assert row.diagnosis == "an operation left out: relu: it follows with s_1 and s_2 in the place of z_1 and z_2"
    single = out.data + (s[0].data - z[0].data) * v[0]
    (row,) = check(out, {}, values={"out": f"{single:.5f}"}).wrong
    # of the same figure: an operand of the sum taken from elsewhere
    assert row.diagnosis.startswith(("an operation left out: relu: it follows with s_1 in", "a value taken from the"))


def test_one_digit_is_not_explained_with_certainty() -> None:
    out, _, _ = perceptron()
    (vague,) = check(out, {}, values={"out": "0.5"}).wrong  # 0.4909 without relu, but 0.545 with one of two too
    assert vague.diagnosis.startswith("perhaps an operation left out")
    assert len(vague.alternatives) > 1
    (telling,) = check(out, {}, values={"out": "0.4909"}).wrong
    assert telling.diagnosis.startswith("an operation left out")


# Steps of descent, errors carried on ----------------------------------------------------------------------------------


def descent(rate: float | Value = 0.5) -> tuple[Value, Value, Value, float]:
    w, x, t = Value(0.37, "w"), Value(1.3, "x"), Value(0.8, "t")
    loss = ((w * x - t) ** 2).named("L")
    (slope,) = gradients(loss, [w])
    return loss, w, w - rate * slope, 2.0 * (0.37 * 1.3 - 0.8) * 1.3


@pytest.mark.parametrize("rate", [0.5, Value(0.5, "alpha")])
def test_another_rate_and_the_sign_of_the_update(rate: float | Value) -> None:
    loss, _, after, slope = descent(rate)
    for number, words in (
        (0.37 - 0.1 * slope, "another rate: as with a rate of 0.1 rather than 0.5"),
        (0.37 - slope, "another rate: as with a rate of 1 rather than 0.5"),
        (0.37 + 0.5 * slope, "the sign of the update: 0.5 times the gradient is added rather than subtracted"),
        (0.37, "a term left out: the step: it is the weight before"),
    ):
        (row,) = check(loss, {}, {"w'": f"{number:.6f}"}, of={"w'": after}).wrong
        assert words in (row.diagnosis, *row.alternatives[:1]), row
    assert check(loss, {}, {"w'": f"{0.37 - 0.5 * slope:.6f}"}, of={"w'": after}).ok


def test_values_outside_the_graph_get_the_guesses_of_their_own() -> None:
    loss, w, _, _ = descent()
    u, v = Value(2.3, "u"), Value(-1.9, "v")
    other = (w * u + v).named("other")
    (row,) = check(loss, {}, {"o": f"{0.37 * 2.3:.5f}"}, of={"o": other}).wrong
    assert row.diagnosis.startswith("a term left out: v")


def test_a_wrong_gradient_is_carried_on_into_the_new_weight() -> None:
    loss, _, after, _ = descent()
    claims, values = {"w": "-0.7777"}, {"w'": f"{0.37 + 0.5 * 0.7777:.5f}"}
    report = check(loss, claims, values, of={"w'": after})
    assert report.rows[1].diagnosis == "an error carried on: it follows from ∂L/∂w as claimed"


def test_only_the_first_mistakes_are_named() -> None:
    x, w, t = Value(0.8, "x"), Value(0.5, "w"), Value(0.1, "t")
    s = (w * x).named("s")
    y = (s * s).named("y")
    loss = ((y - t) ** 2).named("L")
    (slope,) = gradients(loss, [w])
    wrong_s, wrong_y = 0.63, 0.63**2
    values = {"s": "0.63", "y": "0.3969", "L": f"{(wrong_y - 0.1) ** 2:.6f}"}
    values["w'"] = f"{0.5 - 0.1 * 2 * (wrong_y - 0.1) * 2 * wrong_s * 0.8:.6f}"
    report = check(loss, {}, values, of={"w'": w - 0.1 * slope})
    assert diagnoses(report)[1:] == ["an error carried on: it follows from s as claimed"] * 3
