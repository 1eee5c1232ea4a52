"""The shunting-yard algorithm (Dijkstra, 1961): from tokens to postfix order, with an explicit stack."""

from __future__ import annotations

import math
from typing import NamedTuple, NoReturn

from autograd.notation import BINARY, COMPARISON, POWER, PREFIX, Operator, explain_function, function, shown
from autograd.primitive import Primitive
from autograd.tokens import ExpressionError, Token, tokens


class Step(NamedTuple):
    """Push a number or a name's object, or apply a primitive to the topmost ``count`` objects."""

    what: Primitive | float | str
    count: int
    position: int


class _Waiting(NamedTuple):
    """An operator on the stack, whose right operand is not yet complete."""

    operator: Operator
    count: int
    position: int


class _Bracket:
    """An open bracket on the stack: a group, a list, or the arguments of a function's call."""

    __slots__ = ("count", "function", "lists", "name", "position", "sign")

    def __init__(self, sign: str, position: int, name: str = "", function: Primitive | None = None) -> None:
        self.sign, self.position, self.name, self.function = sign, position, name, function
        self.count = 1  # arguments, the one being read included
        self.lists: list[int] = []  # lengths of those arguments that are lists


class Parser:
    """The shunting-yard algorithm; its only state besides the stacks is whether an operand or an operator must follow."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[Step] = []
        self.stack: list[_Waiting | _Bracket] = []
        self.previous = Token("start", "", 0)

    def run(self) -> list[Step]:
        wants_operand = True
        for token in tokens(self.text):
            wants_operand = self.read_operand(token) if wants_operand else self.read_operator(token)
            self.previous = token
        return self.steps

    def fail(self, problem: str, position: int) -> NoReturn:
        raise ExpressionError(problem, self.text, position)

    # Each returns whether an operand must follow -------------------------------------------------------------------------

    def read_operand(self, token: Token) -> bool:
        """Read a token where an operand must stand."""
        if token.kind == "number":
            self.steps.append(Step(self.number(token), 0, token.position))
            return False
        if token.kind == "name":
            self.steps.append(Step(token.text, 0, token.position))
            return False
        if token.kind == "call":
            function = function(token.text)
            if function is None:
                self.fail(explainfunction(token.text), token.position)
            self.stack.append(_Bracket("call", token.position, token.text, function))
        elif token.text == "(":
            if self.previous.kind != "call":  # the call has put its bracket there
                self.stack.append(_Bracket("(", token.position))
        elif token.text == "[":
            self.open_list(token)
        elif token.text in PREFIX:
            self.stack.append(_Waiting(PREFIX[token.text], 1, token.position))
        else:
            self.fail(self.explain_missing_operand(token), token.position)
        return True

    def read_operator(self, token: Token) -> bool:
        """Read a token behind a complete operand."""
        if self.previous.text == "]" and token.text not in (",", ")"):
            self.fail("a list must be a whole argument of a function: write ',' or ')' behind it", token.position)
        if token.kind in ("number", "name", "call") or token.text in ("(", "["):
            self.fail(self.explain_missing_operator(token), token.position)
        if token.text in BINARY:
            self.push_binary(token)
            return True
        bracket = self.reduce_to_bracket()
        if token.kind == "end":
            if bracket is not None:
                opened = "[" if bracket.sign == "[" else "("
                self.fail(f"this {opened!r} is never closed", bracket.position + len(bracket.name))
            return False
        if token.text == ",":
            if bracket is None or bracket.sign == "(":
                self.fail("unexpected ',': it separates the arguments of a function", token.position)
            bracket.count += 1
            return True
        self.close(bracket, token)
        return False

    # Parts of the above --------------------------------------------------------------------------------------------------

    def number(self, token: Token) -> float:
        number = float(token.text)
        if math.isinf(number):
            self.fail(f"the number {shown(token.text)} is too large for a float", token.position)
        return number

    def push_binary(self, token: Token) -> None:
        operator = BINARY[token.text]
        tightest = operator.precedence + (operator.precedence == POWER)  # ** groups to the right
        while self.stack and isinstance(top := self.stack[-1], _Waiting) and top.operator.precedence >= tightest:
            if operator.precedence == COMPARISON:
                self.fail("comparisons cannot be chained: write (a < b) * (b < c)", token.position)
            self.reduce()
        self.stack.append(_Waiting(operator, 2, token.position))

    def reduce(self) -> None:
        """Move the topmost operator from the stack to the steps."""
        waiting = self.stack.pop()
        assert isinstance(waiting, _Waiting)
        count = waiting.count
        for what in waiting.operator.program:
            if isinstance(what, Primitive):
                self.steps.append(Step(what, count, waiting.position))
                count = 1
            else:
                self.steps.append(Step(what, 0, waiting.position))
                count = 2

    def reduce_to_bracket(self) -> _Bracket | None:
        """Complete the operand behind the innermost open bracket; ``None`` where there is none."""
        while self.stack:
            top = self.stack[-1]
            if isinstance(top, _Bracket):
                return top
            self.reduce()
        return None

    def open_list(self, token: Token) -> None:
        top = self.stack[-1] if self.stack else None
        if not isinstance(top, _Bracket) or top.function is None or top.function.arity is not None:
            self.fail(
                "a list may only be an argument of a function of sequences, such as sum([a, b])", token.position
            )
        self.stack.append(_Bracket("[", token.position))

    def close(self, bracket: _Bracket | None, token: Token) -> None:
        """Close the innermost open bracket, complete up to here."""
        if bracket is None:
            self.fail(f"unexpected {token.text!r}: there is no open bracket", token.position)
        if (bracket.sign == "[") != (token.text == "]"):
            opened = "[" if bracket.sign == "[" else "("
            self.fail(f"{token.text!r} does not match the {opened!r} at column {bracket.position + 1}", token.position)
        self.stack.pop()
        if bracket.sign == "[":
            call = self.stack[-1]
            assert isinstance(call, _Bracket)
            call.lists.append(bracket.count)
        elif bracket.function is not None:
            count = self.count_operands(bracket, bracket.function)
            self.steps.append(Step(bracket.function, count, bracket.position))

    def count_operands(self, bracket: _Bracket, row: Primitive) -> int:
        """Check the number of arguments of a call; return the number of objects on the stack machine."""
        given, lists = bracket.count, bracket.lists
        if row.pairs:
            if given != 2 or len(lists) != 2 or lists[0] != lists[1]:
                self.fail(f"{row.name} takes two lists of equal length: {row.name}([a, b], [c, d])", bracket.position)
            return sum(lists)
        if lists and given != 1:
            self.fail(f"{row.name} takes either one list or numbers, not both", bracket.position)
        if row.arity is None:
            return sum(lists) if lists else given
        least = row.arity - len(row.defaults)
        if not least <= given <= row.arity:
            self.fail(_explain_count(row, str(given)), bracket.position)
        return given

    def explain_missing_operand(self, token: Token) -> str:
        """Say what is wrong with a token where an operand must stand."""
        before = self.previous
        if before.kind == "start":
            if token.kind == "end":
                return "the expression is empty"
            return f"unexpected {token.text!r}: an expression begins with a number, a name or a bracket"
        if token.kind == "end":
            return f"the expression ends after {before.text!r}: a number or a name must follow"
        top = self.stack[-1] if self.stack else None
        if token.text in (")", "]") and before.text in ("(", "["):
            if isinstance(top, _Bracket) and top.function is not None:
                return _explain_count(top.function, "none")
            return "there is nothing between the brackets"
        if token.text == "*" and before.text == "**":
            return "unexpected '*' after '**'"
        return f"unexpected {token.text!r} after {before.text!r}: a number or a name is missing between them"

    def explain_missing_operator(self, token: Token) -> str:
        """Say what to write between two operands."""
        before = self.previous
        if before.kind == "name" and function(before.text):
            return f"missing brackets: write {before.text}({shown(token.text)}{'…' if token.kind == 'call' else ''})"
        left = f"…{before.text}" if before.text in (")", "]") else shown(before.text)
        right = f"{shown(token.text)}…" if token.kind == "call" or token.text in ("(", "[") else shown(token.text)
        return f"missing operator: write {left}*{right}"


def _explain_count(row: Primitive, given: str) -> str:
    if row.arity is None:
        return f"{row.name} takes at least one argument, {given} given"
    least = row.arity - len(row.defaults)
    counts = f"{least} or {row.arity} arguments" if row.defaults else f"{row.arity} argument{'s' * (row.arity != 1)}"
    return f"{row.signature()} takes {counts}, {given} given"
