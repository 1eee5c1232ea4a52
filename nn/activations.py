"""Activations: by name, or any function of a `Value`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import autograd
from autograd import Value, exp, logsumexp
from nn.checking import choice
from nn.module import Module
from nn.nesting import entries, plain


def _same(x: Any) -> Any:
    return x


ELEMENTWISE: dict[str, Callable[[Any], Any]] = {
    "identity": _same,
    **{
        name: getattr(autograd, name)
        for name in (
            "relu", "leaky_relu", "elu", "silu", "gelu", "softplus", "sigmoid", "tanh", "arctan", "sin", "cos", "erf",
            "exp", "square", "abs", "step", "sign",
        )
    },
}  # fmt: skip


class Resolved(NamedTuple):
    """An activation: its name, and what it does to the numbers of a layer; to each alone, but for softmax."""

    name: str
    on_vector: Callable[[list[Any]], list[Any]]
    function: Callable[[Any], Any] | None


# What `activation=` takes: a name, a function of one number, or what was made of them.
ActivationLike: TypeAlias = str | Callable[[Any], Any] | Resolved


def resolved(activation: ActivationLike, what: str, *, single: bool = False) -> Resolved:
    """Return what an argument ``activation`` means.

    Args:
        activation: a name or a function.
        what: the argument, for messages.
        single: whether it is for a single number, on which softmax makes no sense.

    Raises:
        TypeError: it is neither.
        ValueError: the name is not known.
    """
    if isinstance(activation, Resolved):
        return activation
    if callable(activation):
        return _elementwise(getattr(activation, "__name__", repr(activation)), activation)
    if not isinstance(activation, str):
        got = f"{type(activation).__name__} ({activation!r:.60})"
        raise TypeError(f"{what} must be a name such as 'tanh' or 'identity', or a function, not {got}")
    name = choice(activation, [*ELEMENTWISE, *([] if single else VECTORS)], what)
    if name == "identity":
        return Resolved(name, list, ELEMENTWISE[name])
    return Resolved(name, VECTORS[name], None) if name in VECTORS else _elementwise(name, ELEMENTWISE[name])


def _elementwise(name: str, function: Callable[[Any], Any]) -> Resolved:
    return Resolved(name, partial(_each, function), function)


def _each(function: Callable[[Any], Any], xs: list[Any]) -> list[Any]:
    return [function(x) for x in xs]


def softmax(scores: Sequence[Any]) -> list[Any]:
    """Turn scores into shares: positive, and adding up to 1.

    Args:
        scores: `Value`s or numbers, one or more.

    Returns:
        ``exp(score - logsumexp(scores))`` for each, without overflow; good to about 1e-16 times the largest score.

    Raises:
        ValueError: there are none.

    Example:
        >>> from nn import softmax
        >>> softmax([0.0, 0.0])
        [0.5, 0.5]
    """
    return [exp(score) for score in log_softmax(scores)]


def log_softmax(scores: Sequence[Any]) -> list[Any]:
    """Return the logarithms of `softmax`, exact also where a share is too small for a float.

    Example:
        >>> from nn import log_softmax
        >>> log_softmax([0.0, -1000.0])
        [0.0, -1000.0]
    """
    total = logsumexp(scores)
    return [score - total for score in scores]


VECTORS: dict[str, Callable[[list[Any]], list[Any]]] = {"softmax": softmax, "log_softmax": log_softmax}


class Activation(Module):
    """An activation as a module: for every number of a vector, or of nested vectors.

    Args:
        activation: a name such as ``"relu"``, or ``"softmax"`` over each innermost vector; or a function of a `Value`.

    Example:
        >>> from nn import Activation
        >>> Activation("relu")([[-1.0, 2.0], [3.0, -4.0]])
        [[0.0, 2.0], [3.0, 0.0]]
    """

    def __init__(self, activation: ActivationLike) -> None:
        """Look the activation up."""
        self.activation = resolved(activation, "Activation: activation")

    def forward(self, x: Any) -> Any:
        """Apply it."""
        x = plain(x)
        if not isinstance(x, (list, tuple)):
            return self.activation.on_vector([x])[0]
        if any(isinstance(item, (list, tuple)) for item in x):
            return [self.forward(item) for item in x]
        return self.activation.on_vector(list(x))

    def arguments(self) -> str:
        """Write the activation."""
        return repr(self.activation.name)


class Flatten(Module):
    """Nested vectors, such as the channels of an image, as one vector.

    Example:
        >>> from nn import Flatten
        >>> Flatten()([[1, 2], [3, 4]])
        [1, 2, 3, 4]
    """

    def forward(self, x: Any) -> list[Value | float]:
        """Join the vectors."""
        return list(entries(plain(x)))
