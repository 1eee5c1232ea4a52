"""Slips planted in right gradients of random networks, by brute force.

Everything here is found from ``operands``, ``partials`` and ``data`` of nodes alone: paths are enumerated one by one
and multiplied out. A plant is left out where another kind of slip gives the same number by algebra (forgetting one of
two equal paths is half the figure; a forgotten last factor is the gradient by another node): nobody could tell which
of the two was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import reduce
from operator import add
from random import Random
from typing import NamedTuple

from autograd import Value

SIGN, FACTOR, MEAN, LEFT_OUT, TWICE = "sign", "constant factor", "mean", "path left out", "path counted twice"
MISSING, WRONG_NODE, DIGITS, COPIED = "local factor missing", "wrong node", "digits", "copied"
TRANSPOSED = "transposed entry"
KINDS = (SIGN, FACTOR, MEAN, LEFT_OUT, TWICE, MISSING, WRONG_NODE, DIGITS, COPIED, TRANSPOSED)


class Network(NamedTuple):
    """A labelled graph: parameters by name, some of them in a matrix, and the number of samples in the loss."""

    loss: Value
    parameters: list[Value]
    matrix: list[list[Value]]
    samples: int


class Plant(NamedTuple):
    """A wrong claim: what was planted, and in which gradient."""

    kind: str
    network: Network
    node: Value
    written: str
    right: float


Step = tuple[Value, int, float]  # a node, the operand gone down to, the local partial

_SLOPES: dict[str, Callable[[float], float]] = {
    "tanh": lambda s: 1.0 - math.tanh(s) ** 2,
    "sigmoid": lambda s: math.exp(-s) / (1.0 + math.exp(-s)) ** 2,
    "softplus": lambda s: 1.0 / (1.0 + math.exp(-s)),
    "sin": math.cos,
    "exp": math.exp,
}


# Networks -------------------------------------------------------------------------------------------------------------


def networks(seed: int) -> Iterator[Network]:
    """Make networks of three shapes in turn, without end."""
    random = Random(seed)
    while True:
        for make in (_chain, _branching, _layers):
            yield make(random)


def _number(random: Random) -> float:
    return round(random.choice([-1.0, 1.0]) * random.uniform(0.15, 1.2), 3)


def _chain(random: Random) -> Network:
    """Scalar layers one after the other, with biases, on one or several samples."""
    depth, samples = random.randint(2, 3), random.choice([1, 1, 3, 4, 5])
    w = [Value(_number(random), f"W_{k}") for k in range(1, depth + 1)]
    b = [Value(_number(random), f"b_{k}") for k in range(1, depth + 1)]
    names = [random.choice(["tanh", "sigmoid", "softplus"]) for _ in range(depth)]
    losses = []
    for i in range(samples):
        mark = f"^({i + 1})" if samples > 1 else ""
        z = Value(_number(random), f"x{mark}")
        for k in range(depth):
            s = (w[k] * z + b[k]).named(f"s_{k + 1}{mark}")
            z = getattr(s, names[k])().named(f"z_{k + 1}{mark}")
        losses.append(0.5 * (z - Value(_number(random), f"t{mark}")) ** 2)
    return Network(_total(random, losses), [*w, *b], [], samples)


def _branching(random: Random) -> Network:
    """Neurons with several ways through them, two outputs, squared error over the data."""
    arrows = random.choice(
        [
            {3: (1,), 4: (1, 2), 5: (2,), 6: (3, 4), 7: (4, 5)},
            {3: (1,), 4: (1, 2), 5: (1,), 6: (3, 4), 7: (3, 4, 5)},
        ]
    )
    weights = {(k, i): Value(_number(random), f"w_{k}{i}") for i, sources in arrows.items() for k in sources}
    v = [Value(_number(random), f"v_{k}") for k in (1, 2)]
    b = Value(_number(random), "b")
    name = random.choice(["tanh", "sigmoid"])
    samples = random.choice([1, 1, 3, 4])
    losses = []
    for sample in range(samples):
        mark = f"^({sample + 1})" if samples > 1 else ""
        n = {}
        for k in (1, 2):
            s = (b + v[k - 1] * Value(_number(random), f"x_{k}{mark}")).named(f"s_{k}{mark}")
            n[k] = getattr(s, name)().named(f"n_{k}{mark}")
        for i, sources in arrows.items():
            s = reduce(add, [weights[k, i] * n[k] for k in sources], b).named(f"s_{i}{mark}")
            n[i] = getattr(s, name)().named(f"n_{i}{mark}")
        losses += [(n[k] - Value(_number(random), f"y_{k}{mark}")) ** 2 for k in (6, 7)]
    return Network(_total(random, losses), [*weights.values(), *v], [], samples)


def _layers(random: Random) -> Network:
    """A dense network with a square hidden matrix; the nodes of samples carry the same labels, or none."""
    samples, labelled = random.choice([1, 2, 4]), random.random() < 0.7
    size = random.randint(2, 3)
    first = [[Value(_number(random), f"W1_{i}{j}") for j in range(2)] for i in range(size)]
    second = [[Value(_number(random), f"W2_{i}{j}") for j in range(size)] for i in range(size)]
    last = [Value(_number(random), f"w_{i}") for i in range(size)]
    name = random.choice(["tanh", "sigmoid", "softplus", "sin"])

    def layer(rows: list[list[Value]], z: list[Value | float], mark: str) -> list[Value | float]:
        sums = [reduce(add, [w * x for w, x in zip(row, z, strict=True)]) for row in rows]
        if labelled:
            sums = [s.named(f"s{mark}_{i}") for i, s in enumerate(sums)]
        results = [getattr(s, name)() for s in sums]
        return [z.named(f"z{mark}_{i}") if labelled else z for i, z in enumerate(results)]

    losses = []
    for _ in range(samples):
        z = layer(second, layer(first, [_number(random), _number(random)], "1"), "2")
        out = reduce(add, [w * x for w, x in zip(last, z, strict=True)])
        losses.append((out - _number(random)) ** 2)
    parameters = [*(w for row in first for w in row), *(w for row in second for w in row), *last]
    return Network(_total(random, losses), parameters, second, samples)


def _total(random: Random, losses: list[Value]) -> Value:
    return reduce(add, losses).named("L")


# Brute force ----------------------------------------------------------------------------------------------------------


def all_paths(out: Value, x: Value) -> list[list[Step]]:
    """List every path from ``out`` down to ``x``."""
    found: list[list[Step]] = []
    stack: list[tuple[Value, list[Step]]] = [(out, [])]
    while stack:
        node, steps = stack.pop()
        if node is x:
            found.append(steps)
            continue
        stack += [
            (operand, [*steps, (node, slot, partial)])
            for slot, (operand, partial) in enumerate(zip(node.operands, node.partials, strict=True))
        ]
    return found


def product(path: list[Step], other: Callable[[Step], float] = lambda step: step[2]) -> float:
    return math.prod(map(other, path))


def nodes_below(out: Value) -> list[Value]:
    found: dict[Value, None] = {}
    stack = [out]
    while stack:
        node = stack.pop()
        if node not in found:
            found[node] = None
            stack += node.operands
    return list(found)


def candidates(network: Network, node: Value, paths: list[list[Step]]) -> dict[str, list[float]]:
    """Return per kind the numbers that slips of it give, but for slips in digits."""
    right = sum(map(product, paths))
    rates = [0.1, 0.01, 0.05, 0.5]
    found: dict[str, list[float]] = {SIGN: [-right]}
    found[FACTOR] = [2.0 * right, right / 2.0, *(rate * right for rate in rates)]
    found[MEAN] = [right / network.samples] if network.samples > 2 else []
    several = len(paths) > 1
    found[LEFT_OUT] = [right - product(path) for path in paths if several]
    found[TWICE] = [right + product(path) for path in paths if several]
    steps = {(step[0], step[1]): step for path in paths for step in path}
    found[MISSING], found[WRONG_NODE] = [], []
    arguments: dict[str, list[Value]] = {}
    for other in nodes_below(network.loss):
        if other.op in _SLOPES:
            arguments.setdefault(other.op, []).append(other.operands[0])
    for key, (above, slot, _) in steps.items():
        if _is_factor(above, slot):
            found[MISSING].append(_with(paths, key, 1.0))
        if above.op in _SLOPES:
            elsewhere = [above.data, *(o.data for o in arguments[above.op] if o is not above.operands[0])][:7]
            found[WRONG_NODE] += [_with(paths, key, _SLOPES[above.op](x)) for x in elsewhere]
    nodes = [other for other in nodes_below(network.loss) if other.label and other is not node]
    found[COPIED] = [other.data for other in nodes]
    for other in nodes:
        if other in network.parameters:
            found[COPIED].append(sum(map(product, all_paths(network.loss, other))))
    return found


def _is_factor(above: Value, slot: int) -> bool:
    """Whether an edge is what one writes as a factor: the slope of a function, or the other factor of a product."""
    if above.op in _SLOPES:
        return True
    return above.op == "*" and all(o.op != "constant" for o in above.operands)


def _with(paths: list[list[Step]], key: tuple[Value, int], partial: float) -> float:
    return sum(product(path, lambda step: partial if (step[0], step[1]) == key else step[2]) for path in paths)


# Plants ---------------------------------------------------------------------------------------------------------------


def plants(seed: int, per_kind: int) -> list[Plant]:
    """Plant ``per_kind`` slips of every kind, each of another gradient."""
    random = Random(seed)
    found: dict[str, list[Plant]] = {kind: [] for kind in KINDS}
    for network in networks(seed):
        if all(len(planted) == per_kind for planted in found.values()):
            return [plant for kind in KINDS for plant in found[kind]]
        gradients = {x: all_paths(network.loss, x) for x in network.parameters}
        for kind in KINDS:
            if len(found[kind]) < per_kind:
                node = random.choice(network.parameters)
                plant = _plant(random, kind, network, node, gradients)
                if plant is not None:
                    found[kind].append(plant)
    raise AssertionError("networks never end")


def _plant(
    random: Random, kind: str, network: Network, node: Value, gradients: dict[Value, list[list[Step]]]
) -> Plant | None:
    digits = random.randint(4, 6)
    if kind == TRANSPOSED:
        if not network.matrix:
            return None
        i, j = random.sample(range(len(network.matrix)), 2)
        node = network.matrix[i][j]
        numbers = [sum(map(product, gradients[network.matrix[j][i]]))]
    right = sum(map(product, gradients[node]))
    if abs(right) < 1e-6:
        return None
    if kind == DIGITS:
        written = _misprinted(random, format(right, f"#.{digits}g"))
        return Plant(kind, network, node, written, right) if written and _differs(written, right) else None
    others = candidates(network, node, gradients[node])
    if kind != TRANSPOSED:
        numbers = others[kind]
    if not numbers:
        return None
    number = random.choice(numbers)
    written = format(number, f"#.{digits}g")
    same = [other for name, rest in others.items() for other in rest if name != kind and not _copies(kind, name)]
    if any(math.isclose(number, other, rel_tol=1e-9) for other in same) or not _differs(written, right):
        return None
    return Plant(kind, network, node, written, right)


def _copies(kind: str, other: str) -> bool:
    """Whether one kind is a special case of the other: a transposed entry is a copy."""
    return {kind, other} == {TRANSPOSED, COPIED}


def _misprinted(random: Random, right: str) -> str:
    """Swap two neighbouring digits, misread one, or move the decimal point by one place."""
    mantissa, _, exponent = right.partition("e")
    first = next((i for i, c in enumerate(mantissa) if c in "123456789"), None)
    if first is None:
        return ""
    places = [i for i in range(first, len(mantissa)) if mantissa[i].isdigit()]
    signs = list(mantissa)
    how = random.choice(["swap", "swap", "misread", "shift"])
    if how == "shift":
        return format(float(right) * random.choice([10.0, 100.0]), f"#.{len(places)}g")
    i = random.randrange(len(places) - 1)
    if how == "swap":
        a, b = places[i], places[i + 1]
        signs[a], signs[b] = signs[b], signs[a]
    else:
        signs[places[i]] = random.choice([c for c in "123456789" if c != signs[places[i]]])
    return "".join(signs) + (f"e{exponent}" if exponent else "")


def _differs(written: str, right: float) -> bool:
    """Whether a numeral is further from a number than one unit of its last digit."""
    mantissa, _, exponent = written.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return abs(float(written) - right) > 10.0**-decimals
