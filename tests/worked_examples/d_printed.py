"""What is printed about worked example D: chain rules through several paths, and numbers of parameters."""

from __future__ import annotations

from autograd import Value
from nn import Conv2d, Layer
from tests.worked_examples.d import Network, d1, d2
from tests.worked_examples.printed import Sheet, adjoints

SLOPES = {"tanh": "(1 - tanh({0})**2)", "sigmoid": "sigmoid({0})*(1 - sigmoid({0}))"}  # g' at an argument
POINTS = 2  # data points


def of_d1(activation: str = "tanh") -> list[Sheet]:
    """Return the printed derivatives of D1, and how the second one is said to be reached."""
    first = d1(activation, POINTS)
    slope = SLOPES[activation].format
    targets = {f"y_{k}_{i}": first.nodes[f"y_{k}^({i})"] for k in (6, 7) for i in range(1, POINTS + 1)}
    n4 = f"2*({_errors(6)}) * {slope('b + w_36*n_3 + w_46*n_4')} * w_46"
    w25 = f"2*({_errors(7)}) * {slope('b + w_57*n_5')} * w_57 * {slope('b + w_25*n_2')} * n_2"
    paths = "(dE_n_6*dn_6_n_3*dn_3_n_1 + dE_n_6*dn_6_n_4*dn_4_n_1)"
    v11 = {f"v_11_{d}": f"{paths} * {slope('b + v_11_1*x_1_1 + v_11_2*x_1_2')} * x_1_{d}" for d in (1, 2)}
    return [
        Sheet("D1", first.error, {"n_4": n4, "w_25": w25}, of=targets),
        Sheet("D1, through paths", first.error, v11, of=_slopes(first, "E6 63 31 64 41")),
        Sheet("D1, reached through", first.error, {"w_25": "dE_n_7 * dn_5_n_5 * dn_5_w_25"}, of=_reached(first)),
    ]


def of_d2(activation: str = "tanh") -> list[Sheet]:
    """Return the derivative that is printed for D2."""
    net = d2(activation, POINTS)
    n1 = "(dE_n_6*dn_6_n_3 + dE_n_8*dn_8_n_3)*dn_3_n_1 + dE_n_7*dn_7_n_5*dn_5_n_1"
    return [Sheet("D2, through paths", net.error, {"n_1": n1}, of=_slopes(net, "E6 63 E8 83 31 E7 75 51"))]


def _errors(neuron: int) -> str:
    return " + ".join(f"(n_{neuron} - y_{neuron}_{i})" for i in range(1, POINTS + 1))


def _slopes(net: Network, pairs: str) -> dict[str, Value]:
    """Return local derivatives: ``E6`` is ∂E/∂n6, ``63`` is ∂n6/∂n3."""
    found: dict[str, Value] = {}
    for pair in pairs.split():
        out, by = pair[0], net.nodes[f"n_{pair[1]}"]
        found |= adjoints(net.error if out == "E" else net.nodes[f"n_{out}"], [by])
    return found


def _reached(net: Network) -> dict[str, Value]:
    return {**_slopes(net, "E7 55"), **adjoints(net.nodes["n_5"], [net.nodes["w_25"]])}


def d4() -> list[Sheet]:
    """Return how many parameters a dense layer and two convolutions have, counted; and the sizes they follow from."""
    modules = {
        "dense": (Layer(64 * 64 * 2, 96), "786528", {"high": 64.0, "wide": 64.0}),
        "convolution": (Conv2d(2, 96, 6), "7008", {"six": 6.0}),
        "pointwise": (Conv2d(2, 96, 1), "288", {"one": 1.0}),
    }
    sheets = []
    for name, (module, printed, sizes) in modules.items():
        named = {size: Value(number, size) for size, number in {**sizes, "channels": 2.0, "units": 96.0}.items()}
        sheets.append(Sheet("D4", Value(module.num_parameters(), name), {}, {name: printed}, of=named))
    return sheets
