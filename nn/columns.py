"""Models of layers as columns of neurons, for diagrams: how many there are, and the numbers on what leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from autograd import Value
from nn.activations import Activation, Flatten
from nn.annotating import numbered_layers
from nn.labelling import indexed
from nn.layers import Layer, Neuron
from nn.module import Module, full_name
from nn.parameters import Declaration, shape_of_block
from nn.sequential import MLP, Sequential

DRAWN = "MLP, Layer, Neuron, DAG, and Sequential of layers, activations and Flatten"


class Number(NamedTuple):
    """One entry of a parameter."""

    name: str
    data: float
    gradient: float
    symbol: str = ""  # its label, or the one that `annotate` gives it; if it is another than the name


class Numbers:
    """The entries of a parameter by their places, whether its leaves are there or not; none are made."""

    def __init__(self, module: Module, prefix: str, name: str, symbol: str) -> None:
        """Read them; ``symbol`` is what mathematics calls the whole, such as ``"W1"``, if it is called anything."""
        block = module._own()[name]
        self._name = full_name(prefix, name)
        self._symbol = symbol
        self._shape = shape_of_block(block)
        self._block = block.numbers() if isinstance(block, Declaration) else block
        self._of_one = isinstance(module, Neuron)

    def at(self, *place: int) -> Number:
        """Return the number of a neuron, or of a neuron and an input, counted from 0."""
        place = place[1:] if self._of_one else place
        entry: Any = self._block
        for index in place:
            entry = entry[index]
        name = self._name + "".join(f"[{index}]" for index in place)
        counted = [index + 1 for index in place]
        symbol = indexed(self._symbol, counted, max(self._shape, default=0)) if self._symbol else ""
        if isinstance(entry, Value):
            return Number(name, entry.data, entry.grad, entry.label or symbol)
        return Number(name, entry, 0.0, symbol)


class Column(NamedTuple):
    """Inputs, or the neurons of a layer."""

    heading: str
    about: str
    size: int
    weight: Numbers | None = None
    bias: Numbers | None = None
    output: str = ""  # what `annotate` calls the outputs, such as "z1"


def columns_of(model: Module) -> list[Column]:
    """Read a model of layers.

    Returns:
        A column for the inputs, and one for each layer.

    Raises:
        TypeError: it has other parts, or no layers.
        ValueError: a layer does not take as many numbers as the one before gives.

    Example:
        >>> from nn import MLP
        >>> [(column.heading, column.about) for column in columns_of(MLP(2, [16, 1]))]
        [('input', '2 numbers'), ('layer 1', '16 × relu'), ('layer 2, output', '1 × identity')]
    """
    parts = list(_parts(model))
    names = {id(module): name for name, module in model.named_modules()}
    numbers = {id(layer): number for number, layer in enumerate(numbered_layers(model), 1)}
    columns: list[Column] = []
    before: list[str] = []  # activations of the inputs
    for part in parts:
        if isinstance(part, (Layer, Neuron)):
            if not columns:
                about = f"{part.nin} number{'s' * (part.nin != 1)}"
                columns.append(Column("input", " → ".join([about, *before]), part.nin))
            columns.append(_column(part, names, numbers.get(id(part), 0), columns))
        elif isinstance(part, Activation) and columns:
            columns[-1] = _activated(columns[-1], part.activation.name)
        elif isinstance(part, Activation):
            before.append(part.activation.name)
    if not columns:
        raise TypeError(f"draw: {type(model).__name__} has no layers of neurons; there is nothing to draw")
    columns[-1] = columns[-1]._replace(heading=f"{columns[-1].heading}, output")
    return columns


def _parts(model: object) -> Iterator[Module]:
    """Yield layers and what is between them."""
    if isinstance(model, (MLP, Sequential)):
        for part in model.layers:
            yield from _parts(part)
    elif isinstance(model, (Layer, Neuron, Activation, Flatten)):
        yield model
    else:
        kind = type(model).__name__ if isinstance(model, Module) else f"{type(model).__name__} ({model!r:.60})"
        raise TypeError(
            f"draw shows the neurons and weights of {DRAWN}; not of {kind}. What any model computes is shown by "
            "autograd.draw(output), best after `with annotate(model): output = model(x)`"
        )


def _column(layer: Layer | Neuron, names: Mapping[int, str], number: int, before: list[Column]) -> Column:
    position = len(before)
    if before[-1].size != layer.nin:
        gives = f"layer {position - 1} gives {before[-1].size}"
        raise ValueError(f"draw: layer {position} takes {layer.nin} numbers, but {gives}")
    size, prefix = layer.nout if isinstance(layer, Layer) else 1, names[id(layer)]
    symbols = {name: f"{name}{number}" if number else "" for name in "Wbz"}
    bias = Numbers(layer, prefix, "bias", symbols["b"]) if "bias" in layer._own() else None
    about = f"{size} × {layer.activation.name}"
    weight = Numbers(layer, prefix, "weight", symbols["W"])
    return Column(f"layer {position}", about, size, weight, bias, symbols["z"])


def _activated(column: Column, activation: str) -> Column:
    """Say of a column which activation follows it."""
    about = column.about.removesuffix("identity")
    return column._replace(about=f"{about}{activation}" if about != column.about else f"{about} → {activation}")
