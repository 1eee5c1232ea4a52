"""Neurons, and layers of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import Value, dot
from nn.activations import ActivationLike, resolved
from nn.checking import vector, whole
from nn.initialisers import Seed, gain_of, kaiming, seeded
from nn.module import Module
from nn.nesting import entries


class Neuron(Module):
    """A weighted sum of its inputs, a bias, and an activation: ``activation(w · x + b)``.

    Args:
        nin: the number of inputs, at least 1.
        activation: a name such as ``"relu"``, ``"tanh"`` or ``"identity"``, or a function of a `Value`.
        bias: whether there is a bias; it starts at 0.
        init: what the weights are at first: an initialiser such as `xavier`, its name, a number for all, or a list of
            numbers; by default `kaiming` with the gain of the activation.
        seed: a whole number from which the weights are drawn; ``None`` takes one from Python's `random`.
        nonlin: micrograd's word: ``True`` for ``"relu"``, ``False`` for ``"identity"``.

    Attributes:
        weight: the weights, also called ``w``.
        bias: the bias, also called ``b``; ``None`` if there is none.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: ``nin`` is less than 1, a name is not known, or numbers are not as many as weights.

    Example:
        >>> from nn import Neuron
        >>> n = Neuron(2, "tanh", init=[-3.0, 1.0])
        >>> n.bias.data = 6.8813735870195432
        >>> round(n([2.0, 0.0]).data, 4)
        0.7071
    """

    weight: list[Value]
    bias: Value | None

    def __init__(
        self,
        nin: int,
        activation: ActivationLike = "relu",
        *,
        bias: bool = True,
        init: object = None,
        seed: object = None,
        nonlin: bool | None = None,
    ) -> None:
        """Declare the parameters."""
        self.nin = whole(nin, "Neuron: nin")
        self.activation = resolved(_chosen(activation, nonlin), "Neuron: activation", single=True)
        seed = seeded(seed, "Neuron")
        self.declare("weight", (nin,), default(init, self.activation.name), seed=seed)
        declare_bias(self, (), seed, wanted=bias)

    @classmethod
    def of(cls, weight: list[Value], bias: Value | None, activation: ActivationLike) -> Neuron:
        """Make a neuron of parameters that are there.

        Example:
            >>> from autograd import Value
            >>> from nn import Neuron
            >>> Neuron.of([Value(2.0)], Value(1.0), "identity")(3.0).data
            7.0
        """
        neuron = cls.__new__(cls)
        neuron.nin, neuron.activation = len(weight), resolved(activation, "Neuron: activation", single=True)
        neuron.weight, neuron.bias = weight, bias
        return neuron

    @property
    def w(self) -> list[Value]:
        """The weights."""
        return self.weight

    @property
    def b(self) -> Value | None:
        """The bias."""
        return self.bias

    def forward(self, x: Any) -> Any:
        """Compute the output for one sample of ``nin`` numbers."""
        x = vector(x, self.nin, f"Neuron({self.nin})")
        return self.activation.on_vector(affine([self.weight], None if self.bias is None else [self.bias], x))[0]

    def arguments(self) -> str:
        """Write inputs and activation."""
        return f"{self.nin}, {self.activation.name!r}{unbiased(self)}"


class Layer(Module):
    """Neurons side by side, each of them over all inputs: ``activation(W x + b)``.

    Args:
        nin: the number of inputs, at least 1.
        nout: the number of neurons, at least 1.
        activation: a name such as ``"relu"``, ``"tanh"``, ``"identity"`` or ``"softmax"``, or a function of a `Value`.
        bias: whether there are biases; they start at 0.
        init: what the weights are at first: an initialiser such as `xavier`, its name, a number for all, or nested
            lists of numbers; by default `kaiming` with the gain of the activation.
        seed: a whole number from which the weights are drawn; ``None`` takes one from Python's `random`.
        nonlin: micrograd's word: ``True`` for ``"relu"``, ``False`` for ``"identity"``.

    Attributes:
        weight: nested lists of leaves, a row for each neuron.
        bias: one leaf for each neuron; ``None`` if there are none.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: a size is less than 1, a name is not known, or given numbers have another shape.

    Example:
        >>> from nn import Layer
        >>> layer = Layer(2, 3, init=[[1, 0], [0, 1], [1, 1]])
        >>> [z.data for z in layer([2.0, -5.0])]
        [2.0, 0.0, 0.0]
        >>> layer
        Layer(2, 3, 'relu')
    """

    weight: list[list[Value]]
    bias: list[Value] | None

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: ActivationLike = "relu",
        *,
        bias: bool = True,
        init: object = None,
        seed: object = None,
        nonlin: bool | None = None,
    ) -> None:
        """Declare the parameters."""
        self.nin = whole(nin, "Layer: nin")
        self.nout = whole(nout, "Layer: nout")
        self.activation = resolved(_chosen(activation, nonlin), "Layer: activation")
        seed = seeded(seed, "Layer")
        self.declare("weight", (nout, nin), default(init, self.activation.name), seed=seed)
        declare_bias(self, (nout,), seed, wanted=bias)

    @property
    def neurons(self) -> list[Neuron]:
        """The neurons one by one; they share the layer's parameters.

        Raises:
            ValueError: the activation, such as softmax, is none of single neurons.
        """
        if self.activation.function is None:
            raise ValueError(f"{self!r}: {self.activation.name} goes over all neurons, which have no outputs each")
        biases: Sequence[Value | None] = [None] * self.nout if self.bias is None else self.bias
        return [Neuron.of(w, b, self.activation) for w, b in zip(self.weight, biases, strict=True)]

    def pre_activations(self, x: Any) -> list[Any]:
        """Compute ``W x + b`` for one sample of ``nin`` numbers."""
        return affine(self.weight, self.bias, vector(x, self.nin, f"Layer({self.nin}, {self.nout})"))

    def activate(self, sums: list[Any]) -> list[Any]:
        """Apply the activation to the sums of all neurons."""
        return self.activation.on_vector(sums)

    def forward(self, x: Any) -> Any:
        """Compute the outputs for one sample of ``nin`` numbers; of a single neuron, its one output."""
        return single(self.activate(self.pre_activations(x)))

    def _in_order(self, blocks: Mapping[str, Any]) -> Iterable[Any]:
        return unit_by_unit(blocks)

    def arguments(self) -> str:
        """Write sizes and activation."""
        return f"{self.nin}, {self.nout}, {self.activation.name!r}{unbiased(self)}"


def _chosen(activation: ActivationLike, nonlin: bool | None) -> ActivationLike:
    """Return the activation that is meant, also by the word that micrograd has for it."""
    if nonlin is None:
        return activation
    return "relu" if nonlin else "identity"


def affine(rows: Sequence[Sequence[Value]], biases: Sequence[Value] | None, x: Sequence[Any]) -> list[Any]:
    """Return ``W x + b``, the rows of W and the entries of b being those of the neurons; ``W x`` without biases."""
    if biases is None:
        return [dot(row, x) for row in rows]
    return [dot(row, x) + bias for row, bias in zip(rows, biases, strict=True)]


def single(outputs: list[Any]) -> Any:
    """Return one output by itself, several as a list."""
    return outputs[0] if len(outputs) == 1 else outputs


def default(init: object, activation: str) -> object:
    """Return what weights start from where nothing is said: numbers of a size that suits the activation."""
    return kaiming(gain_of(activation)) if init is None else init


def declare_bias(module: Module, shape: Sequence[int], seed: Seed, *, wanted: bool) -> None:
    """Declare biases, which start at 0; the attribute is ``None`` if there are to be none."""
    if wanted:
        module.declare("bias", shape, 0.0, seed=seed)
    else:
        module.bias = None


def unit_by_unit(blocks: Mapping[str, Any]) -> Iterable[Any]:
    """List parameters unit by unit, a unit's weights before its bias; each block has one row or entry for each unit."""
    for unit in zip(*blocks.values(), strict=True):
        yield from entries(unit)


def unbiased(module: Module) -> str:
    """Write the argument ``bias=False`` of a module that has no biases."""
    return "" if vars(module).get("bias", True) is not None else ", bias=False"
