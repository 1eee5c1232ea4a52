"""Optimisers that go by the gradient: SGD, and those that give each parameter a rate of its own."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import ClassVar

from autograd import Value
from nn.checking import real
from nn.optimiser import Memory, Optimiser
from nn.schedules import Schedule


class Decaying(Optimiser):
    """What goes by gradients to which weight decay is added: ``weight_decay · p``, the gradient of half its square."""

    def __init__(self, parameters: Iterable[Value], lr: float | Schedule, weight_decay: float) -> None:
        """Keep the arguments."""
        super().__init__(parameters, lr)
        self.weight_decay = real(weight_decay, f"{type(self).__name__}: weight_decay", 0.0)

    def update(self, gradients: list[float], rate: float) -> tuple[list[float], Memory]:
        """Compute a step."""
        if self.weight_decay:
            gradients = [g + self.weight_decay * p.data for g, p in zip(gradients, self.parameters, strict=True)]
        return self.adapted(gradients, rate)

    def adapted(self, gradients: list[float], rate: float) -> tuple[list[float], Memory]:
        """Compute a step by these gradients, without weight decay: what a subclass is about.

        Raises:
            NotImplementedError: this one has none.
        """
        raise NotImplementedError(f"{type(self).__name__} has no adapted(self, gradients, rate)")


class SGD(Decaying):
    """Gradient descent: ``p -= lr · gradient``, with momentum if wanted.

    With momentum the gradient is replaced by a velocity, ``v = momentum · v + gradient`` (at first the gradient
    itself); by Nesterov's variant, by ``gradient + momentum · v``.

    Args:
        parameters: leaves, such as ``model.parameters()``.
        lr: the learning rate, at least 0, or a schedule.
        momentum: how much of the velocity is kept, from 0 to 1.
        nesterov: whether to look ahead; needs momentum.
        weight_decay: what times the parameter is added to its gradient, at least 0.

    Raises:
        TypeError, ValueError: an argument is none of the above (see `Optimiser`).

    Example:
        >>> from autograd import Value
        >>> from nn import SGD
        >>> w = Value(1.0)
        >>> optimiser = SGD([w], lr=0.1, momentum=0.9)
        >>> for _ in range(2):
        ...     optimiser.zero_grad()
        ...     (3.0 * w).backward()
        ...     optimiser.step()
        >>> round(w.data, 12)                          # 1 - 0.1·3 - 0.1·(0.9·3 + 3)
        0.13
    """

    memory: ClassVar = ("velocities",)
    velocities: list[float]

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        """Keep the arguments."""
        super().__init__(parameters, lr, weight_decay)
        self.momentum = real(momentum, "SGD: momentum", 0.0, 1.0)
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise ValueError("SGD: nesterov needs momentum above 0")

    def adapted(self, gradients: list[float], rate: float) -> tuple[list[float], Memory]:
        """Compute a step without weight decay."""
        velocities, kept = self.velocities, self.momentum
        if kept:
            velocities = [kept * v + g for v, g in zip(velocities, gradients, strict=True)]
            ahead = [g + kept * v for v, g in zip(velocities, gradients, strict=True)]
            gradients = ahead if self.nesterov else velocities
        return [-rate * g for g in gradients], {"velocities": velocities}


class Adam(Decaying):
    """Steps of about ``lr`` for each parameter, by running means of its gradients and their squares.

    ``p -= lr · mean/(√square + eps)``, both means being corrected for having started at 0. After D. P. Kingma and
    J. Ba, *Adam: A Method for Stochastic Optimization* (2015).

    Args:
        parameters: leaves, such as ``model.parameters()``.
        lr: the learning rate, at least 0, or a schedule.
        betas: how much of each running mean is kept, from 0 to below 1: of the gradients, of their squares.
        eps: what keeps the divisor from 0, above 0.
        weight_decay: what times the parameter is added to its gradient, at least 0.

    Raises:
        TypeError, ValueError: an argument is none of the above (see `Optimiser`).

    Example:
        >>> from autograd import Value
        >>> from nn import Adam
        >>> w = Value(1.0)
        >>> optimiser = Adam([w], lr=0.01)
        >>> (1000.0 * w).backward()
        >>> optimiser.step()
        >>> round(w.data, 9)                           # the size of the gradient does not matter
        0.99
    """

    memory: ClassVar = ("means", "squares")
    means: list[float]
    squares: list[float]

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.0,
    ) -> None:
        """Keep the arguments."""
        super().__init__(parameters, lr, weight_decay)
        who = type(self).__name__
        first, second = _pair(betas, f"{who}: betas")
        self.betas = fraction(first, f"{who}: betas[0]"), fraction(second, f"{who}: betas[1]")
        self.eps = real(eps, f"{who}: eps", 0.0, above=True)

    def adapted(self, gradients: list[float], rate: float) -> tuple[list[float], Memory]:
        """Compute a step without weight decay."""
        first, second = self.betas
        means = [first * m + (1.0 - first) * g for m, g in zip(self.means, gradients, strict=True)]
        squares = [second * s + (1.0 - second) * g * g for s, g in zip(self.squares, gradients, strict=True)]
        length = rate / (1.0 - first ** (self.steps + 1))
        correction = 1.0 / sqrt(1.0 - second ** (self.steps + 1))
        eps = self.eps
        moves = [-length * m / (sqrt(s) * correction + eps) for m, s in zip(means, squares, strict=True)]
        return moves, {"means": means, "squares": squares}


class AdamW(Adam):
    """Adam whose weight decay is a step of its own: ``p -= lr · weight_decay · p``, whatever the gradients are.

    After I. Loshchilov and F. Hutter, *Decoupled Weight Decay Regularization* (2019). Arguments and errors are those
    of `Adam`.

    Example:
        >>> from autograd import Value
        >>> from nn import AdamW
        >>> w = Value(1.0)
        >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
        >>> w.data
        0.95
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 0.01,
    ) -> None:
        """Keep the arguments."""
        super().__init__(parameters, lr, betas, eps, weight_decay=weight_decay)

    def update(self, gradients: list[float], rate: float) -> tuple[list[float], Memory]:
        """Compute a step."""
        shrink = rate * self.weight_decay
        moves, memory = self.adapted(gradients, rate)
        return [move - shrink * p.data for move, p in zip(moves, self.parameters, strict=True)], memory


class RMSprop(Decaying):
    """Gradients divided by the root of a running mean of their squares: ``p -= lr · gradient/(√square + eps)``.

    After T. Tieleman and G. Hinton, *Lecture 6.5* of *Neural Networks for Machine Learning* (2012).

    Args:
        parameters: leaves, such as ``model.parameters()``.
        lr: the learning rate, at least 0, or a schedule.
        alpha: how much of the running mean is kept, from 0 to below 1.
        eps: what keeps the divisor from 0, above 0.
        momentum: how much of the velocity is kept, from 0 to 1.
        centred: whether the square of the gradients' running mean is taken off, which leaves their variance.
        weight_decay: what times the parameter is added to its gradient, at least 0.

    Raises:
        TypeError, ValueError: an argument is none of the above (see `Optimiser`).

    Example:
        >>> from autograd import Value
        >>> from nn import RMSprop
        >>> w = Value(1.0)
        >>> optimiser = RMSprop([w], lr=0.01)
        >>> (1000.0 * w).backward()
        >>> optimiser.step()
        >>> round(w.data, 9)                           # 1 - 0.01/√(1 - 0.99)
        0.9
    """

    memory: ClassVar = ("squares", "means", "velocities")
    squares: list[float]
    means: list[float]
    velocities: list[float]

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        *,
        momentum: float = 0.0,
        centred: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        """Keep the arguments."""
        super().__init__(parameters, lr, weight_decay)
        self.alpha = fraction(alpha, "RMSprop: alpha")
        self.eps = real(eps, "RMSprop: eps", 0.0, above=True)
        self.momentum = real(momentum, "RMSprop: momentum", 0.0, 1.0)
        self.centred = centred

    def adapted(self, gradients: list[float], rate: float) -> tuple[list[float], Memory]:
        """Compute a step without weight decay."""
        kept, new = self.alpha, 1.0 - self.alpha
        squares = [kept * s + new * g * g for s, g in zip(self.squares, gradients, strict=True)]
        means, velocities, spread = self.means, self.velocities, squares
        if self.centred:
            means = [kept * m + new * g for m, g in zip(means, gradients, strict=True)]
            spread = [max(s - m * m, 0.0) for s, m in zip(squares, means, strict=True)]
        scaled = [g / (sqrt(s) + self.eps) for g, s in zip(gradients, spread, strict=True)]
        if self.momentum:
            velocities = [self.momentum * v + g for v, g in zip(velocities, scaled, strict=True)]
            scaled = velocities
        return [-rate * g for g in scaled], {"squares": squares, "means": means, "velocities": velocities}


def _pair(betas: object, what: str) -> tuple[object, object]:
    if not isinstance(betas, (list, tuple)) or len(betas) != 2:
        raise TypeError(f"{what} must be a pair such as (0.9, 0.999), not {betas!r:.60}")
    return betas[0], betas[1]


def fraction(value: object, what: str) -> float:
    """Return a number from 0 to below 1.

    Raises:
        TypeError: it is no number.
        ValueError: it is outside.
    """
    number = real(value, what, 0.0, 1.0)
    if number == 1.0:
        raise ValueError(f"{what} must be below 1")
    return number
