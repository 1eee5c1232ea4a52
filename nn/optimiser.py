"""What all optimisers share: the parameters, the rate, and a step that is taken as a whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from autograd import Value
from nn.interrupts import uninterrupted
from nn.schedules import Schedule, schedule

# Clears the gradients, computes the loss, runs its backward pass, and returns it.
Closure = Callable[[], Value]


class Optimiser:
    """Moves parameters by what their gradients say.

    A subclass has an ``update``. Use one of `SGD`, `Adam`, `AdamW`, `RMSprop`, `LBFGS` and `Newton`.

    Args:
        parameters: leaves, such as ``model.parameters()``.
        lr: the learning rate, at least 0; or a schedule: a function of the number of steps taken.

    Attributes:
        parameters: the leaves.
        lr: the rate or schedule; it may be assigned.
        steps: how many steps were taken.

    Raises:
        TypeError: there is something else than leaves among the parameters.
        ValueError: there are none, or one occurs twice; ``lr`` is negative.

    Example:
        >>> from autograd import Value
        >>> from nn import SGD
        >>> w = Value(3.0, "w")
        >>> optimiser = SGD([w], lr=0.1)
        >>> (w * w).backward()
        >>> optimiser.step()
        >>> round(w.data, 12)
        2.4
    """

    # The attributes that hold a number for each parameter: what is kept from step to step.
    memory: ClassVar[tuple[str, ...]] = ()
    # Whether the closure of a step must be about all samples.
    needs_all_samples: ClassVar[bool] = False

    def __init__(self, parameters: Iterable[Value], lr: float | Schedule) -> None:
        """Check the parameters, and keep them."""
        who = type(self).__name__
        if hasattr(parameters, "parameters"):
            raise TypeError(f"{who} takes a list of parameters: write {who}(model.parameters(), …)")
        self.parameters = list(parameters)
        for position, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Value):
                raise TypeError(f"{who}: parameter {position} must be a Value, not {type(parameter).__name__}")
            if parameter.op:
                raise TypeError(
                    f"{who}: parameter {position} ({parameter.describe()}) is no leaf: it is computed from others"
                )
        if not self.parameters:
            raise ValueError(f"{who}: there are no parameters")
        if len(set(self.parameters)) < len(self.parameters):
            raise ValueError(f"{who}: a parameter occurs twice")
        self.lr = lr
        self.steps = 0
        for name in self.memory:
            setattr(self, name, [0.0] * len(self.parameters))

    @property
    def lr(self) -> float | Schedule:
        """The learning rate, or the schedule that gives it."""
        return self._lr

    @lr.setter
    def lr(self, lr: float | Schedule) -> None:
        self._schedule = schedule(lr, f"{type(self).__name__}: lr")
        self._lr = lr

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return self._schedule(self.steps)

    def zero_grad(self) -> None:
        """Set ``.grad`` of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self, closure: Closure | None = None) -> Value | None:
        """Move the parameters, by their gradients or by those that ``closure`` leaves.

        All parameters are moved or none: Ctrl-C waits until they are.

        Args:
            closure: clears the gradients, computes the loss, runs its backward pass, and returns it.

        Returns:
            What ``closure`` returned.

        Raises:
            ValueError: a gradient is nan or infinite; nothing was moved.
        """
        loss = None if closure is None else closure()
        gradients = [parameter.grad for parameter in self.parameters]
        self._require_finite(gradients)
        with uninterrupted():
            self.update(gradients, self.rate)
            self.steps += 1
        return loss

    def update(self, gradients: list[float], rate: float) -> None:
        """Move the parameters: what a subclass is about.

        Raises:
            NotImplementedError: this one has none.
        """
        raise NotImplementedError(f"{type(self).__name__} has no update(self, gradients, rate)")

    def move(self, moves: Iterable[float]) -> None:
        """Add a number to the data of each parameter."""
        for parameter, move in zip(self.parameters, moves, strict=True):
            parameter.data += move

    def state_dict(self) -> dict[str, Any]:
        """Return what is kept from step to step, to go on later: the number of steps, and numbers by parameter.

        Example:
            >>> from autograd import Value
            >>> from nn import SGD
            >>> SGD([Value(1.0)], lr=0.1, momentum=0.9).state_dict()
            {'steps': 0, 'velocities': [0.0]}
        """
        return {"steps": self.steps, **{name: list(getattr(self, name)) for name in self.memory}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned: from all of it, or not at all where something is wrong.

        Raises:
            ValueError: it is of another kind of optimiser, or of another number of parameters.
        """
        who = type(self).__name__
        if set(state) != {"steps", *self.memory}:
            raise ValueError(f"{who}: expected steps, {', '.join(self.memory)}, got {', '.join(state)}")
        for name in self.memory:
            if len(state[name]) != len(self.parameters):
                raise ValueError(f"{who}: expected {len(self.parameters)} numbers in {name!r}, got {len(state[name])}")
        self.steps = int(state["steps"])
        for name in self.memory:
            setattr(self, name, [float(number) for number in state[name]])

    def _require_finite(self, gradients: list[float]) -> None:
        total = sum(gradients)
        if total - total == 0.0:
            return
        for position, gradient in enumerate(gradients):
            if not math.isfinite(gradient):
                raise ValueError(
                    f"{type(self).__name__}: the gradient of parameter {position} "
                    f"({self.parameters[position].describe()}) is {gradient}, so nothing was moved; "
                    "autograd.blame(loss) tells where it comes from"
                )

    def __repr__(self) -> str:
        """Tell the kind, the number of parameters, the rate and the steps."""
        count = len(self.parameters)
        return f"{type(self).__name__}({count:,} parameters, lr={self.rate:.4g}, {self.steps:,} steps taken)"
