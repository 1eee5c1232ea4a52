"""Guesses at slips in the value of a node: terms forgotten, operations forgotten, a number taken from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from autograd.checking.descent import step_guesses, step_of
from autograd.checking.guesses import SKIPPED, TERM_LEFT_OUT, TERM_SIGN, TERM_TWICE, WRONG_INPUT, Guess, listed
from autograd.checking.points import numbers
from autograd.checking.regions import Region
from autograd.replay import operand_nodes, stored_operands
from autograd.traversal import topological_order
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.checking.slip_view import View

_EDITS: Final = 400  # operands of one value's operations that are tried with other numbers

Edit = Callable[[list[float]], float]


def value_guesses(view: View, node: Value) -> Iterator[Guess]:
    """Make the guesses about one value: the same ones in the same order at every point."""
    if stored_operands(node) is None or node not in view.plan.recorded.values:
        return
    step = step_of(node)
    region = view.plan.region_of(node)
    if step is not None:
        yield from step_guesses(step, view.point.values)
    elif region is not None:
        yield from _within(view, region)
    for activations, values in view.unbent:
        yield Guess(SKIPPED, values[node], 1.0, partial(_left_out, view, activations, values, node))


def _within(view: View, region: Region) -> Iterator[Guess]:
    """Guess at slips between a node and the named nodes that it is made of."""
    for changed in region.inside[-_EDITS:]:
        operands = stored_operands(changed) or ()
        name = changed._op.name
        for slot in range(len(operands)) if len(operands) <= _EDITS else ():
            term = partial(_named, view, operands[slot])
            if name in ("add", "subtract", "sum"):
                for kind, factor in ((TERM_LEFT_OUT, 0.0), (TERM_TWICE, 2.0), (TERM_SIGN, -1.0)):
                    yield Guess(kind, _edited(view, region, changed, _scaled(changed, slot, factor)), 1.0, term)
            elif name in ("multiply", "divide"):
                number = _edited(view, region, changed, _put(changed, slot, 1.0))
                yield Guess(SKIPPED, number, 1.0, partial(_factor, view, operands[slot]))
        if changed._op.arity == 1:
            number = _edited(view, region, changed, lambda given: given[0])
            yield Guess(SKIPPED, number, 1.0, partial(_function, view, changed))
    for of in region.leaves:
        for by, weight in view.plan.standins(of) if of in view.plan.named else ():
            below = {leaf: view.point.values[leaf] for leaf in region.leaves}
            number = region.value({**below, of: view.point.values[by]})
            yield Guess(WRONG_INPUT, number, weight, partial(_replaced, view, of, by))


def _edited(view: View, region: Region, changed: Value, edit: Edit) -> float:
    """Compute a region's root with one operation done wrongly."""
    values = {node: view.point.values[node] for node in region.leaves}
    for node in region.inside:
        given = list(numbers(node, values))
        try:
            values[node] = edit(given) if node is changed else node._op.evaluate(tuple(given))
        except (ArithmeticError, ValueError):
            return math.nan
    return values[region.root]


def _scaled(node: Value, slot: int, factor: float) -> Edit:
    return lambda given: node._op.evaluate((*given[:slot], factor * given[slot], *given[slot + 1 :]))


def _put(node: Value, slot: int, number: float) -> Edit:
    return lambda given: node._op.evaluate((*given[:slot], number, *given[slot + 1 :]))


def _named(view: View, operand: Value | float) -> str:
    """Name a term."""
    return view.plan.name(operand) if isinstance(operand, Value) else f"{operand:.6g}"


def _left_out(view: View, activations: Sequence[Value], values: Mapping[Value, float], node: Value) -> str:
    """Name the activations without which a value follows: of those that enter it the ones that change anything."""
    inside = set(topological_order([node]))
    bent = [other for other in activations if other in inside and values[other] != view.point.values[other]]
    below = listed([view.plan.name(operand_nodes(other)[0]) for other in bent])
    return (
        f"{activations[0]._op.name}: it follows with {below} in the place of {listed(list(map(view.plan.name, bent)))}"
    )


def _function(view: View, node: Value) -> str:
    return f"{node._op.name} of {_named(view, (stored_operands(node) or (node,))[0])}"


def _factor(view: View, operand: Value | float) -> str:
    return f"the factor {_named(view, operand)}"


def _replaced(view: View, of: Value, by: Value) -> str:
    return f"{view.plan.name(by)} in the place of {view.plan.name(of)}"
