"""Slips in a step of gradient descent, w - rate * slope: another rate, the other sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from autograd.checking.guesses import OTHER_RATE, TERM_LEFT_OUT, UPDATE_SIGN, Guess, said
from autograd.replay import stored_operands
from autograd.value import Value

_USUAL: Final = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001)  # rates that people choose


class Step(NamedTuple):
    """A node that is a weight less a rate times a slope."""

    weight: Value
    rate: float
    slope: Value


def step_of(node: Value) -> Step | None:
    """Read a step from how the node was made: a leaf less a product of a slope with a plain number or a leaf.

    Example:
        >>> w, x = Value(0.5, "w"), Value(3.0, "x")
        >>> step = step_of(w - 0.1 * (w * x))
        >>> step.weight is w, step.rate, step.slope.data
        (True, 0.1, 1.5)
    """
    if node._op.name != "subtract":
        return None
    weight, product = stored_operands(node) or (0.0, 0.0)
    if not isinstance(weight, Value) or not isinstance(product, Value) or product._op.name != "multiply":
        return None
    one, other = stored_operands(product) or (0.0, 0.0)
    for rate, slope in ((one, other), (other, one)):
        plain = not isinstance(rate, Value) or stored_operands(rate) is None
        if plain and isinstance(slope, Value) and (rate is one or stored_operands(slope) is not None):
            return Step(weight, rate.data if isinstance(rate, Value) else rate, slope)
    return None


def step_guesses(step: Step, values: Mapping[Value, float]) -> Iterator[Guess]:
    """Guess at another rate and at the sign of the step, at these values of its weight and slope."""
    weight, slope = values[step.weight], values[step.slope]
    for rate in _USUAL:
        if rate != step.rate:
            words = f"as with a rate of {rate:g} rather than {step.rate:g}"
            yield Guess(OTHER_RATE, weight - rate * slope, 1.0, said(words))
    words = f"{step.rate:g} times the gradient is added rather than subtracted"
    yield Guess(UPDATE_SIGN, weight + step.rate * slope, 1.0, said(words))
    yield Guess(TERM_LEFT_OUT, weight, 1.0, said("the step: it is the weight before"))
    for rate in (-step.rate, step.rate):
        yield Guess(TERM_LEFT_OUT, rate * slope, 1.0, said(f"the weight: it is {rate:g} times the gradient"))
