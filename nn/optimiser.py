"""What all optimisers share: the parameters, the rate, and a step that is taken as a whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from autograd import Value
from nn.checking import real, whole
from nn.interrupts import uninterrupted
from nn.parameters import numbers_for
from nn.schedules import Schedule, schedule

# Clears the gradients, computes the loss, runs its backward pass, and returns it.
Closure: TypeAlias = Callable[[], Value]
# What an optimiser keeps from step to step: lists by name, with a number for each parameter.
Memory: TypeAlias = dict[str, list[float]]

# What is said of numbers that are not finite, and what to do.
GRADIENT = ("the gradient of {which} is {number}", "autograd.blame(loss) tells where it comes from")
TOO_LARGE = ("the step is too large: it leaves {number} for {which}", "try a smaller lr, or clip_grad_norm")


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
        if not isinstance(parameters, Iterable):
            raise TypeError(f"{who} takes a list of parameters, not {type(parameters).__name__} ({parameters!r:.60})")
        self.parameters = list(parameters)
        for position, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Value):
                raise TypeError(f"{who}: parameter {position} must be a Value, not {type(parameter).__name__}")
            if parameter.op:
                what = "a constant" if parameter.op == "constant" else "computed from others"
                raise TypeError(f"{who}: parameter {position} ({parameter.describe()}) is no leaf: it is {what}")
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
        """The learning rate of the next step.

        Raises:
            TypeError, ValueError: a schedule gave no number, or one that is negative, nan or infinite.
        """
        return real(self._schedule(self.steps), f"{type(self).__name__}: lr in step {self.steps + 1}", 0.0)

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
            ValueError: a gradient, or what a parameter would become, is nan or infinite; nothing was moved.
        """
        loss = None if closure is None else closure()
        gradients = [parameter.grad for parameter in self.parameters]
        self._require_finite(gradients, *GRADIENT)
        moves, memory = self.update(gradients, self.rate)
        self._commit(self._moved(moves), memory)
        return loss

    def update(self, gradients: list[float], rate: float) -> tuple[list[float], Memory]:
        """Compute a step, changing nothing: what a subclass is about.

        Args:
            gradients: one for each parameter, all of them finite.
            rate: the learning rate.

        Returns:
            How far each parameter is to move, and the new lists of ``memory`` by name.

        Raises:
            NotImplementedError: this one has none.
        """
        raise NotImplementedError(f"{type(self).__name__} has no update(self, gradients, rate)")

    def _moved(self, moves: Iterable[float]) -> list[float]:
        return [parameter.data + move for parameter, move in zip(self.parameters, moves, strict=True)]

    def _commit(self, numbers: list[float], memory: Memory) -> None:
        """Take a step to these numbers as a whole, if all that comes of it are finite."""
        for kept in (numbers, *memory.values()):
            self._require_finite(kept, *TOO_LARGE)
        with uninterrupted():
            self._set(numbers)
            for name, kept in memory.items():
                setattr(self, name, kept)
            self.steps += 1

    def _set(self, numbers: Iterable[float]) -> None:
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number

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
            TypeError, ValueError: it is of another kind of optimiser, of another number of parameters, or no numbers.
        """
        who = type(self).__name__
        _require_names(state, ("steps", *self.memory), who)
        steps = whole(state["steps"], f"{who}: steps", 0)
        kept = {name: numbers_for(state[name], (len(self.parameters),), f"{who}: {name}") for name in self.memory}
        for numbers in kept.values():
            self._require_finite(numbers, "cannot go on from {number} for {which}", "it was not saved by this library")
        with uninterrupted():
            self.steps = steps
            for name, numbers in kept.items():
                setattr(self, name, numbers)

    def _require_finite(self, numbers: list[float], what: str, advice: str) -> None:
        """Raise `ValueError` if one of the numbers, one for each parameter, is nan or infinite."""
        total = sum(numbers)
        if total - total == 0.0:
            return
        for position, number in enumerate(numbers):
            if not math.isfinite(number):
                which = f"parameter {position} ({self.parameters[position].describe()})"
                message = what.format(which=which, number=number)
                raise ValueError(f"{type(self).__name__}: {message}, so nothing was moved; {advice}")

    def __repr__(self) -> str:
        """Tell the kind, the number of parameters, the rate and the steps."""
        count = len(self.parameters)
        return f"{type(self).__name__}({count:,} parameters, lr={self.rate:.4g}, {self.steps:,} steps taken)"


def _require_names(state: object, expected: tuple[str, ...], who: str) -> None:
    if not isinstance(state, Mapping) or set(state) != set(expected):
        got = ", ".join(map(str, state)) if isinstance(state, Mapping) else f"{type(state).__name__} ({state!r:.60})"
        raise ValueError(f"{who}: expected {', '.join(expected)}, got {got}")
