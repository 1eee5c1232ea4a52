"""Normalisation of a vector, with a gain for each place."""

from __future__ import annotations

from typing import Any

from autograd import Value, dot, sqrt, sum
from nn.checking import real, vector, whole
from nn.layers import declare_bias, unbiased
from nn.module import Module


class LayerNorm(Module):
    """Shift and scale a vector to mean 0 and variance 1: ``weight · (x - mean)/√(variance + eps) + bias``.

    After J. Ba and others, *Layer Normalization* (2016). The variance is that of all numbers there are: divided by
    their count.

    Args:
        size: the length of the vector, at least 1.
        eps: what keeps the root from 0, at least 0.
        bias: whether there are biases; they start at 0.

    Attributes:
        weight: one gain for each place; they start at 1.
        bias: one for each place; ``None`` if there are none.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: ``size`` is less than 1 or ``eps`` negative.

    Example:
        >>> from nn import LayerNorm
        >>> [round(y.data, 3) for y in LayerNorm(2)([1.0, 3.0])]
        [-1.0, 1.0]
    """

    weight: list[Value]
    bias: list[Value] | None

    def __init__(self, size: int, eps: float = 1e-5, *, bias: bool = True) -> None:
        """Declare the parameters."""
        self.size = whole(size, "LayerNorm: size")
        self.eps = real(eps, "LayerNorm: eps", 0.0)
        self.declare("weight", (self.size,), 1.0, seed=0)
        declare_bias(self, (self.size,), 0, wanted=bias)

    def forward(self, x: Any) -> list[Any]:
        """Normalise one vector of ``size`` numbers."""
        x = vector(x, self.size, f"LayerNorm({self.size})")
        mean = sum(x) / self.size
        centred = [number - mean for number in x]
        scale = 1.0 / sqrt(dot(centred, centred) / self.size + self.eps)
        scaled = [gain * (number * scale) for gain, number in zip(self.weight, centred, strict=True)]
        return scaled if self.bias is None else [y + b for y, b in zip(scaled, self.bias, strict=True)]

    def arguments(self) -> str:
        """Write the size."""
        return f"{self.size}, eps={self.eps:g}{unbiased(self)}"


class RMSNorm(Module):
    """Scale a vector to a root mean square of 1: ``weight · x/√(mean of x² + eps)``.

    After B. Zhang and R. Sennrich, *Root Mean Square Layer Normalization* (2019).

    Args:
        size: the length of the vector, at least 1.
        eps: what keeps the root from 0, at least 0.

    Attributes:
        weight: one gain for each place; they start at 1.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: ``size`` is less than 1 or ``eps`` negative.

    Example:
        >>> from nn import RMSNorm
        >>> [round(y.data, 3) for y in RMSNorm(2)([3.0, 4.0])]
        [0.849, 1.131]
    """

    weight: list[Value]

    def __init__(self, size: int, eps: float = 1e-5) -> None:
        """Declare the parameters."""
        self.size = whole(size, "RMSNorm: size")
        self.eps = real(eps, "RMSNorm: eps", 0.0)
        self.declare("weight", (self.size,), 1.0, seed=0)

    def forward(self, x: Any) -> list[Any]:
        """Normalise one vector of ``size`` numbers."""
        x = vector(x, self.size, f"RMSNorm({self.size})")
        scale = 1.0 / sqrt(dot(x, x) / self.size + self.eps)
        return [gain * (number * scale) for gain, number in zip(self.weight, x, strict=True)]

    def arguments(self) -> str:
        """Write the size."""
        return f"{self.size}, eps={self.eps:g}"
