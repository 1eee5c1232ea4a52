"""The shunting-yard algorithm (Dijkstra, 1961): from tokens to postfix order, with an explicit stack."""

from __future__ import annotations

import math
from typing import NamedTuple, NoReturn

from autograd.notation import BINARY, COMPARISON, POWER, PREFIX, Operator, explain_function, function, shown
from autograd.rows import Primitive
from autograd.tokens import ExpressionError, Token, tokens


class Step(NamedTuple):
    """Push a number or a name's object, or apply a primitive to the topmost ``takes`` objects."""

    what: Primitive | float | str
    takes: int
    position: int


class _Waiting(NamedTuple):
    """An operator on the stack, whose right operand is not yet complete."""

    operator: Operator
    takes: int
    position: int


class _Bracket:
    """An open bracket on the stack: a group, a list, or the arguments of a function's call."""

    __slots__ = ("function", "given", "lists", "opened", "sign", "start")

    def __init__(self, token: Token, start: int, function: Primitive | None) -> None:
        self.sign, self.opened, self.start, self.function = token.text, token.position, start, function
        self.given = 1  # arguments or entries, the one being read included
        self.lists: list[int] = []  # lengths of those arguments that are lists


class Parser:
    """Turns one text into steps; besides its stack it knows only whether an operand or an operator must follow."""

    def __init__(self, text: str) -> None:
        """Prepare to read ``text``."""
        self.text = text
        self.steps: list[Step] = []
        self.stack: list[_Waiting | _Bracket] = []
        self.previous = Token("start", "", 0)

    def run(self) -> list[Step]:
        """Return the expression in postfix order, or raise `ExpressionError`."""
        wants_operand = True
        for token in tokens(self.text):
            wants_operand = self._read_operand(token) if wants_operand else self._read_operator(token)
            self.previous = token
        return self.steps

    def _fail(self, problem: str, position: int) -> NoReturn:
        raise ExpressionError(problem, self.text, position)

    def _read_operand(self, token: Token) -> bool:
        """Read a token where an operand must stand; return whether one must follow still."""
        if token.kind in ("number", "name"):
            what = self._number(token) if token.kind == "number" else token.text
            self.steps.append(Step(what, 0, token.position))
            return False
        if token.kind == "call":
            if function(token.text) is None:
                self._fail(explain_function(token.text), token.position)
        elif token.text == "(":
            self._open(token)
        elif token.text == "[":
            self._require_list_argument(token)
            self._open(token)
        elif token.text in PREFIX:
            self.stack.append(_Waiting(PREFIX[token.text], 1, token.position))
        else:
            self._fail(self._explain_missing_operand(token), token.position)
        return True

    def _read_operator(self, token: Token) -> bool:
        """Read a token behind a complete operand; return whether an operand must follow."""
        if self.previous.text == "]" and token.text not in (",", ")"):
            self._fail("a list must be a whole argument of a function: write ',' or ')' behind it", token.position)
        if token.kind in ("number", "name", "call") or token.text in ("(", "["):
            self._fail(self._explain_missing_operator(token), token.position)
        if token.text in BINARY:
            self._push_binary(token)
            return True
        bracket = self._reduce_to_bracket()
        if token.kind == "end":
            if bracket is not None:
                self._fail(f"this {bracket.sign!r} is never closed", bracket.opened)
            return False
        if token.text == ",":
            if bracket is None or (bracket.sign == "(" and bracket.function is None):
                self._fail("unexpected ',': it separates the arguments of a function", token.position)
            bracket.given += 1
            return True
        self._close(bracket, token)
        return False

    def _number(self, token: Token) -> float:
        number = float(token.text)
        if math.isinf(number):
            self._fail(f"the number {shown(token.text)} is too large for a float", token.position)
        return number

    def _push_binary(self, token: Token) -> None:
        operator = BINARY[token.text]
        loosest = operator.precedence + (operator.precedence == POWER)  # ** groups to the right
        while self.stack and isinstance(top := self.stack[-1], _Waiting) and top.operator.precedence >= loosest:
            if top.operator.precedence == COMPARISON == operator.precedence:
                self._fail("comparisons cannot be chained: write (a < b) * (b < c)", token.position)
            self._reduce(top)
        self.stack.append(_Waiting(operator, 2, token.position))

    def _reduce(self, top: _Waiting) -> None:
        """Move the topmost operator from the stack to the steps."""
        self.stack.pop()
        takes = top.takes
        for what in top.operator.program:
            applied = isinstance(what, Primitive)
            self.steps.append(Step(what, takes if applied else 0, top.position))
            takes = 1 if applied else 2

    def _reduce_to_bracket(self) -> _Bracket | None:
        """Complete the operand behind the innermost open bracket; ``None`` where there is none."""
        while self.stack:
            top = self.stack[-1]
            if isinstance(top, _Bracket):
                return top
            self._reduce(top)
        return None

    def _open(self, token: Token) -> None:
        """Open a group, a list, or, behind a function's name, its arguments."""
        call = self.previous.kind == "call"
        start = self.previous.position if call else token.position
        self.stack.append(_Bracket(token, start, function(self.previous.text) if call else None))

    def _require_list_argument(self, token: Token) -> None:
        top = self.stack[-1] if self.stack else None
        if not isinstance(top, _Bracket) or top.function is None or top.function.arity is not None:
            self._fail("a list may only be an argument of a function of sequences: sum([a, b])", token.position)

    def _close(self, bracket: _Bracket | None, token: Token) -> None:
        """Close the innermost open bracket, complete up to here."""
        if bracket is None:
            self._fail(f"unexpected {token.text!r}: there is no open bracket", token.position)
        if (bracket.sign == "[") != (token.text == "]"):
            opened = f"{bracket.sign!r} at column {bracket.opened + 1}"
            self._fail(f"{token.text!r} does not match the {opened}", token.position)
        self.stack.pop()
        if bracket.function is not None:
            takes = self._count_operands(bracket, bracket.function)
            self.steps.append(Step(bracket.function, takes, bracket.start))
        elif bracket.sign == "[" and isinstance(call := self.stack[-1], _Bracket):
            call.lists.append(bracket.given)

    def _count_operands(self, bracket: _Bracket, row: Primitive) -> int:
        """Check the number of arguments of a call; return how many objects it takes from the stack machine."""
        given, lists = bracket.given, bracket.lists
        if row.pairs:
            if given != 2 or len(lists) != 2 or lists[0] != lists[1]:
                self._fail(f"{row.name} takes two lists of equal length: {row.name}([a, b], [c, d])", bracket.start)
        elif lists and given != 1:
            self._fail(f"{row.name} takes either one list or numbers, not both", bracket.start)
        elif row.arity is not None and not row.arity - len(row.defaults) <= given <= row.arity:
            self._fail(_explain_count(row, str(given)), bracket.start)
        return sum(lists) or given

    def _explain_missing_operand(self, token: Token) -> str:
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

    def _explain_missing_operator(self, token: Token) -> str:
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
