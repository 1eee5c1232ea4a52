"""The diagram of a `DAG`: dot finds the places, from its edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nn.colours import FRAME, INK, PALE, PAPER, SOFT
from nn.columns import Number
from nn.dag import DAG, NUMBERED
from nn.looks import Look, empty, look_of, said_of, tooltip
from nn.markup import chip, escaped, harmless, lines, spoken

if TYPE_CHECKING:
    from autograd import Picture

FEW = 24  # edges whose weights are written out, if nothing is said
MOST = 3  # entries of a vector that are written out
WIDTH = "0.7"  # of a circle, in inches


def draw_dag(model: DAG, by: str, precision: int, labels: bool | None) -> tuple[Picture, tuple[list[str], str]]:
    """Draw a `DAG`; return what is to be said about it, too."""
    weights = {edge: _entries(model, name) for edge, name in model._weight_names.items()}
    every = [entry for entries in weights.values() for entry in entries]
    look = look_of(every, by, precision, 3.0)
    look = look._replace(written=len(weights) <= FEW if labels is None else labels)
    picture = empty({"nodesep": "0.25", "ranksep": "0.3" if look.written else "0.7", "splines": "true"})
    picture.edge_attr["arrowhead"] = "normal"
    _add_inputs(picture, model)
    alike = len(set(_activation_names(model))) == 1
    biases = sorted(set(model._bias_names.values()))
    shared = len(biases) == 1 and len(model.neurons) > 1
    for neuron in model.neurons:
        picture.node(neuron, **_neuron(model, neuron, look, alike=alike, shared=shared))
    for (source, neuron), entries in weights.items():
        tips = "; ".join(map(tooltip, entries[:MOST])) + ("; …" if len(entries) > MOST else "")
        attributes = look.line(entries) | {"tooltip": tips}
        if look.written:
            label = _label(model._weight_names[source, neuron], entries, look)
            _add_written_edge(picture, source, neuron, label, attributes)
        else:
            picture.edge(source, neuron, **attributes)
    _keep_order(picture, model)
    return picture, said_of(look, every, _remarks(model, look, biases, alike=alike, shared=shared))


def _entries(model: DAG, name: str) -> list[Number]:
    """Return the entries of a parameter; a vector has several."""
    block = getattr(model, name)
    if isinstance(block, list):
        return [Number(f"{name}[{index}]", leaf.data, leaf.grad) for index, leaf in enumerate(block)]
    return [Number(name, block.data, block.grad)]


def _activation_names(model: DAG) -> list[str]:
    return [model.activations[neuron].name for neuron in model.neurons]


def _add_inputs(picture: Picture, model: DAG) -> None:
    """Add the input vectors: in a column to the left, in the order in which samples list them."""
    with picture.subgraph(graph_attr={"rank": "min"}) as first:
        for name, length in model.inputs.items():
            rows = [(escaped(spoken(name)), INK, 13)]
            rows += [(f"{length} numbers", SOFT, 7 if length < 10 else 6)] if length > 1 else []
            tip = f"input {name}: {length} number{'s' * (length != 1)}"
            first.node(name, lines(*rows), width=WIDTH, fillcolor=PALE, tooltip=tip)
    if len(model.inputs) > 1:
        chain = " -> ".join(_quoted(name) for name in model.inputs)
        picture.body.append(f"\t{chain} [style=invis]\n")


def _quoted(name: str) -> str:
    return f'"{name}"'  # an identifier: nothing in it needs more


def _neuron(model: DAG, neuron: str, look: Look, *, alike: bool, shared: bool) -> dict[str, str]:
    """Choose the circle of a neuron: its name; its activation and its bias, unless they are those of all."""
    rows = [(escaped(spoken(neuron)), INK, 13)]
    activation = model.activations[neuron].name
    tip, paper = f"neuron {neuron}: {harmless(activation)}", PAPER
    if not alike:
        rows.append((escaped(activation[:10]), SOFT, 7))
    if neuron in model._bias_names:
        (bias,) = _entries(model, model._bias_names[neuron])
        tip += f"; {tooltip(bias)}"
        if not shared:
            rows.append((look.figure_in_circle(bias), SOFT, 8))
            paper = look.paper(bias)
    frame = {"color": FRAME, "penwidth": "2"} if neuron in model.outputs else {}
    return {"label": lines(*rows), "tooltip": tip, "width": WIDTH, "fillcolor": paper} | frame


def _label(name: str, entries: list[Number], look: Look) -> str:
    figures = [look.figure(entry) for entry in entries[:MOST]] + ["…"] * (len(entries) > MOST)
    return chip(name, figures[0] if len(entries) == 1 else f"({', '.join(figures)})")


def _add_written_edge(picture: Picture, source: str, neuron: str, label: str, attributes: Mapping[str, str]) -> None:
    """Add an edge that runs through its number: a node of its own, as dot puts labels at any distance from curves."""
    name = f"{source} → {neuron}"  # the name of no node, which are identifiers
    picture.node(name, label, shape="plain", style="", fixedsize="false", tooltip=attributes["tooltip"])
    look = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    first, second = f"{_quoted(source)} -> {_quoted(name)}:w", f"{_quoted(name)}:e -> {_quoted(neuron)}"
    # One statement: it is one edge.
    picture.body.append(f"\t{{ edge [{look}] {first} [arrowhead=none] {second} }}\n")


def _keep_order(picture: Picture, model: DAG) -> None:
    """Put neurons that have the same number of neurons before them below each other, in the order of their numbers."""
    if not all(map(NUMBERED.fullmatch, model.neurons)):
        return  # names without numbers have no order: dot finds the one with the fewest crossings
    depths = dict.fromkeys(model.inputs, 0)
    for neuron in model.neurons:
        depths[neuron] = 1 + max(depths[source] for source in model._sources[neuron])
    for depth in range(1, max(depths.values()) + 1):
        column = sorted((name for name in model.neurons if depths[name] == depth), key=_number)
        if len(column) > 1:
            chain = " -> ".join(map(_quoted, column))
            picture.body.append(f"\t{{ rank=same {chain} [style=invis] }}\n")


def _number(name: str) -> int:
    found = NUMBERED.fullmatch(name)
    return int(found[1]) if found else 0


def _remarks(model: DAG, look: Look, biases: list[str], *, alike: bool, shared: bool) -> list[str]:
    """Say what holds for all neurons."""
    said = [f"every neuron: {_activation_names(model)[0]}"] if alike else []
    if shared:
        (bias,) = _entries(model, biases[0])
        what = "bias" if look.by == "weight" else "gradient of the bias"
        said.append(f"{what} of all: {spoken(biases[0])} = {look.figure(bias)}")
    elif biases:
        said.append("small number: bias" if look.by == "weight" else "small number: gradient of the bias")
    return [", ".join(said)] if said else []
