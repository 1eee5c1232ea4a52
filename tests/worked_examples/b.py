"""Worked example B: the network of A2 with a tanh output, three steps of gradient descent; softmax; a hinge loss."""

from __future__ import annotations

from typing import NamedTuple

from autograd import Value, gradients, sum
from nn import MLP, Neuron, label, softmax, softmax_hinge, squared_error
from nn.nesting import entries
from tests.worked_examples.a import W1, X, Y
from tests.worked_examples.printed import Sheet, descended, matrix, row, transposed

PRINTED_W = [0.02, 0.03, 0.9]
PRINTED_RATE = 0.05
SCORES = [0.5, -0.3, 0.2]


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
    layers, inputs, targets = model(w).layers, matrix("x", X), row("y", Y)
    hidden, output = [label(transposed(layers[0].weight), "W")], [label(layers[1].weight[0], "w")]
    passes = []
    for step in range(1, steps + 1):
        done = _forward(inputs, targets, hidden[-1], output[-1], "" if step == 1 else f"#{step}")
        slopes, slopes_out = gradients(done.total, (done.W, done.w))
        stepped = [descended(*pair, alpha) for pair in zip(done.W, slopes, strict=True)]
        hidden.append(label(stepped, "W" + "'" * step))
        output.append(label(descended(done.w, slopes_out, alpha), "w" + "'" * step))
        passes.append(done)
    return Descent(passes, hidden[1:], output[1:], alpha)


def model(w: list[float] = PRINTED_W) -> MLP:
    """Return B as a module, which has a row of weights for each neuron: those are the columns of W."""
    made = MLP(2, [3, 1], output_activation="tanh", bias=False)
    made.load_state_dict({"layers.0.weight": transposed(W1), "layers.1.weight": [w]})
    return made


def _forward(
    inputs: list[list[Value]], targets: list[Value], hidden: list[list[Value]], w: list[Value], mark: str
) -> Iteration:
    """Make one pass, its weights being leaves at first and then nodes; each z is made of its s alone."""
    units, output = [Neuron.of(weights, None, "relu") for weights in transposed(hidden)], Neuron.of(w, None, "tanh")
    z_1 = [[unit(x) for x in inputs] for unit in units]
    y_out = [output(sample) for sample in transposed(z_1)]
    losses = [squared_error(out, y, "half") for out, y in zip(y_out, targets, strict=True)]
    done = Iteration(
        hidden, w, [[z.operands[0] for z in unit] for unit in z_1], z_1, [y.operands[0] for y in y_out], y_out, losses,
        sum(losses).named(f"L{mark}"),
    )  # fmt: skip
    for name, nodes in (("s_1", done.s_1), ("z_1", z_1), ("s_out", done.s_out), ("y_out", y_out), ("L", losses)):
        for node in entries(label(nodes, name)):
            node.label += mark
    return done


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


def b3() -> list[Sheet]:
    """Return the softmax Jacobian in its two printed forms, one sheet for each p_i."""
    p = label(softmax(row("o", SCORES)), "p")
    named = {node.label: node for node in p}
    sheets = []
    for i, out in enumerate(p, 1):
        cases = {f"o_{j}": f"p_{i}*(1 - p_{j})" if i == j else f"-p_{i}*p_{j}" for j in (1, 2, 3)}
        delta = {f"o_{j}": f"p_{i}*({int(i == j)} - p_{j})" for j in (1, 2, 3)}
        sheets += [Sheet(f"B3, p_{i}", out, cases, of=named), Sheet(f"B3 with δ, p_{i}", out, delta, of=named)]
    return sheets


def b4() -> list[Sheet]:
    """Return the hinge loss with a margin, for three classes of which the second is right."""
    o, y, margin = row("o", SCORES), 2, Value(0.05, "margin").detach()
    loss = softmax_hinge(o, target=y - 1, margin=margin.data).named("L")
    named = {node.label: node for node in (margin, *label(softmax(o), "p"))}
    term = "max(0, p_{k}*({k_is_j} - p_{j}) - p_{y}*({y_is_j} - p_{j}) + margin)"
    claims = {
        f"o_{j}": " + ".join(
            term.format(k=k, j=j, y=y, k_is_j=int(k == j), y_is_j=int(y == j)) for k in (1, 2, 3) if k != y
        )
        for j in (1, 2, 3)
    }
    return [Sheet("B4", loss, claims, of=named)]
