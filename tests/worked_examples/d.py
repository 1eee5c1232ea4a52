"""Worked example D: two networks of neurons with several paths, for any activation and any number of data points."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from autograd import Value
from nn import DAG, squared_error, uniform
from nn.nesting import entries

ACTIVATIONS = ("tanh", "sigmoid", "relu")
DIMENSIONS = 2  # of the input vectors x_l and the weight vectors v_{l,i}
RANGE = (-0.25, 0.95)  # of all numbers

D1_EDGES = "x_1 → n_1 → n_3 → n_6, n_1 → n_4 → n_6, x_2 → n_2 → n_4, n_2 → n_5 → n_7"
D1_OUTPUTS = ["n_6", "n_7"]
D2_EDGES = "x_1 → n_1 → n_3 → n_6, n_1 → n_5 → n_7, n_3 → n_8, x_2 → n_2 → n_4 → n_6, n_4 → n_8"
D2_OUTPUTS = ["n_6", "n_7", "n_8"]


class Network(NamedTuple):
    """The error of a network, and every labelled node by its label: ``n_4``, ``w_25``, ``v_11_1``, ``x_2_1``, ``b``."""

    error: Value
    nodes: dict[str, Value]


def d1(activation: str = "tanh", points: int = 1, separate: bool = False) -> Network:
    """Build D1; see `network`."""
    return network(model("D1", activation), points, separate)


def d2(activation: str = "tanh", points: int = 1, separate: bool = False) -> Network:
    """Build D2; see `network`."""
    return network(model("D2", activation), points, separate)


def model(which: str, activation: str = "tanh", bias: str | bool = "shared") -> DAG:
    """Return D1 or D2 as a module, whose biases are all 0.1."""
    edges, outputs = (D1_EDGES, D1_OUTPUTS) if which == "D1" else (D2_EDGES, D2_OUTPUTS)
    made = DAG(edges, outputs, inputs=DIMENSIONS, activation=activation, bias=bias, init=uniform(*RANGE), seed=13)
    for parameter in made.parameters():
        if parameter.label.startswith("b"):
            parameter.data = 0.1
    return made


def network(net: DAG, points: int, separate: bool) -> Network:
    """Compute ``E = Σ_i Σ_out (n_out - y_out^(i))²``.

    Args:
        net: the network.
        points: the number of data points.
        separate: whether each data point has inputs and so neurons of its own, ``n_6^(1)``, rather than only a target.
    """
    source = Random(3)
    nodes = {parameter.label: parameter for parameter in net.parameters()}
    predictions, targets = [], []
    for point in range(1, points + 1):
        if point == 1 or separate:
            found = net.nodes([[source.uniform(*RANGE) for _ in range(DIMENSIONS)] for _ in net.inputs])
            for node in entries(list(found.values())):
                node.label += f"^({point})" if separate else ""
                nodes[node.label] = node
        predictions.append([found[name] for name in net.outputs])
        targets.append([Value(source.uniform(*RANGE), f"y{name[1:]}^({point})") for name in net.outputs])
    nodes |= {target.label: target for target in entries(targets)}
    nodes["E"] = squared_error(predictions, targets, "sum").named("E")
    return Network(nodes["E"], nodes)
