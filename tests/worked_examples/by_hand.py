"""The same systems written once more, in mpmath and without this library: the oracle of the verdicts.

Each function computes all nodes of a system from its inputs, under the labels that the graphs have. Nothing here knows
a derivative: ∂out/∂node is the difference quotient for a nudge given to the node, with 60 digits and a step of 1e-20,
so that truncation lies near 1e-40 of what it is. Printed formulas are evaluated by Python on these numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import mpmath

Real = Any  # an mpmath number: the library carries no types
Numbers = Mapping[str, Real]

mp = mpmath.mp.clone()  # with digits of its own: other tests set theirs
mp.dps = 60
STEP = mp.mpf("1e-20")


class Nodes(dict[str, Real]):
    """The numbers of nodes by label; whatever is entered under the nudged label is nudged."""

    def __init__(self, nudged: str = "", nudge: Real = 0) -> None:
        super().__init__()
        self.nudged, self.nudge = nudged, nudge

    def __setitem__(self, label: str, number: Real) -> None:
        super().__setitem__(label, number + self.nudge if label == self.nudged else mp.mpf(number))


System = Callable[[Nodes], None]


def run(system: System, inputs: Numbers, nudged: str = "", nudge: Real = 0) -> Nodes:
    """Compute all nodes from the inputs, one of them nudged."""
    nodes = Nodes(nudged, nudge)
    for label, number in inputs.items():
        nodes[label] = number
    system(nodes)
    return nodes


def slope(system: System, inputs: Numbers, out: str, by: str) -> Real:
    """Return ∂out/∂by as a central difference."""
    above, below = (run(system, inputs, by, nudge)[out] for nudge in (STEP, -STEP))
    return (above - below) / (2 * STEP)


def descended(system: System, inputs: Numbers, out: str, weights: Iterable[str], rate: Real) -> dict[str, Real]:
    """Return the inputs with the weights after one step of gradient descent."""
    return {**inputs, **{w: inputs[w] - rate * slope(system, inputs, out, w) for w in weights}}


def relu(x: Real) -> Real:
    return x if x > 0 else mp.mpf(0)


def sigmoid(x: Real) -> Real:
    return 1 / (1 + mp.exp(-x))


FUNCTIONS = {
    "tanh": mp.tanh, "exp": mp.exp, "relu": relu, "sigmoid": sigmoid, "max": max,
    "where": lambda condition, yes, no: yes if condition else no,
}  # fmt: skip


def a1(n: Nodes) -> None:
    n["s_1"] = n["W_1"] * n["x"]
    n["z_1"] = sigmoid(n["s_1"])
    n["s_2"] = n["W_2"] * n["z_1"]
    n["z_2"] = mp.tanh(n["s_2"])
    n["s_out"] = n["W_out"] * n["z_2"]
    n["y_out"] = mp.log(1 + mp.exp(n["s_out"]))
    n["L"] = (n["y_out"] - n["y_gt"]) ** 2 / 2


def a2(n: Nodes, rectified: bool = True) -> None:
    for i in range(1, 5):
        for j in range(1, 4):
            n[f"s1_{i}{j}"] = n[f"X_{i}1"] * n[f"W1_1{j}"] + n[f"X_{i}2"] * n[f"W1_2{j}"]
            n[f"z1_{i}{j}"] = relu(n[f"s1_{i}{j}"])
        n[f"out_{i}"] = sum(n[f"{'z1' if rectified else 's1'}_{i}{j}"] * n[f"W2_{j}"] for j in range(1, 4))
    n["loss"] = sum((n[f"out_{i}"] - n[f"Y_{i}"]) ** 2 for i in range(1, 5))
    n["L"] = n["loss"] / 2


def a2_without_relu(n: Nodes) -> None:
    a2(n, rectified=False)


def a2_without_relu_updated(inputs: Numbers) -> Numbers:
    return a2_updated(inputs, a2_without_relu)


def a2_updated(inputs: Numbers, system: System = a2) -> Numbers:
    weights = [label for label in inputs if label.startswith("W")]
    new = descended(system, inputs, "L", weights, mp.mpf("0.5"))
    return {label.replace("_", "'_"): new[label] for label in weights}


def a3(n: Nodes) -> None:
    total = sum(mp.exp(n[f"O_{j}"]) for j in range(1, 5))
    for j in range(1, 5):
        n[f"p_{j}"] = mp.exp(n[f"O_{j}"]) / total
    n["L"] = sum(relu(n[f"p_{j}"] - n["p_3"]) for j in (1, 2, 4))


def b(n: Nodes) -> None:
    for i in range(1, 5):
        for j in range(1, 4):
            n[f"s_1_{j}{i}"] = n[f"W_1{j}"] * n[f"x_{i}1"] + n[f"W_2{j}"] * n[f"x_{i}2"]
            n[f"z_1_{j}{i}"] = relu(n[f"s_1_{j}{i}"])
        n[f"s_out_{i}"] = sum(n[f"w_{j}"] * n[f"z_1_{j}{i}"] for j in range(1, 4))
        n[f"y_out_{i}"] = mp.tanh(n[f"s_out_{i}"])
        n[f"L_{i}"] = (n[f"y_out_{i}"] - n[f"y_{i}"]) ** 2 / 2
    n["L"] = sum(n[f"L_{i}"] for i in range(1, 5))


def b_updated(inputs: Numbers) -> Numbers:
    weights = [label for label in inputs if label.startswith(("W", "w"))]
    found: dict[str, Real] = {}
    now = dict(inputs)
    for primes in ("'", "''", "'''"):
        now = descended(b, now, "L", weights, inputs["alpha"])
        found |= {label.replace("_", f"{primes}_"): now[label] for label in weights}
    return found


def softmax(n: Nodes) -> None:
    for i in (1, 2, 3):
        n[f"p_{i}"] = mp.exp(n[f"o_{i}"]) / sum(mp.exp(n[f"o_{j}"]) for j in (1, 2, 3))


def b4(n: Nodes) -> None:
    softmax(n)
    n["L"] = relu(n["p_1"] - n["p_2"] + n["margin"]) + relu(n["p_3"] - n["p_2"] + n["margin"])


def _c(n: Nodes) -> None:
    sizes = [4, 4, 3, 3]
    for k in (1, 2, 3):
        for i in range(1, sizes[k] + 1):
            below = [n[f"x_{j}" if k == 1 else f"h{k - 1}_{j}"] for j in range(1, sizes[k - 1] + 1)]
            n[f"z{k}_{i}"] = sum(n[f"W{k}_{i}{j}"] * h for j, h in enumerate(below, 1)) + n[f"b{k}_{i}"]
            if k < 3:
                n[f"h{k}_{i}"] = mp.tanh(n[f"z{k}_{i}"])


def c_squared_error(n: Nodes) -> None:
    _c(n)
    n["L"] = sum((n[f"z3_{i}"] - n[f"y_{i}"]) ** 2 for i in (1, 2, 3)) / 2


def c_cross_entropy(n: Nodes) -> None:
    _c(n)
    for i in (1, 2, 3):
        n[f"yhat_{i}"] = mp.exp(n[f"z3_{i}"]) / sum(mp.exp(n[f"z3_{j}"]) for j in (1, 2, 3))
    n["L"] = -sum(n[f"y_{i}"] * mp.log(n[f"yhat_{i}"]) for i in (1, 2, 3))


def c_chain_rule(n: Nodes) -> None:
    n["u"] = n["t"] * n["t"]
    n["v"] = 3 * n["t"] + 1
    n["r"] = n["u"] * n["v"]


def c_several_examples(n: Nodes) -> None:
    for i in (1, 2, 3):
        n[f"L{i}"] = (mp.tanh(n["w"] * n[f"x_{i}"] + n["b"]) - n[f"y_{i}"]) ** 2 / 2
    n["total"] = n["L1"] + n["L2"] + n["L3"]
    n["mean"] = n["total"] / 3


def e(n: Nodes) -> None:
    for i in (1, 2, 3):
        n[f"z1_{i}"] = sum(n[f"W1_{i}{j}"] * n[f"x_{j}"] for j in (1, 2, 3, 4))
        n[f"h1_{i}"] = relu(n[f"z1_{i}"])
    for i in (1, 2):
        n[f"h2_{i}"] = sum(n[f"W2_{i}{j}"] * n[f"h1_{j}"] for j in (1, 2, 3))
    n["h3"] = n["W3_11"] * n["h2_1"] + n["W3_12"] * n["h2_2"]
    n["l"] = (n["h3"] - n["t"]) ** 2 / 2


def _d(n: Nodes, g: Callable[[Real], Real], before: Mapping[int, tuple[int, ...]], outputs: tuple[int, ...]) -> None:
    for i, k in ((1, 1), (2, 2)):
        n[f"n_{i}"] = g(n["b"] + sum(n[f"v_{k}{i}_{d}"] * n[f"x_{k}_{d}"] for d in (1, 2)))
    for i, neurons in before.items():
        n[f"n_{i}"] = g(n["b"] + sum(n[f"w_{k}{i}"] * n[f"n_{k}"] for k in neurons))
    n["E"] = sum((n[f"n_{k}"] - n[f"y_{k}^({i})"]) ** 2 for k in outputs for i in (1, 2))


def d1(n: Nodes, g: Callable[[Real], Real] = mp.tanh) -> None:
    _d(n, g, {3: (1,), 4: (1, 2), 5: (2,), 6: (3, 4), 7: (5,)}, (6, 7))


def d2(n: Nodes, g: Callable[[Real], Real] = mp.tanh) -> None:
    _d(n, g, {3: (1,), 5: (1,), 4: (2,), 6: (3, 4), 8: (3, 4), 7: (5,)}, (6, 7, 8))


def d4(n: Nodes) -> None:
    for name, window in (("dense", ("high", "wide")), ("convolution", ("six", "six")), ("pointwise", ("one", "one"))):
        if window[0] in n:
            n[name] = n[window[0]] * n[window[1]] * n["channels"] * n["units"] + n["units"]
