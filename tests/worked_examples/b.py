"""Worked example B: the network of A2 with a tanh output, three steps of gradient descent; softmax; a hinge loss."""

from __future__ import annotations

from typing import NamedTuple

from autograd import Value, dot, exp, gradients, maximum, relu, sum, tanh
from tests.worked_examples.a import W1, X, Y
from tests.worked_examples.printed import Sheet, matrix, row

PRINTED_W = [0.02, 0.03, 0.9]
PRINTED_RATE = 0.05


class Iteration(NamedTuple):
    """The nodes of one pass; s_1 and z_1 with a row per hidden unit and a column per sample, as they are printed."""

    W: list[list[Value]]
    w: list[Value]
    s_1: list[list[Value]]
    z_1: list[list[Value]]
    s_out: list[Value]
    y_out: list[Value]
    losses: list[Value]
    total: Value


class Descent(NamedTuple):
    """The passes, and the weights after each."""

    passes: list[Iteration]
    W: list[list[list[Value]]]
    w: list[list[Value]]
    rate: Value


def descent(w: list[float] = PRINTED_W, rate: float = PRINTED_RATE, steps: int = 3) -> Descent:
    """Build the steps of gradient descent, the gradients being nodes of the graph: ΔW, Δw are sums over the samples."""
    alpha = Value(rate, "alpha")
    inputs, targets = matrix("x", X), row("y", Y)
    hidden, output = [matrix("W", W1)], [row("w", w)]
    passes = []
    for step in range(1, steps + 1):
        done = _forward(inputs, targets, hidden[-1], output[-1], "" if step == 1 else f"#{step}")
        slopes, slopes_out = gradients(done.total, (done.W, done.w))
        prime = "'" * step
        hidden.append(
            [
                [(w - alpha * g).named(f"W{prime}_{i}{j}") for j, (w, g) in enumerate(zip(*pair, strict=True), 1)]
                for i, pair in enumerate(zip(done.W, slopes, strict=True), 1)
            ]
        )
        pairs = zip(done.w, slopes_out, strict=True)
        output.append([(w - alpha * g).named(f"w{prime}_{j}") for j, (w, g) in enumerate(pairs, 1)])
        passes.append(done)
    return Descent(passes, hidden[1:], output[1:], alpha)


def _forward(
    inputs: list[list[Value]], targets: list[Value], hidden: list[list[Value]], w: list[Value], mark: str
) -> Iteration:
    s_1 = [
        [dot([row[j] for row in hidden], x).named(f"s_1_{j + 1}{i}{mark}") for i, x in enumerate(inputs, 1)]
        for j in range(3)
    ]
    z_1 = [[relu(s).named(s.label.replace("s", "z")) for s in unit] for unit in s_1]
    s_out = [dot(w, [unit[i] for unit in z_1]).named(f"s_out_{i + 1}{mark}") for i in range(4)]
    y_out = [tanh(s).named(s.label.replace("s", "y")) for s in s_out]
    losses = [
        (0.5 * (out - y) ** 2).named(f"L_{i}{mark}") for i, (out, y) in enumerate(zip(y_out, targets, strict=True), 1)
    ]
    return Iteration(hidden, w, s_1, z_1, s_out, y_out, losses, sum(losses).named(f"L{mark}"))


def first_iteration(run: Descent) -> Sheet:
    """Return what is printed about the first pass, but for the new weights."""
    first = run.passes[0]
    claims = {
        "s_out": ["-0.89301989", "-0.98866111", "1.05901824", "1.00590938"],
        "s_1": [
            ["-0.0178604", "-0.01977322", "0", "0.02011819"],
            ["-0.0267906", "-0.02965983", "0", "0.03017728"],
            ["-0.08037179", "-0.0889795", "0.09531164", "0"],
        ],
        "w": ["-0.4079306", "-0.81650279", "0.07336175"],
        "W": [["-0.01332631", "-0.01998946", "-0.14955847"], ["-0.01628289", "-0.02442433", "0.00750291"]],
    }
    values = {
        "s_out": ["0.09859", "0.011215", "0.06336", "0.005945"],
        "y_out": ["0.09827181", "0.01121453", "0.06327535", "0.00594493"],
        "L_i": ["0.40655687", "0.48884835", "0.56527723", "0.5059626"],
    }
    of = {
        "s_out": first.s_out, "y_out": first.y_out, "L_i": first.losses, "s_1": first.s_1, "w": first.w, "W": first.W,
    }  # fmt: skip
    return Sheet("B, iteration 1", first.total, claims, values, of)


def new_weights(run: Descent) -> Sheet:
    """Return the weights printed after the first step."""
    values = {
        "w'": ["-0.4079306", "-0.81650279", "0.07336175"],
        "W'": [["0.60133263", "0.70199895", "0.01495585"], ["0.01162829", "0.43244243", "0.87924971"]],
    }
    return Sheet("B, weights after 1 step", run.passes[0].total, {}, values, {"w'": run.w[0], "W'": run.W[0]})


def last_weights(run: Descent) -> Sheet:
    """Return the weights printed after the third step."""
    values = {
        "w'''": ["0.12847", "0.249193", "0.05476"],
        "W'''": [["0.609787", "0.717862", "0.0385984"], ["0.0224404", "0.452736", "0.876281"]],
    }
    of = {"w'''": run.w[2], "W'''": run.W[2]}
    return Sheet("B, weights after 3 steps", run.passes[0].total, {}, values, of)


def output_formula(run: Descent) -> list[Sheet]:
    """Return the printed gradient for the output layer, sample by sample."""
    first = run.passes[0]
    formula = "(y_out_{i} - s_out_{i}) * (1 - tanh(s_out_{i})**2) * z_1_{j}{i}"
    return [
        Sheet(f"B, sample {i}", loss, {w: formula.format(i=i, j=j) for j, w in enumerate(first.w, 1)})
        for i, loss in enumerate(first.losses, 1)
    ]


def b(w: list[float] = PRINTED_W, rate: float = PRINTED_RATE) -> list[Sheet]:
    """Return all sheets of B's gradient descent, for the printed inputs or for others."""
    run = descent(w, rate)
    return [first_iteration(run), new_weights(run), last_weights(run), *output_formula(run)]


def _softmax(outputs: list[float]) -> tuple[list[Value], list[Value]]:
    o = row("o", outputs)
    powers = [exp(x) for x in o]
    total = sum(powers)
    return o, [(power / total).named(f"p_{i}") for i, power in enumerate(powers, 1)]


def b3() -> list[Sheet]:
    """Return the softmax Jacobian in its two printed forms, one sheet for each p_i."""
    _, p = _softmax([0.5, -0.3, 0.2])
    named = {node.label: node for node in p}
    sheets = []
    for i, out in enumerate(p, 1):
        cases = {f"o_{j}": f"p_{i}*(1 - p_{j})" if i == j else f"-p_{i}*p_{j}" for j in (1, 2, 3)}
        delta = {f"o_{j}": f"p_{i}*({int(i == j)} - p_{j})" for j in (1, 2, 3)}
        sheets += [Sheet(f"B3, p_{i}", out, cases, of=named), Sheet(f"B3 with δ, p_{i}", out, delta, of=named)]
    return sheets


def b4() -> list[Sheet]:
    """Return the hinge loss with a margin, for three classes of which the second is right."""
    _, p = _softmax([0.5, -0.3, 0.2])
    y, margin = 2, Value(0.05, "margin")
    loss = sum([maximum(0.0, p[j - 1] - p[y - 1] + margin) for j in (1, 2, 3) if j != y]).named("L")
    term = "max(0, p_{k}*({k_is_j} - p_{j}) - p_{y}*({y_is_j} - p_{j}) + margin)"
    claims = {
        f"o_{j}": " + ".join(
            term.format(k=k, j=j, y=y, k_is_j=int(k == j), y_is_j=int(y == j)) for k in (1, 2, 3) if k != y
        )
        for j in (1, 2, 3)
    }
    return [Sheet("B4", loss, claims)]
