"""Worked example C: a 4-4-3-3 tanh network with a linear output, squared error, then softmax and cross-entropy."""

from __future__ import annotations

from typing import Any, NamedTuple

import nn
from autograd import Value, sum
from nn import MLP, Neuron, label, softmax
from tests.worked_examples.printed import Sheet, adjoints, row, through

INPUT = [1.0, 0.0, 1.0, 0.0]
TARGET = [0.0, 1.0, 0.0]
SIZES = [4, 4, 3, 3]
WEIGHT = 0.1


class Layers(NamedTuple):
    """The nodes: index 0 is the first layer; ``h`` begins with the input, both end with the output."""

    W: list[list[list[Value]]]
    b: list[list[Value]]
    z: list[list[Value]]
    h: list[list[Value]]


def model() -> MLP:
    """Return the network as a module."""
    made = MLP(SIZES[0], SIZES[1:], "tanh")
    for parameter in made.parameters():
        parameter.data = WEIGHT
    return made


def layers() -> Layers:
    """Build the network: z = W h + b, h = tanh(z), the last layer linear."""
    net = Layers([], [], [], [row("x", INPUT)])
    for k, layer in enumerate(model().layers, 1):
        net.W.append(label(layer.weight, f"W{k}"))
        net.b.append(label(layer.bias or [], f"b{k}"))
        z, h = through(layer, net.h[-1], f"z{k}", f"h{k}" if k < 3 else f"z{k}")
        net.z.append(z)
        net.h.append(h)
    return net


def squared_error() -> list[Sheet]:
    """Return what is printed for the squared error: figures, and formulas per entry of each matrix."""
    net = layers()
    loss = nn.squared_error(net.z[2], row("y", TARGET), "half").named("L")
    values = {
        "z1": ["0.3"] * 4, "h1": ["0.2913"] * 4, "z2": ["0.2165"] * 3, "z3": ["0.16936"] * 3, "L": "0.376",
    }  # fmt: skip
    claims = {f"z3_{i}": f"z3_{i} - y_{i}" for i in (1, 2, 3)}
    for k in (1, 2):
        claims |= {f"z{k}_{i}": f"dL_h{k}_{i} * (1 - h{k}_{i}**2)" for i in range(1, SIZES[k] + 1)}
        claims |= {f"h{k}_{j}": _back(k + 1, j) for j in range(1, SIZES[k] + 1)}
    for k in (1, 2, 3):
        below = "x" if k == 1 else f"h{k - 1}"
        claims |= {f"b{k}_{i}": f"dL_z{k}_{i}" for i in range(1, SIZES[k] + 1)}
        claims |= {
            f"W{k}_{i}{j}": f"dL_z{k}_{i} * {below}_{j}"
            for i in range(1, SIZES[k] + 1)
            for j in range(1, SIZES[k - 1] + 1)
        }
    matrices = {"z1": net.z[0], "h1": net.h[1], "z2": net.z[1], "z3": net.z[2]}
    slopes = adjoints(loss, [node for layer in (*net.z, *net.h[1:3]) for node in layer])
    return [Sheet("C", loss, claims, values, {**matrices, **slopes})]


def _back(k: int, j: int) -> str:
    """Write ∂L/∂h^(k−1)_j = (W^(k)ᵀ ∂L/∂z^(k))_j."""
    return " + ".join(f"W{k}_{i}{j} * dL_z{k}_{i}" for i in range(1, SIZES[k] + 1))


def cross_entropy() -> list[Sheet]:
    """Return the last layer's gradient for a softmax with cross-entropy; the targets are given, and no variables.

    The loss is made in two ways: of the softmax, as it is printed, and of the sums before it.
    """
    sheets = []
    for title in ("C, cross-entropy", "C, cross-entropy from logits"):
        scores = layers().z[2]
        shares, targets = label(softmax(scores), "yhat"), [y.detach() for y in row("y", TARGET)]
        made: Any = (
            nn.cross_entropy(scores, targets)
            if title.endswith("logits")
            else nn.cross_entropy_from_probabilities(shares, targets)
        )
        named = {node.label: node for node in (*shares, *targets)}
        sheets.append(Sheet(title, made.named("L"), {f"z3_{i}": f"yhat_{i} - y_{i}" for i in (1, 2, 3)}, of=named))
    return sheets


def chain_rule() -> list[Sheet]:
    """Return r(u, v) = u v with u = t², v = 3t + 1, for which dr/dt comes to 9t² + 2t."""
    t = Value(0.7, "t")
    u, v = (t**2).named("u"), (3 * t + 1).named("v")
    r = (u * v).named("r")
    return [Sheet("C, r(u, v)", r, {"t": "9*t**2 + 2*t"})]


def several_examples() -> list[Sheet]:
    """Return the gradient of a sum and of a mean of losses: the sum and the mean of theirs."""
    neuron = Neuron.of([Value(0.4, "w")], Value(-0.2, "b"), "tanh")
    inputs, targets = row("x", [0.5, -1.5, 2.0]), row("y", [1.0, 0.3, -0.7])
    losses = [
        nn.squared_error(neuron(x), y, "half").named(f"L{i}")
        for i, (x, y) in enumerate(zip(inputs, targets, strict=True), 1)
    ]
    total, mean = sum(losses).named("total"), (sum(losses) / len(losses)).named("mean")
    slopes = {name: slope for loss in losses for name, slope in adjoints(loss, neuron.parameters()).items()}
    added = {p: f"dL1_{p} + dL2_{p} + dL3_{p}" for p in ("w", "b")}
    return [
        Sheet("C, sum of losses", total, added, of=slopes),
        Sheet("C, mean of losses", mean, {p: f"({formula})/3" for p, formula in added.items()}, of=slopes),
    ]
