"""Guesses at slips in the value of a node: terms forgotten, operations forgotten, a number taken from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from autograd.checking.guesses import SKIPPED, TERM_LEFT_OUT, TERM_SIGN, TERM_TWICE, WRONG_INPUT, Guess, said
from autograd.checking.points import numbers, operand_nodes
from autograd.checking.regions import Region
from autograd.replay import stored_operands
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.checking.slip_view import View

_EDITS: Final = 400  # operands of one value's operations that are tried with other numbers

Edit = Callable[[list[float]], float]


def value_guesses(view: View, node: Value) -> Iterator[Guess]:
    """Make the guesses about one value: the same ones in the same order at every point."""
    if stored_operands(node) is None or node not in view.plan.recorded.values:
        return
    region = view.plan.region_of(node)
    if region is None:
        return
    for changed in region.inside[-_EDITS:]:
        operands = stored_operands(changed) or ()
        name = changed._op.name
        for slot in range(len(operands)) if len(operands) <= _EDITS else ():
            term = _named(view, operands[slot])
            if name in ("add", "subtract", "sum"):
                for kind, factor in ((TERM_LEFT_OUT, 0.0), (TERM_TWICE, 2.0), (TERM_SIGN, -1.0)):
                    yield Guess(kind, _edited(view, region, changed, _scaled(changed, slot, factor)), 1.0, said(term))
            elif name in ("multiply", "divide"):
                number = _edited(view, region, changed, _put(changed, slot, 1.0))
                yield Guess(SKIPPED, number, 1.0, said(f"the factor {term}"))
        if changed._op.arity == 1:
            number = _edited(view, region, changed, lambda given: given[0])
            yield Guess(SKIPPED, number, 1.0, said(f"{name} of {_named(view, operands[0])}"))
    for of in region.leaves:
        for by, weight in view.plan.standins(of) if of in view.plan.named else ():
            below = {leaf: view.point.values[leaf] for leaf in region.leaves}
            number = region.value({**below, of: view.point.values[by]})
            words = f"{view.plan.name(by)} in the place of {view.plan.name(of)}"
            yield Guess(WRONG_INPUT, number, weight, said(words))


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
    """Name a term: by its label, or by the labelled nodes that it is made of."""
    if not isinstance(operand, Value):
        return f"{operand:.6g}"
    inside = [view.plan.name(o) for o in operand_nodes(operand) if o.label]
    return view.plan.name(operand) if operand.label or not inside else f"{operand.op}({', '.join(inside)})"
