"""The tokens of a typed expression, and the error that says where one is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from autograd.notation import ALIASES, function, shown


class ExpressionError(ValueError):
    """An expression that cannot be understood; the message says where and what to write instead.

    Attributes:
        problem: what is wrong, without the place.
        text: the whole expression.
        position: index of the offending character, ``None`` if no single place is to blame.

    Example:
        >>> from autograd.expression import ExpressionError, parse
        >>> try:
        ...     parse("2x + 1")
        ... except ExpressionError as error:
        ...     print(error)
        ...     print(error.pointer())
        at column 2: missing operator: write 2*x
            2x + 1
             ^
    """

    def __init__(self, problem: str, text: str, position: int | None = None) -> None:
        """Put the place into the message and a caret below the text into a note, which tracebacks show."""
        super().__init__(problem, text, position)
        self.problem, self.text, self.position = problem, text, position
        if position is not None:
            self.add_note(self.pointer())

    def __str__(self) -> str:
        """Write the message in one line."""
        return self.problem if self.position is None else f"at column {self.position + 1}: {self.problem}"

    def pointer(self) -> str:
        """Return the text around the place and a caret below it, in two lines."""
        place = self.position or 0
        start = max(0, place - 50)
        excerpt = "".join(c if c.isprintable() else " " for c in self.text[start : start + 90])
        return f"    {excerpt}\n    {' ' * (place - start)}^"


class Token(NamedTuple):
    """A piece of the text: what it is, how it is written, and at which index it begins."""

    kind: str  # "number", "name", "call" (a name before a bracket), "sign" or "end"
    text: str
    position: int


# A name starts with a letter or underscore; raised digits are left out because x² means a power.
_NAME = r"[^\W\d²³¹⁰⁴-⁹](?:[^\W²³¹⁰⁴-⁹]|[\u0300-\u036f])*+'*+"
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]++(?:_[0-9]++)*+(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?+)"
    rf"|(?P<call>{_NAME})(?=\s*+\()"
    rf"|(?P<name>{_NAME})"
    r"|(?P<sign>\*\*|//|<=|>=|==|!=|[-+*/%<>(),\[\]])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rf"\.\s*+({_NAME})")
_KEYWORDS: Final = {
    "lambda": "an expression cannot define functions",
    "if": "write where(condition, x, y)",
    "else": "write where(condition, x, y)",
    "and": "write where(a, b, 0)",
    "or": "write where(a, 1, b)",
    "not": "write where(a, 0, 1)",
    "for": "write the terms out",
}
_INSTEAD: Final = {
    "^": "**", "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "²": "**2", "³": "**3",
    "≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt(…)", "|": "abs(…)", "@": "dot([a, b], [c, d])", "{": "(", "}": ")",
}  # fmt: skip


def is_name(text: str) -> bool:
    """Tell whether ``text`` is a name that an expression may use."""
    match = _TOKEN.fullmatch(text)
    return match is not None and match.lastgroup == "name" and _begins_name(text) and text not in _KEYWORDS


def tokens(text: str) -> Iterator[Token]:
    """Cut the text into tokens, spaces left out, with an ``end`` behind the last."""
    for match in _TOKEN.finditer(text):
        kind, part, position = str(match.lastgroup), match.group(), match.start()
        named = kind in ("name", "call")
        if kind == "other" or (named and not _begins_name(part)):
            raise ExpressionError(_explain_character(text, position), text, position)
        if named and part in _KEYWORDS:
            raise ExpressionError(f"{part!r} is not allowed: {_KEYWORDS[part]}", text, position)
        if kind != "space":
            yield Token(kind, part, position)
    yield Token("end", "", len(text))


def _begins_name(text: str) -> bool:
    """Tell whether the first character is a letter or underscore, where the pattern also lets ½ and ① through."""
    return text[0].isalpha() or text[0] == "_"


def _explain_character(text: str, position: int) -> str:
    """Say what to write instead of a character that no expression has."""
    character = text[position]
    if character in _INSTEAD:
        return f"{character!r} is not an operator here: write {_INSTEAD[character]}"
    if character == ".":
        follower = _ATTRIBUTE.match(text, position)
        if follower is None:
            return "unexpected '.'"
        name = follower[1]
        advice = f"write {ALIASES.get(name, name)}(…)" if function(ALIASES.get(name, name)) else "use plain names"
        return f"attributes and methods such as .{shown(name)} are not allowed: {advice}"
    if character == "=":
        return "'=' is not allowed: compare with ==, and give the value of a name after the expression, as in x=3"
    if character in "'\"`":
        return f"strings are not allowed (unexpected {character!r})"
    return f"unexpected character {character!r}"
