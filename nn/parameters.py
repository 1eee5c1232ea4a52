"""Parameters that are declared before they are made: their shape is known, their `Value`s come into being on demand."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from typing import Any

from autograd import Value
from nn.initialisers import Given, Initialiser, Seed
from nn.nesting import Shape, arranged, entries, in_words, mapped, plain, shape_of, size


class Declaration:
    """A parameter that may not have been made yet."""

    __slots__ = ("fans", "init", "name", "seed", "shape")

    def __init__(self, name: str, shape: Shape, init: Initialiser, seed: Seed, fans: tuple[int, int] | None) -> None:
        """Keep what it takes to make it; numbers that are given must be of its shape."""
        if isinstance(init, Given):
            init.require(shape)
        self.name, self.shape, self.init, self.seed, self.fans = name, shape, init, seed, fans

    @property
    def size(self) -> int:
        """How many `Value`s it will be."""
        return size(self.shape)

    def numbers(self) -> Any:
        """Return the numbers that it starts from; the same ones each time."""
        return self.init(self.shape, f"{self.seed}/{self.name}", self.fans)

    def make(self) -> Any:
        """Return new leaves with those numbers.

        They belong to no block that they happen to be made in: inside a function that `checkpoint` runs again, they are
        what it depends on, and not made anew.
        """
        return Context().run(mapped, Value, self.numbers())


def shape_of_block(block: Any) -> Shape:
    """Return the shape of a parameter, made or only declared."""
    return block.shape if isinstance(block, Declaration) else shape_of(block)


def is_parameter(x: object, around: tuple[int, ...] = ()) -> bool:
    """Tell whether an object is a leaf, or nested lists of nothing but leaves, of one shape.

    Args:
        x: any object.
        around: the identities of the lists that it is in, of which it is none.

    Example:
        >>> is_parameter([[Value(1.0)], [Value(2.0)]]), is_parameter([Value(1.0), 2.0]), is_parameter(Value(1.0) * 2)
        (True, False, False)
    """
    if type(x) is Value:
        return x.op in ("", "argument")  # "argument": of a function that is being differentiated
    if not isinstance(x, (list, tuple)) or not x or id(x) in around:
        return False
    inside = (*around, id(x))
    return all(is_parameter(item, inside) for item in x) and len({shape_of(item) for item in x}) == 1


def is_number(x: object) -> bool:
    """Tell whether something is a single real number."""
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def filled(number: float, shape: Shape) -> Any:
    """Return one number in all places of a shape.

    Example:
        >>> filled(0.5, (1, 2))
        [[0.5, 0.5]]
    """
    return arranged(iter([number] * size(shape)), shape)


def numbers_for(given: Any, shape: Shape, what: str) -> Any:
    """Return nested floats of the shape that a parameter has.

    Args:
        given: numbers, nested like the parameter; an array or a tensor will do.
        shape: the parameter's.
        what: its name, for messages.

    Raises:
        TypeError: there is something else than real numbers in it.
        ValueError: the shape is another one.

    Example:
        >>> numbers_for([[1, 2]], (2, 1), "weight")
        Traceback (most recent call last):
        ...
        ValueError: weight: expected numbers of 2 × 1, got 1 × 2
    """
    given = plain(given)
    try:
        found = shape_of(given)
    except ValueError as error:
        raise ValueError(f"{what}: expected numbers of {in_words(shape)}, got {error}") from None
    if found != shape:
        raise ValueError(f"{what}: expected numbers of {in_words(shape)}, got {in_words(found)}")
    return arranged(iter([_number(entry, what) for entry in entries(given)]), shape)


def _number(entry: object, what: str) -> float:
    """Return a number as a float: any that a `Value` can hold."""
    if isinstance(entry, (Value, bool)):
        raise TypeError(f"{what} must be made of numbers, not {type(entry).__name__} ({entry!r:.60})")
    try:
        return Value(entry).data
    except TypeError:
        raise TypeError(f"{what} must be made of numbers, not {type(entry).__name__} ({entry!r:.60})") from None


def assign(values: Any, numbers: Sequence[Any]) -> None:
    """Set the data of nested leaves to numbers nested alike."""
    for value, number in zip(entries(values), entries(numbers), strict=True):
        value.data = number
