"""An expression together with what its names stand for: numbers, or expressions that are nodes of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from autograd.errors import DomainError
from autograd.expression import Expression, ExpressionError, parse
from autograd.notation import CONSTANTS, function, shown
from autograd.value import Value


class ProgramError(ValueError):
    """Expression and definitions do not fit together; the message says what to write instead."""


class Program:
    """An expression and the definitions of its names, ready to be evaluated.

    Args:
        text: the expression.
        definitions: for each name in it (and in other definitions) a number, or an expression such as ``w*x + b``.

    Attributes:
        expression: the one whose value is asked for.
        leaves: the names that stand for a number, in the order of first appearance.
        numbers: their numbers, by name.

    Raises:
        ExpressionError: ``text`` is no expression.
        ProgramError: a definition is none, is missing, superfluous, or refers to itself.

    Example:
        >>> from autograd.command_line.program import Program
        >>> program = Program("(n - 1)**2", {"n": "tanh(w*x)", "w": 0.0, "x": "1/2"})
        >>> program.leaves, program.evaluate({"w": 0.0, "x": 0.5})
        (('w', 'x'), 1.0)
        >>> output, nodes = program.graph()
        >>> output.backward(); nodes["n"].grad, nodes["w"].grad
        (-2.0, -1.0)
    """

    def __init__(self, text: str, definitions: Mapping[str, float | str]) -> None:
        """Read all expressions and put them in order."""
        self.expression = parse(text)
        parsed = {name: _parsed(name, what, definitions) for name, what in definitions.items()}
        numbers = {name: what for name, what in parsed.items() if isinstance(what, float)}
        formulas = {name: what for name, what in parsed.items() if isinstance(what, Expression)}
        self._formulas = _in_order(formulas)
        self._check_names(parsed)
        self.numbers = {name: numbers[name] for name in self._appearing() if name in numbers}
        self.leaves = tuple(self.numbers)

    def __len__(self) -> int:
        """Count the steps of one evaluation."""
        return len(self.expression) + sum(map(len, self._formulas.values()))

    def evaluate(self, numbers: Mapping[str, Any]) -> Any:
        """Compute the expression with other numbers, `Value`s or objects of another algebra for its `leaves`."""
        known = dict(numbers)
        for name, formula in self._formulas.items():
            known[name] = _located(name, formula, known)
        return self.expression.evaluate(known)

    def graph(self) -> tuple[Value | float, dict[str, Value]]:
        """Evaluate on labelled `Value`s; return the result, and the node of every name."""
        self.evaluate(self.numbers)  # on floats first: their errors name no line of code
        nodes = {name: Value(number, name) for name, number in self.numbers.items()}
        for name, formula in self._formulas.items():
            result = _located(name, formula, nodes)
            node = Value(result) if not isinstance(result, Value) else +result if result.label else result
            nodes[name] = node.named(name)
        return self.expression.evaluate(nodes), nodes

    def _appearing(self) -> dict[str, None]:
        """Return the names of the expression, and behind each what its definition mentions, in order."""
        found: dict[str, None] = {}
        waiting = [self.expression]
        while waiting:
            expression = waiting.pop()
            mentioned = [name for name in (*expression.names, *expression.constants) if name not in found]
            found |= dict.fromkeys(mentioned)
            waiting += [self._formulas[name] for name in reversed(mentioned) if name in self._formulas]
        return found

    def _check_names(self, known: Mapping[str, object]) -> None:
        """Raise `ProgramError` unless exactly the names that appear are defined."""
        appearing = self._appearing()
        missing = [name for name in appearing if name not in known and name not in CONSTANTS]
        superfluous = [name for name in known if name not in appearing]
        problems = []
        if missing:
            problems.append(f"no value for {_list(missing)}: add {_list([f'{name}=NUMBER' for name in missing], ' ')}")
            called = next(filter(function, missing), None)
            if called:
                problems.append(f"or, if {called} is meant to be the function, write {called}(…)")
        if superfluous:
            names = [name for name in appearing if name not in CONSTANTS or name in known]
            has = f"whose names are {_list(names)}" if names else "which has no names"
            verb = "is" if len(superfluous) == 1 else "are"
            problems.append(f"{_list(superfluous)} {verb} not in the expression, {has}")
        if problems:
            raise ProgramError("; ".join(problems))


def _parsed(name: str, what: float | str, defined: Mapping[str, object]) -> float | Expression:
    """Return a number, or an expression that mentions names to be defined."""
    if not isinstance(what, str):
        return float(what)
    try:
        expression = parse(what)
    except ExpressionError as error:
        raise ProgramError(f"in {shown(name)}={shown(what)}: {error}") from None
    if expression.names or any(constant in defined for constant in expression.constants):
        return expression
    return float(_located(name, expression, {}))


def _located(name: str, formula: Expression, known: Mapping[str, Any]) -> Any:
    try:
        return formula.evaluate(known)
    except DomainError as error:
        raise DomainError(f"in {shown(name)}={shown(formula.text)}: {error}") from None


def _in_order(formulas: Mapping[str, Expression]) -> dict[str, Expression]:
    """Sort definitions so that each follows those that it mentions."""
    graph = {name: [n for n in (*e.names, *e.constants) if n in formulas] for name, e in formulas.items()}
    try:
        order: Sequence[str] = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(shown(name) for name in reversed(error.args[1][:8]))
        raise ProgramError(f"the definitions go round in a circle: {circle}") from None
    return {name: formulas[name] for name in order}


def _list(names: Sequence[str], separator: str = ", ") -> str:
    few = [shown(name) for name in names[:8]]
    return separator.join([*few, "…"] if len(names) > len(few) else few)
