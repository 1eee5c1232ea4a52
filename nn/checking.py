"""Arguments that modules are given: what is wrong with them, said in the words of the module."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from difflib import get_close_matches
from typing import Any

from autograd import Value
from nn.nesting import described, listed, plain

# What names of other libraries are called here.
SYNONYMS = {"linear": "identity", "none": "identity", "swish": "silu", "logistic": "sigmoid", "mse": "squared_error"}


def whole(value: object, what: str, least: int = 1) -> int:
    """Return a whole number of at least ``least``; NumPy's count, ``True`` and ``2.0`` do not.

    Raises:
        TypeError: it is none.
        ValueError: it is less than ``least``.

    Example:
        >>> whole(0, "Layer: nout")
        Traceback (most recent call last):
        ...
        ValueError: Layer: nout must be at least 1, not 0
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} must be a whole number, not {type(value).__name__} ({value!r:.60})")
    number = int(value)
    if number < least:
        raise ValueError(f"{what} must be at least {least}, not {number}")
    return number


def real(value: object, what: str, low: float = -math.inf, high: float = math.inf, *, above: bool = False) -> float:
    """Return a number from ``low`` (or ``above`` it) to ``high`` as a float.

    Raises:
        TypeError: it is no real number.
        ValueError: it is outside, nan or infinite.

    Example:
        >>> real(-0.1, "SGD: lr", 0.0)
        Traceback (most recent call last):
        ...
        ValueError: SGD: lr must be at least 0, not -0.1
    """
    if isinstance(value, (bool, str, Value)) or not hasattr(value, "__float__") or hasattr(value, "__len__"):
        raise TypeError(f"{what} must be a number, not {type(value).__name__} ({value!r:.60})")
    number = float(value)
    if not (low <= number <= high) or (above and number == low) or math.isinf(number):
        bounds = [] if low == -math.inf else [f"{'above' if above else 'at least'} {low:g}"]
        bounds += [] if high == math.inf else [f"at most {high:g}"]
        raise ValueError(f"{what} must be {' and '.join(bounds) or 'finite'}, not {number!r}")
    return number


def vector(x: Any, length: int, who: str) -> Any:
    """Return an input as a sequence of ``length`` numbers and `Value`s; a single one will do where one is expected.

    Raises:
        TypeError: it is no sequence of numbers.
        ValueError: it is of another length.

    Example:
        >>> vector([1.0], 2, "Layer(2, 3)")
        Traceback (most recent call last):
        ...
        ValueError: Layer(2, 3) takes 2 numbers, not 1 number
    """
    if type(x) is list and len(x) == length and type(x[0]) in (Value, float):
        return x
    if isinstance(x, (str, bytes, bytearray, memoryview, Mapping, Set)):
        raise TypeError(f"{who} takes {length} numbers, not {type(x).__name__} ({x!r:.60})")
    x = plain(x)
    if not isinstance(x, Iterable):
        x = [x]
    items = [plain(item) for item in x]
    if any(isinstance(item, (list, tuple)) for item in items):
        raise TypeError(
            f"{who} takes one sample of {length} number{'s' * (length != 1)}, not {described(items)}: for several "
            "samples, call it for each of them; of an image or a matrix, Flatten() makes one vector"
        )
    if len(items) != length:
        raise ValueError(f"{who} takes {length} number{'s' * (length != 1)}, not {described(items)}")
    return items


def choice(name: object, known: Iterable[str], what: str) -> str:
    """Return a name that is one of the known ones.

    Raises:
        TypeError: it is no text.
        ValueError: it is not known; the message suggests the nearest.

    Example:
        >>> choice("rely", ["relu", "tanh"], "activation")
        Traceback (most recent call last):
        ...
        ValueError: activation 'rely' is not known: did you mean 'relu'? There are relu, tanh
    """
    known = list(known)
    if isinstance(name, str) and name in known:
        return name
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a name, not {type(name).__name__} ({name!r:.60})")
    meant = nearest(SYNONYMS.get(name.lower(), name), known)
    hint = f"did you mean {meant!r}? There are" if meant else "there are"
    raise ValueError(f"{what} {name!r} is not known: {hint} {listed(known, 30)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like another one, capitals aside; ``""`` if none is.

    Example:
        >>> nearest("ReLU", ["tanh", "relu"]), nearest("x", ["tanh"])
        ('relu', '')
    """
    lowered = {other.lower(): other for other in known}
    near = get_close_matches(name.lower(), lowered, 1)
    return lowered[near[0]] if near else ""


def require_function(value: object, what: str, advice: str) -> None:
    """Raise `TypeError`, with advice on what to write, if an argument cannot be called."""
    if not callable(value):
        raise TypeError(f"{what} must be a function, {advice}, not {type(value).__name__} ({value!r:.60})")
