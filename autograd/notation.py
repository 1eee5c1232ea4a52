"""What the signs and names in a typed expression stand for."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from autograd import table
from autograd.rows import PRIMITIVES, Primitive, lookup

CONSTANTS: Final[Mapping[str, float]] = {"pi": math.pi, "e": math.e}


class Operator(NamedTuple):
    """What an operator's sign stands for: primitives, and numbers that are further operands of theirs."""

    precedence: int
    program: tuple[Primitive | float, ...]


COMPARISON, SUM, PRODUCT, SIGN, POWER = 1, 2, 3, 4, 5
_ahead = lookup("_ahead")  # 1, 1/2 or 0, of which every comparison can be made; it is right at ±inf, unlike x - y
BINARY: Final = {
    "<": Operator(COMPARISON, (_ahead, table.negative, 0.5, table.add, table.step)),
    ">": Operator(COMPARISON, (_ahead, 0.5, table.subtract, table.step)),
    "<=": Operator(COMPARISON, (_ahead, table.negative, 1.0, table.add, table.step)),
    ">=": Operator(COMPARISON, (_ahead, table.step)),
    "==": Operator(COMPARISON, (table.equal,)),
    "!=": Operator(COMPARISON, (table.equal, table.negative, 1.0, table.add)),
    "+": Operator(SUM, (table.add,)),
    "-": Operator(SUM, (table.subtract,)),
    "*": Operator(PRODUCT, (table.multiply,)),
    "/": Operator(PRODUCT, (table.divide,)),
    "//": Operator(PRODUCT, (table.floor_divide,)),
    "%": Operator(PRODUCT, (table.mod,)),
    "**": Operator(POWER, (table.power,)),
}
PREFIX: Final = {"-": Operator(SIGN, (table.negative,)), "+": Operator(SIGN, (table.positive,))}

# What other libraries and textbooks call the table's functions.
ALIASES: Final = {
    "ln": "log", "pow": "power", "fabs": "abs", "fmod": "mod", "fsum": "sum", "neg": "negative",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh", "arsinh": "arcsinh", "arcosh": "arccosh", "artanh": "arctanh", "sgn": "sign",
    "logistic": "sigmoid", "expit": "sigmoid", "swish": "silu", "amax": "max", "amin": "min", "clamp": "clip",
    "heaviside": "step", "inv": "reciprocal", "sqr": "square", "absolute": "abs",
}  # fmt: skip


def function(name: str) -> Primitive | None:
    """Return the function of that name: a public row of the table, or one that the user has declared."""
    return None if name.startswith("_") else PRIMITIVES.get(name)


def explain_function(name: str) -> str:
    """Say what was probably meant by a function that does not exist."""
    meant = [ALIASES[name]] if name in ALIASES else []
    if not meant and len(name) <= 30:
        public = [known for known in PRIMITIVES if function(known)]
        swapped = [known for known in public if sorted(known) == sorted(name.lower())]
        meant = swapped or difflib.get_close_matches(name.lower(), public, n=1)
    advice = f"did you mean {meant[0]}?" if meant else f"to multiply, write {shown(name)}*(…)"
    return f"unknown function {shown(name)!r}: {advice}"


def shown(text: str) -> str:
    """Cut a text that would make a message unreadable."""
    return text if len(text) <= 40 else f"{text[:30]}…{text[-9:]}"
