"""Modules one after the other: any of them in `Sequential`, layers of neurons in `MLP`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from autograd import Primitive
from nn.activations import Activation, ActivationLike, resolved
from nn.checking import whole
from nn.initialisers import seeded
from nn.layers import Layer
from nn.module import Module


class Sequential(Module):
    """Modules one after the other, each taking what the one before gives.

    Args:
        *modules: modules; activations, by name or as functions of `autograd`, for each number that comes; any other
            function is called on all that comes.

    Raises:
        TypeError: there is something else among them.
        ValueError: there are none, or a name is not known.

    Example:
        >>> from nn import Conv2d, Flatten, Layer, Sequential
        >>> model = Sequential(Conv2d(1, 2, 3, seed=0), "relu", Flatten(), Layer(8, 1, "tanh", seed=1))
        >>> print(model)
        Sequential()                                        29 parameters
          layers.0: Conv2d(1, 2, 3, stride=1, padding=0)    20 parameters
          layers.1: Activation('relu')                       0 parameters
          layers.2: Flatten()                                0 parameters
          layers.3: Layer(8, 1, 'tanh')                      9 parameters
    """

    layers: list[Callable[[Any], Any]]

    def __init__(self, *modules: Module | str | Callable[[Any], Any]) -> None:
        """Keep the modules."""
        if not modules:
            raise ValueError("Sequential needs at least one module")
        self.layers = [Activation(m) if isinstance(m, (str, Primitive)) else m for m in modules]
        for position, module in enumerate(self.layers):
            _require_function(module, position)

    def forward(self, x: Any) -> Any:
        """Pass one sample through all modules."""
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self) -> int:
        """Count the modules."""
        return len(self.layers)

    def __getitem__(self, position: int) -> Any:
        """Return the module at a position."""
        return self.layers[position]


class MLP(Module):
    """Layers of neurons, every neuron over all of the layer before: a multi-layer perceptron.

    Args:
        nin: the number of inputs, at least 1.
        nouts: the number of neurons of each layer; the last is that of the outputs.
        activation: of all layers but the last: a name such as ``"relu"``, or a function of a `Value`.
        output_activation: of the last layer; also ``"softmax"``.
        bias: whether the neurons have biases; they start at 0.
        init: what the weights are at first: an initialiser such as `xavier`, its name, or a number for all; by default
            `kaiming` with the gain of each layer's activation.
        seed: a whole number from which the weights are drawn; ``None`` takes one from Python's `random`.

    Attributes:
        layers: the layers, with ``weight`` and ``bias`` each.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: a size is less than 1, or a name is not known.

    Example:
        >>> from nn import MLP
        >>> model = MLP(2, [16, 16, 1], seed=0)
        >>> model([1.0, -2.0]).op                    # a single output comes as one Value
        '+'
        >>> print(model)
        MLP(2, [16, 16, 1])                     337 parameters
          layers.0: Layer(2, 16, 'relu')         48 parameters
          layers.1: Layer(16, 16, 'relu')       272 parameters
          layers.2: Layer(16, 1, 'identity')     17 parameters
    """

    layers: list[Layer]

    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        activation: ActivationLike = "relu",
        output_activation: ActivationLike = "identity",
        *,
        bias: bool = True,
        init: object = None,
        seed: object = None,
    ) -> None:
        """Make the layers."""
        sizes = _sizes(nin, nouts)
        seed = seeded(seed, "MLP")
        inner, last = resolved(activation, "MLP: activation"), resolved(output_activation, "MLP: output_activation")
        self.layers = [
            Layer(
                inputs,
                outputs,
                last if number == len(sizes) - 1 else inner,
                bias=bias,
                init=init,
                seed=f"{seed}/{number}",
            )
            for number, (inputs, outputs) in enumerate(pairwise(sizes), 1)
        ]

    def forward(self, x: Any) -> Any:
        """Compute the outputs for one sample of ``nin`` numbers; a single output by itself."""
        for layer in self.layers:
            x = layer(x)
        return x

    def arguments(self) -> str:
        """Write the sizes."""
        return f"{self.layers[0].nin}, {[layer.nout for layer in self.layers]}"


def _require_function(module: object, position: int) -> None:
    if isinstance(module, type) or not callable(module):
        got = f"{module.__name__}: write {module.__name__}(…)" if isinstance(module, type) else repr(module)
        raise TypeError(f"Sequential: module {position} must be a module or a function, not {got:.80}")


def _sizes(nin: int, nouts: object) -> list[int]:
    """Return the sizes of the inputs and of all layers."""
    if isinstance(nouts, str) or not isinstance(nouts, Iterable):
        raise TypeError(f"MLP: nouts must list the neurons of each layer, such as [16, 1], not {nouts!r:.60}")
    sizes = [whole(nin, "MLP: nin"), *(whole(nout, "MLP: each of nouts") for nout in nouts)]
    if len(sizes) == 1:
        raise ValueError("MLP: nouts must have at least one layer, such as [16, 1]")
    return sizes
