"""Nested lists: their shape, their entries in order, and entries put into a shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Shape = tuple[int, ...]


def plain(x: Any) -> Any:
    """Return arrays and tensors as nested lists, also those within lists; anything else as it is.

    Example:
        >>> import numpy
        >>> plain(numpy.array([1.0, 2.0])), plain([numpy.array([1.0])]), plain(3)
        ([1.0, 2.0], [[1.0]], 3)
    """
    if hasattr(x, "tolist") and hasattr(x, "shape"):
        return x.tolist()
    if isinstance(x, (list, tuple)) and any(isinstance(item, (list, tuple)) or hasattr(item, "tolist") for item in x):
        return [plain(item) for item in x]
    return x


def shape_of(nested: Any) -> Shape:
    """Return the shape of nested lists or tuples; ``()`` for anything else.

    Raises:
        ValueError: lists that stand beside each other differ in shape.

    Example:
        >>> shape_of([[1, 2, 3], [4, 5, 6]]), shape_of(7)
        ((2, 3), ())
    """
    if not isinstance(nested, (list, tuple)):
        return ()
    shapes = {shape_of(item) for item in nested}
    if len(shapes) > 1:
        raise ValueError(f"rows of different shapes: {', '.join(sorted(map(in_words, shapes)))}")
    return (len(nested), *(shapes.pop() if shapes else ()))


def entries(nested: Any) -> Iterator[Any]:
    """Yield what nested lists or tuples hold, from left to right.

    Example:
        >>> list(entries([[1, 2], [3]]))
        [1, 2, 3]
    """
    if isinstance(nested, (list, tuple)):
        for item in nested:
            yield from entries(item)
    else:
        yield nested


def arranged(rest: Iterator[Any], shape: Sequence[int]) -> Any:
    """Take as many items as ``shape`` has places, and arrange them in nested lists.

    Example:
        >>> arranged(iter("abcdef"), (2, 3))
        [['a', 'b', 'c'], ['d', 'e', 'f']]
    """
    if not shape:
        return next(rest)
    return [arranged(rest, shape[1:]) for _ in range(shape[0])]


def mapped(function: Callable[[Any], Any], nested: Any) -> Any:
    """Apply ``function`` to every entry of nested lists or tuples; lists come back.

    Example:
        >>> mapped(abs, [[-1, 2], (-3,)])
        [[1, 2], [3]]
    """
    if isinstance(nested, (list, tuple)):
        return [mapped(function, item) for item in nested]
    return function(nested)


def places(name: str, nested: Any) -> Any:
    """Name every entry of nested lists by its place; the names come back in the same nesting.

    Example:
        >>> places("w", [[1, 2]])
        [['w[0][0]', 'w[0][1]']]
    """
    if isinstance(nested, (list, tuple)):
        return [places(f"{name}[{index}]", item) for index, item in enumerate(nested)]
    return name


def size(shape: Sequence[int]) -> int:
    """Return how many entries a shape has.

    Example:
        >>> size((2, 3)), size(())
        (6, 1)
    """
    return math.prod(shape)


def in_words(shape: Sequence[int]) -> str:
    """Write a shape for a message.

    Example:
        >>> in_words((2, 3)), in_words((4,)), in_words(())
        ('2 × 3', '4', 'a single number')
    """
    return " × ".join(map(str, shape)) or "a single number"


def described(x: Any) -> str:
    """Say of an argument what was given, for a message.

    Example:
        >>> described([1.0, 2.0]), described([[1], [2]]), described("ab")
        ('2 numbers', 'nested lists of 2 × 1', "str ('ab')")
    """
    if not isinstance(x, (list, tuple)):
        return f"{type(x).__name__} ({x!r:.60})"
    try:
        shape = shape_of(x)
    except ValueError as error:
        return f"nested lists with {error}"
    if len(shape) == 1:
        return f"{shape[0]} number{'s' * (shape[0] != 1)}"
    return f"nested lists of {in_words(shape)}"


def listed(names: Iterable[str], most: int = 5) -> str:
    """Write names one after the other, the first few if there are many.

    Example:
        >>> listed("abc"), listed("abcdefg")
        ('a, b, c', 'a, b, c, d, e and 2 more')
    """
    names = list(names)
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
