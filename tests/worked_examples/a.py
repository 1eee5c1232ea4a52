"""Worked example A: a chain of three layers, a 2-3-1 ReLU network with a linear output, the hinge loss on a softmax."""

from __future__ import annotations

from typing import Any, NamedTuple

from autograd import Value, gradients
from nn import MLP, Layer, label, softmax_hinge, squared_error
from tests.worked_examples.printed import Sheet, adjoints, descended, matrix, row, transposed

X = [[0.75, 0.8], [0.2, 0.05], [-0.75, 0.8], [0.2, -0.05]]
Y = [1.0, 1.0, -1.0, -1.0]
W1 = [[0.6, 0.7, 0.0], [0.01, 0.43, 0.88]]
W2 = [0.02, 0.03, 0.09]
RATE = 0.5


def a1() -> list[Sheet]:
    """Build A1 with different activations: f1 the sigmoid, f2 tanh, f3 the softplus, whose slope is the sigmoid."""
    layers = {
        "1": Layer(1, 1, "sigmoid", bias=False, init=0.8),
        "2": Layer(1, 1, "tanh", bias=False, init=-0.6),
        "out": Layer(1, 1, "softplus", bias=False, init=1.2),
    }
    z, sums = Value(0.5, "x"), []
    for name, layer in layers.items():
        layer.weight[0][0].label = f"W_{name}"
        (s,) = layer.pre_activations(z)
        (z,) = layer.activate([s.named(f"s_{name}")])
        z.label = "y_out" if name == "out" else f"z_{name}"
        sums.append(s)
    loss = squared_error(z, Value(0.3, "y_gt"), "half").named("L")
    first = "sigmoid(s_1)*(1 - sigmoid(s_1))"
    chain = {
        "W_out": "(y_out - y_gt) * sigmoid(s_out) * z_2",
        "W_2": "(y_out - y_gt) * sigmoid(s_out) * W_out * (1 - tanh(s_1)**2) * z_1",
        "W_1": f"(y_out - y_gt) * sigmoid(s_out) * W_out * (1 - tanh(s_2)**2) * W_2 * {first} * x",
    }
    deltas = {"W_out": "dL_s_out * z_2", "W_2": "dL_s_2 * z_1", "W_1": "dL_s_1 * x"}
    return [
        Sheet("A1", loss, chain),
        Sheet("A1 δ_k z_{k−1}", loss, deltas, of=adjoints(loss, sums)),
    ]


class Network(NamedTuple):
    """The nodes of A2; rows of s1, z1, one output per sample."""

    W1: list[list[Value]]
    W2: list[Value]
    s1: list[list[Value]]
    z1: list[list[Value]]
    out: list[Value]
    Y: list[Value]
    loss: Value
    half: Value


def model() -> MLP:
    """Return A2 as a module, which has a row of weights for each neuron: s1 = X W1 makes those the columns of W1."""
    made = MLP(2, [3, 1], bias=False)
    made.load_state_dict({"layers.0.weight": transposed(W1), "layers.1.weight": [W2]})
    return made


def network(output: str = "z1") -> Network:
    """Build A2.

    No loss is stated for A2, but figures are: ``loss`` is Σ(out − Y)², which the printed number is to its last digit
    for the printed outputs; gradients are of ``L``, half of it, since ∂L/∂s2 is printed as s2 − Y.

    Args:
        output: what the output is made of: ``"z1"`` as stated; ``"s1"``, as the printed outputs are; or ``"s1, back
            through z1"``: of s1 in the forward pass and of z1 in the backward pass, as all figures together are.
    """
    hidden, last = model().layers
    first, second = label(transposed(hidden.weight), "W1"), label(last.weight[0], "W2")
    targets = row("Y", Y)
    s1 = label([hidden.pre_activations(x) for x in matrix("X", X)], "s1")
    z1 = label([hidden.activate(sums) for sums in s1], "z1")
    out = []
    for sums, outputs in zip(s1, z1, strict=True):
        straight, stated = last(sums), last(outputs)
        made = {"z1": stated, "s1": straight, "s1, back through z1": stated + (straight - stated).detach()}
        out.append(made[output])
    loss = squared_error(label(out, "out"), targets, "sum").named("loss")
    return Network(first, second, s1, z1, out, targets, loss, (loss / 2).named("L"))


def a2(output: str = "z1") -> list[Sheet]:
    """Return everything that is printed about A2."""
    net = network(output)
    slopes1, slopes2 = gradients(net.half, (net.W1, net.W2))
    new1 = label([descended(*pair, RATE) for pair in zip(net.W1, slopes1, strict=True)], "W1'")
    new2 = label(descended(net.W2, slopes2, RATE), "W2'")
    claims: dict[Any, Any] = {o: f"{o.label} - {y.label}" for o, y in zip(net.out, net.Y, strict=True)}
    claims |= {
        "s2": ["-0.901", "-0.989", "1.049", "1.002"],
        "W2": ["-0.412", "-0.824", "0.060"],
        "s1": [
            ["-0.018", "-0.027", "-0.081"],
            ["-0.020", "-0.030", "-0.089"],
            ["0.000", "0.000", "0.094"],
            ["0.020", "0.030", "0.000"],
        ],
        # Three rows are printed for a gradient of two: the second is the first once more, with another sign.
        "W1": [PRINTED_W1_GRADIENT[0], PRINTED_W1_GRADIENT[2]],
        "W1[0] again": PRINTED_W1_GRADIENT[1],
    }
    values = {
        "s1": [
            ["0.458", "0.869", "0.704"],
            ["0.121", "0.1615", "0.044"],
            ["-0.442", "-0.181", "0.704"],
            ["0.120", "0.119", "-0.044"],
        ],
        "z1": [
            ["0.458", "0.869", "0.704"],
            ["0.1205", "0.1615", "0.044"],
            ["0", "0", "0.704"],
            ["0.1195", "0.1185", "0"],
        ],
        "s2": ["0.099", "0.011", "0.049", "0.002"],
        "loss": "3.89479953265",
        "W2'": ["0.226", "0.442", "0.060"],
        "W1'": [["0.607", "0.710", "0.075"], ["0.018", "0.442", "0.877"]],
    }
    of = {
        "s1": net.s1, "z1": net.z1, "s2": net.out, "W1": net.W1, "W1[0] again": net.W1[0], "W2": net.W2,
        "W1'": new1, "W2'": new2,
    }  # fmt: skip
    return [Sheet("A2", net.half, claims, values, of)]


PRINTED_W1_GRADIENT = [["0.013", "-0.020", "-0.149"], ["-0.013", "-0.020", "-0.149"], ["-0.016", "-0.025", "0.006"]]


def a3() -> list[Sheet]:
    """Build A3 for four classes, the third being right: one of the others is ahead of it, or two are."""
    return [_hinge("A3, one class ahead", [0.9, -0.4, 0.5, 0.1]), _hinge("A3, two ahead", [0.9, -0.4, 0.5, 0.8])]


def _hinge(title: str, outputs: list[float]) -> Sheet:
    loss = softmax_hinge(row("O", outputs), target=2).named("L")
    whole = "(exp(O_1) + exp(O_2) + exp(O_3) + exp(O_4))"
    claims = {f"O_{j}": f"where(O_{j} > O_3, exp(O_{j})*(1 + exp(O_3) - exp(O_{j}))/{whole}**2, 0)" for j in (1, 2, 4)}
    return Sheet(title, loss, claims)
