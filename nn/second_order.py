"""Optimisers that go by curvature, for few samples or few parameters: L-BFGS and Newton."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from autograd import Value, gradients
from nn.checking import real, whole
from nn.extras import library
from nn.optimiser import GRADIENT, Closure, Optimiser
from nn.schedules import Schedule

MOST_FOR_NEWTON = 500  # parameters: its Hessian has the square of that
SINGULAR = 1e15  # the condition number from which on no digit of the solution is left


class LBFGS(Optimiser):
    """L-BFGS: Newton's method with a Hessian that is guessed from the last gradients, and a line search.

    One step runs up to ``max_iter`` iterations and calls the closure a few times for each; the closure must compute the
    same loss each time, so give it all samples. SciPy's implementation is used, the one of C. Zhu and others,
    *Algorithm 778: L-BFGS-B* (1997).

    Args:
        parameters: leaves, such as ``model.parameters()``.
        max_iter: iterations per step, at least 1.
        history: how many gradients the Hessian is guessed from, at least 1.
        tolerance: the step ends where no gradient is larger, at least 0.

    Raises:
        MissingExtraError: SciPy is not installed.
        TypeError, ValueError: an argument is none of the above (see `Optimiser`).

    Example:
        >>> from autograd import Value
        >>> from nn import LBFGS
        >>> x, y = Value(-1.2), Value(1.0)
        >>> optimiser = LBFGS([x, y], max_iter=100)
        >>> def closure():
        ...     optimiser.zero_grad()
        ...     loss = (1 - x)**2 + 100 * (y - x**2)**2
        ...     loss.backward()
        ...     return loss
        >>> loss = optimiser.step(closure)
        >>> round(x.data, 4), round(y.data, 4)
        (1.0, 1.0)
    """

    needs_all_samples: ClassVar = True

    def __init__(
        self, parameters: Iterable[Value], max_iter: int = 20, history: int = 10, tolerance: float = 1e-7
    ) -> None:
        """Keep the arguments."""
        super().__init__(parameters, 1.0)
        self.max_iter = whole(max_iter, "LBFGS: max_iter")
        self.history = whole(history, "LBFGS: history")
        self.tolerance = real(tolerance, "LBFGS: tolerance", 0.0)
        _scipy()  # which says at once if it is missing

    def step(self, closure: Closure | None = None) -> Value:
        """Run up to ``max_iter`` iterations.

        Where the closure raises, or Ctrl-C interrupts, the parameters are as before the step.

        Args:
            closure: clears the gradients, computes the loss, runs its backward pass, and returns it.

        Returns:
            The loss as it was before the step.

        Raises:
            TypeError: there is no closure.
            ValueError: a gradient is nan or infinite at the start.
        """
        if closure is None:
            raise TypeError("LBFGS: step needs a closure that computes the loss and runs its backward pass")
        start = [parameter.data for parameter in self.parameters]
        first: list[Value] = []

        def evaluate(point: Any) -> tuple[float, list[float]]:
            self._set(point.tolist())
            loss = closure()
            found = [parameter.grad for parameter in self.parameters]
            if not first:
                first.append(loss)
                self._require_finite(found, *GRADIENT)
            return loss.data, found

        options = {"maxiter": self.max_iter, "maxcor": self.history, "gtol": self.tolerance, "ftol": 0.0}
        steps = self.steps
        try:
            end = _scipy().minimize(evaluate, start, jac=True, method="L-BFGS-B", options=options).x.tolist()
            self._commit(end, {})
        except BaseException:
            if self.steps == steps:
                self._set(start)
            raise
        return first[0]


class Newton(Optimiser):
    """Newton's method: solves ``(H + damping · I) move = -gradient``, with the exact Hessian H.

    The Hessian is the gradient of the gradient's graph; n parameters take n reverse sweeps. Where it is not positive
    definite, the steps may lead to a saddle point or a maximum: damping larger than its most negative eigenvalue
    leads downhill.

    Args:
        parameters: leaves, at most 500.
        lr: the share of the move that is made, at least 0, or a schedule.
        damping: what is added to the Hessian's diagonal, at least 0.

    Raises:
        MissingExtraError: NumPy is not installed.
        TypeError, ValueError: an argument is none of the above (see `Optimiser`).

    Example:
        >>> from autograd import Value
        >>> from nn import Newton
        >>> x, y = Value(5.0), Value(-3.0)
        >>> optimiser = Newton([x, y])
        >>> loss = optimiser.step(lambda: (x - 1)**2 + x * y + (y + 2)**2)    # a quadratic takes one step
        >>> round(x.data, 12), round(y.data, 12)
        (2.666666666667, -3.333333333333)
    """

    def __init__(self, parameters: Iterable[Value], lr: float | Schedule = 1.0, *, damping: float = 0.0) -> None:
        """Keep the arguments."""
        super().__init__(parameters, lr)
        if len(self.parameters) > MOST_FOR_NEWTON:
            raise ValueError(
                f"Newton is for at most {MOST_FOR_NEWTON} parameters, not {len(self.parameters):,}: use LBFGS"
            )
        self.damping = real(damping, "Newton: damping", 0.0)
        _numpy()  # which says at once if it is missing

    def step(self, closure: Closure | None = None) -> Value:
        """Move the parameters.

        Args:
            closure: computes the loss and returns it; it may run the backward pass, which is not needed.

        Returns:
            What ``closure`` returned.

        Raises:
            TypeError: there is no closure.
            ValueError: a derivative is nan or infinite, or the Hessian is singular; nothing was moved.
        """
        if closure is None:
            raise TypeError("Newton: step needs a closure that computes the loss")
        loss = closure()
        slopes = gradients(loss, self.parameters)
        found = [slope.data for slope in slopes]
        self._require_finite(found, *GRADIENT)
        moves = self._solve(self._hessian(slopes), found)
        rate = self.rate
        self._commit(self._moved(rate * move for move in moves), {})
        return loss

    def _hessian(self, slopes: list[Value]) -> list[list[float]]:
        return [
            [0.0] * len(slopes) if slope.op == "constant" else [d.data for d in gradients(slope, self.parameters)]
            for slope in slopes
        ]

    def _solve(self, hessian: list[list[float]], slopes: list[float]) -> list[float]:
        numpy = _numpy()
        matrix = numpy.array(hessian) + self.damping * numpy.eye(len(slopes))
        if not numpy.isfinite(matrix).all():
            raise ValueError("Newton: a second derivative is nan or infinite, so nothing was moved")
        if numpy.linalg.cond(matrix) > SINGULAR:
            raise ValueError(
                "Newton: the Hessian is singular, so nothing was moved: the loss does not bend along some direction; "
                "give a damping above 0"
            )
        moves: list[float] = numpy.linalg.solve(matrix, -numpy.array(slopes)).tolist()
        return moves


def _scipy() -> Any:
    return library("scipy.optimize", "scipy", "L-BFGS steps")


def _numpy() -> Any:
    return library("numpy", "numpy", "Newton's steps")
