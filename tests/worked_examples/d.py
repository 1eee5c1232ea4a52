"""Worked example D: two networks of neurons with several paths, for any activation and any number of data points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd import Value, dot, relu, sigmoid, sum, tanh

ACTIVATIONS: dict[str, Callable[..., Any]] = {"tanh": tanh, "sigmoid": sigmoid, "relu": relu}
DIMENSIONS = 2  # of the input vectors x_l and the weight vectors v_{l,i}

# Each neuron with those it is made of, an input for the first layer; then the neurons that are outputs.
D1_EDGES: dict[int, str | list[int]] = {1: "x1", 2: "x2", 3: [1], 4: [1, 2], 5: [2], 6: [3, 4], 7: [5]}
D1_OUTPUTS = [6, 7]
D2_EDGES: dict[int, str | list[int]] = {1: "x1", 2: "x2", 3: [1], 5: [1], 4: [2], 6: [3, 4], 8: [3, 4], 7: [5]}
D2_OUTPUTS = [6, 7, 8]


class Network(NamedTuple):
    """The error of a network, and every labelled node by its label: ``n_4``, ``w_25``, ``v_11_1``, ``x_2_1``, ``b``."""

    error: Value
    nodes: dict[str, Value]


def d1(activation: str = "tanh", points: int = 1, separate: bool = False) -> Network:
    """Build D1; see `network`."""
    return network(D1_EDGES, D1_OUTPUTS, activation, points, separate)


def d2(activation: str = "tanh", points: int = 1, separate: bool = False) -> Network:
    """Build D2; see `network`."""
    return network(D2_EDGES, D2_OUTPUTS, activation, points, separate)


def network(
    edges: Mapping[int, str | list[int]], outputs: Sequence[int], activation: str, points: int, separate: bool
) -> Network:
    """Build a network with ``E = Σ_i Σ_out (n_out - y_out^(i))²``.

    Args:
        edges: per neuron its input or the neurons before it, in an order in which they can be computed.
        outputs: the neurons that are compared with the data.
        activation: a name in `ACTIVATIONS`.
        points: the number of data points.
        separate: whether each data point has inputs and so neurons of its own, ``n_6^(1)``, rather than only a target.
    """
    g = ACTIVATIONS[activation]
    nodes: dict[str, Value] = {}

    def leaf(label: str) -> Value:
        """Make a leaf once; its number depends on its place, and on nothing random."""
        if label not in nodes:
            nodes[label] = Value(round(0.15 + 0.61803 * (len(nodes) + 1) % 0.8 - 0.1 * (len(nodes) % 5), 4), label)
        return nodes[label]

    terms = []
    for point in range(1, points + 1):
        mark = f"^({point})" if separate else ""
        if point == 1 or separate:
            for neuron, before in edges.items():
                total = leaf("b") + _weighted(neuron, before, mark, leaf, nodes)
                nodes[f"n_{neuron}{mark}"] = g(total).named(f"n_{neuron}{mark}")
        terms += [(nodes[f"n_{neuron}{mark}"] - leaf(f"y_{neuron}^({point})")) ** 2 for neuron in outputs]
    nodes["E"] = sum(terms).named("E")
    return Network(nodes["E"], nodes)


def _weighted(
    neuron: int, before: str | list[int], mark: str, leaf: Callable[[str], Value], nodes: Mapping[str, Value]
) -> Any:
    """Return what is added to the bias: ``v · x`` in the first layer, else ``Σ w n``."""
    if isinstance(before, str):
        number = before[1:]
        inputs = [leaf(f"x_{number}_{d}{mark}") for d in range(1, DIMENSIONS + 1)]
        weights = [leaf(f"v_{number}{neuron}_{d}") for d in range(1, DIMENSIONS + 1)]
        return dot(weights, inputs)
    products = [leaf(f"w_{k}{neuron}") * nodes[f"n_{k}{mark}"] for k in before]
    total = products[0]
    for product in products[1:]:
        total = total + product
    return total
