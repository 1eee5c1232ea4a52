"""Worked example C: a 4-4-3-3 tanh network with a linear output, squared error, then softmax and cross-entropy."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from autograd import Value, dot, exp, log, sum, tanh
from tests.worked_examples.printed import Sheet, adjoints, matrix, row

INPUT = [1.0, 0.0, 1.0, 0.0]
TARGET = [0.0, 1.0, 0.0]
SIZES = [4, 4, 3, 3]
WEIGHT = 0.1


class Layers(NamedTuple):
    """The nodes: index 0 is the first layer; ``h`` begins with the input, the last of ``z`` is the output."""

    W: list[list[list[Value]]]
    b: list[list[Value]]
    z: list[list[Value]]
    h: list[list[Value]]


def layers() -> Layers:
    """Build the network: z = W h + b, h = tanh(z), the last layer linear."""
    net = Layers([], [], [], [row("x", INPUT)])
    for k, (wide, high) in enumerate(pairwise(SIZES), 1):
        net.W.append(matrix(f"W{k}", [[WEIGHT] * wide] * high))
        net.b.append(row(f"b{k}", [WEIGHT] * high))
        pairs = zip(net.W[-1], net.b[-1], strict=True)
        net.z.append([(dot(w, net.h[-1]) + b).named(f"z{k}_{i}") for i, (w, b) in enumerate(pairs, 1)])
        if k < 3:
            net.h.append([tanh(z).named(f"h{k}_{i}") for i, z in enumerate(net.z[-1], 1)])
    return net


def squared_error() -> list[Sheet]:
    """Return what is printed for the squared error: figures, and formulas per entry of each matrix."""
    net = layers()
    targets = row("y", TARGET)
    loss = (0.5 * sum([(z - y) ** 2 for z, y in zip(net.z[2], targets, strict=True)])).named("L")
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
    slopes = adjoints(loss, [node for layer in (*net.z, *net.h[1:]) for node in layer])
    return [Sheet("C", loss, claims, values, {**matrices, **slopes})]


def _back(k: int, j: int) -> str:
    """Write ∂L/∂h^(k−1)_j = (W^(k)ᵀ ∂L/∂z^(k))_j."""
    return " + ".join(f"W{k}_{i}{j} * dL_z{k}_{i}" for i in range(1, SIZES[k] + 1))


def cross_entropy() -> list[Sheet]:
    """Return the last layer's gradient for a softmax with cross-entropy; the targets are given, and no variables."""
    net = layers()
    targets = [Value(y, f"y_{i}").detach() for i, y in enumerate(TARGET, 1)]
    powers = [exp(z) for z in net.z[2]]
    total = sum(powers)
    shares = [(power / total).named(f"yhat_{i}") for i, power in enumerate(powers, 1)]
    loss = (-sum([y * log(share) for y, share in zip(targets, shares, strict=True)])).named("L")
    return [Sheet("C, cross-entropy", loss, {f"z3_{i}": f"yhat_{i} - y_{i}" for i in (1, 2, 3)})]


def chain_rule() -> list[Sheet]:
    """Return r(u, v) = u v with u = t², v = 3t + 1, for which dr/dt comes to 9t² + 2t."""
    t = Value(0.7, "t")
    u, v = (t**2).named("u"), (3 * t + 1).named("v")
    r = (u * v).named("r")
    return [Sheet("C, r(u, v)", r, {"t": "9*t**2 + 2*t"})]


def several_examples() -> list[Sheet]:
    """Return the gradient of a sum and of a mean of losses: the sum and the mean of theirs."""
    w, b = Value(0.4, "w"), Value(-0.2, "b")
    data = [(0.5, 1.0), (-1.5, 0.3), (2.0, -0.7)]
    losses = [
        (0.5 * (tanh(w * Value(x, f"x_{i}") + b) - Value(y, f"y_{i}")) ** 2).named(f"L{i}")
        for i, (x, y) in enumerate(data, 1)
    ]
    total, mean = sum(losses).named("total"), (sum(losses) / len(losses)).named("mean")
    slopes = {name: slope for loss in losses for name, slope in adjoints(loss, [w, b]).items()}
    added = {p: f"dL1_{p} + dL2_{p} + dL3_{p}" for p in ("w", "b")}
    return [
        Sheet("C, sum of losses", total, added, of=slopes),
        Sheet("C, mean of losses", mean, {p: f"({formula})/3" for p, formula in added.items()}, of=slopes),
    ]
