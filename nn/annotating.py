"""`annotate`: a forward pass that can be read: frames for modules, names for what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from autograd import scope
from nn.checking import vector
from nn.labelling import label, leaves_of, unlabelled
from nn.layers import Layer, single
from nn.module import ANNOTATIONS, Module


class Annotations:
    """The frames of a model's modules, and the numbers of its layers."""

    def __init__(self, model: Module, mark: str) -> None:
        """Number the layers of neurons, and label their parameters."""
        self.mark = mark
        model.parameters()  # made now, they stand outside the frames, as those do that were made before
        named = model.named_modules()
        self.frames = {id(module): _frame(name) for name, module in named}
        layers = list(enumerate(numbered_layers(model), 1))
        self.numbers = {id(layer): number for number, layer in layers}
        for number, layer in layers:
            for values, name in ((layer.weight, f"W{number}"), (layer.bias, f"b{number}")):
                if unlabelled(values):
                    label(values, name)

    def call(self, module: Module, inputs: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
        """Call a module inside its frame; of a layer, label sums and outputs."""
        frame, number = self.frames.get(id(module), ""), self.numbers.get(id(module), 0)
        if isinstance(module, Layer) and number == 1 and len(inputs) == 1:
            inputs = (self._named(module, inputs[0]),)
        with scope(frame) if frame else nullcontext():
            if isinstance(module, Layer) and number:
                return self._call_layer(module, number, *inputs, **options)
            return module.forward(*inputs, **options)

    def _call_layer(self, layer: Layer, number: int, x: Any) -> Any:
        sums = layer.pre_activations(x)
        outputs = layer.activate(sums)
        for values, name in ((sums, f"s{number}"), (outputs, f"z{number}"))[outputs == sums :]:
            if unlabelled(values):
                label(values, name, self.mark)
        return single(outputs)

    def _named(self, layer: Layer, x: Any) -> list[Any]:
        """Make leaves of the numbers that go into the first layer, labelled if nothing in them is yet."""
        numbers = vector(x, layer.nin, f"Layer({layer.nin}, {layer.nout})")
        leaves = leaves_of(numbers)
        return label(leaves, "x", self.mark) if unlabelled(leaves) else leaves


@contextmanager
def annotate(model: Module, mark: str = "") -> Iterator[None]:
    r"""Make what ``model`` computes in this block readable: in pictures, derivations and checks.

    Every module's nodes stand in a frame of their own (`autograd.scope`). The layers of neurons are numbered, and
    their parameters labelled where they have no labels yet: weights ``W1_12`` (neuron 1, input 2), biases ``b1_1``;
    so are their sums ``s1_1`` and outputs ``z1_1``, and numbers that go into the first of them become leaves ``x_1``…
    Outside such blocks this costs nothing. ``autograd.draw(y, fold=True)`` draws the named nodes alone.

    Args:
        model: a module.
        mark: what is put behind the labels of what is computed, to tell several samples apart: ``"^(1)"`` is set as a
            raised (1), and with ``"_1"`` formulas can name it.

    Raises:
        TypeError: ``model`` is no module, or ``mark`` no text.

    Example:
        >>> from autograd import derive
        >>> from nn import MLP, annotate
        >>> model = MLP(2, [2, 1], "tanh", seed=0)
        >>> with annotate(model):
        ...     y = model([1.0, -1.0])
        >>> print(str(derive(y, model.layers[1].weight[0][1])).partition("\n")[0])
        ∂z₂‚₁/∂W₂‚₁₂ = z₁‚₂
    """
    if not isinstance(model, Module):
        raise TypeError(f"annotate takes a module, not {type(model).__name__} ({model!r:.60})")
    token = ANNOTATIONS.set(Annotations(model, mark))
    try:
        yield
    finally:
        ANNOTATIONS.reset(token)


def numbered_layers(model: Module) -> list[Layer]:
    """List the layers of neurons in the order of their numbers, without those that compute something of their own."""
    layers = [module for _, module in model.named_modules() if isinstance(module, Layer)]
    return [layer for layer in layers if type(layer).forward is Layer.forward]


def _frame(name: str) -> str:
    """Return the heading of a module's frame: ``layer 1`` for ``layers.0``."""
    own = re.search(r"([^\W\d]\w*)((?:\.\d+)*)$", name)
    if own is None:
        return ""
    numbers = [str(int(number) + 1) for number in own[2].split(".") if number]
    stem = own[1].removesuffix("s") if numbers else own[1]
    return " ".join([stem.replace("_", " "), *numbers])
