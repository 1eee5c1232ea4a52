"""The worked examples as networks of `nn`: what modules, losses and optimisers make of them, and the same by hand.

By hand means `worked_examples/by_hand.py`: mpmath with 60 digits, where every gradient is a difference quotient. What
agrees to 1e-12 are sums and products of at most some hundred floats of size 1, whose roundings add up to a few 1e-15.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from autograd import Value, gradients, sum
from nn import (
    DAG,
    SGD,
    Conv2d,
    Layer,
    Module,
    cross_entropy,
    cross_entropy_from_probabilities,
    fit,
    label,
    softmax,
    softmax_hinge,
    squared_error,
)
from nn.nesting import entries
from tests.worked_examples import a, b, by_hand, c, d, e
from tests.worked_examples.by_hand import Numbers, Real, System, mp
from tests.worked_examples.printed import matrix, row, transposed

CLOSE: Any = {"rel": 1e-12, "abs": 1e-12}


def exact(numbers: dict[str, float]) -> dict[str, Real]:
    """Return numbers as what their decimals say, with all digits."""
    return {name: mp.mpf(repr(number)) for name, number in numbers.items()}


def entered(*nodes: Any) -> dict[str, float]:
    """Return the numbers of labelled leaves by their labels, of a module those of its parameters."""
    found: dict[str, float] = {}
    for each in nodes:
        leaves = each.parameters() if isinstance(each, Module) else entries(each)
        found |= {leaf.label: leaf.data for leaf in leaves}
    return found


def by_quotients(system: System, inputs: Numbers, out: str, names: list[str]) -> list[float]:
    return [float(by_hand.slope(system, inputs, out, name)) for name in names]


# A and B: samples, sums over them, steps of descent ------------------------------------------------------------------


def labelled_a2() -> Any:
    """Return A2 with the labels that the source's matrices have: W1 has a column for each neuron."""
    model = a.model()
    label(transposed(model.layers[0].weight), "W1")
    label(model.layers[1].weight[0], "W2")
    return model


def test_a2_is_the_stated_network() -> None:
    model = labelled_a2()
    inputs = exact(entered(matrix("X", a.X), row("Y", a.Y), matrix("W1", a.W1), row("W2", a.W2)))
    hand = by_hand.run(by_hand.a2, inputs)
    assert model.num_parameters() == 9
    assert [model(x).data for x in a.X] == pytest.approx([float(hand[f"out_{i}"]) for i in (1, 2, 3, 4)], **CLOSE)


def test_a2_one_step_of_sgd_at_rate_one_half() -> None:
    model = labelled_a2()
    inputs = exact(entered(matrix("X", a.X), row("Y", a.Y), matrix("W1", a.W1), row("W2", a.W2)))
    sum([squared_error(model(x), y, "half") for x, y in zip(a.X, a.Y, strict=True)]).backward()
    SGD(model.parameters(), lr=a.RATE).step()
    expected = {label.replace("'", ""): float(number) for label, number in by_hand.a2_updated(inputs).items()}
    assert entered(model) == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize(("w3", "rate"), [(0.9, 0.05), (0.09, 0.1)], ids=["as stated", "as the figures follow"])
def test_b_three_steps_of_sgd(w3: float, rate: float) -> None:
    model = b.model([0.02, 0.03, w3])
    label(transposed(model.layers[0].weight), "W")
    label(model.layers[1].weight[0], "w")
    inputs = exact(entered(matrix("x", a.X), row("y", a.Y), model, Value(rate, "alpha")))
    updated = by_hand.b_updated(inputs)
    optimiser = SGD(model.parameters(), lr=rate)
    for primes in ("'", "''", "'''"):
        optimiser.zero_grad()
        sum([squared_error(model(x), y, "half") for x, y in zip(a.X, a.Y, strict=True)]).backward()
        optimiser.step()
        expected = {name: float(updated[name.replace("_", f"{primes}_")]) for name in entered(model)}
        assert entered(model) == pytest.approx(expected, **CLOSE)


def test_b_by_fit_is_the_same_descent_at_a_quarter_of_the_rate() -> None:
    """`fit` takes the mean over the four samples, where the source has the sum."""
    model, other = b.model(), b.model()
    fit(
        model,
        lambda y, target: squared_error(y, target, "half"),
        zip(a.X, a.Y, strict=True),
        SGD(model.parameters(), lr=4 * 0.05),
        epochs=3,
        progress=False,
    )
    optimiser = SGD(other.parameters(), lr=0.05)
    for _ in range(3):
        optimiser.zero_grad()
        sum([squared_error(other(x), y, "half") for x, y in zip(a.X, a.Y, strict=True)]).backward()
        optimiser.step()
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in other.parameters()], **CLOSE)


@pytest.mark.parametrize(
    "scores",
    [[0.9, -0.4, 0.5, 0.1], [0.9, -0.4, 0.5, 0.8], [-0.2, -0.4, 0.5, 0.1], [30.0, -0.4, 0.5, 0.1]],
    ids=["one ahead", "two ahead", "none ahead", "one far ahead"],
)
def test_a3_softmax_hinge(scores: list[float]) -> None:
    o = row("O", scores)
    loss = softmax_hinge(o, 2)
    loss.backward()
    inputs = exact(entered(o))
    assert loss.data == pytest.approx(float(by_hand.run(by_hand.a3, inputs)["L"]), **CLOSE)
    expected = by_quotients(by_hand.a3, inputs, "L", [node.label for node in o])
    assert [node.grad for node in o] == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize("margin", [0.0, 0.05, 0.25])
def test_b4_softmax_hinge_with_a_margin(margin: float) -> None:
    o = row("o", b.SCORES)
    loss = softmax_hinge(o, 1, margin)
    loss.backward()
    inputs = exact(entered(o, Value(margin, "margin")))
    assert loss.data == pytest.approx(float(by_hand.run(by_hand.b4, inputs)["L"]), **CLOSE)
    expected = by_quotients(by_hand.b4, inputs, "L", [node.label for node in o])
    assert [node.grad for node in o] == pytest.approx(expected, **CLOSE)


# C: a layer as a matrix, two losses, several examples ----------------------------------------------------------------


def labelled_c() -> Any:
    model = c.model()
    for k, layer in enumerate(model.layers, 1):
        label(layer.weight, f"W{k}")
        label(layer.bias, f"b{k}")
    return model


def inputs_of_c(model: Module) -> dict[str, Real]:
    return exact(entered(row("x", c.INPUT), row("y", c.TARGET), model))


def test_c_has_the_printed_activations_and_loss() -> None:
    """All but z^(3), printed as 0.16936 for 0.16396; the printed loss is that of the latter."""
    model = labelled_c()
    hand = by_hand.run(by_hand.c_squared_error, inputs_of_c(model))
    assert model.num_parameters() == (4 + 1) * 4 + (4 + 1) * 3 + (3 + 1) * 3
    x: Any = c.INPUT
    sums, outputs = [], []
    for layer in model.layers:
        sums.append([z.data for z in layer.pre_activations(x)])
        x = layer(x)
        outputs.append([h.data for h in x])
    assert [[f"{z:.4f}" for z in layer] for layer in sums[:2]] == [["0.3000"] * 4, ["0.2165"] * 3]
    assert [f"{h:.4f}" for h in outputs[0]] == ["0.2913"] * 4
    assert sums[2] == outputs[2] == pytest.approx([float(hand[f"z3_{i}"]) for i in (1, 2, 3)], **CLOSE)
    assert {f"{z:.5f}" for z in sums[2]} == {"0.16396"}
    assert f"{squared_error(x, c.TARGET, 'half').data:.3f}" == "0.376"


LOSSES: dict[str, tuple[Callable[[Any], Any], System]] = {
    "squared error": (lambda out: squared_error(out, c.TARGET, "half"), by_hand.c_squared_error),
    "cross-entropy of probabilities": (
        lambda out: cross_entropy_from_probabilities(softmax(out), c.TARGET), by_hand.c_cross_entropy,
    ),
    "cross-entropy of a class": (lambda out: cross_entropy(out, 1), by_hand.c_cross_entropy),
    "cross-entropy of shares": (lambda out: cross_entropy(out, [Value(y) for y in c.TARGET]), by_hand.c_cross_entropy),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_c_loss_and_one_step_at_rate_a_tenth(name: str) -> None:
    loss, system = LOSSES[name]
    model = labelled_c()
    inputs = inputs_of_c(model)
    error = loss(model(c.INPUT))
    assert error.data == pytest.approx(float(by_hand.run(system, inputs)["L"]), **CLOSE)
    error.backward()
    SGD(model.parameters(), lr=0.1).step()
    stepped = by_hand.descended(system, inputs, "L", entered(model), mp.mpf("0.1"))
    assert entered(model) == pytest.approx({name: float(stepped[name]) for name in entered(model)}, **CLOSE)


@pytest.mark.parametrize("name", ["cross-entropy of probabilities", "cross-entropy of a class"])
def test_c_cross_entropy_has_the_gradient_that_is_printed(name: str) -> None:
    out = c.model()(c.INPUT)
    slopes = gradients(LOSSES[name][0](out), out)
    shares = [share.data for share in softmax(out)]
    assert [s.data for s in slopes] == pytest.approx([p - y for p, y in zip(shares, c.TARGET, strict=True)], **CLOSE)


@pytest.mark.parametrize("name", ["squared error", "cross-entropy of a class"])
def test_c_gradient_of_several_examples_is_the_sum_or_the_mean_of_their_gradients(name: str) -> None:
    loss = LOSSES[name][0]
    model = labelled_c()
    inputs = [c.INPUT, [0.5, -1.0, 0.25, 2.0], [-1.0, 0.3, 0.0, 0.7]]
    parameters = model.parameters()
    each = [[slope.data for slope in gradients(loss(model(x)), parameters)] for x in inputs]
    added = [one + two + three for one, two, three in zip(*each, strict=True)]
    total, mean = sum([loss(model(x)) for x in inputs]), sum([loss(model(x)) for x in inputs]) / 3
    assert [slope.data for slope in gradients(total, parameters)] == pytest.approx(added, **CLOSE)
    assert [slope.data for slope in gradients(mean, parameters)] == pytest.approx([s / 3 for s in added], **CLOSE)
    model.zero_grad()
    for x in inputs:
        loss(model(x)).backward()
    assert [parameter.grad for parameter in parameters] == pytest.approx(added, **CLOSE)


# D: networks given by their edges ------------------------------------------------------------------------------------

WEIGHTS = {
    "D1": ["v_11_1", "v_11_2", "v_22_1", "v_22_2", "w_13", "w_14", "w_24", "w_25", "w_36", "w_46", "w_57"],
    "D2": [
        "v_11_1", "v_11_2", "v_22_1", "v_22_2", "w_13", "w_15", "w_24", "w_36", "w_38", "w_46", "w_48", "w_57",
    ],
}  # fmt: skip
BIASES = {"shared": 1, "separate": {"D1": 7, "D2": 8}, False: 0}
SAMPLE = [[0.7, -0.4], [-0.3, 0.9]]
BEFORE: dict[str, dict[int, tuple[int, ...]]] = {  # which neurons lead to which, as the source lists the edges
    "D1": {3: (1,), 4: (1, 2), 5: (2,), 6: (3, 4), 7: (5,)},
    "D2": {3: (1,), 5: (1,), 4: (2,), 6: (3, 4), 8: (3, 4), 7: (5,)},
}
FUNCTIONS = {"tanh": mp.tanh, "sigmoid": by_hand.sigmoid, "relu": by_hand.relu}


def biases_of(which: str, bias: str | bool) -> list[str]:
    if bias == "shared":
        return ["b"]
    return [f"b_{i}" for i in sorted([1, 2, *BEFORE[which]])] if bias else []


@pytest.mark.parametrize("bias", ["shared", "separate", False])
@pytest.mark.parametrize("which", ["D1", "D2"])
def test_d_has_a_weight_for_each_edge_and_biases_as_wanted(which: str, bias: str | bool) -> None:
    net = d.model(which, bias=bias)
    wanted = sorted([*WEIGHTS[which], *biases_of(which, bias)])
    assert sorted(parameter.label for parameter in net.parameters()) == wanted
    assert net.num_parameters() == len(wanted)


@pytest.mark.parametrize("bias", ["shared", "separate", False])
@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("which", ["D1", "D2"])
def test_d_outputs_and_gradients_are_those_by_hand(which: str, activation: str, bias: str | bool) -> None:
    net = d.model(which, activation, bias)
    for index, name in enumerate(biases_of(which, bias)):
        getattr(net, name).data = 0.1 - 0.03 * index
    g = FUNCTIONS[activation]

    def system(n: by_hand.Nodes) -> None:
        def of(i: int) -> Real:
            return n["b"] if bias == "shared" else n[f"b_{i}"] if bias else mp.mpf(0)

        for i in (1, 2):
            n[f"n_{i}"] = g(of(i) + n[f"v_{i}{i}_1"] * n[f"x_{i}_1"] + n[f"v_{i}{i}_2"] * n[f"x_{i}_2"])
        for i, neurons in BEFORE[which].items():
            total = of(i)
            for k in neurons:
                total += n[f"w_{k}{i}"] * n[f"n_{k}"]
            n[f"n_{i}"] = g(total)
        n["E"] = mp.mpf(0)
        for name in net.outputs:
            n["E"] = n["E"] + (n[name] - mp.mpf("0.5")) ** 2

    inputs = exact(entered(net, row("x_1", SAMPLE[0]), row("x_2", SAMPLE[1])))
    hand = by_hand.run(system, inputs)
    outputs = net(SAMPLE)
    assert [out.data for out in outputs] == pytest.approx([float(hand[name]) for name in net.outputs], **CLOSE)
    by_name = net({"x_2": SAMPLE[1], "x_1": SAMPLE[0]})
    assert [out.data for out in by_name] == [out.data for out in outputs]
    squared_error(outputs, [0.5] * len(outputs), "sum").backward()
    labels = list(entered(net))
    slopes = [parameter.grad for parameter in net.parameters()]
    assert slopes == pytest.approx(by_quotients(system, inputs, "E", labels), **CLOSE)


def test_d_a_shared_bias_gets_the_sum_of_what_separate_ones_get() -> None:
    shared, separate = d.model("D1"), d.model("D1", bias="separate")
    for net in (shared, separate):
        squared_error(net(SAMPLE), [1.0, 0.0], "sum").backward()
    grads = {parameter.label: parameter.grad for parameter in separate.parameters()}
    total = 0.0
    for name, grad in grads.items():
        total += grad if name.startswith("b_") else 0.0
    assert shared.b.grad == pytest.approx(total, **CLOSE)
    assert separate.b_1.grad != separate.b_4.grad


def test_d_in_a_few_lines() -> None:
    net = DAG(
        "x_1 → n_1, x_2 → n_2, n_1 → n_3, n_1 → n_4, n_2 → n_4, n_2 → n_5, n_3 → n_6, n_4 → n_6, n_5 → n_7", inputs=2
    )
    assert net.outputs == ["n_6", "n_7"]
    assert sorted(parameter.label for parameter in net.parameters()) == sorted([*WEIGHTS["D1"], "b"])


def test_d4_numbers_of_parameters() -> None:
    """A 1 × 1 convolution is printed as 288 = 3 · 96: two weights and a bias for each of 96 channels."""
    dense, six, one = Layer(64 * 64 * 2, 96), Conv2d(2, 96, 6), Conv2d(2, 96, 1)
    counts = [module.num_parameters() for module in (dense, six, one)]
    assert counts == [64 * 64 * 2 * 96 + 96, 6 * 6 * 2 * 96 + 96, 1 * 1 * 2 * 96 + 96]
    assert counts == [786_528, 7_008, 288]
    assert "weight" not in vars(dense)  # counted without being made


# E: layers without biases --------------------------------------------------------------------------------------------


def test_e_is_the_stated_network_and_so_are_its_gradients() -> None:
    model = e.model()
    sizes = [4, 3, 2, 1]
    assert model.num_parameters() == 4 * 3 + 3 * 2 + 2 * 1
    assert [(layer.nin, layer.nout) for layer in map(model.__getitem__, range(3))] == list(pairwise(sizes))
    for k in range(3):
        label(model[k].weight, f"W{k + 1}")
    inputs = exact(entered(row("x", e.INPUT), Value(e.TARGET, "t"), model))
    loss = squared_error(model(e.INPUT), e.TARGET, "half")
    assert loss.data == pytest.approx(float(by_hand.run(by_hand.e, inputs)["l"]), **CLOSE)
    loss.backward()
    expected = by_quotients(by_hand.e, inputs, "l", list(entered(model)))
    assert [parameter.grad for parameter in model.parameters()] == pytest.approx(expected, **CLOSE)
